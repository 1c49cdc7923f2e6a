"""The rows that may leave, gathered batch by batch as numbers, and their values each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.contract import NO_CATEGORY, Column
from privet.model.paths import ColumnPath
from privet.model.policy import Treatment
from privet.protect.encoding import distinct_texts
from privet.protect.spelling import unspellable
from privet.transforms.arrow import Values, pc
from privet.transforms.build import build
from privet.transforms.linkage import LinkageKey

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A column of all rows.

    Attributes:
        texts: its distinct values as text; None is null.
        numbers: which of them each row has: shape (n,), as narrow as there is room.
        values: the same distinct values, as they are.
    """

    texts: list[str | None] = field(repr=False)
    numbers: npt.NDArray[np.signedinteger[Any]] = field(repr=False)
    values: Values = field(repr=False)


class Gathering:
    """Takes batches of raw rows.

    Args:
        coded: columns that classes are made of, or that are sensitive.
        plain: columns that leave as they are.
        secret: 32 random bytes, forgotten with this object; subjects are told apart by a keyed
            number of 63 bits. Two that had the same one would count as one: never one too many.

    Attributes:
        rows: so far.
        schema: of the raw rows; None before the first batch.
    """

    def __init__(self, coded: Sequence[str], plain: Sequence[str], secret: bytes) -> None:
        self.rows = 0
        self.schema: pa.Schema | None = None
        self._chunks: dict[str, list[Values]] = {name: [] for name in (*coded, *plain)}
        self._coded = frozenset(coded)
        self._subjects: list[npt.NDArray[np.int64]] = []
        self._owned = True
        column = Column(ColumnPath.of("subject"), "string", NO_CATEGORY)
        how = Treatment("token", (("bits", 128), ("form", "binary")))
        self._token = build(how, column, LinkageKey("", "", secret))

    def add(self, batch: pa.RecordBatch, subjects: Values | None) -> None:
        """Take rows, and whom each is about (normalised text)."""
        self.schema = self.schema or batch.schema
        self.rows += batch.num_rows
        for name, chunks in self._chunks.items():
            values = batch.column(name)
            if name in self._coded and not pa.types.is_dictionary(values.type):
                values = _encoded(values, name)
            chunks.append(values)
        if subjects is None:
            self._owned = False
        else:
            self._subjects.append(self._keyed(subjects))

    def coded(self, name: str, *, days: bool = True) -> Gathered:
        """A coded column, with the values that rows have and no other; it is forgotten here.

        Args:
            name: of the column.
            days: whether moments of one day are one value, as in a hierarchy; not where the values
                themselves leave.
        """
        chunks = self._chunks.pop(name)
        if not chunks:
            return Gathered([], np.zeros(0, np.int32), pa.array([], pa.string()))
        column = pa.chunked_array(chunks)
        texts, places = distinct_texts(column, name, days=days)
        used = np.flatnonzero(np.bincount(places, minlength=len(texts)))
        numbers: dict[str | None, int] = {}
        known = [
            numbers.setdefault(t, len(numbers)) for t in texts.take(pa.array(used)).to_pylist()
        ]
        kind = np.min_scalar_type(-max(1, len(numbers)))  # most columns have few values
        own = np.zeros(len(texts), kind)
        own[used] = known
        first = np.zeros(len(numbers), np.int64)
        first[known[::-1]] = used[::-1]
        values = _dictionary(column)
        return Gathered(list(numbers), own[places], values.take(pa.array(first)))

    def plain(self, name: str) -> Values:
        """A column as it is: a chunked array."""
        kind = self.schema.field(name).type if self.schema is not None else pa.null()
        return pa.chunked_array(self._chunks[name], type=kind)

    def subjects(self) -> npt.NDArray[np.int64] | None:
        """A number for each row's subject; None where the rows say of nobody."""
        if not self._owned or not self._subjects:
            return None
        return np.concatenate(self._subjects)

    def _keyed(self, subjects: Values) -> npt.NDArray[np.int64]:
        if self._token is None:
            raise TypeError("tokens are not dropped")
        tokens = self._token.apply(subjects.cast(pa.string()))
        nothing = pa.scalar(bytes(16), tokens.type)
        data = pc.fill_null(tokens, nothing).cast(pa.binary(16))
        words = np.frombuffer(memoryview(data.buffers()[1]), np.int64).reshape(-1, 2)
        own: npt.NDArray[np.int64] = words[data.offset : data.offset + len(data), 0] & (2**63 - 1)
        return own.copy()


def _encoded(values: Values, column: str) -> Values:
    try:
        return pc.dictionary_encode(values, null_encoding="encode")
    except pa.ArrowNotImplementedError:
        raise unspellable(column, values.type) from None


def _dictionary(column: Values) -> Values:
    """The distinct values of a column of dictionaries, in the order of `distinct_texts`."""
    chunks = column.unify_dictionaries().chunks
    dictionary = chunks[0].dictionary
    if any(chunk.indices.null_count for chunk in chunks):
        missing = pa.array([None], dictionary.type)
        dictionary = pa.concat_arrays([dictionary, missing])
    return dictionary
