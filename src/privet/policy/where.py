"""Row filters: the `where` of a rule, read as SQL, allowed node by node, never executed as SQL.

The grammar is an allow-list. A filter compares columns (of the top level or inside structs) and
`principal.<attribute>` with literals or with each other: `= <> < <= > >=`, `IN (...)`, `BETWEEN`,
`LIKE`, `IS NULL`, joined by `AND`, `OR`, `NOT`. Every function is total: no filter can fail on some
rows, so none can tell through an error what a hidden row holds. A column called `principal` is
written `"principal"`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from privet.model.errors import Refused
from privet.model.release import Principal
from privet.policy.filter_reader import Reader, parse_condition, wrong
from privet.policy.filter_tree import Attribute, ColumnRef, Predicate, Rows, names, operands

LONGEST = 10_000
"""Characters of a filter."""

DEEPEST = 60
"""Levels of nesting; a chain of `AND` or of `OR` is one level."""


@dataclass(frozen=True, slots=True)
class RowFilter:
    """A filter that was read and type-checked; `str()` gives its canonical form.

    Attributes:
        columns: paths of the columns that it reads, sorted.
        attributes: names of the principal's attributes that it reads, sorted.
    """

    tree: Predicate
    columns: tuple[str, ...]
    attributes: tuple[str, ...]

    def mask(self, batch: pa.RecordBatch, principal: Principal) -> pa.BooleanArray:
        """Which rows pass: one value per row, never null (unknown is False).

        Raises:
            Refused: the principal lacks an attribute, or the batch lacks a column of the filter.
        """
        for name in self.attributes:
            if name not in principal.attributes:
                raise Refused(
                    f"the row filter needs `principal.{name}`, which nobody states about the asker",
                    hint=f"Let the identity provider state `{name}`, or change the rule's `where`.",
                )
        try:
            passed = self.tree.evaluate(Rows(batch, principal))
        except pa.ArrowException:
            # Arrow's own messages may quote a value.
            raise Refused(
                "the row filter could not be evaluated on this data",
                hint="Compare columns only with values of their own type.",
            ) from None
        mask: pa.BooleanArray = pc.call_function("coalesce", [passed, pa.scalar(value=False)])
        return mask

    def __str__(self) -> str:
        return str(self.tree)


def parse_filter(expression: str, columns: Mapping[str, str]) -> RowFilter:
    """Read a filter over a data set whose columns (by dotted path) have these types.

    Raises:
        ConfigError: it is not one expression, uses something not allowed, names an unknown column,
            or compares what does not compare.
    """
    if len(expression) > LONGEST:
        raise wrong(f"it is longer than {LONGEST:,} characters", "Split the rule.")
    try:
        tree = Reader(columns).predicate(parse_condition(expression), DEEPEST)
    except RecursionError:
        raise wrong("it is nested too deeply", "Write it flatter.") from None
    found = list(operands(tree))
    return RowFilter(tree, names(found, ColumnRef), names(found, Attribute))
