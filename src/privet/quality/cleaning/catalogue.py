"""The cleaning steps by name: what each takes, which columns it fits, and the check of a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, get_args

from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.policy.problem import Problem, nearest
from privet.quality.cleaning import preparing
from privet.quality.cleaning.preparing import Prepare, Target
from privet.transforms.column_types import Family

_ALL: frozenset[Family] = frozenset(get_args(Family))
_NUMBERS: frozenset[Family] = frozenset({"integer", "double", "decimal"})
_DATES: frozenset[Family] = frozenset({"date", "timestamp"})
_TEXT: frozenset[Family] = frozenset({"string"})


@dataclass(frozen=True, slots=True)
class StepSpec:
    """What a pipeline's author can say of one step.

    Attributes:
        name: as it stands in the pipeline.
        summary: what it does, in one line.
        stage: `before` types are enforced, `after`, or `apart` (done by other means).
        families: types of the columns that it may be told to work on.
        unnamed: types of those that it works on when it names none; empty: it has to name them.
        params: what it can be told.
        instead: what to do where it does not fit.
        prepare: reads the parameters for one column; None where it is done apart.
    """

    name: str
    summary: str
    stage: Literal["before", "after", "apart"]
    families: frozenset[Family]
    unnamed: frozenset[Family] = frozenset()
    params: tuple[str, ...] = ()
    instead: str = ""
    prepare: Prepare | None = field(default=None, repr=False)


_SPECS = (
    StepSpec(
        name="trim",
        summary="takes white space off both ends; blank text becomes null",
        stage="before",
        families=_ALL,
        unnamed=_ALL,
        prepare=preparing.prepare_trim,
    ),
    StepSpec(
        name="missing",
        summary="makes null what stands for no value",
        stage="before",
        families=_ALL,
        unnamed=_ALL,
        params=("markers",),
        prepare=preparing.prepare_missing,
    ),
    StepSpec(
        name="normalise",
        summary="gives texts one Unicode form, one case, single spaces",
        stage="before",
        families=_TEXT,
        unnamed=_TEXT,
        params=("unicode", "case", "spaces"),
        instead="it works on text; numbers and dates have `number` and `date`",
        prepare=preparing.prepare_normalise,
    ),
    StepSpec(
        name="replace",
        summary="puts one value in the place of another",
        stage="before",
        families=_ALL,
        params=("values",),
        prepare=preparing.prepare_replace,
    ),
    StepSpec(
        name="date",
        summary="reads dates in the declared spellings; ambiguous ones are held back",
        stage="before",
        families=_DATES | _TEXT,
        unnamed=_DATES,
        params=("formats", "two_digit"),
        instead="declare the column as date32 or timestamp[us] in the contract",
        prepare=preparing.prepare_date,
    ),
    StepSpec(
        name="number",
        summary="reads numbers with the declared signs and units; ambiguous ones are held back",
        stage="before",
        families=_NUMBERS | _TEXT,
        unnamed=_NUMBERS,
        params=("decimal", "thousands", "units"),
        instead="declare the column as int64, double or decimal128(18, 2) in the contract",
        prepare=preparing.prepare_number,
    ),
    StepSpec(
        name="impute",
        summary="puts a value in the place of null, and says where in a flag column",
        stage="after",
        families=_ALL - {"binary"},
        params=("with", "flag"),
        instead="leave its nulls, or take the column out",
        prepare=preparing.prepare_impute,
    ),
    StepSpec(
        name="clip",
        summary="puts the bound in the place of what is beyond it",
        stage="after",
        families=_NUMBERS,
        params=("low", "high"),
        instead="it works on numbers; a `range` rule holds other values back",
        prepare=preparing.prepare_clip,
    ),
    StepSpec(
        name="deduplicate",
        summary="keeps one of the rows that are alike",
        stage="apart",
        families=_ALL,
        unnamed=_ALL,
        params=("keep", "kind", "latest"),
    ),
)

STEPS: Final[Mapping[str, StepSpec]] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""Every step, by name."""


