"""Distinct combinations of a table that comes in batches, each subject counted once in all."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.protect.combinations import Combinations, FirstRows, combine, merge

Words = npt.NDArray[np.uint64]


@dataclass(slots=True)
class Tally:
    """Measures rows batch by batch.

    Combinations of batches are merged when they are about as many, so each row's combination is
    looked at a logarithmic number of times. Of subjects 8 bytes are remembered, and 8 for each
    distinct pair of subject and sensitive value, in tables that are half full at most.

    Args:
        columns: names of the quasi-identifiers.
        sizes: how many codes each has.
        sensitive: how many codes each sensitive column has, by name.
    """

    columns: tuple[str, ...]
    sizes: tuple[int, ...]
    sensitive: dict[str, int] = field(default_factory=dict)
    _parts: list[Combinations] = field(default_factory=list, repr=False)
    _seen: dict[str | None, _Seen] = field(default_factory=dict, repr=False)

    def add(
        self,
        codes: npt.NDArray[np.int32],
        sensitive: tuple[npt.NDArray[np.int32], ...] = (),
        subjects: Words | None = None,
    ) -> npt.NDArray[np.int64]:
        """Count a batch.

        Args:
            codes: of the quasi-identifiers: shape (n, q).
            sensitive: of the sensitive columns, in their order: shape (n,) each.
            subjects: a hash of 64 bits for each row's subject (`kernels.row_hash`): shape (n,), in
                all batches or in none. Two subjects with one hash are one, which counts too few and
                never too many.

        Returns:
            The place of each row among the combinations of this batch: shape (n,).
        """
        values = {
            name: (size, column)
            for (name, size), column in zip(self.sensitive.items(), sensitive, strict=True)
        }
        new = None if subjects is None else self._new(subjects, values)
        part, places = combine(self.columns, self.sizes, codes, values, new=new)
        self._parts.append(part)
        while len(self._parts) > 1 and len(self._parts[-2].rows) < 2 * len(self._parts[-1].rows):
            self._merge_last()
        return places

    def combinations(self) -> Combinations:
        """What was counted so far; more batches may follow.

        Raises:
            ValueError: no batch was added.
        """
        if not self._parts:
            raise ValueError("no batch was counted")
        while len(self._parts) > 1:
            self._merge_last()
        return self._parts[0]

    def _merge_last(self) -> None:
        last = self._parts.pop()
        self._parts[-1] = merge(self._parts[-1], last)

    def _new(
        self, subjects: Words, sensitive: dict[str, tuple[int, npt.NDArray[np.int32]]]
    ) -> FirstRows:
        """Which rows are the first of their subject; by column, of subject and value."""
        new: dict[str | None, npt.NDArray[np.bool_]] = {None: self._table(None).note(subjects)}
        for name, (_, column) in sensitive.items():
            new[name] = self._table(name).note(_with_value(subjects, column))
        return new

    def _table(self, name: str | None) -> _Seen:
        return self._seen.setdefault(name, _Seen())


class _Seen:
    """A set of words that grows."""

    def __init__(self) -> None:
        self._table = np.zeros(1 << 12, np.int64)
        self._count = 0

    def note(self, words: Words) -> npt.NDArray[np.bool_]:
        """Add words; whether each was new."""
        from privet.kernels.anonymity.grouping import note_words  # noqa: PLC0415

        self._table, self._count, new = note_words(self._table, self._count, words.view(np.int64))
        return new


def _with_value(subjects: Words, values: npt.NDArray[np.int32]) -> Words:
    """A word for each pair: another mixing of the subject's, and the value in it."""
    mixed = (subjects ^ (subjects >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    pairs = (mixed ^ values.astype(np.uint64)) * np.uint64(0xD6E8FEB86659FD93)
    words: Words = pairs ^ (pairs >> np.uint64(32))
    return words
