"""Quantiles of histograms, with and without noise."""

from __future__ import annotations

import random
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.adapters.engines.measuring import measuring
from privet.model.errors import ConfigError
from privet.model.privacy_loss import Gaussian, Pure, Together
from privet.query.answering import Measured, Prepared, answer, explain, measure, prepare
from privet.query.parsing import BINS, Part
from privet.query.quantiles import quantile, quantile_interval
from privet.query.world import Private, Spend, World

pytest.importorskip("opendp", reason="noise needs the extra `dp`")

HUNDRED = (Fraction(0), Fraction(100))
WORLD = World(
    (
        Private(
            "visits",
            {"who": "text", "amount": "number", "free": "number"},
            "who",
            Fraction(2),
            {"amount": HUNDRED},
            None,
            {},
        ),
    )
)
MUCH = Spend(Fraction(100_000))
BIN = Part("bin", 0, Fraction(50), Fraction(50), HUNDRED)
counts = st.lists(st.integers(-1000, 1000), min_size=1, max_size=BINS)
shares = st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100)


def _measured(prepared: Prepared, values: list[float | None], who: list[str]) -> Measured:
    table = pa.table({"who": who, "amount": pa.array(values, pa.float64())})
    with measuring({"visits": table}, 1 << 28) as engine:
        return measure(prepared, engine)


@pytest.mark.parametrize(
    ("asked", "share"),
    [
        ("MEDIAN(amount)", Fraction(1, 2)),
        ("QUANTILE(amount, 0.9)", Fraction(9, 10)),
        ("quantile_cont(amount, 0.25)", Fraction(1, 4)),
        ("PERCENTILE_CONT(0.75) WITHIN GROUP (ORDER BY amount)", Fraction(3, 4)),
    ],
)
def test_a_quantile_is_within_a_bin_of_the_exact_one(asked: str, share: Fraction) -> None:
    chance = random.Random(3)
    values = sorted(chance.triangular(0, 100, 20) for _ in range(4_000))
    prepared = prepare(f"SELECT {asked} AS q FROM visits", WORLD, MUCH)
    found = answer(prepared, _measured(prepared, [*values], [f"p{n}" for n in range(4_000)]))
    row = found.table.to_pylist()[0]
    assert abs(row["q"] - values[int(share * 4_000)]) < 100 / BINS
    assert row["q low"] <= row["q"] <= row["q high"]
    assert row["q high"] - row["q low"] < 1
    assert any("64 equal bins" in note for note in found.notes)


def test_no_value_is_in_no_bin_and_what_is_beyond_is_at_an_end() -> None:
    prepared = prepare("SELECT MEDIAN(amount) FROM visits", WORLD, MUCH)
    values = [None, float("nan"), float("inf"), float("-inf"), 1e300, -5.0, 100.0, 0.0]
    bins = _measured(prepared, values, [f"p{n}" for n in range(len(values))]).cells[()]
    assert [bins[0], sum(bins[1:-1]), bins[-1]] == [3 * 2**16, 0, 3 * 2**16]


def test_all_bins_are_charged_as_one_mechanism() -> None:
    """By hand: 64 Laplace noises of scale sensitivity / epsilon on disjoint counts cost epsilon."""
    pure = prepare("SELECT MEDIAN(amount) FROM visits", WORLD, Spend(Fraction(1)))
    assert len(pure.plan.parts) == BINS
    assert pure.event == Together((Pure(Fraction(1)),))
    two = "SELECT MEDIAN(amount), QUANTILE(amount, 0.9), COUNT(*) FROM visits"
    spend = Spend(Fraction(1), Fraction(1, 10**6))
    both = prepare(two, WORLD, spend)
    assert isinstance(both.event, Together)
    assert len(both.event.parts) == 2
    assert all(isinstance(each, Gaussian | Pure) for each in both.event.parts)
    alone = prepare("SELECT COUNT(*), SUM(amount) FROM visits", WORLD, spend)
    assert both.cost == alone.cost


def test_a_subject_with_many_rows_moves_all_bins_by_no_more_than_the_norm() -> None:
    prepared = prepare("SELECT MEDIAN(amount) FROM visits", WORLD, Spend(Fraction(1)))
    values = [float(n % 101) for n in range(500)]
    bins = _measured(prepared, [*values], ["one"] * 500).cells[()]
    assert 0 < sum(bins) <= prepared.sensitivities[0]


@pytest.mark.parametrize(
    "asked",
    [
        "MEDIAN(free)",
        "QUANTILE(amount, 0)",
        "QUANTILE(amount, 1)",
        "QUANTILE(amount, 1e999999999)",
        "QUANTILE(amount, 1e-999999999)",
        "QUANTILE(amount, 'x')",
        "QUANTILE(amount, amount)",
        "QUANTILE(amount, [0.1, 0.9])",
        "QUANTILE(amount, -0.5)",
        "MEDIAN(DISTINCT amount)",
        "quantile_disc(amount, 0.5)",
        "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount DESC)",
        "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY amount)",
    ],
)
def test_what_has_no_bounds_or_no_share_is_refused(asked: str) -> None:
    with pytest.raises(ConfigError):
        prepare(f"SELECT {asked} FROM visits", WORLD, MUCH)


def test_explain_tells_the_bins_once() -> None:
    said = explain(prepare("SELECT MEDIAN(amount) FROM visits", WORLD, MUCH))
    assert said.count("bins, together: sensitivity 2,") == 1


@given(counts, shares, shares)
def test_quantiles_lie_within_bounds_and_rise_with_their_share(
    noised: list[int], one: Fraction, other: Fraction
) -> None:
    low, high = (quantile(BIN, noised, share) for share in sorted((one, other)))
    assert 0.0 <= low <= high <= 100.0


@given(counts, shares, st.floats(0, 1000))
def test_an_interval_is_around_its_quantile(
    noised: list[int], share: Fraction, reach: float
) -> None:
    low, high = quantile_interval(BIN, noised, share, reach)
    assert 0.0 <= low <= quantile(BIN, noised, share) <= high <= 100.0


@given(st.lists(st.integers(0, 50), min_size=BINS, max_size=BINS), shares)
def test_of_true_counts_it_is_where_the_share_lies(exact: list[int], share: Fraction) -> None:
    total = sum(exact)
    if total:
        place = min(BINS - 1, int(quantile(BIN, exact, share) / 100 * BINS + 1e-9))
        assert sum(exact[:place]) <= float(share) * total + 1e-6
        assert sum(exact[: place + 1]) >= float(share) * total - max(exact) * 1e-6 - 1e-6
