"""Let held-back rows in: those that pass today, or those of a rule that somebody waives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from privet.config.project_file import load_contracts, load_pipelines
from privet.model import canonical
from privet.model.canonical import Json
from privet.model.contract import Contract
from privet.model.errors import Refused, UsageError
from privet.model.pipeline import PipelineSpec
from privet.model.release import RowCounts
from privet.pipeline.held import RULE
from privet.pipeline.increments import Base
from privet.pipeline.ingest import Ingest, step_name
from privet.pipeline.progress import Progress
from privet.pipeline.requeue import Requeue, Requeued
from privet.pipeline.steps import Output, StepMemory, step_key
from privet.policy.problem import nearest
from privet.project.ingesting import Ingesting, step_memory
from privet.project.memory import Memory
from privet.project.quarantine import Asked, decided, require_data, require_reason


@dataclass(frozen=True, slots=True)
class LetIn:
    """What became of held-back rows that were looked at again.

    Attributes:
        snapshot: the newest snapshot, and `before` the one that was there.
        let_in: rows that are kept now; `merged`: rows that another one stands for; `held`: rows
            that stay, all by reason.
        pipelines: whose next run releases the snapshot.
    """

    data: str
    snapshot: int
    before: int
    let_in: int
    merged: Mapping[str, int]
    held: Mapping[str, int]
    pipelines: tuple[str, ...]


def reprocess(memory: Memory, asked: Asked, pipeline: str | None, progress: Progress) -> LetIn:
    """Clean, type and judge held-back rows again, as the pipeline does today.

    Args:
        memory: the project's.
        asked: who wants what.
        pipeline: whose source says how; needed where several say different things.
        progress: hears of it.

    Raises:
        Refused: the policy says no; or kept rows are not what the pipeline would keep today.
        UsageError: there is no such data set, pipeline or reason.
    """
    reasons = frozenset([asked.reason]) if asked.reason else None
    return _Requeueing(memory, asked, pipeline, progress).work(reasons)


def waive(
    memory: Memory,
    asked: Asked,
    reasons: Sequence[str],
    pipeline: str | None,
    progress: Progress,
) -> LetIn:
    """Let rows in that rules hold back, although they do; the log says so.

    Args:
        memory: the project's.
        asked: who wants what.
        reasons: `rule:<name>`, each.
        pipeline: as for `reprocess`.
        progress: hears of it.

    Raises:
        Refused: the policy says no; or kept rows are not what the pipeline would keep today.
        UsageError: there is no such data set or pipeline, or a reason is no rule's.
    """
    contract = require_data(asked.data, load_contracts(memory.config.root))
    rules = frozenset(_rule(reason, contract) for reason in reasons)
    return _Requeueing(memory, asked, pipeline, progress).work(frozenset(reasons), rules)


@dataclass
class _Requeueing:
    memory: Memory
    asked: Asked
    pipeline: str | None
    progress: Progress

    def work(self, reasons: frozenset[str] | None, waived: frozenset[str] = frozenset()) -> LetIn:
        memory, data = self.memory, self.asked.data
        contract = require_data(data, load_contracts(memory.config.root))
        decision = decided(memory, self.asked, contract)
        remembered = step_memory(memory)
        ingests = self._ingests(contract, remembered)
        ingest = self._chosen(ingests)
        base = self._base(ingest, remembered)
        for reason in sorted(reasons or ()):
            require_reason(replace(self.asked, reason=reason), base.output["quarantined"])
        given = {need: _newest(remembered.outputs(need)) for need in ingest.needs}
        requeue = Requeue(
            ingest=ingest,
            base=base,
            given={need: output for need, output in given.items() if output},
            reasons=reasons,
            waived=waived,
            waivers=lambda counts: self._waivers(waived, base, counts, decision.rule),
        )
        size = sum(sealed.size for sealed in base.snapshot.manifest.objects)
        with self.progress.step(f"reprocess {data}", size) as meter:
            done = requeue.work(meter)
        if done.changed:
            _remember(remembered, requeue, done)
        manner = ingest.manner()
        return LetIn(
            data=data,
            snapshot=done.output["snapshot"],
            before=base.snapshot.number,
            let_in=done.counts.out,
            merged=dict(done.counts.merged),
            held=dict(done.counts.quarantined),
            pipelines=tuple(name for name, each in ingests.items() if each.manner() == manner),
        )

    def _specs(self) -> dict[str, PipelineSpec]:
        """The pipelines that bring the data set in and keep its rows."""
        data = self.asked.data
        bringing = {
            name: spec
            for name, spec in load_pipelines(self.memory.config.root).items()
            if data in spec.sources
        }
        if not bringing:
            raise UsageError(f"no pipeline brings {data} in", hint="name it under `sources:`")
        if self.pipeline is not None and self.pipeline not in bringing:
            raise UsageError(
                f"no pipeline `{self.pipeline}` brings {data} in",
                hint=nearest(self.pipeline, bringing),
            )
        keeping = {
            name: spec for name, spec in bringing.items() if spec.sources[data].keep == "rows"
        }
        if not keeping or (self.pipeline is not None and self.pipeline not in keeping):
            raise Refused(
                f"the rows of {data} are not kept (`keep: quarantine`): none can be added to them",
                hint="correct the pipeline and run it again: it reads the source anew",
            )
        return keeping

    def _ingests(self, contract: Contract, remembered: StepMemory) -> dict[str, Ingest]:
        """What brings the data set in, by pipeline; no file of a source is looked for."""
        ingesting = Ingesting(self.memory, remembered)
        return {name: ingesting.of(spec, contract, ()) for name, spec in self._specs().items()}

    def _chosen(self, ingests: Mapping[str, Ingest]) -> Ingest:
        """The one of the pipeline that was named, or of all where they do the same."""
        if self.pipeline is not None:
            return ingests[self.pipeline]
        manners = {canonical.encode(dict(each.manner())) for each in ingests.values()}
        if len(manners) > 1:
            raise UsageError(
                f"pipelines bring {self.asked.data} in differently: {', '.join(ingests)}",
                hint="say which one is right: `--pipeline NAME`",
            )
        return next(iter(ingests.values()))

    def _base(self, ingest: Ingest, remembered: StepMemory) -> Base:
        data = ingest.contract.name
        output = _newest(remembered.outputs(step_name(data)))
        if output is None:
            raise UsageError(
                f"no rows of {data} are kept yet",
                hint="run a pipeline first: `privet run PIPELINE`",
            )
        return Base(self.memory.vault.snapshot(data, output["snapshot"]), output)

    def _waivers(
        self, waived: frozenset[str], base: Base, counts: RowCounts, rule: str
    ) -> list[Mapping[str, Json]]:
        """What the log is told: who did it, and how many rows it was, is in the sealed record."""
        if not waived:
            return []
        memory, asked = self.memory, self.asked
        record: dict[str, Json] = {
            "version": 1,
            "who": asked.principal.name,
            "role": asked.role,
            "purpose": asked.purpose,
            "allowed": rule,
            "data": asked.data,
            "snapshot": base.snapshot.number,
            "rules": sorted(waived),
            "rows": counts.out,
        }
        name = f"waived {memory.gate.means.entropy.token_bytes(16).hex()}"
        digest = memory.vault.put_sealed(name, canonical.encode(record))
        return [{"rule": each, "evidence": digest} for each in sorted(waived)]


def _rule(reason: str, contract: Contract) -> str:
    """The name of the rule that a reason names."""
    rules = [rule.name for rule in contract.rules]
    if not reason.startswith(RULE):
        raise UsageError(
            f"a row that is held back for `{reason}` cannot be let in as it is: only a rule can be "
            "waived",
            hint="correct the contract or the cleaning steps, then `privet quarantine reprocess`",
        )
    name = reason.removeprefix(RULE)
    if name not in rules:
        raise UsageError(
            f"the contract of {contract.name} has no rule `{name}`",
            hint=f"{nearest(name, rules)} A rule that is gone holds nothing back: `privet "
            "quarantine reprocess`",
        )
    return name


def _newest(outputs: Sequence[Output]) -> Output | None:
    """The output of the newest snapshot, of those that say how they came about."""
    known = [output for output in outputs if "manner" in output]
    return max(known, key=_number, default=None)


def _number(output: Output) -> int:
    number: int = output["snapshot"]
    return number


def _remember(remembered: StepMemory, requeue: Requeue, done: Requeued) -> None:
    """Let the next run find the step done, of the sources that were read then.

    What the step said before is remembered too: the report tells the past of a data set by it.
    """
    base = requeue.base
    sources = sorted(map(dict, base.sources), key=_url)
    step = requeue.ingest.step()
    inputs: dict[str, Any] = {**requeue.ingest.inputs(requeue.given), "sources": sources}
    key = step_key(replace(step, inputs=lambda _: inputs), requeue.given)
    remembered.keep(step.name, f"{key} before {base.snapshot.number}", base.output)
    remembered.keep(step.name, key, done.output)


def _url(source: Mapping[str, Any]) -> str:
    url: str = source["url"]
    return url
