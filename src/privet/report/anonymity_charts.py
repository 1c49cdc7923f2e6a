"""Pictures of risk and use: classes by size, and bars that lie, with intervals where there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from privet.report.markup import Html
from privet.report.svg import fitting, line, picture, rect, text

_WIDTH = 880.0
_LEFT, _RIGHT = 250.0, 150.0
_ROW, _BAR, _GAP = 22.0, 13.0, 14.0
_SCALE = 26.0
_LONGEST_LABEL = 38
_TALL, _TOP, _FLOOR = 190.0, 22.0, 146.0
_COLUMN_LEFT = 44.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar that lies.

    Attributes:
        label: what it is of.
        value: 0 to 1.
        kind: its class in the style sheet.
        told: the value in words, after it.
        span: an interval around it, 0 to 1.
        apart: whether a gap is above it.
    """

    label: str
    value: float
    kind: str
    told: str
    span: tuple[float, float] | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One bar that stands: a range of sizes of classes, and the share of rows in them."""

    label: str
    value: float
    kind: str
    told: str


def lying(bars: Sequence[Bar], said: str) -> Html:
    """Bars from 0 to 100 %, one below the other."""
    places = []
    y = _SCALE
    for number, bar in enumerate(bars):
        y += _GAP if bar.apart and number else 0.0
        places.append(y)
        y += _ROW
    shapes = list(_across(y))
    for bar, place in zip(bars, places, strict=True):
        shapes += _lying(bar, place)
    told = "; ".join(f"{bar.label}: {bar.told}" if bar.label else bar.told for bar in bars)
    return picture((_WIDTH, y + 4), said, shapes, "chart", f"{told}.")


def _across(bottom: float) -> Iterator[Html]:
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _x(part)
        yield line(x, _SCALE - 8, x, bottom, "floor" if part == 0 else "grid")
        yield text(x, _SCALE - 13, f"{100 * part:g} %", "tick middle")


def _x(share: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max(share, 0.0), 1.0)


def _lying(bar: Bar, y: float) -> Iterator[Html]:
    middle, end = y + _ROW / 2, _x(bar.value)
    yield text(0, middle + 4, fitting(bar.label, _LONGEST_LABEL), "label", bar.label)
    if bar.value > 0:
        wide = max(end - _LEFT, 1.5)
        yield rect((_LEFT, middle - _BAR / 2), (wide, _BAR), bar.kind, bar.told)
    if bar.span is not None:
        low, high = _x(bar.span[0]), _x(bar.span[1])
        end = max(end, high)
        yield line(low, middle, high, middle, "span")
        for x in (low, high):
            yield line(x, middle - 4, x, middle + 4, "span")
    yield text(end + 8, middle + 4, bar.told, "told")


def standing(columns: Sequence[Column], said: str, below: str) -> Html:
    """Bars that stand side by side, the tallest as high as the picture; `below` names the floor."""
    most = max((column.value for column in columns), default=0.0) or 1.0
    slot = (_WIDTH - _COLUMN_LEFT) / max(len(columns), 1)
    shapes = [line(_COLUMN_LEFT, _FLOOR, _WIDTH, _FLOOR, "floor")]
    for number, column in enumerate(columns):
        middle = _COLUMN_LEFT + slot * (number + 0.5)
        tall = (_FLOOR - _TOP) * column.value / most
        if column.value > 0:
            tall = max(tall, 1.5)
            corner = (middle - slot * 0.36, _FLOOR - tall)
            shapes.append(rect(corner, (slot * 0.72, tall), column.kind, column.told))
            shapes.append(text(middle, _FLOOR - tall - 6, column.told, "value"))
        shapes.append(text(middle, _FLOOR + 17, column.label, "tick middle"))
    shapes.append(text((_COLUMN_LEFT + _WIDTH) / 2, _FLOOR + 37, below, "tick middle"))
    told = "; ".join(f"{column.label}: {column.told}" for column in columns if column.value > 0)
    return picture((_WIDTH, _TALL), said, shapes, "chart", f"{told}.")
