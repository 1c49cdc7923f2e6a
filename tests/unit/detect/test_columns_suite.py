"""Part of the labelled suite (`bench/columns.py` has all of it) as a floor."""

from __future__ import annotations

from itertools import chain

import pytest

from bench.column_suite.real import real_tables
from bench.column_suite.tables import STYLES, Labelled, tables
from bench.column_suite.values import LOCALES
from bench.columns import scored

ROWS = 60


def test_made_up_tables_of_both_halves_are_judged_right() -> None:
    result = scored(chain(tables("tune", rows=ROWS), tables("held", rows=ROWS)))
    assert result.kinds.macro >= 0.95, "\n".join(result.errors)
    assert result.categories.macro >= 0.95
    assert result.sure[True] >= 0.95 * result.sure.total()


def test_real_shaped_tables_are_judged_right() -> None:
    result = scored(real_tables())
    assert result.kinds.macro >= 0.95, "\n".join(result.errors)
    assert result.categories.macro >= 0.95


@pytest.fixture(scope="module")
def suite() -> list[Labelled]:
    return [*tables("tune", rows=2), *tables("held", rows=2), *real_tables()]


def test_the_suite_is_what_was_asked_for(suite: list[Labelled]) -> None:
    assert len(suite) == 2 * len(LOCALES) * len(STYLES) + 10 >= 70
    assert len(LOCALES) == 8
    truths = [truth for labelled in suite for truth in labelled.truth.values()]
    assert sum(truth is None for truth in truths) >= len(truths) / 3


def test_a_table_is_the_same_every_time() -> None:
    once, again = (next(tables("held", rows=5)) for _ in range(2))
    assert once.rows.equals(again.rows)
    assert once.truth == again.truth
