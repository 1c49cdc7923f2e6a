"""What the door asks of whoever makes a table k-anonymous, and the plans that it remembers.

The door decides which rows may leave and counts them; how classes are found is for others
(`privet.protect`), whom it knows by these words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
from sqlalchemy import select

from privet.gate.tables import FITTED, GRANT, RELEASED, SEALED
from privet.model.contract import Contract
from privet.model.errors import IntegrityError
from privet.model.pipeline import FormatName
from privet.model.release import Decision
from privet.ports.catalog import Catalog
from privet.transforms.arrow import Values
from privet.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class EarlierPlan:
    """The plan of a release that has left.

    Attributes:
        pipeline: that released it.
        number: of the release.
        data: the plan's bytes.
    """

    pipeline: str
    number: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to become of one data set.

    Attributes:
        pipeline: that releases it.
        earlier: plans of the releases of this data set that left before, newest first; read one by
            one, since each may be large.
    """

    pipeline: str
    decision: Decision
    contract: Contract
    earlier: Callable[[], Iterator[EarlierPlan]]


class Anonymising(Protocol):
    """One data set on its way: `see` all rows, `decide` once, then `rows`, then `verify`."""

    def see(self, batch: pa.RecordBatch, subjects: Values | None) -> None:
        """Take rows that may leave, as they are, and whom each is about."""
        ...

    def decide(self) -> Mapping[str, int]:
        """Find the classes; how many rows are left out, by reason.

        Raises:
            Refused: the criteria cannot be met, or an earlier release would make them void.
            ConfigError: a hierarchy does not have the values.
        """
        ...

    @property
    def schema(self) -> pa.Schema:
        """Of what leaves."""
        ...

    def rows(self) -> Iterator[pa.RecordBatch]:
        """What leaves, in an order that has nothing of the input's; each time the same."""
        ...

    def verify(self, opened: Callable[[], BinaryIO], form: FormatName) -> list[dict[str, str]]:
        """Measure the file that would leave, by other code than made it.

        Returns:
            For each criterion what was asked and what was found, as the receipt states it.

        Raises:
            Refused: it does not meet a criterion.
        """
        ...

    def plan(self) -> bytes:
        """The frozen plan: it serves later batches."""
        ...

    def evidence(self) -> dict[str, Any]:
        """Measures, loss and what else the sealed record keeps (canonical JSON)."""
        ...


class Anonymiser(Protocol):
    """Begins the work on a data set."""

    def __call__(self, asked: Asked) -> Anonymising:
        """Nothing is read yet."""
        ...


@dataclass(frozen=True, slots=True)
class Anonymised:
    """What the grant keeps of a data set that was made k-anonymous.

    Attributes:
        found: each criterion, asked and found.
        plan: bytes of the frozen plan.
        evidence: for the sealed record.
    """

    found: list[dict[str, str]]
    plan: bytes = field(repr=False)
    evidence: dict[str, Any] = field(repr=False)


def record_name(grant: str, data: str) -> str:
    """The name of the sealed record of a plan."""
    return f"fitted {grant} {data}"


def earlier_plans(catalog: Catalog, vault: Vault, data: str) -> Iterator[EarlierPlan]:
    """The plans of all releases of a data set that left, newest first.

    Raises:
        IntegrityError: one is not as it was sealed.
    """
    query = (
        select(GRANT.c.pipeline, GRANT.c.number, FITTED.c.record, FITTED.c.sha256)
        .join(FITTED, FITTED.c.grant == GRANT.c.id)
        .where(FITTED.c.data == data, GRANT.c.state.in_((SEALED, RELEASED)))
        .order_by(GRANT.c.entry.desc())
    )
    with catalog.read() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        plan = vault.get_sealed(row.record)
        if sha256(plan).hexdigest() != row.sha256:
            raise IntegrityError(
                f"the plan of {row.pipeline} {row.number} is not the one that its release had",
                hint="the catalog was changed by hand: put the newest one back",
            )
        yield EarlierPlan(row.pipeline, row.number, plan)
