"""Declare a pipeline's plan and compare it with the last run's."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, String, Table, Text, delete, insert, inspect, select

from privet.adapters.catalogs.sql import SqlCatalog
from privet.adapters.engines.duckdb import DuckDBEngine
from privet.adapters.world import SystemEntropy
from privet.config.project_file import (
    ProjectConfig,
    load_contracts,
    load_own_kinds,
    load_pipeline,
    load_pipelines,
    load_policy,
)
from privet.crypto.delivery import check_recipient
from privet.detect.text.own_examples import problems as own_problems
from privet.model.contract import Contract
from privet.model.errors import Location, Refused, StorageError
from privet.model.pipeline import PipelineSpec
from privet.model.policy import Policy
from privet.model.release import LOCAL_RECIPIENT, Principal
from privet.pipeline.declared import DeclaredPlan, declare
from privet.pipeline.difference import Change, compare
from privet.policy.anonymity import GENERALISE
from privet.policy.check import check_policy
from privet.policy.problem import Problem, nearest
from privet.ports.catalog import METADATA, Catalog
from privet.ports.world import Clock
from privet.project.anonymous_hierarchies import hierarchy_problems
from privet.project.places import misplaced
from privet.project.populations import population_problems
from privet.project.quality_checks import check_quality
from privet.transforms.catalogue import check as check_treatment

LAST_PLAN = Table(
    "last_plan",
    METADATA,
    Column("pipeline", String, primary_key=True),
    Column("plan", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A declared plan, and how it differs from the last run's (None: it has not run yet)."""

    plan: DeclaredPlan
    changes: tuple[Change, ...] | None


def check(config: ProjectConfig, clock: Clock) -> tuple[Problem, ...]:
    """Everything that is wrong with contracts, policy and own kinds, without touching data.

    Raises:
        ConfigError: a contract, the policy, a pipeline or the file of own kinds is not of its form.
    """
    contracts, policy = load_contracts(config.root), load_policy(config.root)
    pipelines = load_pipelines(config.root)
    places = (misplaced(spec, config) for spec in pipelines.values())
    return (
        *check_policy(policy, contracts, check_treatment, clock.now().date()),
        *_recipients(policy),
        *_pipelines(pipelines, policy, contracts),
        *(problem for problem in places if problem),
        *_hierarchies(policy, config.root),
        *_populations(policy, config.root, contracts),
        *own_problems(load_own_kinds(config)),
        *check_quality(
            contracts,
            pipelines,
            DuckDBEngine(config.engine.memory_bytes),
            SystemEntropy(),
            config.root,
        ),
    )


def _recipients(policy: Policy) -> Iterator[Problem]:
    for recipient in policy.recipients.values():
        if recipient.key is None:
            continue
        try:
            check_recipient(recipient.key)
        except ValueError as error:
            hint = "write the public key that `age-keygen` prints, `age1...`"
            yield Problem(f"the key of {recipient.name}: {error}", hint, recipient.where)


def _hierarchies(policy: Policy, root: Path) -> Iterator[Problem]:
    """Hierarchies that rules declare and that cannot be read, or are no trees."""
    for rule in policy.rules:
        for key, treatment in rule.columns.items():
            if rule.effect == "allow" and treatment.name == GENERALISE and treatment.params:
                for error in hierarchy_problems(treatment, key, root):
                    where = error.where or rule.line
                    yield Problem(f"{rule.id}, `{key}`: {error.message}", error.hint or "", where)


def _populations(
    policy: Policy, root: Path, contracts: Mapping[str, Contract]
) -> Iterator[Problem]:
    """Populations that promises compare with and that are not there."""
    for rule in policy.rules:
        for wrong in population_problems(rule.guarantee, root, contracts):
            hint = "Put the file into the project, or name a data set that has a contract."
            yield Problem(f"{rule.id}: {wrong}", hint, rule.line)


def _pipelines(
    pipelines: Mapping[str, PipelineSpec], policy: Policy, contracts: Mapping[str, Contract]
) -> Iterator[Problem]:
    """What a pipeline names and nobody has declared; whether it may run, `plan` says."""
    for spec in pipelines.values():
        named: list[tuple[str, str, Collection[str]]] = [
            ("purpose", spec.purpose, policy.purposes),
            ("role", spec.role, policy.roles),
            *(("data set", data, contracts) for data in spec.sources),
        ]
        if spec.to is not None:
            named.append(("recipient", spec.to, {*policy.recipients, LOCAL_RECIPIENT}))
        for kind, name, known in named:
            if name not in known:
                message = f"pipeline `{spec.name}` names {kind} `{name}`, which is not declared"
                yield Problem(message, nearest(name, known), Location(spec.source))


def plan(config: ProjectConfig, name: str, principal: Principal, clock: Clock) -> Planned:
    """Declare the pipeline `name` and compare it with its last run.

    Raises:
        ConfigError: a file is wrong.
        Refused: `check` finds an error, or the policy says no.
    """
    declared = declare_checked(config, name, principal, clock)
    try:
        with SqlCatalog(config.catalog, create=False, base=config.root) as catalog:
            before = _last_plan(catalog, name)
    except StorageError:
        before = None
    changes = None if before is None else compare(before, declared.describe())
    return Planned(declared, changes)


def declare_checked(
    config: ProjectConfig, name: str, principal: Principal, clock: Clock
) -> DeclaredPlan:
    """The declared plan of a pipeline whose project has no error.

    Raises:
        Refused: `check` finds an error, or the policy says no.
    """
    require_sound(config, clock)
    return declare(
        load_pipeline(config.root, name),
        load_contracts(config.root),
        load_policy(config.root),
        principal,
        clock.now().date(),
    )


def require_sound(config: ProjectConfig, clock: Clock) -> None:
    """Insist that config, contracts and policy have no error.

    Raises:
        Refused: `check` finds one.
    """
    problems = [problem for problem in check(config, clock) if problem.severity == "error"]
    if problems:
        first = problems[0]
        more = f" (and {len(problems) - 1} more: `privet check` lists them)" if problems[1:] else ""
        raise Refused(first.message + more, hint=first.hint, where=first.where)


def keep_plan(catalog: Catalog, declared: DeclaredPlan) -> None:
    """Remember the plan of a run that ended well; it holds names and treatments, no data."""
    with catalog.write() as connection:
        connection.execute(delete(LAST_PLAN).where(LAST_PLAN.c.pipeline == declared.spec.name))
        text = json.dumps(declared.describe())
        connection.execute(insert(LAST_PLAN).values(pipeline=declared.spec.name, plan=text))


def _last_plan(catalog: Catalog, name: str) -> dict[str, object] | None:
    with catalog.read() as connection:
        if not inspect(connection).has_table(LAST_PLAN.name):
            return None
        text = connection.execute(
            select(LAST_PLAN.c.plan).where(LAST_PLAN.c.pipeline == name)
        ).scalar()
    return None if text is None else json.loads(text)
