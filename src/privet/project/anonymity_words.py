"""What a caller says to `pv.anonymise` and `pv.risk`, as words of the house."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from privet.model.anonymity import (
    BetaLikeness,
    Closeness,
    Criterion,
    DeltaDisclosure,
    DeltaPresence,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    KMap,
    RecursiveDiversity,
)
from privet.model.errors import ConfigError
from privet.model.promise import MEANS, METHODS, Promise
from privet.policy.anonymity import GENERALISE, HARMLESS, SENSITIVE
from privet.protect.hierarchies.csv_files import read_csv
from privet.protect.hierarchies.specs import HierarchySpec, IntervalHierarchy
from privet.protect.hierarchies.trees import tree

_MOST = 10**9
"""What a bound may come to; more people there are not."""

FRAME = "the frame"
"""What a table without a name is called."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a frame.

    Attributes:
        promise: what each class meets.
        roles: by column; the rest does not leave.
        subject: the column that says whom a row is about.
    """

    promise: Promise
    roles: Mapping[str, str]
    subject: str | None

    def within(self, columns: Sequence[str], hierarchies: Iterable[str]) -> dict[str, str]:
        """The roles in the order of a table's columns.

        Raises:
            ConfigError: the table has no such column, or several; or a hierarchy is for none that
                becomes coarser or is sensitive.
        """
        for name in [*self.roles, *([] if self.subject is None else [self.subject])]:
            if columns.count(name) != 1:
                raise ConfigError(
                    f"{FRAME} has {columns.count(name) or 'no'} column {name!r}",
                    hint="Name a column that it has once.",
                )
        for name in self.roles:
            alike = [each for each in self.roles if each.casefold() == name.casefold()]
            if alike[0] != name:
                raise ConfigError(
                    f"columns {alike[0]!r} and {name!r} differ in capital letters alone",
                    hint="Rename one of them: SQL, which counts the result, reads them as one.",
                )
        for name in hierarchies:
            if self.roles.get(name) not in (GENERALISE, SENSITIVE):
                raise ConfigError(
                    f"there is a hierarchy for {name!r}, which is no quasi-identifier",
                    hint="Name it under `quasi_identifiers`, or leave the hierarchy out.",
                )
        return {name: self.roles[name] for name in columns if name in self.roles}


def wanted(
    *,
    k: int,
    quasi_identifiers: Sequence[str],
    sensitive: Mapping[str, Any] | Sequence[str],
    harmless: Sequence[str],
    subject: str | None,
    suppress: float,
    method: str,
    k_map: int | None = None,
    delta_presence: tuple[float, float] | None = None,
) -> Wanted:
    """What `privet.anonymise` was told.

    Raises:
        ConfigError: it makes no promise, or gives a column two roles.
    """
    for word, names in (
        ("quasi_identifiers", quasi_identifiers),
        ("sensitive", sensitive),
        ("harmless", harmless),
    ):
        _require_names(word, names)
    asked = sensitive if isinstance(sensitive, Mapping) else dict.fromkeys(sensitive)
    if not quasi_identifiers:
        raise ConfigError(
            "there is no quasi-identifier",
            hint="Name the columns that others may know people by: `quasi_identifiers=[...]`.",
        )
    roles: dict[str, str] = {}
    said = {GENERALISE: quasi_identifiers, SENSITIVE: asked, HARMLESS: harmless}
    for role, names in said.items():
        for name in names:
            if name in roles or name == subject:
                raise ConfigError(
                    f"column {name!r} has two roles",
                    hint="A column is a quasi-identifier, sensitive, harmless or the subject.",
                )
            roles[name] = role
    criteria = (*criteria_of(k, asked), *_of_population(k_map, delta_presence))
    return Wanted(_promise(criteria, suppress, method), roles, subject)


def _require_names(word: str, names: object) -> None:
    """Insist on a list of names, or a mapping by name; None is an empty one."""
    if isinstance(names, str):
        hint = f"Write `{word}=[{names!r}]`."
        if names == "auto":
            hint = "Only a policy proposes; here name the columns that people may be known by."
        raise ConfigError(f"`{word}` is one text, and takes a list of columns", hint=hint)
    if names is not None and not isinstance(names, Mapping | list | tuple | set | frozenset):
        raise ConfigError(f"`{word}` is no list of columns", hint=f"Write `{word}=['age']`.")
    for name in names or ():
        if not isinstance(name, str) or not name.strip():
            raise ConfigError(
                f"`{word}` names a column that has no name",
                hint="Give every column a name, as text, before.",
            )


def _of_population(
    k_map: int | None, presence: tuple[float, float] | None
) -> Iterator[KMap | DeltaPresence]:
    if k_map is not None:
        if type(k_map) is not int or k_map < 2:
            raise ConfigError("k_map is no whole number of 2 or more", hint="Write `k_map=20`.")
        yield KMap(k_map)
    if presence is not None:
        match presence:
            case [int() | float() as low, int() | float() as high] if 0 <= low <= high <= 1:
                yield DeltaPresence(float(low), float(high))
            case _:
                raise ConfigError(
                    "delta_presence is no pair of shares",
                    hint="Say the least and the greatest: `delta_presence=(0, 0.5)`.",
                )


def criteria_of(k: int, sensitive: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """The criteria that `sensitive` says, after k itself.

    Args:
        k: subjects in each class.
        sensitive: by column, None, a number (distinct values), a mapping such as `{"distinct": 3}`,
            `{"entropy": 2.5}`, `{"recursive": [c, l]}`, `{"t": 0.2, "distance": "ordered"}`,
            `{"disclosure": 1.5}`, `{"likeness": 2, "form": "basic"}`, or a list of these.

    Raises:
        ConfigError: something else is said, or k is below 2.
    """
    if type(k) is not int:
        raise ConfigError("k is no whole number", hint="Say how many people: `k=5`.")
    if k > _MOST:
        raise ConfigError("k is above 10^9", hint="Ask for fewer people than there are: `k=5`.")
    if k < 2:
        raise ConfigError(
            "k is below 2", hint="Ask for at least `k=2`: a class of one is a person."
        )
    found: list[Criterion] = [KAnonymity(k)]
    for column, said in sensitive.items():
        each = said if isinstance(said, list | tuple) else [said]
        found += [_criterion(column, one) for one in each if one is not None]
    return tuple(found)


def _criterion(  # noqa: PLR0911  # one for each form
    column: str, said: Any
) -> Criterion:
    match said:
        case int() if _counts(said):
            return DistinctDiversity(column, said)
        case {"distinct": least, **rest} if not rest and _counts(least):
            return DistinctDiversity(column, least)
        case {"entropy": least, **rest} if not rest and _amount(least, 1):
            return EntropyDiversity(column, float(least))
        case {"recursive": [c, least], **rest} if not rest and _amount(c) and c and _counts(least):
            return RecursiveDiversity(column, float(c), least)
        case {"t": most, **rest} if _amount(most) and most <= 1:
            distance = rest.pop("distance", "equal")
            if not rest and distance in ("equal", "ordered", "hierarchical"):
                return Closeness(column, float(most), distance)
        case {"disclosure": most, **rest} if not rest and _amount(most) and most:
            return DeltaDisclosure(column, float(most))
        case {"likeness": most, **rest} if _amount(most) and most:
            form = rest.pop("form", "enhanced")
            if not rest and form in ("enhanced", "basic"):
                return BetaLikeness(column, float(most), form == "enhanced")
        case _:
            pass
    raise ConfigError(
        f"what is asked of {column!r} is of no form that is known",
        hint="Write a number of distinct values, `{'distinct': 3}`, `{'entropy': 2.5}`, "
        "`{'recursive': [2, 3]}`, `{'t': 0.2, 'distance': 'equal'}`, `{'disclosure': 1.5}` or "
        "`{'likeness': 2}`.",
    )


def _counts(said: Any) -> bool:
    return type(said) is int and 0 < said <= _MOST


def _amount(said: Any, least: float = 0) -> bool:
    return type(said) in (int, float) and least <= said <= _MOST


def _promise(criteria: tuple[Criterion, ...], suppress: float, method: str) -> Promise:
    if type(suppress) not in (int, float) or not 0 <= suppress <= 1:
        raise ConfigError("`suppress` is a share of the rows", hint="Give a number from 0 to 1.")
    if method not in (*METHODS, MEANS):
        raise ConfigError(
            "there is no such method", hint=f"Choose one of {', '.join(sorted([*METHODS, MEANS]))}."
        )
    return Promise(criteria, Decimal(str(suppress)), method)  # type: ignore[arg-type]  # in METHODS


def declared(said: Any) -> HierarchySpec:
    """A hierarchy as a path of a CSV file, nested groups, or a declaration.

    Raises:
        ConfigError: it is none of these, or the file is not of its form.
    """
    match said:
        case str() | Path():
            return read_csv(Path(said))
        case Mapping() if _has_ends(said):
            return _ends(said)
        case Mapping() | list():
            return tree(said)
    if isinstance(said, IntervalHierarchy):
        return _exact(said)
    if isinstance(said, get_args(HierarchySpec)):
        return said  # type: ignore[no-any-return]
    raise ConfigError(
        "a hierarchy is of no form that is known",
        hint="Give the path of a CSV file, groups such as `{'north': ['A', 'B']}`, or a "
        "declaration of `privet.protect.hierarchies.specs`.",
    )


def _has_ends(said: Mapping[Any, Any]) -> bool:
    """Whether it is a rule with ends; groups may be called `top` too, and hold values."""
    ends = [said[name] for name in ("top", "bottom") if name in said]
    return bool(ends) and not any(isinstance(each, Mapping | list | tuple) for each in ends)


def _ends(said: Mapping[Any, Any]) -> IntervalHierarchy:
    try:
        widths = tuple(map(_decimal, said.get("steps", ())))
        bottom, top = (_decimal(said[name]) if name in said else None for name in ("bottom", "top"))
        known = {"top", "bottom", "steps"}.issuperset(said)
        known &= all(each is None or each.is_finite() for each in (*widths, bottom, top))
    except (TypeError, ArithmeticError):
        known = False
    if not known:
        raise ConfigError(
            "a hierarchy with `top` or `bottom` is of no form that is known",
            hint="Write `{'top': 90, 'bottom': 18, 'steps': [5, 10]}`, or some of these.",
        )
    return IntervalHierarchy(widths, bottom=bottom, top=top)


def _exact(said: IntervalHierarchy) -> IntervalHierarchy:
    """The same with all its numbers as decimals: callers write `10` and `0.5`."""
    found: dict[str, Any] = {}
    for field in fields(said):
        value = getattr(said, field.name)
        if field.name == "bounds":
            found[field.name] = tuple(tuple(map(_decimal, level)) for level in value)
        elif isinstance(value, tuple | list):
            found[field.name] = tuple(map(_decimal, value))
        elif value is not None:
            found[field.name] = _decimal(value)
    return replace(said, **found)


def _decimal(number: Any) -> Decimal:
    return Decimal(str(number))
