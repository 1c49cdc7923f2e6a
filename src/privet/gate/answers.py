"""What the door asks of whoever answers questions under differential privacy.

The door decides which rows may be counted, and charges the ledger before one of them is read; how
a question becomes sums and noise is for others (`privet.query`), whom it knows by these words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa

from privet.gate.sources import SourceRef
from privet.model.canonical import Json
from privet.model.contract import Contract
from privet.model.policy import Policy
from privet.model.privacy_loss import Claim
from privet.model.release import Decision


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        sql: one SELECT.
        epsilon, delta: what it may cost at most; never more than the policy's rule lets it.
        sources: the snapshots that are read, private and public, in order of name.
    """

    sql: str = field(repr=False)
    epsilon: Decimal
    delta: Decimal
    sources: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """One data set's rows that may be counted: read once, in batches, or not at all."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch] = field(repr=False)


class Answering(Protocol):
    """A question that was understood, and whose cost is known before any row is read."""

    @property
    def claim(self) -> Claim:
        """What answering costs the subjects."""
        ...

    def answer(self, rows: Mapping[str, Rows], scope: str) -> pa.Table:
        """Compute, add noise, and give what may leave; called once.

        Args:
            rows: of every private data set that it reads, by name.
            scope: tells one choice of rows from another: what was computed of rows of the same
                scope may be used again.

        Raises:
            Unavailable: the memory given is not enough.
        """
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What an asker should know of the answer; the same whatever the data are."""
        ...

    def explain(self) -> str:
        """Plan, sensitivity and noise of each part, and what the engine would run."""
        ...

    def told(self) -> dict[str, Json]:
        """Mechanism, bounds and noise, as the receipt states them: nothing that data decide."""
        ...


class Answerer(Protocol):
    """Understands questions."""

    def __call__(
        self,
        question: Question,
        decisions: Mapping[str, Decision],
        policy: Policy,
        contracts: Mapping[str, Contract],
    ) -> Answering:
        """Read the question; nothing of the data is read.

        Raises:
            ConfigError: it is not one that can be answered; the message says why.
        """
        ...


def evidence_of(question: Question) -> dict[str, Any]:
    """What the sealed record keeps of a question."""
    return {
        "sql": question.sql,
        "epsilon": str(question.epsilon),
        "delta": str(question.delta),
    }
