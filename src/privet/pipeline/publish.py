"""Release the data sets of a run through the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from privet.gate import Gate, Part, SourceRef, Tally, Terms, place
from privet.gate.answers import Question
from privet.gate.keys import linkage_keys
from privet.model.pipeline import ReleaseSpec
from privet.pipeline.declared import DeclaredPlan
from privet.pipeline.ingest import Ingest
from privet.pipeline.progress import Meter
from privet.pipeline.steps import Output, Step
from privet.policy.questions import allowed
from privet.ports.arrow_types import arrow_schema
from privet.ports.release import ReleaseTargets
from privet.query.names import names_of
from privet.vault.vault import Vault


@dataclass(frozen=True)
class Publish:
    """The step that makes the release.

    Attributes:
        plan: the declared plan; its decisions are what the door is asked for.
        passing: data sets whose rows come straight from their source, and are not kept.
        targets: opens the place of a release, to see whether an earlier one is still there.
        hierarchies: files of hierarchies that decisions name, and their digests.
        kinds: says what the project's own kinds are, where free text is searched for them.
    """

    plan: DeclaredPlan
    gate: Gate
    vault: Vault
    passing: Mapping[str, Ingest]
    targets: ReleaseTargets
    code_version: str
    kinds: str = ""
    hierarchies: Sequence[Sequence[str]] = ()

    def step(self) -> Step:
        """The step, as the runner takes it."""
        released = [release.data for release in self.plan.spec.releases]
        needed = {need for ingest in self.passing.values() for need in ingest.needs}
        needed |= {f"ingest {data}" for data in released if data not in self.passing}
        return Step(
            name=step_name(self.plan.spec.name),
            needs=tuple(sorted(needed)),
            inputs=self._inputs,
            holds=self._holds,
            work=self._work,
            size=sum(ingest.size for ingest in self.passing.values()) or None,
        )

    def _holds(self, output: Output) -> bool:
        """Whether the release still lies there with its files; `verify` says what is in them."""
        if not all(ingest.told for ingest in self.passing.values()):
            return False
        target = self.targets(output["target"])
        expected = {file["name"]: file["size"] for file in output["files"]}
        return target.state() == "published" and target.sizes() == expected

    def _inputs(self, given: Mapping[str, Output]) -> Mapping[str, Any]:
        keys = [
            key.key_id
            for decision in self.plan.decisions.values()
            for key in linkage_keys(self.gate.means, decision).values()
        ]
        decision = next(iter(self.plan.decisions.values()))
        return {
            "step": "release",
            "code": self.code_version,
            "plan": self.plan.sha256,
            "policy": decision.policy_digest,
            "principal": decision.request.principal.name,
            "attributes": sorted(map(list, decision.request.principal.attributes.items())),
            "recipient": decision.recipient.key or "",
            "contracts": sorted(contract.digest for contract in self.plan.contracts.values()),
            "registry": self.gate.means.registry.version(),
            "keys": sorted(set(keys)),
            "snapshots": sorted(output["manifest"] for output in given.values()),
            "passing": [dict(ingest.inputs(given)) for _, ingest in sorted(self.passing.items())],
            **({"kinds": self.kinds} if self.kinds else {}),
            **({"hierarchies": self.hierarchies} if self.hierarchies else {}),
        }

    def _question(self, ingested: Mapping[str, Output]) -> Question | None:
        """What is asked, where an answer leaves; over the snapshots that are newest now."""
        release = self.plan.spec.releases[0]
        if release.query is None:
            return None
        epsilon, delta = allowed(self.plan.decisions[release.data].guarantee)
        own = ingested[release.data]
        sources = {release.data: SourceRef(release.data, own["snapshot"], own["manifest"])}
        tables = names_of(release.query).tables
        for name in self.gate.means.contracts():
            beside = self.vault.latest(name) if name.casefold() in tables else None
            if name != release.data and beside is not None:
                sources[name] = SourceRef(name, beside.number, beside.sha256)
        return Question(
            release.query, epsilon, delta, tuple(sources[name] for name in sorted(sources))
        )

    def _work(self, given: Mapping[str, Output], meter: Meter) -> Output:
        ingested = {output["data"]: output for output in given.values()}
        released = [release.data for release in self.plan.spec.releases]
        terms = Terms(
            pipeline=self.plan.spec.name,
            decisions=self.plan.decisions,
            contracts={data: self.plan.contracts[data] for data in released},
            plan_sha256=self.plan.sha256,
            code_version=self.code_version,
            question=self._question(ingested),
        )
        parts: list[_Kept | _Passing] = [
            _Passing(self.passing[release.data], given, release, meter)
            if release.data in self.passing
            else _Kept(self.vault, ingested[release.data], release, meter)
            for release in self.plan.spec.releases
        ]
        with self.gate.open(terms, self.plan.spec.into) as grant:
            if terms.question is None:
                for part in parts:
                    grant.draw(part.part())
            else:
                form = self.plan.spec.releases[0].format
                grant.answer([part.part() for part in parts], form)
            made = grant.close({"plan": self.plan.describe()})
        return {
            "release": made.id,
            "number": made.number,
            "target": place(self.plan.spec.into, self.plan.spec.name, made.number),
            "files": [asdict(file) for file in made.files],
            "types": made.types,
            "assessed": {
                data: each.evidence["assessment"] for data, each in grant.anonymised.items()
            },
            "counts": {data: asdict(counts) for data, counts in made.counts.items()},
            "ingested": {part.output["data"]: part.output for part in parts},
            "passed": {data: part.output for data, part in zip(released, parts, strict=True)},
        }


@dataclass
class _Kept:
    """A data set's rows from its snapshot."""

    vault: Vault
    output: Output
    release: ReleaseSpec
    meter: Meter

    def part(self) -> Part:
        snapshot = self.vault.snapshot(self.output["data"], self.output["snapshot"])

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in self.vault.read(snapshot):
                self.meter(batch.num_rows, batch.nbytes)
                yield batch

        return Part(
            data=snapshot.dataset,
            schema=snapshot.manifest.schema,
            batches=batches(),
            form=self.release.format,
            tally=lambda: _tally(self.output),
        )


class _Passing:
    """A data set's rows straight from its source; only what is held back stays.

    Attributes:
        output: what the step of a kept data set would have given; there after the last row.
    """

    def __init__(
        self, ingest: Ingest, given: Mapping[str, Output], release: ReleaseSpec, meter: Meter
    ) -> None:
        self.output: Output = {}
        self._ingest = ingest
        self._given = given
        self._release = release
        self._meter = meter

    def part(self) -> Part:
        contract = self._ingest.contract
        return Part(
            data=contract.name,
            schema=arrow_schema(contract.columns),
            batches=self._rows(),
            form=self._release.format,
            tally=lambda: _tally(self.output),
        )

    def _rows(self) -> Iterator[pa.RecordBatch]:
        self.output = yield from self._ingest.rows(self._given, self._meter)


def _tally(output: Output) -> Tally:
    return Tally(
        source=SourceRef(output["data"], output["snapshot"], output["manifest"]),
        read=output["read"],
        quarantined=output["quarantined"],
        merged=output["merged"],
    )


def step_name(pipeline: str) -> str:
    """The step's name: pipelines share what they ingest, and nothing of what they release."""
    return f"release {pipeline}"
