"""`privet scan -` and `privet redact`: free text from files or standard input."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

from privet.cli import output, table
from privet.config.project_file import load_own_kinds
from privet.detect.kinds.registry import KINDS
from privet.model.errors import UsageError
from privet.project.finding_text import FoundKind, TextFound, find_in_text
from privet.project.redacting import Redacted, Wanted, project_at, redact
from privet.project.text_protection import personal_text
from privet.project.unlocking import Ask

_SHOWN = 4
_DAYS = re.compile(r"([0-9]{1,5})d")
_LIMITS = "Without a model no one is promised that names in prose are found."


def scan_standard_input(paths: Sequence[str], *, full: bool, suggest: bool, json: bool) -> None:
    """Say what is personal in the text on standard input, and where."""
    if list(paths) != ["-"]:
        raise UsageError("`-` is standard input, and stands alone", hint="scan files by themselves")
    if full or suggest:
        option = "--full" if full else "--suggest"
        raise UsageError(
            f"`{option}` is for tables, and `-` is free text", hint=f"leave `{option}` out"
        )
    config = project_at(Path.cwd())
    finder = personal_text(own=load_own_kinds(config) if config else (), flags=True)
    _show_found(find_in_text(standard_input(), finder), json=json)


def redact_texts(
    files: Sequence[str],
    *,
    how: str,
    kinds: str | None,
    fields: Sequence[str],
    form: str | None,
    map_name: str | None,
    keep: str | None,
    ask: Ask,
) -> None:
    """Write the texts to standard output, protected; what is said of them goes to the other."""
    wanted = Wanted(
        sources=tuple(files) or ("-",),
        how=how,
        kinds=listed(kinds),
        form=form,
        fields=tuple(part for each in fields for part in listed(each)),
        map=map_name,
        keep_days=_days(keep),
    )
    done = redact(wanted, standard_input(), standard_output(), Path.cwd(), ask)
    _say(wanted, done)


def listed(text: str | None) -> tuple[str, ...]:
    """The words of `a,b`."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def standard_input() -> BinaryIO:
    """Standard input, in bytes."""
    return cast("BinaryIO", sys.stdin.buffer)


def standard_output() -> BinaryIO:
    """Standard output, in bytes."""
    return cast("BinaryIO", sys.stdout.buffer)


def note(text: str) -> None:
    """Say something beside the text: on standard error."""
    print(text, file=sys.stderr)  # noqa: T201


def _days(keep: str | None) -> int | None:
    if keep is None:
        return None
    found = _DAYS.fullmatch(keep)
    if found is None or not int(found[1]):
        raise UsageError("`--keep` is a number of days", hint="such as `--keep 7d`")
    return int(found[1])


def _say(wanted: Wanted, done: Redacted) -> None:
    verb = {"tag": "tagged", "mask": "masked", "redact": "redacted"}.get(wanted.how, "replaced")
    note(f"{verb}: {counted_kinds(done.counts)}")
    if done.foreign:
        note(f"{output.counted(done.foreign, 'byte')} that no UTF-8 holds went through as they are")
    if done.fresh_key:
        note("outside a project: the same value has the same replacement within this call alone")
    if done.entries is not None:
        days = f" for {output.counted(wanted.keep_days, 'day')}" if wanted.keep_days else ""
        note(f"map `{wanted.map}`: {output.counted(done.entries, 'value')} sealed{days}")
    note(_LIMITS)


def counted_kinds(counts: Mapping[str, int]) -> str:
    """Counts in words, most first."""
    ordered = sorted(counts, key=lambda kind: (-counts[kind], kind))
    labels = (KINDS[kind].label if kind in KINDS else kind for kind in ordered)
    parts = [f"{counts[kind]:,} {label}" for kind, label in zip(ordered, labels, strict=True)]
    return ", ".join(parts) or "nothing was found"


def _show_found(found: TextFound, *, json: bool) -> None:
    if json:
        output.emit(
            "scan",
            text={
                "lines": found.lines,
                "foreign": found.foreign,
                "kinds": [_described(kind) for kind in found.kinds],
            },
        )
        return
    rows = [
        (kind.kind, kind.category, f"{kind.count:,}", f"{kind.least / 100:.2f}", _places(kind))
        for kind in found.kinds
    ]
    title = f"standard input: {output.counted(found.lines, 'line')}"
    if rows:
        table.show(title, ("kind", "category", "found", "least sure", "line:columns"), rows)
    else:
        output.say(f"{title}, nothing found")
    if found.foreign:
        output.say(f"{output.counted(found.foreign, 'byte')} of no UTF-8 were passed over")
    output.say(_LIMITS)


def _described(kind: FoundKind) -> dict[str, object]:
    return {
        "kind": kind.kind,
        "category": kind.category,
        "found": kind.count,
        "least": kind.least / 100,
        "places": [asdict(place) for place in kind.places],
    }


def _places(kind: FoundKind) -> str:
    shown = ", ".join(str(place) for place in kind.places[:_SHOWN])
    return shown if kind.count <= _SHOWN else f"{shown}, …"
