"""The walk of a data set's rows through the pipeline as a picture: a band that gets narrower.

It is drawn from what may be shown of the rows and from nothing else: widths hint at shares, and are
those of the middle where a number of rows is told as a range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from privet.pipeline.summary import DataSummary
from privet.report import words
from privet.report.disclosure import NOTHING, Amount, Shown
from privet.report.markup import Html
from privet.report.stages import Place, Stage, kept, stages
from privet.report.svg import course, fitting, line, path, picture, rect, text

_WIDTH, _HEIGHT, _COLUMN = 880.0, 172.0, 88.0
_TOP, _DEEP, _END = 46.0, 60.0, 128.0  # of the band: upper edge, height, where branches end
_BEND, _LEAST, _HEAD = 7.0, 2.0, 16.0
_FILES, _RELEASE = 0, 9
_COLUMNS: dict[Place, int] = {
    "read": 1,
    "clean": 2,
    "types": 3,
    "rules": 4,
    "merge": 5,
    "vault": 6,
    "scope": 7,
    "protect": 8,
}
_TITLES = (
    "Files",
    "Reading",
    "Cleaning",
    "Types",
    "Rules",
    "Duplicates",
    "Vault",
    "Permission",
    "Treatments",
    "Release",
)
_LONGEST = 14


@dataclass(frozen=True, slots=True)
class _Step:
    """A stage as it is drawn: where, and how thick the band is before and after it."""

    stage: Stage
    x: float
    before: float
    after: float

    @property
    def branch(self) -> float:
        """How thick the branch is."""
        return max(self.before - self.after, _LEAST)


def walk(data: DataSummary, shown: Shown, recipient: str) -> Html:
    """The picture of one data set; `recipient` is who the release is for."""
    steps = _steps(shown)
    shapes = [
        *_heads(data, recipient),
        *_band(steps, shown),
        *(shape for step in steps if step.stage.some for shape in _branch(step)),
        *_figure(0, shown.read, "read"),
        *_figure(_COLUMN * _COLUMNS["vault"], kept(shown), "kept"),
        *_figure(_COLUMN * _RELEASE, shown.out, "out"),
    ]
    return picture((_WIDTH, _HEIGHT), "The walk of the rows", shapes, "walk", _said(shown))


def _steps(shown: Shown) -> list[_Step]:
    """Where each stage stands; where numbers may not be shown, the band is as thick throughout."""
    whole = shown.read.middle
    steps: list[_Step] = []
    before = _DEEP
    for stage in stages(shown):
        after = before
        if stage.left is not None and whole:
            after = min(before, max(_DEEP * stage.left.middle / whole, 0.0))
            after = max(after, _LEAST) if stage.left.high else 0.0
        steps.append(_Step(stage, _COLUMN * _COLUMNS[stage.place], before, after))
        before = after
    return steps


def _heads(data: DataSummary, recipient: str) -> Iterator[Html]:
    """The name of each stage, and what was there."""
    changed = sum(words.fate(column.treatment) != "kept" for column in data.columns)
    cleaning = {outcome.step for outcome in data.quality.cleaning}
    notes = (
        _counted(len(data.sources), "file"),
        "",
        _counted(len(cleaning), "step"),
        _counted(len(data.columns), "column"),
        _counted(len(data.quality.rules), "rule"),
        "",
        f"snapshot {data.snapshot:,}",
        "row filter" if data.row_filter is not None else "",
        f"{changed:,} of {len(data.columns):,}",
        "",
    )
    for number, (title, note) in enumerate(zip(_TITLES, notes, strict=True)):
        x = _COLUMN * number
        yield text(x, 14, title, "stage")
        if number == _RELEASE:
            yield text(x, 29, fitting(f"to {recipient}", _LONGEST), "note", f"to {recipient}")
        elif note:
            yield text(x, 29, note, "note")


def _band(steps: list[_Step], shown: Shown) -> Iterator[Html]:
    """The rows that go on, from stage to stage, with the vault across and an arrow at the end."""
    edges = [step.x for step in steps[1:]] + [_COLUMN * _RELEASE]
    tone = "band" if shown.out is not None else "band unknown"
    first = steps[0]
    yield rect((0, _TOP), (first.x, first.before), f"{tone} raw")
    for step, end in zip(steps, edges, strict=True):
        place = step.stage.place
        sealed = "sealed" if place in {"vault", "scope", "protect"} else "raw"
        if step.after:
            yield rect((step.x, _TOP), (end - step.x, step.after), f"{tone} {sealed}")
    last = steps[-1].after
    if last:
        yield path(_arrow(_COLUMN * _RELEASE, last), f"{tone} gone")
    vault = _COLUMN * _COLUMNS["vault"]
    yield line(vault, _TOP - 7, vault, _TOP + _DEEP + 7, "vault")


def _arrow(x: float, thick: float) -> str:
    """The end of the band."""
    head, middle = x + _COLUMN - _HEAD - 8, _TOP + thick / 2
    wide = max(thick / 2, 5.0)
    return course(
        *("M", x, _TOP, "L", head, _TOP, "L", head, middle - wide, "L", head + _HEAD, middle),
        *("L", head, middle + wide, "L", head, _TOP + thick, "L", x, _TOP + thick, "Z"),
    )


def _branch(step: _Step) -> Iterator[Html]:
    """The rows that leave: out of the lower edge of the band, round a bend and down."""
    thick, x = step.branch, step.x
    upper = _TOP + step.before - thick
    lower, outer = upper + thick, _BEND + thick
    turn = lower + _BEND
    bend = course(
        *("M", x - _BEND, upper, "A", outer, outer, 0, 0, 1, x + thick, turn),
        *("L", x + thick, _END, "L", x, _END, "L", x, turn),
        *("A", _BEND, _BEND, 0, 0, 0, x - _BEND, lower, "Z"),
    )
    tone = step.stage.kind if step.stage.gone is not None else "unknown"
    yield path(bend, f"branch {tone}")
    yield from _figure(x, step.stage.gone, step.stage.kind)


def _figure(x: float, rows: Amount | None, kind: str) -> Iterator[Html]:
    """A number of rows under the picture, and what they are."""
    lines = [*_brief(rows), kind]
    for number, words_ in enumerate(lines):
        tone = "what" if number == len(lines) - 1 else "amount"
        yield text(x, _END + 14 + 14 * number, words_, tone if rows is not None else "what")


def _brief(rows: Amount | None) -> list[str]:
    if rows is None:
        return ["not shown"]
    if rows.exact:
        return [f"{rows.low:,}"]
    if rows.low <= 1:
        return [f"under {rows.high + 1:,}"]
    return [str(rows)] if len(str(rows)) < _LONGEST else [f"{rows.low:,} to", f"{rows.high:,}"]


def _said(shown: Shown) -> str:
    """What the picture shows, for who does not see it."""
    parts = [f"{shown.read} rows read"]
    for stage in stages(shown):
        if stage.some:
            title = _TITLES[_COLUMNS[stage.place]].lower()
            gone = "a number that is not shown" if stage.gone is None else str(stage.gone)
            parts.append(f"{gone} {stage.kind} at {title}")
    out = "a number that is not shown" if shown.out is None else str(shown.out)
    parts.append("none out" if shown.out == NOTHING else f"{out} out")
    return "; ".join(parts) + "."


def _counted(number: int, noun: str) -> str:
    if not number:
        return f"no {noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
