"""What an attacker would try on released columns, and where values could slip out sideways."""

from __future__ import annotations

import contextlib
import hashlib
import io
import traceback
import zlib
from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from privet.crypto.mac import derive_key
from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.policy import Treatment
from privet.transforms.build import build
from privet.transforms.catalogue import check
from privet.transforms.column_types import parse_type
from privet.transforms.linkage import LinkageKey
from privet.transforms.nested import apply_columns, leaf_values, row_index
from privet.transforms.normalise import subject_text
from tests.unit.transforms.making import KEY, OTHER_KEY, make

VALUE = "ana@example.org"
MARKER = "Xq7-marker-value"
TYPES = (
    "string", "int64", "double", "bool", "date32", "timestamp[us, UTC]", "decimal128(18, 2)",
    "binary",
)  # fmt: skip
TREATMENTS = [
    ("redact", {}),
    ("mask", {"show_last": 1}),
    ("token", {}),
    ("token", {"form": "binary", "bits": 256}),
    ("encrypt", {}),
    ("encrypt", {"form": "binary"}),
    ("band", {"width": 5}),
    ("band", {"width": "5y"}),
    ("truncate", {"length": 1}),
    ("truncate", {"kind": "ip"}),
    ("truncate", {"decimals": 1}),
    ("truncate", {"to": "year"}),
    ("shift", {}),
]


def treatment(name: str, params: dict) -> Treatment:
    return Treatment(name, tuple(params.items()))


def fitting(column_type: str) -> list[tuple[str, dict]]:
    """The treatments that a column of this type can have."""
    fit = []
    for name, params in TREATMENTS:
        with contextlib.suppress(ValueError):
            check(treatment(name, params), column_type)
            fit.append((name, params))
    return fit


def told(call: Callable[[], object]) -> str:
    """All that a call says when it fails, traceback included."""
    try:
        call()
    except (ValueError, TypeError, pa.ArrowException) as error:
        return "".join(traceback.format_exception(error))
    return ""


def guesses(value: bytes, known: bytes) -> Iterator[bytes]:
    """Hashes of a value that somebody could compute who knows it and all public metadata."""
    for text in (value, known + value, value + known, known + b":" + value, value + b":" + known):
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b"):
            yield hashlib.new(name, text).digest()
        yield hashlib.new("sha256", hashlib.sha256(text).digest()).digest()
        yield zlib.crc32(text).to_bytes(4, "big")
    yield hashlib.blake2b(value, key=known[:64]).digest()
    yield hashlib.pbkdf2_hmac("sha256", value, known, 1)


def test_a_token_is_no_hash_that_one_without_the_key_can_make() -> None:
    transform = make("token", bits=256)
    token = transform.apply(pa.array([VALUE]))[0].as_py()
    public = [b"", *transform.metadata.values(), KEY.key_id.encode(), KEY.domain.encode()]
    for known in public:
        for guess in guesses(VALUE.encode(), known):
            assert token[:32] not in guess.hex()
            assert guess.hex()[:8] != token[:8]


def test_tokens_of_two_domains_or_keys_have_nothing_in_common() -> None:
    values = pa.array([f"subject {number}" for number in range(500)])
    tokens = [set(make("token", key=key).apply(values).to_pylist()) for key in (KEY, OTHER_KEY)]
    assert not tokens[0] & tokens[1]
    assert all(len(found) == 500 for found in tokens)
    rotated = LinkageKey("linkage-3", KEY.domain, bytes(range(2, 34)))
    assert not tokens[0] & set(make("token", key=rotated).apply(values).to_pylist())


def test_a_token_tells_nothing_of_the_same_subjects_date_shift() -> None:
    subjects = pa.array([f"subject {number}" for number in range(400)])
    tokens = make("token", bits=256, form="binary").apply(subjects).to_pylist()
    same_day = pa.array([date(2020, 1, 1)] * 400)
    moved = make("shift", "date32").apply(same_day, subjects).to_pylist()
    offsets = np.array([(day - date(2020, 1, 1)).days for day in moved])
    for start in range(25):
        words = [int.from_bytes(token[start : start + 8], "little") for token in tokens]
        guess = np.array([word % 360 - 180 for word in words])
        assert (guess + (guess >= 0) == offsets).sum() < 12
    assert derive_key(KEY.secret, "transforms/shift") != KEY.secret


