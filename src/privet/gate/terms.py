"""What a release is asked for with, and the statement that its receipt signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from privet.gate.answers import Question
from privet.gate.sources import SourceRef
from privet.model.canonical import Json
from privet.model.contract import Contract
from privet.model.errors import Refused
from privet.model.release import Decision, FileDigest, legal_bases
from privet_verify.statement import PREDICATE_TYPE, STATEMENT_TYPE


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that is fixed before the first row is read.

    Attributes:
        pipeline: name of the declared pipeline.
        decisions: the policy's decision for each data set; one principal, role, purpose, recipient
            and guarantee for them all.
        contracts: each data set's contract.
        plan_sha256: hash of the declared plan.
        code_version: version of the code that makes the release.
        question: what is answered, where the guarantee is differential privacy.
    """

    pipeline: str
    decisions: Mapping[str, Decision]
    contracts: Mapping[str, Contract]
    plan_sha256: str
    code_version: str
    question: Question | None = None

    @property
    def decision(self) -> Decision:
        """Any one decision: what they share (who, purpose, recipient, guarantee) is the same."""
        return next(iter(self.decisions.values()))

    def require_one_promise(self) -> None:
        """A release makes one promise: to one recipient, for one purpose, by one person.

        Raises:
            Refused: the data sets' decisions differ in more than columns and rows, or there is no
                data set.
        """
        if not self.decisions:
            raise Refused("the pipeline releases no data set", hint="name one under `release:`")
        promises = {str(decision.guarantee) for decision in self.decisions.values()}
        if len(promises) > 1:
            raise Refused(
                f"one release cannot be {' and '.join(sorted(promises))} at once",
                hint="give its data sets one guarantee in policy.yaml, or split the pipeline",
            )
        first = self.decision
        for data, decision in self.decisions.items():
            shared = replace(first.request, data=data)
            if (decision.request, decision.recipient) != (shared, first.recipient):
                raise Refused(
                    "one release has one recipient, purpose and role, and one person asks for it",
                    hint="make a release of its own for each",
                )


def build_statement(
    terms: Terms,
    *,
    release: str,
    origin: str,
    issued: datetime,
    sources: Sequence[SourceRef],
    files: Sequence[FileDigest],
    policy_version: str,
    measured: Mapping[str, Sequence[Mapping[str, str]]] = MappingProxyType({}),
    fitted: str | None = None,
    privacy: Mapping[str, Json] | None = None,
) -> dict[str, Any]:
    """The in-toto Statement v1 of a release of rows.

    It names what was promised and what was read, and holds no count, no column value and no quality
    figure: those are in the sealed evidence record.

    Of each data set that was made k-anonymous `measured` says what was asked and what was found in
    the file; `fitted` is a keyed digest (hex) of the plans by which that was done. Of an answer
    `privacy` says what it cost, by which mechanism and under which bounds.
    """
    decision = terms.decision
    recipient = {"name": decision.recipient.name}
    if decision.recipient.region:
        recipient["region"] = decision.recipient.region
    if decision.recipient.contract:
        recipient["contract"] = decision.recipient.contract
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": file.name, "digest": {"sha256": file.sha256}} for file in files],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "version": 1,
            "release": release,
            "pipeline": terms.pipeline,
            "origin": origin,
            "issued": issued.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "kind": decision.request.kind,
            "guarantee": {
                "name": decision.guarantee.name,
                "params": dict(decision.guarantee.params),
            },
            "purpose": decision.request.purpose,
            "principal": decision.request.principal.name,
            "role": decision.request.role,
            "recipient": recipient,
            "basis": [
                {"category": category, "basis": basis}
                for category, basis in legal_bases(terms.decisions.values())
            ],
            "sources": [
                {
                    "data": source.data,
                    "snapshot": source.snapshot,
                    "manifest": {"sha256": source.manifest_sha256},
                }
                for source in sources
            ],
            "plan": {
                "declared": {"sha256": terms.plan_sha256},
                "fitted": {"hmac-sha256": fitted} if fitted else None,
            },
            "policy": {"version": policy_version, "sha256": decision.policy_digest},
            "contracts": [
                {"data": name, "version": contract.version, "sha256": contract.digest}
                for name, contract in sorted(terms.contracts.items())
            ],
            "code": {"name": "privet", "version": terms.code_version},
            "files": [{"name": file.name, "size": file.size} for file in files],
            **(
                {
                    "anonymity": [
                        {"data": data, "criteria": [dict(each) for each in found]}
                        for data, found in sorted(measured.items())
                    ]
                }
                if measured
                else {}
            ),
            **({"privacy": dict(privacy)} if privacy is not None else {}),
        },
    }
