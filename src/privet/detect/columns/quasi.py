"""Which columns together single out rows, although none of them names anybody.

Postcode, date of birth and sex name nobody, and together nearly everybody (Sweeney, 2000). Ranked
are single columns, pairs, triples, and what a greedy search adds to the best of them. Up to
`MOST_CELLS` values are kept as hashes and counted exactly; beyond, the combinations that lead by
then are followed by sketches, and their error is stated. A missing value counts as a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa

from privet.detect.columns.hashing import hashes_of
from privet.detect.columns.sampling import as_bytes
from privet.detect.columns.uniqueness import (
    Codes,
    Keys,
    Singled,
    Sketch,
    combined,
    dense,
    pair,
    singletons,
)
from privet.model.finding import QuasiIdentifier
from privet.model.paths import ColumnPath
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values
from privet.transforms.text_bytes import TextBytes

MOST_CELLS = 8_000_000
"""Rows times columns that are counted exactly: 64 MB."""
MOST_ROWS = 500_000
_CANDIDATES = 10
"""Columns of which every pair and triple is tried: those that single out the most."""
_WIDEST = 3
_SHOWN = 3
"""Combinations of each size that are told of."""
_WORTH = 0.01
"""Share of rows that a further column must add."""

Combination = tuple[int, ...]


class QuasiRanker:
    """Takes rows in, and ranks the combinations of columns by how many rows each makes unique."""

    def __init__(
        self,
        columns: Sequence[ColumnPath],
        choose: Callable[[], Sequence[ColumnPath]],
        *,
        most_cells: int = MOST_CELLS,
    ) -> None:
        """Prepare for rows that have these top-level columns.

        Args:
            columns: what may be asked about; nested ones are passed over.
            choose: tells, when it is time, which of them identify nobody directly.
            most_cells: values that are kept at most.
        """
        self._columns = [path for path in columns if not path.nested]
        self._choose = choose
        self._most_rows = min(MOST_ROWS, most_cells // max(1, len(self._columns)))
        self._rows = 0
        self._parts: dict[ColumnPath, list[Keys]] = {path: [] for path in self._columns}
        self._sketches: dict[tuple[ColumnPath, ...], Sketch] | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Take rows in."""
        self._rows += batch.num_rows
        if self._sketches is not None:
            self._follow(self._sketches, {p: _keys(leaf_values(batch, p)) for p in self._parts})
            return
        for path, parts in self._parts.items():
            parts.append(_keys(leaf_values(batch, path)))
        if self._rows > self._most_rows:
            self._start_sketches()

    def ranked(self) -> tuple[QuasiIdentifier, ...]:
        """The combinations worth telling, the one that singles out most first."""
        if self._sketches is not None:
            found = {paths: sketch.singled() for paths, sketch in self._sketches.items()}
        else:
            found = dict(self._counted())
        told = [
            QuasiIdentifier(paths, singled.unique, singled.rows, singled.error)
            for paths, singled in found.items()
            if singled.unique
        ]
        return tuple(sorted(told, key=lambda each: (-each.unique, len(each.columns))))

    def _counted(self) -> Iterator[tuple[tuple[ColumnPath, ...], Singled]]:
        chosen = [path for path in self._choose() if path in self._parts]
        whole = [np.concatenate(self._parts[path]) for path in chosen] if self._rows else []
        for members, unique in _search([dense(keys) for keys in whole], self._rows):
            yield tuple(chosen[place] for place in members), Singled(unique, self._rows)

    def _start_sketches(self) -> None:
        """Follow the combinations that lead among the rows so far, and let go of the rows."""
        leading = [paths for paths, _ in self._counted()]
        kept = {path: np.concatenate(self._parts[path]) for paths in leading for path in paths}
        self._sketches = {paths: Sketch() for paths in leading}
        self._parts = {path: [] for path in kept}
        self._follow(self._sketches, kept)

    @staticmethod
    def _follow(
        sketches: dict[tuple[ColumnPath, ...], Sketch], keys: dict[ColumnPath, Keys]
    ) -> None:
        for paths, sketch in sketches.items():
            sketch.add(combined([keys[path] for path in paths]))


def _keys(values: Values) -> Keys:
    """A hash of each value, 0 where it is missing."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    coded = values.dictionary_encode()
    raw = as_bytes(coded.dictionary)
    full = pc.fill_null(pc.greater(pc.binary_length(raw), 0), pa.scalar(value=False))
    keys = np.zeros(len(raw) + 1, np.uint64)
    keys[:-1][full.to_numpy(zero_copy_only=False)] = hashes_of(TextBytes.of(raw.filter(full)))
    found: Keys = keys[pc.fill_null(coded.indices, len(raw)).to_numpy()]
    return found


def _search(columns: Sequence[tuple[Codes, int]], rows: int) -> Iterator[tuple[Combination, int]]:
    """Combinations worth telling, with the rows that each makes unique."""
    alone: dict[Combination, int] = {
        (place,): singletons(*column) for place, column in enumerate(columns)
    }
    # Where no row has a value of its own, the column with more values parts rows more.
    order = sorted(alone, key=lambda each: (-alone[each], -columns[each[0]][1]))[:_CANDIDATES]
    places = sorted(each[0] for each in order)
    counts: dict[Combination, int] = dict(alone)
    coded: dict[Combination, tuple[Codes, int]] = {(p,): columns[p] for p in places}
    for size in range(2, _WIDEST + 1):
        for members in combinations(places, size):
            codes = pair(coded[members[:-1]], columns[members[-1]])
            counts[members] = singletons(*codes)
            if size < _WIDEST:
                coded[members] = codes
    best = _told(counts, rows)
    yield from best
    if best:
        yield from _greedy(max(best, key=lambda each: each[1]), columns, places, rows)


def _told(counts: dict[Combination, int], rows: int) -> list[tuple[Combination, int]]:
    """The best of each size that single out more than each smaller one they hold."""
    told: list[tuple[Combination, int]] = []
    for size in range(1, _WIDEST + 1):
        sized = [(each, unique) for each, unique in counts.items() if len(each) == size]
        worth = [
            (each, unique)
            for each, unique in sized
            if unique - _of_parts(each, counts) >= max(1, _WORTH * rows)
        ]
        told += sorted(worth, key=lambda each: -each[1])[:_SHOWN]
    return told


def _of_parts(members: Combination, counts: dict[Combination, int]) -> int:
    """The most rows that a part of a combination singles out."""
    return max(
        (counts[part] for part in combinations(members, len(members) - 1) if part), default=0
    )


def _greedy(
    start: tuple[Combination, int],
    columns: Sequence[tuple[Codes, int]],
    places: Sequence[int],
    rows: int,
) -> Iterator[tuple[Combination, int]]:
    """Add the column that singles out most further rows, as long as one is worth it."""
    members, unique = start
    codes = columns[members[0]]
    for place in members[1:]:
        codes = pair(codes, columns[place])
    grown = False
    while left := [place for place in places if place not in members]:
        tried = {place: pair(codes, columns[place]) for place in left}
        best = max(left, key=lambda place: singletons(*tried[place]))
        if singletons(*tried[best]) - unique < max(1, _WORTH * rows):
            break
        members, codes, grown = (*members, best), tried[best], True
        unique = singletons(*codes)
    if grown:
        yield tuple(sorted(members)), unique
