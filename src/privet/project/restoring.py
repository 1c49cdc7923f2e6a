"""`privet restore`: give a text its values back, by a map, as the policy lets it.

What leaves is the map's rows that the text names: a release to the screen, with its grant in the
log before the map is opened, a limit on rows that the door keeps, and no value in log or receipt.
A map has a column for each kind, so that the policy's words for categories say which come back.
"""

from __future__ import annotations

import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import BinaryIO

import pyarrow as pa
import pyarrow.ipc

from privet.adapters.releases import MemoryRelease
from privet.config.project_file import load_contracts, load_policy
from privet.gate import Gate, Part, SourceRef, Tally, Terms
from privet.model import canonical
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.errors import Refused, UsageError
from privet.model.paths import ColumnPath
from privet.model.release import Decision, Principal, Request
from privet.model.version import VERSION
from privet.policy.decide import decide
from privet.policy.enforced import REVEAL
from privet.project.memory import Memory
from privet.project.planning import require_sound
from privet.project.shown import shown_plan
from privet.project.text_maps import TextMap, find_map, open_map
from privet.project.text_protection import Entry
from privet.project.text_streams import protect_json_lines, protect_text
from privet.transforms.arrow import Values

LONGEST_TEXT = 64 << 20
"""Bytes of the longest text that is given its values back: it is held in memory whole."""

REPLACEMENT = "_privet_replacement"
_WIDE = 0x2E80
"""From here on are scripts that put no space between words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants what back.

    Attributes:
        map: its name.
        form: of the text: `text` or `jsonl`.
    """

    principal: Principal
    role: str
    purpose: str
    map: str
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Restored:
    """A text with its values.

    Attributes:
        places: where a value was put back.
        values: how many different ones.
        withheld: entries that the text names and that stay, by reason.
        unclear: entries that stay because two values had got one replacement.
    """

    text: bytes = field(repr=False)
    places: int
    values: int
    withheld: Mapping[str, int]
    unclear: int


def restore(memory: Memory, asked: Asked, given: BinaryIO) -> Restored:
    """Put the values of a map in the place of their replacements, as far as the policy lets it.

    Raises:
        Refused: the policy says no, the map has ended, or the text names more of its entries than
            the policy lets one call give back.
        IntegrityError: the map was changed.
        UsageError: there is no such map; or the text is too long, or not of its form.
    """
    require_sound(memory.config, memory.gate.means.clock)
    known = find_map(memory, asked.map)
    text = _read(given)
    contracts = load_contracts(memory.config.root)
    contract = map_contract(known, contracts)
    decision = _decided(memory, asked, contract)
    _require_standing(memory, known)
    plan = shown_plan(
        decision,
        reveal=asked.map,
        role=asked.role,
        purpose=asked.purpose,
        rows=decision.most_rows,
    )
    terms = Terms(
        pipeline=f"reveal of {known.name}",
        decisions={known.name: decision},
        contracts={known.name: contract},
        plan_sha256=sha256(canonical.encode(plan)).hexdigest(),
        code_version=VERSION,
    )
    means = memory.gate.means
    gate = Gate(replace(means, contracts=lambda: {**means.contracts(), known.name: contract}))
    look = _Look(memory, known, contract, text, asked.form)
    with gate.open(terms, "memory:") as grant:
        done = grant.draw(look.part())
        grant.close({"plan": plan})
    if not isinstance(grant.target, MemoryRelease):
        raise TypeError("what is revealed is not kept in memory")
    values = _values(grant.target.files[f"{known.name}.arrow"])
    restorer = _Restorer(values)
    return Restored(
        text=_through(text, asked.form, restorer),
        places=restorer.places,
        values=len(values),
        withheld=dict(done.withheld),
        unclear=look.unclear,
    )


def map_contract(known: TextMap, contracts: Mapping[str, Contract]) -> Contract:
    """The contract of a map: a column for each kind.

    A value of a category that holds the keys of a subject type may be somebody's key, so the
    registry is asked about it. Whose a name or an address is, a map does not know.
    """
    columns = tuple(
        Column(ColumnPath.of(kind), "string", category)
        for kind, category in sorted(known.kinds.items())
    )
    keys = {
        (subject.type, column.category)
        for contract in contracts.values()
        for subject in contract.subjects
        if (column := contract.column(subject.key)) is not None
    }
    subjects = tuple(
        SubjectRef(type_, column.path)
        for column in columns
        for type_, category in sorted(keys, key=str)
        if category == column.category
    )
    return Contract(known.name, "1", columns, subjects, unowned="allow", source="the vault")


def _read(given: BinaryIO) -> bytes:
    text = given.read(LONGEST_TEXT + 1)
    if len(text) > LONGEST_TEXT:
        raise UsageError(
            f"a text of more than {LONGEST_TEXT >> 20} MiB", hint="restore it in parts"
        )
    return text


