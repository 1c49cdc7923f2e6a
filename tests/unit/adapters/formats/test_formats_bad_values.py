"""Values that files really have and no type holds, and files that are not what they seem.

Each row is read, typed, and either kept as it says or held back with its reason: never turned into
another value, and never a reason for the others.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privet.adapters.formats import jsonl_reader
from privet.adapters.formats.infer import infer_columns
from privet.adapters.formats.read import read_batches
from privet.adapters.formats.sniff import sniff
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.quality.typing import enforce

CSV, JSONL = SourceFormat("csv"), SourceFormat("jsonl")


def columns(**types: str) -> list[Column]:
    return [Column(ColumnPath.of(name), kind) for name, kind in types.items()]


def read(
    data: bytes, form: SourceFormat, wanted: list[Column], block_bytes: int = 1 << 20
) -> Iterator[tuple[int, dict[str, object] | None, str | None]]:
    """Position, typed row and reason of each record; no row for what was no record."""
    source = io.BytesIO(data)
    for raw in read_batches(source, "x", form, wanted, block_bytes=block_bytes):
        typed = enforce(raw.rows, wanted)
        positions, reasons = raw.positions.to_pylist(), typed.reasons.to_pylist()
        yield from zip(positions, typed.rows.to_pylist(), reasons, strict=True)
        for reject in raw.rejects:
            yield reject.position, None, reject.reason


BAD_VALUES = [
    ("date32", "2023-02-29", "a day that does not exist"),
    ("date32", "2024-13-01", "a month that does not exist"),
    ("date32", "2024-04-31", "a day that does not exist"),
    ("date32", "0000-00-00", "what MySQL writes for no date"),
    ("date32", "90-04-02", "a two-digit year"),
    ("date32", "02.04.90", "a two-digit year"),
    ("timestamp[us]", "2016-12-31 23:59:60", "a leap second"),
    ("timestamp[us]", "2016-12-31 24:00:00", "an hour that does not exist"),
    ("timestamp[us, UTC]", "2016-12-31T23:59:60Z", "a leap second"),
    ("timestamp[us]", "90-04-02 12:00:00", "a two-digit year"),
    ("int64", "9223372036854775808", "past 64 bits"),
    ("int64", "-9223372036854775809", "past 64 bits"),
    ("int64", "1" * 400, "past any"),
    ("int64", "NaN", "no number"),
    ("int64", "Infinity", "no number"),
    ("int64", "1e3", "another spelling"),
    ("int64", "0x10", "another spelling"),
    ("double", "1e999", "too big: it would become infinity"),
    ("double", "1,5", "a comma"),
    ("double", "1_000", "an underscore"),
    ("decimal128(10, 2)", "NaN", "no number"),
    ("decimal128(10, 2)", "123456789.00", "too many digits"),
    ("decimal128(10, 2)", "1.234", "too many digits after the point"),
    ("bool", "yes", "another word"),
]


@pytest.mark.parametrize(("kind", "text", "why"), BAD_VALUES)
@pytest.mark.parametrize("form", [CSV, JSONL], ids=["csv", "jsonl"])
def test_a_value_that_no_type_holds_is_held_back_alone(
    form: SourceFormat, kind: str, text: str, why: str
) -> None:
    good = {"date32": "2024-02-29", "bool": "true"}.get(kind, "1")
    good = "2024-02-29 23:59:59" if kind == "timestamp[us]" else good
    good = "2024-02-29T23:59:59Z" if kind == "timestamp[us, UTC]" else good
    if form is CSV:
        quoted = f'"{text}"'
        data = f"id,value\n1,{good}\n2,{quoted}\n3,{good}\n".encode()
    else:
        native = kind in {"int64", "double", "bool"}
        lines = [(1, good if native else json.dumps(good)), (2, json.dumps(text))]
        lines.append((3, lines[0][1]))
        data = "".join(f'{{"id": {i}, "value": {v}}}\n' for i, v in lines).encode()
    found = list(read(data, form, columns(id="int64", value=kind)))
    reasons = {position: reason for position, _, reason in found}
    assert reasons == {1: None, 2: "type:value", 3: None}, why


@pytest.mark.parametrize("form", [CSV, JSONL], ids=["csv", "jsonl"])
def test_numbers_that_are_none_stay_what_they_are(form: SourceFormat) -> None:
    """NaN, infinity and -0 are doubles: a rule may refuse them, a reader does not judge."""
    values = ["NaN", "Infinity", "-Infinity", "-0.0", "1.5"]
    if form is CSV:
        data = ("value\n" + "\n".join(values) + "\n").encode()
    else:
        data = "".join(f'{{"value": {value}}}\n' for value in values).encode()
    found = [row["value"] for _, row, _ in read(data, form, columns(value="double")) if row]
    assert [str(value) for value in found] == ["nan", "inf", "-inf", "-0.0", "1.5"]
    assert isinstance(found[3], float)
    assert math.copysign(1, found[3]) == -1


def test_json_numbers_keep_their_digits_as_text_and_no_more_than_64_bits_as_numbers() -> None:
    data = b'{"a": 18446744073709551616, "b": 18446744073709551616, "c": 1e400}\n'
    [(_, _, reason)] = read(data, JSONL, columns(a="int64", b="string", c="double"))
    assert reason == "type:a"
    [(_, row, _)] = read(data.replace(b'"a": 18446744073709551616, ', b'"a": 1, ').replace(
        b"1e400", b"1e300"), JSONL, columns(a="int64", b="string", c="double"))  # fmt: skip
    assert row == {"a": 1, "b": "18446744073709551616", "c": 1e300}


@pytest.mark.parametrize("form", [CSV, JSONL], ids=["csv", "jsonl"])
def test_a_type_that_changes_late_holds_back_its_rows_alone(form: SourceFormat) -> None:
    late, rows = 900_000, 900_010
    if form is CSV:
        lines = [f"{i},{i if i < late else 'late'}" for i in range(rows)]
        data = ("id,value\n" + "\n".join(lines) + "\n").encode()
    else:
        lines = [
            f'{{"id":{i},"value":{i if i < late else json.dumps("late")}}}' for i in range(rows)
        ]
        data = ("\n".join(lines) + "\n").encode()
    wanted = columns(id="int64", value="int64")
    kept = 0
    held: list[tuple[int, str | None]] = []
    for raw in read_batches(io.BytesIO(data), "x", form, wanted, block_bytes=1 << 20):
        reasons = enforce(raw.rows, wanted).reasons
        kept += reasons.null_count
        pairs = zip(raw.positions.to_pylist(), reasons.to_pylist(), strict=True)
        held += [(position, reason) for position, reason in pairs if reason]
        held += [(reject.position, reject.reason) for reject in raw.rejects]
    assert kept == late
    assert held == [(place, "type:value") for place in range(late + 1, rows + 1)]


# ---- encodings


def test_an_encoding_that_changes_midway_holds_back_its_rows_alone() -> None:
    lines = [f"{i},Köln\n".encode() for i in range(5000)]
    for bad in (2000, 2001, 4999):
        lines[bad] = f"{bad},Köln\n".encode("cp1252")
    found = list(read(b"id,city\n" + b"".join(lines), CSV, columns(id="int64", city="string")))
    held = [(position, reason) for position, _, reason in found if reason]
    assert held == [(bad + 1, "encoding:city") for bad in (2000, 2001, 4999)]
    assert {row["city"] for _, row, reason in found if row and not reason} == {"Köln"}


def test_json_of_another_encoding_midway() -> None:
    lines = [json.dumps({"city": "Köln"}, ensure_ascii=False) for _ in range(500)]
    data = [line.encode("cp1252" if i == 300 else "utf-8") for i, line in enumerate(lines)]
    found = list(read(b"\n".join(data), JSONL, columns(city="string")))
    assert [(p, reason) for p, _, reason in found if reason] == [(301, "encoding")]


# ---- NUL bytes


def test_a_nul_inside_a_field_stays_in_its_field() -> None:
    data = b"id,city\n1,U\x00lm\n2,\x00\n3,Ulm\n"
    found = list(read(data, CSV, columns(id="int64", city="string")))
    assert [row["city"] for _, row, _ in found if row] == ["U\0lm", "\0", "Ulm"]
    [held] = [p for p, _, reason in read(data.replace(b"3,", b"3\x00,"), CSV,
              columns(id="int64", city="string")) if reason]  # fmt: skip
    assert held == 3


def test_a_file_that_ends_in_zeros_has_no_rows_there() -> None:
    """What a crash leaves of a file whose last blocks were never written."""
    data = b"id,city\n1,Ulm\n2,Bonn\n" + bytes(8192)
    found = list(read(data, CSV, columns(id="int64", city="string")))
    assert [(p, reason) for p, _, reason in found] == [(1, None), (2, None), (3, "ragged_row")]
    lines = b'{"id": 1, "city": "Ulm"}\n' + bytes(8192)
    found = list(read(lines, JSONL, columns(id="int64", city="string")))
    assert [(p, reason) for p, _, reason in found] == [(1, None), (2, "not_json")]


def test_two_bytes_a_letter_read_as_one_is_another_table() -> None:
    data = "id,city\n1,Ulm\n".encode("utf-16-le")
    with pytest.raises(SourceError, match="lacks 2 of the 2 columns"):
        list(read(data, CSV, columns(id="int64", city="string")))
    with pytest.raises(SourceError, match="neither text of a known encoding"):
        sniff(io.BytesIO(bytes(range(256)) * 64), "x.csv")


# ---- one endless line

ENDLESS: dict[str, tuple[SourceFormat, bytes, bytes, str]] = {
    "csv": (CSV, b"id,city\n1,Ulm\n2,", b"secret", "a record of over .* bytes"),
    "csv in quotes": (CSV, b'id,city\n1,Ulm\n2,"', b"secret\n", "a record of over .* bytes"),
    "csv without a header": (CSV, b"secret,", b"secret,", "have the same name"),
    "jsonl": (JSONL, b'{"id": 1, "city": "Ulm"}\n{"id": 2, "city": "', b"secret", "line 2 is long"),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_an_endless_line_is_an_error_with_its_place(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, begin, more, said = ENDLESS[case]
    monkeypatch.setattr(jsonl_reader, "_MAX_LINE", 1 << 18)
    data = begin + more * (300_000 // len(more) * 10)
    with pytest.raises(SourceError, match=said) as caught:
        list(read(data, form, columns(id="int64", city="string"), block_bytes=1 << 16))
    assert "secret" not in str(caught.value)


PROGRAM = """
import resource, sys
from privet.adapters.formats.infer import infer_columns
from privet.adapters.formats.read import read_batches
from privet.adapters.formats.sniff import sniff
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
wanted = [Column(ColumnPath.of("id"), "int64"), Column(ColumnPath.of("city"), "string")]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(sys.argv[1], "rb") as file:
    form = sniff(file, sys.argv[1])
    for act in (lambda: infer_columns(file, "x", form),
                lambda: [None for _ in read_batches(file, "x", form, wanted)]):
        try:
            act()
            print("read")
        except SourceError as error:
            print(error.message)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) // 1024)
