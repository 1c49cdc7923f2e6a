"""Generated pairs of (query, neighbouring data), and how far apart their exact numbers lie."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa

from privet.adapters.engines.duckdb import DuckDBEngine
from privet.query.parsing import Plan, parsed
from privet.query.rewrite import STEPS, Clip, Rewrite, sensitivity, written_sql
from privet.query.world import Private, Public, World

COLUMNS = {"who": "text", "city": "text", "amount": "number", "age": "integer", "day": "date"}
VISITS = Private(
    "visits", COLUMNS, "who", Fraction(5, 2),  # type: ignore[arg-type]
    {"amount": (Fraction(-10), Fraction(30)), "age": (Fraction(0), Fraction(99))}, 2,
    {"city": ("Ulm", "Bonn", "")},
)  # fmt: skip
STAYS = Private(
    "stays", {"nights": "integer"}, "who", Fraction(4), {"nights": (Fraction(0), Fraction(9))}
)
PLACES = Public("places", {"name": "text", "area": "text"}, {}, {"area": ("S", "W")})
WORLD = World((VISITS, STAYS), (PLACES,))

FROM = (
    "visits v",
    "visits v JOIN places p ON v.city = p.name",
    "visits v LEFT JOIN places p ON v.city <> p.name",
    "visits v JOIN stays s ON v.who = s.who",
    "(SELECT who, city, amount, age, day FROM visits WHERE amount / age < 7) v",
    (
        "(SELECT who, city, day, MAX(amount) AS amount, MIN(age) AS age FROM visits "
        "GROUP BY who, city, day) v"
    ),
)
VALUES = (
    "v.amount", "v.age", "v.amount * 2 + 1", "v.amount * v.age", "ABS(v.amount)",
    "CASE WHEN v.city = 'Ulm' THEN v.amount ELSE v.age END", "COALESCE(v.amount, v.age)",
    "LEAST(v.amount, 4) - v.age",
)  # fmt: skip
FILTERS = (
    "", " WHERE v.age + 1 > 3", " WHERE v.city LIKE 'U%' OR v.day > '2020-01-01'",
    " WHERE LENGTH(v.city) = 3", " WHERE LN(v.amount) IS NOT NULL AND v.age BETWEEN 0 AND 50",
    " WHERE CAST(v.city AS DATE) IS NULL", " WHERE v.age * v.age < 1e9",
)  # fmt: skip
KEYS = ("", "v.city", "v.age", "year(v.day)", "v.city, v.age", "v.amount", "v.amount / v.age")
AGGREGATES = (
    "COUNT(*)",
    "COUNT({x})",
    "COUNT(DISTINCT v.who)",
    "SUM({x})",
    "AVG({x})",
    "STDDEV({x})",
    "MEDIAN({x})",
)

AMOUNTS = (
    4000.0,
    0.0,
    -0.0,
    1.5,
    30.0,
    -10.0,
    1e308,
    -1e308,
    math.nan,
    math.inf,
    -math.inf,
    None,
    5e-324,
)
AGES = (500, 0, 1, 7, 99, 2**63 - 1, -(2**63), None)
CITIES = ("Ulm", "Bonn", "", "X", None)
DAYS = (date(2024, 1, 1), date(1, 1, 1), date(9999, 12, 31), None)
PEOPLE = ("a", "b", "c", "d", "", None)


def query(chance: random.Random) -> str:
    """One query that the language has."""
    keys = chance.choice(KEYS)
    asked = [
        a.format(x=chance.choice(VALUES)) for a in chance.sample(AGGREGATES, chance.randint(1, 3))
    ]
    tail = f" GROUP BY {keys}" if keys else ""
    return f"SELECT {', '.join(asked)} FROM {chance.choice(FROM)}{chance.choice(FILTERS)}{tail}"


def rows(chance: random.Random) -> pa.Table:
    """A small table of extremes; sometimes one subject has a great deal of it."""
    some = [_row(chance, chance.choice(PEOPLE)) for _ in range(chance.randint(1, 25))]
    if chance.random() < 0.7:
        some += [
            _row(chance, "a", plain=chance.random() < 0.5) for _ in range(chance.randint(5, 60))
        ]
    if chance.random() < 0.3:
        some += [some[0]] * 9
    types = (pa.string(), pa.string(), pa.float64(), pa.int64(), pa.date32())
    columns = zip(*some, strict=True)
    return pa.table({n: pa.array(c, t) for n, c, t in zip(COLUMNS, columns, types, strict=True)})


def _row(chance: random.Random, who: str | None, *, plain: bool = False) -> tuple[Any, ...]:
    amounts, ages = ((30.0, 25.0), (7, 8, 9)) if plain else (AMOUNTS, AGES)
    return (
        who,
        chance.choice(CITIES),
        chance.choice(amounts),
        chance.choice(ages),
        chance.choice(DAYS),
    )


def _stays(chance: random.Random) -> pa.Table:
    people = [chance.choice(PEOPLE) for _ in range(12)]
    return pa.table(
        {"who": pa.array(people, pa.string()), "nights": pa.array(range(12), pa.int64())}
    )


class Bench:
    """A connection that holds a table with and without one of its subjects."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        places = {
            "name": ["Ulm", "Ulm", "Bonn", "", "Ulm", None],
            "area": ["S", "T", "W", "S", "S", "W"],
        }
        connection.register("places", pa.table(places))

    def load(self, chance: random.Random) -> None:
        self.connection.register("all_visits", rows(chance))
        self.connection.register("all_stays", _stays(chance))

    def cells(self, sql: str, keys: int, without: str | None) -> dict[Any, tuple[int, ...]]:
        for name in ("visits", "stays"):
            gone = "" if without is None else f" WHERE who IS DISTINCT FROM '{without}'"
            self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM all_{name}{gone}")
        found = self.connection.execute(sql).fetchall()
        return {repr(row[:keys]): tuple(int(v or 0) for v in row[keys:]) for row in found}


