"""The forms of quality in a contract: rules, options of a type, relationships.

Source: `DataQuality`, `logicalTypeOptions` and `Relationship` of `odcs-json-schema-v3.1.0.json`
(bitol-io/open-data-contract-standard). The standard lets `arguments` hold anything: beside its own
it holds the bounds that `logicalTypeOptions` has, so that such a rule can have a name, a severity
and a threshold too.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from privet.config.field import Name, Sql, matching, number_text
from privet.config.form import unfit, wrong
from privet.config.odcs_parts import CustomPropertyForm, OdcsForm, Unread
from privet.model.quality import Severity

Metric: TypeAlias = Literal[
    "nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"
]
Dimension: TypeAlias = Literal[
    "accuracy",
    "completeness",
    "conformity",
    "consistency",
    "coverage",
    "timeliness",
    "uniqueness",
]
Number: TypeAlias = int | Decimal
Bound: TypeAlias = str | int | Decimal

ENGINES = ("pandera", "privet")

MOST_SECONDS = 100 * 366 * 86_400
_MOST_DISTANCE = 100
_REFERENCE = r"[^\x00-\x1f\x7f:]{1,500}\.py:[A-Za-z_][A-Za-z0-9_]{0,100}"
_OPERATORS = (
    "must_be",
    "must_not_be",
    "must_be_greater_than",
    "must_be_greater_or_equal_to",
    "must_be_less_than",
    "must_be_less_or_equal_to",
    "must_be_between",
    "must_not_be_between",
)
_NEEDED = {"library": "metric", "sql": "query", "custom": "engine"}
_OF_TYPE = {"metric": "library", "arguments": "library", "query": "sql"} | dict.fromkeys(
    ("engine", "implementation"), "custom"
)


def text_of(value: object) -> str:
    """Spell a value of the data as text: numbers as written, `true`, `false`.

    Raises:
        PydanticCustomError: it is neither text nor a number nor true or false.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return number_text(value)
    if isinstance(value, str):
        return value
    raise wrong("a list of texts and numbers")


