"""Contracts, steps and batches of text, said shortly for the tests of cleaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.quality.cleaning.cleaning import build
from privet.quality.cleaning.fitting import Fitted


def contract(required: Sequence[str] = (), **types: str) -> Contract:
    """A contract of columns at the top; bool ones are of category `none`."""
    columns = tuple(
        Column(ColumnPath.parse(name), kind, "none" if kind == "bool" else None, name in required)
        for name, kind in types.items()
    )
    return Contract("people", "1", columns)


def step(name: str, *columns: str, **params: Any) -> CleanStep:
    """A step; `with_` stands for `with`."""
    told = {key.rstrip("_"): value for key, value in params.items()}
    paths = tuple(ColumnPath.parse(column) for column in columns)
    return CleanStep(name, paths, tuple(sorted(told.items())))


def clean_texts(
    told: CleanStep, texts: Sequence[str | None], kind: str = "string"
) -> tuple[list[str | None], list[bool], int]:
    """One column of text after one step: its values, which were not read, how many changed."""
    done = build([told], contract(v=kind)).before(
        pa.record_batch({"v": pa.array(texts, pa.string())})
    )
    done.rows.validate(full=True)
    unread = [reason is not None for reason in done.reasons.to_pylist()]
    assert set(done.reasons.to_pylist()) <= {None, f"clean:{told.name}:v"}
    return done.rows.column("v").to_pylist(), unread, sum(done.changed.values())


def clean_values(
    told: CleanStep,
    values: pa.Array,
    kind: str,
    fitted: Mapping[tuple[str, str], Any] | None = None,
) -> tuple[list[Any], int]:
    """One typed column after one step: its values, and how many changed."""
    made = build([told], contract(v=kind), Fitted(fitted or {}))
    done = made.after(pa.record_batch({"v": values}))
    done.rows.validate(full=True)
    assert done.rows.column("v").type == values.type
    return done.rows.column("v").to_pylist(), sum(done.changed.values())
