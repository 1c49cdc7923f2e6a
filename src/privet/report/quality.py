"""How good the data was: rules, cleaning, and both over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privet.pipeline.summary import DataSummary, RunSummary
from privet.report import words
from privet.report.charts import over_time, spark
from privet.report.cleaning import cleaning_table
from privet.report.disclosure import Amount, disclose
from privet.report.failures import Failure, failures
from privet.report.levels import Ladder
from privet.report.markup import Body, Html, element, framed, join, name, shortened, table
from privet.report.past import MOST, Past, past
from privet.report.rules import rules_table
from privet.report.stages import walls

_NONE_SHOWN = "not shown"


def section(summary: RunSummary) -> Html:
    """Every data set's rules, cleaning and history."""
    known = any(
        data.quality.rules or data.quality.cleaning or data.quality.history for data in summary.data
    )
    said = (
        "What the rules of each contract found, what cleaning changed, and how that was before. "
        "Counts that are no part of the sum above are given as a range, so that no small group "
        "can be worked out from two of them; the command line gives them exactly."
        if known
        else "No rule was checked and nothing was cleaned in this run."
    )
    return element(
        "section",
        element("h2", "Quality"),
        element("p", said),
        *(_data(data) for data in summary.data if known),
        id="quality",
    )


def _data(data: DataSummary) -> Html:
    shown = disclose(data.counts)
    if shown.out is None:
        few = (
            "A group of rows here is so small that nothing is told of rules, cleaning and past; "
            "the command line tells it."
        )
        return element("article", element("h3", name(data.name)), element("p", few))
    ladder = Ladder().beside(walls(shown))
    points = past(data, shown, ladder)
    found = failures(data.quality.rules, data.counts, shown, ladder)
    parts = [element("h3", name(data.name)), _verdict(found)]
    if found:
        parts.append(rules_table(data.name, found, _trends(found, points)))
    if data.quality.cleaning:
        parts.append(cleaning_table(data, shown, ladder))
    parts += _history(data, points)
    return element("article", *parts)


def _verdict(found: Sequence[Failure]) -> Html:
    """The rules in a sentence."""
    if not found:
        return element("p", "Its contract has no rules.")
    broken = sum(failure.rank == 0 for failure in found)
    failing = sum(failure.rank == 1 for failure in found)
    rules = "1 rule" if len(found) == 1 else f"{len(found):,} rules"
    if not broken and not failing:
        return element("p", f"{rules}: nothing was found.")
    parts = [f"{broken:,} {'does' if broken == 1 else 'do'} not hold"] if broken else []
    parts += [f"rows fail {failing:,} {'more' if broken else 'of them'}"] if failing else []
    return element("p", f"{rules}: {', '.join(parts)}.")


def _trends(found: Sequence[Failure], points: Sequence[Past]) -> Mapping[str, Html]:
    """A small picture for each rule that ever failed, where there is a past to speak of."""
    if len(points) < 2:
        return {}
    ever = {rule for point in points for rule, rows in point.failed.items() if rows and rows.high}
    rules = [failure.outcome.rule for failure in found if failure.outcome.rule in ever]
    return {rule: spark(points, rule) for rule in rules}


def _history(data: DataSummary, points: Sequence[Past]) -> list[Html]:
    if not points:
        return []
    heading = element("h4", "Over time")
    if len(points) == 1:
        only = "This is the first snapshot of which this is known: there is no past to compare to."
        return [heading, element("p", only)]
    last = "The last " if len(data.quality.history) > MOST else ""
    told = f"{last}{len(points):,} snapshots"
    if not any(point.held_back for point in points):
        return [
            heading,
            element("p", f"{told}: no share of the rows was held back in any."),
            _figures(data, points),
        ]
    legend = element(
        "p",
        f"{told}, oldest first: about what share of the rows read was ",
        _swatch("quarantined"),
        " and ",
        _swatch("merged"),
        ".",
        class_="before",
    )
    chart = framed(f"{shortened(data.name)} over time", over_time(points))
    return [heading, legend, chart, _figures(data, points)]


def _swatch(kind: str) -> Html:
    mark = element("span", class_=f"swatch {kind}", aria_hidden="true")
    return element("span", mark, kind, class_="key")


def _figures(data: DataSummary, points: Sequence[Past]) -> Html:
    """The table behind the chart."""
    rows = [
        (
            f"{point.snapshot:,}",
            words.moment(point.when),
            _about(point.read),
            _part(None if point.held_back is None else 1 - point.held_back),
            _part(point.share(point.quarantined)),
            _part(point.share(point.merged)),
        )
        for point in points
    ]
    heads = ("Snapshot", "Made", "Rows read", "Kept", "Quarantined", "Merged")
    shown = table(f"{shortened(data.name)} by snapshot", heads, [Body(rows)], kind="figures")
    return element("details", element("summary", "The figures behind it"), shown)


def _about(rows: Amount | None) -> Html:
    return join([_NONE_SHOWN if rows is None else str(rows)])


def _part(share: float | None) -> Html:
    return join([_NONE_SHOWN if share is None else words.share(share, 1)])
