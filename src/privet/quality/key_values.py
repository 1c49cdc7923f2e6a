"""What the key of a row is: values of some columns, or of all, or what is near their spelling."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.paths import ColumnPath
from privet.model.reserved import PREFIX
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values
from privet.transforms.normalise import subject_text

Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KeyColumns:
    """The key of a row.

    Attributes:
        paths: the columns; empty: every column of the data. In a key of columns a null makes the
            row one without a key, which is like no other; in whole rows null equals null.
        near: the columns' letters and digits alone count, without case or accents; a value of
            which nothing is left counts as null.
    """

    paths: tuple[ColumnPath, ...] = ()
    near: bool = False

    @property
    def roots(self) -> tuple[str, ...] | None:
        """The top-level columns that it needs; None: all."""
        return tuple(dict.fromkeys(path.root for path in self.paths)) or None

    def values(self, rows: pa.RecordBatch) -> list[Values]:
        """The key's parts: arrays with a value for each row."""
        if not self.paths:
            names = [name for name in rows.schema.names if not name.startswith(PREFIX)]
            return [rows.column(name) for name in names]
        parts = [leaf_values(rows, path) for path in self.paths]
        return [near_form(part) for part in parts] if self.near else parts

    def keyed(self, values: list[Values]) -> Flags | None:
        """Which rows have a key; None: all."""
        if not self.paths or not any(part.null_count for part in values):
            return None
        flags = np.ones(len(values[0]), np.bool_)
        for part in values:
            flags &= part.is_valid().to_numpy(zero_copy_only=False)
        return flags


def canonical_text(values: Values) -> Values:
    """A text for each value, the same for equal values of unlike types: 42, 42.0 and `42`.

    Texts are taken as they are; numbers, dates and times as subject keys are.

    Raises:
        TypeError: lists and structs have no text.
    """
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return values
    if pa.types.is_large_string(kind):
        return values.cast(pa.string())
    if pa.types.is_boolean(kind):
        return values.cast(pa.string())
    if pa.types.is_floating(kind):
        return pc.add(values, 0.0).cast(pa.string())  # -0 becomes 0
    return subject_text(values, None)


def joined_text(parts: list[Values]) -> Values:
    """One binary for each row, different for different parts; null where one of them is."""
    texts = [canonical_text(part).cast(pa.binary()) for part in parts]
    if len(texts) == 1:
        return texts[0]
    pieces = []
    for text in texts:
        pieces += [pc.binary_length(text).cast(pa.string()).cast(pa.binary()), text]
    return pc.binary_join_element_wise(*pieces, pa.scalar(b":", pa.binary()))


def near_form(values: Values) -> Values:
    """The letters and digits of each text, without case (Unicode's case folding) and accents.

    Null where none is left. Compatible forms count as one (NFKC), so `Müller-Lüdenscheidt` and
    `MULLER LUDENSCHEIDT` are near; `ü` is not near `ue`.
    """
    if pa.types.is_binary(values.type):
        raise TypeError("bytes have no spelling")
    text = canonical_text(values)
    coded = text.dictionary_encode()
    plain = pc.replace_substring_regex(pc.ascii_lower(coded.dictionary), "[^a-z0-9]", "")
    foreign = pc.invert(pc.string_is_ascii(coded.dictionary))
    if pc.any(foreign).as_py():
        folded = [_folded(word) for word in coded.dictionary.filter(foreign).to_pylist()]
        plain = pc.replace_with_mask(plain, foreign, pa.array(folded, pa.string()))
    plain = pc.if_else(pc.equal(pc.binary_length(plain), 0), pa.scalar(None, pa.string()), plain)
    return plain.take(coded.indices)


def _folded(word: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(letter for letter in apart if unicodedata.category(letter)[0] in "LN")
