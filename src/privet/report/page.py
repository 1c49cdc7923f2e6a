"""The page: headline, sections, style."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from privet.pipeline.summary import RunSummary
from privet.report import anonymity, columns, profiles, proof, quality, rows, terms, words
from privet.report.markup import Html, element, join, name, names

_CONTENTS = (
    ("rows", "Rows"),
    ("quality", "Quality"),
    ("profiles", "Shapes"),
    ("columns", "Columns"),
    ("risk", "Risk"),
    ("use", "Use"),
    ("limits", "Not promised"),
    ("check", "Check it"),
    ("terms", "Terms"),
    ("sources", "Sources"),
    ("changes", "Changes"),
    ("steps", "Steps"),
)


def render(summary: RunSummary) -> str:
    """The report of a run as one HTML document: no script, no address outside of itself.

    Raises:
        IntegrityError: a data set's counts do not add up.
    """
    body = element("body", _header(summary), _main(summary), _footer())
    return f'<!doctype html>\n<html lang="en">\n{_head(summary)}\n{body}\n</html>\n'


def _head(summary: RunSummary) -> Html:
    """A policy that lets nothing in but this very style (CSP Level 3, section 6.7.3: hashes)."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    title = f"{summary.pipeline}, release {summary.number:,}: report"
    return element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        Html('<meta name="referrer" content="no-referrer">'),
        Html('<meta name="robots" content="noindex">'),
        element("title", title),
        Html(f"<style>{style}</style>"),
    )


def _header(summary: RunSummary) -> Html:
    return element(
        "header",
        element("p", name(summary.project), " / ", name(summary.pipeline), class_="where"),
        element("h1", *_headline(summary)),
        element("p", *_lede(summary), class_="lede"),
    )


def _headline(summary: RunSummary) -> list[str]:
    """What left, for whom, for what."""
    ending = [" for ", terms.recipient(summary), ", for the purpose ", name(summary.purpose), "."]
    data = words.data_of(summary.guarantee)
    if summary.unchanged:
        release = f"Nothing new left the vault. Release {summary.number:,} stands: "
        return [release, data[:1].lower() + data[1:], *ending]
    if rows.nothing_left(summary):
        return ["A release without a single row was made", *ending]
    return [data, " left the vault", *ending]


def _lede(summary: RunSummary) -> list[str]:
    """Which data sets, in which release; what the guarantee means for the people in it."""
    held = names([data.name for data in summary.data])
    made = "was made before from" if summary.unchanged else "is made from"
    release = element("strong", f"Release {summary.number:,}")
    return [release, f" {made} ", held, ". ", words.meaning_of(summary.guarantee)]


def _main(summary: RunSummary) -> Html:
    some = {
        "profiles": profiles.section(summary),
        "risk": anonymity.risk_section(summary),
        "use": anonymity.use_section(summary),
    }
    links = [
        element("li", element("a", title, href=f"#{place}"))
        for place, title in _CONTENTS
        if some.get(place, Html()) is not None
    ]
    return element(
        "main",
        element("nav", element("ul", *links), aria_label="Sections of this report"),
        rows.section(summary),
        quality.section(summary),
        some["profiles"] or Html(),
        columns.section(summary),
        some["risk"] or Html(),
        some["use"] or Html(),
        proof.limits(summary),
        proof.check(summary),
        terms.terms(summary),
        terms.sources(summary),
        terms.changes(summary),
        terms.steps(summary),
    )


def _footer() -> Html:
    said = (
        "This report is for the person who ran the pipeline. It is no part of the release and "
        "shows names and counts, never a value; groups of fewer than 10 rows are merged."
    )
    return element("footer", element("p", join([said])))


@cache
def _style() -> str:
    return files("privet.report").joinpath("style.css").read_text(encoding="utf-8")
