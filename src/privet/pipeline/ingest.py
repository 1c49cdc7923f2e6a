"""Ingest one data set: source files in, a sealed snapshot out, every row kept or held back.

A row that does not fit the contract goes to the sealed quarantine with its reason, its position and
the record as it was read; it is never dropped and never coerced.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from privet.adapters.formats.batches import RawBatch, Reject
from privet.adapters.formats.read import read_batches
from privet.adapters.stores.faults import changed
from privet.adapters.stores.sources import SourceObject, open_readable
from privet.model.contract import Column, Contract
from privet.model.errors import IntegrityError, SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceSpec
from privet.model.release import RowCounts
from privet.pipeline.progress import Meter
from privet.pipeline.steps import Output, Step
from privet.quality.typing import arrow_schema, enforce
from privet.transforms.arrow import Values, nothing, pc
from privet.transforms.nested import leaf_values
from privet.transforms.normalise import subject_text
from privet.vault.vault import Vault

FILE, POSITION, REASON, RECORD = (
    "_privet_file",
    "_privet_position",
    "_privet_reason",
    "_privet_record",
)
_RESERVED = arrow_schema(
    [
        Column(ColumnPath.of(FILE), "int64"),
        Column(ColumnPath.of(POSITION), "int64"),
        Column(ColumnPath.of(REASON), "string"),
        Column(ColumnPath.of(RECORD), "binary"),
    ]
)
UNOWNED = "unowned"
_UNPACKED = 6
"""How much larger than a compressed file its rows are; a bad guess costs a second partitioning."""


@dataclass(frozen=True)
class Ingest:
    """The step that brings one data set into the vault.

    Attributes:
        source: what the pipeline declares.
        contract: its contract; only its types, categories and subjects count, not its comments.
        objects: the files that the source names now.
        code_version: part of the step's key.
    """

    source: SourceSpec
    contract: Contract
    objects: tuple[SourceObject, ...]
    vault: Vault
    block_bytes: int
    memory_bytes: int
    code_version: str

    def step(self) -> Step:
        """The step, as the runner takes it."""
        return Step(
            name=f"ingest {self.contract.name}",
            needs=(),
            inputs=lambda _: self._inputs(),
            holds=self._holds,
            work=lambda _, meter: self._work(meter),
            size=sum(item.size for item in self.objects),
        )

    def _inputs(self) -> Mapping[str, Any]:
        form = self.source.format
        return {
            "step": "ingest",
            "code": self.code_version,
            "data": self.contract.name,
            "contract": self.contract.digest,
            "format": [
                form.name,
                form.compression or "",
                form.delimiter,
                form.quote,
                form.encoding,
            ],
            "header": form.header,
            "sources": self._sources(),
        }

    def _sources(self) -> list[dict[str, Any]]:
        return [{"url": item.url, "size": item.size, "stamp": item.stamp} for item in self.objects]

    def _holds(self, output: Output) -> bool:
        if not all(item.stamp for item in self.objects):
            return False  # nobody can tell whether it is what was read then
        snapshot = self.vault.snapshot(self.contract.name, output["snapshot"])
        return bool(snapshot.sha256 == output["manifest"])

    def _work(self, meter: Meter) -> Output:
        schema = arrow_schema(self.contract.columns)
        subject = self.contract.subject
        with self.vault.begin(
            self.contract.name,
            pa.schema([*schema, *_RESERVED]),
            subject_type=subject.type if subject else None,
            expected_bytes=self._expected_bytes(),
            memory_bytes=self.memory_bytes,
        ) as writer:
            for number, item in enumerate(self.objects):
                for batch, subjects in self._typed(number, item, schema, meter):
                    writer.write(batch, subjects)
            self._require_rows(writer.counts)
            snapshot = self.vault.commit(
                writer,
                contract={"version": self.contract.version, "sha256": self.contract.digest},
                sources=self._sources(),
            )
        counts = writer.counts
        if not counts.balanced():
            raise IntegrityError(f"{self.contract.name}: rows read are not rows kept or held back")
        return {
            "data": self.contract.name,
            "snapshot": snapshot.number,
            "manifest": snapshot.sha256,
            "read": counts.read,
            "kept": counts.out,
            "quarantined": dict(counts.quarantined),
        }

    def _expected_bytes(self) -> int:
        """About what the rows take in memory: a text as much as its file, packed files more."""
        form = self.source.format
        packed = form.compression is not None or form.name == "parquet"
        return sum(item.size for item in self.objects) * (_UNPACKED if packed else 1)

    def _require_rows(self, counts: RowCounts) -> None:
        """Insist that some row fits: where none does, the contract is wrong and not the rows."""
        if counts.read and not counts.out:
            reasons = ", ".join(sorted(counts.quarantined))
            raise SourceError(
                f"{self.contract.name}: none of {counts.read:,} rows fits its contract ({reasons})",
                hint="check the source's `format:` in the pipeline, and the types in the contract",
                where=self.source.where,
            )

    def _typed(
        self, number: int, item: SourceObject, schema: pa.Schema, meter: Meter
    ) -> Iterator[tuple[pa.RecordBatch, Values | None]]:
        done = 0
        with _unchanged(item), open_readable(item) as file:
            batches = read_batches(
                file,
                item.url,
                self.source.format,
                self.contract.columns,
                block_bytes=self.block_bytes,
            )
            for raw in batches:
                if raw.rows.num_rows:
                    yield self._enforced(number, raw)
                if raw.rejects:
                    yield _rejected(number, raw.rejects, schema)
                at = file.tell()
                meter(raw.rows.num_rows + len(raw.rejects), max(0, at - done))
                done = at

    def _enforced(self, number: int, raw: RawBatch) -> tuple[pa.RecordBatch, Values | None]:
        typed = enforce(raw.rows, self.contract.columns)
        subjects = self._subjects(typed.rows)
        reasons = typed.reasons
        if subjects is not None and self.contract.unowned == "quarantine":
            unowned = pc.and_(pc.is_null(subjects), pc.is_null(reasons))
            reasons = pc.if_else(unowned, UNOWNED, reasons)
        held = pc.is_valid(reasons)
        extra = [
            pa.repeat(pa.scalar(number, pa.int64()), len(reasons)),
            raw.positions,
            reasons,
            _records(raw.rows, held),
        ]
        columns = [*typed.rows.columns, *extra]
        names = [*typed.rows.schema.names, *_RESERVED.names]
        return pa.RecordBatch.from_arrays(columns, names=names), subjects

    def _subjects(self, rows: pa.RecordBatch) -> Values | None:
        subject = self.contract.subject
        if subject is None:
            return None
        column = self.contract.column(subject.key)
        return subject_text(leaf_values(rows, subject.key), column.category if column else None)


@contextmanager
def _unchanged(item: SourceObject) -> Iterator[None]:
    """Insist that the file is the same before and after: else it was read half old and half new.

    That goes over whatever the reader found wrong: a file in the making looks cut off or damaged.
    """
    try:
        yield
    except SourceError as error:
        if _has_changed(item):
            raise changed(item.url) from error
        raise
    if _has_changed(item):
        raise changed(item.url)


def _has_changed(item: SourceObject) -> bool:
    now = item.store.head(item.key)
    return now is None or (now.size, now.stamp) != (item.size, item.stamp)


def _records(rows: pa.RecordBatch, held: Values) -> Values:
    """The held-back rows as they were read, one JSON object each; null for the others."""
    if not pc.any(held).as_py():
        return nothing(rows.num_rows, pa.binary())
    wanted = pc.indices_nonzero(held)
    texts: list[bytes | None] = [None] * rows.num_rows
    for index, row in zip(wanted.to_pylist(), _as_rows(rows.take(wanted)), strict=True):
        texts[index] = json.dumps(row, ensure_ascii=False, default=str).encode()
    return pa.array(texts, pa.binary())


def _as_rows(rows: pa.RecordBatch) -> list[dict[str, Any]]:
    """Rows as Python values; text that is no UTF-8 is kept with replacement signs."""
    plain = []
    for column in rows.columns:
        if pa.types.is_string(column.type):
            values = column.cast(pa.binary()).to_pylist()
            plain.append([None if v is None else v.decode("utf-8", "replace") for v in values])
        else:
            plain.append(column.to_pylist())
    return [dict(zip(rows.schema.names, row, strict=True)) for row in zip(*plain, strict=True)]


def _rejected(
    number: int, rejects: tuple[Reject, ...], schema: pa.Schema
) -> tuple[pa.RecordBatch, Values | None]:
    count = len(rejects)
    columns = [nothing(count, field.type) for field in schema]
    extra: list[Values] = [
        pa.array([number] * count, pa.int64()),
        pa.array([reject.position for reject in rejects], pa.int64()),
        pa.array([reject.reason for reject in rejects], pa.string()),
        pa.array([reject.raw for reject in rejects], pa.binary()),
    ]
    batch = pa.RecordBatch.from_arrays([*columns, *extra], schema=pa.schema([*schema, *_RESERVED]))
    return batch, nothing(count, pa.string())
