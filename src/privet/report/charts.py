"""Quality over time: a chart of what was held back, and a small one for each rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from privet.report import words
from privet.report.markup import Html
from privet.report.past import Past
from privet.report.svg import line, picture, rect, text

_WIDTH, _HEIGHT = 880.0, 168.0
_LEFT, _TOP, _FLOOR = 44.0, 18.0, 126.0
_WIDEST, _BAR = 76.0, 0.56
_MOST_LABELS = 12
_NEXT_NICE = (1.0, 2.0, 5.0, 10.0)
_SPARK_HEIGHT, _SPARK_BAR, _SPARK_GAP = 22.0, 5.0, 2.0


def over_time(points: Sequence[Past]) -> Html:
    """Which part of the rows was quarantined and merged, snapshot by snapshot."""
    top = _nice(max((point.held_back or 0.0) for point in points))
    slot = min((_WIDTH - _LEFT) / len(points), _WIDEST)
    every = math.ceil(len(points) / _MOST_LABELS)
    shapes = list(_scale(top, _LEFT + slot * len(points)))
    for number, point in enumerate(points):
        x = _LEFT + slot * number
        labelled = (len(points) - 1 - number) % every == 0
        shapes += _column(point, x, slot, top, labelled=labelled)
    return picture(
        (_WIDTH, _HEIGHT),
        "Share of the rows read that was held back, by snapshot",
        shapes,
        "chart",
        "; ".join(_said(point) for point in points) + ".",
    )


def spark(points: Sequence[Past], rule: str) -> Html:
    """The share of rows that fail a rule, snapshot by snapshot; the tallest bar is the most."""
    shares = [point.share(point.failed.get(rule)) for point in points]
    most = max((share or 0.0) for share in shares)
    wide = (_SPARK_BAR + _SPARK_GAP) * len(shares)
    shapes = [line(0, _SPARK_HEIGHT - 0.5, wide, _SPARK_HEIGHT - 0.5, "floor")]
    for number, share in enumerate(shares):
        if not share:
            continue
        tall = max((_SPARK_HEIGHT - 2) * share / most, 1.5)
        kind = "now" if number == len(shares) - 1 else "then"
        x = (_SPARK_BAR + _SPARK_GAP) * number
        shapes.append(rect((x, _SPARK_HEIGHT - 1 - tall), (_SPARK_BAR, tall), kind))
    said = ", ".join("not known" if share is None else words.share(share, 1) for share in shares)
    return picture((wide, _SPARK_HEIGHT), "Share that fails, by snapshot", shapes, "spark", said)


def _scale(top: float, right: float) -> Iterator[Html]:
    """Lines at nothing, half and the top, with their numbers."""
    for part in (0.0, 0.5, 1.0):
        y = _FLOOR - (_FLOOR - _TOP) * part
        yield line(_LEFT, y, right, y, "floor" if part == 0 else "grid")
        yield text(_LEFT - 8, y + 4, f"{100 * top * part:g} %", "tick")


def _column(point: Past, x: float, slot: float, top: float, *, labelled: bool) -> list[Html]:
    wide, middle = slot * _BAR, x + slot / 2
    left, y = middle - slot * _BAR / 2, _FLOOR
    shapes: list[Html] = []
    for kind, share in (
        ("quarantined", point.share(point.quarantined)),
        ("merged", point.share(point.merged)),
    ):
        if share:
            tall = max((_FLOOR - _TOP) * share / top, 1.5)
            y -= tall
            shapes.append(rect((left, y), (wide, tall), kind, f"{words.share(share, 1)} {kind}"))
    if labelled:
        held = point.held_back
        shapes.append(text(middle, y - 5, "?" if held is None else _brief(held), "value"))
        shapes.append(text(middle, _FLOOR + 17, f"{point.snapshot:,}", "tick middle"))
        shapes.append(text(middle, _FLOOR + 32, f"{point.when:%d %b}", "tick middle soft"))
    return shapes


def _brief(share: float) -> str:
    return "0" if share == 0 else words.share(share, 1).removeprefix("under ").replace(" %", "%")


def _said(point: Past) -> str:
    held = point.held_back
    told = "not shown" if held is None else words.share(held, 1)
    return f"snapshot {point.snapshot:,}: {told}"


def _nice(share: float) -> float:
    """A round number of percent at or above the largest share."""
    if share <= 0:
        return 0.01
    unit = 10.0 ** math.floor(math.log10(share))
    return min(next(unit * nice for nice in _NEXT_NICE if unit * nice >= share), 1.0)
