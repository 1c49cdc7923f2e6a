"""A census as it was published, cleaned, and counted again by other means."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from privet.quality.cleaning.cleaning import build
from tests.unit.quality.cleaning.cleaning_steps import contract, step

ADULT = Path(__file__).parents[5] / "shared" / "data" / "adult" / "adult_raw.csv.gz"
HERE = pytest.mark.skipif(not ADULT.exists(), reason="shared/data/adult is not on this machine")


def published() -> tuple[list[str], list[list[str]]]:
    """Header and records as Python's csv module reads them."""
    with gzip.open(ADULT, "rt", encoding="utf-8", newline="") as file:
        records = [record for record in csv.reader(file) if record]
    return records[0], records[1:]


@HERE
def test_adult() -> None:
    header, records = published()
    records[::3] = [[f" {cell}" for cell in record] for record in records[::3]]
    steps = [step("trim"), step("missing", markers=("?",))]
    cleaning = build(steps, contract(**dict.fromkeys(header, "string")))
    columns = [pa.array(column) for column in zip(*records, strict=True)]
    done = cleaning.before(pa.RecordBatch.from_arrays(columns, names=header))
    wanted: Counter[tuple[str, str]] = Counter()
    for record in records:
        for name, cell in zip(header, record, strict=True):
            wanted["trim", name] += cell != cell.strip()
            wanted["missing", name] += cell.strip() == "?"
    assert dict(done.changed) == {key: count for key, count in wanted.items() if count}
    assert sum(count for (name, _), count in wanted.items() if name == "missing") == 6465
    for column, before in zip(done.rows.columns, zip(*records, strict=True), strict=True):
        stripped = [cell.strip() for cell in before]
        assert column.to_pylist() == [None if cell == "?" else cell for cell in stripped]
    assert done.reasons.null_count == len(records) == 48842
