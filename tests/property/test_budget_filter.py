"""The filter: whoever chooses events with all earlier answers in view never gets past the limit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.accounting.filters import Filter
from privet.accounting.groups import grouped, matching
from privet.accounting.renyi import NOTHING, cost, epsilon
from privet.model.errors import IntegrityError, Refused
from privet.model.privacy_loss import (
    Additional,
    Claim,
    Concentrated,
    Delta,
    Epsilon,
    Event,
    Gaussian,
    Laplace,
    PoissonSampled,
    Pure,
    Repeated,
    Together,
    Unit,
    event_json,
    parse_event,
)

numbers = st.fractions(min_value=Fraction(1, 50), max_value=100, max_denominator=10**5)
small = st.fractions(min_value=Fraction(1, 10**12), max_value=Fraction(1, 10**7))
plain = st.one_of(
    st.builds(Gaussian, numbers, st.booleans()),
    st.builds(Laplace, numbers),
    st.builds(Pure, st.fractions(min_value=0, max_value=2, max_denominator=1000)),
    st.builds(Concentrated, st.fractions(min_value=0, max_value=1, max_denominator=1000)),
)
events = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.builds(Additional, small, inner),
        st.builds(Repeated, st.integers(1, 20), inner),
        st.builds(Together, st.lists(inner, max_size=4).map(tuple)),
    ),
    max_leaves=5,
)
limits = st.builds(
    Filter,
    st.sampled_from(["0.1", "1", "4", "20"]).map(Epsilon.of),
    st.sampled_from(["0", "1e-9", "1e-6", "1e-3"]).map(Delta.of),
)


@given(limits, st.lists(events, max_size=30))
def test_all_that_is_admitted_is_within_the_limit(limit: Filter, asked: list[Event]) -> None:
    spent = NOTHING
    for event in asked:
        if limit.admits(spent, cost(event)):
            spent = spent.plus(cost(event))
    assert epsilon(spent, limit.delta) <= limit.epsilon
    assert 0 <= limit.left(spent) <= 1


@given(limits, events, events)
def test_what_is_not_admitted_now_is_not_admitted_later(
    limit: Filter, event: Event, more: Event
) -> None:
    if not limit.admits(NOTHING, cost(event)):
        assert not limit.admits(cost(more), cost(event))


def test_a_limit_is_used_nearly_whole_by_gaussian_noise() -> None:
    """Half of delta is kept for thresholds: that is all that a filter without them would gain."""
    limit, one = Filter(Epsilon.of(4), Delta.of("1e-6")), cost(Gaussian(Fraction(100)))
    spent = NOTHING
    while limit.admits(spent, one):
        spent = spent.plus(one)
    assert Epsilon.of("3.8") < epsilon(spent, limit.delta) <= limit.epsilon


@given(events)
def test_an_event_comes_back_from_json(event: Event) -> None:
    assert parse_event(event_json(event)) == event


@pytest.mark.parametrize(
    "json",
    [
        {},
        {"v": 1},
        {"v": 2, "is": "pure", "epsilon": "1"},
        {"v": 1, "is": "pure", "epsilon": "-1"},
        {"v": 1, "is": "pure", "epsilon": "1.0"},
        {"v": 1, "is": "pure", "epsilon": 1},
        {"v": 1, "is": "pure", "epsilon": "1", "more": "1"},
        {"v": 1, "is": "gaussian", "ratio": "0"},
        {"v": 1, "is": "gaussian", "ratio": "nan"},
        {"v": 1, "is": "gaussian", "ratio": "1/0"},
        {"v": 1, "is": "gaussian", "ratio": "9" * 200},
        {"v": 1, "is": "repeated", "times": True, "of": {"is": "pure", "epsilon": "1"}},
        {"v": 1, "is": "repeated", "times": 0, "of": {"is": "pure", "epsilon": "1"}},
        {"v": 1, "is": "together", "parts": "no list"},
        {"v": 1, "is": "poisson-sampled", "rate": "2", "of": {"is": "gaussian", "ratio": "1"}},
        {"v": 1, "is": "poisson-sampled", "rate": "1/2", "of": {"is": "pure", "epsilon": "1"}},
        {"v": 1, "is": "additional", "delta": "3/2", "of": {"is": "pure", "epsilon": "1"}},
        {"v": 1, "is": "free"},
    ],
)
def test_an_event_that_is_none_is_refused(json: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        parse_event(json)


def test_an_event_that_is_nested_for_ever_is_refused() -> None:
    event: Event = Pure(Fraction(1))
    for _ in range(40):
        event = Repeated(1, event)
    with pytest.raises(IntegrityError):
        parse_event(event_json(event))


@given(plain, st.integers(1, 9))
def test_a_group_costs_no_less_than_its_units(event: Event, size: int) -> None:
    one, many = cost(event), cost(grouped(event, size))
    for a, b in zip(one.curve, many.curve, strict=True):
        assert b is None or (a is not None and a <= b)


def test_claims_are_converted_or_refused() -> None:
    customer, row = Unit("customer"), Unit("row")
    of_rows = Claim(Gaussian(Fraction(10)), "add-or-remove", row)
    assert matching(of_rows, row, "add-or-remove") == of_rows.event
    assert matching(of_rows, customer, "add-or-remove", most=5) == Gaussian(Fraction(2))
    assert matching(of_rows, row, "replace") == Gaussian(Fraction(5))
    with pytest.raises(Refused, match="says nothing of each customer"):
        matching(of_rows, customer, "add-or-remove")
    replaced = Claim(Gaussian(Fraction(10)), "replace", row)
    with pytest.raises(Refused, match="added or removed"):
        matching(replaced, row, "add-or-remove")
    sampled = PoissonSampled(Fraction(1, 10), Gaussian(Fraction(1)))
    with pytest.raises(Refused, match="not converted"):
        matching(Claim(sampled, "add-or-remove", row), customer, "add-or-remove", most=2)
