"""What brings a pipeline's sources in, wired to the project's memory; and what it once said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from privet.adapters.checks.pandera import load as load_checks
from privet.adapters.checks.reference import find_schema
from privet.adapters.engines.duckdb import DuckDBEngine
from privet.adapters.stores.sources import SourceObject
from privet.crypto.mac import derive_key
from privet.model.contract import Contract
from privet.model.pipeline import PipelineSpec
from privet.model.quality import External as ExternalCheck
from privet.model.version import VERSION
from privet.pipeline.category_drift import CategoryWatch
from privet.pipeline.ingest import External, Ingest, step_name
from privet.pipeline.publish import step_name as release_step
from privet.pipeline.steps import Output, StepMemory
from privet.project.memory import Memory


@dataclass(frozen=True)
class Ingesting:
    """What makes a project's `Ingest`s.

    Attributes:
        remembered: what steps gave before.
        code_version: part of every step's key.
    """

    memory: Memory
    remembered: StepMemory
    code_version: str = VERSION

    def of(
        self, spec: PipelineSpec, contract: Contract, objects: tuple[SourceObject, ...]
    ) -> Ingest:
        """What brings the data set of `contract` in.

        Args:
            spec: a pipeline with a source of that name.
            contract: the data set's.
            objects: the files that the source names now.
        """
        memory, data = self.memory, contract.name
        engine, means = memory.config.engine, memory.gate.means
        return Ingest(
            source=spec.sources[data],
            contract=contract,
            objects=objects,
            others=frozenset(name for name, each in spec.sources.items() if each.keep == "rows"),
            vault=memory.vault,
            engine=DuckDBEngine(engine.memory_bytes // 2),
            external=external_checks(contract, memory.config.root),
            clock=means.clock,
            entropy=means.entropy,
            earlier=partial(earlier, self.remembered, data, [spec.name]),
            secret=derive_key(self.remembered.secret, f"profile of {data}"),
            block_bytes=engine.block_bytes,
            memory_bytes=engine.memory_bytes,
            code_version=self.code_version,
            watch=_watch,
        )


def external_checks(contract: Contract, root: Path) -> tuple[External, ...]:
    """The contract's rules that another tool judges; the tool is loaded when it has to judge.

    Raises:
        ConfigError: the file that holds the checks is not there.
    """
    found = []
    for rule in contract.rules:
        if isinstance(rule.check, ExternalCheck):
            reference, columns = rule.check.reference, contract.columns
            path = find_schema(reference, root, rule.where).path
            digest = sha256(path.read_bytes()).hexdigest()
            checks = partial(load_checks, reference, root, columns, rule.where)
            found.append(External(rule, checks, digest))
    return tuple(found)


def _watch(contract: Contract) -> CategoryWatch:
    from privet.project.drifting import contract_watch  # noqa: PLC0415 (loads the detector)

    return contract_watch(contract)


def step_memory(memory: Memory) -> StepMemory:
    """What steps gave before, unlocked."""
    means = memory.gate.means
    with memory.catalog.write() as connection:
        key = means.keys.ensure(connection, "evidence", "steps", memory.log)
    return StepMemory(memory.catalog, key.secret, means.entropy)


def earlier(remembered: StepMemory, data: str, pipelines: Iterable[str]) -> list[Output]:
    """What earlier runs said of a data set, by itself or on the way to these pipelines' releases.

    In no order.
    """
    outputs = remembered.outputs(step_name(data))
    for name in pipelines:
        for released in remembered.outputs(release_step(name)):
            passed = released.get("passed", {}).get(data)
            outputs += [passed] if passed else []
    return [output for output in outputs if "shape" in output]
