"""Values planted in columns about people are in nothing that a scan suggests."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pyarrow as pa
import pytest

from privet.cli.show_suggestions import document
from privet.model.contract import Column
from privet.model.finding import TableScan
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.project.scanning import Scanned, scan_path
from privet.quality.suggest import Suggester
from tests.attack.test_detect_shows_no_value import MARK, PLANTED

DRAW = random.Random(5)


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("times", [1, 12])
def test_no_value_of_a_column_about_people_is_suggested(planted: str, times: int) -> None:
    values = PLANTED[planted] * times * 10
    DRAW.shuffle(values)
    column = Column(ColumnPath.of("x"), "string")
    suggester = Suggester([column])
    suggester.add(pa.record_batch({"x": values}))
    found = suggester.suggestions({column.path})
    verdict = TableScan("t", "t.csv", "csv", len(values), whole=True, findings=())
    told = document(Scanned(("t.csv",), SourceFormat("csv"), (column,), verdict, found))
    assert "not_null" in told
    assert MARK not in told + repr(found)
    assert not [value for value in set(values) if value in told + repr(found)]


@pytest.mark.parametrize("header", ["name", "email", "diagnosis", "passport"])
def test_nor_by_a_whole_scan(header: str, tmp_path: Path) -> None:
    rows = [f"C{n},{MARK} {'AB'[n % 2]}son" for n in range(300)]
    (tmp_path / "people.csv").write_text("\n".join([f"customer_id,{header}", *rows]))
    scanned = scan_path("people.csv", tmp_path, full=False, suggest=True)
    assert MARK not in document(scanned) + repr(scanned)


def test_a_rare_value_of_a_column_about_nobody_is_not_listed(tmp_path: Path) -> None:
    values = ["red"] * 200 + ["blue"] * 200 + [f"{MARK} was here"] * 9
    rows = [f"{n},{value}" for n, value in enumerate(values)]
    (tmp_path / "things.csv").write_text("\n".join(["thing,colour", *rows]))
    scanned = scan_path("things.csv", tmp_path, full=False, suggest=True)
    told = document(scanned)
    assert MARK not in told + repr(scanned)
    assert "red" not in told


def test_bounds_of_people_are_zero_or_none(tmp_path: Path) -> None:
    rows = [f"C{n},{30_000 + n * 37},{1950 + n % 50}-04-02,{20 + n % 60}" for n in range(500)]
    (tmp_path / "staff.csv").write_text("\n".join(["customer_id,salary,date_of_birth,age", *rows]))
    scanned = scan_path("staff.csv", tmp_path, full=False, suggest=True)
    assert scanned.suggestions is not None
    bounds = json.dumps([str(each.rule.check) for each in scanned.suggestions.rules])
    assert "maximum='" not in bounds
    assert bounds.count("minimum='0'") == bounds.count("minimum='")