"""


def looked_at(path: Path) -> list[str]:
    """What a process says that scans and reads a file; it must come to its end."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    return ran.stdout.splitlines()


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_process_whose_reader_failed_ends(times: int, tmp_path: Path) -> None:
    """pyarrow's thread reads ahead; a process that ends meanwhile would wait for it for ever."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,city\n1,Ulm\n2," + b"secret" * 8_000_000)
    for _ in range(times):
        messages = looked_at(path)
        assert all("a record of over" in message for message in messages[:-1]), messages


@pytest.mark.slow
@pytest.mark.parametrize("case", ["csv", "csv in quotes", "jsonl"])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_gigabyte_in_one_line_is_an_error_in_little_memory(
    case: str, compressed: bool, tmp_path: Path
) -> None:
    form, begin, more, _ = ENDLESS[case]
    path = tmp_path / f"x.{form.name}{'.gz' if compressed else ''}"
    chunk = more * ((1 << 20) // len(more))
    opened: Callable[..., object] = gzip.open if compressed else open
    with opened(path, "wb") as file:  # type: ignore[attr-defined]
        file.write(begin)
        for _ in range(1024):
            file.write(chunk)
    *messages, grown = looked_at(path)
    assert not any("secret" in message for message in messages)
    assert int(grown) < 400
    assert any(word in messages[-1] for word in ("record of over", "longer than")), messages


# ---- many columns


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("csv", marks=pytest.mark.slow),
        pytest.param("jsonl", marks=pytest.mark.slow),
        "parquet",
        "arrow",
    ],
)
def test_five_thousand_columns_are_a_table(name: str) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.ipc
    import pyarrow.parquet as pq

    table = pa.table({f"c{i}": [i, i + 1] for i in range(5000)})
    sink = io.BytesIO()
    if name == "csv":
        pa.csv.write_csv(table, sink)
    elif name == "parquet":
        pq.write_table(table, sink)
    elif name == "arrow":
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    else:
        sink.write("".join(json.dumps(row) + "\n" for row in table.to_pylist()).encode())
    file = io.BytesIO(sink.getvalue())
    form = sniff(file, f"x.{name}")
    inferred = infer_columns(file, "x", form)
    assert {column.type for column in inferred} == {"int64"}
    assert len(inferred) == 5000
    [batch] = read_batches(file, "x", form, inferred)
    assert enforce(batch.rows, inferred).rows.to_pylist() == table.to_pylist()


def test_keys_that_are_data_are_still_refused() -> None:
    rows = [{"scores": {f"user{i * 3 + j}": 1 for j in range(3)}} for i in range(1000)]
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    with pytest.raises(SourceError, match="data for field names") as caught:
        infer_columns(io.BytesIO(data), "x", JSONL)
    assert "user" not in str(caught.value)
