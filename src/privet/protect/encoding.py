"""A table's columns as codes of their hierarchies: only distinct values are looked at, no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.errors import ConfigError
from privet.protect.combinations import Combinations, combine
from privet.protect.hierarchies.building import build, uncovered
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.placing import place
from privet.protect.hierarchies.proposing import propose
from privet.protect.hierarchies.rules import coded
from privet.protect.hierarchies.specs import FlatHierarchy, HierarchySpec, IntervalHierarchy
from privet.protect.spelling import spelled, unspellable
from privet.transforms.arrow import Values, pc


@dataclass(frozen=True, slots=True)
class Encoded:
    """Rows as numbers.

    Attributes:
        codes: of the quasi-identifiers' leaves: shape (n, q), int32, column by column in memory.
        sensitive: codes of each sensitive column: shape (n,), int32.
        subjects: a number for each row's subject: shape (n,), int64; None where each row is one.
    """

    codes: npt.NDArray[np.int32] = field(repr=False)
    sensitive: tuple[npt.NDArray[np.int32], ...] = field(repr=False)
    subjects: npt.NDArray[np.int64] | None = field(repr=False)


def encode(
    table: pa.Table,
    hierarchies: Mapping[str, Hierarchy],
    sensitive: Sequence[str] | Mapping[str, Hierarchy] = (),
    subject: str | None = None,
) -> tuple[Combinations, npt.NDArray[np.int64]]:
    """Measure a table that is in memory: its distinct combinations, and which one each row has.

    Args:
        table: an Arrow table or record batch.
        hierarchies: of the quasi-identifiers, in their order.
        sensitive: sensitive columns; by name alone, their codes are those of
            `flat_hierarchy(table[name], name)`.
        subject: the column that says whose row it is; null is one subject like others.

    Returns:
        Combinations, and the place among them of each row: shape (n,).

    Raises:
        ConfigError: a column is not there, or holds values that its hierarchy lacks.
    """
    if not isinstance(sensitive, Mapping):
        sensitive = {name: flat_hierarchy(taken(table, name), name) for name in sensitive}
    encoded = encode_rows(table, hierarchies, sensitive, subject)
    return combine(
        tuple(hierarchies),
        [len(hierarchy.leaves) for hierarchy in hierarchies.values()],
        encoded.codes,
        {
            name: (len(hierarchy.leaves), codes)
            for (name, hierarchy), codes in zip(sensitive.items(), encoded.sensitive, strict=True)
        },
        encoded.subjects,
    )


def encode_rows(
    table: pa.Table,
    hierarchies: Mapping[str, Hierarchy],
    sensitive: Mapping[str, Hierarchy],
    subject: str | None = None,
) -> Encoded:
    """The rows' codes; arguments and errors as of `encode`."""
    codes = np.empty((table.num_rows, len(hierarchies)), np.int32, order="F")
    for at, (name, hierarchy) in enumerate(hierarchies.items()):
        codes[:, at] = column_codes(taken(table, name), hierarchy, name)
    return Encoded(
        codes,
        tuple(column_codes(taken(table, name), each, name) for name, each in sensitive.items()),
        None if subject is None else _indices(taken(table, subject), subject)[1],
    )


def taken(table: pa.Table, name: str) -> Values:
    """A column by its name, or the error that says it is not there."""
    if table.schema.names.count(name) != 1:
        raise ConfigError(
            f"the table has {table.schema.names.count(name)} columns named {name!r}",
            hint="Name a column of the table; rename one where two have the same name.",
        )
    return table.column(name)


def column_codes(values: Values, hierarchy: Hierarchy, column: str) -> npt.NDArray[np.int32]:
    """The leaf of each value: shape (n,).

    Args:
        values: an Arrow array, chunked or not, of any type that `spelling` knows.
        hierarchy: of the column.
        column: its name, for messages.

    Raises:
        ConfigError: values that the hierarchy lacks; the message has their count.
    """
    texts, indices = distinct_texts(values, column)
    if isinstance(hierarchy.spec, IntervalHierarchy):
        texts = pa.array(coded(hierarchy.spec, texts.to_pylist()), pa.string())
    leaves = pa.array(hierarchy.leaves, pa.string())
    places = pc.index_in(texts, value_set=leaves)
    if places.null_count:
        used = np.bincount(indices, minlength=len(texts)) > 0
        missing = int((used & places.is_null().to_numpy(zero_copy_only=False)).sum())
        if missing:
            raise uncovered(column, missing)
        places = pc.fill_null(places, 0)
    codes: npt.NDArray[np.int32] = places.to_numpy(zero_copy_only=False).astype(np.int32)[indices]
    return codes


