"""Markup by hand, escaped unless it is known to be markup.

A plain `str` that goes into an element is text and is escaped; only what `element` and `join` made
is `Html` and goes in as it is. So a column that is called `<script>` is shown, and not run.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

_JOINERS = "\u200c\u200d"  # they shape Persian, Indic scripts and emoji, and turn nothing around
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LONGEST_NAME = 240


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | int | None) -> Html:
    """An element. `class_` is `class`, `aria_label` is `aria-label`; None leaves one out."""
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_text(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{given}>{join(children)}</{tag}>")


def join(parts: Iterable[str]) -> Html:
    """The parts one after another, each escaped unless it is markup."""
    return Html("".join(part if isinstance(part, Html) else _text(part) for part in parts))


def visible(text: str) -> str:
    """`text` with what a page would not show, or would obey, spelt out, as `[U+202E]`.

    Control characters, marks that turn the direction of what follows, lone surrogates.
    """
    return "".join(
        f"[U+{ord(mark):04X}]"
        if unicodedata.category(mark) in _UNSEEN and mark not in _JOINERS
        else mark
        for mark in text
    )


def name(text: str) -> Html:
    """A name that somebody else chose: on its own as far as direction goes, and not endless."""
    return element("bdi", shortened(text), class_="name")


def shortened(text: str) -> str:
    """Beginning and end of a name that is too long, for there names that differ mostly do."""
    if len(text) <= _LONGEST_NAME:
        return text
    half = _LONGEST_NAME // 2
    return f"{text[:half]} [{len(text) - 2 * half:,} characters] {text[-half:]}"


def names(items: Sequence[str]) -> Html:
    """Names as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    parts: list[str] = []
    for index, item in enumerate(items):
        if index:
            parts.append(" and " if index == len(items) - 1 else ", ")
        parts.append(name(item))
    return join(parts)


@dataclass(frozen=True, slots=True)
class Body:
    """Rows of a table that belong together, under a heading of their own if they have one.

    The first cell of each row is the row's heading.
    """

    rows: Sequence[Sequence[str]]
    heading: str | None = None


def table(caption: str, heads: Sequence[str], bodies: Sequence[Body], kind: str = "") -> Html:
    """A table in a box of its own that scrolls, also by keyboard, where the page is narrow.

    Args:
        caption: plain text, for it names the box too.
        heads: the heading of each column.
        bodies: groups of rows.
        kind: a class for the table; `numbers` sets its last column apart.
    """
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    inner = element(
        "table",
        element("caption", caption),
        element("thead", head),
        *(_body(body, len(heads)) for body in bodies),
        class_=kind or None,
    )
    return framed(caption, inner)


def framed(caption: str, inner: Html) -> Html:
    """A box that scrolls, also by keyboard, where the page is too narrow for what is in it."""
    return element("div", inner, class_="scroll", role="region", aria_label=caption, tabindex=0)


def _body(body: Body, width: int) -> Html:
    rows = [
        element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in cells))
        for first, *cells in body.rows
    ]
    if body.heading is not None:
        heading = element("th", body.heading, scope="rowgroup", colspan=width)
        rows.insert(0, element("tr", heading, class_="group"))
    return element("tbody", *rows)


def _text(text: str) -> str:
    return escape(visible(text))
