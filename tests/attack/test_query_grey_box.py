"""The exact numbers behind an answer never lie further apart than its noise is made for."""

from __future__ import annotations

import pytest

from tests.attack.query_pairs import checked


def test_no_neighbours_are_further_apart_than_declared() -> None:
    wrong = [(asked, found) for asked, found in checked(7, 600) if found]
    assert not wrong


@pytest.mark.slow
def test_no_neighbours_are_further_apart_in_twenty_thousand_pairs() -> None:
    wrong = [(asked, found) for asked, found in checked(8, 20_000, per_query=40) if found]
    assert not wrong
