"""The scanner run by the interpreter over arrays that refuse each index outside of them.

Run it with NUMBA_DISABLE_JIT=1: `python -m tests.property.scan_guarded [TEXTS]`. Compiled code
checks no index, and takes a negative one from the end; here both raise.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np

from privet.kernels import scan as package

PIECES = (
    b"ana@example.com", b"a@b.xn--p1ai", b"192.168.1.10:80", b"2001:db8::ff00:42:8329",
    b"mac:00:1A:2b",
    b"00-1A-2b-3C-4d-5E", b"4111 1111 1111 1111", b"DE89 3704 0044 0532 0130 00",
    b"BIC: DEUTDEFF500",
    b"123e4567-e89b-12d3-a456-426614174000", b"born 6 May 1990", b"+49 (0)171 123-4567 ext. 12",
    b"078-05-1120", b"SW1A 1AA", b"12 Main Street", b"Hauptstra\xc3\x9fe 12", b"52.5200, 13.4050",
    b"age 42", b"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", b"password = hunter2x",
    b"key='AKIAIOSFODNN7",
    b"https://ana:pa5s@host/?email=a%40b.co", b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    b"AB 12 34 56 C", b"\xe7\x94\xb5\xe8\xaf\x9d 13800138000", b"@handle",
    b"\xe2\x82\xac5", b"\xc2\xa37",
    b"-", b"=", b":", b"\xff", b"\xc3", b"\xe2", b"\0", b" ", b".", b"1", b"--",
)  # fmt: skip


class Guarded:
    """An array of one or more dimensions whose indexes are checked; small integers are Python's."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    @property
    def shape(self) -> Any:
        return self._array.shape

    def _check(self, index: Any) -> None:
        for size, place in zip(
            self._array.shape, index if isinstance(index, tuple) else (index,), strict=False
        ):
            for at in (place.start, place.stop - 1) if isinstance(place, slice) else (place,):
                if isinstance(at, int | np.integer) and not 0 <= at < size:
                    raise IndexError(f"{at} of {size}")

    def __getitem__(self, index: Any) -> Any:
        self._check(index)
        value = self._array[index]
        if isinstance(value, np.ndarray):
            return Guarded(value)
        return value if value.dtype in (np.uint64, np.bool_) else int(value)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._check(index)
        self._array[index] = value


def opened(record: Any) -> Any:
    """A record, and the records in it, as an object with guarded arrays."""
    if isinstance(record, np.ndarray) and record.dtype.names is None:
        return Guarded(record)
    names = record.dtype.names
    if not names:
        return int(record)
    return SimpleNamespace(**{name: opened(record[name]) for name in names})


def guard_modules() -> None:
    """Put guarded arrays in place of the tables that the kernels' modules hold."""
    for module in pkgutil.iter_modules(package.__path__):
        loaded = importlib.import_module(f"{package.__name__}.{module.name}")
        for name, value in vars(loaded).items():
            if isinstance(value, np.ndarray):
                setattr(loaded, name, Guarded(value))


def text(made: random.Random) -> bytes:
    """Pieces, the last cut off, so that a row ends after any prefix of a value."""
    pieces = [made.choice(PIECES) + made.choice((b"", b" ")) for _ in range(made.randint(1, 5))]
    whole = b"".join(pieces)
    start = made.choice((0, 0, 0, made.randrange(len(whole))))
    last = len(whole) - len(pieces[-1])
    return whole[start : max(start, made.randint(last, len(whole)))]


def main(count: int) -> int:
    from privet.detect.text.passes import CODES
    from privet.detect.text.tables import known_tables
    from privet.kernels.scan import scanner
    from privet.kernels.scan.tables import workplace

    known = opened(known_tables()[0])
    guard_modules()
    made, bad = random.Random(7), 0
    for _ in range(count):
        raw = text(made)
        data, offsets = np.frombuffer(raw, np.uint8), np.array([0, len(raw)])
        work = opened(workplace(np.zeros(CODES, np.uint8), -1)[0])
        found = Guarded(np.zeros((400, 6), np.int64))
        try:
            with np.errstate(over="ignore"):
                scanner._scan(
                    Guarded(data), len(data), Guarded(offsets), 0, 0, 1, found, work, known
                )
        except IndexError as error:
            bad += 1
            trace = error.__traceback__
            names = []
            while trace:
                names.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
                trace = trace.tb_next
            sys.stdout.write(f"{raw!r} {error} {' '.join(names[-5:])}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
