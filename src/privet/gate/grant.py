"""A grant: parts are drawn on it, and closing it makes the release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO, Self, cast

import pyarrow as pa
from sqlalchemy import Connection, insert, update

from privet.crypto.delivery import AgeWriter
from privet.crypto.hashing import HashingSink
from privet.gate import spending
from privet.gate.anonymity import (
    PLANS_KEY,
    Anonymised,
    Asked,
    EarlierPlans,
    plans_tag,
    record_name,
)
from privet.gate.answers import Answering, Rows
from privet.gate.kept_answers import keep_answer, kept_answer, question_tag, scope_tag
from privet.gate.keys import linkage_keys, order_domain
from privet.gate.means import Means
from privet.gate.order import RowOrder
from privet.gate.recovery import abandon, mark
from privet.gate.scope import RowScope
from privet.gate.sources import SourceRef
from privet.gate.tables import DRAW, FITTED, GRANT, OPEN, RELEASED, SEALED
from privet.gate.terms import Terms, build_statement
from privet.ledger.receipts import encode_statement, issue
from privet.model import canonical
from privet.model.canonical import Json
from privet.model.contract import NO_CATEGORY, Column
from privet.model.errors import IntegrityError, PrivetError, Refused, Unavailable
from privet.model.paths import ColumnPath
from privet.model.pipeline import FormatName
from privet.model.policy import Treatment
from privet.model.release import Decision, FileDigest, RowCounts
from privet.policy.anonymity import is_anonymous
from privet.policy.questions import is_private
from privet.policy.where import parse_filter
from privet.ports.arrow_types import leaf_columns
from privet.ports.release import BatchWriter, ReleaseTarget
from privet.transforms.build import build
from privet.transforms.linkage import LinkageKey
from privet.vault.token_map import TokenMap

RESERVED = "_privet_"
ANSWER = "answer"
"""The name of the file that an answer leaves in."""
SUMMED = "summed"
"""What became of rows that an answer was computed from."""
_SUBJECT_TOKENS = frozenset({"token", "encrypt", "format", "vault"})
"""Treatments that give one subject one token, and each another one."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a part's rows on their way to the door.

    Attributes:
        source: the snapshot that they are from.
        read: rows that came in.
        quarantined: of these, the ones that were held back, by reason.
        merged: the ones that another row stands for, by reason.
    """

    source: SourceRef
    read: int
    quarantined: Mapping[str, int]
    merged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One data set's rows, on their way out.

    Attributes:
        data: the data set.
        schema: of the raw batches.
        batches: raw rows; read once, as they are written.
        form: file format of the release.
        tally: asked once, after the last batch was read.
        own: columns of Privet's own (`_privet_…`: where a row stood, why it was held back) that
            leave beside the contract's.
    """

    data: str
    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    form: FormatName
    tally: Callable[[], Tally]
    own: tuple[ColumnPath, ...] = ()

    def __post_init__(self) -> None:
        if any(not path.root.startswith(RESERVED) for path in self.own):
            raise ValueError("only Privet's own columns leave without a decision on them")


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is now visible.

    Attributes:
        counts: what became of every row, by data set.
        types: of the columns that left, by data set and path.
    """

    id: str
    number: int
    url: str
    files: tuple[FileDigest, ...]
    counts: Mapping[str, RowCounts]
    types: Mapping[str, Mapping[str, str]]


@dataclass
class Grant:
    """Permission to draw, good until `expires` and only while policy and registry stand still."""

    means: Means
    id: str
    number: int
    terms: Terms
    policy_version: str
    registry_version: int
    expires: datetime
    target: ReleaseTarget
    answering: Answering | None = None
    files: list[FileDigest] = field(default_factory=list)
    sources: list[SourceRef] = field(default_factory=list)
    counts: dict[str, RowCounts] = field(default_factory=dict)
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    charged: set[str] = field(default_factory=set)
    anonymised: dict[str, Anonymised] = field(default_factory=dict)
    ended: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if not self.ended:
            self._abandon()

    def draw(self, part: Part) -> RowCounts:
        """Check again, charge the draw durably, then scope, treat and stage one data set's rows.

        Raises:
            Refused: the data set was not granted or was drawn already, or policy, registry or time
                have moved on since the grant was opened.
            IntegrityError: the rows do not add up.
        """
        self._require_current()
        decision = self.terms.decisions.get(part.data)
        if decision is None:
            raise Refused(f"{part.data} is not granted", hint="open a grant that names it")
        if is_private(decision.guarantee):
            raise Refused(
                f"{part.data} is granted to answer a question, and its rows do not leave",
                hint="ask: `privet query`",
            )
        self._charge(part.data)
        if is_anonymous(decision.guarantee):
            return self._accounted(part.data, self._draw_anonymous(part, decision))
        keys = linkage_keys(self.means, decision)
        scope = self._scope(decision, keys, part.own)
        order = RowOrder(
            keys[order_domain(decision.request)].secret, part.data, self._shown_subject(decision)
        )
        with self._staged(f"{part.data}.{part.form}", decision) as sink:
            counts = self._write_rows(scope, order, part, sink, decision.most_rows)
        return self._accounted(part.data, counts)

    def answer(self, parts: Sequence[Part], form: FormatName) -> pa.Table:
        """Check again, charge the ledger durably, then compute, add noise and stage the answer.

        An answer that was computed before, to the very same question over the same snapshots under
        the same policy, is given again and costs nothing: noise is never drawn twice for one.

        Args:
            parts: the private data sets that the question reads, each whole.
            form: of the file in which the answer leaves.

        Returns:
            What leaves.

        Raises:
            Refused: as for `draw`, or the parts are not those of the terms.
        """
        self._require_current()
        answering, question = self.answering, self.terms.question
        if answering is None or question is None:
            raise Refused("this grant answers no question", hint="open one that does")
        given = {part.data: part for part in parts}
        if given.keys() != self.terms.decisions.keys() or len(given) < len(parts):
            raise Refused("the rows are not those of the question", hint="open a new grant")
        tag = question_tag(self.means, self.terms, self.registry_version)
        withheld = {data: Counter[str]() for data in given}
        table = kept_answer(self.means.vault, tag)
        if table is None:
            self._charge(*given, spent=answering)
            table = answering.answer(
                {data: self._counted(part, withheld[data]) for data, part in given.items()},
                scope_tag(self.means, self.terms, self.registry_version),
            )
            keep_answer(self.means.vault, tag, table)
        self._require_current()
        decision = self.terms.decision
        with self._staged(f"{ANSWER}.{form}", decision) as sink:
            writer = self.means.open_writer(sink, form, table.schema)
            with _ending(writer):
                for batch in table.to_batches():
                    writer.write(batch)
        self.types[ANSWER] = {str(path): str(kind) for path, kind in leaf_columns(table.schema)}
        for data, part in given.items():
            tally, held = part.tally(), withheld[data]
            self.sources.append(tally.source)
            summed = tally.read - held.total() - sum(tally.quarantined.values())
            counts = RowCounts(
                read=tally.read,
                quarantined=dict(tally.quarantined),
                withheld={reason: count for reason, count in held.items() if count},
                merged={SUMMED: summed - sum(tally.merged.values()), **tally.merged},
            )
            self._accounted(data, counts)
        return table

    def _counted(self, part: Part, withheld: Counter[str]) -> Rows:
        """A data set's rows that may be counted, as they are."""
        scope = self._scope(self.terms.decisions[part.data], {}, ())

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in part.batches:
                kept, held = scope.scoped(batch)
                withheld.update(held)
                yield kept

        return Rows(part.schema, batches())

    @contextmanager
    def _staged(self, name: str, decision: Decision) -> Iterator[BinaryIO]:
        """A file of the release, hashed as it is written; sealed where the recipient has a key."""
        recipient = decision.recipient.key
        name += ".age" if recipient else ""
        with ExitStack() as stack:
            staged = stack.enter_context(self.target.writer(name))
            hashed = HashingSink(staged, sha256())
            sink = cast("BinaryIO", hashed)
            if recipient:
                sink = cast("BinaryIO", stack.enter_context(AgeWriter(sink, recipient)))
            yield sink
        self.files.append(FileDigest(name, hashed.size, hashed.hexdigest()))

    def _accounted(self, data: str, counts: RowCounts) -> RowCounts:
        if not counts.balanced():
            raise IntegrityError(f"{data}: rows read and rows accounted for are not the same")
        self.counts[data] = counts
        return counts

    def close(self, evidence: Mapping[str, Any]) -> Release:
        """Seal the evidence, write the receipt to the log, and make the release visible.

        Args:
            evidence: what the internal record adds to who, why and counts (canonical JSON).

        Raises:
            Refused: a data set of the terms was not drawn whole, or policy, registry or time have
                moved on.
        """
        self._require_current()
        if undrawn := sorted(self.terms.decisions.keys() - self.counts.keys()):
            raise Refused(f"{', '.join(undrawn)} was not drawn", hint="run again")
        statement = encode_statement(
            build_statement(
                self.terms,
                release=self.id,
                origin=self.means.origin,
                issued=self.means.clock.now(),
                sources=sorted(self.sources, key=lambda source: source.data),
                files=self.files,
                policy_version=self.policy_version,
                measured={data: each.found for data, each in self.anonymised.items()},
                fitted=self._plans_tag(),
                privacy=None if self.answering is None else self.answering.told(),
            )
        )
        plans = {
            data: self.means.vault.put_sealed(record_name(self.id, data), each.plan)
            for data, each in sorted(self.anonymised.items())
        }
        record = self.means.vault.put_sealed(self.id, canonical.encode(self._evidence(evidence)))
        with self.means.catalog.write() as connection:
            body: dict[str, Json] = {
                "release": self.id,
                "grant": self.id,
                "statement": sha256(statement).hexdigest(),
                "evidence": record,
                **({"fitted": plans} if plans else {}),
            }
            entry = self.means.log.append(connection, "release", body)
            sealed = connection.execute(
                update(GRANT)
                .where(GRANT.c.id == self.id, GRANT.c.state == OPEN)
                .values(state=SEALED, statement=statement, entry=entry)
            )
            if sealed.rowcount != 1:
                raise Refused("somebody else has ended this grant", hint="run again")
            self._note_plans(connection)
            spending.end(self.means, connection, self.id, self.terms)
        self.ended = True
        self.means.log.publish()
        self.target.publish(issue(statement, self.means.signer, self.means.log.proof(entry)))
        mark(self.means, self.id, RELEASED)
        return Release(
            self.id, self.number, self.target.url, tuple(self.files), self.counts, self.types
        )

    def _draw_anonymous(self, part: Part, decision: Decision) -> RowCounts:
        """Take all rows that may leave, let classes be found, write, and have the file measured."""
        if self.means.anonymiser is None:
            raise Refused("nothing here makes a table k-anonymous", hint="promise something else")
        means, contract = self.means, self.terms.contracts[part.data]
        with means.catalog.write() as connection:
            FITTED.create(connection, checkfirst=True)  # a catalog of an earlier version lacks it
        earlier = EarlierPlans(means.catalog, means.log, means.keys, means.vault)
        work = self.means.anonymiser(
            Asked(self.terms.pipeline, decision, contract, lambda: earlier.of(part.data))
        )
        scope = self._scope(decision, {}, ())
        withheld: Counter[str] = Counter()
        for batch in part.batches:
            kept, held = scope.scoped(batch)
            withheld.update(held)
            work.see(kept, scope.subjects(kept))
        try:
            suppressed = work.decide()
        except IntegrityError:
            raise
        except Refused as refusal:
            raise Refused(f"{part.data}: {refusal.message}", hint=refusal.hint) from refusal
        self._require_current()
        out, copy = 0, BytesIO()
        with self._staged(f"{part.data}.{part.form}", decision) as sink:
            to = cast("BinaryIO", _Twice(sink, copy)) if decision.recipient.key else sink
            writer = means.open_writer(to, part.form, work.schema)
            with _ending(writer):
                for released in work.rows():
                    out += released.num_rows
                    _require_few(out, decision.most_rows, part.data)
                    writer.write(released)
        self.types[part.data] = {str(path): str(kind) for path, kind in leaf_columns(work.schema)}

        def opened() -> BinaryIO:
            if decision.recipient.key:  # what is staged is sealed, and only the recipient opens it
                return BytesIO(copy.getbuffer())
            return self.target.reader(_file_name(part, decision))

        found = work.verify(opened, part.form)
        self.anonymised[part.data] = Anonymised(found, work.plan(), work.evidence())
        tally = part.tally()
        self.sources.append(tally.source)
        return RowCounts(
            read=tally.read,
            out=out,
            quarantined=dict(tally.quarantined),
            withheld={reason: count for reason, count in withheld.items() if count},
            merged=dict(tally.merged),
            suppressed={reason: count for reason, count in suppressed.items() if count},
        )

    def _plans_tag(self) -> str | None:
        """What the receipt says of the plans: keyed, so that nobody can guess what is in them."""
        if not self.anonymised:
            return None
        with self.means.catalog.write() as connection:
            key = self.means.keys.ensure(connection, "evidence", PLANS_KEY, self.means.log)
        plans = {data: sha256(each.plan).hexdigest() for data, each in self.anonymised.items()}
        return plans_tag(key, plans)

    def _note_plans(self, connection: Connection) -> None:
        for data, each in self.anonymised.items():
            digest = sha256(each.plan).hexdigest()
            record = record_name(self.id, data)
            connection.execute(
                insert(FITTED).values(grant=self.id, data=data, record=record, sha256=digest)
            )

    def _require_current(self) -> None:
        if self.ended:
            raise Refused("this grant is closed", hint="open a new one")
        if self.means.clock.now() >= self.expires:
            raise Refused("the grant has expired", hint="run again")
        if self.means.registry.version() != self.registry_version:
            raise Refused(
                "the registry changed while the release was made: somebody's restriction is newer",
                hint="run again",
            )
        self.means.require_decided(self.terms)

    def _charge(self, *names: str, spent: Answering | None = None) -> None:
        """Note a draw before a row of it leaves; one that failed stays charged."""
        for data in names:
            if data in self.charged:
                raise Refused(f"{data} was already drawn", hint="open a new grant")
        with self.means.catalog.write() as connection:
            at = self.means.clock.now().isoformat()
            for data in names:
                connection.execute(insert(DRAW).values(grant=self.id, part=data, at=at))
            if spent is not None:
                spending.charge(self.means, connection, self.id, ANSWER, spent.claim)
        if spent is not None:
            self.means.log.publish()
        self.charged.update(names)

    def _scope(
        self, decision: Decision, keys: Mapping[str, LinkageKey], own: Sequence[ColumnPath]
    ) -> RowScope:
        contract = self.terms.contracts[decision.request.data]
        types = {str(column.path): column.type for column in contract.columns}
        keep = Treatment("keep")
        searched = any(choice.treatment.name == "text" for choice in decision.columns)
        finder = self.means.finder() if searched and self.means.finder else None
        store = TokenMap(self.means.catalog, self.means.entropy)
        transforms = {path: build(keep, Column(path, "string", NO_CATEGORY), None) for path in own}
        whole = is_anonymous(decision.guarantee) or is_private(decision.guarantee)
        columns = () if whole else decision.columns
        for choice in columns:
            column = contract.column(choice.path)
            if column is None:
                raise Refused(f"{contract.name}.{choice.path} is not in the contract")
            key = keys[choice.domain] if choice.domain else None
            transforms[choice.path] = build(choice.treatment, column, key, finder, store)
        return RowScope(
            contract=contract,
            purpose=decision.request.purpose,
            principal=decision.request.principal,
            row_filter=parse_filter(decision.where, types) if decision.where else None,
            withheld=self.means.registry.withheld_mask,
            transforms=transforms,
        )

    def _shown_subject(self, decision: Decision) -> str | None:
        """The column that leaves as the token of the subject that rows are clustered by."""
        subject = self.terms.contracts[decision.request.data].subject
        shown = (choice for choice in decision.columns if choice.treatment.name in _SUBJECT_TOKENS)
        paths = {choice.path for choice in shown if not choice.path.nested}
        return subject.key.root if subject is not None and subject.key in paths else None

    def _write_rows(
        self, scope: RowScope, order: RowOrder, part: Part, sink: BinaryIO, most: int | None
    ) -> RowCounts:
        schema = scope.schema(part.schema)
        self.types[part.data] = {str(path): str(kind) for path, kind in leaf_columns(schema)}
        writer = self.means.open_writer(sink, part.form, schema)
        out, withheld = 0, dict[str, int]()
        with _ending(writer):
            for batch in part.batches:
                released, held = scope.apply(batch)
                for reason, count in held.items():
                    withheld[reason] = withheld.get(reason, 0) + count
                out += released.num_rows
                _require_few(out, most, part.data)
                writer.write(order.apply(released))
        tally = part.tally()
        self.sources.append(tally.source)
        return RowCounts(
            read=tally.read,
            out=out,
            quarantined=dict(tally.quarantined),
            withheld={reason: count for reason, count in withheld.items() if count},
            merged=dict(tally.merged),
        )

    def _evidence(self, added: Mapping[str, Any]) -> dict[str, Any]:
        decision = self.terms.decision
        return {
            "version": 1,
            "release": self.id,
            "registry": self.registry_version,
            "who": decision.request.principal.name,
            "role": decision.request.role,
            "purpose": decision.request.purpose,
            "rows": [
                {
                    "data": data,
                    "read": counts.read,
                    "out": counts.out,
                    "quarantined": _pairs(counts.quarantined),
                    "merged": _pairs(counts.merged),
                    "suppressed": _pairs(counts.suppressed),
                    "withheld": _pairs(counts.withheld),
                }
                for data, counts in sorted(self.counts.items())
            ],
            **(
                {"anonymity": {data: each.evidence for data, each in self.anonymised.items()}}
                if self.anonymised
                else {}
            ),
            **added,
        }

    def _abandon(self) -> None:
        self.ended = True
        # A store that is full cannot record this now; the next opening of the project will.
        with suppress(Unavailable):
            abandon(self.means, self.id, self.target)


