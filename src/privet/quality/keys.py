"""Rules that need all rows of one key side by side: duplicates, uniqueness, references; pure.

A judge is asked twice. `hashes` gives every row's key as 64 bits, by which rows are brought
together; `failing` then looks at rows among which all of a key are. Equal hashes only say which
rows to compare: whether two rows are equal is decided by their values. Null equals null in whole
rows, NaN equals NaN, -0 equals 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.hmac_column import hmac_rows
from privet.kernels.ordering import stable_order
from privet.kernels.row_hash import hash_rows
from privet.model.paths import ColumnPath
from privet.model.reserved import NUMBER, PLACE
from privet.ports.judge import Flags, Hashes, Verdict, Words
from privet.quality.key_values import KeyColumns, joined_text
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values

Order: TypeAlias = npt.NDArray[np.intp]
Keep: TypeAlias = Literal["first", "last", "latest"]


@dataclass(frozen=True, slots=True)
class Distinct:
    """Of the rows of one key, one stands for them; the others fail.

    Attributes:
        reason: of the rows that fail.
        verdict: what becomes of them: another row stands for them (`merge`), they are held back
            (`hold`), or they are counted and stay (`tell`).
        within_subject: whether rows of one key are always rows of one subject.
        secret: 32 random bytes, for the hashes.
        keep: the one that stands: the first or the last in source order, or that with the greatest
            value of `latest` (the first of these; null and NaN are less than anything).
    """

    reason: str
    verdict: Verdict
    key: KeyColumns
    within_subject: bool
    secret: bytes = field(repr=False)
    keep: Keep = "first"
    latest: ColumnPath | None = None
    alone: bool = field(default=False, init=False)

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The top-level columns that it looks at; None: all."""
        roots = self.key.roots
        if roots is None or self.latest is None:
            return roots
        return tuple(dict.fromkeys((*roots, self.latest.root)))

    def known(self) -> Iterator[Words]:
        """Nothing is known but the rows."""
        return iter(())

    def hashes(self, rows: pa.RecordBatch) -> Hashes:
        """A hash of each row's key."""
        values = self.key.values(rows)
        return Hashes(hash_rows(values, self.secret, rows.num_rows), self.key.keyed(values))

    def failing(self, rows: pa.Table, hashes: Hashes) -> Flags:
        """Which rows fail.

        Args:
            rows: with `columns` and PLACE, whose order is that of the source.
            hashes: of the rows, as `hashes` gave them.
        """
        lost = np.zeros(rows.num_rows, np.bool_)
        chosen = _repeated(*hashes)
        if len(chosen):
            shared = _batch(rows, chosen)
            standing = self._best_first(shared, hashes[0][chosen])
            lost[chosen[_losers(self.key.values(shared), hashes[0][chosen], standing)]] = True
        return lost

    def _best_first(self, rows: pa.RecordBatch, hashes: Words) -> Order:
        """The rows by hash, and of those with one hash, the one that stands first of all."""
        places = rows.column(PLACE).to_numpy()
        if self.keep == "last":
            return np.lexsort((-places, hashes))
        if self.latest is None:
            return np.lexsort((places, hashes))
        values = leaf_values(rows, self.latest)
        ranks = pc.rank(values, sort_keys="descending", tiebreaker="dense").to_numpy()
        return np.lexsort((places, ranks, hashes))


