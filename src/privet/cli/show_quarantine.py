"""Show the rows that were held back, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from privet.cli import output, table
from privet.project.quarantine import HeldData, Shown
from privet.project.requeueing import LetIn
from privet.report.words import reason as reason_words


def show_list(found: Sequence[HeldData], *, json: bool) -> None:
    """Print how many rows of each data set were held back, and why."""
    if json:
        output.emit(
            "quarantine list",
            data=[
                {
                    "name": data.name,
                    "snapshot": data.snapshot,
                    "when": data.when,
                    "held": [
                        {
                            "reason": each.reason,
                            "words": _words(each.reason),
                            "rows": each.rows,
                            "files": each.files,
                        }
                        for each in data.reasons
                    ],
                }
                for data in found
            ],
        )
        return
    for data in found:
        title = f"{data.name}, snapshot {data.snapshot} of {data.when}"
        if not data.reasons:
            output.say(f"{title}: nothing is held back")
            continue
        rows = [
            (each.reason, f"{each.rows:,}", f"{each.files:,}", _words(each.reason))
            for each in data.reasons
        ]
        table.show(title, ("reason", "rows", "files", "what it says"), rows)
    if any(data.reasons for data in found):
        output.say("look:  privet quarantine show DATA --role ROLE --for PURPOSE")


def show_rows(shown: Shown, *, json: bool) -> None:
    """Print held-back rows as the policy lets them be seen."""
    if json:
        output.emit(
            "quarantine show",
            data=shown.data,
            snapshot=shown.snapshot,
            columns=list(shown.columns),
            rows=[
                {
                    "file": row.file,
                    "position": row.position,
                    "reason": row.reason,
                    "value": row.value,
                    "values": dict(zip(shown.columns, row.values, strict=True)),
                }
                for row in shown.rows
            ],
            of=shown.of,
            withheld=dict(shown.withheld),
        )
        return
    rows = [
        [row.file, f"{row.position}", row.reason, *map(_cell, (row.value, *row.values))]
        for row in shown.rows
    ]
    looked = len(shown.rows) + sum(shown.withheld.values())
    title = f"{shown.data}, snapshot {shown.snapshot}: {looked:,} of {shown.of:,} rows held back"
    table.show(title, ("file", "record", "reason", "as read", *shown.columns), rows)
    for reason, count in sorted(shown.withheld.items()):
        output.say(f"not shown: {count:,} ({_words(reason)})")


def show_let_in(verb: str, done: LetIn, *, json: bool) -> None:
    """Print what became of rows that were looked at again."""
    if json:
        output.emit(
            verb,
            data=done.data,
            snapshot=done.snapshot,
            before=done.before,
            let_in=done.let_in,
            merged=dict(done.merged),
            held=dict(done.held),
            pipelines=list(done.pipelines),
        )
        return
    held = sum(done.held.values())
    parts = [f"{output.counted(done.let_in, 'row')} let in"]
    for what, reasons in (("merged", done.merged), ("still held back", done.held)):
        if reasons:
            named = ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(reasons.items()))
            parts.append(f"{sum(reasons.values()):,} {what} ({named})")
    output.say(f"{done.data}: {', '.join(parts)}")
    if done.snapshot == done.before:
        output.say(f"snapshot:  {done.snapshot}, unchanged")
        return
    output.say(f"snapshot:  {done.snapshot}, in place of {done.before}")
    for name in done.pipelines:
        output.say(f"release:   privet run {name}")
    if held:
        output.say(f"look:      privet quarantine list {done.data}")


def _words(reason: str) -> str:
    """The reason in words, and what it is about."""
    words, about = reason_words(reason)
    return f"{words}: {about}" if about else words


def _cell(value: str | None) -> str:
    """A value on one line, and with nothing in it that a terminal would obey."""
    if value is None:
        return ""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in value
    )
