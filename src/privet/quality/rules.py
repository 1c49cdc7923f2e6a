"""The row rules of a contract: which rows fail which of them, and for what a row is held back.

Rules look at typed rows that nothing has held back yet. Each rule judges all of them, so that each
has a count of its own; a row's reason is the first rule it fails, in the contract's order, that
does more than report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.contract import Contract
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.model.quality import QualityRule, RowCheck
from privet.policy.problem import nearest
from privet.ports.arrow_types import parse_type
from privet.quality.row_checks import Test, Unfit, test_for
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values, row_index

Rows: TypeAlias = npt.NDArray[np.int64]
"""Positions of rows in a batch, ascending."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules said of one batch.

    Attributes:
        reasons: one per row: the reason it came with, else `rule:<name>`, else null.
        failed: rows that fail, by rule; every rule is there.
        of: rows that the rules looked at: those that came without a reason.
    """

    reasons: pa.StringArray = field(repr=False)
    failed: Mapping[str, int]
    of: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One rule: its test for each of its columns, and whether it holds a failing row back."""

    name: str
    holds_back: bool
    tests: tuple[tuple[ColumnPath, Test], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RowRules:
    """The row rules of one contract, compiled for the types of its columns."""

    _rules: tuple[_Compiled, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The rules that `judge` counts, in the contract's order."""
        return tuple(rule.name for rule in self._rules)

    def judge(self, rows: pa.RecordBatch, reasons: pa.StringArray) -> Judged:
        """Judge a batch; pure.

        A row fails a rule if any value of any of its columns fails. A list without values (null or
        empty) has none that could fail.

        Args:
            rows: the contract's columns in its types; slices are fine.
            reasons: one per row, null where nothing has held the row back.

        Raises:
            ValueError: `reasons` is not one per row, or a column is not there.
        """
        if len(reasons) != rows.num_rows:
            raise ValueError(f"{len(reasons)} reasons for {rows.num_rows} rows")
        of = reasons.null_count
        columns = _Columns(rows)
        free = None if of == rows.num_rows else _bools(reasons.is_null())
        codes = _Codes(rows.num_rows)
        failed = {}
        for rule in self._rules:
            failing = columns.failing(rule.tests)
            if free is not None and len(failing):
                failing = failing[free[failing]]
            failed[rule.name] = len(failing)
            if rule.holds_back and len(failing):
                codes.give(f"rule:{rule.name}", failing)
        return Judged(codes.beside(reasons), failed, of)


def compile_rules(contract: Contract) -> RowRules:
    """The row rules of a contract, ready to judge batches; its other rules are left out.

    Raises:
        ConfigError: a rule cannot be used on its columns.
    """
    return RowRules(
        tuple(
            _compiled(rule, contract) for rule in contract.rules if isinstance(rule.check, RowCheck)
        )
    )


def _compiled(rule: QualityRule, contract: Contract) -> _Compiled:
    if not rule.columns:
        raise _wrong(rule, "it names no column", "Put the rule below a column's `quality:`.")
    tests = tuple((path, _test(rule, path, contract)) for path in rule.columns)
    return _Compiled(rule.name, rule.action != "report", tests)


def _test(rule: QualityRule, path: ColumnPath, contract: Contract) -> Test:
    column = contract.column(path)
    if column is None:
        known = (str(known.path) for known in contract.columns)
        raise _wrong(rule, f"there is no column `{path}`", nearest(str(path), known))
    try:
        kind = parse_type(column.type)
    except ValueError as error:
        raise ConfigError(f"column `{path}`: {error}", where=column.where) from None
    check: Any = rule.check
    try:
        return test_for(check, kind)
    except Unfit as unfit:
        raise _wrong(rule, f"column `{path}`: {unfit}", unfit.hint) from None


def _wrong(rule: QualityRule, message: str, hint: str) -> ConfigError:
    return ConfigError(
        f"the rule `{rule.name}` cannot be used: {message}", hint=hint, where=rule.where
    )


class _Columns:
    """The columns of one batch; rules that share one share the way to it."""

    def __init__(self, rows: pa.RecordBatch) -> None:
        self._rows = rows
        self._found: dict[ColumnPath, Values] = {}

    def failing(self, tests: tuple[tuple[ColumnPath, Test], ...]) -> Rows:
        """The rows that fail one of `tests`."""
        parts = [self._failing(path, test) for path, test in tests]
        there = [part for part in parts if len(part)]
        if len(there) > 1:
            return np.unique(np.concatenate(there))
        return there[0] if there else _NONE

    def _failing(self, path: ColumnPath, test: Test) -> Rows:
        mask = test(self._values(path))
        if mask is None:
            return _NONE
        found = pc.indices_nonzero(mask)
        if path.repeated:
            found = row_index(self._rows, path).take(found)
            return np.unique(found.to_numpy()).astype(np.int64)
        rows: Rows = found.to_numpy().astype(np.int64)
        return rows

    def _values(self, path: ColumnPath) -> Values:
        if path not in self._found:
            find = leaf_values if path.nested else _top
            self._found[path] = find(self._rows, path)
        return self._found[path]


_NONE: Rows = np.empty(0, np.int64)


class _Codes:
    """The first reason of every row, as it becomes known."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._words: list[str | None] = [None]
        self._codes: npt.NDArray[np.int32] | None = None

    def give(self, word: str, rows: Rows) -> None:
        """Give `rows` a reason, unless they have one."""
        if self._codes is None:
            self._codes = np.zeros(self._rows, np.int32)
        self._codes[rows[self._codes[rows] == 0]] = len(self._words)
        self._words.append(word)

    def beside(self, reasons: pa.StringArray) -> pa.StringArray:
        """`reasons`, and ours where there was none."""
        if self._codes is None:
            return reasons
        came = _bools(reasons.is_valid())
        held: Values = reasons.drop_null()
        known = held.dictionary_encode()
        self._codes[came] = known.indices.to_numpy() + len(self._words)
        words = [*self._words, *known.dictionary.to_pylist()]
        codes: Values = pa.array(self._codes)
        both: pa.StringArray = pa.array(words, pa.string()).take(codes)
        return both


def _top(rows: pa.RecordBatch, path: ColumnPath) -> Values:
    index = rows.schema.get_field_index(path.root)
    if index < 0:
        raise ValueError(f"no column {path} in the data")
    return rows.column(index)


def _bools(mask: Values) -> npt.NDArray[np.bool_]:
    bools: npt.NDArray[np.bool_] = mask.to_numpy(zero_copy_only=False)
    return bools
