"""A published file measured in SQL, before it is visible: whether it keeps its promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from privet.adapters.engines.measuring import Measuring, measuring
from privet.model.anonymity import (
    Closeness,
    Criterion,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    RecursiveDiversity,
)
from privet.model.errors import Refused
from privet.protect.criteria import describe
from privet.protect.verifying_sql import SUBJECT, Queries

_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Published:
    """A file of a release, as an outsider reads it, and whom its rows are about.

    Attributes:
        data: the data set, for messages.
        quasi: its quasi-identifiers.
        sensitive: its sensitive columns.
        batches: its rows as text, from the start each time.
        subjects: a number for each row's subject, in the file's order; it never leaves.
        trees: of the sensitive columns, for ordered distances.
    """

    data: str
    quasi: Sequence[str]
    sensitive: Sequence[str]
    batches: Callable[[], Iterator[pa.RecordBatch]] = field(repr=False)
    subjects: npt.NDArray[np.int64] | None = field(repr=False)
    trees: Mapping[str, Any] = field(repr=False)


def verified(
    published: Published, criteria: Sequence[Criterion], memory: int
) -> list[dict[str, str]]:
    """Measure each criterion: what was asked, and what the file has at worst.

    Raises:
        Refused: the file does not meet one.
    """
    numbers: dict[str, dict[str | None, int]] = {
        name: {} for name in (*published.quasi, *published.sensitive)
    }
    schema = pa.schema([pa.field(name, pa.int32()) for name in numbers])
    rows = pa.RecordBatchReader.from_batches(schema, _numbered(published.batches(), numbers))
    tables: dict[str, pa.RecordBatchReader | pa.Table] = {"published": rows}
    if published.subjects is not None:
        tables["companion"] = pa.table({SUBJECT: published.subjects})
    queries = Queries(
        tuple(published.quasi),
        subjects=published.subjects is not None,
        companion=published.subjects is not None,
    )
    with measuring(tables, memory) as engine:
        _require_whole(published, engine.rows(queries.rows())[0])
        found = [_found(each, queries, engine, published, numbers) for each in criteria]
    for criterion, (value, good) in zip(criteria, found, strict=True):
        if not good:
            raise Refused(
                f"{published.data}: {describe(criterion)}: the file that would leave has {value}",
                hint="nothing left; this is a fault in Privet, please report it",
            )
    return [
        {"asked": describe(criterion), "found": value}
        for criterion, (value, _) in zip(criteria, found, strict=True)
    ]


def _numbered(
    batches: Iterator[pa.RecordBatch], numbers: Mapping[str, dict[str | None, int]]
) -> Iterator[pa.RecordBatch]:
    """Texts as numbers, equal where the texts are: a tenth of the memory."""
    for batch in batches:
        columns = []
        for name, known in numbers.items():
            encoded: Any = pc.dictionary_encode(batch.column(name), null_encoding="encode")
            own = [known.setdefault(text, len(known)) for text in encoded.dictionary.to_pylist()]
            columns.append(pa.array(np.array(own, np.int32)[encoded.indices.to_numpy()]))
        yield pa.RecordBatch.from_arrays(columns, names=list(numbers))


def _require_whole(published: Published, answer: tuple[Any, ...]) -> None:
    rows, missing = answer
    if not rows or missing:
        raise Refused(
            f"{published.data}: the file that would leave has not the rows that it should have",
            hint="nothing left; this is a fault in Privet, please report it",
        )


def _found(
    criterion: Criterion,
    queries: Queries,
    engine: Measuring,
    published: Published,
    numbers: Mapping[str, Mapping[str | None, int]],
) -> tuple[str, bool]:
    """What the file has at worst, as text, and whether that keeps the criterion."""
    match criterion:
        case KAnonymity(k):
            least = engine.rows(queries.sizes())[0][0]
            return str(least), least >= k
        case DistinctDiversity(column, l):
            least = engine.rows(queries.diversity(column))[0][0]
            return str(least), least >= l
        case EntropyDiversity(column, bound):
            figure = engine.rows(queries.diversity(column))[0][1]
            return f"{figure:.6f}", figure >= bound * (1 - _TOLERANCE)
        case RecursiveDiversity(column, c, l):
            figure = engine.rows(queries.recursive(column, l))[0][0]
            return f"{figure:.6f}", figure < c
        case Closeness(column, t, distance):
            if distance == "equal":
                query = queries.equal(column, {})
            else:
                order = _in_order(published.trees[column], numbers[column])
                if distance == "ordered":
                    query = queries.ordered(column, {}, order)
                else:
                    nodes = published.trees[column].nodes[:-1].tolist()
                    query = queries.hierarchical(column, {}, order, nodes)
            figure = engine.rows(query)[0][0]
            return f"{figure:.6f}", figure <= t + _TOLERANCE
    raise Refused(
        f"`{type(criterion).__name__}` cannot be measured on a release",
        hint="it needs the table of a population: take it out of the promise",
    )


def _in_order(tree: Any, numbers: Mapping[str | None, int]) -> list[str]:
    """The numbers, as text, of the values in the order of their tree's leaves."""
    return [str(numbers.get(leaf, -place - 1)) for place, leaf in enumerate(tree.leaves)]