def later_codes(
    table: pa.Table, hierarchies: Mapping[str, Hierarchy]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """The codes of rows that came after the hierarchies were made, and how far they are true.

    Returns:
        Codes, as in `Encoded`; and the lowest level on which each row's cell is its own (see
        `hierarchies.placing`): both of shape (n, q).

    Raises:
        ConfigError: as of `encode_rows`, where a hierarchy or its rule has no place for a value.
    """
    codes = np.empty((table.num_rows, len(hierarchies)), np.int32, order="F")
    floors = np.empty(codes.shape, np.int8, order="F")
    for at, (name, hierarchy) in enumerate(hierarchies.items()):
        texts, indices = distinct_texts(taken(table, name), name)
        used = np.flatnonzero(np.bincount(indices, minlength=len(texts)))
        placed = place(hierarchy, texts.take(pa.array(used)).to_pylist(), name)
        places = np.zeros(len(texts), np.int64)
        places[used] = np.arange(len(used))
        codes[:, at] = placed.codes[places[indices]]
        floors[:, at] = placed.floors[places[indices]]
    return codes, floors


def hierarchy_over(values: Values, column: str, spec: HierarchySpec | None = None) -> Hierarchy:
    """The hierarchy of a column that is in memory, as declared; else as `propose` has it."""
    return build(spec or proposed(values, column), distinct_values(values, column), column)


def proposed(values: Values, column: str) -> HierarchySpec:
    """What `propose` has for a column that is in memory."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    numeric = numeric or pa.types.is_decimal(kind)
    return propose(distinct_values(values, column), numeric=numeric)


def distinct_texts(
    values: Values, column: str, *, days: bool = True
) -> tuple[Values, npt.NDArray[np.int64]]:
    """The distinct values as text, and which of them each row has: shape (n,).

    Moments are the days that they are in, unless `days` is false.
    A text may stand twice (12 and 12.0), or be of no row (in a dictionary that came with the data).
    """
    dictionary, indices = _indices(values, column)
    return spelled(dictionary, column, days=days), indices


def flat_hierarchy(values: Values, column: str) -> Hierarchy:
    """The hierarchy of a column without groups: each value, numbers and days in their order."""
    return build(FlatHierarchy(), distinct_values(values, column), column)


def distinct_values(values: Values, column: str) -> list[str | None]:
    """The values that a column holds, as text, each once; None is null."""
    texts, indices = distinct_texts(values, column)
    used = np.flatnonzero(np.bincount(indices, minlength=len(texts)))
    return list(dict.fromkeys(texts.take(pa.array(used)).to_pylist()))


def _indices(values: Values, column: str) -> tuple[Values, npt.NDArray[np.int64]]:
    """A column's dictionary, null in it where a row is null, and each row's place in it."""
    chunked: Values = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    if not pa.types.is_dictionary(chunked.type):
        try:
            chunked = pc.dictionary_encode(chunked, null_encoding="encode")
        except pa.ArrowNotImplementedError:
            raise unspellable(column, chunked.type) from None
    chunks = chunked.unify_dictionaries().chunks
    if not chunks:
        return pa.array([], chunked.type.value_type), np.zeros(0, np.int64)
    dictionary = chunks[0].dictionary
    nulls = sum(chunk.indices.null_count for chunk in chunks)
    if nulls:
        missing = pa.array([None], dictionary.type)
        dictionary = pa.concat_arrays([dictionary, missing])
    parts = [pc.fill_null(chunk.indices.cast(pa.int64()), len(dictionary) - 1) for chunk in chunks]
    return dictionary, np.concatenate([part.to_numpy(zero_copy_only=False) for part in parts])