@dataclass(frozen=True, slots=True)
class Reference:
    """Every key is one of another data set's keys; a row without a key passes.

    Keys are known by 64 bits of HMAC-SHA256 of their canonical text, under a key of one run. So a
    key that is not there passes by chance, with a probability of n / 2⁶⁴ for n known keys, and
    nobody can make it pass.

    Attributes:
        parents: reads the other data set's `parent_columns`.
        secret: 32 random bytes, for the hashes.
    """

    reason: str
    verdict: Verdict
    paths: tuple[ColumnPath, ...]
    parent_paths: tuple[ColumnPath, ...]
    parents: Callable[[], Iterable[pa.RecordBatch]] = field(repr=False)
    secret: bytes = field(repr=False)
    alone: bool = field(default=True, init=False)
    within_subject: bool = field(default=False, init=False)

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The top-level columns that it looks at."""
        return KeyColumns(self.paths).roots

    def known(self) -> Iterator[Words]:
        """Hashes of the other data set's keys, a batch at a time, each once in its batch."""
        for batch in self.parents():
            hashes, keyed = self._hashes(batch, self.parent_paths)
            yield np.unique(hashes if keyed is None else hashes[keyed])

    def hashes(self, rows: pa.RecordBatch) -> Hashes:
        """A hash of each row's key."""
        return self._hashes(rows, self.paths)

    def failing(self, rows: pa.Table, hashes: Hashes) -> Flags:
        """Which rows fail.

        Args:
            rows: with NUMBER; below 0 it is no row, and what is known.
            hashes: of the rows, as `hashes` gave them.
        """
        words, keyed = hashes
        asking = rows.column(NUMBER).to_numpy() >= 0
        lost = asking & ~np.isin(words, words[~asking])
        return lost if keyed is None else lost & keyed

    def _hashes(self, rows: pa.RecordBatch, paths: tuple[ColumnPath, ...]) -> Hashes:
        text = joined_text([leaf_values(rows, path) for path in paths])
        leading = np.ascontiguousarray(hmac_rows(self.secret, text)[:, :8])
        keyed = text.is_valid().to_numpy(zero_copy_only=False) if text.null_count else None
        return Hashes(leading.view("<u8").reshape(-1).astype(np.uint64), keyed)


def _repeated(hashes: Words, keyed: Flags | None) -> Order:
    """The rows whose hash another row has too, ascending."""
    rows = np.arange(len(hashes)) if keyed is None else np.flatnonzero(keyed)
    words = hashes[rows]
    ordered = np.sort(words)
    if not np.any(ordered[1:] == ordered[:-1]):
        return np.zeros(0, np.intp)
    order = stable_order(words)
    same = words[order[1:]] == words[order[:-1]]
    shared = np.zeros(len(words), np.bool_)
    shared[order[1:]] |= same
    shared[order[:-1]] |= same
    return rows[shared]


def _losers(values: list[Values], hashes: Words, order: Order) -> Order:
    """The rows that equal one that stands before them in `order`, which is by hash.

    Each row is compared with the first of its hash. Those that only share the hash are left over,
    and go on among themselves.
    """
    lost = []
    while len(order):
        words = hashes[order]
        starts = np.flatnonzero(np.concatenate(([True], words[1:] != words[:-1])))
        first = np.repeat(order[starts], np.diff(starts, append=len(order)))
        equal = _equal(values, order, first)
        lost.append(order[equal & (order != first)])
        order = order[~equal]
    return np.concatenate(lost)


def _equal(values: list[Values], left: Order, right: Order) -> Flags:
    """Whether rows `left` and rows `right` are equal, pair by pair."""
    equal = np.ones(len(left), np.bool_)
    for part in values:
        equal &= _same(part.take(left), part.take(right))
    return equal


def _same(left: Values, right: Values) -> Flags:
    if pa.types.is_nested(left.type) or pa.types.is_dictionary(left.type):
        pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
        return np.array([_plain(one) == _plain(other) for one, other in pairs], np.bool_)
    same = pc.fill_null(pc.equal(left, right), pc.and_(pc.is_null(left), pc.is_null(right)))
    if pa.types.is_floating(left.type):
        both_nan = pc.and_(pc.is_nan(left), pc.is_nan(right))
        same = pc.or_(same, pc.fill_null(both_nan, fill_value=False))
    flags: Flags = same.to_numpy(zero_copy_only=False)
    return flags


def _plain(value: Any) -> Any:
    """The value with a word in place of NaN, which equals nothing in Python."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return _NAN if isinstance(value, float) and value != value else value  # noqa: PLR0124


_NAN = object()


def _batch(rows: pa.Table, chosen: Order) -> pa.RecordBatch:
    """Some of the rows, as one batch."""
    return rows.take(chosen).combine_chunks().to_batches()[0]
