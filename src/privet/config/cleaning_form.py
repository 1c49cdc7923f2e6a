"""The form of cleaning steps: `trim`, `missing: ["?", "N/A"]`, `date: {columns: [born], ...}`.

Each step is a bare word, or one key with what it is told. What a step means on a column of some
type is not known here: `privet.quality.cleaning` checks that.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from privet.config.field import RESERVED, matching, number_text
from privet.config.form import Form, nearest, unfit, wrong
from privet.model.paths import ColumnPath

_ORDERS = ("ymd", "dmy", "mdy")
_ENDS = ("first", "last")
_PERCENT = r"(100|\d{1,2}(\.\d{1,6})?)%"
_LATEST = "latest:"


def column_path(value: str) -> str:
    """Check that `value` is a path of a column."""
    try:
        ColumnPath.parse(value)
    except ValueError:
        problem = wrong("a column's path, such as `city` or `address.city`")
    else:
        return value
    raise problem


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return number_text(value)
    raise wrong("text or a number", "put text such as true in quotes")


def _number(value: object) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise wrong("a number")


def _factor(value: object) -> str:
    return number_text(_number(value))


def _end(value: object) -> float | str:
    if isinstance(value, str):
        return matching(_PERCENT, "a number, or a percentile such as `1%`")(value)
    return float(_number(value))


def _date_form(value: str) -> str:
    if value not in _ORDERS and "%" not in value:
        expected = "`ymd`, `dmy`, `mdy`, or a pattern such as `%d.%m.%Y`"
        raise wrong(expected, nearest(value, _ORDERS))
    return value


def _two_digit(value: object) -> int | str:
    is_year = isinstance(value, int) and not isinstance(value, bool)
    if value == "refuse" or (is_year and 1 <= int(str(value)) <= 9900):
        return value  # type: ignore[return-value]  # one of the two that the line above allows
    raise wrong("`refuse`, or the first of the hundred years that two digits mean, such as 1930")


def _keep(value: object) -> str:
    """Read `first`, `last`, `latest: COLUMN` or `{latest: COLUMN}`."""
    if isinstance(value, dict) and list(value) == ["latest"] and isinstance(value["latest"], str):
        return _LATEST + column_path(value["latest"].strip())
    if isinstance(value, str) and value.startswith(_LATEST):
        return _LATEST + column_path(value.removeprefix(_LATEST).strip())
    if isinstance(value, str) and value in _ENDS:
        return value
    hint = nearest(value, _ENDS) if isinstance(value, str) else None
    raise wrong("`first`, `last` or `{latest: COLUMN}`", hint)


def _flag(value: str) -> str:
    if not value or value.startswith(RESERVED):
        raise wrong("a column's name", f"names that start with `{RESERVED}` are Privet's own")
    return value


ColumnText: TypeAlias = Annotated[str, AfterValidator(column_path), Field(min_length=1)]
Columns: TypeAlias = Annotated[list[ColumnText], Field(min_length=1)]
CellText: TypeAlias = Annotated[
    str, PlainValidator(_text), WithJsonSchema({"type": ["string", "number"]})
]
Markers: TypeAlias = Annotated[list[CellText], Field(min_length=1)]
Factor: TypeAlias = Annotated[str, PlainValidator(_factor), WithJsonSchema({"type": "number"})]
End: TypeAlias = Annotated[
    float | str, PlainValidator(_end), WithJsonSchema({"type": ["number", "string"]})
]
DateForm: TypeAlias = Annotated[str, AfterValidator(_date_form)]
TwoDigit: TypeAlias = Annotated[
    int | str,
    PlainValidator(_two_digit),
    WithJsonSchema({"anyOf": [{"const": "refuse"}, {"type": "integer"}]}),
]
Keep: TypeAlias = Annotated[
    str,
    PlainValidator(_keep),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "required": ["latest"]}]}),
]
Marks: TypeAlias = Annotated[
    str,
    AfterValidator(matching(r"[^\w+\-\r\n]{1,4}", "one character or a few, no letter or digit")),
]


class StepForm(Form):
    """What a step is told."""


class _OnColumns(StepForm):
    columns: Columns | None = Field(default=None, description="default: all that the step fits")


class TrimForm(_OnColumns):
    """White space at both ends goes."""


class MissingForm(_OnColumns):
    """Values that stand for nothing become null."""

    markers: Markers = Field(description='such as ["?", "N/A", "-999"]')


class NormaliseForm(_OnColumns):
    """Text is spelled one way."""

    unicode: Literal["NFC", "NFKC"] | None = None
    case: Literal["lower", "upper", "title", "fold"] | None = None
    spaces: Literal["collapse"] | None = None

    @model_validator(mode="after")
    def _something(self) -> NormaliseForm:
        if not (self.unicode or self.case or self.spaces):
            raise unfit("nothing to do", "say one of `unicode`, `case`, `spaces`")
        return self


class ReplaceForm(_OnColumns):
    """Whole values become others."""

    values: dict[str, CellText] = Field(min_length=1, description="old value: new value")


class DateStepForm(_OnColumns):
    """Dates become dates; one that could be two days is held back."""

    formats: list[DateForm] = Field(min_length=1, description='ymd, dmy, mdy, "%d.%m.%Y"')
    two_digit: TwoDigit = Field("refuse", description="first of the hundred years, or refuse")


class NumberStepForm(_OnColumns):
    """Numbers of a locale, with or without a unit, become numbers."""

    decimal: Marks = Field(".", description="what may stand before the fraction")
    thousands: Marks | None = Field(default=None, description="what may stand between groups")
    units: dict[str, Factor] = Field(
        default_factory=dict, description="unit: how many of the column's it is"
    )


class ImputeForm(_OnColumns):
    """A null becomes a value."""

    with_: CellText = Field(alias="with", description="median, mean, mode, or a constant")
    flag: Annotated[str, AfterValidator(_flag)] | None = Field(
        default=None, description="a new column: whether the value was put in"
    )


class ClipForm(_OnColumns):
    """Numbers beyond a bound become the bound."""

    low: End | None = Field(default=None, description="a number, or a percentile such as 1%")
    high: End | None = None

    @model_validator(mode="after")
    def _possible(self) -> ClipForm:
        if self.low is None and self.high is None:
            raise unfit("nothing to do", "say `low`, `high` or both")
        low, high = _comparable(self.low), _comparable(self.high)
        if low and high and low[0] == high[0] and low[1] >= high[1]:
            raise unfit("`low` is not below `high`", "no value would be left between them")
        return self


def _comparable(end: float | str | None) -> tuple[bool, float] | None:
    """Whether a bound is a percentile, and how large it is."""
    if end is None:
        return None
    return (True, float(end.rstrip("%"))) if isinstance(end, str) else (False, end)


class DeduplicateForm(StepForm):
    """Of rows that are the same one stays: the whole row, by a key, or nearly by some columns."""

    by: Columns | None = Field(default=None, description="columns of a key")
    near: Columns | None = Field(default=None, description="columns compared without spelling")
    keep: Keep = Field("first", description="first, last or {latest: COLUMN}")

    @model_validator(mode="after")
    def _one_way(self) -> DeduplicateForm:
        if self.by is not None and self.near is not None:
            raise unfit("`by` and `near`", "keep one; or write two steps")
        if self.by is None and self.near is None and self.keep.startswith(_LATEST):
            raise unfit("rows that are equal are equally late", "say `by`, the columns of a key")
        return self


def _short(key: str | None) -> Callable[[object], object]:
    """A list in the place of a step's arguments is its main one; nothing is none of them."""

    def widen(value: object) -> object:
        if value is None:
            return {}
        return {key: value} if isinstance(value, list) and key is not None else value

    return widen


