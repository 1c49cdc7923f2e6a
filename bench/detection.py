"""Speed of detection beside Presidio and Hyperscan: `python bench/detection.py --others …/python`.

Texts of ten languages with 28 kinds evenly in them, made anew: a span for each 10 kB (sparse),
400 B (mixed), 50 B (dense). Every way of detecting is a process of its own that has loaded what it
needs; in each of five rounds each does its work once, one after the other, on one core. The figure
is MB (10**6 bytes) of text for each second of CPU, the median of the rounds; Presidio gets the
first part of the same texts. Privet: from an Arrow array to spans with scores; also from a list of
Python strings. Presidio: the 28 kinds as pattern recognizers with context words, blank language
model, no phone recognizer. Hyperscan: the same patterns in one database, over one buffer, a count
of what matches: no validators, no context, no rows.

Then two cores beside one (wall time: take a calm machine), and 1 GB of text, batch after batch.

The others are in no environment of ours::

    python -m venv OTHERS
    OTHERS/bin/pip install -r bench/requirements-detection.txt
    python bench/detection.py --others OTHERS/bin/python

Without `--others` they are left out, and that is said. `--kinds` tells what is found of each kind.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
ASKED = {"mixed": (500, 1000), "dense": (200, 200)}
"""How many times as fast as Presidio: asked, aimed at."""
ASKED_CORES, ASKED_MEMORY = 1.8, 1000
BLOCK = 8_000_000
OTHERS = ("presidio", "hyperscan")


class Side:
    """A process that does one kind of work when told to."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE.parent
        )
        self.costs: list[dict[str, float]] = []
        self.bytes = int(self._answer()["bytes"])

    def turn(self) -> None:
        """Have the work done once."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self.costs.append(self._answer())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def speed(self, clock: str = "cpu") -> float:
        """Median MB/s."""
        return self.bytes / 1e6 / median(cost[clock] for cost in self.costs)

    def spread(self) -> str:
        """The slowest and the fastest round, MB/s of CPU."""
        speeds = sorted(self.bytes / 1e6 / cost["cpu"] for cost in self.costs)
        return f"{speeds[0]:.3g} to {speeds[-1]:.3g}"

    def peak(self) -> float:
        """MB of memory at its most."""
        return max(cost["peak"] for cost in self.costs) / 1e6

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a side of the bench ended early; its error stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer


def privet(what: str, path: Path, size: int, threads: int = 1) -> Side:
    """A side of ours."""
    worker = str(HERE / "detection_worker.py")
    return Side([sys.executable, worker, what, str(path), str(size), str(threads)])


def write_block(path: Path, density: float, size: int = BLOCK) -> float:
    """Texts into an Arrow file; how many bytes there are for each span."""
    import pyarrow as pa

    from tests.texts import corpus

    made = corpus.make(density, size)
    schema = pa.schema([("text", pa.string())])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        writer.write_batch(pa.record_batch([made.texts], schema=schema))
    return made.density


def in_turns(sides: dict[str, Side], rounds: int) -> None:
    """Each side once in each round."""
    for _ in range(rounds):
        for side in sides.values():
            side.turn()
    for side in sides.values():
        side.close()


def beside(name: str, path: Path, arguments: argparse.Namespace) -> None:
    """Every way of detecting on one corpus."""
    size = arguments.megabytes * 1_000_000
    sides = {"arrow": privet("arrow", path, size), "list": privet("list", path, size)}
    if arguments.others:
        other = [arguments.others, str(HERE / "detection_others.py")]
        prefix = {"presidio": arguments.prefix * 1000, "hyperscan": BLOCK}
        for what in OTHERS:
            sides[what] = Side([*other, what, str(path), str(prefix[what])])
    in_turns(sides, arguments.rounds)
    for what, side in sides.items():
        spans = side.bytes / max(side.costs[0]["spans"], 1)
        line = f"  {what:<10}{side.speed():>10.4g} MB/s of CPU ({side.spread()})"
        line += f"  {side.bytes / 1e6:.3g} MB, a span for each {spans:.0f} B"
        print(f"{line}, {side.peak():.0f} MB of memory")
    if arguments.others:
        for what in ("arrow", "list"):
            ratio = sides[what].speed() / sides["presidio"].speed()
            asked = ASKED.get(name) if what == "arrow" else None
            said = f" (asked: {asked[0]}, aim: {asked[1]})" if asked else ""
            print(f"  {what}: {ratio:,.0f} x Presidio{said}")
        print(f"  arrow: {sides['arrow'].speed() / sides['hyperscan'].speed():.2g} x Hyperscan")


def cores(path: Path, arguments: argparse.Namespace) -> None:
    """Two cores beside one."""
    size = arguments.megabytes * 2_000_000
    sides = {"one": privet("arrow", path, size), "two": privet("arrow", path, size, 2)}
    in_turns(sides, arguments.rounds)
    one, two = sides["one"].speed("wall"), sides["two"].speed("wall")
    print(f"two cores, mixed: {two:.4g} MB/s of wall time, one: {one:.4g}; ", end="")
    print(f"{two / one:.2f} x (asked: {ASKED_CORES})")


def memory(path: Path) -> None:
    """1 GB of text, batch after batch."""
    side = privet("stream", path, 1_000_000_000, 2)
    in_turns({"stream": side}, 1)
    cost = side.costs[0]
    print(f"1 GB, mixed, in batches of {BLOCK / 1e6:.0f} MB: {cost['wall']:.2f} s, ", end="")
    print(f"{cost['cpu']:.2f} s of CPU, {side.peak():.0f} MB of memory (asked: {ASKED_MEMORY})")


def kinds(density: float) -> None:
    """What is found of each kind, exactly; what is found beside is told too."""
    from privet.detect.kinds.registry import by_code
    from privet.detect.text.detector import Detector
    from tests.texts import corpus
    from tests.texts.scoring import by_characters

    made = corpus.make(density, BLOCK // 2)
    spans = Detector().detect(made.texts)
    rows = made.texts.to_pylist()
    found = {}
    for row, start, end, code in zip(
        *(column.tolist() for column in (spans.row, spans.start, spans.end, spans.kind)),
        strict=True,
    ):
        place = by_characters(rows[row], [start], [end])[0]
        found[row, *place] = by_code(code).name
    gold = dict(
        zip(
            zip(made.row.tolist(), made.start.tolist(), made.end.tolist(), strict=True),
            made.kind,
            strict=True,
        )
    )
    there = Counter(gold.values())
    called = Counter((kind, found.get(place, "-")) for place, kind in gold.items())
    for kind in sorted(there):
        names = {name: n for (one, name), n in called.items() if one == kind}
        print(f"  {kind:<18}{there[kind]:>6}  {names}")
    beside_gold = Counter(name for place, name in found.items() if place not in gold)
    print(f"  found elsewhere: {dict(beside_gold.most_common())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--others", help="a Python that has Presidio and Hyperscan")
    parser.add_argument("--megabytes", type=int, default=64, help="text for Privet, 10**6 bytes")
    parser.add_argument("--prefix", type=int, default=200, help="text for Presidio, 1000 bytes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("sparse", "mixed", "dense", "cores", "memory"))
    parser.add_argument("--kinds", type=float, metavar="DENSITY")
    arguments = parser.parse_args()
    if arguments.kinds:
        kinds(arguments.kinds)
        return
    from tests.texts.corpus import DENSITIES

    if not arguments.others:
        print("no --others: Presidio and Hyperscan are left out")
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{name}.arrow" for name in DENSITIES}
        for name, density in DENSITIES.items():
            had = write_block(paths[name], density)
            if arguments.only in (None, name):
                print(f"{name}: a span for each {had:.0f} B of text")
                beside(name, paths[name], arguments)
        if arguments.only in (None, "cores"):
            cores(paths["mixed"], arguments)
        if arguments.only in (None, "memory"):
            memory(paths["mixed"])


if __name__ == "__main__":
    main()
