"""How a hierarchy is declared: frozen words, from which `building` makes the tree.

A *closed* declaration names all values there are (CSV, tree): any other is an error. An *open* one
is a rule (intervals, prefixes, dates, flat): its tree is made over the values of the data, and a
value that comes later finds its place by the rule (`placing`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

DateUnit: TypeAlias = Literal["month", "quarter", "year", "decade", "century"]
"""What a date is in, finest first."""

DATE_UNITS: tuple[DateUnit, ...] = ("month", "quarter", "year", "decade", "century")

Rows: TypeAlias = tuple[tuple[str | None, ...], ...]
"""A path from leaf to root for each value, all of one length. Null is a leaf None."""


@dataclass(frozen=True, slots=True)
class CsvHierarchy:
    """ARX's form: a line for each value, the value first and the root last.

    Attributes:
        rows: the lines. A leaf None (in the file: an empty field) declares null.
        lines: the line of the file that each row stood on, for messages; empty where no file was.
        file: the file's name, for messages.
    """

    rows: Rows = field(repr=False)
    lines: tuple[int, ...] = field(default=(), repr=False, compare=False)
    file: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TreeHierarchy:
    """A tree as nested mappings and lists, read by `trees.tree`.

    Attributes:
        rows: the path of each leaf, made equally long by repeating the leaf upwards.
    """

    rows: Rows = field(repr=False)


@dataclass(frozen=True, slots=True)
class IntervalHierarchy:
    """Numbers in half-open intervals, `[30,35)`, level upon level.

    Attributes:
        widths: of each level's intervals, each a multiple of the one below; they begin at `origin`.
        bounds: instead of widths, where each level's intervals meet, rising; each level's bounds
            are among those of the level below. What is outside of the outermost is below or above.
        origin: where some interval of every level begins.
        bottom: all that is below is one leaf, `<18`, and so on every level (bottom coding).
        top: all that is at or above it likewise, `>=90` (top coding).
        minimum: the least value there may be; below it is an error.
        maximum: the greatest; above it is an error.
        step: with `minimum` and `maximum`: each value from one to the other in such steps is a
            leaf, whether or not the data has it. Without, leaves are the values of the data.
    """

    widths: tuple[Decimal, ...] = ()
    bounds: tuple[tuple[Decimal, ...], ...] = ()
    origin: Decimal = Decimal(0)
    bottom: Decimal | None = None
    top: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    step: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PrefixHierarchy:
    """Texts by how they begin: `89134` is in `891**`.

    Attributes:
        kept: how many characters each level keeps, falling.
        length: how many characters a label has, padded with `*`; None: as the longest value of the
            data that the tree is made over.
    """

    kept: tuple[int, ...]
    length: int | None = None


@dataclass(frozen=True, slots=True)
class DateHierarchy:
    """Days in ever longer spans: `1990-04`, `1990-Q2`, `1990`, `1990-1999`, `1900-1999`.

    Attributes:
        units: of the levels above the day, finest first.
    """

    units: tuple[DateUnit, ...] = ("month", "year", "decade")


@dataclass(frozen=True, slots=True)
class FlatHierarchy:
    """A value, or `*`."""


OpenSpec: TypeAlias = IntervalHierarchy | PrefixHierarchy | DateHierarchy | FlatHierarchy
"""A rule that says of any value where it belongs."""

HierarchySpec: TypeAlias = CsvHierarchy | TreeHierarchy | OpenSpec
"""How a hierarchy is declared."""
