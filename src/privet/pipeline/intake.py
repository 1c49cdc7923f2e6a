"""The rows of a source, inspected and with their place: what a snapshot's writer takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

import pyarrow as pa

from privet.adapters.formats.batches import RawBatch, Reject
from privet.adapters.formats.overlap import ahead
from privet.adapters.stores.sources import SourceObject
from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceSpec
from privet.model.reserved import FILE, POSITION, REASON, RECORD
from privet.pipeline.findings import Findings
from privet.pipeline.inspection import Inspector
from privet.pipeline.progress import Meter
from privet.pipeline.reading import read_source
from privet.pipeline.watermark import Watermark
from privet.ports.arrow_types import arrow_schema
from privet.transforms.arrow import Values, nothing, pc
from privet.vault.records import json_records

RESERVED = arrow_schema(
    [
        Column(ColumnPath.of(FILE), "int64"),
        Column(ColumnPath.of(POSITION), "int64"),
        Column(ColumnPath.of(REASON), "string"),
        Column(ColumnPath.of(RECORD), "binary"),
    ]
)


@dataclass
class Intake:
    """Reads the files of a source, once.

    Attributes:
        source: how they are read.
        objects: the files, each with the number that its rows carry.
        inspector: cleans, types and judges.
        taken: records of each file that an earlier run has taken, by URL.
        adds: whether the rows are added to an earlier run's: then even the only file may be empty.
        watermark: what lies at or below it is skipped; None: nothing is.
        findings: adds up as the batches go by.
    """

    source: SourceSpec
    objects: tuple[tuple[int, SourceObject], ...]
    inspector: Inspector
    block_bytes: int
    adds: bool = False
    taken: Mapping[str, int] = field(default_factory=dict)
    watermark: Watermark | None = None
    findings: Findings = field(default_factory=Findings)

    def raw(self, meter: Meter) -> Iterator[tuple[int, RawBatch]]:
        """The records as they were read, but for those that an earlier run has taken."""
        for number, item in self.objects:
            for batch in read_source(
                self.source,
                item,
                self.inspector.read_columns,
                block_bytes=self.block_bytes,
                meter=meter,
                several=self.adds or len(self.objects) > 1,
                findings=self.findings,
                after=self.watermark.start if self.watermark else None,
            ):
                yield number, self._fresh(item, batch)

    def batches(self, meter: Meter) -> Iterator[tuple[pa.RecordBatch, Values | None]]:
        """Every row of every file, with the reserved columns; and the subject keys.

        Files are read in one thread and rows inspected in another, ahead of the caller.
        """
        with (
            closing(ahead(self.raw(meter))) as raw,
            closing(ahead(self._judged(raw))) as batches,
        ):
            yield from batches

    def _judged(
        self, batches: Iterable[tuple[int, RawBatch]]
    ) -> Iterator[tuple[pa.RecordBatch, Values | None]]:
        for number, raw in batches:
            if raw.rows.num_rows:
                yield self._inspected(number, raw)
            if raw.rejects:
                yield self._rejected(number, raw.rejects)

    def _inspected(self, number: int, raw: RawBatch) -> tuple[pa.RecordBatch, Values | None]:
        seen = self.inspector.inspect(raw.rows)
        self.findings.note(seen)
        reserved = [
            pa.repeat(pa.scalar(number, pa.int64()), len(seen.reasons)),
            raw.positions,
            seen.reasons,
            json_records(raw.rows, pc.is_valid(seen.reasons)),
        ]
        names = [*seen.rows.schema.names, *RESERVED.names]
        batch = pa.RecordBatch.from_arrays([*seen.rows.columns, *reserved], names=names)
        return batch, seen.subjects

    def _rejected(
        self, number: int, rejects: tuple[Reject, ...]
    ) -> tuple[pa.RecordBatch, Values | None]:
        count = len(rejects)
        schema = self.inspector.schema
        columns = [nothing(count, member.type) for member in schema]
        reserved: list[Values] = [
            pa.array([number] * count, pa.int64()),
            pa.array([reject.position for reject in rejects], pa.int64()),
            pa.array([reject.reason for reject in rejects], pa.string()),
            pa.array([reject.raw for reject in rejects], pa.binary()),
        ]
        whole = pa.schema([*schema, *RESERVED])
        batch = pa.RecordBatch.from_arrays([*columns, *reserved], schema=whole)
        return batch, nothing(count, pa.string())

    def _fresh(self, item: SourceObject, raw: RawBatch) -> RawBatch:
        """What no earlier run has taken: rows above the watermark, and later undated records."""
        before, taken = self.findings.records[item.url], self.taken.get(item.url, 0)
        if self.watermark is None:
            self.findings.records[item.url] = before + raw.rows.num_rows + len(raw.rejects)
            return raw
        typed = self.inspector.typed(raw.rows)
        above = self.watermark.fresh(typed)
        if item.store is not None:
            places, records = raw.positions, raw.rows.num_rows + len(raw.rejects)
        else:  # a database leaves dated rows out: undated ones are told apart by their own number
            undated = pc.is_null(above)
            places = pc.add(pc.cumulative_sum(undated.cast(pa.int64())), before)
            records = undated.true_count
        self.findings.records[item.url] = before + records
        wanted = pc.coalesce(above, pc.greater(places, taken))
        rejects = tuple(reject for reject in raw.rejects if reject.position > taken)
        rows, positions = raw.rows.filter(wanted), raw.positions.filter(wanted)
        self.watermark.note(typed.filter(wanted))  # before `clip` and `impute`, as it is compared
        self.findings.skipped += raw.rows.num_rows - rows.num_rows
        if item.store is not None:
            late = pc.and_(pc.invert(wanted), pc.greater(places, taken))
            self.findings.late += pc.sum(late).as_py() or 0
        self.findings.skipped += len(raw.rejects) - len(rejects)
        return RawBatch(rows, positions, rejects)
