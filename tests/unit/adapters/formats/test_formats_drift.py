"""Columns that a source gained, lost or renamed since its contract, in every format."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.drift import Drifted, Watch
from privet.adapters.formats.read import read_batches
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, SourceFormat, SourceFormatName
from privet.quality.typing import enforce

WANTED = {"id": "int64", "city": "string", "amount": "double", "born": "date32"}
ROWS = [{"id": "1", "city": "secret-Ulm", "amount": "1.5", "born": "2020-01-01"}] * 3


REFUSED = Drift()


def columns(types: Mapping[str, str] = WANTED) -> list[Column]:
    return [Column(ColumnPath.parse(path), kind) for path, kind in types.items()]


def csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink)
    return sink.getvalue()


def arrow(rows: Sequence[Mapping[str, Any]]) -> bytes:
    sink = io.BytesIO()
    table = pa.Table.from_pylist(list(rows))
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def jsonl(rows: Sequence[Mapping[str, Any]]) -> bytes:
    numbers = [
        {**row, **{k: json.loads(row[k]) for k in ("id", "amount") if k in row}} for row in rows
    ]
    return "".join(json.dumps(row) + "\n" for row in numbers).encode()


FORMATS: dict[SourceFormatName, Callable[[Sequence[Mapping[str, Any]]], bytes]] = {
    "csv": csv, "parquet": parquet, "arrow": arrow, "jsonl": jsonl,
}  # fmt: skip


def read(
    form: SourceFormatName,
    rows: Sequence[Mapping[str, Any]],
    drift: Drift = REFUSED,
    types: Mapping[str, str] = WANTED,
) -> tuple[list[RawBatch], Drifted]:
    watch = Watch(drift, strict_keys=True)
    data = io.BytesIO(FORMATS[form](rows))
    found = list(read_batches(data, "x", SourceFormat(form), columns(types), watch=watch))
    return found, watch.drifted


def without(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


GAINED = [{**row, "plan": "secret-gold"} for row in ROWS]
LOST = [without(row, "amount") for row in ROWS]
RENAMED = [{**without(row, "amount"), "amounts": "1.5"} for row in ROWS]
LET = Drift(added="ignore", lost="null")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("rows", "drift", "said"),
    [
        (GAINED, Drift(), [r"column `plan` that its contract does not know", "added: ignore"]),
        (GAINED, Drift(lost="null"), ["`plan`", "with a category"]),
        (LOST, Drift(), [r"no column `amount`, which its contract declares", "lost: null"]),
        (LOST, Drift(added="ignore"), ["`amount`", "take it out of the contract"]),
        (RENAMED, Drift(), ["no column `amount`", "has another column", "nearest .* `amounts`"]),
        (RENAMED, Drift(added="ignore"), ["`amount`", "`amounts`", "correct the contract"]),
        (RENAMED, Drift(lost="null"), ["`amount`", "`amounts`", "drift:"]),
    ],
)
def test_drift_is_refused_with_both_names_and_the_way_out(
    form: SourceFormatName, rows: list[dict[str, Any]], drift: Drift, said: list[str]
) -> None:
    with pytest.raises(SourceError) as caught:
        read(form, rows, drift)
    for phrase in said:
        assert caught.match(phrase)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("rows", "drifted"),
    [
        (ROWS, Drifted()),
        (GAINED, Drifted(("plan",), ())),
        (LOST, Drifted((), ("amount",))),
        (RENAMED, Drifted(("amounts",), ("amount",))),
    ],
)
def test_what_the_pipeline_lets_pass_is_null_or_left_out_and_told(
    form: SourceFormatName, rows: list[dict[str, Any]], drifted: Drifted
) -> None:
    batches, told = read(form, rows, LET)
    assert told == drifted
    for batch in batches:
        assert batch.rows.schema.names == list(WANTED)
        typed = enforce(batch.rows, columns())
        assert typed.reasons.null_count == batch.rows.num_rows
        amounts = {None} if "amount" in drifted.lost else {1.5}
        assert set(typed.rows.column("amount").to_pylist()) == amounts
    assert sum(batch.rows.num_rows for batch in batches) == 3


@pytest.mark.parametrize("form", FORMATS)
def test_another_table_is_refused_whatever_may_drift(form: SourceFormatName) -> None:
    other = [{"id": "1", "who": "x", "when": "y", "what": "secret"}]
    if form == "jsonl":
        _, told = read(form, other * 2, LET)
        assert told.lost == ("city", "amount", "born")
        return
    with pytest.raises(SourceError, match="lacks 3 of the 4 columns") as caught:
        read(form, other, LET)
    assert "who" not in str(caught.value)


NESTED = {"id": "int64", "messages[].body": "string", "messages[].at": "string"}


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_fields_below_drift_too(form: SourceFormatName) -> None:
    rows = [{"id": 1, "messages": [{"body": "x", "to": "y"}, None]}, {"id": 2, "messages": None}]
    with pytest.raises(SourceError, match=r"`messages\[\]\.at`.*another column"):
        read(form, rows, types=NESTED)
    [batch], told = read(form, rows, LET, NESTED)
    assert told == Drifted(("messages[].to",), ("messages[].at",))
    typed = enforce(batch.rows, columns(NESTED))
    assert typed.rows.to_pylist() == [
        {"id": 1, "messages": [{"body": "x", "at": None}, None]},
        {"id": 2, "messages": None},
    ]


def test_fields_below_objects_of_json() -> None:
    rows = [{"id": "1", "messages": [{"body": "x", "to": "y"}]}] * 2
    [batch], told = read("jsonl", rows, types=NESTED)
    assert [reject.reason for reject in batch.rejects] == ["unknown_field"] * 2
    [batch], told = read("jsonl", rows, LET, NESTED)
    assert batch.rows.to_pylist() == [{"id": 1, "messages": [{"body": "x", "at": None}]}] * 2
    assert told == Drifted()


def test_one_json_object_with_another_key_is_held_back_and_not_the_file() -> None:
    rows = [*ROWS, {**ROWS[0], "plan": "gold"}]
    [batch], told = read("jsonl", rows)
    assert [(r.position, r.reason) for r in batch.rejects] == [(4, "unknown_field")]
    assert told == Drifted()


def test_a_key_that_is_null_everywhere_is_not_lost() -> None:
    rows = [{**row, "born": None} for row in ROWS]
    assert read("jsonl", rows)[1] == Drifted()
    some = [*LOST * 5_000, {**ROWS[0]}]
    assert read("jsonl", some)[1] == Drifted()


def test_keys_that_are_somebodys_data_are_not_named() -> None:
    rows = [{**row, "ana@example.org": 1} for row in ROWS]
    [batch], _ = read("jsonl", rows)
    assert {reject.reason for reject in batch.rejects} == {"unknown_field"}
    assert read("jsonl", rows, LET)[1] == Drifted()


def test_many_columns_are_not_all_listed() -> None:
    rows = [{**ROWS[0], **{f"c{i}": "1" for i in range(1000)}}]
    with pytest.raises(SourceError, match=r"`c0`, .*`c4` and 995 more that"):
        read("csv", rows)


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_file_among_many_counts_no_rows(form: SourceFormatName) -> None:
    table = pa.Table.from_pylist(ROWS).slice(0, 0)
    sink = io.BytesIO()
    if form == "csv":
        sink.write(b"id,city,amount,born\n")
    elif form == "parquet":
        pq.write_table(table, sink)
    elif form == "arrow":
        pa.ipc.new_file(sink, table.schema).close()
    for data in (sink.getvalue(), b""):
        again = lambda watch: list(  # noqa: E731
            read_batches(io.BytesIO(data), "x", SourceFormat(form), columns(), watch=watch)  # noqa: B023
        )
        assert sum(b.rows.num_rows for b in again(Watch(empty_ok=True))) == 0
        with pytest.raises(SourceError, match=r"empty|no rows"):
            again(Watch())


@pytest.mark.parametrize("form", FORMATS)
def test_columns_of_the_path_are_constants(form: SourceFormatName) -> None:
    types = {"year": "int64", **WANTED, "region": "string"}
    data = io.BytesIO(FORMATS[form](ROWS))
    [batch] = read_batches(
        data, "x", SourceFormat(form), columns(types), constants={"year": "2024", "region": None}
    )
    assert batch.rows.schema.names == list(types)
    typed = enforce(batch.rows, columns(types))
    assert set(typed.rows.column("year").to_pylist()) == {2024}
    assert typed.rows.column("region").null_count == 3
    assert typed.reasons.null_count == 3
