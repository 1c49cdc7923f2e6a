"""Pandera schemas (for pandas) as row checks.

Each check of the schema is asked by itself, and answers for every row; so Pandera's report of
failures, which holds values, is never made. What only a whole table can answer (uniqueness,
statistics, groups) is refused. Where only the check's own code knows, it is found on the first
rows: they are judged together, in two halves and some one by one, and the answers have to be the
same. A check that happens to agree on all of these is not found.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.adapters.checks.pandera_schema import checked_schema
from privet.adapters.checks.reference import find_schema, load_module
from privet.model.contract import Column
from privet.model.errors import ConfigError, Location, Unavailable

Mask = npt.NDArray[np.bool_]
_ALONE = 16
"""Rows that are judged one by one, to find checks that look at several."""
_TOGETHER = 10_000
_OWN_RULE = (
    "Write it as a rule of Privet's own, which sees all rows: `duplicateValues`, `rowCount`, "
    "`type: sql`."
)


@dataclass(frozen=True, slots=True)
class _Check:
    """One check of the schema; `column` None: it looks at whole rows; `ask` None: no null."""

    name: str
    column: str | None
    ask: Any = field(repr=False)


class PanderaChecks:
    """The checks of one Pandera schema (`privet.ports.checks.RowChecks`)."""

    def __init__(self, checks: Sequence[_Check], where: Location | None) -> None:
        self._checks = tuple(checks)
        self._where = where
        self._tried = False

    @property
    def names(self) -> tuple[str, ...]:
        """The checks, in the schema's order."""
        return tuple(check.name for check in self._checks)

    def judge(self, rows: pa.RecordBatch) -> Mapping[str, pa.BooleanArray]:
        """Which rows fail which check.

        Raises:
            ConfigError: a check breaks on these rows, or turns out to look at several.
        """
        if not rows.num_rows:
            return {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # their texts may hold values
            frame = _frame(rows)
            if not self._tried:
                self._require_row_by_row(frame)
                self._tried = True
            found = {check.name: self._failing(check, frame) for check in self._checks}
        return {name: pa.array(failing) for name, failing in found.items() if failing.any()}

    def _failing(self, check: _Check, frame: Any) -> Mask:
        """The rows that fail one check."""
        if check.ask is None:
            return np.asarray(frame[check.column].isna(), dtype=np.bool_)
        values = frame if check.column is None else frame[check.column]
        try:
            output = check.ask(values).check_output
        except Exception as error:  # noqa: BLE001 - the check's own code may raise anything
            raise ConfigError(
                f"the check `{check.name}` breaks on the data: {type(error).__name__}",
                hint="Try the schema on a few rows with Pandera alone.",
                where=self._where,
            ) from None
        return self._one_answer_per_row(check, output, values)

    def _one_answer_per_row(self, check: _Check, output: Any, values: Any) -> Mask:
        if getattr(output, "ndim", 0) == 2 and len(output) == len(values):
            output = output.all(axis=1)
        places = getattr(output, "index", None)
        if places is None or not places.is_unique or not places.isin(values.index).all():
            raise self._not_row_by_row(check)
        passing: Mask = np.ones(len(values), np.bool_)
        passing[np.asarray(places, dtype=np.int64)] = np.asarray(
            output.fillna(value=False), dtype=np.bool_
        )
        # Pandera leaves nulls out, which then pass; nothing else may be without an answer.
        unasked = ~values.index.isin(places)
        if unasked.any() and (check.column is None or values[unasked].notna().any()):
            raise self._not_row_by_row(check)
        return ~passing

    def _require_row_by_row(self, frame: Any) -> None:
        """Insist that every check says the same of a row whatever rows stand beside it."""
        frame = frame.iloc[:_TOGETHER]
        step = max(1, len(frame) // _ALONE)
        parts = [slice(0, None, 2), slice(1, None, 2)]
        parts += [slice(row, row + 1) for row in range(0, len(frame), step)]
        for check in self._checks:
            if check.ask is None or check.ask.element_wise:
                continue
            together = self._failing(check, frame)
            for part in parts:
                some = frame.iloc[part].reset_index(drop=True)
                if len(some) and not np.array_equal(self._alone(check, some), together[part]):
                    raise self._not_row_by_row(check)

    def _alone(self, check: _Check, some: Any) -> Mask:
        try:
            return self._failing(check, some)
        except ConfigError:
            raise self._not_row_by_row(check) from None

    def _not_row_by_row(self, check: _Check) -> ConfigError:
        return ConfigError(
            f"the check `{check.name}` does not judge each row by itself; rows come in batches",
            hint=_OWN_RULE,
            where=self._where,
        )


def load(
    reference: str, root: Path, columns: Sequence[Column], where: Location | None = None
) -> PanderaChecks:
    """The checks of a schema of the project.

    Args:
        reference: `checks/orders.py:schema` (a DataFrameSchema or a DataFrameModel) or
            `checks/orders.yaml`, relative to the project.
        root: the project's folder.
        columns: the contract's leaf columns.
        where: where the contract names it, for messages.

    Raises:
        ConfigError: the file or the schema cannot be used.
        Unavailable: Pandera is not installed.
    """
    place = find_schema(reference, root, where)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pandera.pandas  # noqa: F401, PLC0415 - heavy: loads pandas
        except ImportError:
            raise Unavailable(
                "Pandera is not installed", hint="pip install 'privet[pandera]'"
            ) from None
        if place.name is None:
            found = _from_yaml(place.path, reference, where)
        else:
            found = getattr(load_module(place, where), place.name, None)
        schema = checked_schema(found, reference, columns, where)
        return PanderaChecks(list(_checks(schema, columns)), where)


def _from_yaml(path: Path, reference: str, where: Location | None) -> Any:
    from pandera.pandas import DataFrameSchema  # noqa: PLC0415

    try:
        return DataFrameSchema.from_yaml(path)
    except Exception as error:  # noqa: BLE001 - the reader checks nothing itself
        raise ConfigError(
            f"`{reference}` is no schema that Pandera reads: {type(error).__name__}",
            hint="Write it with `schema.to_yaml()`.",
            where=where,
        ) from None


def _checks(schema: Any, columns: Sequence[Column]) -> Iterator[_Check]:
    """Every check of a schema, with a name of its own."""
    taken: set[str] = set()

    def named(column: str | None, ask: Any, word: str) -> _Check:
        wanted = name = f"{'row' if column is None else column}:{word}"
        number = 1
        while name in taken:
            number += 1
            name = f"{wanted} {number}"
        taken.add(name)
        return _Check(name, column, ask)

    roots = list(dict.fromkeys(column.path.root for column in columns))
    for part in schema.columns.values():
        for column in _matching(part, roots):
            if not part.nullable:
                yield named(column, None, "not_null")
            for check in part.checks:
                yield named(column, check, _word(check))
    for check in schema.checks:
        yield named(None, check, _word(check))


def _matching(part: Any, roots: Sequence[str]) -> Sequence[str]:
    if not part.regex:
        return [part.name] if part.name in roots else []
    import pandas as pd  # noqa: PLC0415

    return [str(name) for name in pd.Index(roots)[pd.Index(roots).str.match(part.name)]]


def _word(check: Any) -> str:
    """A check's name without its arguments."""
    name = str(check.name or "check")
    return name if name.isidentifier() else "check"


def _frame(rows: pa.RecordBatch) -> Any:
    """Rows as pandas has them: nullable integers and truth values where there are nulls."""
    import pandas as pd  # noqa: PLC0415

    columns = {}
    for name, values in zip(rows.schema.names, rows.columns, strict=True):
        nullable = None
        if values.null_count and pa.types.is_integer(values.type):
            nullable = pd.Int64Dtype()
        elif values.null_count and pa.types.is_boolean(values.type):
            nullable = pd.BooleanDtype()
        mapper = None if nullable is None else (lambda _, kind=nullable: kind)
        columns[name] = values.to_pandas(types_mapper=mapper, date_as_object=False)
    return pd.DataFrame(columns, copy=False)