def faults(plan: Plan, clip: Clip, one: dict[Any, Any], two: dict[Any, Any]) -> list[str]:
    """In which parts two answers lie further apart than is declared.

    Parts of one mechanism, the bins of a histogram, are held together to the bound of one.
    """
    found = []
    together: dict[int, tuple[int, int]] = {}
    for i, part in enumerate(plan.parts):
        empty = (0,) * len(plan.parts)
        steps = [one.get(k, empty)[i] - two.get(k, empty)[i] for k in one.keys() | two.keys()]
        held, number = sensitivity(plan, part, clip), plan.mechanisms[i]
        moved = sum(s * s for s in steps) if clip == "l2" else sum(map(abs, steps))
        before, _ = together.get(number, (0, 0))
        together[number] = before + moved, held * held if clip == "l2" else held
        if together[number][0] > together[number][1]:
            found.append(part.measure)
        if (
            plan.private_keys
            and part.measure == "subjects"
            and (
                sum(1 for s in steps if s) > (plan.groups or 0)
                or any(abs(s) > STEPS for s in steps)
            )
        ):
            found.append("keys")
    return found


def checked(
    seed: int, pairs: int, rewrite: Callable[..., Rewrite] = Rewrite, per_query: int = 8
) -> Iterator[tuple[str, list[str]]]:
    """Queries, each with what is wrong over one of its pairs; a query that raises is wrong."""
    chance = random.Random(seed)
    with closing(DuckDBEngine(memory=1 << 28).connect()) as connection:
        bench = Bench(connection)
        done = 0
        while done < pairs:
            asked = query(chance)
            plan = parsed(asked, WORLD)
            clip: Clip = chance.choice(("l1", "l2"))
            sql = written_sql(rewrite(plan, clip).whole())
            for _ in range(per_query // 4):
                bench.load(chance)
                done += 4
                yield asked, _over(bench, sql, plan, clip, chance)


def _over(bench: Bench, sql: str, plan: Plan, clip: Clip, chance: random.Random) -> list[str]:
    keys = len(plan.keys)
    try:
        whole = bench.cells(sql, keys, None)
        gone = ["a", *chance.sample(("b", "c", "d", ""), 3)]
        return [f for who in gone for f in faults(plan, clip, whole, bench.cells(sql, keys, who))]
    except Exception as error:  # noqa: BLE001  # the engine's own: any is a fault
        return [f"raises {type(error).__name__}: {error}"[:300]]
