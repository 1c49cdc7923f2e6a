"""What each cleaning step changed, by column: cells, never what was in them."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from privet.model.quality import CleanOutcome
from privet.pipeline.summary import DataSummary
from privet.report import words
from privet.report.disclosure import NOTHING, Amount, Shown
from privet.report.levels import Ladder
from privet.report.markup import Body, Html, element, join, name, names, shortened, table
from privet.report.svg import picture, rect

_MOST_NAMES, _MOST_LINES = 12, 16
_WIDTH, _HEIGHT = 96.0, 4.0


def cleaning_table(data: DataSummary, shown: Shown, ladder: Ladder) -> Html:
    """The steps in their order, the columns of each by how much was changed."""
    bodies = [
        Body(list(_lines(outcome, shown, ladder)), shortened(words.cleaning(outcome.step)))
        for outcome in data.quality.cleaning
    ]
    heads = ("Column", "Cells changed", "Share of the rows read")
    return table(f"Cleaning of {shortened(data.name)}", heads, bodies, kind="cleaning")


def _lines(outcome: CleanOutcome, shown: Shown, ladder: Ladder) -> Iterator[list[str]]:
    if set(outcome.changed) == {""}:
        merged = shown.total("merged")
        yield ["Rows", _told(merged, "rows merged"), _share(merged, shown)]
        return
    changed = [(path, cells) for path, cells in sorted(outcome.changed.items()) if cells]
    if not changed:
        yield ["Nothing to change", "none", ""]
        return
    if shown.out is None:
        yield [_list([path for path, _ in changed]), _told(None, ""), ""]
        return
    steps = [(path, ladder.step(cells)) for path, cells in changed]
    large = sorted(
        ((path, cells) for path, cells in steps if cells.low > 1),
        key=lambda step: (-step[1].low, step[0]),
    )
    small = [(path, cells) for path, cells in steps if cells.low <= 1]
    for path, cells in large[:_MOST_LINES]:
        yield [name(path), str(cells), _share(cells if "[]" not in path else None, shown)]
    rest = large[_MOST_LINES:]
    if rest:
        yield [_list(list(map(itemgetter(0), rest))), f"up to {rest[0][1].high:,} each", ""]
    if small:
        each = " each" if len(small) > 1 else ""
        yield [_list([path for path, _ in small]), f"{small[0][1]}{each}", ""]


def _list(paths: list[str]) -> Html:
    more = len(paths) - _MOST_NAMES
    if more <= 0:
        return element("span", names(paths), class_="several")
    return element("span", names(paths[:_MOST_NAMES]), f" and {more:,} more", class_="several")


def _told(rows: Amount | None, what: str) -> Html:
    if rows is None:
        return element("span", "some, not shown apart", class_="vague")
    return join(["none" if rows == NOTHING else f"{rows} {what}"])


def _share(cells: Amount | None, shown: Shown) -> Html:
    if cells is None or cells == NOTHING:
        return Html()
    part, whole = cells.middle, shown.read.middle
    said = words.share(part, whole)
    wide = min(max(_WIDTH * part / whole, 1.5), _WIDTH)
    shapes = [
        rect((0, 0), (_WIDTH, _HEIGHT), "whole"),
        rect((0, 0), (wide, _HEIGHT), "part"),
    ]
    meter = picture((_WIDTH, _HEIGHT), said, shapes, "meter")
    return element("span", meter, said, class_="share")
