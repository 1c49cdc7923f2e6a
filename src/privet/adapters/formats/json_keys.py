"""Which keys the objects of a JSON Lines file have, beside those of its contract.

An object may leave a key out: that is null. A key that no object of a file has is a lost column,
and one that every object has, and the contract does not, an added one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.drift import Drifted, Watch
from privet.adapters.formats.header import looks_like_data
from privet.adapters.formats.json_rows import BadLine, parse_object

_LOOK, _LOOK_KEYS = 1000, 200_000
"""Objects, and keys in all of them, that say which keys there are."""

_FEW = 8
"""So few keys are looked for in the text; for more, its objects are parsed."""


class Keys:
    """Watches the keys go by; does nothing where the caller did not ask for it."""

    def __init__(self, schema: pa.Schema, watch: Watch, name: str) -> None:
        self._known = schema.names
        self._watch = watch
        self._name = name
        self._unseen = set(schema.names) if watch.strict_keys else set()
        self._looked = not watch.strict_keys
        self._added: tuple[str, ...] = ()
        self._rows = 0

    def add(self, lines: Sequence[bytes], batch: RawBatch) -> None:
        """Look at one block: its lines, and what was read of them.

        Raises:
            SourceError: its objects have keys that the contract does not know.
        """
        if not self._looked and any(lines):
            self._looked = True
            self._first(lines, batch)
        self._rows += batch.rows.num_rows
        if batch.rows.num_rows:
            self._unseen -= {name for name in self._unseen if _has_value(batch.rows.column(name))}
        if self._unseen:
            self._unseen -= set(_standing(self._unseen, lines))

    def end(self) -> None:
        """Say what was lost.

        Raises:
            SourceError: the pipeline does not allow it.
        """
        if self._rows:
            lost = tuple(name for name in self._known if name in self._unseen)
            self._watch.judge(Drifted(self._added, lost), self._name)

    def _first(self, lines: Sequence[bytes], batch: RawBatch) -> None:
        count: Counter[str] = Counter()
        objects = 0
        for value in _objects(lines):
            count.update(value.keys())
            objects += 1
            if objects == _LOOK or count.total() > _LOOK_KEYS:
                break
        refused = self._watch.drift.added == "refuse"
        needed = objects if refused else 2
        added = tuple(
            key
            for key, seen in count.items()
            if key not in self._known and seen >= max(2, needed) and not looks_like_data(key)
        )
        if not refused:
            self._added = added
        elif not batch.rows.num_rows and {r.reason for r in batch.rejects} == {"unknown_field"}:
            lost = tuple(key for key in self._known if not count[key])
            if added:
                self._watch.judge(Drifted(added, lost), self._name)


def _has_value(values: pa.Array[Any]) -> bool:
    return values.null_count < len(values)


def _standing(names: Iterable[str], lines: Sequence[bytes]) -> Iterator[str]:
    """Those of `names` that are a key of an object, be its value null."""
    wanted = set(names)
    if len(wanted) <= _FEW:
        marks = [json.dumps(name, ensure_ascii=plain).encode() for name in wanted
                 for plain in (True, False)]  # fmt: skip
        lines = [line for line in lines if any(mark in line for mark in marks)]
    for value in _objects(lines):
        found = wanted & value.keys()
        yield from found
        wanted -= found
        if not wanted:
            return


def _objects(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line:
            try:
                yield parse_object(line)
            except BadLine:
                continue
