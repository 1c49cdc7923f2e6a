"""The policy, as typed words: `privet.config` reads it, `privet.policy` decides with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from privet.model.errors import Location

Scalar: TypeAlias = "str | int | bool"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What becomes of a column: a transform's name and its parameters.

    `keep` lets values through; `drop` removes the column; the rest are in `privet.transforms`.
    YAML `token` is `Treatment("token")`; `{band: 5y}` is `Treatment("band", (("width", "5y"),))`.
    """

    name: str
    params: tuple[tuple[str, Scalar], ...] = ()

    def param(self, name: str, default: Scalar | None = None) -> Scalar | None:
        """The parameter's value, or `default`."""
        return dict(self.params).get(name, default)

    def __str__(self) -> str:
        inner = ", ".join(f"{key}={value}" for key, value in self.params)
        return f"{self.name}({inner})" if inner else self.name


GuaranteeName: TypeAlias = Literal[
    "clear", "masked", "pseudonymous", "aggregate", "k-anonymous", "dp", "none"
]


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a release promises: a name and its parameters (`k`, `epsilon`: decimal strings)."""

    name: GuaranteeName
    params: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        inner = ", ".join(f"{key}={value}" for key, value in self.params)
        return f"{self.name}({inner})" if inner else self.name


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose, with its legal basis by data category (`default` for the rest) and its DPV IRI."""

    name: str
    basis: Mapping[str, str] = field(default_factory=dict)
    iri: str | None = None
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Role:
    """Who holds a role (principals such as `os:ana`) and for which purposes."""

    name: str
    members: tuple[str, ...]
    purposes: tuple[str, ...]
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a release: region, contract (agreement) and an age public key to seal it for."""

    name: str
    region: str | None = None
    contract: str | None = None
    key: str | None = None
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: `rules[3]`, or the name given in the file; stands in decisions and receipts.
        effect: `allow` or `deny`.
        action: `release`, `quarantine` (see, let in and reprocess what was held back), `reveal`
            (give values back, to the tokens of a data set's release, or to a text by a map: then
            `data` is the map's name), `query`, `train`, `synthesize`.
        role, purpose, to, data: what it applies to; None means any (only a deny rule may leave out
            role or purpose).
        guarantee: what the release then promises.
        where: row filter, an SQL expression over columns and `principal.<attribute>`.
        until: last day on which it holds.
        rows: of `reveal`: how many values one call may give back.
        columns: treatment by `dataset.column.path` or by data category key.
    """

    id: str
    effect: Literal["allow", "deny"]
    action: str
    role: str | None = None
    purpose: str | None = None
    to: str | None = None
    data: str | None = None
    guarantee: Guarantee | None = None
    where: str | None = None
    until: date | None = None
    columns: Mapping[str, Treatment] = field(default_factory=dict)
    rows: int | None = None
    line: Location | None = field(default=None, compare=False)


Key: TypeAlias = "str | int | bool | None"


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on the privacy loss of a data set's subjects, and what bounds one subject's share.

    Attributes:
        unit: the subject type that is protected.
        per: a smaller epsilon for each `recipient`, `role`, `purpose` or `principal`.
        bounds: per column of numbers, the least and the greatest value that count in a sum.
        max_norm: the L2 norm that one subject's vector of row counts over the groups of an answer
            may have; `auto` buys it with a share of what the answer costs.
        max_groups: in how many groups a subject counts where a question's keys are private.
        keys: per column, the keys that anybody may know.
        public: data sets about nobody, which a question may join.
    """

    data: str
    unit: str
    epsilon: Decimal
    delta: Decimal
    per: Mapping[str, Decimal] = field(default_factory=dict)
    bounds: Mapping[str, tuple[Decimal, Decimal]] | None = None
    max_norm: Decimal | Literal["auto"] | None = None
    max_groups: int | None = None
    keys: Mapping[str, tuple[Key, ...]] | None = None
    public: tuple[str, ...] | None = None
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """An expectation that `privet check` tries: this role, for this purpose, sees the column so."""

    role: str
    purpose: str
    column: str
    expect: str
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy. `digest` is the SHA-256 (hex) of its canonical form."""

    version: str
    purposes: Mapping[str, Purpose]
    roles: Mapping[str, Role]
    recipients: Mapping[str, Recipient]
    rules: tuple[Rule, ...]
    budgets: Mapping[str, Budget]
    tests: tuple[PolicyTest, ...]
    digest: str = ""
    source: str = field(default="", compare=False)
