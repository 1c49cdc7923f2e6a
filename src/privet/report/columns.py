"""What became of each column, and which rule said so."""

from __future__ import annotations

from collections.abc import Sequence

from privet.model.contract import NO_CATEGORY
from privet.pipeline.summary import ColumnSummary, DataSummary, RunSummary
from privet.report import words
from privet.report.markup import Body, Html, element, join, name, shortened, table

_FATES = (("kept", "Kept"), ("changed", "Changed"), ("dropped", "Dropped"))


def section(summary: RunSummary) -> Html:
    """Every data set's columns: kept, changed, dropped."""
    return element(
        "section",
        element("h2", "Columns"),
        element(
            "p",
            "What the policy made of each column. Only what is kept or changed is in the release.",
        ),
        *(_data(data) for data in summary.data),
        id="columns",
    )


def _data(data: DataSummary) -> Html:
    fates = {
        fate: [column for column in data.columns if words.fate(column.treatment) == fate]
        for fate, _ in _FATES
    }
    bodies = [
        Body([_row(column) for column in fates[fate]], f"{title}: {len(fates[fate]):,}")
        for fate, title in _FATES
        if fates[fate]
    ]
    heads = ("Column", "What became of it", "What it is", "Rule")
    caption = f"Columns of {shortened(data.name)}"
    return element("article", element("h3", name(data.name)), table(caption, heads, bodies))


def _row(column: ColumnSummary) -> Sequence[str]:
    return (
        join([name(column.path), _small(_type(column))]),
        join([_treatment(column), _note(column.note)]),
        _category(column),
        element("code", column.rule),
    )


def _type(column: ColumnSummary) -> str:
    released = column.released_type
    return column.type if released in (None, column.type) else f"{column.type} → {released}"


def _treatment(column: ColumnSummary) -> Html:
    """In words; personal values that left as they are get a mark that a reader stops at."""
    said, params = words.treatment(column.treatment)
    kept = words.fate(column.treatment) == "kept" and column.category != NO_CATEGORY
    parameters = join([" ", element("code", params)]) if params else Html()
    return join([said, parameters, _tag("readable") if kept else Html()])


def _category(column: ColumnSummary) -> Html:
    label = words.category(column.category)
    if column.category == NO_CATEGORY or not label:
        return join([label or column.category])
    mark = _tag("special category") if words.special(column.category) else Html()
    return join([label, mark, _small(column.category)])


def _tag(text: str) -> Html:
    return join([" ", element("span", text, class_="tag")])


def _note(note: str | None) -> Html:
    return _small(note) if note else Html()


def _small(text: str) -> Html:
    return element("small", text)
