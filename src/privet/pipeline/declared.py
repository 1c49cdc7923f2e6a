"""The declared plan: what a pipeline will do, from config, contracts and policy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from privet.model import canonical
from privet.model.contract import Contract
from privet.model.errors import ConfigError, Refused
from privet.model.pipeline import PipelineSpec, SourceSpec
from privet.model.policy import Policy
from privet.model.release import LOCAL_RECIPIENT, Decision, Principal, Request
from privet.policy.decide import decide
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
                _describe_data(self.decisions[release.data], release.format)
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
            kind="rows",
            recipient=spec.to or LOCAL_RECIPIENT,
        )
        try:
            decisions[release.data] = decide(policy, request, contract, today)
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


def _describe_data(decision: Decision, form: str) -> dict[str, Any]:
    return {
        "data": decision.request.data,
        "format": form,
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
