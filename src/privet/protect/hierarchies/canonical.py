"""A hierarchy as JSON without floats, for what is hashed, sealed and kept: a plan that was fitted.

Version 1: `leaves` in the order of their codes; `groups`, from the level above the leaves to the
one below the root, how many leaves each node has and its label; `root`, its label; `rule`, what
places later values, or null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

import numpy as np

from privet.model.canonical import Json
from privet.model.errors import IntegrityError
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.levels import MOST_LEVELS
from privet.protect.hierarchies.ordering import number
from privet.protect.hierarchies.rules import plain
from privet.protect.hierarchies.specs import (
    DATE_UNITS,
    DateHierarchy,
    FlatHierarchy,
    IntervalHierarchy,
    OpenSpec,
    PrefixHierarchy,
)

VERSION = 1
_RULES: Mapping[str, type[OpenSpec]] = {
    "intervals": IntervalHierarchy,
    "prefixes": PrefixHierarchy,
    "dates": DateHierarchy,
    "flat": FlatHierarchy,
}
_WORDS = {kind: word for word, kind in _RULES.items()}


def to_canonical(hierarchy: Hierarchy) -> dict[str, Json]:
    """The hierarchy as `model.canonical.encode` takes it."""
    groups: list[Json] = [
        {
            "sizes": np.diff(hierarchy.starts(level)).tolist(),
            "labels": list(hierarchy.labels[level]),
        }
        for level in range(1, hierarchy.levels - 1)
    ]
    return {
        "version": VERSION,
        "leaves": list(hierarchy.leaves),
        "groups": groups,
        "root": hierarchy.labels[-1][0],
        "ordered": hierarchy.ordered,
        "rule": None if hierarchy.spec is None else _rule(hierarchy.spec),
    }


def from_canonical(data: Mapping[str, Any]) -> Hierarchy:
    """The hierarchy that `to_canonical` wrote.

    Raises:
        IntegrityError: it is of another version, or no hierarchy.
    """
    if data.get("version") != VERSION:
        raise IntegrityError(
            "a hierarchy is of a version that is not known here",
            hint="Use the version of Privet that wrote it, or a later one.",
        )
    try:
        leaves = tuple(_text(leaf) for leaf in data["leaves"])
        count = len(leaves)
        nodes = [np.arange(count, dtype=np.int32)]
        labels: list[tuple[str | None, ...]] = [leaves]
        for group in data["groups"]:
            sizes = np.array(group["sizes"], np.int64)
            names = tuple(_text(label) for label in group["labels"])
            _insist(len(sizes) == len(names) and bool((sizes > 0).all()) and sizes.sum() == count)
            nodes.append(np.repeat(np.arange(len(sizes), dtype=np.int32), sizes))
            labels.append(names)
        nodes.append(np.zeros(count, np.int32))
        labels.append((str(data["root"]),))
        _insist(len(nodes) <= MOST_LEVELS)
        _insist(count > 0 and len(set(leaves)) == count and all(map(_refines, nodes, nodes[1:])))
        rule = None if data["rule"] is None else _read_rule(data["rule"])
        return Hierarchy(leaves, np.stack(nodes), tuple(labels), bool(data["ordered"]), rule)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError("what should be a hierarchy is none: it was changed") from error


def _refines(below: np.ndarray[Any, Any], above: np.ndarray[Any, Any]) -> bool:
    """Whether leaves that share a node share the one above it: both rows rise."""
    together = below[1:] == below[:-1]
    return bool((above[1:][together] == above[:-1][together]).all())


def _insist(holds: bool) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError("no hierarchy")


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("no text")
    return value


def _rule(spec: OpenSpec) -> dict[str, Json]:
    words: dict[str, Json] = {"kind": _WORDS[type(spec)]}
    for field in fields(spec):
        words[field.name] = _value(getattr(spec, field.name))
    return words


def _value(value: Any) -> Json:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    found: Json = value
    return found


def _read_rule(words: Mapping[str, Any]) -> OpenSpec:
    kind = _RULES[words["kind"]]
    given = {field.name: words[field.name] for field in fields(kind)}
    _insist(len(words) == len(given) + 1)
    if kind is IntervalHierarchy:
        return IntervalHierarchy(**{name: _decimals(value) for name, value in given.items()})
    if kind is PrefixHierarchy:
        length = given["length"]
        return PrefixHierarchy(
            tuple(map(int, given["kept"])), None if length is None else int(length)
        )
    if kind is DateHierarchy:
        _insist(set(given["units"]) <= set(DATE_UNITS))
        return DateHierarchy(tuple(given["units"]))
    return FlatHierarchy()


def _decimals(value: Any) -> Any:
    """The numbers of a rule, as they were before `_value`."""
    if isinstance(value, list | tuple):
        return tuple(_decimals(item) for item in value)
    found = None if value is None else number(value)
    _insist((value is None) == (found is None))
    return found
