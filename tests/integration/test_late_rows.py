"""Rows that come late are not taken, and not in silence; a value beyond the calendar is no mark."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.pipeline.watermark import Watermark
from tests.command_line import privet
from tests.projects import make_project, use_cheap_passphrase

HEAD = "customer_id,email,secret,city,amount\n"


def test_a_row_that_comes_late_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)
    made = make_project(tmp_path / "p", {"customers.csv": HEAD + "C1,a,s,Ulm,5\nC2,b,s,Ulm,9\n"})
    pipeline = made.root / "pipelines/research.yaml"
    text = pipeline.read_text()
    assert text.count("    format: csv\n") == 1
    pipeline.write_text(
        text.replace("    format: csv\n", "    format: csv\n    incremental: {after: amount}\n")
    )
    assert "not taken" not in privet(made.root, "run", "research").out
    with (made.root / "customers.csv").open("a") as file:
        file.write("C3,c,s,Ulm,7\nC4,d,s,Ulm,9\n")
    outcome = privet(made.root, "run", "research")
    assert "2 rows not taken, though no earlier run has seen them" in outcome.out
    with (made.root / "customers.csv").open("a") as file:
        file.write("C5,e,s,Ulm,10\n")
    outcome = privet(made.root, "run", "research")
    assert "3 rows read, 3 out" in outcome.out
    assert "2 rows not taken" not in outcome.out, "they were told of, and now count as seen"


@pytest.mark.parametrize("kind", ["timestamp[us]", "timestamp[us, UTC]", "date32"])
def test_a_value_beyond_the_calendar_is_no_watermark(kind: str) -> None:
    contract = Contract("events", "1", (Column(ColumnPath.of("at"), kind, "none"),))
    mark = Watermark(contract, ColumnPath.of("at"), None)
    day = 24 * 3600 * 10**6 if kind.startswith("timestamp") else 1
    arrow = (
        pa.date32() if kind == "date32" else pa.timestamp("us", "UTC" if "UTC" in kind else None)
    )
    numbers = pa.array(
        [10 * day, 3_500_000 * day, -800_000 * day],
        pa.int32() if kind == "date32" else pa.int64(),
    )
    rows = pa.record_batch([numbers.cast(arrow)], ["at"])
    assert mark.fresh(rows).to_pylist() == [True, None, None]
    mark.note(rows)
    assert mark.newest is not None
    assert mark.newest.startswith("1970-01-11")
    assert Watermark(contract, ColumnPath.of("at"), mark.newest).newest == mark.newest
