"""The key judges of a data set: from its cleaning steps and its contract, in the order they speak.

Duplicates are merged first; then what is left is unique or not; then it refers to what is there or
does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias, cast

import pyarrow as pa

from privet.model.contract import Contract
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep, QualityRule, Refers, Unique
from privet.policy.problem import nearest
from privet.ports.judge import Verdict
from privet.ports.world import Entropy
from privet.quality.key_values import KeyColumns
from privet.quality.keys import Distinct, Keep, Reference

Parents: TypeAlias = Callable[[str, Sequence[str]], Iterable[pa.RecordBatch]]
"""Gives the kept rows of another data set, of which only some top-level columns are wanted."""

_SECRET_BYTES = 32


def key_judges(
    contract: Contract,
    steps: Iterable[CleanStep],
    entropy: Entropy,
    parents: Parents,
    *,
    appending: bool = False,
) -> tuple[Distinct | Reference, ...]:
    """What judges the rows of a data set by their keys, in order.

    Args:
        contract: its rules `Unique` and `Refers`, and its columns.
        steps: of which only `deduplicate` counts.
        entropy: for the secrets of the hashes; new ones in each run.
        parents: reads other data sets, when the judging begins.
        appending: whether rows are added to those of an earlier snapshot, which came first.

    Raises:
        ConfigError: a column is unknown, holds lists, or cannot be a key; a rule refers to its own
            data set; a step keeps the last of rows of which some are in an earlier snapshot.
    """
    merging = [
        _deduplicate(step, contract, entropy, appending=appending)
        for step in steps
        if step.name == "deduplicate"
    ]
    unique = [
        Distinct(
            reason=f"rule:{rule.name}",
            verdict=_verdict(rule),
            key=KeyColumns(_plain_columns(rule.columns, contract, rule.where)),
            within_subject=_within_subject(rule.columns, contract),
            secret=entropy.token_bytes(_SECRET_BYTES),
        )
        for rule in contract.rules
        if isinstance(rule.check, Unique)
    ]
    refers = [
        _reference(rule, rule.check, contract, entropy, parents)
        for rule in contract.rules
        if isinstance(rule.check, Refers)
    ]
    return (*merging, *unique, *refers)


def merge_reason(step: CleanStep) -> str:
    """What the rows are counted by that a step `deduplicate` merges."""
    label = ", ".join(map(str, step.columns)) or "whole row"
    return f"duplicate:{'near ' if step.param('kind') == 'near' else ''}{label}"


def _deduplicate(
    step: CleanStep, contract: Contract, entropy: Entropy, *, appending: bool
) -> Distinct:
    columns = _plain_columns(step.columns, contract, step.where)
    near = step.param("kind") == "near"
    if near:
        _require_spelling(columns, contract, step.where)
    latest = step.param("latest")
    newest = ColumnPath.parse(str(latest)) if latest is not None else None
    keep = cast("Keep", "latest" if newest else step.param("keep", "first"))
    if newest is not None:
        _plain_columns((newest,), contract, step.where)
    if appending and keep != "first":
        raise ConfigError(
            f"deduplicate cannot keep the {keep} row where a run adds to an earlier snapshot: "
            "rows that are there stay",
            hint="keep the `first`, or leave `incremental:` out so that every run reads everything",
            where=step.where,
        )
    return Distinct(
        reason=merge_reason(step),
        verdict="merge",
        key=KeyColumns(columns, near),
        within_subject=not near and _within_subject(columns, contract),
        secret=entropy.token_bytes(_SECRET_BYTES),
        keep=keep,
        latest=newest,
    )


def _reference(
    rule: QualityRule, check: Refers, contract: Contract, entropy: Entropy, parents: Parents
) -> Reference:
    if check.data == contract.name:
        raise ConfigError(
            f"rule {rule.name} refers to its own data set: which rows are kept would depend on "
            "which rows are kept",
            hint="write it as an `sql` rule over the data set",
            where=rule.where,
        )
    if len(check.columns) != len(rule.columns) or not rule.columns:
        raise ConfigError(
            f"rule {rule.name} refers with {len(rule.columns)} columns to {len(check.columns)}",
            hint="name as many columns on both sides",
            where=rule.where,
        )
    _plain_columns(rule.columns, contract, rule.where)
    roots = list(dict.fromkeys(path.root for path in check.columns))

    def read() -> Iterator[pa.RecordBatch]:
        yield from parents(check.data, roots)

    return Reference(
        reason=f"rule:{rule.name}",
        verdict=_verdict(rule),
        paths=rule.columns,
        parent_paths=check.columns,
        parents=read,
        secret=entropy.token_bytes(_SECRET_BYTES),
    )


def _verdict(rule: QualityRule) -> Verdict:
    return "tell" if rule.action == "report" else "hold"


def _within_subject(columns: tuple[ColumnPath, ...], contract: Contract) -> bool:
    subject = contract.subject
    return subject is not None and (not columns or subject.key in columns)


def _plain_columns(
    columns: tuple[ColumnPath, ...], contract: Contract, where: Location | None
) -> tuple[ColumnPath, ...]:
    for path in columns:
        if contract.column(path) is None:
            raise ConfigError(
                f"{contract.name} has no column `{path}`",
                hint=nearest(str(path), (str(column.path) for column in contract.columns)),
                where=where,
            )
        if path.repeated:
            raise ConfigError(
                f"column `{path}` holds lists, and a key has one value for each row",
                hint="name a column without `[]`",
                where=where,
            )
    return columns


def _require_spelling(
    columns: tuple[ColumnPath, ...], contract: Contract, where: Location | None
) -> None:
    if not columns:
        raise ConfigError(
            "deduplicate by near keys needs columns",
            hint="name those whose spelling counts: `near: [name, email]`",
            where=where,
        )
    for path in columns:
        column = contract.column(path)
        if column is not None and column.type == "binary":
            raise ConfigError(
                f"column `{path}` holds bytes, which have no spelling",
                hint="name a column of text, or deduplicate `by:` it",
                where=where,
            )
