"""Held-back rows on their way into a snapshot, and what is said of those that get in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.pipeline import SourceSpec
from privet.model.reserved import FILE, POSITION, REASON, RECORD
from privet.pipeline.findings import Findings
from privet.pipeline.held import RULE, read_rows
from privet.pipeline.inspection import UNOWNED, Inspector
from privet.pipeline.intake import RESERVED
from privet.pipeline.verdict import Verdict
from privet.pipeline.watermark import Watermark
from privet.transforms.arrow import Values, nothing, pc, taken
from privet.vault.writer import count_reasons

Flags: TypeAlias = npt.NDArray[np.bool_]


class LetIn:
    """Sees the rows that are let in.

    Attributes:
        failing: how many fail a waived rule, by rule.
    """

    def __init__(self, waived: frozenset[str], strict: Inspector, verdict: Verdict) -> None:
        self.failing: Counter[str] = Counter()
        self._waived = waived
        self._strict = strict
        self._verdict = verdict

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows that are kept now."""
        self._verdict.add(rows)
        if self._waived:
            failed = self._strict.again(rows, cleaned=True).failed
            self.failing.update({name: failed[name] for name in self._waived if name in failed})


@dataclass
class SecondLook:
    """The held-back rows on their way to the writer.

    Attributes:
        source: where they are from.
        reasons: of the rows to look at; None: all.
        inspector: judges these.
        strict: judges the others, for the counts alone.
        cleaned: whether the cleaning steps are those of then.
        findings: what the rules say of them all.
        watermark: sees every row that can be read again: a later run knows it by today's cleaning.
        stayed: rows that stay as they are, by reason.
    """

    source: SourceSpec
    reasons: frozenset[str] | None
    inspector: Inspector
    strict: Inspector
    cleaned: bool
    findings: Findings
    watermark: Watermark | None
    stayed: Counter[str] = field(default_factory=Counter)

    def batches(self, held: pa.RecordBatch) -> Iterator[tuple[pa.RecordBatch, Values | None]]:
        """Every row of a batch of the quarantine once, and the subject keys."""
        records = held.column(RECORD)
        chosen, recorded = self._chosen(held), _flags(records.is_valid())
        done = chosen & ~recorded
        if done.any():
            yield from self._typed(taken(held, np.flatnonzero(done)))
        places = np.flatnonzero(recorded)
        for numbers, rows in self._read([records[place].as_py() for place in places.tolist()]):
            here = places[numbers]
            wanted = chosen[here]
            if self.watermark is not None:
                self.watermark.note(self.inspector.typed(rows))
            if wanted.any():
                done[here[wanted]] = True
                yield self._raw(taken(held, here[wanted]), rows.filter(pa.array(wanted)))
        if not done.all():
            yield self._as_it_was(taken(held, np.flatnonzero(~done)))

    def _chosen(self, held: pa.RecordBatch) -> Flags:
        if self.reasons is None:
            return np.ones(held.num_rows, np.bool_)
        wanted = pa.array(sorted(self.reasons), pa.string())
        return _flags(pc.is_in(held.column(REASON), wanted))

    def _read(self, records: Sequence[bytes]) -> Iterator[tuple[list[int], pa.RecordBatch]]:
        return read_rows(records, self.source, self.inspector.read_columns)

    def _raw(
        self, held: pa.RecordBatch, rows: pa.RecordBatch
    ) -> tuple[pa.RecordBatch, Values | None]:
        """Rows from their records, as they were read."""
        seen = self.inspector.inspect(rows)
        self.findings.note(seen)
        return _placed(seen.rows, held, seen.reasons), seen.subjects

    def _typed(self, held: pa.RecordBatch) -> Iterator[tuple[pa.RecordBatch, Values | None]]:
        """Rows that only a key held back; those that something else holds back stay as they are."""
        before = held.select(self.inspector.schema.names)
        seen = self.inspector.again(before, cleaned=self.cleaned)
        self.findings.note(seen)
        passing = pc.is_null(seen.reasons)
        for mask, rows in ((passing, seen.rows), (pc.invert(passing), before)):
            if mask.true_count:
                subjects = None if seen.subjects is None else seen.subjects.filter(mask)
                yield _placed(rows, held, seen.reasons).filter(mask), subjects

    def _as_it_was(self, held: pa.RecordBatch) -> tuple[pa.RecordBatch, Values | None]:
        reasons = held.column(REASON)
        self.stayed.update(count_reasons(reasons))
        heard = pc.or_(pc.starts_with(reasons, RULE), pc.equal(reasons, UNOWNED))
        judged = held.filter(heard).select(self.strict.schema.names)
        if judged.num_rows:
            self.findings.judge(self.strict.again(judged, cleaned=True))
        return held, nothing(held.num_rows, pa.string())


def _placed(rows: pa.RecordBatch, held: pa.RecordBatch, reasons: Values) -> pa.RecordBatch:
    """Rows with the place and the record that they had, and their reasons now."""
    reserved = [held.column(FILE), held.column(POSITION), reasons, held.column(RECORD)]
    names = [*rows.schema.names, *RESERVED.names]
    return pa.RecordBatch.from_arrays([*rows.columns, *reserved], names=names)


def _flags(values: Values) -> Flags:
    flags: Flags = values.to_numpy(zero_copy_only=False)
    return flags
