"""Each cleaning step does to every cell what plain Python does to its text, and counts rightly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.quality.cleaning.cleaning import Cleaned, Cleaning, build
from privet.quality.cleaning.date_forms import DateForms, Kind
from privet.quality.cleaning.whitespace import BLANK

MARKERS = ("?", "N/A", "-999")
LETTERS = st.text("aB?-9 ./\t\u00a0\u200béß\u0301\u202eش\x00界", max_size=6)
SPACED = st.builds("".join, st.tuples(st.sampled_from(["", " ", "\u3000", "\ufeff"]),
                   st.sampled_from(["?", "N/A", "-999", "x y", "a  b", ""]),
                   st.sampled_from(["", "\n", "\u2060 "])))  # fmt: skip
PART = st.sampled_from(["01", "1", "3", "12", "13", "29", "30", "90", "02", "1990", "2000", "1900"])
DATES = st.builds(
    lambda a, b, c, s, t: f"{a}{s}{b}{s}{c}{t}",
    PART, PART, PART, st.sampled_from(["-", "/", ".", ""]),
    st.sampled_from(["", "", "", " ", " 00:00", " 10:00"]),
) | st.dates().map(str)  # fmt: skip
NUMBERS = st.text("0123.,- 9", max_size=9) | st.decimals(
    allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9
).flatmap(lambda d: st.sampled_from([f"{d}", f"{d:,}", f"{d:,}".translate({44: ".", 46: ","})]))
TEXTS = st.lists(st.none() | LETTERS | SPACED | DATES | NUMBERS, max_size=12)

Oracle = Callable[[str], "str | None"]
UNREAD = "\x01 unread"
"""What an oracle says of a text that cannot be read."""


def trim(text: str) -> str | None:
    return text.strip(BLANK) or None


def missing(text: str) -> str | None:
    return None if text.strip(BLANK) in MARKERS else text


def lowered(text: str) -> str | None:
    lower = "".join(
        c.lower() if len(c.lower()) == 1 else c for c in unicodedata.normalize("NFC", text)
    )
    return re.sub(r"[\s\x85]+", " ", unicodedata.normalize("NFC", lower))


def replaced(text: str) -> str | None:
    return {"?": "x", "x y": "", "N/A": "N/A"}.get(text, text)


def day(year: str, month: str, of_month: str) -> date | None:
    try:
        return date(int(year) if len(year) == 4 else 1930 + (int(year) - 30) % 100,
                    int(month), int(of_month))  # fmt: skip
    except ValueError:
        return None


def dated(orders: tuple[str, ...]) -> Oracle:
    def read(text: str) -> str:
        bare = text.strip(BLANK)
        bare = re.sub("[, ]* 0?0:00$", "", bare)
        found = set()
        for order in (*orders, "ymd" if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", bare) else ""):
            match = re.fullmatch(r"([0-9]+)([-/. ]|\. )([0-9]+)\2([0-9]+)", bare)
            parts = match.group(1, 3, 4) if match else ()
            if order == "ymd" and re.fullmatch("[0-9]{8}", bare):
                parts = (bare[:4], bare[4:6], bare[6:])
            if order and parts:
                named = dict(zip(order, parts, strict=True))
                if len(named["y"]) in {2, 4} and len(named["m"]) < 3 and len(named["d"]) < 3:
                    found.add(day(named["y"], named["m"], named["d"]))
        found.discard(None)
        return str(found.pop()) if len(found) == 1 else UNREAD

    return read


def numbered(points: str, groups: str) -> Oracle:
    def read(text: str) -> str:
        bare = text.strip(BLANK).replace("\u00a0", " ").replace("\t", " ")
        found: dict[Decimal, str] = {}
        for point, group in product(points, ["", *groups]):
            if point == group:
                continue
            sign, digits = ("-", bare[1:]) if bare[:1] == "-" else ("", bare.removeprefix("+"))
            whole, dot, rest = digits.partition(point)
            pieces = whole.split(group) if group else [whole]
            good = len(pieces) == 1 or (
                1 <= len(pieces[0]) <= 3 and all(len(piece) == 3 for piece in pieces[1:])
            )
            plain = "".join(pieces)
            numeric = all(c in "0123456789" for c in plain + rest) and plain + rest
            if good and numeric and (rest or not dot):
                made = sign + plain + (f".{rest}" if dot else "")
                found.setdefault(Decimal(made), made)
        return found.popitem()[1] if len(found) == 1 else UNREAD

    return read


def step(name: str, **params: Any) -> CleanStep:
    return CleanStep(name, (ColumnPath.of("v"),), tuple(sorted(params.items())))


TOLD: dict[str, tuple[CleanStep, str, Oracle]] = {
    "trim": (step("trim"), "string", trim),
    "missing": (step("missing", markers=MARKERS), "int64", missing),
    "normalise": (
        step("normalise", unicode="NFC", case="lower", spaces="collapse"), "string", lowered,
    ),
    "replace": (
        step("replace", values=(("?", "x"), ("x y", ""), ("N/A", "N/A"))), "string", replaced,
    ),
    "dmy": (step("date", formats=("dmy",), two_digit=1930), "date32", dated(("dmy",))),
    "any": (
        step("date", formats=("dmy", "mdy", "ymd"), two_digit=1930), "date32",
        dated(("dmy", "mdy", "ymd")),
    ),
    "plain": (step("number"), "int64", numbered(".", "")),
    "euro": (step("number", decimal=",", thousands="."), "int64", numbered(",", ".")),
    "mixed": (step("number", decimal=".,", thousands=".,"), "int64", numbered(".,", ".,")),
    "spaced": (step("number", decimal=",", thousands=" "), "int64", numbered(",", " ")),
}  # fmt: skip
TWICE = [name for name in TOLD if name not in {"replace", "euro", "mixed", "spaced"}]
"""Steps that read what they wrote: plain numbers mean something else with a decimal comma."""


def made(name: str) -> Cleaning:
    told, kind, _ = TOLD[name]
    return build([told], Contract("c", "1", (Column(ColumnPath.of("v"), kind),)))


def batch(texts: list[str | None]) -> pa.RecordBatch:
    return pa.record_batch({"v": pa.array(texts, pa.string())})


@pytest.mark.parametrize("name", TOLD)
@given(texts=TEXTS, data=st.data())
def test_every_cell_is_what_plain_python_makes_of_it(
    name: str, texts: list[str | None], data: st.DataObject
) -> None:
    cleaning, oracle = made(name), TOLD[name][2]
    done = cleaning.before(batch(texts))
    done.rows.validate(full=True)
    said = [None if text is None else oracle(text) for text in texts]
    wanted = [text if new == UNREAD else new for text, new in zip(texts, said, strict=True)]
    found = done.rows.column("v").to_pylist()
    assert found == wanted
    assert [reason is not None for reason in done.reasons.to_pylist()] == [
        new == UNREAD for new in said
    ]
    differing = sum(a != b for a, b in zip(texts, found, strict=True))
    assert sum(done.changed.values()) == differing
    if name in TWICE:
        changes_nothing_more(cleaning, done)
    cut = data.draw(st.integers(0, len(texts)))
    judges_rows_alone(cleaning, batch(texts), done, cut)


def changes_nothing_more(cleaning: Cleaning, once: Cleaned) -> None:
    """A second pass finds nothing to do, and what could not be read is unread still."""
    twice = cleaning.before(once.rows)
    assert twice.rows is once.rows
    assert twice.changed == {}
    assert twice.reasons.equals(once.reasons)


def judges_rows_alone(cleaning: Cleaning, rows: pa.RecordBatch, whole: Cleaned, cut: int) -> None:
    """Two slices give what the whole batch gave."""
    parts = [cleaning.before(rows.slice(0, cut)), cleaning.before(rows.slice(cut))]
    assert whole.rows.to_pylist() == [row for part in parts for row in part.rows.to_pylist()]
    assert whole.reasons.to_pylist() == [
        reason for part in parts for reason in part.reasons.to_pylist()
    ]
    assert sum(whole.changed.values()) == sum(sum(part.changed.values()) for part in parts)


TWO = st.integers(0, 62).map("{:02}".format)
FIXED = st.builds(
    lambda a, b, y, s, t: f"{a}{s}{b}{s}{y}{t}",
    TWO, TWO, st.sampled_from(["1990", "0000", "1900", "2000", "9999", "0001"]),
    st.sampled_from("./-"),
    st.just("") | st.builds(" {}:{}:{}".format, TWO, TWO, TWO),
)  # fmt: skip


@pytest.mark.parametrize("orders", [("dmy",), ("ymd", "mdy"), ("ymd",), ("dmy", "mdy")])
@pytest.mark.parametrize("kind", ["date32", "timestamp[us]", "string"])
@given(texts=st.lists(st.none() | FIXED | FIXED.map(lambda t: t[6:10] + t[5] + t[:5] + t[10:])))
def test_dates_at_fixed_places_are_read_like_any_others(
    kind: str, orders: tuple[str, ...], texts: list[str | None]
) -> None:
    column = Column(ColumnPath.of("v"), kind)
    cleaning = build([step("date", formats=orders)], Contract("c", "1", (column,)))
    kinds: dict[str, Kind] = {"date32": "date", "timestamp[us]": "time", "string": "text"}
    forms = DateForms(orders, (), None, kinds[kind])
    done = cleaning.before(batch(texts))
    said = [None if text is None else forms.read(text) for text in texts]
    wanted = [text if new is None else new for text, new in zip(texts, said, strict=True)]
    assert done.rows.column("v").to_pylist() == wanted
    assert [reason is not None for reason in done.reasons.to_pylist()] == [
        text is not None and new is None for text, new in zip(texts, said, strict=True)
    ]
    assert sum(done.changed.values()) == sum(a != b for a, b in zip(texts, wanted, strict=True))


@given(
    st.lists(st.none() | st.floats(), max_size=12),
    st.floats(-5, 5),
    st.floats(0, 5),
    st.integers(0, 12),
)
def test_clip(values: list[float | None], low: float, width: float, cut: int) -> None:
    told = step("clip", low=low, high=low + width)
    cleaning = build([told], Contract("c", "1", (Column(ColumnPath.of("v"), "double"),)))
    rows = pa.record_batch({"v": pa.array(values, pa.float64())}).slice(min(cut, len(values)))
    kept = values[min(cut, len(values)) :]
    wanted = [
        v if v is None or not (v < low or v > low + width) else (low if v < low else low + width)
        for v in kept
    ]
    done = cleaning.after(rows)
    assert repr(done.rows.column("v").to_pylist()) == repr(wanted)
    changed = sum(a is not None and a == a and a != b for a, b in zip(kept, wanted, strict=True))
    assert sum(done.changed.values()) == changed
    assert cleaning.after(done.rows).rows is done.rows


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=12), st.integers(0, 12))
def test_impute_flags_what_it_filled(values: list[int | None], cut: int) -> None:
    columns = (
        Column(ColumnPath.of("v"), "int64"),
        Column(ColumnPath.of("f"), "bool", "none"),
    )
    cleaning = build([step("impute", **{"with": 7, "flag": "f"})], Contract("c", "1", columns))
    rows = pa.record_batch({"v": pa.array(values, pa.int64())}).slice(min(cut, len(values)))
    kept = values[min(cut, len(values)) :]
    done = cleaning.after(rows)
    assert done.rows.column("v").to_pylist() == [7 if v is None else v for v in kept]
    assert done.rows.column("f").to_pylist() == [v is None for v in kept]
    assert sum(done.changed.values()) == kept.count(None)
