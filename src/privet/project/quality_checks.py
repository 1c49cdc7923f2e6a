"""What is wrong with rules, cleaning steps and sources, found without touching data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from privet.adapters.databases.address import parse_address
from privet.adapters.databases.statement import checked_query
from privet.model.contract import Contract
from privet.model.errors import ConfigError, Location
from privet.model.pipeline import PipelineSpec, SourceSpec
from privet.model.quality import Query, Refers
from privet.pipeline.watermark import Watermark
from privet.policy.problem import Problem
from privet.ports.arrow_types import arrow_schema
from privet.ports.engine import Engine
from privet.ports.world import Entropy
from privet.project.ingesting import external_checks
from privet.quality.cleaning.catalogue import check_step
from privet.quality.key_rules import key_judges
from privet.quality.references import check_rules
from privet.quality.rules import compile_rules


def check_quality(
    contracts: Mapping[str, Contract],
    pipelines: Mapping[str, PipelineSpec],
    engine: Engine,
    entropy: Entropy,
    root: Path,
) -> tuple[Problem, ...]:
    """Find every rule that cannot judge, and every source that cannot be read as it is declared.

    Schemas of other tools are looked for below `root`, and not loaded: that runs their code.
    """
    found = [*check_rules(contracts)]
    for contract in contracts.values():
        found += _rules(contract, engine, entropy)
        found += _tried(partial(external_checks, contract, root), None)
    for spec in pipelines.values():
        for source in spec.sources.values():
            about = contracts.get(source.data)
            if about is not None:  # else `check` has said so
                found += _source(source, about, entropy, root)
                found += _passing(spec, source, contracts)
    return tuple(found)


def _rules(contract: Contract, engine: Engine, entropy: Entropy) -> Iterator[Problem]:
    yield from _tried(lambda: compile_rules(contract), None)
    yield from _tried(lambda: key_judges(contract, (), entropy, lambda *_: ()), None)
    schema = arrow_schema(contract.columns)
    for rule in contract.rules:
        if isinstance(rule.check, Query):
            ask = partial(engine.check, rule.check.sql, contract.name, schema)
            yield from _tried(ask, rule.where)


def _source(
    source: SourceSpec, contract: Contract, entropy: Entropy, root: Path
) -> Iterator[Problem]:
    if source.format.name == "sql":
        kind = parse_address(source.urls[0], root).kind
        yield from _tried(partial(checked_query, source.query, kind), source.where)
    known = {column.path for column in contract.columns}
    for path in source.partitions:
        if path not in known:
            message = f"`{source.data}` has no column `{path}`, which `partitions:` names"
            yield Problem(message, f"Add it to the contract of {source.data}.", source.where)
    problems = [check_step(step, contract) for step in source.clean]
    yield from (problem for problem in problems if problem)
    after = source.incremental.after if source.incremental else None
    if after is not None:
        yield from _tried(lambda: Watermark(contract, after, None), source.where)
    if not any(problems):
        appending = source.incremental is not None
        yield from _tried(
            lambda: key_judges(contract, source.clean, entropy, lambda *_: (), appending=appending),
            source.where,
        )


def _passing(
    spec: PipelineSpec, source: SourceSpec, contracts: Mapping[str, Contract]
) -> Iterator[Problem]:
    """Rows that are not kept: what they cannot be used for."""
    if source.keep == "rows":
        return
    data = source.data
    if data not in {release.data for release in spec.releases}:
        message = f"pipeline `{spec.name}` neither keeps the rows of `{data}` nor releases them"
        yield Problem(message, "Write `keep: rows`, or release them.", source.where)
    for other in sorted(spec.sources.keys() & contracts.keys()):
        checks = (rule.check for rule in contracts[other].rules)
        if any(isinstance(check, Refers) and check.data == data for check in checks):
            message = f"`{other}` refers to `{data}`, whose rows are not kept"
            yield Problem(message, f"Write `keep: rows` at `{data}`.", source.where)
    if any(isinstance(rule.check, Query) for rule in contracts[data].rules):
        message = f"`{data}` has a rule in SQL, which needs its rows, and they are not kept"
        yield Problem(message, "Write `keep: rows`, or take the rule out.", source.where)


def _tried(attempt: Callable[[], object], where: Location | None) -> Iterator[Problem]:
    try:
        attempt()
    except ConfigError as error:
        yield Problem(error.message, error.hint or "", error.where or where)
