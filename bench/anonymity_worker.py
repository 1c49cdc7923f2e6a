"""One side of `bench/anonymity.py`: loads its data, warms up, and works when told to.

Prints a line of JSON when it is ready, and one for each turn: seconds of CPU, the most memory held
so far in bytes, and what came out. Loading and coding are outside of the turns.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

K = 5
ROWS = 1_200_000
MANY = ("postcode", "born", "sex")


def coded(data: str, folder: Path) -> tuple[list[str], list[Any], Any]:
    """Names, hierarchies and codes (rows, columns), column by column in memory."""
    import numpy as np

    from privet.protect.encoding import encode_rows

    if data == "many":
        names, hierarchies, codes = many()
        return names, hierarchies, np.asfortranarray(codes)
    table = adult_table(data, folder)
    hierarchies = adult_hierarchies(table.column_names, folder)
    return table.column_names, list(hierarchies.values()), encode_rows(table, hierarchies, {}).codes


def adult_table(data: str, folder: Path) -> Any:
    """Adult, or the 1.2 million rows made from it."""
    from pyarrow import csv, parquet

    if data == "big":
        return parquet.read_table(folder / "adult_big_1.2M.parquet")
    options = csv.ParseOptions(delimiter=";")
    return csv.read_csv(folder / "adult.csv", parse_options=options)


def adult_hierarchies(names: list[str], folder: Path) -> dict[str, Any]:
    from privet.protect.hierarchies.building import build
    from privet.protect.hierarchies.csv_files import read_csv

    files = {name: folder / f"adult_hierarchy_{name}.csv" for name in names}
    return {name: build(read_csv(file), column=name) for name, file in files.items()}


def many() -> tuple[list[str], list[Any], Any]:
    """Made-up people: postcodes that are not equally full, birth dates of 80 years, sexes."""
    import numpy as np

    random = np.random.default_rng(7)
    codes = np.empty((ROWS, 3), np.int32)
    codes[:, 0] = np.minimum(random.gamma(2.0, 18_000, ROWS), 99_999)
    codes[:, 1] = random.integers(0, 80 * 360, ROWS)
    codes[:, 2] = random.integers(0, 2, ROWS)
    hierarchies = [
        steps(100_000, (1, 10, 100, 1_000, 10_000)),
        steps(80 * 360, (1, 30, 360, 3_600)),
        steps(2, (1,)),
    ]
    return list(MANY), hierarchies, codes


def people() -> Any:
    """The same people as a table has them: text, days, text."""
    import numpy as np
    import pyarrow as pa

    names, _, codes = many()
    postcodes = pa.array([f"{code:05d}" for code in codes[:, 0].tolist()])
    born = pa.array(codes[:, 1] - 10_000, pa.int32()).cast(pa.date32())
    sexes = pa.array(np.array(["female", "male"], object)[codes[:, 2]])
    return pa.table([postcodes, born, sexes], names)


def steps(leaves: int, widths: tuple[int, ...]) -> Any:
    """A hierarchy of groups of so many leaves on each level, and a root."""
    import numpy as np

    from privet.protect.hierarchies.hierarchy import Hierarchy

    numbers = np.arange(leaves)
    nodes = np.stack([*(numbers // width for width in widths), numbers * 0]).astype(np.int32)
    labels = tuple(tuple(map(str, range(own[-1] + 1))) for own in nodes.tolist())
    return Hierarchy(labels[0], nodes, labels, ordered=True)


def solver(what: str, data: str, folder: Path, suppress: float) -> Callable[[], str]:
    """From coded columns to a solution."""
    from privet.model.anonymity import KAnonymity
    from privet.protect.combinations import combine
    from privet.protect.criteria import pack

    if what == "mondrian":
        from privet.protect.mondrian.solving import solve
    else:
        from privet.protect.full_domain.solving import solve
    names, hierarchies, codes = coded(data, folder)
    sizes = [len(hierarchy.leaves) for hierarchy in hierarchies]

    def work() -> str:
        combinations, _ = combine(tuple(names), sizes, codes)
        rules = pack([KAnonymity(K)], combinations)
        solved = solve(combinations, hierarchies, rules, suppress)
        combined = len(combinations.rows)
        return f"loss {solved.loss:.5f}, {len(solved.recoding.level)} classes of {combined}"

    return work


def grouping(data: str, folder: Path, *, codes: bool) -> Callable[[], str]:
    """DuckDB's GROUP BY over a loaded table, on one thread."""
    import duckdb
    import pyarrow as pa

    if codes:
        names, _, columns = coded(data, folder)
        table = pa.table(dict(zip(names, columns.T, strict=True)))
    else:
        table = people() if data == "many" else adult_table(data, folder)
        names = table.column_names
    engine = duckdb.connect()
    engine.execute("SET threads = 1")
    engine.register("given", table)
    engine.execute("CREATE TABLE loaded AS SELECT * FROM given")
    listed = ", ".join(f'"{name}"' for name in names)
    query = f"SELECT {listed}, count(*) AS n FROM loaded GROUP BY {listed}"

    def work() -> str:
        return f"{engine.sql(query).to_arrow_table().num_rows} combinations"

    return work


def main() -> None:
    what, data, folder, suppress = sys.argv[1:5]
    if what.startswith("duckdb"):
        work = grouping(data, Path(folder), codes=what == "duckdb-codes")
    else:
        work = solver(what, data, Path(folder), float(suppress))
    work()
    work()
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        began = time.process_time()
        said = work()
        cpu = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"cpu": cpu, "peak": peak, "said": said}), flush=True)


if __name__ == "__main__":
    main()
