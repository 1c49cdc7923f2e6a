"""Risk and use of an anonymised table: two sections of the report, and a page of their own.

For the person who ran the release. No value is shown, and no count of 1 to 9 rows: counts stand on
the steps of `report.levels`, shares that would tell such a count are told as a bound. The size of
the smallest class is shown where it is what the release promises, ten or more, or named as few.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from privet.protect.risk.intervals import Rate
from privet.protect.risk.report import Attack, Chance, RiskReport
from privet.protect.utility.report import UtilityReport
from privet.report import words
from privet.report.anonymity_charts import Bar, Column, lying, standing
from privet.report.disclosure import SMALL
from privet.report.levels import Ladder
from privet.report.markup import Body, Html, element, framed, join, name, names, table

_BINS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)
_FEWEST_COLUMNS = 5
_ATTACKS = {
    "singling-out": "Singling out",
    "linkability": "Linking halves",
    "inference": "Guessing",
}


def sections(risk: RiskReport | None, utility: UtilityReport | None) -> tuple[Html, ...]:
    """What is there to say of a release, for a page that has its own head."""
    made = []
    if risk is not None:
        made.append(risk_section(risk))
    if utility is not None:
        made.append(utility_section(utility))
    return tuple(made)


def page(risk: RiskReport | None, utility: UtilityReport | None, title: str) -> str:
    """The sections as one HTML document: no script, no address outside of itself."""
    style = files("privet.report").joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html('<meta name="color-scheme" content="light dark">'),
        element("title", title),
        Html(f"<style>{style}</style>"),
    )
    heading = element("header", element("h1", title))
    body = element("body", heading, element("main", *sections(risk, utility)))
    return f'<!doctype html>\n<html lang="en">\n{head}\n{body}\n</html>\n'


def risk_section(report: RiskReport) -> Html:
    """What is left of risk."""
    heading = element("h2", "What is left of risk")
    if not report.rows:
        return element("section", heading, element("p", "No row was published."), id="risk")
    return element(
        "section",
        heading,
        element("p", *_lede(report)),
        element("h3", "How many rows look alike"),
        *_sizes(report),
        element("h3", "Chance to tell whose a row is"),
        element("p", *_explained(report)),
        _framed_chart("Chance by what the attacker knows", lying(_chances(report), "Chances")),
        *_attacks(report),
        *_singling(report),
        *_homogeneity(report),
        *_notes(report),
        id="risk",
    )


def _lede(report: RiskReport) -> Iterator[str]:
    yield f"{_count(report.rows)} rows were published. They are told apart by "
    yield names(report.quasi_identifiers)
    yield "; rows that are the same in all of these form a class. "
    if report.smallest >= SMALL or report.smallest == 1:
        small = f"has {report.smallest:,} rows" if report.smallest > 1 else "has a single row"
        yield f"The smallest class {small}."
    else:
        yield f"No class has fewer than {report.smallest} rows."
    unique, before = report.uniqueness.unique, report.uniqueness.before
    if before is not None and report.uniqueness.people_before:
        was = _part(before, report.uniqueness.people_before)
        yield f" Unlike every other row: {was} before, {_part(unique, report.rows)} now."
    estimated = report.uniqueness.estimated
    if estimated is not None and unique:
        share = words.share(estimated.sample_uniques, unique)
        yield f" Of the unique rows, an estimated share of {share} is unique among all "
        yield f"{estimated.size:,} people of the population too."


def _sizes(report: RiskReport) -> Iterator[Html]:
    columns = []
    for begin, end in zip(_BINS, (*_BINS[1:], None), strict=True):
        rows = sum(
            size * classes
            for size, classes in report.sizes
            if size >= begin and (end is None or size < end)
        )
        label = f"{begin:,}" if end == begin + 1 else f"{begin:,} to {(end or 0) - 1:,}"
        label = f"{begin:,} and more" if end is None else label
        kind = "risky" if 1 / begin > report.threshold else "calm"
        columns.append(Column(label, _shown(rows, report.rows), kind, _brief(rows, report.rows)))
    while len(columns) > _FEWEST_COLUMNS and not columns[-1].value:
        columns.pop()
    yield _framed_chart(
        "Rows by the size of their class",
        standing(columns, "Share of rows by the size of their class", "rows in the class"),
    )
    yield _legend(
        ("risky", f"with chances above {words.share(report.threshold, 1)}"),
        ("calm", "none above it"),
    )


def _explained(report: RiskReport) -> Iterator[str]:
    yield "Who knows that a person is in the table finds the class, and is left to pick one row of "
    yield "it (prosecutor). "
    if report.journalist is not None:
        yield "Who knows only that the person is of the population picks one of all people who "
        yield "would be in that class (journalist). "
    yield "Who matches all rows at once gets one of each class right on average (marketer). "
    above = round(report.prosecutor.above * report.rows)
    yield f"Above {words.share(report.threshold, 1)} for the first of them: "
    yield f"{_part(above, report.rows)}."


def _chances(report: RiskReport) -> list[Bar]:
    bars = [*_two("Prosecutor", report.prosecutor, report.rows)]
    if report.journalist is not None:
        bars += _two("Journalist", report.journalist, report.rows)
    return [*bars, _mean("Marketer, share of all rows", report.marketer, report.rows, apart=True)]


def _two(who: str, chance: Chance, rows: int) -> Iterator[Bar]:
    told = words.share(chance.highest, 1)
    yield Bar(f"{who}, highest", chance.highest, "calm", told, apart=True)
    yield _mean(f"{who}, mean", chance.mean, rows)


def _mean(label: str, mean: float, rows: int, *, apart: bool = False) -> Bar:
    """A mean chance is a number of people by the rows: the number goes on a step, as rows do."""
    people = max(round(mean * rows), 1)
    bound = min(SMALL / rows, 1.0)
    if people < SMALL:
        return Bar(label, bound, "calm", f"under {words.share(bound, 1)}", apart=apart)
    shown = _shown(people, rows)
    return Bar(label, shown, "calm", words.share(shown, 1), apart=apart)


def _attacks(report: RiskReport) -> Iterator[Html]:
    if not report.attacks:
        return
    yield element("h3", "Attacks that were tried")
    yield element(
        "p",
        "Each attack was tried with the release, and as often on a control group for which the "
        "release should not help. What counts is by how much more often the first goes well. The "
        "thin lines are 95 % intervals; a difference in bold is more than chance.",
    )
    bars = []
    for attack in report.attacks:
        label = _label(attack, report)
        bars.append(_bar(label, attack.attack, "attacked", apart=True))
        bars.append(_bar("", attack.control, "blind"))
    yield _framed_chart("Attacks and controls", lying(bars, "Attacks beside their controls"))
    yield _legend(("attacked", "with the release"), ("blind", "control"))
    yield table(
        "What the release adds",
        ("Attack", "What was done", "Tries", "More than control"),
        [Body([_told(attack, report) for attack in report.attacks])],
        "numbers",
    )


def _label(attack: Attack, report: RiskReport) -> str:
    if attack.kind == "singling-out":
        only = attack.about == report.quasi_identifiers
        return "Singling out" if only else "Singling out, with sensitive columns"
    return (
        f"{_ATTACKS[attack.kind]} {attack.about[0]}"
        if attack.kind == "inference"
        else (_ATTACKS[attack.kind])
    )


def _bar(label: str, rate: Rate, kind: str, *, apart: bool = False) -> Bar:
    few = 0 < rate.hits < SMALL
    told = f"under {words.share(SMALL, rate.tries)}" if few else words.share(rate.share, 1)
    value = SMALL / max(rate.tries, SMALL) if few else rate.share
    return Bar(label, value, kind, told, (rate.low, rate.high), apart=apart)


def _told(attack: Attack, report: RiskReport) -> tuple[str, ...]:
    found = attack.excess
    value, low, high = (_points(each) for each in (found.value, found.low, found.high))
    said = f"{value} points ({low} to {high})"
    shown = element("strong", said) if found.shown else Html(said)
    return _label(attack, report), attack.how, _count(attack.attack.tries), shown


def _points(difference: float) -> str:
    """A difference of two shares in points of percent; no sign where it is nothing."""
    rounded = round(100 * difference)
    return f"{rounded:+d}" if rounded else "0"


def _singling(report: RiskReport) -> Iterator[Html]:
    if not report.singling:
        return
    yield table(
        "Columns that single out, as published",
        ("Columns together", "Rows that are alone in them"),
        [
            Body([(names(found.columns), _part(found.unique, report.rows)) for found in shown])
            for shown in [report.singling[:6]]
        ],
        "numbers",
    )


def _homogeneity(report: RiskReport) -> Iterator[Html]:
    if not report.sensitive:
        return
    yield table(
        "Classes that tell a sensitive value although nobody is singled out",
        ("Column", "Rows in classes with one value only"),
        [
            Body(
                [
                    (name(found.column), _part(found.people, report.rows))
                    for found in report.homogeneity
                ]
            )
        ],
        "numbers",
    )


def _notes(report: RiskReport) -> Iterator[Html]:
    told = [note.text for note in report.notes if note.kind != "homogeneous"]
    if told:
        yield element("h3", "What these figures do not say")
        yield element("ul", *(element("li", text) for text in told))


def utility_section(report: UtilityReport) -> Html:
    """What is left of use."""
    gone = report.suppressed
    facts = (
        ("Rows published", _count(report.published)),
        ("Rows suppressed", _part(gone, report.rows)),
        ("Classes", str(Ladder().step(report.classes)) if report.classes else "none"),
        ("Rows in a class, on average", _rough(report.average_class)),
        *(
            [("The same by k; 1 is best", _rough(report.average_by_k))]
            if report.average_by_k is not None
            else []
        ),
        ("Loss of detail (NCP)", words.share(report.loss, 1)),
        ("Loss of information (entropy)", words.share(report.entropy, 1)),
        ("Rows alike, summed over rows", _rough(report.discernibility)),
    )
    listed = [element("div", element("dt", what), element("dd", said)) for what, said in facts]
    return element(
        "section",
        element("h2", "What is left of use"),
        element(
            "p",
            "How much detail the columns lost by which rows are told apart. 0 % is a column as it "
            "was, 100 % one of which nothing is left; a suppressed row has lost all.",
        ),
        element("dl", *listed, class_="facts"),
        element("h3", "What each column lost"),
        _framed_chart("Loss by column", lying(_losses(report), "Loss of detail by column")),
        _levels(report),
        id="utility",
    )


def _losses(report: UtilityReport) -> list[Bar]:
    return [
        Bar(each.column, each.loss, "lost", words.share(each.loss, 1)) for each in report.columns
    ]


def _levels(report: UtilityReport) -> Html:
    deepest = max((len(each.levels) for each in report.columns), default=0)
    heads = ["Column", "As it was", *(f"Level {level}" for level in range(1, deepest))]
    rows = []
    for each in report.columns:
        cells = [_brief(round(share * report.rows), report.rows) for share in each.levels]
        rows.append((name(each.column), *cells, *([""] * (deepest - len(cells)))))
    return table(
        "Rows by the level that was published (the last level of each column is its star)",
        heads,
        [Body(rows)],
        "figures",
    )


def _framed_chart(caption: str, chart: Html) -> Html:
    return framed(caption, chart)


def _legend(*kinds: tuple[str, str]) -> Html:
    parts: list[str] = []
    for kind, said in kinds:
        parts += [element("span", class_=f"swatch {kind}"), f"{said}\u2003"]
    return element("p", join(parts), class_="kind")


def _rough(amount: float) -> str:
    """To two digits."""
    return f"about {float(f'{amount:.2g}'):,.15g}" if amount else "none"


def _count(rows: int) -> str:
    return "No" if not rows else str(Ladder().step(rows)) if rows < SMALL else f"{rows:,}"


def _part(rows: int, whole: int) -> str:
    """Rows among `whole`, on a step and as a share; few are told as few."""
    if not rows:
        return "none"
    if rows < SMALL:
        return f"fewer than {SMALL} rows"
    return f"{words.share(_shown(rows, whole), 1)} of the rows"


def _brief(rows: int, whole: int) -> str:
    """The same as a share alone, for where there is little room."""
    if not rows:
        return "none"
    return "few" if rows < SMALL else words.share(_shown(rows, whole), 1)


def _shown(rows: int, whole: int) -> float:
    """The share that is drawn: of the middle of the step that the rows are on."""
    if not whole:
        return 0.0
    return min(Ladder().step(rows).middle / whole, 1.0) if rows < whole else 1.0
