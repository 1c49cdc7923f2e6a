"""Pictures by hand: the few shapes that the report draws.

Sizes and places are in the view box's units. Colours and type come from the style sheet, by class.
A picture says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable

from privet.report.markup import Html, element


def picture(
    size: tuple[float, float], said: str, shapes: Iterable[Html], kind: str, desc: str = ""
) -> Html:
    """A picture of `shapes`, so wide and high; `said` is what it is, `desc` what is to be seen."""
    width, height = size
    described = element("desc", desc) if desc else Html()
    return element(
        "svg",
        element("title", said),
        described,
        *shapes,
        class_=kind,
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        role="img",
        aria_label=f"{said}. {desc}" if desc else said,
    )


def rect(
    corner: tuple[float, float], size: tuple[float, float], kind: str, title: str | None = None
) -> Html:
    """A rectangle by its left upper corner, width and height; `title` shows to who points at it."""
    return element(
        "rect",
        *_titled(title),
        class_=kind,
        x=_number(corner[0]),
        y=_number(corner[1]),
        width=_number(size[0]),
        height=_number(size[1]),
    )


def path(course: str, kind: str, title: str | None = None) -> Html:
    """A shape by its course."""
    return element("path", *_titled(title), class_=kind, d=course)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Html:
    """A straight line."""
    return element(
        "line", class_=kind, x1=_number(x1), y1=_number(y1), x2=_number(x2), y2=_number(y2)
    )


def text(x: float, y: float, words: str, kind: str, title: str | None = None) -> Html:
    """One line of text; where it stands relative to `x` is its class's business."""
    return element("text", *_titled(title), words, class_=kind, x=_number(x), y=_number(y))


def course(*steps: str | float) -> str:
    """The course of a path: commands and their numbers."""
    return " ".join(step if isinstance(step, str) else _number(step) for step in steps)


def fitting(words: str, most: int) -> str:
    """`words`, cut with an ellipsis to at most `most` characters."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _titled(title: str | None) -> tuple[Html, ...]:
    return () if title is None else (element("title", title),)


def _number(value: float) -> str:
    """To a tenth, without a useless end."""
    return f"{value:.1f}".removesuffix(".0")
