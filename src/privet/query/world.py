"""What a query may see: private tables with their bounds, public tables, and what it may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from privet.model.errors import ConfigError

Kind: TypeAlias = Literal["integer", "number", "text", "boolean", "date", "timestamp"]
Bounds: TypeAlias = tuple[Fraction, Fraction]
Key: TypeAlias = str | int | bool | None

HINT = (
    "A supported form: SELECT city, COUNT(*), AVG(amount) FROM visits WHERE age > 30 "
    "GROUP BY city HAVING COUNT(*) > 100 ORDER BY city."
)


@dataclass(frozen=True, slots=True)
class Private:
    """A table whose rows belong to subjects.

    Args:
        name: as a query names it, and as the engine knows it.
        columns: the usable ones and their kinds, the subject's column among them if it is usable.
        subject: the column that holds the subject.
        bounds: per column of numbers, the least and the greatest value that count.
        max_norm: the L2 norm that a subject's vector of row counts over the groups may have.
        max_groups: in how many groups a subject counts where keys are private.
        keys: per column, its public keys.
    """

    name: str
    columns: Mapping[str, Kind]
    subject: str
    max_norm: Fraction
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    max_groups: int | None = None
    keys: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Public:
    """A table that tells of nobody: it may hold anything, also many rows per key."""

    name: str
    columns: Mapping[str, Kind]
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    keys: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """All that a query may read; private tables name subjects of one type."""

    private: tuple[Private, ...]
    public: tuple[Public, ...] = ()


@dataclass(frozen=True, slots=True)
class Spend:
    """What a query may cost at most: epsilon above 0, and 0 <= delta < 1."""

    epsilon: Fraction
    delta: Fraction = Fraction(0)


def refused(message: str, hint: str = HINT) -> ConfigError:
    """The error that each fault of a query is; `message` names the construct, and no value."""
    return ConfigError(f"the query cannot be answered: {message}", hint=hint)


def unusable() -> ConfigError:
    """One message for what is hidden and for what does not exist."""
    return refused(
        "it names a table or column that does not exist or may not be used",
        "Ask who keeps the policy which columns a query may use.",
    )
