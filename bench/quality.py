"""CPU and memory of rules beside other tools: `python bench/quality.py --rows 2000000`.

Ten rules on rows (null, pattern, list of values, range of numbers and of dates, length) and one on
uniqueness, on the same Parquet file of twelve columns, of which some rows fail each rule. Every
tool reads the file, judges, and tells how many rows fail each rule and which rows those are; where
they differ it is printed. Privet streams batches as its pipeline does; the others take the whole
file, as their manuals have it. Each turn is a process of its own, the tools take turns; medians.
*Judging* is CPU from rows in memory to the answer; the whole process has the start of Python,
imports and reading Parquet in it, which weigh more than the rules. Of rows that are the same in
their key, privet (and Pandera for pandas) lets the first pass; the others fail them all.

Pandera for pandas is in the development environment. For the others, which are no part of it::

    python -m venv OTHERS
    OTHERS/bin/pip install "pandera[pandas,polars]" pointblank great_expectations pyarrow
    python bench/quality.py --others OTHERS/bin/python

What is not installed is left out, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ASKED = 5.0
COUNTRIES = ("AT", "CH", "DE", "FR", "NL", "PL")
STATES = ("cancelled", "late", "open", "paid", "sent")
EMAIL = r"^[a-z0-9.]+@[a-z0-9]+\.[a-z]{2,}$"
POSTCODE = "^[0-9]{5}$"
FROM, TO = date(1930, 1, 1), date(2010, 12, 31)
RULES = (
    *("email_not_null", "email_pattern", "name_not_null", "country_values", "state_values"),
    *("amount_range", "age_range", "postcode_pattern", "born_range", "phone_length", "id_unique"),
)
BATCH_ROWS = 65_536
MARK = "FOUND "


class Cost(NamedTuple):
    """CPU seconds (user and system, all threads), of judging alone too; wall seconds; peak MB."""

    judging: float
    cpu: float
    wall: float
    memory: float


def write_source(path: Path, rows: int) -> None:
    """Orders; about one in a thousand fails each rule. The same file for the same `rows`."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(11)

    def spoiled(values: list[Any], bad: list[Any]) -> list[Any]:
        for place in np.flatnonzero(random.random(len(values)) < 0.001).tolist():
            values[place] = bad[place % len(bad)]
        return values

    def table(begin: int, count: int) -> pa.RecordBatch:
        numbers = np.arange(begin, begin + count)
        twice = random.random(count) < 0.001
        ids = np.where(twice, np.maximum(numbers - 7, 0), numbers)
        people = random.integers(0, rows // 3 + 1, count).tolist()
        amounts = np.round(random.gamma(2.0, 40.0, count), 2).tolist()
        days = (random.integers(-10_000, 10_000, count)).tolist()
        columns: dict[str, Any] = {
            "id": [f"A{n:09d}" for n in ids.tolist()],
            "name": spoiled([f"Person {n:x}" for n in people], [None]),
            "email": spoiled(
                [f"person.{n:x}@mail{n % 50}.example" for n in people], [None, "nobody", "a@b"]
            ),
            "phone": spoiled([f"+49 {n * 7919 % 10**10:010d}" for n in people], ["112"]),
            "born": pa.array(spoiled(days, [20_000, -20_000]), pa.int32()).cast(pa.date32()),
            "age": spoiled(random.integers(16, 95, count).tolist(), [-1, 190]),
            "postcode": spoiled([f"{n % 99999:05d}" for n in people], ["D-1000", ""]),
            "country": spoiled([COUNTRIES[n % 6] for n in people], ["Germany"]),
            "state": spoiled([STATES[n % 5] for n in people], ["Paid", "?"]),
            "amount": spoiled(amounts, [-5.0, 1e7]),
            "at": (1_600_000_000 + random.integers(0, 10**8, count)).astype("datetime64[s]"),
            "note": [f"order {n % 977} late, call again" for n in people],
        }
        return pa.RecordBatch.from_arrays([pa.array(c) for c in columns.values()], list(columns))

    first = table(0, min(rows, 100_000))
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        writer.write_batch(first)
        for done in range(first.num_rows, rows, 100_000):
            writer.write_batch(table(done, min(100_000, rows - done)))


def tell(failed: dict[str, int], rows: int, judging: float) -> None:
    """What a turn found: rows that fail, by rule; rows that fail any; CPU seconds of judging."""
    print(MARK + json.dumps({"failed": failed, "rows": rows, "judging": judging}))


# Privet


def privet(path: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from privet.adapters.world import SystemEntropy
    from privet.model.contract import Column, Contract
    from privet.model.paths import ColumnPath
    from privet.model.quality import Length, Matches, NotNull, OneOf, QualityRule, Range, Unique
    from privet.model.reserved import PLACE
    from privet.quality.key_rules import key_judges
    from privet.quality.keys import Distinct
    from privet.quality.rules import compile_rules

    def rule(name: str, check: Any) -> QualityRule:
        return QualityRule(name, check, (ColumnPath.of(name.partition("_")[0]),))

    rules = [
        rule("email_not_null", NotNull()),
        rule("email_pattern", Matches(EMAIL)),
        rule("name_not_null", NotNull()),
        rule("country_values", OneOf(COUNTRIES)),
        rule("state_values", OneOf(STATES)),
        rule("amount_range", Range("0", "10000")),
        rule("age_range", Range("0", "120")),
        rule("postcode_pattern", Matches(POSTCODE)),
        rule("born_range", Range(f"{FROM}", f"{TO}")),
        rule("phone_length", Length(8, 20)),
        rule("id_unique", Unique()),
    ]

    def groups(words: np.ndarray[Any, Any]) -> Iterator[np.ndarray[Any, Any]]:
        """Rows of the same keys together, in groups that fit a cache, as the pipeline has them."""
        parts = (words >> np.uint64(58)).astype(np.uint8)
        order = np.argsort(parts, kind="stable")
        return iter(np.split(order, np.searchsorted(parts[order], np.arange(1, 64))))

    file = pq.ParquetFile(path)
    types = dict.fromkeys(("id", "name", "email", "phone", "postcode", "country"), "string")
    types |= {"state": "string", "note": "string", "born": "date32", "age": "int64"}
    types |= {"amount": "double", "at": "timestamp[s]"}
    columns = tuple(Column(ColumnPath.of(name), types[name]) for name in file.schema_arrow.names)
    contract = Contract("orders", "1.0.0", columns, rules=tuple(rules))
    compiled = compile_rules(contract)
    (unique,) = key_judges(contract, (), SystemEntropy(), {})  # type: ignore[arg-type]
    assert isinstance(unique, Distinct)
    failed = dict.fromkeys(RULES, 0)
    held, keys, hashes = [], [], []
    judging = 0.0
    # One thread, so that what the reader spends is not taken for the judge's.
    for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
        begin = time.process_time()
        judged = compiled.judge(batch, pa.nulls(batch.num_rows, pa.string()))
        for name, count in judged.failed.items():
            failed[name] += count
        held.append(judged.reasons.is_valid().to_numpy(zero_copy_only=False))
        hashes.append(unique.hashes(batch).hashes)
        keys.append(batch.column("id"))
        judging += time.process_time() - begin
    begin = time.process_time()
    words = np.concatenate(hashes)
    table = pa.table({"id": pa.concat_arrays(keys), PLACE: np.arange(len(words))})
    lost = np.zeros(len(words), np.bool_)
    for rows in groups(words):
        lost[rows] = unique.failing(table.take(pa.array(rows)), (words[rows], None))
    failed["id_unique"] = int(np.count_nonzero(lost))
    failing = int(np.count_nonzero(np.concatenate(held) | lost))
    tell(failed, failing, judging + time.process_time() - begin)


# The others


def _pandera_names(failures: Any) -> dict[str, int]:
    """Failing rows by our rules' names, of Pandera's report (pandas)."""
    checks = {"not_nullable": "not_null", "str_matches": "pattern", "isin": "values"}
    checks |= {"in_range": "range", "between": "range", "str_length": "length"}
    checks |= {"field_uniqueness": "unique"}
    failed = dict.fromkeys(RULES, 0)
    for (column, check), count in failures.items():
        word = next(ours for theirs, ours in checks.items() if str(check).startswith(theirs))
        failed[f"{column}_{word}"] += int(count)
    return failed


def pandera_pandas(path: Path) -> None:
    import pandas as pd
    import pandera.pandas as pa
    from pandera.pandas import Check, Column

    frame = pd.read_parquet(path)
    schema = pa.DataFrameSchema(
        {
            "id": Column(unique=True, report_duplicates="exclude_first"),
            "name": Column(nullable=False),
            "email": Column(nullable=False, checks=Check.str_matches(EMAIL)),
            "country": Column(checks=Check.isin(COUNTRIES)),
            "state": Column(checks=Check.isin(STATES)),
            "amount": Column(checks=Check.in_range(0, 10_000)),
            "age": Column(checks=Check.in_range(0, 120)),
            "postcode": Column(checks=Check.str_matches(POSTCODE)),
            "born": Column(checks=Check.in_range(FROM, TO)),
            "phone": Column(checks=Check.str_length(8, 20)),
        }
    )
    begin = time.process_time()
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        failed = _pandera_names(cases.groupby(["column", "check"]).size())
        rows = cases["index"].nunique()
        tell(failed, rows, time.process_time() - begin)


def pandera_polars(path: Path) -> None:
    import pandera.polars as pa
    import polars as pl
    from pandera.polars import Check, Column

    frame = pl.read_parquet(path)
    schema = pa.DataFrameSchema(
        {
            "id": Column(unique=True, report_duplicates="exclude_first"),
            "name": Column(nullable=False),
            "email": Column(nullable=False, checks=Check.str_matches(EMAIL)),
            "country": Column(checks=Check.isin(COUNTRIES)),
            "state": Column(checks=Check.isin(STATES)),
            "amount": Column(checks=Check.in_range(0, 10_000)),
            "age": Column(checks=Check.in_range(0, 120)),
            "postcode": Column(checks=Check.str_matches(POSTCODE)),
            "born": Column(checks=Check.in_range(FROM, TO)),
            "phone": Column(checks=Check.str_length(8, 20)),
        }
    )
    begin = time.process_time()
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        counts = cases.group_by("column", "check").len().rows()
        failed = _pandera_names({(column, check): count for column, check, count in counts})
        rows = cases["index"].n_unique()
        tell(failed, rows, time.process_time() - begin)


def pointblank(path: Path) -> None:
    import pointblank as pb
    import polars as pl

    frame = pl.read_parquet(path)
    begin = time.process_time()
    found = (
        pb.Validate(data=frame)
        .col_vals_not_null("email")
        .col_vals_regex("email", EMAIL, na_pass=True)
        .col_vals_not_null("name")
        .col_vals_in_set("country", list(COUNTRIES))
        .col_vals_in_set("state", list(STATES))
        .col_vals_between("amount", 0, 10_000)
        .col_vals_between("age", 0, 120)
        .col_vals_regex("postcode", POSTCODE)
        .col_vals_between("born", FROM, TO)
        .col_vals_expr(pl.col("phone").str.len_chars().is_between(8, 20))
        .rows_distinct("id")
        .interrogate(get_first_n=0, collect_extracts=False)
    )
    counts = found.n_failed()
    failed = {name: int(counts[number + 1]) for number, name in enumerate(RULES)}
    rows = found.get_sundered_data(type="fail").height
    tell(failed, rows, time.process_time() - begin)


def great_expectations(path: Path) -> None:
    import great_expectations as gx
    import pandas as pd
    from great_expectations import expectations as expect

    frame = pd.read_parquet(path)
    begin = time.process_time()
    asset = gx.get_context(mode="ephemeral").data_sources.add_pandas("p").add_dataframe_asset("a")
    definition = asset.add_batch_definition_whole_dataframe("b")
    batch = definition.get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(
        name="orders",
        expectations=[
            expect.ExpectColumnValuesToNotBeNull(column="email"),
            expect.ExpectColumnValuesToMatchRegex(column="email", regex=EMAIL),
            expect.ExpectColumnValuesToNotBeNull(column="name"),
            expect.ExpectColumnValuesToBeInSet(column="country", value_set=list(COUNTRIES)),
            expect.ExpectColumnValuesToBeInSet(column="state", value_set=list(STATES)),
            expect.ExpectColumnValuesToBeBetween(column="amount", min_value=0, max_value=10_000),
            expect.ExpectColumnValuesToBeBetween(column="age", min_value=0, max_value=120),
            expect.ExpectColumnValuesToMatchRegex(column="postcode", regex=POSTCODE),
            expect.ExpectColumnValuesToBeBetween(column="born", min_value=FROM, max_value=TO),
            expect.ExpectColumnValueLengthsToBeBetween(column="phone", min_value=8, max_value=20),
            expect.ExpectColumnValuesToBeUnique(column="id"),
        ],
    )
    found = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    results = [each.result for each in found.results]
    failed = {name: each["unexpected_count"] for name, each in zip(RULES, results, strict=True)}
    rows = {row for each in results for row in each["unexpected_index_list"]}
    tell(failed, len(rows), time.process_time() - begin)


TURNS: dict[str, tuple[Callable[[Path], None], str]] = {
    "privet": (privet, "privet"),
    "pandera, pandas": (pandera_pandas, "pandera.pandas"),
    "pandera, polars": (pandera_polars, "pandera.polars"),
    "pointblank, polars": (pointblank, "pointblank"),
    "great expectations": (great_expectations, "great_expectations"),
}
"""What takes turns, and the module that it needs."""


def measured(command: list[str]) -> tuple[Cost, dict[str, Any]]:
    """Run one turn to its end."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
    line = next((line for line in text.splitlines() if line.startswith(MARK)), None)
    if child.returncode or line is None:
        sys.exit(text)
    peak = usage.ru_maxrss / (1000 if sys.platform == "linux" else 1_000_000)
    told = json.loads(line.removeprefix(MARK))
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(told["judging"], cpu, time.monotonic() - begin, peak), told


def interpreters(others: str | None) -> dict[str, str]:
    """The Python that each tool is run with; what is nowhere installed is left out."""
    found = {}
    for name, (_, module) in TURNS.items():
        for python in dict.fromkeys((others or sys.executable, sys.executable)):
            tried = [python, "-W", "ignore", "-c", f"import {module}"]
            if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
                found[name] = python
                break
        else:
            print(f"{name}: left out, `{module}` is not installed (see the top of this file)")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--others", help="the Python of an environment that has the other tools")
    parser.add_argument("--keep", type=Path, help="a Parquet file to make once and use again")
    parser.add_argument("--turn", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.turn:
        TURNS[options.turn[0]][0](Path(options.turn[1]))
        return
    with tempfile.TemporaryDirectory(prefix="privet-bench-") as folder:
        source = options.keep or Path(folder, "orders.parquet")
        if not source.exists():
            write_source(source, options.rows)
        compare(source.absolute(), options)


def compare(source: Path, options: argparse.Namespace) -> None:
    pythons = interpreters(options.others)
    costs: dict[str, list[Cost]] = {name: [] for name in pythons}
    told: dict[str, dict[str, Any]] = {}
    for _ in range(options.turns):
        for name, python in pythons.items():
            turn = [python, "-W", "ignore", __file__, "--turn", name, str(source)]
            cost, told[name] = measured(turn)
            costs[name].append(cost)
    size = source.stat().st_size / 1e6
    print(f"{options.rows:,} rows x 12 columns, {size:,.0f} MB of Parquet, {len(RULES)} rules")
    heads = ("judging s", "ratio", "CPU s", "ratio", "wall s", "peak MB", "failing rows")
    print(f"{'':20}" + "".join(f"{head:>{len(head) + 3}}" for head in heads))
    for name, some in costs.items():
        middle = Cost(*map(statistics.median, zip(*some, strict=True)))
        pairs = list(zip(some, costs["privet"], strict=True))
        judging = statistics.median(one.judging / ours.judging for one, ours in pairs)
        whole = statistics.median(one.cpu / ours.cpu for one, ours in pairs)
        figures = f"{middle.judging:12.2f}{judging:8.1f}{middle.cpu:8.2f}{whole:8.1f}"
        figures += f"{middle.wall:9.2f}{middle.memory:10.0f}{told[name]['rows']:15,}"
        print(f"{name:20}{figures}")
        ours, theirs = told["privet"]["failed"], told[name]["failed"]
        for rule in RULES:
            if ours[rule] != theirs[rule]:
                print(f"    {rule}: {theirs[rule]:,} rows, and {ours[rule]:,} by privet")
    print(f"asked: each other tool at least {ASKED:g} times the CPU of privet")


if __name__ == "__main__":
    main()
