"""A row filter as a tree: total predicates over Arrow columns, in SQL's three-valued logic.

Each predicate evaluates to one truth value per row, null for *unknown*. NaN counts as null, as in
SQLite: unknown must not let a row out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from privet.model.errors import Refused
from privet.model.paths import ColumnPath
from privet.model.release import Principal
from privet.policy.filter_types import TEXT, ColumnType, Value

Operator: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]
Values: TypeAlias = "pa.Array[Any]"
Truths: TypeAlias = "pa.BooleanArray"

_KERNELS: dict[Operator, str] = {
    "=": "equal",
    "<>": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a filter is evaluated on: a batch, and who asks."""

    batch: pa.RecordBatch
    principal: Principal


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column that holds one value per row."""

    path: ColumnPath
    type: ColumnType

    def read(self, rows: Rows) -> Values:
        """The column's values.

        Raises:
            Refused: the batch lacks it, or holds another type than the contract says.
        """
        index = rows.batch.schema.get_field_index(self.path.root)
        if index < 0:
            raise self._unfit("is not in the data")
        values: Values = rows.batch.column(index)
        for step in self.path.steps[1:]:
            if not pa.types.is_struct(values.type) or values.type.get_field_index(step.name) < 0:
                raise self._unfit("is not in the data")
            values = pc.struct_field(values, [step.name])
        if isinstance(values, pa.DictionaryArray):
            values = values.dictionary_decode()
        if ColumnType.of(str(values.type)) != self.type:
            raise self._unfit(f"is `{values.type}` in the data, `{self.type.name}` in the contract")
        if pa.types.is_string_view(values.type):
            return values.cast(pa.string())
        if pa.types.is_floating(values.type):
            unknown = pa.scalar(None, values.type)
            values = pc.call_function("if_else", [pc.is_nan(values), unknown, values])
        return values

    def _unfit(self, problem: str) -> Refused:
        message = f"the row filter cannot be applied: column `{self.path}` {problem}"
        return Refused(message, hint="Make the contract fit the data, or the filter the contract.")

    def __str__(self) -> str:
        return ".".join(_quoted(step.name) for step in self.path.steps)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`principal.<name>`: a text that identity says about who asks."""

    name: str
    type: ClassVar[ColumnType] = TEXT

    def read(self, rows: Rows) -> Values:
        """The attribute, once per row; `RowFilter.mask` has seen that it is there."""
        return pa.repeat(rows.principal.attributes[self.name], rows.batch.num_rows)

    def __str__(self) -> str:
        return f"principal.{_quoted(self.name)}"


Operand: TypeAlias = "ColumnRef | Attribute"


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of an operand with a literal that fits it, or with another operand."""

    operator: Operator
    left: Operand
    right: Operand | Value

    def evaluate(self, rows: Rows) -> Truths:
        """Null where a side is null."""
        left, right = self.left.read(rows), self.right
        if isinstance(right, ColumnRef | Attribute):
            return _compute(_KERNELS[self.operator], left, right.read(rows))
        return _compute(_KERNELS[self.operator], left, self.left.type.scalar(right, left.type))

    def __str__(self) -> str:
        named = isinstance(self.right, ColumnRef | Attribute)
        right = str(self.right) if named else _literal(self.right)  # type: ignore[arg-type]
        return f"{self.left} {self.operator} {right}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """`IN` over literals."""

    operand: Operand
    values: tuple[Value, ...]

    def evaluate(self, rows: Rows) -> Truths:
        """Null where the operand is null."""
        values, of = self.operand.read(rows), self.operand.type
        found = [_compute("equal", values, of.scalar(value, values.type)) for value in self.values]
        return functools.reduce(functools.partial(_compute, "or_kleene"), found)

    def __str__(self) -> str:
        return f"{self.operand} IN ({', '.join(_literal(value) for value in self.values)})"


@dataclass(frozen=True, slots=True)
class Like:
    """`LIKE`: `%` any text, `_` any one character, nothing escapes; case matters."""

    operand: Operand
    pattern: str

    def evaluate(self, rows: Rows) -> Truths:
        """Null where the operand is null."""
        # Arrow lets a backslash escape in a pattern; standard SQL has no such escape.
        options = pc.MatchSubstringOptions(self.pattern.replace("\\", "\\\\"))
        return _compute("match_like", self.operand.read(rows), options=options)

    def __str__(self) -> str:
        return f"{self.operand} LIKE {_literal(self.pattern)}"


@dataclass(frozen=True, slots=True)
class IsNull:
    """`IS NULL`: never unknown."""

    operand: ColumnRef

    def evaluate(self, rows: Rows) -> Truths:
        """True where the column is null."""
        return _compute("is_null", self.operand.read(rows))

    def __str__(self) -> str:
        return f"{self.operand} IS NULL"


@dataclass(frozen=True, slots=True)
class Not:
    """Unknown stays unknown."""

    part: Predicate

    def evaluate(self, rows: Rows) -> Truths:
        """The opposite."""
        return _compute("invert", self.part.evaluate(rows))

    def __str__(self) -> str:
        return f"NOT ({self.part})"


@dataclass(frozen=True, slots=True)
class Both:
    """`AND` or `OR` of two parts or more (Kleene's logic)."""

    word: Literal["AND", "OR"]
    parts: tuple[Predicate, ...]

    def evaluate(self, rows: Rows) -> Truths:
        """The parts, joined."""
        join = functools.partial(_compute, "and_kleene" if self.word == "AND" else "or_kleene")
        return functools.reduce(join, (part.evaluate(rows) for part in self.parts))

    def __str__(self) -> str:
        return f" {self.word} ".join(
            f"({part})" if isinstance(part, Both) else str(part) for part in self.parts
        )


Predicate: TypeAlias = "Compare | OneOf | Like | IsNull | Not | Both"


def operands(node: Predicate) -> Iterator[Operand]:
    """Every column and attribute that the tree reads, in order, with repeats."""
    match node:
        case Both():
            for part in node.parts:
                yield from operands(part)
        case Not():
            yield from operands(node.part)
        case Compare():
            yield node.left
            if isinstance(node.right, ColumnRef | Attribute):
                yield node.right
        case OneOf() | Like() | IsNull():
            yield node.operand


def names(found: Iterable[Operand], kind: type[ColumnRef] | type[Attribute]) -> tuple[str, ...]:
    """Names of the operands of one kind, sorted, without repeats."""
    picked = {
        str(operand.path) if isinstance(operand, ColumnRef) else operand.name
        for operand in found
        if isinstance(operand, kind)
    }
    return tuple(sorted(picked))


def _compute(
    kernel: str,
    *inputs: Values | pa.Scalar[Any],
    options: pc.FunctionOptions | None = None,
) -> Truths:
    """Run a kernel of Arrow that gives truth values; a null in gives a null, or Kleene's answer."""
    truths: Truths = pc.call_function(kernel, list(inputs), options)
    return truths


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return f"TIMESTAMP '{value.isoformat()}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case Decimal():
            return f"{value:f}"
        case _:
            return repr(value)
