"""The rows that were held back: counted, and shown as the policy lets them be seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.ipc

from privet.adapters.releases import MemoryRelease
from privet.config.project_file import load_contracts, load_pipelines, load_policy
from privet.gate import Part, SourceRef, Tally, Terms
from privet.model import canonical
from privet.model.contract import Contract
from privet.model.errors import Refused, UsageError
from privet.model.paths import ColumnPath
from privet.model.release import Decision, Principal, Request
from privet.model.reserved import FILE, POSITION, REASON, RECORD
from privet.model.version import VERSION
from privet.pipeline.held import as_text, column_of, read_record, text_at
from privet.pipeline.inspection import UNOWNED
from privet.policy.decide import decide
from privet.policy.problem import nearest
from privet.ports.arrow_types import arrow_schema
from privet.project.ingesting import earlier, step_memory
from privet.project.memory import Memory
from privet.project.shown import shown_plan
from privet.quality.casting import null_where
from privet.transforms.arrow import Values, pc
from privet.vault.snapshots import Snapshot
from privet.vault.writer import count_reasons

MOST_ROWS = 1000
"""How many rows can be looked at with one call."""

VALUE = "_privet_value"
"""What stood in the column that the reason names, as it was read."""

_OWN = tuple(ColumnPath.of(name) for name in (FILE, POSITION, REASON, VALUE))


@dataclass(frozen=True, slots=True)
class HeldReason:
    """How many rows were held back for one reason, and from how many files."""

    reason: str
    rows: int
    files: int


@dataclass(frozen=True, slots=True)
class HeldData:
    """What was held back of one data set, in its newest snapshot.

    Attributes:
        when: RFC 3339, UTC.
        reasons: most rows first.
    """

    name: str
    snapshot: int
    when: str
    reasons: tuple[HeldReason, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants what of a data set's quarantine.

    Attributes:
        reason: rows with this reason only; None: all.
    """

    principal: Principal
    role: str
    purpose: str
    data: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One held-back row.

    Attributes:
        value: as it was read, of the column that the reason names; None where there is no such
            column, or the policy does not keep it.
        values: of the columns that the policy lets be seen, as text.
    """

    file: str
    position: int
    reason: str
    value: str | None
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Held-back rows, in the order of files and positions.

    Attributes:
        columns: of the contract, as far as they may be seen.
        of: how many rows were held back (for the reason, if one was named).
        withheld: of the rows that were looked at, those that may not be seen, by reason.
    """

    data: str
    snapshot: int
    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    of: int
    withheld: Mapping[str, int]


def held(memory: Memory, data: str | None = None) -> tuple[HeldData, ...]:
    """What is held back of every data set that has a snapshot, or of one.

    Raises:
        UsageError: there is no such data set, or no snapshot of it.
    """
    contracts = load_contracts(memory.config.root)
    if data is not None:
        require_data(data, contracts)
        return (_counted(memory, require_newest(memory, data)),)
    snapshots = (newest(memory, name) for name in contracts)
    return tuple(_counted(memory, snapshot) for snapshot in snapshots if snapshot)


def show(memory: Memory, asked: Asked, limit: int) -> Shown:
    """Let held-back rows be seen: a release to the screen, under the policy and in the log.

    Args:
        memory: the project's.
        asked: who wants what.
        limit: how many rows are looked at, at most; those that may not be seen are among them.

    Raises:
        Refused: the policy says no, or the contract's columns are no longer the snapshot's.
        UsageError: there is no such data set or reason.
    """
    contract = require_data(asked.data, load_contracts(memory.config.root))
    decision = decided(memory, asked, contract)
    snapshot = require_newest(memory, asked.data)
    if not arrow_schema(contract.columns).equals(snapshot.manifest.schema):
        raise Refused(
            f"the columns of {asked.data} are no longer those of its snapshot {snapshot.number}",
            hint="run its pipeline again; then look at what it holds back",
        )
    counts = memory.vault.counts(snapshot).quarantined
    require_reason(asked, counts)
    plan = shown_plan(
        decision,
        quarantine=asked.data,
        role=asked.role,
        purpose=asked.purpose,
        reason=asked.reason,
        limit=limit,
    )
    terms = Terms(
        pipeline=f"quarantine of {asked.data}",
        decisions={asked.data: decision},
        contracts={asked.data: contract},
        plan_sha256=sha256(canonical.encode(plan)).hexdigest(),
        code_version=VERSION,
    )
    look = _Look(memory, snapshot, contract, decision, asked.reason, limit)
    with memory.gate.open(terms, "memory:") as grant:
        done = grant.draw(look.part())
        grant.close({"plan": plan})
    if not isinstance(grant.target, MemoryRelease):
        raise TypeError("what is shown is not kept in memory")
    columns, rows = _rows(grant.target.files[f"{asked.data}.arrow"])
    of = counts[asked.reason] if asked.reason else sum(counts.values())
    return Shown(asked.data, snapshot.number, columns, rows, of, dict(done.withheld))


def decided(memory: Memory, asked: Asked, contract: Contract) -> Decision:
    """The policy's decision on what is asked for.

    Raises:
        Refused: it says no; or what is to be seen would be encrypted for somebody.
    """
    request = Request(
        principal=asked.principal,
        role=asked.role,
        purpose=asked.purpose,
        action="quarantine",
        data=asked.data,
        kind="rows",
    )
    today = memory.gate.means.clock.now().date()
    return decide(load_policy(memory.config.root), request, contract, today)


def require_data(data: str, contracts: Mapping[str, Contract]) -> Contract:
    """The contract of a data set.

    Raises:
        UsageError: there is none.
    """
    if data not in contracts:
        raise UsageError(f"there is no data set `{data}`", hint=nearest(data, contracts))
    return contracts[data]


