"""Bring one data set in: source in, a sealed snapshot out, every row accounted for.

A row that does not fit the contract goes to the sealed quarantine with its reason, its position and
the record as it was read; it is never dropped, and never coerced but by a declared cleaning step.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import pyarrow as pa

from privet.adapters.formats.overlap import ahead
from privet.adapters.stores.sources import SourceObject
from privet.model import canonical
from privet.model.contract import Contract
from privet.model.errors import IntegrityError, Refused, SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, SourceSpec
from privet.model.quality import Fresh, QualityRule, Refers
from privet.model.release import RowCounts
from privet.pipeline.category_drift import CategoryWatch, require_known
from privet.pipeline.held import RULE
from privet.pipeline.increments import Base, find_base, unread
from privet.pipeline.inspection import Inspector
from privet.pipeline.intake import RESERVED, Intake
from privet.pipeline.outcome import Way, describe, former_profile, unchanged
from privet.pipeline.progress import Meter
from privet.pipeline.steps import Output, Step
from privet.pipeline.verdict import Verdict
from privet.pipeline.watermark import Watermark
from privet.ports.arrow_types import arrow_schema
from privet.ports.checks import RowChecks
from privet.ports.engine import Engine
from privet.ports.world import Clock, Entropy
from privet.quality.cleaning.cleaning import Cleaning, build, measuring
from privet.quality.cleaning.fitting import Fit, Fitted, needs_fit
from privet.quality.key_rules import key_judges
from privet.quality.outcomes import require
from privet.quality.rules import compile_rules
from privet.vault.snapshots import Snapshot
from privet.vault.vault import Vault
from privet.vault.writer import SnapshotWriter

_UNPACKED = 6
"""How much larger than a compressed file its rows are; a bad guess costs a second partitioning."""


class External(NamedTuple):
    """A rule of the contract that another tool judges.

    Attributes:
        checks: loads the tool's checks.
        digest: SHA-256 (hex) of the file that holds them.
    """

    rule: QualityRule
    checks: Callable[[], RowChecks]
    digest: str


@dataclass(frozen=True)
class Ingest:
    """What brings one data set in: as a step of its own, or on the way to a release.

    Attributes:
        source: what the pipeline declares.
        contract: its contract; only what it says counts, not its comments.
        objects: the files that the source names now.
        others: data sets that the same run brings in as steps of their own.
        engine: answers the contract's SQL rules.
        external: the contract's rules that another tool judges, with its checks and what tells
            that these have changed.
        earlier: what this step gave before, in no order.
        secret: 32 bytes; texts are profiled by hashes under it.
        code_version: part of the step's key.
        watch: makes what looks for categories that the contract does not know; None: nothing does.
    """

    source: SourceSpec
    contract: Contract
    objects: tuple[SourceObject, ...]
    others: frozenset[str]
    vault: Vault
    engine: Engine
    external: tuple[External, ...]
    clock: Clock
    entropy: Entropy
    earlier: Callable[[], Sequence[Output]]
    secret: bytes = field(repr=False)
    block_bytes: int
    memory_bytes: int
    code_version: str
    watch: Callable[[Contract], CategoryWatch] | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """The steps that bring in what this data set's rows refer to."""
        return tuple(step_name(data) for data in self._parents() if data in self.others)

    @property
    def passes(self) -> bool:
        """Whether rows pass through to the release, and only what is held back is kept."""
        return self.source.keep == "quarantine"

    @property
    def size(self) -> int:
        """Bytes to go through."""
        return sum(item.size for item in self.objects)

    @property
    def told(self) -> bool:
        """Whether a changed source can be told from an unchanged one."""
        return all(item.stamp for item in self.objects)

    def step(self) -> Step:
        """The step, as the runner takes it."""
        return Step(
            name=step_name(self.contract.name),
            needs=self.needs,
            inputs=self.inputs,
            holds=self._holds,
            work=self._work,
            size=self.size,
        )

    def inputs(self, given: Mapping[str, Output]) -> Mapping[str, Any]:
        """All that the outcome follows from."""
        return {
            **self.manner(),
            "sources": self._sources(self.objects),
            "parents": self.parents(given),
        }

    def rows(
        self, given: Mapping[str, Output], meter: Meter
    ) -> Generator[pa.RecordBatch, None, Output]:
        """Bring the data set in.

        Yields:
            the kept rows, where the source says that they pass through; else nothing.

        Returns:
            what the step says of it.

        Raises:
            SourceError: the source is missing, not of its form, or no row of it fits.
            Refused: a rule of the contract is broken; nothing was kept.
        """
        base = self._base()
        verdict = self.verdict()
        sampled = self.watch(self.contract) if self.watch and not self._holds_unknown else None
        fitted = self._fitted(base, meter)
        intake = self._intake(base, build(self.source.clean, self.contract, fitted))
        expected = self._expected_bytes()
        with self.begin(base, given, _both(verdict, sampled), expected_bytes=expected) as writer:
            for batch, subjects in intake.batches(meter):
                writer.write(batch, subjects)
            if base is not None and not writer.counts.read:
                return unchanged(base, intake)
            if self.passes:
                with closing(ahead(writer.drained())) as kept:
                    yield from kept
            writer.finish()
            if base is None or self._after is None:
                self._require_fitting(writer.counts)
            unknown = sampled.found() if sampled else ()
            require_known(unknown, self.contract, self.source.drift)
            intake.findings.unknown = tuple(map(str, unknown))
            self._recall(base, verdict)
            found = verdict.outcomes(
                intake.findings,
                kept=writer.counts.out + (base.snapshot.manifest.rows if base else 0),
                key_failed=writer.key_failed,
                key_judged=writer.key_judged,
                now=self.clock.now(),
                rows=partial(self.uncommitted, writer),
            )
            require(found, self.contract.name)
            if base is None:
                self._require_some(writer.counts)
            snapshot = self.vault.commit(
                writer,
                contract={"version": self.contract.version, "sha256": self.contract.digest},
                sources=self._listed(base),
            )
        if not writer.counts.balanced():
            raise IntegrityError(f"{self.contract.name}: rows read and accounted for differ")
        return describe(
            snapshot,
            writer.counts,
            intake,
            rules=found,
            profile=verdict.profile(),
            fitted=fitted,
            way=self.way(given),
            base=base,
        )

    # What the step follows from

    def way(self, given: Mapping[str, Output]) -> Way:
        """How this brings the data set in, for who goes on from what it kept."""
        return Way(self._shape(self._after), self.manner(), self.parents(given))

    def parents(self, given: Mapping[str, Output]) -> Mapping[str, str]:
        """The snapshots (SHA-256 of their manifests) that rows refer to, by data set."""
        return {data: self._parent(data, given).sha256 for data in self._parents()}

    def manner(self) -> Mapping[str, Any]:
        """How rows are read, cleaned and judged: all but which rows."""
        source, form, subject = self.source, self.source.format, self.contract.subject
        return {
            "step": "ingest",
            "code": self.code_version,
            "data": self.contract.name,
            "contract": self.contract.digest,
            "subject": [subject.type, str(subject.key)] if subject else [],
            "format": [
                form.name,
                form.compression or "",
                form.delimiter,
                form.quote,
                form.encoding,
            ],
            "header": form.header,
            "query": source.query or "",
            "partitions": [str(path) for path in source.partitions],
            "clean": [repr(replace(step, where=None)) for step in source.clean],
            "incremental": repr(source.incremental),
            # What another pipeline adds, from other places, is not what this one goes on from.
            "from": list(source.urls) if source.incremental else [],
            "drift": [source.drift.added, source.drift.lost, *self._unusual],
            "keep": source.keep,
            "external": [each.digest for each in self.external],
        }

    @property
    def _holds_unknown(self) -> bool:
        """Whether rows are held back that show what the contract does not know."""
        return self.source.drift.categories == "quarantine"

    @property
    def _unusual(self) -> tuple[str, ...]:
        """What happens to unknown categories, where it is not what happens by itself."""
        said = self.source.drift.categories
        return () if said == Drift().categories else (said,)

    def _shape(self, after: ColumnPath | None) -> str:
        """What runs have in common that go on from one another.

        Where files are added, a run that read them all, without `incremental:`, is one of them: so
        one such run takes in a file that was corrected.

        Args:
            after: whose watermark a run has; None: it has none.
        """
        alike = {"incremental": str(after or ""), "from": list(self.source.urls)}
        return sha256(canonical.encode({**self.manner(), **alike})).hexdigest()

    def _holds(self, output: Output) -> bool:
        if not self.told:
            return False  # nobody can tell whether it is what was read then
        if self.source.incremental is not None:
            base = self._base()
            if base is None or base.output["snapshot"] != output["snapshot"]:
                return False  # files were taken away; rows that were added since stay
        snapshot = self.vault.snapshot(self.contract.name, output["snapshot"])
        return bool(snapshot.sha256 == output["manifest"])

    def _work(self, given: Mapping[str, Output], meter: Meter) -> Output:
        rows = self.rows(given, meter)
        while True:
            try:
                next(rows)
            except StopIteration as end:
                output: Output = end.value
                return output

    # Earlier runs

    def _base(self) -> Base | None:
        if self.source.incremental is None:
            return None
        own, whole = self._shape(self.source.incremental.after), self._shape(None)
        base = find_base(self.vault, self.contract.name, {own, whole}, self.earlier())
        # A run that read everything has no watermark: the next one has to read everything too.
        return base if base is not None and base.output["shape"] == own else None

    @property
    def _after(self) -> ColumnPath | None:
        """The column of the watermark, if there is one."""
        return self.source.incremental.after if self.source.incremental else None

    def _intake(self, base: Base | None, cleaning: Cleaning) -> Intake:
        after = self._after
        numbers = {source["url"]: number for number, source in enumerate(self._listed(base))}
        objects = self.objects if base is None or after else unread(self.objects, base)
        return Intake(
            source=self.source,
            objects=tuple((numbers[item.url], item) for item in objects),
            inspector=self.inspector(cleaning),
            block_bytes=self.block_bytes,
            adds=base is not None,
            taken=base.records if base else {},
            watermark=Watermark(
                self.contract, after, base.watermark if base else None, self.source.clean
            )
            if after
            else None,
        )

    def _listed(self, base: Base | None) -> list[dict[str, Any]]:
        """The files of the snapshot: those of `base` keep their place, which is their number."""
        now = {item["url"]: item for item in self._sources(self.objects)}
        before = [dict(now.pop(source["url"], source)) for source in base.sources] if base else []
        return [*before, *now.values()]

    def _sources(self, objects: Iterable[SourceObject]) -> list[dict[str, Any]]:
        return [{"url": item.url, "size": item.size, "stamp": item.stamp} for item in objects]

    def _recall(self, base: Base | None, verdict: Verdict) -> None:
        """Let the rules on the whole data set see what an earlier run kept, as far as they look."""
        roots = sorted(
            {
                path.root
                for rule in self.contract.rules
                if isinstance(rule.check, Fresh)
                for path in rule.columns
            }
        )
        if base is not None and roots:
            for batch in self.vault.read(base.snapshot, roots):
                verdict.recall(batch)

    # Rows

    def inspector(self, cleaning: Cleaning) -> Inspector:
        """What judges each row by itself."""
        external = [(each.rule, each.checks()) for each in self.external]
        watch = self.watch(self.contract) if self.watch and self._holds_unknown else None
        rules = compile_rules(self.contract)
        return Inspector(self.contract, cleaning, rules, external, watch)

    def verdict(self) -> Verdict:
        """What judges the data set as a whole, beside the newest snapshot that is known."""
        return Verdict(self.contract, self.engine, self.secret, former_profile(self.earlier()))

    def begin(
        self,
        base: Base | None,
        given: Mapping[str, Output],
        on_kept: Callable[[pa.RecordBatch], None],
        *,
        expected_bytes: int,
        replace_quarantine: bool = False,
    ) -> SnapshotWriter:
        """Start the snapshot, with what judges rows by their keys.

        Args:
            base: what it goes on from.
            given: outputs of the steps that it needs.
            on_kept: sees every row that is kept.
            expected_bytes: about how large the rows are.
            replace_quarantine: whether what `base` holds back comes again, and is left out.
        """
        schema = arrow_schema(self.contract.columns)
        subject = self.contract.subject

        def parents(data: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
            return self.vault.read(self._parent(data, given), columns)

        return self.vault.begin(
            self.contract.name,
            pa.schema([*schema, *RESERVED]),
            subject_type=subject.type if subject else None,
            expected_bytes=expected_bytes,
            memory_bytes=self.memory_bytes,
            judges=key_judges(
                self.contract,
                self.source.clean,
                self.entropy,
                parents,
                appending=base is not None,
            ),
            base=base.snapshot if base else None,
            replace_quarantine=replace_quarantine,
            keeps_rows=not self.passes,
            on_kept=on_kept,
        )

    def _fitted(self, base: Base | None, meter: Meter) -> Fitted | None:
        """What the cleaning steps measure: of an earlier run, or in a pass of its own."""
        if not needs_fit(self.source.clean):
            return None
        if base is not None:
            return Fitted.from_json(base.output["fitted"])
        intake = self._intake(None, measuring(self.source.clean, self.contract))
        fit = Fit(self.source.clean, self.contract)
        for _, raw in intake.raw(meter):
            fit.add(intake.inspector.fitting(raw.rows))
        return fit.result()

    def uncommitted(self, writer: SnapshotWriter) -> Iterator[pa.RecordBatch]:
        """The rows of a snapshot that may yet be refused, for SQL rules."""
        if self.passes:
            raise Refused(
                f"{self.contract.name}: an SQL rule needs the rows, and they are not kept",
                hint="write `keep: rows` in the pipeline, or take the rule out",
                where=self.source.where,
            )
        return self.vault.read_uncommitted(writer)

    def _expected_bytes(self) -> int:
        """About what the rows take in memory: a text as much as its file, packed files more."""
        form = self.source.format
        packed = form.compression is not None or form.name == "parquet"
        return self.size * (_UNPACKED if packed else 1)

    def _require_fitting(self, counts: RowCounts) -> None:
        """Insist that some row came as far as the rules: else the contract is wrong."""
        judged = any(reason.startswith(RULE) for reason in counts.quarantined)
        if counts.read and not (counts.out or counts.merged or judged):
            hint = "check the source's `format:` in the pipeline, and the types in the contract"
            raise self._nothing(counts, hint)

    def _require_some(self, counts: RowCounts) -> None:
        """Insist that some row is kept: no release is made of nothing."""
        if counts.read and not counts.out:
            raise self._nothing(counts, "check the rules of the contract, or the data")

    def _nothing(self, counts: RowCounts, hint: str) -> SourceError:
        reasons = ", ".join(sorted({*counts.quarantined, *counts.merged}))
        return SourceError(
            f"{self.contract.name}: none of {counts.read:,} rows fits its contract ({reasons})",
            hint=hint,
            where=self.source.where,
        )

    # Data sets that this one refers to

    def _parents(self) -> tuple[str, ...]:
        rules = (rule.check for rule in self.contract.rules)
        return tuple(sorted({check.data for check in rules if isinstance(check, Refers)}))

    def _parent(self, data: str, given: Mapping[str, Output]) -> Snapshot:
        if step_name(data) in given:
            return self.vault.snapshot(data, given[step_name(data)]["snapshot"])
        snapshot = self.vault.latest(data)
        if snapshot is None:
            raise SourceError(
                f"{self.contract.name} refers to {data}, and the vault has no snapshot of it",
                hint=f"run a pipeline that brings {data} in, or name it under `sources:` too",
                where=self.source.where,
            )
        if not snapshot.manifest.rows:
            raise SourceError(
                f"{self.contract.name} refers to {data}, and its last run kept none of its rows",
                hint=f"write `keep: rows` at {data} in the pipeline that brings it in",
                where=self.source.where,
            )
        return snapshot


def step_name(data: str) -> str:
    """The step's name: pipelines share what they ingest in the same way."""
    return f"ingest {data}"


def _both(verdict: Verdict, watch: CategoryWatch | None) -> Callable[[pa.RecordBatch], None]:
    """What sees every row that is kept."""
    if watch is None:
        return verdict.add

    def see(kept: pa.RecordBatch) -> None:
        verdict.add(kept)
        watch.add(kept)

    return see