def _decided(memory: Memory, asked: Asked, contract: Contract) -> Decision:
    request = Request(
        principal=asked.principal,
        role=asked.role,
        purpose=asked.purpose,
        action=REVEAL,
        data=contract.name,
        kind="rows",
    )
    today = memory.gate.means.clock.now().date()
    return decide(load_policy(memory.config.root), request, contract, today)


def _require_standing(memory: Memory, known: TextMap) -> None:
    if known.until is not None and memory.gate.means.clock.now() >= known.until:
        raise Refused(
            f"the map `{known.name}` ended on {known.until.date()}",
            hint="protect the text again, under a new map",
        )


@dataclass
class _Look:
    """The entries that a text names, on their way to the door."""

    memory: Memory
    known: TextMap
    contract: Contract
    text: bytes
    form: str
    rows: int = 0
    unclear: int = 0

    def part(self) -> Part:
        names = [*(str(column.path) for column in self.contract.columns), REPLACEMENT]
        schema = pa.schema([(name, pa.string()) for name in names])
        source = SourceRef(self.known.name, 1, self.known.sha256)
        return Part(
            data=self.known.name,
            schema=schema,
            batches=self._batches(schema),
            form="arrow",
            tally=lambda: Tally(source, self.rows, {}),
            own=(ColumnPath.of(REPLACEMENT),),
        )

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        entries = open_map(self.memory, self.known)
        seeker = _Seeker({entry.replacement for entry in entries})
        _through(self.text, self.form, seeker)
        named = [entry for entry in entries if entry.replacement in seeker.met]
        self.unclear = sum(entry.original is None for entry in named)
        rows = [_row(entry) for entry in named if entry.original is not None]
        self.rows = len(rows)
        yield pa.RecordBatch.from_pylist(rows, schema)


def _row(entry: Entry) -> dict[str, str | None]:
    return {entry.kind: entry.original, REPLACEMENT: entry.replacement}


def _values(released: bytes) -> dict[str, str]:
    """What takes the place of each replacement: what the policy let out of its row."""
    table = pyarrow.ipc.open_file(pa.BufferReader(released)).read_all()
    found = {}
    for row in table.to_pylist():
        replacement = row.pop(REPLACEMENT)
        value = next((each for each in row.values() if each is not None), None)
        if value is not None:
            found[replacement] = str(value)
    return found


def _through(text: bytes, form: str, protector: _Seeker | _Restorer) -> bytes:
    sink = io.BytesIO()
    if form == "jsonl":
        protect_json_lines(io.BytesIO(text), sink, protector, name="the text")
    else:
        protect_text(io.BytesIO(text), sink, protector)
    return sink.getvalue()


class Words:
    """Finds words in texts: the longest that stands at a place, and whole words only."""

    def __init__(self, words: Set[str]) -> None:
        self._words = words
        sizes: dict[str, set[int]] = defaultdict(set)
        for word in words:
            sizes[word[:2]].add(len(word))
        self._sizes = {start: sorted(found, reverse=True) for start, found in sizes.items()}
        starts = sorted(self._sizes, key=len, reverse=True)
        self._start = re.compile("|".join(map(re.escape, starts))) if starts else None

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Every word of them in `text`, with its place, in order and without overlap."""
        at = 0
        while self._start is not None and (found := self._start.search(text, at)):
            place = found.start()
            word = next((each for each in self._at(text, place)), None)
            at = place + (len(word) if word else 1)
            if word:
                yield place, word

    def _at(self, text: str, place: int) -> Iterator[str]:
        sizes = (self._sizes.get(text[place : place + size], ()) for size in (2, 1))
        for size in itertools.chain.from_iterable(sizes):
            end = place + size
            word = text[place:end]
            if word in self._words and not (
                _grown(text[place - 1 : place], word[0]) or _grown(word[-1], text[end : end + 1])
            ):
                yield word


def _grown(one: str, other: str) -> bool:
    """Whether two neighbouring letters belong to one word."""
    near = one.isalnum() and other.isalnum()
    return near and ord(one) < _WIDE and ord(other) < _WIDE


class _Seeker:
    """Notes which words stand in texts."""

    def __init__(self, words: set[str]) -> None:
        self._words = Words(words)
        self.met: set[str] = set()

    def protect(self, texts: Values) -> Values:
        for text in texts.to_pylist():
            self.met.update(word for _, word in self._words.find(text))
        return texts


class _Restorer:
    """Puts values in the place of words."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._words = Words(set(values))
        self.places = 0

    def protect(self, texts: Values) -> Values:
        return pa.array([self._restored(text) for text in texts.to_pylist()], pa.large_string())

    def _restored(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        for place, word in self._words.find(text):
            parts += [text[at:place], self._values[word]]
            at = place + len(word)
            self.places += 1
        return "".join([*parts, text[at:]])
