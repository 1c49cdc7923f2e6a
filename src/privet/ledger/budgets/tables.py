"""What the privacy ledger remembers: accounts, reservations, charges, releases without bound."""

from __future__ import annotations

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, String, Table, Text

from privet.ports.catalog import METADATA

ACCOUNT = Table(
    "budget_account",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("data", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("period", String, nullable=False),
    Column("dimension", String, nullable=False),
    Column("name", String, nullable=False),
    Column("neighbours", String, nullable=False),
    Column("spent", Text, nullable=False),
    Index("budget_account_of", "data", "subject", "period", "dimension", "name", unique=True),
)

RESERVED = Table(
    "budget_reserved",
    METADATA,
    Column("grant", String, primary_key=True),
    Column("account", ForeignKey("budget_account.id"), primary_key=True),
    Column("left", Text, nullable=False),
)
"""What grants that are not at their end may still draw."""

CHARGE = Table(
    "budget_charge",
    METADATA,
    Column("grant", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("account", ForeignKey("budget_account.id"), primary_key=True),
    Column("event", Text, nullable=False),
)

UNBOUNDED = Table(
    "budget_unbounded",
    METADATA,
    Column("grant", String, primary_key=True),
    Column("data", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("recipient", String, nullable=False),
)

TABLES = (ACCOUNT, RESERVED, CHARGE, UNBOUNDED)


def create(connection: Connection) -> None:
    """Make the tables where a catalog of an earlier version lacks them."""
    for table in TABLES:
        table.create(connection, checkfirst=True)
