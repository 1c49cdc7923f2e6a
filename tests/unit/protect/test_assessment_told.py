"""What a run tells of risk and use: parts that hide small groups, the persisted form."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model import canonical
from privet.model.errors import IntegrityError
from privet.protect.assessment.told import _coarse, _part, from_json, to_json
from tests.unit.ledger.test_receipt_schema import valid

VAULT = Path(__file__).parents[3] / "spec" / "vault"
SCHEMA = json.loads((VAULT / "assessment.schema.json").read_bytes())
VECTOR = (VAULT / "assessment.vector.json").read_bytes()


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(2, 40))
def test_a_part_is_within_its_whole_and_few_are_few(count: int, whole: int, k: int) -> None:
    few = max(10, k)
    said = _part(count, whole, few).said
    if not count or not whole:
        assert said == "none"
    elif count >= whole:
        assert said == "all"
    elif count < few:
        assert said == "few"
    elif whole - count < few:
        assert said == "most"
    else:
        off = abs(float(Decimal(said)) - count / whole)
        assert off <= 0.0015 + few / 2 / whole


@given(st.integers(50, 10**6), st.data())
def test_a_share_could_be_of_ten_other_counts(whole: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(20, whole - 20))
    said = _part(count, whole, 10).said
    near = range(max(count - 10, 10), min(count + 10, whole - 10) + 1)
    assert sum(_part(other, whole, 10).said == said for other in near) >= 10


def test_steps_of_shares() -> None:
    assert _coarse(0.12345, 10_000) == 0.123
    assert _coarse(0.12345, 9_999) == 0.12
    assert _coarse(0.12345, 200) == 0.1
    assert _coarse(0.5, 7) == 0.5


def test_the_vector_is_of_its_schema_and_comes_back() -> None:
    said = canonical.decode(VECTOR)
    assert valid(said, SCHEMA, SCHEMA)
    assert canonical.encode(to_json(from_json(said))) == VECTOR


def places(value: Any) -> list[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


def test_what_is_not_of_the_form_is_refused() -> None:
    said = canonical.decode(VECTOR)
    for key in said:
        broken = copy.deepcopy(said)
        del broken[key]
        assert not valid(broken, SCHEMA, SCHEMA)
        with pytest.raises(IntegrityError):
            from_json(broken)
    for change in (
        {"version": 2},
        {"marketer": "much"},
        {"unique": {"before": "3", "now": "none"}},
    ):
        with pytest.raises(IntegrityError):
            from_json({**said, **change})


def test_a_count_stands_nowhere_in_the_form() -> None:
    """Whole numbers are k, sizes that are the same for all, classes to two digits, and tries."""
    said = canonical.decode(VECTOR)
    numbers = {key for holder, key in places(said) if type(holder[key]) is int}
    named = {key for key in numbers if isinstance(key, str)}
    assert named == {"version", "k", "few", "classes", "smallest", "tries"}
