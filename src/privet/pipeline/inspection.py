"""One batch on its way in: cleaned, typed, judged by the row rules; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.model.quality import QualityRule
from privet.pipeline.category_drift import REASON as DRIFT
from privet.pipeline.category_drift import CategoryWatch
from privet.ports.arrow_types import arrow_schema
from privet.ports.checks import RowChecks
from privet.quality.cleaning.cleaning import Cleaning
from privet.quality.rules import RowRules
from privet.quality.typing import enforce
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values
from privet.transforms.normalise import subject_text

UNOWNED = "unowned"


@dataclass(frozen=True, slots=True)
class Inspected:
    """A batch after its inspection.

    Attributes:
        rows: the contract's columns in their types; a value that did not fit is null.
        reasons: why each row is held back; null where it is not.
        subjects: the normalised key of whom each row is about, where the contract names subjects.
        changed: cells that cleaning changed, by step and column.
        failed: rows that fail, by rule, of `judged` rows that the rules looked at.
    """

    rows: pa.RecordBatch = field(repr=False)
    reasons: Values
    subjects: Values | None = field(repr=False)
    changed: Mapping[tuple[str, str], int]
    failed: Mapping[str, int]
    judged: int


class Inspector:
    """Inspects the batches of one data set, each row by itself.

    Args:
        contract: what the rows must be.
        cleaning: the source's cleaning steps, built.
        rules: the contract's row rules, compiled.
        external: the contract's rules that another tool judges, with its checks.
        watch: finds rows that show what the contract does not know; they are held back.

    Attributes:
        schema: of inspected rows: the contract's columns in their types.
    """

    def __init__(
        self,
        contract: Contract,
        cleaning: Cleaning,
        rules: RowRules,
        external: Sequence[tuple[QualityRule, RowChecks]] = (),
        watch: CategoryWatch | None = None,
    ) -> None:
        self._contract = contract
        self._cleaning = cleaning
        self._rules = rules
        self._external = external
        self._watch = watch
        self.schema = arrow_schema(contract.columns)
        self._read = tuple(
            replace(column, required=False) if column.path in cleaning.imputed else column
            for column in self.read_columns
        )

    @property
    def read_columns(self) -> tuple[Column, ...]:
        """The columns that the source itself has: all but those that cleaning adds."""
        added = self._cleaning.adds
        return tuple(column for column in self._contract.columns if column.path not in added)

    def typed(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """All the rows, in the contract's types as far as they fit."""
        return enforce(self._cleaning.before(rows).rows, self._read).rows

    def fitting(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The rows that fit the contract's types: what cleaning is measured on."""
        before = self._cleaning.before(rows)
        typed = enforce(before.rows, self._read)
        return typed.rows.filter(pc.is_null(_first(before.reasons, typed.reasons)))

    def inspect(self, rows: pa.RecordBatch) -> Inspected:
        """Clean, type and judge a batch as it was read."""
        before = self._cleaning.before(rows)
        typed = enforce(before.rows, self._read)
        reasons = _first(before.reasons, typed.reasons)
        after = self._cleaning.after(typed.rows, reasons)
        done = after.rows.select(self.schema.names)
        reasons = _first(reasons, after.reasons)
        return self._judged(done, reasons, {**before.changed, **after.changed})

    def again(self, rows: pa.RecordBatch, *, cleaned: bool) -> Inspected:
        """Judge rows that were inspected before: in the contract's types, with every column.

        Args:
            rows: of `schema`.
            cleaned: whether by the same cleaning steps, so that they need not clean them again.
        """
        changed: dict[tuple[str, str], int] = {}
        reasons: Values = pa.nulls(rows.num_rows, pa.string())
        if not cleaned:
            before = self._cleaning.before(rows)
            typed = enforce(before.rows, self._contract.columns)
            after = self._cleaning.after(typed.rows, before.reasons)
            flags = [path.root for path in self._cleaning.adds]
            rows = _flagged(after.rows.select(self.schema.names), rows, flags)
            reasons = _first(before.reasons, after.reasons)
            changed = {**before.changed, **after.changed}
        reasons = _first(reasons, enforce(rows, self._contract.columns).reasons)
        return self._judged(rows, reasons, changed)

    def _judged(
        self, rows: pa.RecordBatch, before: Values, changed: Mapping[tuple[str, str], int]
    ) -> Inspected:
        """Judge typed rows, of which some have a reason from `before` the rules."""
        judged = self._rules.judge(rows, before)
        elsewhere, reasons = self._judged_elsewhere(rows, before, judged.reasons)
        for path, mask in (self._watch.rows(rows) if self._watch else {}).items():
            reasons = _held(reasons, mask, f"{DRIFT}:{path}")
        subjects, reasons = self._owned(rows, reasons)
        return Inspected(
            rows=rows,
            reasons=reasons,
            subjects=subjects,
            changed=changed,
            failed={**judged.failed, **elsewhere},
            judged=judged.of,
        )

    def _judged_elsewhere(
        self, rows: pa.RecordBatch, before: Values, reasons: Values
    ) -> tuple[Mapping[str, int], Values]:
        """What other tools say of the rows that nothing held back `before` the rules."""
        failed: dict[str, int] = {}
        for rule, checks in self._external:
            failing = pc.and_(_any(checks.judge(rows).values(), rows.num_rows), pc.is_null(before))
            failed[rule.name] = pc.sum(failing).as_py() or 0
            if rule.action != "report" and failed[rule.name]:
                reasons = _held(reasons, failing, f"rule:{rule.name}")
        return failed, reasons

    def _owned(self, rows: pa.RecordBatch, reasons: Values) -> tuple[Values | None, Values]:
        """The subject keys, and a reason for each row without one where the contract wants one."""
        subject = self._contract.subject
        if subject is None:
            return None, reasons
        subjects = subject_keys(rows, self._contract, subject.key)
        if self._contract.unowned == "quarantine" and subjects.null_count:
            reasons = _held(reasons, pc.is_null(subjects), UNOWNED)
        return subjects, reasons


def subject_keys(rows: pa.RecordBatch, contract: Contract, key: ColumnPath) -> Values:
    """The normalised subject key of each row."""
    column = contract.column(key)
    return subject_text(leaf_values(rows, key), column.category if column else None)


def _any(masks: Iterable[Values], rows: int) -> Values:
    found: Values = pa.repeat(pa.scalar(value=False), rows)
    for mask in masks:
        found = pc.or_(found, mask)
    return found


def _held(reasons: Values, mask: Values, reason: str) -> Values:
    """`reasons`, and this one for the rows of `mask` that have none."""
    return pc.if_else(pc.and_(mask, pc.is_null(reasons)), reason, reasons)


def _first(*reasons: Values) -> Values:
    """The first reason of each row."""
    given = [each for each in reasons if each.null_count < len(each)]
    if not given:
        return reasons[0]
    return given[0] if len(given) == 1 else pc.coalesce(*given)


def _flagged(rows: pa.RecordBatch, earlier: pa.RecordBatch, flags: Sequence[str]) -> pa.RecordBatch:
    """`rows`, in which a flag is set that was set earlier."""
    columns = [
        pc.or_(values, earlier.column(name)) if name in flags else values
        for name, values in zip(rows.schema.names, rows.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=rows.schema)