def check_step(step: CleanStep, contract: Contract) -> Problem | None:
    """What is wrong with a step on the data of a contract; None if nothing is."""
    return next(_problems(step, contract), None)


def columns_of(step: CleanStep, contract: Contract) -> tuple[Column, ...]:
    """The columns that a checked step works on, in the contract's order; flags are none."""
    if named := set(step.columns):
        return tuple(column for column in contract.columns if column.path in named)
    unnamed = STEPS[step.name].unnamed
    return tuple(
        column
        for column in contract.columns
        if Target.of(column.path, column.type).family in unnamed
    )


def flag_of(step: CleanStep) -> ColumnPath | None:
    """The column that an impute says its places in.

    Raises:
        ValueError: the name is no column path.
    """
    flag = step.param("flag") if step.name == "impute" else None
    return None if flag is None else ColumnPath.parse(str(flag))


def _problems(step: CleanStep, contract: Contract) -> Iterator[Problem]:
    spec = STEPS.get(step.name)
    if spec is None:
        message = f"there is no cleaning step `{step.name}`"
        yield Problem(message, nearest(step.name, STEPS), step.where)
        return
    for name, _ in step.params:
        if name not in spec.params:
            hint = nearest(name, spec.params) if spec.params else "It takes columns and no more."
            yield Problem(f"`{step.name}` has no `{name}`", hint, step.where)
    yield from _column_problems(step, spec, contract)
    yield from _flag_problems(step, contract)
    yield from _deduplicate_problems(step, contract)
    yield from _parameter_problems(step, spec, contract)


def _column_problems(step: CleanStep, spec: StepSpec, contract: Contract) -> Iterator[Problem]:
    columns = {column.path: column for column in contract.columns}
    for path in step.columns:
        column = columns.get(path)
        if column is None:
            message = f"`{step.name}` names `{path}`, which `{contract.name}` does not have"
            yield Problem(message, nearest(str(path), map(str, columns)), step.where)
        elif Target.of(path, column.type).family not in spec.families:
            message = f"`{step.name}` does not fit `{path}`, a {column.type} column"
            yield Problem(message, spec.instead, step.where)
    if step.columns:
        return
    if not spec.unnamed:
        yield Problem(
            f"`{step.name}` names no column",
            f"Write `{step.name}: {{columns: [...], ...}}`: it works only on what it is told.",
            step.where,
        )
    elif not columns_of(step, contract):
        yield Problem(
            f"`{step.name}` fits no column of `{contract.name}`",
            "Name its columns, or take the step out.",
            step.where,
        )


def _flag_problems(step: CleanStep, contract: Contract) -> Iterator[Problem]:
    told = step.param("flag")
    if step.name != "impute" or told is None:
        return
    declare = f"Declare `{told}` in the contract: type bool, category `none`."
    try:
        flag = ColumnPath.parse(str(told))
    except ValueError:
        yield Problem("the flag of `impute` is no column name", declare, step.where)
        return
    column = contract.column(flag)
    if column is None or column.type != "bool" or flag.nested or column.category != NO_CATEGORY:
        message = f"the flag `{flag}` of `impute` is no bool column of category `none` at the top"
        yield Problem(message, declare, step.where)
    elif flag in step.columns:
        yield Problem(f"`{flag}` is both imputed and the flag", "Name another flag.", step.where)


def _deduplicate_problems(step: CleanStep, contract: Contract) -> Iterator[Problem]:
    latest = step.param("latest")
    if step.name != "deduplicate" or latest is None:
        return
    paths = [str(column.path) for column in contract.columns]
    if str(latest) not in paths:
        message = f"`deduplicate` keeps the latest by `{latest}`, which is no column"
        yield Problem(message, nearest(str(latest), paths), step.where)


def _parameter_problems(step: CleanStep, spec: StepSpec, contract: Contract) -> Iterator[Problem]:
    if spec.prepare is None:
        return
    for column in columns_of(step, contract):
        try:
            spec.prepare(step, Target.of(column.path, column.type))
        except ValueError as error:
            message = f"`{step.name}` on `{column.path}`: {error}"
            yield Problem(message, f"`{step.name}` {spec.summary}.", step.where)
