"""The 95 % intervals of answers hold the exact value 93 to 97 times in 100."""

from __future__ import annotations

from fractions import Fraction

import pyarrow as pa
import pytest

from privet.adapters.engines.measuring import measuring
from privet.query.answering import Measured, Prepared, answer, measure, prepare
from privet.query.quantiles import quantile
from privet.query.world import Private, Spend, World

pytest.importorskip("opendp", reason="the extra `dp` is not installed")

KEYS = tuple(f"city {n:03}" for n in range(100))
WORLD = World(
    (
        Private(
            "visits",
            {"who": "text", "city": "text", "amount": "number"},
            "who",
            Fraction(1),
            {"amount": (Fraction(0), Fraction(100))},
            1,
            {"city": KEYS},
        ),
    )
)
SQL = (
    "SELECT city, COUNT(*) AS n, SUM(amount) AS s, AVG(amount) AS a FROM visits "
    "GROUP BY city ORDER BY city"
)
ROUNDS = 60


def _measured(prepared: Prepared, rows: list[tuple[str, str, float]]) -> Measured:
    who, city, amount = map(list, zip(*rows, strict=True))
    visits = pa.table({"who": who, "city": city, "amount": amount})
    with measuring({"visits": visits}, 1 << 28) as engine:
        return measure(prepared, engine)


def _held(
    prepared: Prepared, measured: Measured, exact: dict[str, list[float]], rounds: int
) -> dict[str, float]:
    """How often the interval of each column holds the exact value of a key."""
    held = dict.fromkeys(exact, 0)
    for _ in range(rounds):
        table = answer(prepared, measured).table
        for name, values in exact.items():
            low, high = (table.column(f"{name} {end}").to_pylist() for end in ("low", "high"))
            held[name] += sum(
                a <= value <= b for a, value, b in zip(low, values, high, strict=True)
            )
    return {name: count / (rounds * len(KEYS)) for name, count in held.items()}


@pytest.mark.parametrize(
    "spend", [Spend(Fraction(1)), Spend(Fraction(1), Fraction(1, 100))], ids=["pure", "delta"]
)
def test_intervals_hold_the_exact_value_as_often_as_they_say(spend: Spend) -> None:
    """6,000 intervals of each column: a share off by 0.015 is five deviations, once in a million.

    Each subject has one row, so that nothing is clipped: the interval speaks of noise alone.
    """
    rows = [(f"p{n}", KEYS[n % 100], float(n * 7 % 101)) for n in range(40_000)]
    _, city, amount = zip(*rows, strict=True)
    true = {key: [a for c, a in zip(city, amount, strict=True) if c == key] for key in KEYS}
    exact = {
        "n": [float(len(true[key])) for key in KEYS],
        "s": [sum(true[key]) for key in KEYS],
        "a": [sum(true[key]) / len(true[key]) for key in KEYS],
    }
    prepared = prepare(SQL, WORLD, spend)
    measured = _measured(prepared, rows)
    shares = _held(prepared, measured, exact, ROUNDS)
    assert all(0.93 <= share <= 0.97 for share in shares.values()), shares


@pytest.mark.parametrize(
    "spend", [Spend(Fraction(2)), Spend(Fraction(2), Fraction(1, 100))], ids=["pure", "delta"]
)
def test_intervals_of_quantiles_hold_at_least_what_they_say(spend: Spend) -> None:
    """2,000 intervals of each: a share below 0.93 is four deviations, once in 30,000.

    They may hold more: what makes counts rise takes noise away, of which they know nothing.
    """
    rows = [(f"p{n}", KEYS[n % 100], float((n // 100) ** 2 % 101)) for n in range(100_000)]
    sql = "SELECT city, MEDIAN(amount) AS m, QUANTILE(amount, 0.9) AS q FROM visits GROUP BY city"
    prepared = prepare(sql, WORLD, spend)
    measured = _measured(prepared, rows)
    part = prepared.plan.parts[0]
    exact = {
        name: [quantile(part, measured.cells[key,], share) for key in KEYS]
        for name, share in (("m", Fraction(1, 2)), ("q", Fraction(9, 10)))
    }
    shares = _held(prepared, measured, exact, rounds=20)
    assert all(share >= 0.93 for share in shares.values()), shares
