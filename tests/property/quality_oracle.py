"""Cleaning, types, rules and keys as plain Python has them: one row after the other, in lists.

For texts of a small alphabet only, and for one contract; what each step does to every kind of text
is tested where the step is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from privet.model.contract import Contract
from privet.model.quality import (
    Check,
    CleanStep,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    QualityRule,
    Range,
    Refers,
    RowCheck,
    Unique,
)

Row = dict[str, Any]
Place = tuple[str, int]


@dataclass
class Fates:
    """What becomes of every row.

    Attributes:
        kept: the rows in source order.
        held: the place of each held-back row, and why.
        merged: rows that another stands for, by reason.
        failed: rows that fail, by rule.
    """

    kept: list[Row] = field(default_factory=list)
    held: dict[Place, str] = field(default_factory=dict)
    merged: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)


def fates(
    files: Mapping[str, Sequence[Sequence[str]]],
    contract: Contract,
    steps: Sequence[CleanStep],
    parents: Mapping[str, set[Any]],
) -> Fates:
    """Bring files in; `contract` as it was loaded, for the order of its rules."""
    found = Fates()
    names = [str(column.path) for column in contract.columns if str(column.path) != FLAG]
    fine: list[tuple[Place, Row]] = []
    for name in sorted(files):
        for position, cells in enumerate(files[name], start=1):
            row: Row = dict(zip(names, (cell or None for cell in cells), strict=True))
            reason = cleaned(row, steps) or typed(row, contract)
            if reason is None:
                completed(row, steps, flagged=len(names) < len(contract.columns))
                reason = judged(row, contract, found.failed)
            if reason is None and contract.subjects and row["person"] is None:
                reason = "unowned"
            if reason is None:
                fine.append(((name, position), row))
            else:
                found.held[name, position] = reason
    for step in steps:
        if step.name == "deduplicate":
            fine = merged(fine, step, found)
    for kind in (Unique, Refers):
        for rule in contract.rules:
            if isinstance(rule.check, kind):
                fine = compared(fine, rule, parents, found)
    found.kept = [row for _, row in fine]
    return found


FLAG = "put"
"""The flag column that an impute step may make."""


def cleaned(row: Row, steps: Sequence[CleanStep]) -> str | None:
    """Texts as the steps leave them; why the row is held back, if it is."""
    reasons = []
    for name in row:
        for step in steps:
            if step.columns and name not in map(str, step.columns):
                continue
            text = row[name]
            if text is None:
                continue
            if step.name == "trim":
                row[name] = text.strip() or None
            elif step.name == "missing":
                row[name] = None if text.strip() in tuple(step.param("markers")) else text
            elif step.name == "normalise":
                row[name] = text.lower()
            elif step.name in READERS:
                read = READERS[step.name](text.strip())
                if read is None:
                    reasons.append(f"clean:{step.name}:{name}")
                else:
                    row[name] = read
    return reasons[0] if reasons else None


def _dated(text: str) -> str | None:
    iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    german = re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", text)
    parts = iso.groups() if iso else german.groups()[::-1] if german else ()
    try:
        return str(date(*map(int, parts))) if parts else None
    except ValueError:
        return None


def _numbered(text: str) -> str | None:
    if not re.fullmatch(r"-?\d+(\.\d{3})*(,\d+)?", text):
        return None
    return text.replace(".", "").replace(",", ".")


READERS: Mapping[str, Callable[[str], str | None]] = {"date": _dated, "number": _numbered}


def typed(row: Row, contract: Contract) -> str | None:
    """Values in their types; why the row is held back, if it is."""
    reasons = []
    for column in contract.columns:
        name = str(column.path)
        if row.get(name) is None or column.type == "string":
            continue
        try:
            row[name] = _TYPES[column.type](row[name].strip())
        except ValueError:
            reasons.append(f"type:{name}")
            row[name] = None
    return reasons[0] if reasons else None


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise ValueError
    return int(text)


_TYPES: Mapping[str, Callable[[str], Any]] = {"int64": _integer, "date32": date.fromisoformat}


def completed(row: Row, steps: Sequence[CleanStep], *, flagged: bool) -> None:
    """Put values in, and clip them."""
    if flagged:
        row[FLAG] = False
    for step in steps:
        for name in map(str, step.columns):
            if step.name == "impute" and row[name] is None:
                told = str(step.param("with"))
                row[name] = int(told) if name == "amount" else told
                if step.param("flag"):
                    row[FLAG] = True
            elif step.name == "clip" and row[name] is not None:
                row[name] = min(max(row[name], int(step.param("low"))), int(step.param("high")))


def judged(row: Row, contract: Contract, failed: Counter[str]) -> str | None:
    """Why the row is held back by a rule on rows, if it is; every rule counts."""
    reasons = []
    for rule in contract.rules:
        if isinstance(rule.check, RowCheck) and not passes(rule.check, row[str(rule.columns[0])]):
            failed[rule.name] += 1
            if rule.action != "report":
                reasons.append(f"rule:{rule.name}")
    return reasons[0] if reasons else None


def passes(check: Check, value: Any) -> bool:
    """Whether one value passes."""
    if value is None:
        return not isinstance(check, NotNull | NotMissing)
    match check:
        case NotMissing(markers):
            return value not in markers
        case OneOf(values):
            return value in values
        case Matches(pattern):
            return re.search(pattern, value) is not None
        case Length(minimum, maximum):
            return (minimum or 0) <= len(value) <= (maximum or 99)
        case Range(minimum, maximum, above, below):
            low, high = type_of(value)(minimum or "-99"), type_of(value)(maximum or "99")
            return (low < value if above else low <= value) and (
                value < high if below else value <= high
            )
    return True


def type_of(value: Any) -> Callable[[str], Any]:
    """How a bound is read."""
    return date.fromisoformat if isinstance(value, date) else int


Fine = list[tuple[Place, Row]]


def merged(rows: Fine, step: CleanStep, found: Fates) -> Fine:
    """The rows that stand."""
    columns = [str(path) for path in step.columns]
    near = step.param("kind") == "near"
    latest = step.param("latest")
    groups: dict[Any, Fine] = {}
    alone: Fine = []
    for place, row in rows:
        values = [row[name] for name in columns] if columns else list(row.values())
        if near:
            values = [_near(value) for value in values]
        if columns and None in values:
            alone.append((place, row))
        else:
            groups.setdefault(tuple(values), []).append((place, row))
    stays = {place for place, _ in alone}
    for group in groups.values():
        if latest:
            newest = max(_day(row[str(latest)]) for _, row in group)
            stays.add(next(p for p, row in group if _day(row[str(latest)]) == newest))
        else:
            stays.add(group[-1 if step.param("keep") == "last" else 0][0])
    label = f"{'near ' if near else ''}{', '.join(columns) or 'whole row'}"
    found.merged[f"duplicate:{label}"] += len(rows) - len(stays)
    return [(place, row) for place, row in rows if place in stays]


def _day(value: date | None) -> date:
    return value or date.min


def _near(value: Any) -> str | None:
    return None if value is None else re.sub("[^a-z0-9]", "", str(value).lower()) or None


def compared(rows: Fine, rule: QualityRule, parents: Mapping[str, set[Any]], found: Fates) -> Fine:
    """The rows that stay, of those that no rule before has taken out."""
    failing = set(_failing(rows, rule, parents))
    found.failed[rule.name] += len(failing)
    if rule.action == "report":
        return rows
    found.held |= dict.fromkeys(failing, f"rule:{rule.name}")
    return [(place, row) for place, row in rows if place not in failing]


def _failing(rows: Fine, rule: QualityRule, parents: Mapping[str, set[Any]]) -> Iterator[Place]:
    seen = set()
    for place, row in rows:
        key = tuple(row[str(path)] for path in rule.columns)
        if None in key:
            continue
        if isinstance(rule.check, Refers):
            if key[0] not in parents[rule.check.data]:
                yield place
        elif key in seen:
            yield place
        seen.add(key)
