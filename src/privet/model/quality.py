"""Quality in words: rules of a contract, cleaning steps of a pipeline, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from privet.model.errors import Location
from privet.model.paths import ColumnPath

Severity: TypeAlias = Literal["error", "warning", "info"]
Action: TypeAlias = Literal["quarantine", "stop", "report"]
Unit: TypeAlias = Literal["rows", "percent"]
Operator: TypeAlias = Literal[
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
]
"""Of ODCS v3.1; `between` takes both bounds in."""

_HOLDS: Mapping[Operator, Callable[[float, float, float], bool]] = {
    "mustBe": lambda figure, low, _: figure == low,
    "mustNotBe": lambda figure, low, _: figure != low,
    "mustBeGreaterThan": lambda figure, low, _: figure > low,
    "mustBeGreaterOrEqualTo": lambda figure, low, _: figure >= low,
    "mustBeLessThan": lambda figure, low, _: figure < low,
    "mustBeLessOrEqualTo": lambda figure, low, _: figure <= low,
    "mustBeBetween": lambda figure, low, high: low <= figure <= high,
    "mustNotBeBetween": lambda figure, low, high: not low <= figure <= high,
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a rule's figure must be: for a row rule, how many rows may fail it.

    Attributes:
        values: one number, or two for `between`.
        unit: rows, or percent of the rows that the rule looked at.
    """

    operator: Operator
    values: tuple[float, ...]
    unit: Unit = "rows"

    def holds(self, figure: float) -> bool:
        """Whether `figure` is what it must be."""
        return _HOLDS[self.operator](figure, self.values[0], self.values[-1])

    def __str__(self) -> str:
        numbers = " and ".join(f"{value:g}" for value in self.values)
        return f"{self.operator} {numbers}{' %' if self.unit == 'percent' else ''}"


# What a rule checks. Row checks judge a row by itself:


@dataclass(frozen=True, slots=True)
class NotNull:
    """No value is null (ODCS `nullValues`)."""


@dataclass(frozen=True, slots=True)
class NotMissing:
    """No value is null or one of `markers` (ODCS `missingValues`)."""

    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Every value is one of `values`, spelled as text (ODCS `invalidValues`); null passes."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """Every value holds the RE2 pattern somewhere, as in JSON Schema; null passes."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Length:
    """Every text has so many characters (code points); null passes."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Every value lies between bounds; null passes, NaN does not.

    Bounds are spelled as the contract does: numbers, ISO 8601 dates and times. `exclusive` ones are
    not themselves allowed.
    """

    minimum: str | None = None
    maximum: str | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False


# Key checks need all rows of one key side by side, and still say of each row whether it fails:


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows are equal in the rule's columns (ODCS `duplicateValues`).

    The first row of a key, in source order, passes; the others fail. A key with a null in it is
    like no other.
    """


@dataclass(frozen=True, slots=True)
class Refers:
    """Every key of the rule's columns is a key of another data set (ODCS `relationships`)."""

    data: str
    columns: tuple[ColumnPath, ...]


# Set checks give one figure for the whole data set:


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows were kept (ODCS `rowCount`)."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The newest value of the rule's column is at most `seconds` old (ODCS SLA `freshness`)."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Steady:
    """The column is distributed as in the snapshot before: at most `distance` apart.

    The distance is the population stability index over ten bins (or the most common values).
    """

    distance: float = 0.2


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT over the data set gives one number (ODCS `sql`); `${table}` is the data set."""

    sql: str


@dataclass(frozen=True, slots=True)
class External:
    """Another tool judges the rows (ODCS `custom`): `pandera` with `checks/orders.py:schema`."""

    engine: str
    reference: str


RowCheck: TypeAlias = NotNull | NotMissing | OneOf | Matches | Length | Range
KeyCheck: TypeAlias = Unique | Refers
SetCheck: TypeAlias = RowCount | Fresh | Steady | Query
Check: TypeAlias = RowCheck | KeyCheck | SetCheck | External


@dataclass(frozen=True, slots=True)
class QualityRule:
    """One rule of a contract.

    Attributes:
        name: unique in the data set; a row that fails is held back as `rule:<name>`.
        check: what is checked.
        columns: what it looks at; empty for the whole data set.
        severity: `error`, `warning` or `info`.
        action: `quarantine` holds failing rows back (rules on rows and keys only); `stop` ends the
            run where the threshold is broken; `report` only tells.
        threshold: for rules on rows and keys, how many rows may fail before the run stops (with
            `report`: before it tells; None: any number); for rules on the set, what the figure
            must be.
        dimension: ODCS data quality dimension, for the report.
    """

    name: str
    check: Check
    columns: tuple[ColumnPath, ...] = ()
    severity: Severity = "error"
    action: Action = "quarantine"
    threshold: Threshold | None = None
    dimension: str | None = None
    where: Location | None = field(default=None, compare=False)


CleanValue: TypeAlias = "str | int | float | bool | tuple[str, ...] | tuple[tuple[str, str], ...]"


@dataclass(frozen=True, slots=True)
class CleanStep:
    """One cleaning step of a source, in the order in which they stand there.

    Attributes:
        name: as in `privet.quality.cleaning`: `trim`, `missing`, `normalise`, `date`, `number`,
            `replace`, `impute`, `clip`, `deduplicate`.
        columns: what it works on; empty: every column that it fits (for `deduplicate`: the whole
            row).
        params: what it is told, sorted by name.
    """

    name: str
    columns: tuple[ColumnPath, ...] = ()
    params: tuple[tuple[str, CleanValue], ...] = ()
    where: Location | None = field(default=None, compare=False)

    def param(self, name: str, default: CleanValue | None = None) -> CleanValue | None:
        """The parameter's value, or `default`."""
        return dict(self.params).get(name, default)


# What came out:


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What a rule found.

    Attributes:
        rule: its name.
        check: what it checks, in words without a value of the data.
        columns: paths.
        failed: rows that fail it (rules on rows and keys).
        of: rows that it looked at.
        figure: what a rule on the set measured; None where it is a personal value's.
        holds: whether its threshold holds (True where it has none).
        threshold: the rule's, if it has one: whether `holds` can be told of a few rows depends on
            it.
    """

    rule: str
    check: str
    columns: tuple[str, ...]
    severity: Severity
    action: Action
    failed: int
    of: int
    figure: float | None
    holds: bool
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True)
class CleanOutcome:
    """How many cells a cleaning step changed, by column path; for `deduplicate`, rows by ''."""

    step: str
    changed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The shape of a column's kept values; it shows none of them.

    Attributes:
        rows: rows looked at, of which `nulls` are null.
        distinct: about how many different values.
        kind: `bins` (counts of equal-width bins, between the 1st and the 99th percentile) or
            `ranks` (counts of the most common values, most common first).
        counts: groups under 10 are merged: bins into their neighbour, ranks into `other`.
        other: rows in no count.
    """

    path: str
    type: str
    rows: int
    nulls: int
    distinct: int
    kind: Literal["bins", "ranks"]
    counts: tuple[int, ...] = ()
    other: int = 0
