"""CPU and memory of a bounded question: `python bench/query_speed.py [--rows 10000000]`.

Count, sum and mean by 100 public keys over rows of 500,000 subjects, heavy-tailed: the rewrite that
bounds each subject beside DuckDB `count + count(distinct subject)` over the same table
(asked: 1.7 x at most), then over the kept bounded view beside `count + sum` (asked: 1 x). One
thread, the contenders in turn, medians of five, CPU time; loading is left out. Noise is in neither:
it is added to 100 rows.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa

from privet.query.answering import Prepared, answer, measure, prepare
from privet.query.rewrite import VIEW
from privet.query.world import Private, Spend, World

KEYS = tuple(f"City {number:03d}" for number in range(100))
ASKED = "SELECT city, COUNT(*), SUM(amount), AVG(amount) FROM visits GROUP BY city"
SUMMED = "SELECT city, COUNT(*), SUM(amount) FROM visits GROUP BY city"
DISTINCT = "SELECT city, COUNT(*), COUNT(DISTINCT who) FROM visits GROUP BY city"


class Engine:
    """DuckDB on one thread, over a table in memory, compressed as where a question is answered."""

    def __init__(self, visits: pa.Table) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        self.connection.execute("ATTACH ':memory:' AS held (COMPRESS)")
        self.connection.execute("USE held")
        self.connection.register("incoming", visits)
        self.connection.execute("CREATE TABLE visits AS FROM incoming")
        self.connection.unregister("incoming")
        self.connection.execute("CHECKPOINT held")

    def table(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()

    def keep(self, prepared: Prepared) -> int:
        self.connection.execute(f'CREATE TABLE "{VIEW}" AS {prepared.view_sql}')
        self.connection.execute("CHECKPOINT held")
        return int(self.table(f'SELECT COUNT(*) AS n FROM "{VIEW}"').column("n")[0].as_py())


def made(rows: int, subjects: int) -> pa.Table:
    """Visits: few subjects have many; most of each one's are in one place."""
    chance = np.random.default_rng(1)
    weights = chance.lognormal(0, 1.4, subjects)
    who = chance.choice(subjects, rows, p=weights / weights.sum())
    home = (chance.zipf(1.3, subjects) % 100)[who]
    away = np.minimum((chance.pareto(1.0, rows) * 3).astype(np.int64), 99)
    city = np.where(chance.random(rows) < 0.6, home, away)
    return pa.table(
        {
            "who": pa.array(who, pa.int64()),
            "city": pa.array(np.array(KEYS)[city]),
            "amount": pa.array(np.minimum(chance.lognormal(3, 1, rows), 1e6)),
        }
    )


def medians(contenders: Mapping[str, Callable[[], object]], turns: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, contender in contenders.items():
            start = time.process_time()
            contender()
            taken[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--subjects", type=int, default=500_000)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    bounds = {"amount": (Fraction(0), Fraction(100))}
    visits = Private(
        "visits", {"city": "text", "amount": "number"}, "who", Fraction(30), bounds, 8,
        {"city": KEYS},
    )  # fmt: skip
    prepared = prepare(ASKED, World((visits,)), Spend(Fraction(1), Fraction(1, 10**6)))
    engine = Engine(made(options.rows, options.subjects))
    plain = {"count + sum": SUMMED, "count + distinct": DISTINCT}
    ways: dict[str, Callable[[], object]] = {
        name: lambda sql=sql: engine.table(sql) for name, sql in plain.items()
    }
    first = medians({**ways, "bounded": lambda: measure(prepared, engine)}, options.turns)
    cells = engine.keep(prepared)
    kept = {"count + sum": ways["count + sum"], "kept": lambda: engine.table(prepared.sum_sql)}
    again = medians(kept, options.turns)
    measured = measure(prepared, engine)
    noise = medians({"noise": lambda: answer(prepared, measured)}, options.turns)
    print(
        f"{options.rows:,} rows, noise {prepared.cost.noise}; CPU: count + sum "
        f"{first['count + sum']:.3f} s, count + distinct {first['count + distinct']:.3f} s\n"
        f"first: {first['bounded']:.3f} s, {first['bounded'] / first['count + distinct']:.2f} x "
        f"count + distinct (asked: 1.7), {first['bounded'] / first['count + sum']:.1f} x count + "
        f"sum\nkept view of {cells:,} cells: {again['kept']:.3f} s, "
        f"{again['kept'] / again['count + sum']:.2f} x count + sum (asked: 1)\n"
        f"noise and answer: {noise['noise']:.3f} s; "
        f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB with the rows"
    )


if __name__ == "__main__":
    main()