def written(batch: pa.RecordBatch) -> bytes:
    """All that a release could carry of a batch: its schema and its buffers, as one IPC stream."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue()


def test_a_marker_in_a_leaf_without_an_entry_is_nowhere_in_the_output() -> None:
    person = pa.struct([pa.field("name", pa.string()), pa.field("city", pa.string())])
    schema = pa.schema(
        [
            pa.field("id", pa.int64(), metadata={"note": MARKER}),
            pa.field("secret", pa.string()),
            pa.field("people", pa.list_(person)),
            pa.field("extra", pa.map_(pa.string(), pa.string())),
            pa.field("fixed", pa.list_(pa.string(), 1)),
        ],
        metadata={"pandas": MARKER},
    )
    row = {
        "id": 1,
        "secret": MARKER,
        "people": [{"name": MARKER, "city": "Ulm"}, None],
        "extra": [(MARKER, MARKER)],
        "fixed": [MARKER],
    }
    batch = pa.RecordBatch.from_pylist([row], schema)
    keeps = {
        ColumnPath.parse("id"): make("keep", "int64"),
        ColumnPath.parse("people[].city"): make("keep"),
        ColumnPath.parse("secret"): None,
    }
    assert MARKER.encode() in written(batch)
    out = apply_columns(batch, keeps, None)
    assert out.to_pylist() == [{"id": 1, "people": [{"city": "Ulm"}, None]}]
    assert MARKER.encode() not in written(out)


@pytest.mark.parametrize(("name", "params"), fitting("string"))
def test_a_treated_column_carries_no_marker_in_any_buffer(name, params) -> None:
    column = Column(ColumnPath.of("c"), "string")
    transform = build(treatment(name, params), column, KEY)
    for values in (
        pa.array([MARKER, None, MARKER]),
        pa.array([MARKER] * 5000),
        pa.array([MARKER, "x"]).dictionary_encode(),
    ):
        batch = pa.RecordBatch.from_arrays([values], ["c"])
        out = apply_columns(batch, {column.path: transform}, None)
        assert MARKER.encode() not in written(out)
        assert MARKER[:4].encode() not in written(out)


WRONG = [
    pa.array([MARKER, None]),
    pa.array([MARKER.encode()]),
    pa.array([MARKER]).dictionary_encode(),
    pa.array([[MARKER]]),
    pa.array([{"a": MARKER}]),
    pa.array([718293.5]),
    pa.array([718293]),
    pa.array([float("nan")]),
]
SECRETS = (MARKER, "718293", KEY.secret.hex(), repr(KEY.secret)[2:-1])


@pytest.mark.parametrize("column_type", TYPES)
def test_no_message_repeats_a_value(column_type) -> None:
    for name, params in fitting(column_type):
        column = Column(ColumnPath.of("c"), column_type)
        transform = build(treatment(name, params), column, KEY)
        for values in WRONG:
            for whose in (None, [MARKER] * len(values), [718293] * len(values)):
                subjects = None if whose is None else pa.array(whose)
                message = told(lambda: transform.apply(values, subjects))  # noqa: B023
                assert not any(secret in message for secret in SECRETS)


EXTREMES = [2**63 - 1, -(2**63), 7182931829382938, 0, None]


@pytest.mark.parametrize(
    "column_type",
    ["int64", "uint64", "double", *(f"timestamp[{unit}]" for unit in ("s", "ms", "us", "ns"))],
)
def test_extreme_values_neither_fail_nor_show(column_type) -> None:
    kind = parse_type(column_type)
    values = pa.array(EXTREMES, pa.int64()).view(kind)
    subjects = pa.array(["ana"] * len(values))
    for name, params in fitting(column_type):
        transform = build(treatment(name, params), Column(ColumnPath.of("c"), column_type), KEY)
        assert len(transform.apply(values, subjects)) == len(values)


def test_broken_text_is_refused_without_showing_it() -> None:
    raw = b"\xff" + MARKER.encode()
    offsets = np.array([0, len(raw)], np.int32)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(raw)]
    values = pa.Array.from_buffers(pa.string(), 1, buffers)
    for name, params in fitting("string"):
        transform = build(treatment(name, params), Column(ColumnPath.of("c"), "string"), KEY)
        assert MARKER not in told(lambda: transform.apply(values))  # noqa: B023


def test_no_message_of_the_other_functions_repeats_a_value() -> None:
    batch = pa.RecordBatch.from_pylist([{"a": MARKER, "b": [MARKER], "c": {"d": MARKER}}])
    band, shift = make("band", "int64", width=5), make("shift", "date32")
    for text in ("a", "a[]", "b", "b[]", "c", "c.d", "c.e", "z"):
        path = ColumnPath.parse(text)
        for call in (
            lambda: leaf_values(batch, path),  # noqa: B023
            lambda: row_index(batch, path),  # noqa: B023
            lambda: apply_columns(batch, {path: band}, None),  # noqa: B023
            lambda: apply_columns(batch, {path: shift}, pa.array([MARKER])),  # noqa: B023
        ):
            assert MARKER not in told(call)
    for values in WRONG:
        assert MARKER not in told(lambda: subject_text(values, None))  # noqa: B023
