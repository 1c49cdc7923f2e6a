"""A few values that do not fit do not change a column's type; more than a few do."""

from __future__ import annotations

import pyarrow as pa
import pytest

from privet.adapters.formats.narrowing import Narrowing


def narrowed(*values: str) -> Narrowing:
    narrowing = Narrowing()
    narrowing.add(pa.array(values, pa.string()))
    return narrowing


@pytest.mark.parametrize(
    ("good", "bad", "kind"),
    [
        ("1990-05-06", "31/02/1990", "date32"),
        ("1990-05-06", "1990-02-31", "date32"),
        ("17", "n/a", "int64"),
        ("1.5", "unknown", "double"),
        ("2026-01-02T03:04:05", "yesterday", "timestamp[us]"),
    ],
)
def test_one_misfit_in_two_hundred_is_left_over_and_said(good: str, bad: str, kind: str) -> None:
    narrowing = narrowed(*[good] * 199, bad)
    assert narrowing.type == kind
    assert narrowing.note is not None
    assert "do not fit" in narrowing.note
    assert bad not in narrowing.note


def test_more_than_one_in_a_hundred_makes_it_text() -> None:
    narrowing = narrowed(*["17"] * 90, *["n/a"] * 2)
    assert (narrowing.type, narrowing.note) == ("string", None)


def test_a_type_without_misfits_goes_before_a_narrower_one_with_some() -> None:
    narrowing = narrowed(*["17"] * 999, "17.5")
    assert (narrowing.type, narrowing.note) == ("double", None)


def test_postcodes_with_a_leading_zero_stay_text() -> None:
    assert narrowed(*["10115", "04109"] * 100).type == "string"
