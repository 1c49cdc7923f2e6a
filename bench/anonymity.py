"""Solvers of k-anonymity beside anjana and DuckDB: `python bench/anonymity.py --others …/python`.

Each side is a process of its own that has loaded its data and warmed up (compiled code, caches);
in each of five rounds each does its work once, one after the other, on one core. Figures are
seconds of CPU, medians of the rounds, and the most memory that the process ever held.

- Adult (30,162 rows, nine quasi-identifiers, k = 5): from coded columns to the proven optimum,
  grouping in it, beside anjana's `k_anonymity` of the same table, hierarchies and suppression.
- 1.2 million rows made from Adult: the same beside DuckDB's GROUP BY of the nine columns of a
  loaded table, on one thread: of the text as it is, and of the same codes.
- Mondrian from coded columns beside the same GROUP BY; and with many distinct combinations, of
  made-up postcodes, birth dates and sexes.

The data are ../shared/data/adult beside the checkout (`--data`). anjana is in no environment of
ours::

    python -m venv OTHERS
    OTHERS/bin/pip install -r bench/requirements-anonymity.txt
    python bench/anonymity.py --others OTHERS/bin/python

Without `--others` anjana is left out, and that is said.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "shared" / "data" / "adult"


class Side:
    """A process that does one kind of work when told to."""

    def __init__(self, python: str, script: str, *arguments: object) -> None:
        command = [python, str(HERE / script), *map(str, arguments)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE.parent
        )
        self.costs: list[dict[str, Any]] = []
        self._answer()

    def turn(self) -> None:
        """Have the work done once."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self.costs.append(self._answer())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    @property
    def cpu(self) -> float:
        """Median seconds of CPU."""
        return median(cost["cpu"] for cost in self.costs)

    def tell(self, name: str) -> None:
        """Its figures in a line."""
        spread = sorted(cost["cpu"] for cost in self.costs)
        peak = max(cost["peak"] for cost in self.costs) / 1e6
        line = f"  {name:<22}{self.cpu * 1e3:>9.1f} ms of CPU ({spread[0] * 1e3:.1f} to "
        print(f"{line}{spread[-1] * 1e3:.1f}), {peak:.0f} MB; {self.costs[-1]['said']}", flush=True)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a side of the bench ended early; its error stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer


def in_turns(sides: dict[str, Side], rounds: int) -> None:
    """Each side once in each round."""
    for _ in range(rounds):
        for side in sides.values():
            side.turn()
    for name, side in sides.items():
        side.close()
        side.tell(name)


def ours(*arguments: object) -> Side:
    """A side of ours, or DuckDB in our environment."""
    return Side(sys.executable, "anonymity_worker.py", *arguments)


def adult(suppress: float, asked: int, arguments: argparse.Namespace) -> None:
    """The search beside anjana."""
    print(f"Adult, k = 5, {suppress:.0%} suppressed at most")
    sides = {"privet, full-domain": ours("full-domain", "adult", arguments.data, suppress)}
    if arguments.others:
        script = "anonymity_others.py"
        sides["anjana"] = Side(arguments.others, script, arguments.data, suppress * 100)
    in_turns(sides, arguments.rounds)
    if arguments.others:
        ratio = sides["anjana"].cpu / sides["privet, full-domain"].cpu
        said = f" (asked: {asked} x)" if asked else ""
        print(f"  privet: {ratio:,.0f} x as fast as anjana{said}")


def beside_grouping(title: str, data: str, wanted: Sequence[str], arguments: Any) -> None:
    """Solvers beside DuckDB's GROUP BY."""
    print(title)
    asked = {("full-domain", "big"): 2, ("mondrian", "big"): 2, ("mondrian", "many"): 6}
    sides = {f"privet, {each}": ours(each, data, arguments.data, 0.02) for each in wanted}
    sides["DuckDB, as it is"] = ours("duckdb", data, arguments.data, 0)
    sides["DuckDB, codes"] = ours("duckdb-codes", data, arguments.data, 0)
    in_turns(sides, arguments.rounds)
    for each in wanted:
        ratio = sides[f"privet, {each}"].cpu / sides["DuckDB, as it is"].cpu
        codes = sides[f"privet, {each}"].cpu / sides["DuckDB, codes"].cpu
        line = f"  {each}: {ratio:.2f} x the CPU of that GROUP BY (asked: {asked[each, data]} x)"
        print(f"{line}, {codes:.2f} x of codes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--others", help="a Python that has anjana")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with Adult")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("adult", "big", "many"))
    arguments = parser.parse_args()
    if not arguments.data.exists():
        raise SystemExit(f"{arguments.data} is not there: name the folder with Adult by --data")
    if not arguments.others:
        print("no --others: anjana is left out")
    if arguments.only in (None, "adult"):
        adult(0.0, 400, arguments)
        adult(0.02, 60, arguments)
    if arguments.only in (None, "big"):
        title = "1.2 million rows of nine columns, k = 5, 2% suppressed at most"
        beside_grouping(title, "big", ("full-domain", "mondrian"), arguments)
    if arguments.only in (None, "many"):
        title = "1.2 million rows of postcode, birth date and sex, k = 5"
        beside_grouping(title, "many", ("mondrian",), arguments)


if __name__ == "__main__":
    main()
