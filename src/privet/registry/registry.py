"""Restrictions: whose rows are withheld, from which purposes, since which version.

Every change is a log entry in the transaction that makes it, with the commitment and never the key.
The log is the truth: `verify` replays it and refuses a table that says anything else, so a row
removed by hand brings nobody back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from privet.ledger import Entry, Log
from privet.model.canonical import Json
from privet.model.errors import IntegrityError
from privet.ports.catalog import METADATA, Catalog
from privet.ports.world import Clock
from privet.registry.commitments import commit_rows, commit_text, is_committed

KIND = "restriction"
RESTRICT, LIFT = "restrict", "lift"

RESTRICTIONS = Table(
    "restriction",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subject_type", String, nullable=False, index=True),
    Column("commitment", LargeBinary, nullable=False),
    Column("purposes", JSON(none_as_null=True)),
    Column("created", String, nullable=False),
    Column("lifted", Integer),
)
"""One row per restriction.

`id` is the registry version that it began with, and `lifted` the one that ended it; `purposes` is a
sorted list, or null for every purpose.
"""

_CHANGED = "the catalog was changed by hand or restored: put the newest one back"


@dataclass(frozen=True, slots=True)
class Registry:
    """The project's restrictions.

    Attributes:
        key: the registry key, 32 bytes; commitments are made with it.
    """

    catalog: Catalog
    log: Log
    key: bytes = field(repr=False)
    clock: Clock

    def restrict(
        self,
        connection: Connection,
        subject_type: str,
        key_text: str,
        purposes: Collection[str] | None = None,
    ) -> int:
        """Withhold a subject's rows from `purposes` (None: from all).

        A restriction that holds already is not made twice. The caller publishes the log after its
        commit.

        Args:
            connection: a write transaction.
            subject_type: the namespace of the key.
            key_text: the normalised subject key; it is not kept.
            purposes: names of the policy.

        Returns:
            The restriction's id.
        """
        if purposes is not None and not purposes:
            raise ValueError("a restriction names its purposes, or None for all of them")
        commitment = commit_text(self.key, subject_type, key_text)
        wanted = None if purposes is None else sorted(set(purposes))
        for row in self._standing(connection, subject_type, commitment):
            if row["purposes"] == wanted:
                return int(row["id"])
        version = version_of(connection) + 1
        connection.execute(
            insert(RESTRICTIONS).values(
                id=version,
                subject_type=subject_type,
                commitment=commitment,
                purposes=wanted,
                created=self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            )
        )
        body: dict[str, Json] = {
            "action": RESTRICT,
            "version": version,
            "subject_type": subject_type,
            "commitment": commitment.hex(),
            "purposes": wanted,
        }
        self.log.append(connection, KIND, body)
        return version

    def lift(self, connection: Connection, subject_type: str, key_text: str) -> int:
        """End every restriction of a subject; how many there were."""
        commitment = commit_text(self.key, subject_type, key_text)
        rows = self._standing(connection, subject_type, commitment)
        for row in rows:
            version = version_of(connection) + 1
            connection.execute(
                update(RESTRICTIONS).where(RESTRICTIONS.c.id == row["id"]).values(lifted=version)
            )
            body = {"action": LIFT, "version": version, "restriction": row["id"]}
            self.log.append(connection, KIND, body)
        return len(rows)

    def version(self) -> int:
        """The count of changes so far: it only grows."""
        with self.catalog.read() as connection:
            return version_of(connection)

    def withheld(self, subject_type: str, purpose: str) -> frozenset[bytes]:
        """Commitments to the subjects whose rows may not be used for `purpose` now."""
        query = select(RESTRICTIONS.c.commitment, RESTRICTIONS.c.purposes).where(
            RESTRICTIONS.c.subject_type == subject_type, RESTRICTIONS.c.lifted.is_(None)
        )
        with self.catalog.read() as connection:
            rows = connection.execute(query).all()
        return frozenset(
            bytes(row.commitment) for row in rows if row.purposes is None or purpose in row.purposes
        )

    def withheld_mask(
        self, values: pa.Array[Any], subject_type: str, purpose: str
    ) -> pa.BooleanArray:
        """Which rows are withheld.

        Args:
            values: the normalised subject key of each row (string); a null is nobody's.
            subject_type: the namespace of the keys.
            purpose: what the rows are wanted for.
        """
        return is_committed(self.key, subject_type, values, self.withheld(subject_type, purpose))

    def commitments(self, subject_type: str, values: pa.Array[Any]) -> npt.NDArray[np.uint8]:
        """The commitment to each value, shape (rows, 32); a null row is all zeros."""
        return commit_rows(self.key, subject_type, values)

    def verify(self) -> int:
        """Compare the table with the log; needs no key but holds one anyway.

        Returns:
            The version.

        Raises:
            IntegrityError: they differ.
        """
        return verify_registry(self.catalog, self.log.entries())

    def _standing(
        self, connection: Connection, subject_type: str, commitment: bytes
    ) -> list[Mapping[str, Any]]:
        query = select(RESTRICTIONS.c.id, RESTRICTIONS.c.purposes).where(
            RESTRICTIONS.c.subject_type == subject_type,
            RESTRICTIONS.c.commitment == commitment,
            RESTRICTIONS.c.lifted.is_(None),
        )
        return [dict(row) for row in connection.execute(query).mappings()]


def version_of(connection: Connection) -> int:
    """The registry's version within a transaction."""
    made, ended = connection.execute(
        select(func.max(RESTRICTIONS.c.id), func.max(RESTRICTIONS.c.lifted))
    ).one()
    return max(made or 0, ended or 0)


def verify_registry(catalog: Catalog, entries: Iterable[Entry]) -> int:
    """Replay the log's restrictions and compare them with the table; needs no key.

    Returns:
        The registry's version.

    Raises:
        IntegrityError: the table says something else than the log.
    """
    expected: dict[int, dict[str, Any]] = {}
    version = 0
    for entry in entries:
        if entry.kind != KIND:
            continue
        version += 1
        body = entry.body
        if body["version"] != version:
            raise IntegrityError("the log's restrictions are out of order", hint=_CHANGED)
        if body["action"] == RESTRICT:
            told = {name: body[name] for name in ("subject_type", "commitment", "purposes")}
            expected[version] = told | {"lifted": None}
        else:
            expected[body["restriction"]]["lifted"] = version
    with catalog.read() as connection:
        rows = connection.execute(select(RESTRICTIONS)).mappings().all()
    found = {
        row["id"]: {
            "subject_type": row["subject_type"],
            "commitment": bytes(row["commitment"]).hex(),
            "purposes": row["purposes"],
            "lifted": row["lifted"],
        }
        for row in rows
    }
    different = {key for key in expected | found if expected.get(key) != found.get(key)}
    if different:
        raise IntegrityError(
            f"{len(different)} restrictions in the catalog are not as the log has them",
            hint=_CHANGED,
        )
    return version
