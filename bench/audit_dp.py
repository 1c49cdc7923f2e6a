"""What answers to questions give away, told from outside: `python bench/audit_dp.py`.

An auditor who chooses two neighbouring tables asks the same question many times on each, and bounds
from below what the answers give away: epsilon where the noise is Laplace's, mu where it is Gaussian
(`privet.query.auditing`). Honest endpoints may not be found above what they declare, but with a
chance of 1e-4 for all of them together; endpoints with a mistake seeded must be found above it.

The way is the real one: prepare, measure in DuckDB, answer. Before the noise all is deterministic,
so that it is measured once for each table, and `answer` is what runs many times; endpoints called
*whole* do all of it each time. One core; seconds are CPU.

    --runs 20000      answers on each table (whole endpoints: an eighth; large mistakes: a fifth)
    --seconds 30      the most that one endpoint may take
    --only TEXT       endpoints whose name has it

Ends with 1 if an honest endpoint is above its claim, or a mistake is not seen.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pyarrow as pa

from privet.adapters.engines.duckdb import DuckDBEngine
from privet.query import answering
from privet.query.answering import Cost, answer, measure, prepare
from privet.query.auditing import Bound, epsilon_at_least, mu_at_least
from privet.query.world import Private, Spend, World

ALPHA = 1e-4
CITIES = tuple("abcdefgh")
VISITS = Private(
    "visits", {"city": "text", "word": "text", "amount": "number"}, "who", Fraction(4),
    {"amount": (Fraction(0), Fraction(100))}, 8, {"city": CITIES},
)  # fmt: skip
WORLD = World((VISITS,))
BY_ROW = World((replace(VISITS, subject="visit"),))
ONE = Spend(Fraction(1))
WIDE = Spend(Fraction(1), Fraction(1, 100))
COUNT = "SELECT COUNT(*) AS n FROM visits"
BY_CITY = "SELECT city, COUNT(*) AS n FROM visits GROUP BY city"
BOTH = "SELECT COUNT(*) AS n, SUM(amount) AS s FROM visits"
BOTH_BY_CITY = "SELECT city, COUNT(*) AS n, SUM(amount) AS s FROM visits GROUP BY city"
BY_WORD = "SELECT word, COUNT(DISTINCT who) AS n FROM visits GROUP BY word"

Read = Callable[[pa.Table], float]


def number(name: str, at: int = 0) -> Read:
    return lambda table: table.column(name)[at].as_py()


def together(sign: int) -> Read:
    """COUNT and SUM of the first group, each in what one row adds to it at most."""
    return lambda table: table.column("n")[0].as_py() + sign * table.column("s")[0].as_py() / 100


def averaged(table: pa.Table) -> float:
    """COUNT and AVG, the latter turned back into a sum around the middle of the bounds."""
    return table.column("n")[0].as_py() + 400 * (table.column("a")[0].as_py() - 50) / 50


def named(table: pa.Table) -> float:
    """Whether the key that only the subject has is named."""
    return float("own" in table.column("word").to_pylist())


def common(table: pa.Table) -> float:
    """The count of the key that many have; less than any number if it is not named."""
    found = dict(zip(*table.select(["word", "n"]).to_pydict().values(), strict=True))
    return found.get("often", -math.inf)


@dataclass(frozen=True)
class Case:
    """An endpoint: a question, and the subject whose presence is to be told from its answer."""

    name: str
    sql: str
    spend: Spend
    read: Read
    amount: float = 100.0
    word: str = "often"
    bug: Callable[[Cost], Any] | None = None
    ran: World = WORLD
    whole: bool = False
    others: float = 50.0
    small: bool = False

    @property
    def broken(self) -> bool:
        return self.bug is not None or self.ran is not WORLD

    def rows(self, *, subject: bool) -> pa.Table:
        """400 others, one row each; the subject has 64, all in the first city."""
        n = 64 if subject else 0
        return pa.table(
            {
                "who": [str(i) for i in range(400)] + ["subject"] * n,
                "visit": list(range(400 + n)),
                "city": [CITIES[i % 8] for i in range(400)] + ["a"] * n,
                "word": ["often"] * 400 + [self.word] * n,
                "amount": [self.others] * 400 + [self.amount] * n,
            }
        )


@contextmanager
def seeded(name: str, value: Any) -> Iterator[None]:
    """A part of the way replaced by one with a mistake."""
    was = getattr(answering, name)
    setattr(answering, name, value(was))
    try:
        yield
    finally:
        setattr(answering, name, was)


@contextmanager
def noise(change: Callable[[Any, Sequence[int], Fraction], list[int]]) -> Iterator[None]:
    """Both kinds of noise, drawn by `change` from the true one, the values and the scale."""

    def changed(true: Any) -> Any:
        return lambda values, scale: change(true, values, scale)

    with seeded("discrete_gaussian", changed), seeded("discrete_laplace", changed):
        yield


def halved(_: Cost) -> Any:
    """The sensitivity is half of what it should be."""
    return noise(lambda true, values, scale: true(values, scale / 2))


def charged_once(cost: Cost) -> Any:
    """Each part gets the noise that it would need if it were the only one."""
    parts = Fraction(len(cost.ratios))
    less = parts if cost.noise == "laplace" else Fraction(math.isqrt(int(parts * 10**12)), 10**6)
    return noise(lambda true, values, scale: true(values, scale / less))


def one_draw(_: Cost) -> Any:
    """One draw for all numbers of an answer (until the next one begins)."""
    kept: list[int] = []

    def change(true: Any, values: Sequence[int], scale: Fraction) -> list[int]:
        if not kept:
            kept.extend(true([0], scale))
        elif len(values):
            return [value + kept.pop() for value in values[:1]] + list(values[1:])
        return [value + kept[0] for value in values]

    return noise(change)


def scaled_by_data(_: Cost) -> Any:
    """The scale follows the numbers that it should hide."""
    return noise(
        lambda true, values, scale: [
            true([value], scale * max(1, min(abs(value), 2**18)) / 2**18)[0] for value in values
        ]
    )


CASES = (
    Case("COUNT", COUNT, ONE, number("n")),
    Case("SUM", "SELECT SUM(amount) AS s FROM visits", ONE, number("s")),
    Case(
        "COUNT and AVG", "SELECT COUNT(amount) AS n, AVG(amount) AS a FROM visits", ONE, averaged
    ),
    Case("COUNT by public keys", BY_CITY, ONE, number("n")),
    Case("private keys: is one named", BY_WORD, Spend(Fraction(1), Fraction(1, 10)), named,
         word="own"),
    Case("private keys: the count of one", BY_WORD, Spend(Fraction(1), Fraction(1, 10)), common),
    Case("COUNT by public keys, delta", BY_CITY, WIDE, number("n")),
    Case("COUNT and SUM by public keys, delta", BOTH_BY_CITY, WIDE, together(1)),
    Case("COUNT and AVG by public keys, delta",
         "SELECT city, COUNT(amount) AS n, AVG(amount) AS a FROM visits GROUP BY city", WIDE,
         lambda table: averaged(table.slice(0, 1))),
    Case("COUNT, whole", COUNT, ONE, number("n"), whole=True),
    Case("half the sensitivity", COUNT, ONE, number("n"), bug=halved),
    Case("half the sensitivity, delta", BY_CITY, WIDE, number("n"), bug=halved),
    Case("two answers charged once", BOTH, ONE, together(1), bug=charged_once, small=True),
    Case("one draw for two answers", BOTH, ONE, together(-1), amount=0.0, others=0.0, bug=one_draw),
    Case("scale by the data", "SELECT SUM(amount) AS s FROM visits", ONE, number("s"),
         others=0.0, bug=scaled_by_data),
    Case("rows are bounded, not subjects; whole", COUNT, ONE, number("n"), ran=BY_ROW, whole=True),
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What a case declares, and what its answers show."""

    case: Case
    loss: str
    declared: float
    bound: Bound
    runs: int
    seconds: float

    @property
    def above(self) -> bool:
        return self.bound.value > self.declared

    @property
    def as_wanted(self) -> bool:
        return self.above == self.case.broken


