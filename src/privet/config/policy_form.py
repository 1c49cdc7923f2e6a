"""The form of `policy.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from privet.config.budget_form import BudgetForm
from privet.config.field import DataName, IsoDate, Name, Text, matching
from privet.config.form import Form, unfit, wrong
from privet.config.treatment import ExpectationField, GuaranteeField, TreatmentField
from privet.model.paths import ColumnPath

Action: TypeAlias = Literal["release", "quarantine", "query", "reveal", "train", "synthesize"]

# GDPR Art. 6(1) (a) to (f) and Art. 10, spelled as in W3C DPV; then what only Art. 9(2) knows.
Basis: TypeAlias = Literal[
    "consent",
    "contract",
    "legal_obligation",
    "vital_interest",
    "public_interest",
    "official_authority",
    "legitimate_interest",
    "explicit_consent",
    "employment_law",
    "not_for_profit",
    "made_public",
    "legal_claims",
    "substantial_public_interest",
    "health_care",
    "public_health",
    "archiving_research",
]

_RECIPIENT_KEY = r"age1[0-9a-z]{20,4000}"
_IRI = r"https?://[!-~]{1,500}"
_CATEGORY = r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*"


def _column_key(value: str) -> str:
    try:
        ColumnPath.parse(value)
    except ValueError:
        problem = wrong("a column (`customers.email`) or a category (`user.contact`)")
    else:
        return value
    raise problem


RowLimit: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]
ColumnKey: TypeAlias = Annotated[str, AfterValidator(_column_key)]
CategoryKey: TypeAlias = Annotated[
    str, AfterValidator(matching(_CATEGORY, "a category such as `user.health`, or `default`"))
]
RecipientKey: TypeAlias = Annotated[
    str,
    AfterValidator(
        matching(
            _RECIPIENT_KEY,
            "an age public key (`age1...`)",
            "give the recipient's public key; a secret key never stands in this file",
        )
    ),
    WithJsonSchema({"type": "string", "pattern": f"^{_RECIPIENT_KEY}$"}),
]
Iri: TypeAlias = Annotated[
    str, AfterValidator(matching(_IRI, "an IRI such as https://w3id.org/dpv#..."))
]


class PurposeForm(Form):
    """What data may be used for, and on which legal basis."""

    basis: dict[CategoryKey, Basis] = Field(
        default_factory=dict, description="legal basis by data category; `default` for the rest"
    )
    iri: Iri | None = Field(default=None, description="the purpose in W3C DPV")


class RoleForm(Form):
    """Who holds a role, and for which purposes."""

    members: list[Text] = Field(min_length=1, description="principals, such as os:ana")
    purposes: list[Name] = Field(min_length=1)


class RecipientForm(Form):
    """Who gets a release."""

    region: Text | None = None
    contract: Text | None = Field(default=None, description="the agreement with the recipient")
    key: RecipientKey | None = Field(default=None, description="releases are sealed for it")


class RuleForm(Form):
    """One rule. What no rule allows is refused; deny wins over allow."""

    name: Name | None = Field(default=None, description="stands in decisions and receipts")
    allow: Action | None = None
    deny: Action | None = None
    role: Name | None = None
    purpose: Name | None = None
    to: Name | None = Field(default=None, description="a recipient")
    data: DataName | None = Field(default=None, description="a data set")
    as_: GuaranteeField | None = Field(default=None, alias="as", description="what it promises")
    where: Text | None = Field(default=None, description="row filter, an SQL expression")
    until: IsoDate | None = Field(default=None, description="last day on which it holds")
    columns: dict[ColumnKey, TreatmentField] = Field(default_factory=dict)
    rows: RowLimit | None = Field(
        default=None, description="of `reveal`: how many values one call may give back"
    )

    @model_validator(mode="after")
    def _whole(self) -> RuleForm:
        if (self.allow is None) == (self.deny is None):
            raise unfit("a rule has either `allow:` or `deny:`", "write one of the two")
        if self.deny is not None:
            if self.as_ is not None:
                raise unfit("a deny rule has no `as:`", "what is denied promises nothing")
            if self.rows is not None:
                raise unfit("a deny rule has no `rows:`", "it denies every value")
            return self
        if self.allow == "reveal":
            if self.rows is None:
                hint = "say how many values one call may give back, for example `rows: 100`"
                raise unfit("an allow rule for `reveal` needs `rows:`", hint)
            if self.where is not None:
                raise unfit("a rule for `reveal` has no `where:`", "a map has no rows to choose")
        elif self.rows is not None:
            raise unfit("only a rule for `reveal` has `rows:`", "use `where:` to choose rows")
        for key, value in (("role", self.role), ("purpose", self.purpose)):
            if value is None:
                raise unfit(f"an allow rule needs `{key}:`", "only a deny rule may leave it out")
        if self.as_ is None and self.allow != "reveal":
            hint = "say what it promises, for example `as: pseudonymous`"
            raise unfit("an allow rule needs `as:`", hint)
        return self


class PolicyTestForm(Form):
    """What `privet check` tries: who asks for what, and what should come of it."""

    role: Name
    for_: Name = Field(alias="for", description="a purpose")
    column: ColumnKey = Field(description="data set and column, such as customers.email")
    expect: ExpectationField


class PolicyForm(Form):
    """Who may see what, for which purpose, and how it is protected (`policy.yaml`)."""

    version: Literal[1] = Field(description="version of this form")
    purposes: dict[Name, PurposeForm] = Field(default_factory=dict)
    roles: dict[Name, RoleForm] = Field(default_factory=dict)
    recipients: dict[Name, RecipientForm] = Field(default_factory=dict)
    rules: list[RuleForm] = Field(default_factory=list)
    budgets: dict[DataName, BudgetForm] = Field(default_factory=dict)
    tests: list[PolicyTestForm] = Field(default_factory=list)
