"""The shape of a snapshot's kept rows: what `steady` compares, and what a report draws.

A `Profile` may be personal (quantiles are values) and lies sealed beside its snapshot; a text in it
is a keyed hash. What may leave it is `shown`, by the rule of `privet.quality.small_groups`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from privet.model.errors import IntegrityError
from privet.model.quality import ColumnProfile
from privet.quality.small_groups import merged_bins, merged_ranks

VERSION = 1

Kind: TypeAlias = Literal["bins", "ranks"]


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """One column's values among the rows looked at.

    Attributes:
        path: the column.
        type: its type, as in the contract.
        kind: `bins` for numbers, dates and times, `ranks` for all else.
        rows: values looked at; for a column in a list, those of its lists.
        nulls: how many of them are null.
        distinct: how many different values they are.
        odd: values that are no number (NaN); they are in no bin.
        quantiles: of numbers, points of the inverse distribution function at even steps, the
            smallest and the largest value included; dates count days, times their unit.
        bins: counts of equal-width bins between the 1st and the 99th percentile.
        beyond: values outside the bins.
        top: the most common values by keyed hash, most common first, with their counts.
    """

    path: str
    type: str
    kind: Kind
    rows: int
    nulls: int
    distinct: int
    odd: int = 0
    quantiles: tuple[float, ...] = field(default=(), repr=False)
    bins: tuple[int, ...] = field(default=(), repr=False)
    beyond: int = field(default=0, repr=False)
    top: tuple[tuple[str, int], ...] = field(default=(), repr=False)

    def shown(self) -> ColumnProfile:
        """What may be shown of it: no value, and no group of fewer than ten."""
        if self.kind == "bins":
            shown = merged_bins(self.bins, apart=self.beyond + self.odd, nulls=self.nulls)
        else:
            counts = tuple(count for _, count in self.top)
            rest = self.rows - self.nulls - sum(counts)
            shown = merged_ranks(counts, apart=rest, nulls=self.nulls)
        return ColumnProfile(
            path=self.path,
            type=self.type,
            rows=shown.rows,
            nulls=shown.nulls,
            distinct=shown.about(self.distinct),
            kind=self.kind,
            counts=shown.counts,
            other=shown.other,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """The shapes of a table's columns.

    Attributes:
        rows: rows of the table.
        looked_at: how many of them the shapes are made of: every n-th, from the first.
        key_id: tells the key of the hashes: those of two keys cannot be compared.
        columns: one shape for each leaf column.
    """

    rows: int
    looked_at: int
    key_id: str
    columns: tuple[ColumnShape, ...]

    def column(self, path: str) -> ColumnShape | None:
        """The shape of a column, or None."""
        return next((shape for shape in self.columns if shape.path == path), None)

    def shown(self) -> tuple[ColumnProfile, ...]:
        """What may be shown: no value, and no group of 1 to 9 rows, nor any by subtraction."""
        return tuple(shape.shown() for shape in self.columns)

    def to_json(self) -> dict[str, Any]:
        """The profile in JSON without floats (`privet.model.canonical`). It may be personal."""
        return {
            "version": VERSION,
            "rows": self.rows,
            "looked_at": self.looked_at,
            "key_id": self.key_id,
            "columns": [_to_json(shape) for shape in self.columns],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Profile:
        """Read what `to_json` gave.

        Raises:
            IntegrityError: it is not of that form.
        """
        if value.get("version") != VERSION:
            raise IntegrityError(
                "the profile of a snapshot is of another version",
                hint="use the version of Privet that made the snapshot, or a newer one",
            )
        try:
            return cls(
                rows=int(value["rows"]),
                looked_at=int(value["looked_at"]),
                key_id=str(value["key_id"]),
                columns=tuple(_from_json(shape) for shape in value["columns"]),
            )
        except (KeyError, TypeError, ValueError):
            # From none: the values within may be personal.
            raise IntegrityError("the profile of a snapshot is not of its form") from None


def _to_json(shape: ColumnShape) -> dict[str, Any]:
    return {
        "path": shape.path,
        "type": shape.type,
        "kind": shape.kind,
        "rows": shape.rows,
        "nulls": shape.nulls,
        "distinct": shape.distinct,
        "odd": shape.odd,
        "quantiles": [repr(point) for point in shape.quantiles],
        "bins": list(shape.bins),
        "beyond": shape.beyond,
        "top": [[hashed, count] for hashed, count in shape.top],
    }


def _from_json(value: Mapping[str, Any]) -> ColumnShape:
    kind = value["kind"]
    if kind not in {"bins", "ranks"}:
        raise ValueError("an unknown kind")
    return ColumnShape(
        path=str(value["path"]),
        type=str(value["type"]),
        kind=kind,
        rows=int(value["rows"]),
        nulls=int(value["nulls"]),
        distinct=int(value["distinct"]),
        odd=int(value["odd"]),
        quantiles=tuple(float(point) for point in value["quantiles"]),
        bins=tuple(int(count) for count in value["bins"]),
        beyond=int(value["beyond"]),
        top=tuple((str(hashed), int(count)) for hashed, count in value["top"]),
    )
