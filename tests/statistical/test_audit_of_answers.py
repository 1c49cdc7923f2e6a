"""The auditor at the real way: honest endpoints stay below their claim, broken ones do not."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

pytest.importorskip("opendp", reason="the extra `dp` is not installed")

BENCH = Path(__file__).parents[2] / "bench" / "audit_dp.py"


@pytest.mark.slow
def test_honest_endpoints_are_not_above_and_three_broken_ones_are() -> None:
    """A false alarm once in 10,000 for all honest ones together; a mistake is missed more often."""
    bench = runpy.run_path(str(BENCH), run_name="bench")
    named = {case.name: case for case in bench["CASES"]}
    for case in named.values():
        if not case.broken and not case.whole:
            verdict = bench["audited"](case, 4000, alpha=1e-4 / len(named))
            assert not verdict.above, case.name
    for name in ("half the sensitivity", "one draw for two answers", "scale by the data"):
        assert bench["audited"](named[name], 4000, alpha=1e-4).above, name
