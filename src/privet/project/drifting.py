"""Looks for personal data in columns whose contract knows of none: a bounded, seeded sample."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from privet.detect.kinds.registry import KINDS, Kind, by_code
from privet.kernels.spans import Spans
from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.paths import ColumnPath
from privet.pipeline.category_drift import Unknown
from privet.policy.categories import ancestors
from privet.transforms.arrow import Values, pc
from privet.transforms.finding import SpanFinder
from privet.transforms.nested import leaf_values, row_index

SAMPLE = 10_000
"""Values of a column that are looked at before any are passed over; later about as many again for
each doubling."""

LEAST_SCORE = 65
"""How sure a single find must be: a valid form with context, at least."""

LEAST_SHARE, LEAST_VALUES = 0.01, 2
"""Fewer than that may be chance: a number that has a valid check digit."""

_LONGEST = 4_096
_FREE_TEXT = "user.content"
_ANY_ID = frozenset({"user", "user.unique_id"})
"""Categories that already say that values single out people; what they are made of adds nothing."""
_VAGUE = frozenset({"place", "organisation", "age", "name"})
"""What only a model finds, or what says little by itself."""


@dataclass
class _Watched:
    """One column, and what was found in it."""

    column: Column
    codes: frozenset[int]
    seen: int = 0
    looked: int = 0
    counts: Counter[str] = field(default_factory=Counter)


class ContractWatch:
    """Looks at the text columns of one contract.

    Args:
        contract: whose categories count as known. A column of free text is not looked at: it may
            hold anything, and the policy treats it so.
        finder: finds; every kind of span that it gives is looked at.
        seed: of the sample.
    """

    def __init__(self, contract: Contract, finder: SpanFinder, seed: int = 0) -> None:
        self._finder = finder
        self._random = np.random.default_rng(seed)
        self._watched = [
            _Watched(column, frozenset(kind.code for kind in _kinds() if _unknown(kind, column)))
            for column in contract.columns
            if column.type == "string" and _looked_at(column)
        ]

    def add(self, rows: pa.RecordBatch) -> None:
        """Look at a sample of the values of these rows, in the contract's types."""
        for watched in self._watched:
            values = leaf_values(rows, watched.column.path).drop_null()
            sample = self._sample(watched, values)
            if len(sample):
                self._look(watched, sample)

    def found(self) -> tuple[Unknown, ...]:
        """What was found so far, in the order of the columns, the most frequent first."""
        return tuple(
            Unknown(
                watched.column.path,
                KINDS[name].label,
                KINDS[name].category,
                count / watched.looked,
                watched.looked,
            )
            for watched in self._watched
            for name, count in watched.counts.most_common()
            if count >= LEAST_VALUES and count >= LEAST_SHARE * watched.looked
        )

    def rows(self, rows: pa.RecordBatch) -> Mapping[ColumnPath, Values]:
        """Which rows show something unknown: a mask for each column that any row shows it in."""
        found: dict[ColumnPath, Values] = {}
        for watched in self._watched:
            path = watched.column.path
            spans = self._spans(watched, leaf_values(rows, path))
            if len(spans):
                mask = np.zeros(rows.num_rows, np.bool_)
                mask[row_index(rows, path).to_numpy()[spans.row]] = True
                found[path] = pa.array(mask)
        return found

    def _sample(self, watched: _Watched, values: Values) -> Values:
        """Some of the values, cut to a length that a single value can be told from."""
        watched.seen += len(values)
        more = max(0.0, math.log2(watched.seen / SAMPLE)) if watched.seen else 0.0
        wanted = min(len(values), max(0, round(SAMPLE * (1 + more)) - watched.looked))
        if wanted < len(values):
            chosen = np.sort(self._random.choice(len(values), wanted, replace=False))
            values = values.take(pa.array(chosen))
        watched.looked += len(values)
        return pc.utf8_slice_codeunits(values, 0, _LONGEST)

    def _look(self, watched: _Watched, values: Values) -> None:
        spans = self._spans(watched, values)
        by_family: dict[str, tuple[str, list[int]]] = {}
        for code in np.unique(spans.kind).tolist():
            kind = by_code(code)
            by_family.setdefault(kind.family, (kind.name, []))[1].append(code)
        for name, codes in by_family.values():
            rows = spans.row[np.isin(spans.kind, codes)]
            watched.counts[name] += len(np.unique(rows))

    def _spans(self, watched: _Watched, values: Values) -> Spans:
        if not len(values):
            return Spans.empty()
        spans = self._finder.detect(values)
        return spans.take(np.isin(spans.kind, list(watched.codes)))


def contract_watch(contract: Contract) -> ContractWatch:
    """What looks for all kinds that are about somebody, with Privet's own detector."""
    from privet.detect.text.detector import Detector  # noqa: PLC0415 (loads Numba)

    return ContractWatch(contract, Detector(threshold=LEAST_SCORE))


def _kinds() -> list[Kind]:
    return [kind for kind in KINDS.values() if kind.family != "special" and kind.name not in _VAGUE]


def _looked_at(column: Column) -> bool:
    known = column.category
    return known is not None and (known == NO_CATEGORY or _FREE_TEXT not in ancestors(known))


def _unknown(kind: Kind, column: Column) -> bool:
    """Whether values of that kind say more than the column's category does.

    Categories are related where one is a kind of the other, or both of one branch: `user.contact`.
    """
    known = column.category
    if known is None or known == NO_CATEGORY:
        return True
    return known not in _ANY_ID and known.split(".")[:2] != kind.category.split(".")[:2]
