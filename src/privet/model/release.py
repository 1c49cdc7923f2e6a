"""The words of the door: who asks for what, what was decided, what leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from privet.model.paths import ColumnPath
from privet.model.policy import Guarantee, Recipient, Treatment

Kind: TypeAlias = Literal["answer", "rows", "table", "model", "update", "window", "copy"]

LOCAL_RECIPIENT = "local"
"""The recipient of a release that names none: the person who runs it, on this machine."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an authenticated name such as `os:ana`, and the attributes row filters may use."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks the door for."""

    principal: Principal
    role: str
    purpose: str
    action: str
    data: str
    kind: Kind
    recipient: str = LOCAL_RECIPIENT


@dataclass(frozen=True, slots=True)
class ColumnDecision:
    """What becomes of one column, and which rule said so.

    `domain` names the linkage domain of a token or date shift: the same subject gets the same token
    in two data sets only within one domain.
    """

    path: ColumnPath
    category: str
    treatment: Treatment
    rule: str
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The policy's answer to a request, before the registry is asked.

    `most_rows` is how many rows may leave at most; None: all.
    """

    request: Request
    guarantee: Guarantee
    columns: tuple[ColumnDecision, ...]
    where: str | None
    recipient: Recipient
    until: date | None
    basis: Mapping[str, str]
    rule: str
    policy_digest: str
    most_rows: int | None = None


def legal_bases(decisions: Iterable[Decision]) -> tuple[tuple[str, str], ...]:
    """The basis of each category that leaves in any of the decisions of one release, sorted."""
    return tuple(sorted({pair for decision in decisions for pair in decision.basis.items()}))


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Every row that came in, accounted for by reason. Reasons are names of rules, never data.

    Attributes:
        out: left, or were kept.
        quarantined: held back by a rule, a type or a missing key.
        merged: another row stands for them (cleaning step `deduplicate`).
        suppressed: left out by the release's guarantee.
        withheld: the registry or the policy's row filter keeps them.
    """

    read: int = 0
    out: int = 0
    quarantined: Mapping[str, int] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    merged: Mapping[str, int] = field(default_factory=dict)
    suppressed: Mapping[str, int] = field(default_factory=dict)

    def balanced(self) -> bool:
        """Whether rows in = out + quarantined + merged + suppressed + withheld."""
        gone = (self.quarantined, self.merged, self.suppressed, self.withheld)
        return self.read == self.out + sum(sum(reasons.values()) for reasons in gone)


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file of a release: name within the release, size in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str