class _Engine:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def table(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()


def audited(case: Case, runs: int, *, alpha: float = ALPHA, seconds: float = math.inf) -> Verdict:
    """`runs` answers on each side in turn, or as many as there is time for."""
    began = time.process_time()
    cost = prepare(case.sql, WORLD, case.spend).cost
    mistake = nullcontext() if case.bug is None else case.bug(cost)
    sides: tuple[list[float], list[float]] = ([], [])
    with closing(DuckDBEngine(memory=1 << 28).connect()) as connection, mistake:
        engines = _tables(case, connection)
        asked = [_endpoint(case, engine) for engine in engines]
        while len(sides[0]) < runs and time.process_time() - began < seconds:
            for side, ask in zip(sides, asked, strict=True):
                side.append(ask())
    loss, declared = claimed(cost)
    test = epsilon_at_least if loss == "epsilon" else mu_at_least
    bound = test(*sides, alpha=alpha, delta=float(cost.delta))
    return Verdict(case, loss, declared, bound, len(sides[0]), time.process_time() - began)


def claimed(cost: Cost) -> tuple[str, float]:
    """What is declared: epsilon of pure noise, mu of Gaussian; both add up over the parts."""
    if cost.noise == "laplace":
        return "epsilon", float(sum(1 / ratio for ratio in cost.ratios))
    return "mu", math.sqrt(sum(1 / (ratio * ratio) for ratio in cost.ratios))


def _tables(case: Case, connection: Any) -> list[_Engine]:
    """The connection and a cursor of it, each with a table of its own under the same name."""
    found = []
    for subject in (False, True):
        cursor = connection.cursor()
        cursor.register("visits", case.rows(subject=subject))
        found.append(_Engine(cursor))
    return found


def _endpoint(case: Case, engine: _Engine) -> Callable[[], float]:
    prepared = prepare(case.sql, case.ran, case.spend)
    measured = measure(prepared, engine)

    def ask() -> float:
        if not case.whole:
            return case.read(answer(prepared, measured).table)
        afresh = prepare(case.sql, case.ran, case.spend)
        return case.read(answer(afresh, measure(afresh, engine)).table)

    return ask


def runs_of(case: Case, runs: int) -> int:
    """How often a case is asked: large mistakes are soon seen."""
    return max(
        100, runs // (8 if case.whole else 1) // (5 if case.broken and not case.small else 1)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    cases = [case for case in CASES if options.only in case.name]
    print(f"{'endpoint':40} {'runs':>6}          declared  at least  verdict       CPU s")
    wrong, seconds = 0, 0.0
    for case in cases:
        verdict = audited(
            case, runs_of(case, options.runs), alpha=ALPHA / len(CASES), seconds=options.seconds
        )
        wrong, seconds = wrong + (not verdict.as_wanted), seconds + verdict.seconds
        said = "ABOVE" if verdict.above else "not above"
        print(
            f"{case.name:40} {verdict.runs:6} {verdict.loss:>8} {verdict.declared:9.3f} "
            f"{verdict.bound.value:9.3f}  {said:9}{' ' if verdict.as_wanted else '!'} "
            f"{verdict.seconds:8.1f}",
            flush=True,
        )
    print(f"{wrong} of {len(cases)} not as they should be; {seconds:.0f} s of CPU (asked: 300)")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