def _values(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise wrong("a list of texts and numbers")
    return tuple(text_of(each) for each in value)


def _markers(value: object) -> tuple[str, ...]:
    """Null is missing whether it is listed or not."""
    if not isinstance(value, list):
        raise wrong("a list of texts and numbers")
    return tuple(text_of(each) for each in value if each is not None)


def _bound(value: object) -> Bound:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        return value
    raise wrong("a number, or a date in quotes")


def number(value: object) -> Number:
    """Read a number exactly as written."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    raise wrong("a number")


def figure(value: object) -> Number:
    """Read a number; `true` and `false`, which a query may give, are 1 and 0."""
    return int(value) if isinstance(value, bool) else number(value)


def pair(value: object) -> tuple[Number, Number]:
    """Read two numbers, the smaller first."""
    if isinstance(value, list) and len(value) == 2:
        low, high = number(value[0]), number(value[1])
        if low <= high:
            return low, high
    raise wrong("two numbers, the smaller first, such as [0, 100]")


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str) and value:
        return (value,)
    if isinstance(value, list) and value and all(isinstance(each, str) and each for each in value):
        return tuple(value)
    raise wrong("a name, or a list of names")


def _engine(value: str) -> str:
    if value not in ENGINES:
        hint = "Privet runs no other engine; as `type: text` the rule is for people to read"
        raise wrong("`pandera` or `privet`", hint)
    return value


_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_NAMES = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ]
}
_PAIR = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}

BoundField: TypeAlias = Annotated[
    Bound, PlainValidator(_bound), WithJsonSchema({"type": ["number", "string"]})
]
Values: TypeAlias = Annotated[
    tuple[str, ...],
    PlainValidator(_values),
    WithJsonSchema({"type": "array", "items": _SCALAR, "minItems": 1}),
]
Markers: TypeAlias = Annotated[
    tuple[str, ...],
    PlainValidator(_markers),
    WithJsonSchema({"type": "array", "items": _SCALAR}),
]
Names: TypeAlias = Annotated[tuple[str, ...], PlainValidator(_names), WithJsonSchema(_NAMES)]
NumberField: TypeAlias = Annotated[
    Number, PlainValidator(number), WithJsonSchema({"type": "number"})
]
FigureField: TypeAlias = Annotated[
    Number, PlainValidator(figure), WithJsonSchema({"type": ["number", "boolean"]})
]
PairField: TypeAlias = Annotated[tuple[Number, Number], PlainValidator(pair), WithJsonSchema(_PAIR)]
Count: TypeAlias = Annotated[int, Field(ge=0, le=2**53 - 1)]


Engine: TypeAlias = Annotated[str, AfterValidator(_engine), WithJsonSchema({"enum": list(ENGINES)})]
Reference: TypeAlias = Annotated[
    str, AfterValidator(matching(_REFERENCE, "a file and a name, such as checks/orders.py:schema"))
]


class BoundsForm(OdcsForm):
    """What a value of a column must be: bounds, length, pattern."""

    minimum: BoundField | None = None
    maximum: BoundField | None = None
    exclusive_minimum: BoundField | None = Field(default=None, description="not itself allowed")
    exclusive_maximum: BoundField | None = Field(default=None, description="not itself allowed")
    min_length: Count | None = Field(default=None, description="in characters")
    max_length: Count | None = Field(default=None, description="in characters")
    pattern: str | None = Field(default=None, description="RE2; found anywhere in the value")

    @property
    def bounds(self) -> dict[str, Bound]:
        """The bounds, lengths and the pattern that stand there, by the standard's words."""
        fields = BoundsForm.model_fields
        found = {str(field.alias): getattr(self, key) for key, field in fields.items()}
        return {key: value for key, value in found.items() if value is not None}


class LogicalTypeOptionsForm(BoundsForm):
    """Options of a logical type. Those that Privet does not check are refused, not skipped."""

    format: Unread = None
    timezone: Unread = None
    default_timezone: Unread = None
    multiple_of: object = None
    max_items: object = None
    min_items: object = None
    unique_items: object = None
    max_properties: object = None
    min_properties: object = None
    required: object = None

    @model_validator(mode="after")
    def _checked(self) -> LogicalTypeOptionsForm:
        for key in sorted(self.model_fields_set & _UNCHECKED):
            spelled = LogicalTypeOptionsForm.model_fields[key].alias
            hint = "remove it, or state it as a `quality` rule of type sql"
            raise unfit(f"Privet does not check `{spelled}` yet", hint)
        return self


_UNCHECKED = frozenset(
    {
        "multiple_of",
        "max_items",
        "min_items",
        "unique_items",
        "max_properties",
        "min_properties",
        "required",
    }
)


class ArgumentsForm(BoundsForm):
    """What a metric is told."""

    missing_values: Markers | None = Field(default=None, description="for missingValues")
    valid_values: Values | None = Field(default=None, description="for invalidValues")
    properties: Names | None = Field(default=None, description="for duplicateValues: columns")


class OperatorsForm(OdcsForm):
    """What the figure must be: at most one of these."""

    must_be: FigureField | None = None
    must_not_be: FigureField | None = None
    must_be_greater_than: NumberField | None = None
    must_be_greater_or_equal_to: NumberField | None = None
    must_be_less_than: NumberField | None = None
    must_be_less_or_equal_to: NumberField | None = None
    must_be_between: PairField | None = Field(default=None, description="both bounds in")
    must_not_be_between: PairField | None = None

    @property
    def stated(self) -> list[str]:
        """The operators that stand there, spelled as in the file."""
        fields = OperatorsForm.model_fields
        return [str(fields[key].alias) for key in _OPERATORS if getattr(self, key) is not None]

    def operand(self, operator: str) -> Number | tuple[Number, Number]:
        """What stands at an operator that stands there."""
        fields = OperatorsForm.model_fields
        key = next(key for key in _OPERATORS if fields[key].alias == operator)
        found: Number | tuple[Number, Number] = getattr(self, key)
        return found

    @model_validator(mode="after")
    def _one_operator(self) -> OperatorsForm:
        if len(self.stated) > 1:
            raise unfit("two operators in one rule", "keep one of the `mustBe...`, or two rules")
        return self


class QualityForm(OperatorsForm):
    """One rule on a column or a data set. `action` stands in `customProperties`."""

    type: Literal["library", "sql", "custom", "text"] | None = None
    name: Name | None = Field(default=None, description="stands in reasons and reports")
    metric: Metric | None = None
    arguments: ArgumentsForm | None = None
    unit: Literal["rows", "percent"] | None = None
    query: Sql | None = Field(default=None, description="one SELECT; `${table}` is the data set")
    engine: Engine | None = None
    implementation: object = None
    severity: Severity | None = None
    dimension: Dimension | None = None
    custom_properties: list[CustomPropertyForm] = Field(default_factory=list)
    id: Unread = None
    description: Unread = None
    business_impact: Unread = None
    method: Unread = None
    schedule: Unread = None
    scheduler: Unread = None
    tags: Unread = None
    authoritative_definitions: Unread = None
    rule: Unread = None

    @property
    def kind(self) -> str:
        """The type of the rule: `library` unless it says otherwise."""
        return self.type or "library"

    @model_validator(mode="after")
    def _whole(self) -> QualityForm:
        if self.kind == "text":
            return self
        needed = _NEEDED[self.kind]
        for key, kind in _OF_TYPE.items():
            if kind != self.kind and getattr(self, key) is not None:
                raise unfit(
                    f"a rule of type {self.kind} has no `{key}`",
                    f"write `type: {kind}`, or remove it",
                )
        if getattr(self, needed) is None:
            hint = "add it" if self.type else "add it, or say which `type` the rule is"
            raise unfit(f"a rule of type {self.kind} needs `{needed}`", hint)
        if self.kind == "custom" and (self.stated or self.unit):
            hint = "state it in `customProperties`, as {property: mustBe, value: 0}"
            raise unfit("the standard has no operator and no unit for a custom rule", hint)
        return self


class RelationshipForm(OdcsForm):
    """A key of another data set. Severity and the like stand in `customProperties`."""

    type: Literal["foreignKey"] | None = None
    from_: Names | None = Field(default=None, alias="from", description="columns of this data set")
    to: Names = Field(description="what they refer to, such as customers.id")
    custom_properties: list[CustomPropertyForm] = Field(default_factory=list)


class SteadyForm(OdcsForm):
    """How far a column may be from what it was in the snapshot before."""

    distance: NumberField = Field(Decimal("0.2"), description="population stability index")

    @model_validator(mode="after")
    def _possible(self) -> SteadyForm:
        if not 0 < self.distance <= _MOST_DISTANCE:
            raise unfit(f"`distance` is a number above 0, at most {_MOST_DISTANCE}", "0.2 is usual")
        return self


class FreshForm(OdcsForm):
    """How old the newest value of a column may be."""

    seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)]


class ImplementationForm(OdcsForm):
    """What `engine: privet` checks beyond the standard's metrics: one of these."""

    steady: SteadyForm | None = None
    fresh: FreshForm | None = None

    @model_validator(mode="after")
    def _one(self) -> ImplementationForm:
        if (self.steady is None) == (self.fresh is None):
            raise unfit("one check a rule", "write `{steady: {distance: 0.2}}` or a `fresh`")
        return self
