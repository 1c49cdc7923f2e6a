"""`privet scan --lines`: what it prints, its exit code, and SARIF of the required form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from privet.cli.scan_files import scan_files
from privet.cli.show_sarif import sarif
from privet.model.errors import UsageError
from privet.project.text_files import TextFinding

_SECRET = "hunter2x9"
_TEXT = f"# settings\nmail: ana@example.org\npassword: {_SECRET}\n"


def finding(path: str = "a b/é.py", kind: str = "password", family: str = "secret") -> TextFinding:
    return TextFinding(path, 3, 11, 3, 20, kind, family, f"{kind}s", 75)


def required(log: dict[str, Any]) -> None:
    """What the schema of SARIF 2.1.0 requires of the parts that are used."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    for run in log["runs"]:
        driver = run["tool"]["driver"]
        assert driver["name"]
        assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        for rule in driver["rules"]:
            assert rule["shortDescription"]["text"]
            assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        for result in run["results"]:
            assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["message"]["text"]
            assert result["level"] in ("none", "note", "warning", "error")
            assert 0 <= result["rank"] <= 100
            for location in result["locations"]:
                physical = location["physicalLocation"]
                uri = physical["artifactLocation"]["uri"]
                assert uri.isascii()
                assert not set(uri) & set(' <>"{}|\\^`')
                region = physical["region"]
                assert all(isinstance(value, int) and value >= 1 for value in region.values())
                assert (region["endLine"], region["endColumn"]) > (
                    region["startLine"],
                    region["startColumn"],
                )


def test_each_kind_is_a_rule() -> None:
    log = sarif([finding(), finding("b.md", "email", "email"), finding("c.md")])
    required(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["email", "password"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error"]
    assert [result["ruleIndex"] for result in run["results"]] == [1, 0, 1]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "a%20b/%C3%A9.py", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 3, "startColumn": 11, "endLine": 3, "endColumn": 20}


def test_a_file_outside_has_a_whole_uri() -> None:
    log = sarif([finding("/tmp/a.py")])
    required(log)
    (result,) = log["runs"][0]["results"]
    at = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert at == {"uri": "file:///tmp/a.py"}


def test_nothing_found_is_a_run_too() -> None:
    log = sarif([])
    required(log)
    assert log["runs"][0]["results"] == []


def call(root: Path, *paths: str, **options: Any) -> int:
    given = {"kinds": None, "at_least": 0.5, "form": "text"} | options
    return scan_files(paths or (".",), root, **given)


def test_text_names_places_and_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.yaml").write_text(_TEXT)
    assert call(tmp_path) == 1
    said = capsys.readouterr().out
    assert "settings.yaml:2:7: email (95 %)" in said
    assert "settings.yaml:3:11: password (75 %)" in said
    assert "2 findings in 1 file" in said
    assert "privet: allow" in said
    assert _SECRET not in said
    assert "ana@" not in said


def test_sarif_of_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.yaml").write_text(_TEXT)
    assert call(tmp_path, form="sarif") == 1
    said = capsys.readouterr().out
    required(json.loads(said))
    assert [each["ruleId"] for each in json.loads(said)["runs"][0]["results"]] == [
        "email",
        "password",
    ]
    assert _SECRET not in said


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "settings.yaml").write_text(_TEXT + "x: eva@example.org # privet: allow\n")
    (tmp_path / "z.bin").write_bytes(b"\0")
    assert call(tmp_path, form="json", kinds="email") == 1
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == {
        "read": 1,
        "allowed": 1,
        "passed": [{"path": "z.bin", "why": "not text"}],
        "findings": [
            {
                "path": "settings.yaml",
                "line": 2,
                "column": 7,
                "end_line": 2,
                "end_column": 22,
                "kind": "email",
                "score": 0.95,
            }
        ],
    }


def test_what_is_less_sure_or_of_another_kind_does_not_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "settings.yaml").write_text(_TEXT)
    assert call(tmp_path, at_least=0.9, kinds="secret") == 0
    assert call(tmp_path, kinds="card, iban") == 0
    assert "0 findings in 1 file" in capsys.readouterr().out


@pytest.mark.parametrize("options", [{"kinds": "emial"}, {"at_least": 1.5}])
def test_wrong_options(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        call(tmp_path, **options)


def test_the_hook_calls_the_verb() -> None:
    path = Path(__file__).parents[3] / ".pre-commit-hooks.yaml"
    (hook,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert hook["id"] == "privet-secrets-and-personal-data"
    assert hook["entry"] == "privet scan --lines"
    assert hook["types"] == ["text"]
