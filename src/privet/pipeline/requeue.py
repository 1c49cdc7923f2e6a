"""Look again at the rows that were held back: those that pass today are added to what is kept.

Nothing is read from the source. The rows that are kept stay as they are; what can have become wrong
about them since is checked, and where it has, the source must be read anew instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from privet.model.canonical import Json
from privet.model.errors import IntegrityError
from privet.model.quality import QualityRule, RuleOutcome
from privet.model.release import RowCounts
from privet.pipeline.findings import Findings
from privet.pipeline.held import RULE
from privet.pipeline.increments import Base
from privet.pipeline.ingest import Ingest
from privet.pipeline.outcome import describe_again
from privet.pipeline.progress import Meter
from privet.pipeline.second_look import LetIn, SecondLook
from privet.pipeline.staying import Staying, is_key_rule, is_set_rule, require_same
from privet.pipeline.steps import Output
from privet.pipeline.watermark import Watermark
from privet.quality.cleaning.cleaning import build
from privet.quality.cleaning.fitting import Fitted, needs_fit
from privet.quality.outcomes import require
from privet.vault.writer import SnapshotWriter


def _nothing_waived(counts: RowCounts) -> Sequence[Mapping[str, Json]]:
    del counts
    return ()


@dataclass(frozen=True, slots=True)
class Requeued:
    """What became of the rows that were looked at again.

    Attributes:
        output: what the step that brought the data set in says now.
        counts: of these rows: `out` was let in, `quarantined` stays.
        changed: whether there is a new snapshot.
    """

    output: Output = field(repr=False)
    counts: RowCounts
    changed: bool


@dataclass(frozen=True)
class Requeue:
    """Looks again at the held-back rows of one data set.

    Attributes:
        ingest: what brings the data set in today; its files are not read.
        base: the newest snapshot, and what the step that made it said.
        given: the newest outputs of the steps that bring in what its rows refer to.
        reasons: rows held back for one of these; None: all.
        waived: rules that rows are let in despite of, by name.
        waivers: what the log is told of `waived`, asked for with the counts before the commit.
    """

    ingest: Ingest
    base: Base
    given: Mapping[str, Output]
    reasons: frozenset[str] | None = None
    waived: frozenset[str] = frozenset()
    waivers: Callable[[RowCounts], Sequence[Mapping[str, Json]]] = _nothing_waived

    def work(self, meter: Meter) -> Requeued:
        """Let in what passes, and commit it as a snapshot of its own, unless nothing moves.

        Args:
            meter: hears of rows and bytes.

        Raises:
            Refused: the kept rows are not what today's pipeline would keep; or a rule on the whole
                data set is broken. Nothing has changed.
            IntegrityError: an object was changed, or rows do not add up.
        """
        ingest, snapshot = self.ingest, self.base.snapshot
        cleaned = require_same(ingest, self.base, self.given)
        cleaning = build(ingest.source.clean, ingest.contract, self._fitted())
        strict = ingest.inspector(cleaning)
        verdict, findings = ingest.verdict(), Findings()
        staying = Staying(ingest, self.base, strict, cleaned=cleaned)
        for rows in ingest.vault.read(snapshot):
            staying.look(rows, findings)
            verdict.add(rows)
            meter(rows.num_rows, rows.nbytes)
        staying.require(findings)
        lenient = self._lenient()
        again = SecondLook(
            source=ingest.source,
            reasons=self.reasons,
            inspector=lenient.inspector(cleaning),
            strict=strict,
            cleaned=cleaned,
            findings=findings,
            watermark=self._watermark(),
        )
        let_in = LetIn(self.waived, strict, verdict)
        sizes = (sealed.size for sealed in snapshot.manifest.quarantine)
        with lenient.begin(
            self.base, self.given, let_in.add, expected_bytes=sum(sizes), replace_quarantine=True
        ) as writer:
            for batch in ingest.vault.read_quarantine(snapshot):
                for rows, subjects in again.batches(batch):
                    writer.write(rows, subjects)
                meter(batch.num_rows, batch.nbytes)
            writer.finish()
            counts = writer.counts
            self._require_all(counts)
            if not counts.out and not counts.merged and self._same_reasons(counts):
                return Requeued(self.base.output, counts, changed=False)
            found = verdict.outcomes(
                findings,
                kept=counts.out + snapshot.manifest.rows,
                key_failed=self._key_failed(writer, again.stayed),
                key_judged=self._key_judged(writer, again.stayed),
                now=ingest.clock.now(),
                rows=partial(ingest.uncommitted, writer),
            )
            require(self._deciding(found), ingest.contract.name)
            made = ingest.vault.commit(
                writer,
                contract={"version": ingest.contract.version, "sha256": ingest.contract.digest},
                sources=self.base.sources,
                waivers=self.waivers(counts),
            )
        merged = Counter(self.base.output["merged"]) + Counter(counts.merged)
        output = describe_again(
            made,
            counts,
            self.base,
            rules=found,
            cleaning=findings.cleaning(ingest.source.clean, merged),
            profile=verdict.profile(),
            way=ingest.way(self.given),
            watermark=again.watermark.newest if again.watermark else None,
            waived=Counter(self._let_in) + let_in.failing + self._told(writer),
        )
        return Requeued(output, counts, changed=True)

    def _lenient(self) -> Ingest:
        """What brings the data set in where the waived rules only tell."""
        if not self.waived:
            return self.ingest
        contract = self.ingest.contract
        rules = tuple(map(self._telling, contract.rules))
        external = tuple(
            each._replace(rule=self._telling(each.rule)) for each in self.ingest.external
        )
        return replace(self.ingest, contract=replace(contract, rules=rules), external=external)

    def _telling(self, rule: QualityRule) -> QualityRule:
        return replace(rule, action="report") if rule.name in self.waived else rule

    def _fitted(self) -> Fitted | None:
        if not needs_fit(self.ingest.source.clean):
            return None
        return Fitted.from_json(self.base.output["fitted"])

    def _watermark(self) -> Watermark | None:
        incremental = self.ingest.source.incremental
        if incremental is None or incremental.after is None:
            return None
        return Watermark(self.ingest.contract, incremental.after, self.base.watermark)

    def _require_all(self, counts: RowCounts) -> None:
        held = sum(self.base.output["quarantined"].values())
        if counts.read != held or not counts.balanced():
            raise IntegrityError(
                f"{self.ingest.contract.name}: rows held back and accounted for differ"
            )

    def _same_reasons(self, counts: RowCounts) -> bool:
        return dict(counts.quarantined) == dict(self.base.output["quarantined"])

    # Rules on keys: kept rows were judged when they came in

    def _key_rules(self) -> list[QualityRule]:
        return [rule for rule in self.ingest.contract.rules if is_key_rule(rule)]

    def _key_failed(self, writer: SnapshotWriter, stayed: Mapping[str, int]) -> dict[str, int]:
        told = {rule["rule"]: rule["failed"] for rule in self.base.output["rules"]}
        kept = {
            rule.name: told[rule.name]
            if rule.action == "report"
            else self._let_in.get(rule.name, 0)
            for rule in self._key_rules()
        }
        return {
            name: failed + stayed.get(f"{RULE}{name}", 0) + writer.key_failed[name]
            for name, failed in kept.items()
        }

    def _key_judged(self, writer: SnapshotWriter, stayed: Mapping[str, int]) -> dict[str, int]:
        kept = self.base.snapshot.manifest.rows
        return {
            rule.name: kept + stayed.get(f"{RULE}{rule.name}", 0) + writer.key_judged[rule.name]
            for rule in self._key_rules()
        }

    def _deciding(self, found: Sequence[RuleOutcome]) -> list[RuleOutcome]:
        """The outcomes that decide: a run that adds to others counts its own rows' failures."""
        if self.ingest.source.incremental is None:
            return list(found)
        on_set = {rule.name for rule in self.ingest.contract.rules if is_set_rule(rule)}
        return [outcome for outcome in found if outcome.rule in on_set]

    # Waived rules

    @property
    def _let_in(self) -> Mapping[str, int]:
        """Kept rows that fail a rule, since it was waived for them."""
        waived: Mapping[str, int] = self.base.output.get("waived", {})
        return waived

    def _told(self, writer: SnapshotWriter) -> Counter[str]:
        """Rows that fail a waived rule on keys."""
        names = [rule.name for rule in self._key_rules() if rule.name in self.waived]
        return Counter({name: writer.key_failed[name] for name in names})
