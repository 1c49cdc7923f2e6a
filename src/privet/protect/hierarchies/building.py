"""Makes a hierarchy as it is declared, over the values of a column."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from privet.model.errors import ConfigError, Location
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.levels import NoTree, from_levels
from privet.protect.hierarchies.rules import (
    Unfit,
    coded,
    domain,
    in_rule_order,
    labels,
    settled,
)
from privet.protect.hierarchies.specs import (
    CsvHierarchy,
    HierarchySpec,
    OpenSpec,
    TreeHierarchy,
)


def build(
    spec: HierarchySpec, values: Iterable[str | None] = (), column: str = "the column"
) -> Hierarchy:
    """The hierarchy of a column.

    Args:
        spec: how it is declared.
        values: what the column holds, spelled by `privet.protect.spelling`, in any order; the same
            value may come again. A closed declaration need not have them: then only its form is
            checked.
        column: its name, for messages.

    Returns:
        A tree with each of the values. Null, where the data has it and nothing declares it, is a
        leaf of its own, alone below the root.

    Raises:
        ConfigError: the declaration makes no tree, does not cover the values, or there are none.
    """
    distinct = dict.fromkeys(values)
    if isinstance(spec, CsvHierarchy | TreeHierarchy):
        hierarchy = _declared(spec, column)
        if None in distinct and None not in hierarchy.leaves:
            hierarchy = with_null(hierarchy)
        known = set(hierarchy.leaves)
        missing = sum(value not in known for value in distinct)
        if missing:
            raise uncovered(column, missing)
        return hierarchy
    return _ruled(spec, distinct, column)


def uncovered(column: str, count: int) -> ConfigError:
    """The error for distinct values that a hierarchy does not have."""
    return ConfigError(
        f"the hierarchy of {column!r} lacks {count} of the values that the column has",
        hint="Add a line for each of them, or clean the column: no value passes through as it is.",
    )


def with_null(hierarchy: Hierarchy) -> Hierarchy:
    """The hierarchy with null as its last leaf, alone under the root."""
    counts = [len(labels) for labels in hierarchy.labels]
    last = np.array([*counts[:-1], 0], np.int32)
    return Hierarchy(
        (*hierarchy.leaves, None),
        np.hstack([hierarchy.nodes, last[:, np.newaxis]]),
        (*((*labels, None) for labels in hierarchy.labels[:-1]), hierarchy.labels[-1]),
        hierarchy.ordered,
        hierarchy.spec,
    )


def _declared(spec: CsvHierarchy | TreeHierarchy, column: str) -> Hierarchy:
    widths = {len(row) for row in spec.rows}
    if len(widths) > 1:
        raise ConfigError(
            f"the rows of the hierarchy of {column!r} have {min(widths)} to {max(widths)} labels",
            hint="Every value needs a label on each level; repeat one where it has none.",
        )
    try:
        return from_levels(list(zip(*spec.rows, strict=True)))
    except NoTree as error:
        raise _wrong(column, error, _place(spec, error.row)) from None


def _place(spec: CsvHierarchy | TreeHierarchy, row: int | None) -> Location | None:
    if isinstance(spec, TreeHierarchy) or spec.file is None:
        return None
    return Location(spec.file, None if row is None else spec.lines[row])


def _ruled(spec: OpenSpec, distinct: dict[str | None, None], column: str) -> Hierarchy:
    null = distinct.keys() & {None}
    given = [*dict.fromkeys(coded(spec, [value for value in distinct if value is not None]))]
    try:
        known = dict.fromkeys([*given, *coded(spec, domain(spec))])
        leaves = [*in_rule_order(spec, [each for each in known if each is not None]), *null]
        texts = [leaf for leaf in leaves if leaf is not None]
        fixed = settled(spec, texts)
        above = labels(fixed, texts)
        return from_levels(
            [leaves, *([*level, *null] for level in above), ["*"] * len(leaves)], fixed
        )
    except NoTree as error:
        raise _wrong(column, error, None) from None
    except Unfit as error:
        raise unfit(column, error) from None


def unfit(column: str, error: Unfit) -> ConfigError:
    """The error for values that a column's rule cannot place."""
    return ConfigError(
        f"column {column!r} {error}",
        hint="Clean the column, or declare a hierarchy that has them.",
    )


def _wrong(column: str, error: NoTree, where: Location | None) -> ConfigError:
    return ConfigError(
        f"the hierarchy of {column!r} is no tree: {error}",
        hint="Each value stands once, each label is under one label of the next level, and the "
        "last level is one root, `*`.",
        where=where,
    )
