"""Hierarchies as a person writes them: groups as mappings, values in lists.

::

    Europe: [DE, FR]
    Asia:
      East: [JP, KR]
      South: [IN]

The root `*` goes without saying. A value with fewer groups above it than others is repeated
upwards, so that all stand equally deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import ROOT
from privet.protect.hierarchies.levels import MOST_LEVELS
from privet.protect.hierarchies.rules import plain
from privet.protect.hierarchies.specs import TreeHierarchy


def tree(groups: Mapping[Any, Any] | Sequence[Any]) -> TreeHierarchy:
    """Read nested mappings and lists, as YAML or JSON gives them.

    A list may hold values and mappings of groups side by side. Null among the values declares null.

    Raises:
        ConfigError: a group without values, something that is no value, or too many levels.
    """
    if isinstance(groups, Mapping) and list(groups) == [ROOT]:
        groups = groups[ROOT]
    paths = list(_paths(groups, (ROOT,)))
    if not paths:
        raise _wrong("it has no values")
    height = max(map(len, paths))
    rows = tuple((path[0],) * (height - len(path)) + path for path in paths)
    return TreeHierarchy(rows)


def _paths(branch: Any, above: tuple[str, ...]) -> Iterator[tuple[str | None, ...]]:
    """The path of each value below, leaf first."""
    if len(above) >= MOST_LEVELS:
        raise _wrong(f"it has more than {MOST_LEVELS} levels")
    if isinstance(branch, Mapping):
        for name, members in branch.items():
            label = _text(name)
            if label is None or members is None or members in ([], {}):
                raise _wrong(
                    f"a group on level {len(above)} below the root has no name or no values"
                )
            yield from _paths(members, (label, *above))
    elif isinstance(branch, list | tuple):
        for member in branch:
            yield from _paths(member, above)
    else:
        yield (_text(branch), *above)


def _text(value: Any) -> str | None:
    """A value as `privet.protect.spelling` writes it."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return plain(Decimal(value))
        case float():
            return plain(Decimal(repr(value)))
        case date():
            return value.isoformat()[:10]
    raise _wrong(f"it holds a {type(value).__name__}, which is no value")


def _wrong(what: str) -> ConfigError:
    return ConfigError(
        f"the tree is no hierarchy: {what}",
        hint="Write groups as `name: [values]`, nested where groups have groups.",
    )
