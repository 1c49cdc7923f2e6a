"""Cleaning under fire: bytes that are no text, texts made to confuse, and values kept to itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.model.contract import Column, Contract
from privet.model.errors import PrivetError
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.quality.cleaning.cleaning import Cleaning, build
from privet.quality.cleaning.fitting import Fit, Fitted

BYTES = [
    b" a\xff ", b"\xff", b"ok ", None, b"\xc3", b" \xed\xa0\x80", b"?", b"03/04/1990\xfe",
    b"1,5\x80", b"", b" \xc2\xa0x", b"\xf4\x90\x80\x80", b"A\xff",
]  # fmt: skip
STEPS: list[tuple[str, dict[str, Any], str]] = [
    ("trim", {}, "string"),
    ("missing", {"markers": ("?",)}, "string"),
    ("normalise", {"unicode": "NFKC", "case": "fold", "spaces": "collapse"}, "string"),
    ("normalise", {"unicode": "NFC"}, "string"),
    ("normalise", {"case": "upper"}, "string"),
    ("replace", {"values": (("?", "x"),)}, "string"),
    ("date", {"formats": ("dmy", "mdy", "%d.%m.%Y")}, "date32"),
    ("date", {"formats": ("dmy",)}, "timestamp[us, UTC]"),
    ("number", {"decimal": ",", "thousands": "."}, "double"),
    ("number", {"units": (("kg", "1"),)}, "double"),
]


def cleaning(name: str, params: dict[str, Any], kind: str) -> Cleaning:
    told = CleanStep(name, (ColumnPath.of("v"),), tuple(sorted(params.items())))
    return build([told], Contract("c", "1", (Column(ColumnPath.of("v"), kind),)))


def raw(values: list[bytes | None]) -> pa.Array:
    """A string array of whatever bytes, as the CSV reader hands them on."""
    binary = pa.array(values, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(values), binary.buffers())


def utf8(value: bytes | None) -> bool:
    try:
        return value is None or value.decode() is not None
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize(("name", "params", "kind"), STEPS)
@pytest.mark.parametrize("start", [0, 1, 5])
def test_what_is_no_utf8_stays_as_it_is(
    name: str, params: dict[str, Any], kind: str, start: int
) -> None:
    work = cleaning(name, params, kind)
    done = work.before(pa.record_batch({"v": raw(BYTES)}).slice(start))
    found = done.rows.column("v").cast(pa.binary()).to_pylist()
    for before, after, reason in zip(BYTES[start:], found, done.reasons.to_pylist(), strict=True):
        if not utf8(before):
            assert (after, reason) == (before, None)
        else:
            one = work.before(pa.record_batch({"v": raw([before])}))
            assert after == one.rows.column("v").cast(pa.binary()).to_pylist()[0]
            assert reason == one.reasons[0].as_py()


@pytest.mark.parametrize(("name", "params", "kind"), STEPS)
@pytest.mark.parametrize(
    "values",
    [
        pa.array([], pa.string()),
        pa.array([None] * 3, pa.string()),
        pa.array(["x"] * 3, pa.string()).slice(3),
        pa.array(["x", None, " y "], pa.string()).slice(1, 1),
        pa.array([""] * 3, pa.string()),
        pa.nulls(3),
        pa.array(["\x00", " \x00", "a\x00b"], pa.string()),
        pa.array(["\u202e1990-04-03", "١٢", "e\u0301" * 100], pa.string()),
        pa.array(["9" * 100_000, " " * 100_000, "1e999999999"], pa.string()),
    ],
)
def test_no_array_breaks_a_step(
    name: str, params: dict[str, Any], kind: str, values: pa.Array
) -> None:
    done = cleaning(name, params, kind).before(pa.record_batch({"v": values}))
    done.rows.validate(full=True)
    assert done.rows.num_rows == len(done.reasons) == len(values)


def test_bytes_under_a_null_are_no_value() -> None:
    offsets = pa.py_buffer(np.array([0, 2, 4], np.int32))
    hidden = pa.Array.from_buffers(
        pa.string(), 2, [pa.py_buffer(b"\x02"), offsets, pa.py_buffer(b" ? ?")]
    )
    rows = pa.record_batch({"v": hidden})
    for name, params in (("trim", {}), ("missing", {"markers": ("?",)})):
        done = cleaning(name, params, "string").before(rows)
        assert sum(done.changed.values()) == 1
        assert done.rows.column("v")[0].as_py() is None


def test_a_text_that_is_slow_to_read_is_not_read() -> None:
    texts = ["1 " * 40_000, "1." * 40_000, "a" * 80_000 + "!", "1,234" * 20_000]
    rows = pa.record_batch({"v": texts})
    for name, params, kind in STEPS[6:]:
        done = cleaning(name, params, kind).before(rows)
        assert done.reasons.to_pylist() == [f"clean:{name}:v"] * 4


MARK = "Zq7marked"


def test_no_value_is_shown() -> None:
    told = [
        CleanStep("date", (ColumnPath.of("d"),), (("formats", ("dmy",)),)),
        CleanStep("impute", (ColumnPath.of("s"),), (("with", "mode"),)),
    ]
    columns = (Column(ColumnPath.of("d"), "date32"), Column(ColumnPath.of("s"), "string"))
    terms = Contract("c", "1", columns)
    fit = Fit(told, terms)
    fit.add(pa.record_batch({"d": pa.array([None], pa.date32()), "s": [MARK]}))
    fitted = fit.result()
    work = build(told, terms, fitted)
    done = work.before(pa.record_batch({"d": [MARK], "s": [MARK]}))
    typed = pa.record_batch(
        {"d": pa.array([None], pa.date32()), "s": pa.array([None], pa.string())}
    )
    after = work.after(typed)
    assert after.rows.column("s").to_pylist() == [MARK]
    for shown in (fit, fitted, work, done, after):
        assert MARK not in repr(shown)
    bad = Fitted({("s", "mode"): MARK, ("d", "median"): MARK})
    with pytest.raises(PrivetError) as caught:
        bad.value(ColumnPath.of("d"), "median", pa.date32())
    assert MARK not in str(caught.value)
    assert caught.value.__suppress_context__
