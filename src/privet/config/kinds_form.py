"""The form of `kinds.yaml`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from privet.config.field import Text, decimal, matching
from privet.config.form import Form, unfit, wrong

_NAME = r"[a-z][a-z0-9_]{0,62}"
_CATEGORY = r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*"
_MOST_EXAMPLE = 10_000

Validator: TypeAlias = Literal[
    "luhn", "mod97", "mod11_2", "mod11_10", "verhoeff", "damm", "isbn", "gs1", "iban", "ip"
]


def _share(value: object) -> Decimal:
    number = decimal(value)
    if not 0 < number <= 1:
        raise wrong("a number above 0 and at most 1")
    return number


def _example(value: str) -> str:
    if not 0 < len(value) <= _MOST_EXAMPLE:
        raise wrong(f"text of 1 to {_MOST_EXAMPLE} characters")
    return value


KindName: TypeAlias = Annotated[
    str,
    AfterValidator(matching(_NAME, "a kind's name: small letters, digits, `_`")),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"}),
]
CategoryKey: TypeAlias = Annotated[
    str,
    AfterValidator(matching(_CATEGORY, "a category such as `user.unique_id`")),
    WithJsonSchema({"type": "string", "pattern": f"^{_CATEGORY}$"}),
]
Share: TypeAlias = Annotated[
    Decimal,
    PlainValidator(_share),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
]
Example: TypeAlias = Annotated[
    str,
    AfterValidator(_example),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _MOST_EXAMPLE}),
]


class ContextForm(Form):
    """Words of which one stands near, within 64 characters before or 24 after, in any case."""

    words: list[Text] = Field(min_length=1)
    required: bool = Field(
        default=False, description="what stands far from these words is none; else they make surer"
    )


class ExamplesForm(Form):
    """Texts that `privet check` tries."""

    must_match: list[Example] = Field(min_length=1, description="it must be found in each")
    must_not_match: list[Example] = Field(
        default_factory=list, description="it must be found in none"
    )


class KindForm(Form):
    """One kind of personal data: how it looks, and what it is."""

    pattern: Text = Field(
        description="RE2's syntax: a regular expression without look-around and back references"
    )
    validator: Validator | None = Field(
        default=None, description="the check digit or form that what matches must have"
    )
    context: ContextForm | None = None
    category: CategoryKey = Field(description="a data category, such as user.unique_id")
    label: Text | None = Field(default=None, description="what they are, in the plural")
    score: Share = Field(default=Decimal("0.75"), description="how sure a match is, up to 1")
    examples: ExamplesForm

    @model_validator(mode="after")
    def _sure_enough(self) -> KindForm:
        if self.score < Decimal("0.01"):
            raise unfit("`score` is below 0.01", "write a number from 0.01 to 1")
        return self


class KindsForm(Form):
    """Kinds of personal data of your own (`kinds.yaml`, named by `kinds:` in `privet.yaml`)."""

    version: Literal[1] = Field(description="version of this form")
    kinds: dict[KindName, KindForm] = Field(min_length=1)
