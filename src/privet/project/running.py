"""Run a pipeline: wire its steps to the project's memory, walk them, sum up what happened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from privet.adapters.releases import open_target
from privet.adapters.rows import named
from privet.adapters.stores.sources import SourceObject
from privet.config.project_file import load_own_kinds
from privet.model.release import FileDigest, RowCounts, legal_bases
from privet.pipeline.declared import DeclaredPlan
from privet.pipeline.ingest import step_name as ingest_step
from privet.pipeline.outcome import quality
from privet.pipeline.progress import Meter, Progress
from privet.pipeline.publish import Publish, step_name
from privet.pipeline.steps import Output, StepResult, run_steps
from privet.pipeline.summary import (
    ColumnSummary,
    DataSummary,
    RunSummary,
    SourceSummary,
    StepSummary,
)
from privet.project.anonymous_hierarchies import hierarchy_files
from privet.project.ingesting import Ingesting, step_memory
from privet.project.memory import Memory
from privet.project.populations import stored_population
from privet.protect.assessment.told import from_json


@dataclass
class Timed:
    """Passes progress on and remembers how long each step took."""

    shown: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    def step(self, name: str, total: int | None) -> AbstractContextManager[Meter]:
        """Show the step and time it."""
        return self._step(name, total)

    def note(self, text: str) -> None:
        """Pass the line on."""
        self.shown.note(text)

    @contextmanager
    def _step(self, name: str, total: int | None) -> Iterator[Meter]:
        start = time.monotonic()
        with self.shown.step(name, total) as meter:
            yield meter
        self.seconds[name] = time.monotonic() - start


def run(
    memory: Memory,
    plan: DeclaredPlan,
    progress: Progress,
    code_version: str,
    changes: tuple[str, ...],
) -> RunSummary:
    """Run the pipeline of a declared plan to its release.

    Raises:
        Refused: the policy, the registry or an integrity check says no.
        SourceError: a source is missing or not of its form.
    """
    started = memory.gate.means.clock.now()
    timed = Timed(progress)
    objects = {
        data: named(source, memory.config.root) for data, source in plan.spec.sources.items()
    }
    remembered = step_memory(memory)
    ingesting = Ingesting(memory, remembered, code_version)
    ingests = [ingesting.of(plan.spec, plan.contracts[data], objects[data]) for data in objects]
    passing = {ingest.contract.name: ingest for ingest in ingests if ingest.passes}
    steps = [ingest.step() for ingest in ingests if not ingest.passes]
    publish = Publish(
        plan=plan,
        gate=memory.gate,
        vault=memory.vault,
        passing=passing,
        targets=lambda url: open_target(url, memory.config.root),
        code_version=code_version,
        kinds=_own_kinds(memory, plan),
        hierarchies=[
            file
            for _, decision in sorted(plan.decisions.items())
            for file in [
                *hierarchy_files(decision, memory.config.root),
                *stored_population(decision, memory.vault),
            ]
        ],
    )
    results = run_steps(
        [*steps, publish.step()],
        remembered,
        timed,
        pause=time.sleep,
        mend=memory.mend,
    )
    memory.vault.collect_garbage()
    return _summarise(
        memory,
        plan,
        results,
        objects,
        started=started,
        seconds=timed.seconds,
        changes=changes,
        earlier={ingest.contract.name: ingest.earlier() for ingest in ingests},
    )


def _summarise(
    memory: Memory,
    plan: DeclaredPlan,
    results: Mapping[str, StepResult],
    objects: Mapping[str, tuple[SourceObject, ...]],
    *,
    started: datetime,
    seconds: Mapping[str, float],
    changes: tuple[str, ...],
    earlier: Mapping[str, Sequence[Output]],
) -> RunSummary:
    released = results[step_name(plan.spec.name)]
    decision = next(iter(plan.decisions.values()))
    checkpoint = memory.log.checkpoint()
    return RunSummary(
        project=memory.config.name,
        pipeline=plan.spec.name,
        started=started,
        finished=memory.gate.means.clock.now(),
        principal=decision.request.principal.name,
        role=decision.request.role,
        purpose=decision.request.purpose,
        recipient=decision.recipient.name,
        guarantee=str(decision.guarantee),
        basis=legal_bases(plan.decisions.values()),
        data=tuple(
            _summarise_data(plan, release.data, results, objects, earlier[release.data])
            for release in plan.spec.releases
        ),
        steps=tuple(
            StepSummary(name, result.unchanged, seconds.get(name, 0.0))
            for name, result in results.items()
        ),
        release=open_target(released.output["target"], memory.config.root).url,
        release_id=released.output["release"],
        number=released.output["number"],
        unchanged=released.unchanged,
        files=tuple(FileDigest(**entry) for entry in released.output["files"]),
        public_key=memory.identity.public_key,
        log_size=checkpoint.size if checkpoint else 0,
        changes=changes,
    )


def _summarise_data(
    plan: DeclaredPlan,
    data: str,
    results: Mapping[str, StepResult],
    objects: Mapping[str, tuple[SourceObject, ...]],
    earlier: Sequence[Output],
) -> DataSummary:
    contract, decision = plan.contracts[data], plan.decisions[data]
    types = {column.path: column for column in contract.columns}
    released = results[step_name(plan.spec.name)].output
    step = results.get(ingest_step(data))
    ingested = step.output if step else released["ingested"][data]
    words = str(plan.spec.sources[data].format)
    assessed = released.get("assessed", {}).get(data)  # not there in steps of earlier versions
    return DataSummary(
        name=data,
        sources=tuple(SourceSummary(item.url, item.size, words) for item in objects[data]),
        columns=tuple(
            ColumnSummary(
                path=str(choice.path),
                type=types[choice.path].type,
                category=choice.category,
                treatment=str(choice.treatment),
                rule=choice.rule,
                released_type=released["types"].get(data, {}).get(str(choice.path)),
                note=types[choice.path].note,
            )
            for choice in decision.columns
        ),
        counts=RowCounts(**released["counts"][data]),
        subjects=contract.subject.type if contract.subject else None,
        row_filter=decision.where,
        snapshot=ingested["snapshot"],
        assessed=None if assessed is None else from_json(assessed),
        quality=quality(ingested, earlier),
    )


def _own_kinds(memory: Memory, plan: DeclaredPlan) -> str:
    """What the project's own kinds are, if a treatment searches texts for them; else nothing."""
    treatments = (
        column.treatment.name for each in plan.decisions.values() for column in each.columns
    )
    own = load_own_kinds(memory.config) if "text" in treatments else ()
    return repr(own) if own else ""
