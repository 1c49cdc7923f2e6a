"""The rules of a data set, what needs attention first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privet.report import words
from privet.report.disclosure import Amount
from privet.report.failures import Failure
from privet.report.markup import Body, Html, element, join, name, names, shortened, table

_HEADINGS = ("Does not hold", "Rows fail", "Nothing found")
_ACTIONS = {
    "quarantine": "holds rows back",
    "stop": "stops the run",
    "report": "only told",
}
_MOST_COLUMNS = 5


def rules_table(title: str, found: Sequence[Failure], trends: Mapping[str, Html]) -> Html:
    """The rules' table.

    Args:
        title: the data set.
        found: what needs attention first.
        trends: a small picture of each rule over time; empty where there is none to be drawn.
    """
    bodies = [
        Body([_row(failure, trends) for failure in group], f"{heading}: {len(group):,}")
        for rank, heading in enumerate(_HEADINGS)
        if (group := [failure for failure in found if failure.rank == rank])
    ]
    heads = ["Rule", "What it checks", "Rows that fail", "Over time", "Holds"]
    if not trends:
        heads.remove("Over time")
    return table(f"Rules of {shortened(title)}", heads, bodies, kind="rules")


def _row(failure: Failure, trends: Mapping[str, Html]) -> list[str]:
    outcome = failure.outcome
    ends = f"{outcome.severity} · {_ACTIONS[outcome.action]}"
    cells: list[str] = [
        join([name(outcome.rule), element("small", ends)]),
        join([name(outcome.check), _columns(outcome.columns)]),
        _failed(failure),
        _verdict(failure),
    ]
    if trends:
        cells.insert(3, trends.get(outcome.rule, Html()))
    return cells


def _columns(columns: tuple[str, ...]) -> Html:
    if not columns:
        return element("small", "the whole data set")
    shown = [*columns[:_MOST_COLUMNS]]
    more = len(columns) - len(shown)
    rest = f" and {more:,} more" if more > 0 else ""
    return element("small", names(shown), rest)


def _failed(failure: Failure) -> Html:
    if not failure.about_rows:
        return element("span", "about all rows at once", class_="vague")
    if failure.failed is None:
        return element("span", "some, not shown apart", class_="vague")
    if not failure.some:
        return join(["none", _of(failure.of)])
    if failure.of is None:
        return join([str(failure.failed)])
    share = words.share(failure.failed.middle, failure.of.middle)
    return join([str(failure.failed), element("small", f"{share} of {failure.of}")])


def _of(rows: Amount | None) -> Html:
    return Html() if rows is None else element("small", f"of {rows}")


def _verdict(failure: Failure) -> Html:
    if failure.holds is None:
        return element("span", "not said: so few rows", class_="vague")
    if failure.holds:
        return element("span", "✓ holds", class_="holds")
    return element("span", "✗ does not hold", class_="broken")
