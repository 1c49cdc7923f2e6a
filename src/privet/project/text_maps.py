"""Maps from what stands in a protected text to what stood there: sealed, named in the log, dated.

A map is one sealed record under a key of its own. The log names it, the kinds that it holds and the
day on which it ends, and no value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from privet.config.project_file import load_contracts
from privet.model import canonical
from privet.model.errors import IntegrityError, UsageError
from privet.policy.problem import nearest
from privet.project.memory import Memory
from privet.project.text_protection import Entry
from privet.vault.evidence import find_record

LOG_KIND = "map"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_FORM = 1


@dataclass(frozen=True, slots=True)
class TextMap:
    """A map, as the log knows it.

    Attributes:
        kinds: names of the kinds that it holds, with their categories.
        until: when it ends; None: it does not.
        record: the sealed record's name, and its digest.
        sha256: of the log's entry, in hex: what a receipt says that it was made from.
    """

    name: str
    kinds: Mapping[str, str]
    until: datetime | None
    record: str
    blake3: str
    sha256: str


def free_name(memory: Memory, name: str) -> None:
    """Insist that a map can be called so.

    Raises:
        UsageError: it cannot.
    """
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            "a map's name has letters, digits and `_` only", hint="such as `letters_2026`"
        )
    if name in load_contracts(memory.config.root):
        raise UsageError(
            f"`{name}` is a data set: rules could not tell the two apart", hint="take another name"
        )
    if name in maps(memory):
        raise UsageError(
            f"there is a map `{name}`, and a map is never replaced", hint="take another name"
        )


def maps(memory: Memory) -> dict[str, TextMap]:
    """Every map of the project, by name."""
    found = {}
    for entry in memory.log.entries():
        if entry.kind == LOG_KIND:
            body = entry.body
            until = body["until"]
            found[body["map"]] = TextMap(
                name=body["map"],
                kinds={each["kind"]: each["category"] for each in body["kinds"]},
                until=None if until is None else datetime.fromisoformat(until),
                record=body["record"],
                blake3=body["evidence"],
                sha256=sha256(canonical.encode(dict(body))).hexdigest(),
            )
    return found


def find_map(memory: Memory, name: str) -> TextMap:
    """The map called `name`.

    Raises:
        UsageError: there is none.
    """
    known = maps(memory)
    if name not in known:
        hint = nearest(name, known) if known else "make one: `privet redact --map NAME`"
        raise UsageError(f"there is no map `{name}`", hint=hint)
    return known[name]


def seal_map(
    memory: Memory,
    name: str,
    how: str,
    entries: Sequence[Entry],
    *,
    kinds: Mapping[str, str],
    keep_days: int | None = None,
) -> None:
    """Seal a map, and write it to the log.

    Args:
        memory: the project's.
        name: a free one.
        how: what the replacements are.
        entries: what stood where.
        kinds: the category of each of their kinds.
        keep_days: after so many days nothing is restored any more.

    Raises:
        UsageError: somebody took the name meanwhile.
    """
    free_name(memory, name)
    vault = memory.vault
    until = None
    if keep_days is not None:
        end = vault.clock.now().astimezone(UTC) + timedelta(days=keep_days)
        until = end.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    record = f"map/{vault.entropy.token_bytes(16).hex()}"
    held = {
        "version": _FORM,
        "map": name,
        "how": how,
        "until": until,
        "entries": [[each.replacement, each.kind, each.original] for each in entries],
    }
    digest = vault.put_sealed(record, json.dumps(held, ensure_ascii=False).encode())
    with memory.catalog.write() as connection:
        body: dict[str, Any] = {
            "map": name,
            "record": record,
            "evidence": digest,
            "until": until,
            "kinds": [
                {"kind": kind, "category": category} for kind, category in sorted(kinds.items())
            ],
        }
        memory.log.append(connection, LOG_KIND, body)
    memory.log.publish()


def open_map(memory: Memory, known: TextMap) -> tuple[Entry, ...]:
    """What stands in a map; the caller has a grant on it.

    Raises:
        IntegrityError: the record is another's, or was changed.
    """
    with memory.catalog.read() as connection:
        sealed = find_record(connection, known.record)
    if sealed is None or sealed.blake3 != known.blake3:
        raise _changed(known)
    held = json.loads(memory.vault.get_sealed(known.record))
    until = None if known.until is None else known.until.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    if (held["version"], held["map"], held["until"]) != (_FORM, known.name, until):
        raise _changed(known)
    return tuple(Entry(*each) for each in held["entries"])


def _changed(known: TextMap) -> IntegrityError:
    return IntegrityError(
        f"the sealed record of the map `{known.name}` is not the one that the log names",
        hint="restore the catalog; `privet verify .` says what else was changed",
    )