class CleanForm(Form):
    """One cleaning step: one of these keys, or its bare name."""

    trim: Annotated[
        TrimForm | None,
        BeforeValidator(_short("columns"), json_schema_input_type=TrimForm | Columns | None),
    ] = None
    missing: Annotated[
        MissingForm | None,
        BeforeValidator(_short("markers"), json_schema_input_type=MissingForm | Markers),
    ] = None
    normalise: Annotated[NormaliseForm | None, BeforeValidator(_short(None))] = None
    replace: Annotated[ReplaceForm | None, BeforeValidator(_short(None))] = None
    date: Annotated[DateStepForm | None, BeforeValidator(_short(None))] = None
    number: Annotated[NumberStepForm | None, BeforeValidator(_short(None))] = None
    impute: Annotated[ImputeForm | None, BeforeValidator(_short(None))] = None
    clip: Annotated[ClipForm | None, BeforeValidator(_short(None))] = None
    deduplicate: Annotated[DeduplicateForm | None, BeforeValidator(_short(None))] = None

    @property
    def step(self) -> tuple[str, StepForm]:
        """The name of the step, and what it is told."""
        name = next(iter(self.model_fields_set))
        form: StepForm = getattr(self, name)
        return name, form

    @model_validator(mode="after")
    def _one_step(self) -> CleanForm:
        if len(self.model_fields_set) != 1:
            raise unfit("one step an entry", "start each step on a line of its own, with `- `")
        return self


STEPS = tuple(CleanForm.model_fields)


def _step(value: object) -> object:
    """A bare word is a step that is told nothing."""
    if not isinstance(value, str):
        return value
    if value not in STEPS:
        raise wrong("the name of a cleaning step", nearest(value, STEPS))
    return {value: {}}


CleanField: TypeAlias = Annotated[
    CleanForm,
    BeforeValidator(_step, json_schema_input_type=CleanForm | Literal["trim", "deduplicate"]),
]
