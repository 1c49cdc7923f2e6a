"""Random bytes for the scanner: its spans obey the laws, and its core agrees with the plain twin.

atheris is no dependency. In an environment of your own, from the root of the repository:

    pip install atheris -e . hypothesis && PYTHONPATH=. python fuzz/fuzz_scan.py -max_len=400
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-not-found,unused-ignore]

with atheris.instrument_imports(include=["tests.property.scan_twin"]):
    from tests.property import scan_laws as laws
    from tests.property.test_scan_against_twin import compared


def one(data: bytes) -> None:
    """One input: its first byte says where the rest is cut into two rows."""
    if data:
        cut = data[0] % len(data)
        laws.same_everywhere([data[1 : cut + 1], data[cut + 1 :]])
        if b"://" not in data:  # the twin reads no URL, and so no password in one
            compared(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