@dataclass(slots=True)
class _Twice:
    """Writes to two sinks; to close it closes neither."""

    first: BinaryIO
    second: BinaryIO

    closed = False

    def write(self, data: bytes) -> int:
        self.second.write(data)
        return self.first.write(data)

    def tell(self) -> int:
        return self.second.tell()

    def flush(self) -> None:
        self.first.flush()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing: its owner closes both."""


def _file_name(part: Part, decision: Decision) -> str:
    return f"{part.data}.{part.form}{'.age' if decision.recipient.key else ''}"


def _require_few(rows: int, most: int | None, data: str) -> None:
    if most is not None and rows > most:
        raise Refused(
            f"more than {most:,} of `{data}`, which is the most that the policy lets leave at once",
            hint="ask for less at once, or let the policy's rule say more `rows`",
        )


def _pairs(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"reason": reason, "rows": rows} for reason, rows in sorted(counts.items())]


@contextmanager
def _ending(writer: BatchWriter) -> Iterator[None]:
    """Close the writer, after a fault too: left to the interpreter, it would write to a sink gone.

    What it writes then is not kept: the fault ends the staged file as well.
    """
    try:
        yield
    except BaseException:
        with suppress(PrivetError, ValueError, OSError, pa.ArrowException):
            writer.close()
        raise
    writer.close()
