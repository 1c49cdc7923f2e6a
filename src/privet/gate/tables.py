"""What the door remembers: grants, and the parts drawn on them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from privet.ports.catalog import METADATA

OPEN, SEALED, RELEASED, ABANDONED = "open", "sealed", "released", "abandoned"

GRANT = Table(
    "grant",
    METADATA,
    Column("id", String, primary_key=True),
    Column("pipeline", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("target", String, nullable=False),
    Column("statement", LargeBinary),
    Column("entry", Integer),
    Index("grant_number", "pipeline", "number", unique=True),
)

DRAW = Table(
    "draw",
    METADATA,
    Column("grant", ForeignKey("grant.id"), primary_key=True),
    Column("part", String, primary_key=True),
    Column("at", String, nullable=False),
)

FITTED = Table(
    "fitted_plan",
    METADATA,
    Column("grant", ForeignKey("grant.id"), primary_key=True),
    Column("data", String, primary_key=True),
    Column("record", String, nullable=False),
    Column("sha256", String, nullable=False),
)
"""The frozen plan by which a data set of a release was made k-anonymous; a sealed record."""
