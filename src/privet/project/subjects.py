"""The spellings under which the project's data sets hold one subject's key."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from privet.model.contract import Column, Contract
from privet.model.errors import UsageError
from privet.policy.problem import nearest
from privet.quality.casting import as_type, trim
from privet.transforms.column_types import parse_type
from privet.transforms.normalise import subject_text


def spellings(contracts: Iterable[Contract], subject_type: str, key: str) -> tuple[str, ...]:
    """The canonical texts of a subject's key, one for each way in which a key column spells it.

    Two data sets may hold one person's key as an e-mail address and as plain text, or as a number
    and as text with leading zeros; who is restricted is restricted in all of them.

    Raises:
        UsageError: no contract knows the subject type, the key is empty, or no column holds it.
    """
    columns: dict[str, list[Column]] = {}
    for contract in contracts:
        for subject in contract.subjects:
            if column := contract.column(subject.key):
                columns.setdefault(subject.type, []).append(column)
    if subject_type not in columns:
        raise UsageError("no contract knows that subject type", hint=nearest(subject_type, columns))
    if not key.strip():
        raise UsageError("the subject's key is empty", hint="give the key as the data has it")
    found = {text for column in columns[subject_type] if (text := _spelling(column, key))}
    if not found:
        raise UsageError(
            "no data set can hold that key: it is not of the type of any key column",
            hint="give the key as the data has it",
        )
    return tuple(sorted(found))


def _spelling(column: Column, key: str) -> str | None:
    """The key as `column` would hold it, or None where it cannot."""
    try:
        typed = as_type(trim(pa.array([key])), parse_type(column.type))
    except pa.ArrowException:
        return None
    text = subject_text(typed, column.category)[0].as_py()
    return None if text is None else str(text)
