"""What `scan --suggest` prints can be pasted, and holds on the file that it was made from."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from privet.adapters.formats.read import read_batches
from privet.adapters.stores.sources import expand, open_readable
from privet.cli.app import app
from privet.config.contract_file import read_contracts
from privet.config.contract_text import render_contract
from privet.config.pipeline_file import read_pipeline
from privet.config.yaml_document import Document
from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep, Unique
from privet.project.scanning import Scanned, scan_path
from privet.quality.cleaning.cleaning import build
from privet.quality.rules import compile_rules
from privet.quality.typing import enforce
from privet.transforms.nested import leaf_values

ADULT = Path(__file__).parents[3] / "shared" / "data" / "adult" / "adult_raw.csv.gz"
PIPELINE = """\
version: 1
name: p
purpose: x
role: y
release: [{data}]
sources:
  {data}: {{from: f, format: csv}}
"""


def printed(folder: Path, file: str) -> Any:
    """The document that is printed for one file."""
    with contextlib.chdir(folder):
        result = CliRunner().invoke(app, ["scan", "--suggest", file])
    assert result.exit_code == 0, result.output
    return yaml.safe_load(result.stdout)


def pasted_contract(scanned: Scanned, document: Any) -> Contract:
    """The contract as a person has it who pastes every rule into it."""
    name = scanned.verdict.name
    columns = tuple(Column(c.path, c.type, NO_CATEGORY) for c in scanned.columns)
    text = render_contract(Contract(name, "1.0.0", columns), physical="f")
    contract = yaml.safe_load(text)
    places = {place["name"]: place for place in contract["schema"][0]["properties"]}
    for suggested in document.get("schema", [{"properties": []}])[0]["properties"]:
        places[suggested["name"]]["quality"] = suggested["quality"]
    (read,) = read_contracts(Document.parse(yaml.safe_dump(contract).encode(), "c.yaml"))
    return read


def pasted_steps(scanned: Scanned, document: Any) -> tuple[CleanStep, ...]:
    name = scanned.verdict.name
    pipeline = yaml.safe_load(PIPELINE.format(data=name))
    pipeline["sources"][name] |= document.get("sources", {}).get(name, {})
    spec = read_pipeline(Document.parse(yaml.safe_dump(pipeline).encode(), "pipelines/p.yaml"))
    return spec.sources[name].clean


def require_holds(
    scanned: Scanned, contract: Contract, steps: tuple[CleanStep, ...]
) -> Counter[str]:
    """Clean, type and judge every row of the file; no row may fail a rule. What was changed."""
    rules, cleaning = compile_rules(contract), build(steps, contract)
    unique = [rule for rule in contract.rules if isinstance(rule.check, Unique)]
    seen: dict[str, list[Any]] = {rule.name: [] for rule in unique}
    changed: Counter[str] = Counter()
    (item,) = expand(scanned.urls, Path.cwd())
    with open_readable(item) as file:
        for batch in read_batches(file, item.url, scanned.form, contract.columns):
            cleaned = cleaning.before(batch.rows)
            for (label, path), cells in cleaned.changed.items():
                changed[f"{label} {path}"] += cells
            typed = enforce(cleaned.rows, contract.columns)
            assert typed.reasons.null_count == len(typed.reasons)
            judged = rules.judge(typed.rows, typed.reasons)
            assert set(judged.failed.values()) <= {0}, judged.failed
            for rule in unique:
                seen[rule.name] += leaf_values(typed.rows, rule.columns[0]).to_pylist()
    assert all(len(set(values)) == len(values) for values in seen.values())
    assert len(rules.names) + len(unique) == len(contract.rules)
    return changed


def holding(
    folder: Path, file: str
) -> tuple[Scanned, Contract, tuple[CleanStep, ...], Counter[str]]:
    document = printed(folder, file)
    with contextlib.chdir(folder):
        scanned = scan_path(file, folder, full=False, suggest=True)
        contract, steps = pasted_contract(scanned, document), pasted_steps(scanned, document)
        assert scanned.suggestions is not None
        assert contract.rules == tuple(each.rule for each in scanned.suggestions.rules)
        assert steps == tuple(each.step for each in scanned.suggestions.steps)
        return scanned, contract, steps, require_holds(scanned, contract, steps)


def test_made_up_orders(tmp_path: Path) -> None:
    draw = random.Random(4)
    rows = [
        ",".join(
            (
                f"A{n:05}",
                draw.choice(("open", "paid", "late")),
                draw.choice(("4.50", "12", "880", "N/A") if n % 9 else ("-",)),
                draw.choice((f"{draw.randrange(1, 29):02}.05.2024", f"2024-05-{n % 28 + 1:02}")),
                f" {draw.choice(('Ulm', 'Bonn', 'Kiel'))} ",
                f"X{draw.randrange(10**4):04}-{draw.randrange(100):02}",
            )
        )
        for n in range(1000)
    ]
    head = "order,status,amount,day,place,article\n"
    (tmp_path / "orders.csv").write_text(head + "\n".join(rows) + "\n")
    _, contract, steps, changed = holding(tmp_path, "orders.csv")
    names = {rule.name for rule in contract.rules}
    assert {"order_not_null", "order_unique", "order_pattern", "status_values"} <= names
    assert "article_pattern" in names
    assert [step.name for step in steps] == ["trim", "missing", "date"]
    assert changed["trim place"] == 1000
    assert changed["date day"] == sum("." in row.split(",")[3] for row in rows)
    assert changed["missing amount"] == sum(row.split(",")[2] in {"N/A", "-"} for row in rows)


def test_nested_columns_stand_where_they_belong(tmp_path: Path) -> None:
    lines = "\n".join(
        f'{{"id": {n}, "at": {{"code": "S{n % 90 + 10}", "state": "{"on" if n % 2 else "off"}"}}}}'
        for n in range(300)
    )
    (tmp_path / "events.jsonl").write_text(lines)
    document = printed(tmp_path, "events.jsonl")
    places = {place["name"]: place for place in document["schema"][0]["properties"]}
    below = {place["name"] for place in places["at"]["properties"]}
    assert below == {"code", "state"}
    assert places["id"]["quality"][0]["name"] == "id_not_null"


def test_nothing_to_suggest_is_said(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("a,b\n1,2\n")
    assert printed(tmp_path, "few.csv") is None


def test_several_files_are_several_documents(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("a\n" + "\n".join(map(str, range(200))))
    with contextlib.chdir(tmp_path):
        result = CliRunner().invoke(app, ["scan", "--suggest", "one.csv", "two.csv"])
    found = list(yaml.safe_load_all(result.stdout))
    assert [document["schema"][0]["name"] for document in found] == ["one", "two"]


def test_adult_as_published(tmp_path: Path) -> None:
    """48,842 rows, `?` in three columns, 52 rows twice: as UCI and others count them."""
    if not ADULT.exists():
        pytest.skip("the shared data sets are not here")
    scanned, contract, steps, changed = holding(tmp_path, str(ADULT))
    assert scanned.verdict.whole
    assert changed == {
        "missing workclass": 2799,
        "missing occupation": 2809,
        "missing native-country": 857,
    }
    assert [step.name for step in steps] == ["missing", "deduplicate"]
    assert scanned.suggestions is not None
    assert scanned.suggestions.steps[1].evidence.startswith("52 of 48,842 rows")
    assert len(contract.rules) > 12
    assert {rule.columns[0] for rule in contract.rules} & {ColumnPath.of("workclass")} == set()


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        scan_path("none.csv", tmp_path, full=False, suggest=True)
