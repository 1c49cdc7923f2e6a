"""Nanoseconds a row of the keyed hashes beside the standard library: `python bench/kernels.py`.

CPU time, the contenders taken in turn, the median of five; compile time is left out.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import statistics
import time
from collections.abc import Callable, Mapping

import pyarrow as pa

from privet.kernels.hmac_sha256 import hmac_rows, warm
from privet.kernels.siphash import siphash_rows

KEY = bytes(range(32))
COLUMNS: Mapping[str, Callable[[int], str]] = {
    "e-mail, about 20 bytes": lambda row: f"user{row}@example.org",
    "60 bytes (two blocks)": lambda row: f"{row:060d}",
    "10 to 199 bytes": lambda row: f"{row:0{10 + row % 190}d}",
}


def by_copy(values: pa.Array) -> None:
    """`hashlib` with the key's two states made once and copied for each row."""
    padded = KEY.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    for value in values.cast(pa.binary()).to_pylist():
        within, around = inner.copy(), outer.copy()
        within.update(value)
        around.update(within.digest())
        around.digest()


def by_digest(values: pa.Array) -> None:
    """`hmac.digest`, as one would write it."""
    for value in values.cast(pa.binary()).to_pylist():
        hmac.digest(KEY, value, "sha256")


def by_kernel(values: pa.Array) -> None:
    """The kernel."""
    hmac_rows(KEY, values)


def by_siphash(values: pa.Array) -> None:
    """What groups many rows: no pseudonym, 64 bits."""
    siphash_rows(KEY[:16], values)


CONTENDERS = (by_kernel, by_copy, by_digest, by_siphash)


def nanoseconds(contender: Callable[[pa.Array], None], values: pa.Array) -> float:
    start = time.process_time_ns()
    contender(values)
    return (time.process_time_ns() - start) / len(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    warm()
    by_siphash(pa.array([""]))
    for name, make in COLUMNS.items():
        values = pa.array([make(row) for row in range(options.rows)])
        turns = [[nanoseconds(one, values) for one in CONTENDERS] for _ in range(options.turns)]
        kernel, copy, digest, grouping = map(statistics.median, zip(*turns, strict=True))
        print(
            f"{name:24} kernel {kernel:6.0f}   hashlib copy {copy:6.0f}   "
            f"hmac.digest {digest:6.0f}   SipHash {grouping:6.0f}"
        )


if __name__ == "__main__":
    main()
