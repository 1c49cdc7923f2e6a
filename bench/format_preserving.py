"""Nanoseconds a value of tokens and of FF1: `python bench/format_preserving.py --ff3 PYTHON`.

Tokens of a column of few different values beside Arrow's dictionary encoding of it (asked: at least
as fast), and FF1 of card numbers beside the package `ff3` (asked: 50 times as fast), which runs in
an interpreter of its own (`requirements-reversible.txt`). CPU time, the contenders in turn, medians
of five; loading and compiling are left out.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from privet.kernels.hmac_column import expect
from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.policy import Treatment
from privet.transforms import repeating
from privet.transforms.build import Transform, build
from privet.transforms.linkage import LinkageKey

KEY = LinkageKey("bench", "customer/bench/local", bytes(range(32)))
FF3 = """
import sys, time
from ff3 import FF3Cipher
cipher = FF3Cipher("2DE79D232DF5585D68CE47882AE256D6", "CBD09280979564")
values = [f"{number:016d}" for number in range(10**15, 10**15 + int(sys.argv[1]))]
start = time.process_time_ns()
for value in values:
    cipher.encrypt(value)
print((time.process_time_ns() - start) / len(values))
"""


def made(name: str, **params: str | int) -> Transform:
    column = Column(ColumnPath.of("c"), "string", "user.unique_id")
    transform = build(Treatment(name, tuple(params.items())), column, KEY)
    if transform is None:
        raise ValueError("nothing to measure")
    return transform


def medians(contenders: Mapping[str, Callable[[], float]], turns: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, contender in contenders.items():
            taken[name].append(contender())
    return {name: statistics.median(times) for name, times in taken.items()}


def timed(work: Callable[[], object], values: int) -> Callable[[], float]:
    def once() -> float:
        start = time.process_time_ns()
        work()
        return (time.process_time_ns() - start) / values

    return once


def tokens(rows: int, turns: int) -> None:
    chance = np.random.default_rng(0)
    for distinct in (10, 100, 1_000):
        names = pa.array([f"user{number}.name@example.org" for number in range(distinct)])
        values = names.take(pa.array(chance.integers(0, distinct, rows)))
        token = made("token")
        token.apply(values)
        found = medians(
            {
                "Arrow": timed(values.dictionary_encode, rows),
                "token": timed(_whole(token, values), rows),
            },
            turns,
        )
        print(
            f"{distinct:6,} different values: token {found['token']:5.1f}   Arrow's dictionary "
            f"{found['Arrow']:5.1f}   {found['Arrow'] / found['token']:.2f} times (asked: 1)"
        )


def _whole(transform: Transform, values: pa.Array) -> Callable[[], object]:
    return lambda: transform.apply(values)


def formats(values: int, turns: int, other: str | None) -> None:
    chance = np.random.default_rng(1)
    numbers = [f"{number:016d}" for number in chance.integers(10**15, 10**16, values)]
    array = pa.array(numbers)
    ways = {name: timed(_whole(made(name), array), values) for name in ("format", "encrypt")}
    for way in ways.values():
        way()
    contenders = {"FF1": ways["format"]}
    if other is not None:
        contenders["ff3"] = lambda: float(
            subprocess.run(
                [other, "-c", FF3, "5000"], capture_output=True, text=True, check=True
            ).stdout
        )
    found = medians(contenders, turns)
    sealed = medians({"encrypt": ways["encrypt"]}, turns)["encrypt"]
    line = f"16 digits: FF1 {found['FF1']:,.0f}   AES-SIV {sealed:,.0f}"
    if other is not None:
        line += f"   ff3 {found['ff3']:,.0f}   {found['ff3'] / found['FF1']:.0f} times (asked: 50)"
    print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--values", type=int, default=200_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--ff3", metavar="PYTHON", help="an interpreter that has `ff3`")
    options = parser.parse_args()
    expect(10**9)  # as the vault says of a large source: the kernels are worth loading
    repeating.expect(10**9)
    tokens(options.rows, options.turns)
    formats(options.values, options.turns, options.ff3)


if __name__ == "__main__":
    main()
