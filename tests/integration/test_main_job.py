"""The whole way on real input, by the command line alone: init, check, plan, run, verify.

Adult (48,842 rows, gzip CSV, `?` for missing values) and 1,500 English texts full of personal data.
No file that `init` writes is edited by hand.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from privet.cli.app import app
from tests.projects import use_cheap_passphrase

DATA = Path(__file__).parents[3] / "shared" / "data"
ADULT = DATA / "adult" / "adult_raw.csv.gz"
TEXTS = DATA / "pii" / "synth_v2.json"

pytestmark = pytest.mark.skipif(
    not (ADULT.is_file() and TEXTS.is_file()),
    reason="the real data sets are not beside the project",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    use_cheap_passphrase(monkeypatch)
    monkeypatch.chdir(tmp_path)
    shutil.copy(ADULT, tmp_path / "adult_raw.csv.gz")
    records = json.loads(TEXTS.read_text(encoding="utf-8"))
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (tmp_path / "texts.jsonl").write_text("".join(lines), encoding="utf-8")
    return tmp_path


def privet(*words: str) -> Result:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result


def test_the_main_job_runs_on_real_files_as_init_wrote_it(folder: Path) -> None:
    privet("init", "adult_raw.csv.gz", "texts.jsonl")
    privet("check")
    plan = json.loads(privet("plan", "research", "--json").stdout)["plan"]
    ran = json.loads(privet("run", "research", "--json").stdout)
    privet("verify", ran["release"])
    privet("verify", ".")

    rows = {data["name"]: data for data in ran["data"]}
    assert (rows["adult_raw"]["read"], rows["adult_raw"]["out"]) == (48_842, 48_842)
    assert (rows["texts"]["read"], rows["texts"]["out"]) == (1_500, 1_500)

    treated = {
        f"{release['data']}.{column['column']}": column["treatment"]
        for release in plan["releases"]
        for column in release["columns"]
    }
    for personal in ("adult_raw.age", "adult_raw.sex", "adult_raw.race", "texts.full_text"):
        assert treated[personal] == "drop"
    table = pq.read_table(Path(ran["release"]) / "adult_raw.parquet")
    assert table.num_rows == 48_842
    assert not {"age", "sex", "race", "native-country"} & set(table.column_names)


def test_no_text_of_a_dropped_column_leaves(folder: Path) -> None:
    privet("init", "texts.jsonl")
    ran = json.loads(privet("run", "research", "--json").stdout)
    released = b"".join(path.read_bytes() for path in Path(ran["release"]).iterdir())
    table = pq.read_table(Path(ran["release"]) / "texts.parquet")
    text = json.dumps(table.to_pylist(), ensure_ascii=False).encode() + released
    for record in json.loads(TEXTS.read_text(encoding="utf-8"))[:200]:
        assert record["full_text"][:40].encode() not in text
        for span in record["spans"]:
            if len(span["entity_value"]) > 12:
                assert span["entity_value"].encode() not in text


def test_a_second_run_says_that_nothing_changed(folder: Path) -> None:
    privet("init", "adult_raw.csv.gz")
    first = json.loads(privet("run", "research", "--json").stdout)
    again = json.loads(privet("run", "research", "--json").stdout)
    assert again["unchanged"]
    assert again["release"] == first["release"]
    assert "unchanged, not run again" in privet("run", "research").stdout
    assert len(list((folder / "releases" / "research").iterdir())) == 1


def test_two_pipelines_read_their_common_source_once(folder: Path) -> None:
    privet("init", "adult_raw.csv.gz")
    other = (
        (folder / "pipelines" / "research.yaml")
        .read_text()
        .replace("name: research", "name: again")
    )
    (folder / "pipelines" / "again.yaml").write_text(other)
    privet("run", "research")
    steps = json.loads(privet("run", "again", "--json").stdout)["steps"]
    assert {step["name"]: step["unchanged"] for step in steps} == {
        "ingest adult_raw": True,
        "release again": False,
    }
    assert json.loads(privet("run", "research", "--json").stdout)["unchanged"]


def test_a_release_that_lost_a_file_is_made_again(folder: Path) -> None:
    privet("init", "adult_raw.csv.gz")
    first = json.loads(privet("run", "research", "--json").stdout)
    (Path(first["release"]) / "adult_raw.parquet").unlink()
    again = json.loads(privet("run", "research", "--json").stdout)
    assert not again["unchanged"]
    privet("verify", again["release"])