def require_reason(asked: Asked, known: Collection[str]) -> None:
    """Insist that some row was held back, for the reason that is named.

    Raises:
        UsageError: none was.
    """
    if asked.reason is not None and asked.reason not in known:
        raise UsageError(
            f"no row of {asked.data} is held back for `{asked.reason}`",
            hint=nearest(asked.reason, known) if known else f"nothing of {asked.data} is held back",
        )


def require_newest(memory: Memory, data: str) -> Snapshot:
    """The newest snapshot of a data set.

    Raises:
        UsageError: there is none.
    """
    snapshot = newest(memory, data)
    if snapshot is None:
        raise UsageError(
            f"nothing was brought in of {data} yet",
            hint="run a pipeline first: `privet run PIPELINE`",
        )
    return snapshot


def newest(memory: Memory, data: str) -> Snapshot | None:
    """The newest snapshot of a data set that a step remembers, else the newest of all, or None."""
    pipelines = load_pipelines(memory.config.root)
    known = [each["snapshot"] for each in earlier(step_memory(memory), data, pipelines)]
    return memory.vault.snapshot(data, max(known)) if known else memory.vault.latest(data)


def _counted(memory: Memory, snapshot: Snapshot) -> HeldData:
    rows: Counter[str] = Counter()
    files: dict[str, set[int]] = defaultdict(set)
    for batch in memory.vault.read_quarantine(snapshot, [FILE, REASON]):
        rows.update(count_reasons(batch.column(REASON)))
        pairs = pa.Table.from_batches([batch]).group_by([FILE, REASON]).aggregate([])
        for pair in pairs.to_pylist():
            files[pair[REASON]].add(pair[FILE])
    ordered = sorted(rows, key=lambda reason: (-rows[reason], reason))
    return HeldData(
        snapshot.dataset,
        snapshot.number,
        snapshot.manifest.created,
        tuple(HeldReason(reason, rows[reason], len(files[reason])) for reason in ordered),
    )


@dataclass
class _Look:
    """The rows that one call looks at, on their way to the door."""

    memory: Memory
    snapshot: Snapshot
    contract: Contract
    decision: Decision
    reason: str | None
    limit: int
    read: int = 0

    def part(self) -> Part:
        source = SourceRef(self.snapshot.dataset, self.snapshot.number, self.snapshot.sha256)
        own = [pa.field(path.root, pa.string()) for path in _OWN]
        return Part(
            data=self.snapshot.dataset,
            schema=pa.schema([*self.snapshot.manifest.schema, *own]),
            batches=self._batches(),
            form="arrow",
            tally=lambda: Tally(source, self.read, {}),
            own=_OWN,
        )

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for batch in self.memory.vault.read_quarantine(self.snapshot):
            if self.read >= self.limit:
                return
            reasons = batch.column(REASON)
            wanted = self.reason is None or pc.equal(reasons, self.reason)
            chosen = batch if wanted is True else batch.filter(wanted)
            chosen = chosen.slice(0, self.limit - self.read)
            self.read += chosen.num_rows
            if chosen.num_rows:
                yield self._with_own(chosen)

    def _with_own(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        urls = pa.array([str(source["url"]) for source in self.snapshot.manifest.sources])
        own: list[Values] = [
            urls.take(rows.column(FILE)),
            rows.column(POSITION).cast(pa.string()),
            rows.column(REASON),
            pa.array(self._values(rows), pa.string()),
        ]
        stranger = pa.array([self._of_a_stranger(row) for row in rows.to_pylist()])
        columns = [
            null_where(stranger, rows.column(member.name))
            for member in self.snapshot.manifest.schema
        ]
        names = [*self.snapshot.manifest.schema.names, *(path.root for path in _OWN)]
        return pa.RecordBatch.from_arrays([*columns, *own], names=names)

    def _values(self, rows: pa.RecordBatch) -> list[str | None]:
        """What stood in the column that each row's reason names, where the policy keeps it."""
        kept = {each.path for each in self.decision.columns if each.treatment.name == "keep"}
        values: list[str | None] = []
        for row in rows.to_pylist():
            path = column_of(row[REASON], self.contract)
            hidden = path is None or path not in kept or self._of_a_stranger(row)
            values.append(None if hidden or path is None else _value(row, path))
        return values

    def _of_a_stranger(self, row: Mapping[str, Any]) -> bool:
        """Whether somebody stands there who cannot be read: nobody can tell who is restricted."""
        record = None if row[REASON] == UNOWNED else read_record(row[RECORD])
        return record is not None and any(
            text_at(row, subject.key) is None and (text_at(record, subject.key) or "").strip()
            for subject in self.contract.subjects
        )


def _value(row: Mapping[str, Any], path: ColumnPath) -> str | None:
    """From the record; a row without one was held back after it was cleaned and typed."""
    if row[RECORD] is None:
        return text_at(row, path)
    record = read_record(row[RECORD])
    return None if record is None else text_at(record, path)


def _rows(released: bytes) -> tuple[tuple[str, ...], tuple[ShownRow, ...]]:
    """The columns and rows of what left, in the order of files and positions."""
    table = pyarrow.ipc.open_file(pa.BufferReader(released)).read_all()
    own = {path.root for path in _OWN}
    columns = tuple(name for name in table.schema.names if name not in own)
    rows = (
        ShownRow(
            file=row[FILE],
            position=int(row[POSITION]),
            reason=row[REASON],
            value=row[VALUE],
            values=tuple(as_text(row[name]) for name in columns),
        )
        for row in table.to_pylist()
    )
    return columns, tuple(sorted(rows, key=lambda row: (row.file, row.position)))
