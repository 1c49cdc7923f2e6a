from __future__ import annotations

import io
import json
from pathlib import Path
from typing import BinaryIO

import pytest

from privet.adapters.formats.infer import infer_columns
from privet.adapters.formats.read import read_batches
from privet.adapters.formats.sniff import sniff
from privet.quality.typing import enforce, split

DATA = Path(__file__).parents[5] / "shared" / "data"


def through(file: BinaryIO, name: str) -> tuple[int, int, dict[str, str]]:
    form = sniff(file, name)
    columns = infer_columns(file, name, form)
    kept = lost = 0
    for batch in read_batches(file, name, form, columns):
        good, held = split(enforce(batch.rows, columns))
        good.validate(full=True)
        kept += good.num_rows
        lost += held.num_rows + len(batch.rejects)
    return kept, lost, {str(column.path): column.type for column in columns}


@pytest.mark.parametrize(
    ("path", "rows", "typed"),
    [
        ("adult/adult_raw.csv.gz", 48_842, {"age": "int64", "workclass": "string"}),
        ("adult/adult.csv", 30_162, {"age": "int64", "sex": "string"}),
        ("adult/adult_big_1.2M.parquet", 1_200_000, {"age": "int64"}),
    ],
)
def test_published_files_are_read_whole(path: str, rows: int, typed: dict[str, str]) -> None:
    file = DATA / path
    if not file.exists():
        pytest.skip(f"{file.name} is not beside the checkout")
    with file.open("rb") as opened:
        kept, lost, types = through(opened, file.name)
    assert (kept, lost) == (rows, 0)
    assert typed.items() <= types.items()


def test_labelled_texts_are_read_whole_as_json_lines() -> None:
    file = DATA / "pii" / "synth_v2.json"
    if not file.exists():
        pytest.skip(f"{file.name} is not beside the checkout")
    lines = [json.dumps(row, ensure_ascii=False) for row in json.loads(file.read_text("utf-8"))]
    kept, lost, types = through(io.BytesIO("\n".join(lines).encode()), "synth_v2.jsonl")
    assert (kept, lost) == (len(lines), 0)
    assert types["full_text"] == "string"
    assert types["spans[].start_position"] == "int64"
    assert types["metadata"] == "string"
