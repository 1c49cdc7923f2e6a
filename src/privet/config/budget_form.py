"""The form of `budgets` in `policy.yaml`: limits on privacy loss, and each subject's bounds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from privet.config.field import DataName, Name, Number, Text, decimal
from privet.config.form import Form, unfit, wrong
from privet.model.errors import Location
from privet.model.policy import Budget, Key

AUTO = "auto"
_LARGEST = 2**53
"""Of bounds and keys: whole numbers up to it are exact in every engine."""
_MOST_KEYS = 100_000
_PAIR = 2


def _bounds(value: object) -> tuple[Decimal, Decimal]:
    if not isinstance(value, list) or len(value) != _PAIR:
        raise wrong("the least and the greatest value that count, such as [0, 100]")
    low, high = (decimal(each) for each in value)
    if not -_LARGEST <= low < high <= _LARGEST:
        raise wrong("two numbers, the smaller first, of at most 2^53", "such as [0, 100]")
    return low, high


def _keys(value: object) -> tuple[Key, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_KEYS:
        raise wrong(f"a list of 1 to {_MOST_KEYS} keys", "such as [Ulm, Bonn]")
    for key in value:
        if key is not None and not isinstance(key, str | int | bool):
            raise wrong("keys that are text, whole numbers, true, false or null")
        if isinstance(key, int) and abs(key) > _LARGEST:
            raise wrong("keys of at most 2^53")
    if len({(type(key), key) for key in value}) < len(value):
        raise wrong("each key once")
    return tuple(value)


def _norm(value: object) -> Decimal | Literal["auto"]:
    if value == AUTO:
        return "auto"
    norm = decimal(value)
    if not 1 <= norm <= 10**9:
        raise wrong("`auto`, or a number from 1 to 10^9", "how many rows of one subject count")
    return norm


Bounds: TypeAlias = Annotated[
    tuple[Decimal, Decimal],
    PlainValidator(_bounds),
    WithJsonSchema(
        {"type": "array", "items": {"type": "number"}, "minItems": _PAIR, "maxItems": _PAIR}
    ),
]
Keys: TypeAlias = Annotated[
    tuple[Any, ...],
    PlainValidator(_keys),
    WithJsonSchema({"type": "array", "items": {"type": ["string", "integer", "boolean", "null"]}}),
]
Norm: TypeAlias = Annotated[
    Decimal | Literal["auto"],
    PlainValidator(_norm),
    WithJsonSchema({"anyOf": [{"const": AUTO}, {"type": "number", "minimum": 1}]}),
]


class BudgetForm(Form):
    """How much privacy the subjects of a data set may lose, and how much one of them counts."""

    unit: Name = Field(description="the subject type that is protected")
    epsilon: Number
    delta: Number | None = None
    per: dict[Literal["recipient", "role", "purpose", "principal"], Number] = Field(
        default_factory=dict, description="a smaller epsilon for each of them"
    )
    bounds: dict[Text, Bounds] | None = Field(
        default=None, description="by column: the least and the greatest value that count"
    )
    max_norm: Norm | None = Field(
        default=None, description="L2 norm of one subject's row counts over the groups, or `auto`"
    )
    max_groups: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="in how many groups of private keys one subject counts"
    )
    keys: dict[Text, Keys] | None = Field(
        default=None, description="by column: the keys that anybody may know"
    )
    public: list[DataName] | None = Field(
        default=None, description="data sets about nobody, which a question may join"
    )

    @model_validator(mode="after")
    def _possible(self) -> BudgetForm:
        if not all(0 < epsilon <= 1000 for epsilon in (self.epsilon, *self.per.values())):
            raise unfit("`epsilon` is a number above 0 and at most 1000")
        if self.delta is not None and not 0 <= self.delta < 1:
            raise unfit("`delta` is a number from 0 to below 1")
        return self

    def budget(self, data: str, where: Location | None) -> Budget:
        """The budget of data set `data`."""
        return Budget(
            data,
            self.unit,
            self.epsilon,
            self.delta or Decimal(0),
            {str(key): limit for key, limit in self.per.items()},
            _copied(self.bounds),
            self.max_norm,
            self.max_groups,
            _copied(self.keys),
            None if self.public is None else tuple(self.public),
            where,
        )


def _copied(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if given is None else dict(given)
