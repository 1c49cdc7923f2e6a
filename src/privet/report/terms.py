"""On which terms a release was made, from what, by which steps, and what is new in its plan."""

from __future__ import annotations

from privet.model.release import LOCAL_RECIPIENT
from privet.pipeline.summary import DataSummary, RunSummary
from privet.report import words
from privet.report.markup import Body, Html, element, join, name, shortened, table

_CHANGES = {"+": "added", "-": "gone", "~": "changed"}


def terms(summary: RunSummary) -> Html:
    """Who asked, in which role, for what, for whom, on which legal basis."""
    facts = (
        ("Asked by", name(summary.principal)),
        ("In the role", name(summary.role)),
        ("For the purpose", name(summary.purpose)),
        ("For", recipient(summary)),
        ("Guarantee", element("code", summary.guarantee)),
        ("Started", _time(summary)),
        ("Took", words.duration(summary.started, summary.finished)),
    )
    return element(
        "section",
        element("h2", "Terms"),
        element("p", "What the policy allowed this release for."),
        element("dl", *(_fact(term, value) for term, value in facts), class_="facts"),
        _basis(summary),
        id="terms",
    )


def recipient(summary: RunSummary) -> Html:
    """For whom, in words."""
    if summary.recipient == LOCAL_RECIPIENT:
        return join(["you on this machine"])
    return name(summary.recipient)


def sources(summary: RunSummary) -> Html:
    """The files read, how, and which rows of them the policy let through."""
    return element(
        "section",
        element("h2", "Sources"),
        *(_source(data) for data in summary.data),
        id="sources",
    )


def changes(summary: RunSummary) -> Html:
    """What is new in the plan since the run before."""
    items = [_change(text) for text in summary.changes]
    said = (
        element("ul", *items, class_="changes")
        if items
        else element("p", "Nothing: the plan is that of the last run, or this is the first.")
    )
    return element("section", element("h2", "Changes since the last plan"), said, id="changes")


def steps(summary: RunSummary) -> Html:
    """What was done, and what did not need to be."""
    rows = [
        (
            name(step.name),
            "unchanged, not run again" if step.unchanged else "done",
            "" if step.unchanged else words.seconds(step.seconds),
        )
        for step in summary.steps
    ]
    shown = (
        table("The steps of this run", ("Step", "State", "Time"), [Body(rows)], kind="numbers")
        if rows
        else element("p", "None.")
    )
    return element("section", element("h2", "Steps"), shown, id="steps")


def _basis(summary: RunSummary) -> Html:
    if not summary.basis:
        return Html()
    rows = [
        (join([words.category(key) or key, element("small", key)]), element("code", basis))
        for key, basis in summary.basis
    ]
    return table("Legal basis by category", ("Category", "Basis"), [Body(rows)])


def _source(data: DataSummary) -> Html:
    subject = join(["Each row is about one ", name(data.subjects), "."]) if data.subjects else None
    told = [
        subject or "Nothing says whom a row is about, so each row stands for itself.",
        f" Kept in the vault, sealed, as snapshot {data.snapshot:,}.",
    ]
    if data.row_filter is not None:
        told += [" Only rows where ", element("code", data.row_filter), " may leave."]
    rows = [
        (name(words.place(source.name)), source.form, words.size(source.size))
        for source in data.sources
    ]
    caption = f"Files of {shortened(data.name)}"
    return element(
        "article",
        element("h3", name(data.name)),
        element("p", *told),
        table(caption, ("File", "Read as", "Size"), [Body(rows)], kind="numbers"),
    )


def _change(text: str) -> Html:
    """`~ customers.email: drop -> token`, with a word in the place of the sign."""
    sign, _, rest = text.partition(" ")
    if sign not in _CHANGES or not rest:
        return element("li", name(text))
    return element("li", element("span", _CHANGES[sign], class_="tag"), " ", name(rest))


def _fact(term: str, value: str) -> Html:
    return element("div", element("dt", term), element("dd", value))


def _time(summary: RunSummary) -> Html:
    return element(
        "time", words.moment(summary.started), datetime=summary.started.isoformat("T", "seconds")
    )
