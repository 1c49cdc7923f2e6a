"""What the door asks of whoever makes a table k-anonymous, and the plans that it remembers.

The door decides which rows may leave and counts them; how classes are found is for others
(`privet.protect`), whom it knows by these words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
from sqlalchemy import select

from privet.crypto.mac import hmac_sha256
from privet.gate.tables import FITTED, GRANT
from privet.ledger import Log
from privet.model import canonical
from privet.model.contract import Contract
from privet.model.errors import IntegrityError, SourceError
from privet.model.pipeline import FormatName
from privet.model.release import Decision
from privet.ports.catalog import Catalog
from privet.transforms.arrow import Values
from privet.vault.keys import Key, KeyTable
from privet.vault.vault import Vault

PLANS_KEY = "fitted plans"
"""The name of the key (kind `evidence`) under which receipts state plans."""


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


def plans_tag(key: Key, digests: Mapping[str, str]) -> str:
    """What a receipt says of its plans (hex): keyed, so that nobody can guess what is in them.

    Args:
        key: the project's, of the name `PLANS_KEY`.
        digests: SHA-256 (hex) of the plan of each data set that was made k-anonymous.
    """
    plans = [[data, digest] for data, digest in sorted(digests.items())]
    return hmac_sha256(key.secret, canonical.encode(plans)).hex()


@dataclass(frozen=True, slots=True)
class EarlierPlans:
    """The plans of releases that left, as the log knows them.

    The catalog's rows are not believed: which releases had plans says the log, which was compared
    with its signed checkpoint when the project was opened, and which plans these were says the tag
    in the statement that the log names.
    """

    catalog: Catalog
    log: Log
    keys: KeyTable
    vault: Vault

    def of(self, data: str) -> Iterator[EarlierPlan]:
        """The plans of all releases of a data set that left, newest first.

        Raises:
            IntegrityError: rows or bytes of one are not what its release had.
        """
        for body in self._releases(data):
            release = body["release"]
            with self.catalog.read() as connection:
                grant = connection.execute(select(GRANT).where(GRANT.c.id == release)).first()
                rows = connection.execute(select(FITTED).where(FITTED.c.grant == release)).all()
                key = self.keys.current(connection, "evidence", PLANS_KEY)
            if grant is None or _digest(grant.statement) != body["statement"]:
                raise _changed(f"release {release}")
            said: Any = canonical.decode(grant.statement)
            pipeline, fitted = said["predicate"]["pipeline"], said["predicate"]["plan"]["fitted"]
            name = f"{pipeline} {grant.number}"
            digests = {str(row.data): str(row.sha256) for row in rows}
            records = {str(row.data): str(row.record) for row in rows}
            if key is None or data not in records:
                raise _changed(name)
            if not compare_digest(plans_tag(key, digests), fitted["hmac-sha256"]):
                raise _changed(name)
            plan = self._opened(records[data], name)
            if _digest(plan) != digests[data]:
                raise _changed(name)
            yield EarlierPlan(pipeline, grant.number, plan)

    def _releases(self, data: str) -> list[Mapping[str, Any]]:
        """The log's entries of releases that had a plan of the data set, newest first.

        One that was removed by hand after it was sealed is among them: somebody may have had it.
        """
        found = [
            entry.body
            for entry in self.log.entries()
            if entry.kind == "release" and data in entry.body.get("fitted", {})
        ]
        return found[::-1]

    def _opened(self, record: str, name: str) -> bytes:
        try:
            return self.vault.get_sealed(record)
        except SourceError as error:
            raise _changed(name) from error


def _digest(stored: object) -> str | None:
    """SHA-256 (hex) of bytes; SQLite would let a column be anything."""
    return sha256(stored).hexdigest() if isinstance(stored, bytes) else None


def _changed(name: str) -> IntegrityError:
    return IntegrityError(
        f"the plan of {name} is not the one that its release had",
        hint="the catalog was changed by hand: put it back, whole, from its newest backup",
    )
