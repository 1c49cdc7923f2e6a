"""A held-back row's own story: which column its reason names, and what stood there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from privet.model.contract import Contract
from privet.model.paths import ColumnPath, Step
from privet.pipeline.inspection import UNOWNED

RULE = "rule:"
"""How the reason of a row begins that a rule of the contract held back."""

_OF_COLUMN = frozenset({"type", "required", "encoding", "clean"})


def column_of(reason: str, contract: Contract) -> ColumnPath | None:
    """The one column that a reason is about; None where there is none, or more than one."""
    kind, _, about = reason.partition(":")
    if reason == UNOWNED and contract.subject is not None:
        return contract.subject.key
    if kind == "clean":
        about = about.partition(":")[2]
    if kind in _OF_COLUMN:
        named = (column.path for column in contract.columns if str(column.path) == about)
        return next(named, None)
    rules = {f"{RULE}{rule.name}": rule.columns for rule in contract.rules}
    columns = rules.get(reason, ())
    return columns[0] if len(columns) == 1 else None


def read_record(record: bytes | None) -> Mapping[str, Any] | None:
    """The row that a record is, as it was read; None where it is no row, or there is no record."""
    if record is None:
        return None
    try:
        row = json.loads(record)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def text_at(row: Mapping[str, Any], path: ColumnPath) -> str | None:
    """What stands at `path`, as text; values in lists as a JSON list."""
    return as_text(_descend(row, path.steps))


def as_text(value: Any) -> str | None:
    """A value as text: bytes as hexadecimal digits, lists and structs as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return str(value)


def _descend(value: Any, steps: tuple[Step, ...]) -> Any:
    if not steps:
        return value
    step, below = steps[0], steps[1:]
    inner = value.get(step.name) if isinstance(value, Mapping) else None
    return _through(inner, step.lists, below)


def _through(value: Any, lists: int, below: tuple[Step, ...]) -> Any:
    if not lists:
        return _descend(value, below)
    return [_through(item, lists - 1, below) for item in value] if isinstance(value, list) else None
