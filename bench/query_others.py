"""One side of `query_peers.py`, in the environment that has it: `query_others.py SIDE FILE`.

For each line on standard input the question is answered once, over rows that were loaded before,
and CPU, peak memory and the number of groups in the answer are told as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

EPSILON, DELTA = 1.0, 1e-6
GROUPS, ROWS, LEAST, MOST = 4, 10, 0.0, 100.0

Ask = Callable[[], int]


def opendp(file: str) -> Ask:
    """OpenDP's Polars context, which finds the keys itself."""
    import opendp.prelude as dp
    import polars as pl

    dp.enable_features("contrib")
    frame = pl.read_parquet(file)

    def ask() -> int:
        context = dp.Context.compositor(
            data=frame.lazy(),
            privacy_unit=dp.unit_of(contributions=1, identifier="who"),
            privacy_loss=dp.loss_of(epsilon=EPSILON, delta=DELTA),
            split_evenly_over=1,
            margins=[
                dp.polars.Margin(max_length=len(frame)),
                dp.polars.Margin(by=["city"], max_groups=100, max_length=len(frame)),
            ],
        )
        query = (
            context.query()
            .truncate_per_group(ROWS, by=["city"])
            .truncate_num_groups(GROUPS, by=["city"], keep="first")
            .group_by("city")
            .agg(dp.len().alias("n"), pl.col("amount").dp.sum((LEAST, MOST)).alias("s"))
        )
        return int(query.release().collect().height)

    return ask


def smartnoise(file: str) -> Ask:
    """SmartNoise SQL over pandas, which finds the keys itself."""
    import pandas as pd
    import snsql

    frame = pd.read_parquet(file)
    frame["who"] = frame["who"].astype(str)
    columns: dict[str, Any] = {
        "row_privacy": False,
        "max_ids": GROUPS,
        "censor_dims": True,
        "rows": len(frame),
        "who": {"type": "string", "private_id": True},
        "city": {"type": "string"},
        "amount": {"type": "float", "lower": LEAST, "upper": MOST},
    }

    def ask() -> int:
        privacy = snsql.Privacy(epsilon=EPSILON, delta=DELTA)
        reader = snsql.from_df(frame, privacy=privacy, metadata={"": {"": {"visits": columns}}})
        sql = "SELECT city, COUNT(*) AS n, SUM(amount) AS s FROM visits GROUP BY city"
        return len(reader.execute(sql)) - 1

    return ask


def pipelinedp(file: str) -> Ask:
    """PipelineDP on its local backend, with the keys given."""
    import pipeline_dp
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    rows = list(zip(*(table[name].to_pylist() for name in ("who", "city", "amount")), strict=True))
    keys = sorted({city for _, city, _ in rows})

    def ask() -> int:
        accountant = pipeline_dp.NaiveBudgetAccountant(total_epsilon=EPSILON, total_delta=DELTA)
        engine = pipeline_dp.DPEngine(accountant, pipeline_dp.LocalBackend())
        parameters = pipeline_dp.AggregateParams(
            noise_kind=pipeline_dp.NoiseKind.GAUSSIAN,
            metrics=[pipeline_dp.Metrics.COUNT, pipeline_dp.Metrics.SUM],
            max_partitions_contributed=GROUPS,
            max_contributions_per_partition=ROWS,
            min_value=LEAST,
            max_value=MOST,
        )
        extractors = pipeline_dp.DataExtractors(
            privacy_id_extractor=lambda row: row[0],
            partition_extractor=lambda row: row[1],
            value_extractor=lambda row: row[2],
        )
        found = engine.aggregate(rows, parameters, extractors, public_partitions=keys)
        accountant.compute_budgets()
        return len(list(found))

    return ask


def privet(file: str) -> Ask:
    """Ours: the question read, bounded and summed in DuckDB on one thread, and its noise."""
    from fractions import Fraction

    import pyarrow.parquet as pq
    from query_speed import KEYS, Engine

    from privet.query.answering import answer, measure, prepare
    from privet.query.world import Private, Spend, World

    engine = Engine(pq.read_table(file))
    bounds = {"amount": (Fraction(int(LEAST)), Fraction(int(MOST)))}
    visits = Private(
        "visits",
        {"city": "text", "amount": "number"},
        "who",
        Fraction(2 * ROWS),
        bounds,
        GROUPS,
        {"city": KEYS},
    )
    sql = "SELECT city, COUNT(*) AS n, SUM(amount) AS s FROM visits GROUP BY city"

    def ask() -> int:
        prepared = prepare(sql, World((visits,)), Spend(Fraction(1), Fraction(1, 10**6)))
        return answer(prepared, measure(prepared, engine)).table.num_rows

    return ask


SIDES = {"opendp": opendp, "smartnoise": smartnoise, "pipelinedp": pipelinedp, "privet": privet}


def main() -> None:
    """Load, warm up, then answer once for each line."""
    warnings.simplefilter("ignore")
    out = sys.stdout
    with contextlib.redirect_stdout(io.StringIO()):
        ask = SIDES[sys.argv[1]](sys.argv[2])
        ask()
    print(json.dumps({"ready": True}), file=out, flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            groups = ask()
        cpu = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        told = {"cpu": cpu, "peak": peak, "said": f"{groups} groups"}
        print(json.dumps(told), file=out, flush=True)


if __name__ == "__main__":
    main()
