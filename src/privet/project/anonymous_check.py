"""A published file measured in SQL, before it is visible: whether it keeps its promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from privet.adapters.engines.measuring import measuring
from privet.protect.criteria import describe
from privet.protect.verifying import Check, Claim, verify

_CRITERIA = ("k", "l", "t", "disclosure", "likeness", "k-map", "presence")
"""Checks that are a criterion's, one each."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file of a release, as an outsider reads it, and what is known beside it.

    Attributes:
        claim: what the release says of itself.
        batches: its rows as they stand in the file, labels and sensitive values as text.
        schema: of those batches.
        companion: whom each row is about and where it stood, in the file's order; never leaves.
        population: what would be published of each of the population, where a criterion compares.
    """

    claim: Claim
    batches: Callable[[], Iterator[pa.RecordBatch]] = field(repr=False)
    schema: pa.Schema
    companion: pa.Table = field(repr=False)
    population: pa.Table | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What the verifier found.

    Attributes:
        criteria: each as it was asked, and what the file has.
        checks: what else was looked at and is as declared, in words.
    """

    criteria: list[dict[str, str]]
    checks: list[str]


def verified(published: Published, memory: int, also: Sequence[Check] = ()) -> Found:
    """Have the file measured.

    Args:
        published: the file.
        memory: bytes that the engine may use.
        also: what was found of the file as a file.

    Raises:
        Refused: it is not what it claims; the message has figures and no value.
        Unavailable: the memory is not enough.
    """
    claim = published.claim
    rows = pa.RecordBatchReader.from_batches(published.schema, published.batches())
    tables: dict[str, pa.RecordBatchReader | pa.Table] = {
        "published": rows,
        "companion": published.companion,
    }
    if published.population is not None:
        tables["population"] = published.population
    pa.default_memory_pool().release_unused()  # what deciding left behind; the engine needs room
    with measuring(tables, memory) as engine:
        said = verify(claim, engine.rows, also)
    said.require()
    figures = [check.found for check in said.checks if check.name in _CRITERIA]
    figures[0] = str(said.k)
    return Found(
        [
            {"asked": describe(criterion), "found": figure}
            for criterion, figure in zip(claim.criteria, figures, strict=True)
        ],
        sorted({check.name for check in said.checks}),
    )
