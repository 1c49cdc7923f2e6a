"""Release the snapshots of a run's data sets through the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from privet.gate import Gate, Part, SourceRef, Tally, Terms, place
from privet.gate.keys import linkage_keys
from privet.model.pipeline import FormatName
from privet.pipeline.declared import DeclaredPlan
from privet.pipeline.progress import Meter
from privet.pipeline.steps import Output, Step
from privet.ports.release import ReleaseTargets
from privet.vault.vault import Vault


@dataclass(frozen=True)
class Publish:
    """The step that makes the release.

    Attributes:
        plan: the declared plan; its decisions are what the door is asked for.
        targets: opens the place of a release, to see whether an earlier one is still there.
    """

    plan: DeclaredPlan
    gate: Gate
    vault: Vault
    targets: ReleaseTargets
    code_version: str

    def step(self) -> Step:
        """The step, as the runner takes it."""
        return Step(
            name=step_name(self.plan.spec.name),
            needs=tuple(f"ingest {release.data}" for release in self.plan.spec.releases),
            inputs=self._inputs,
            holds=self._holds,
            work=self._work,
        )

    def _holds(self, output: Output) -> bool:
        """Whether the release still lies there with its files; `verify` says what is in them."""
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
        }

    def _work(self, given: Mapping[str, Output], meter: Meter) -> Output:
        ingested = {output["data"]: output for output in given.values()}
        terms = Terms(
            pipeline=self.plan.spec.name,
            decisions=self.plan.decisions,
            contracts={data: self.plan.contracts[data] for data in ingested},
            plan_sha256=self.plan.sha256,
            code_version=self.code_version,
        )
        with self.gate.open(terms, self.plan.spec.into) as grant:
            for release in self.plan.spec.releases:
                grant.draw(self._part(ingested[release.data], release.format, meter))
            made = grant.close({"plan": self.plan.describe()})
        return {
            "release": made.id,
            "number": made.number,
            "target": place(self.plan.spec.into, self.plan.spec.name, made.number),
            "files": [asdict(file) for file in made.files],
            "types": made.types,
            "counts": {data: asdict(counts) for data, counts in made.counts.items()},
        }

    def _part(self, ingested: Output, form: FormatName, meter: Meter) -> Part:
        snapshot = self.vault.snapshot(ingested["data"], ingested["snapshot"])

        tally = Tally(
            source=SourceRef(snapshot.dataset, snapshot.number, snapshot.sha256),
            read=ingested["read"],
            quarantined=ingested["quarantined"],
        )

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in self.vault.read(snapshot):
                meter(batch.num_rows, batch.nbytes)
                yield batch

        return Part(
            data=ingested["data"],
            schema=snapshot.manifest.schema,
            batches=batches(),
            form=form,
            tally=lambda: tally,
        )


def step_name(pipeline: str) -> str:
    """The step's name: pipelines share what they ingest, and nothing of what they release."""
    return f"release {pipeline}"
