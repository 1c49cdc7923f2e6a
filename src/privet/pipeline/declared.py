"""The declared plan: what a pipeline will do, from config, contracts and policy alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from privet.model import canonical
from privet.model.contract import Contract
from privet.model.errors import ConfigError, Refused
from privet.model.pipeline import PipelineSpec, ReleaseSpec, SourceSpec
from privet.model.policy import Policy
from privet.model.release import LOCAL_RECIPIENT, Decision, Principal, Request
from privet.policy.decide import decide
from privet.policy.questions import is_private
from privet.quality.cleaning.describing import describe
from privet.quality.rule_words import rule_words


@dataclass(frozen=True, slots=True)
class DeclaredPlan:
    """What the pipeline will do with each column of each data set that it releases."""

    spec: PipelineSpec
    decisions: Mapping[str, Decision]
    contracts: Mapping[str, Contract]

    def describe(self) -> dict[str, Any]:
        """The plan as plain JSON: what is hashed, kept with a run, printed by `--json`, diffed."""
        return {
            "version": 1,
            "pipeline": self.spec.name,
            "role": self.spec.role,
            "purpose": self.spec.purpose,
            "recipient": self.spec.to or LOCAL_RECIPIENT,
            "into": self.spec.into,
            "sources": [
                _describe_source(source, self.contracts[source.data])
                for source in self.spec.sources.values()
            ],
            "releases": [
                _describe_data(self.decisions[release.data], release)
                for release in self.spec.releases
            ],
        }

    @property
    def sha256(self) -> str:
        """Hash (hex) of the plan's canonical bytes."""
        return sha256(canonical.encode(self.describe())).hexdigest()


def declare(
    spec: PipelineSpec,
    contracts: Mapping[str, Contract],
    policy: Policy,
    principal: Principal,
    today: date,
) -> DeclaredPlan:
    """Ask the policy about every data set that `spec` releases.

    Raises:
        ConfigError: a data set without a contract or without a source.
        Refused: every reason why the policy says no, over all data sets.
    """
    decisions: dict[str, Decision] = {}
    reasons: list[str] = []
    for data in spec.sources:
        _require_contract(spec, contracts, data)
    for release in spec.releases:
        contract = _require_contract(spec, contracts, release.data)
        if release.data not in spec.sources:
            raise ConfigError(
                f"{release.data} is released and has no source",
                hint=f"add it under `sources:` in {spec.source}",
                where=release.where,
            )
        request = Request(
            principal=principal,
            role=spec.role,
            purpose=spec.purpose,
            action="release",
            data=release.data,
            kind="rows" if release.query is None else "answer",
            recipient=spec.to or LOCAL_RECIPIENT,
        )
        try:
            decision = decisions[release.data] = decide(policy, request, contract, today)
            reasons += _require_answerable(spec, decision, release)
        except Refused as refusal:
            reasons.append(str(refusal))
    if reasons:
        raise Refused("\n".join(reasons))
    return DeclaredPlan(spec, decisions, {data: contracts[data] for data in spec.sources})


def _require_contract(spec: PipelineSpec, contracts: Mapping[str, Contract], data: str) -> Contract:
    if data not in contracts:
        raise ConfigError(
            f"no contract describes {data}",
            hint=f"write contracts/{data}.yaml, or let `privet init` write it from the file",
            where=spec.sources[data].where if data in spec.sources else None,
        )
    return contracts[data]


def _describe_source(source: SourceSpec, contract: Contract) -> dict[str, Any]:
    after = source.incremental and source.incremental.after
    return {
        "data": source.data,
        "from": list(source.urls),
        "format": source.format.name,
        "query": source.query,
        "partitions": [str(path) for path in source.partitions],
        "incremental": (f"after {after}" if after else "files") if source.incremental else None,
        "drift": {
            "added": source.drift.added,
            "lost": source.drift.lost,
            "categories": source.drift.categories,
        },
        "keep": source.keep,
        "clean": [
            {
                "step": step.name,
                "columns": [str(path) for path in step.columns],
                "what": describe(step),
            }
            for step in source.clean
        ],
        "rules": [
            {
                "rule": rule.name,
                "columns": [str(path) for path in rule.columns],
                "what": rule_words(rule, contract),
                "severity": rule.severity,
                "action": rule.action,
            }
            for rule in contract.rules
        ],
    }


def _require_answerable(
    spec: PipelineSpec, decision: Decision, release: ReleaseSpec
) -> Iterator[str]:
    """Why what is promised and what is asked do not go together, if they do not."""
    private = is_private(decision.guarantee)
    if private and release.query is None:
        yield (
            f"`{release.data}` is promised `as: dp` ({decision.rule}), so an answer leaves and no "
            f"row. Write `release: [{{data: {release.data}, query: SELECT ...}}]`."
        )
    if release.query is not None and not private:
        yield (
            f"`{release.data}` has a `query`, and {decision.rule} promises {decision.guarantee}. "
            "Write `as: {dp: {epsilon: 1, delta: 1e-6}}`, or take the query out."
        )
    if release.query is not None and len(spec.releases) > 1:
        yield "a pipeline whose release is an answer releases nothing else. Split it."
    if release.query is not None and spec.sources[release.data].keep != "rows":
        yield f"`{release.data}` is asked about, and its rows are not kept. Write `keep: rows`."


def _describe_data(decision: Decision, release: ReleaseSpec) -> dict[str, Any]:
    return {
        "data": decision.request.data,
        "format": release.format,
        **({} if release.query is None else {"query": release.query}),
        "guarantee": str(decision.guarantee),
        "rule": decision.rule,
        "where": decision.where,
        "until": decision.until.isoformat() if decision.until else None,
        "basis": [
            {"category": category, "basis": basis}
            for category, basis in sorted(decision.basis.items())
        ],
        "columns": [
            {
                "column": str(column.path),
                "category": column.category,
                "treatment": str(column.treatment),
                "rule": column.rule,
                "domain": column.domain,
            }
            for column in decision.columns
        ],
    }
