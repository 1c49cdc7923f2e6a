"""What is left of risk and of use in an anonymised release: two sections of the report.

For the person who ran the release. What is shown is what `protect.assessment.told` tells, and
nothing else: no value, and no count or difference of counts that is a small group's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from privet.pipeline.summary import DataSummary, RunSummary
from privet.protect.assessment.told import Part, Told, ToldAttack, ToldChance
from privet.report import words
from privet.report.anonymity_charts import Bar, Column, lying, standing
from privet.report.markup import Body, Html, element, framed, join, name, names, table

_FEWEST_COLUMNS = 5
_SINGLING = 6
_KINDS = {
    "singling-out": "Singling out",
    "linkability": "Linking halves",
    "inference": "Guessing",
}


def risk_section(summary: RunSummary) -> Html | None:
    """What is left of risk in each data set that was measured; None where none was."""
    return _section(summary, "risk", "What is left of risk", _risk)


def use_section(summary: RunSummary) -> Html | None:
    """What is left of use."""
    return _section(summary, "use", "What is left of use", _use)


def _section(
    summary: RunSummary, place: str, heading: str, parts: Callable[[str, Told], Iterator[Html]]
) -> Html | None:
    told = [(data, data.assessed) for data in summary.data if data.assessed is not None]
    if not told:
        return None
    articles = [_article(data, parts(data.name, each)) for data, each in told]
    return element("section", element("h2", heading), *articles, id=place)


def _article(data: DataSummary, parts: Iterator[Html]) -> Html:
    return element("article", element("h3", name(data.name)), *parts)


def _risk(data: str, told: Told) -> Iterator[Html]:
    yield element("p", *_lede(told))
    yield element("h4", "How many look alike")
    yield from _sizes(data, told)
    yield element("h4", "Chance to tell who somebody is")
    yield element("p", *_explained(told))
    yield framed(f"Chances in {data}", lying(_chances(told), "Chances by what the attacker knows"))
    yield from _attacks(data, told)
    yield from _singling(data, told)
    yield from _homogeneity(data, told)
    if told.notes:
        yield element("h4", "What these figures do not say")
        yield element("ul", *(element("li", note.text) for note in told.notes))


def _whom(told: Told) -> str:
    return "people" if told.by_subject else "rows"


def _lede(told: Told) -> Iterator[str]:
    yield f"{_whom(told).capitalize()} are told apart by "
    yield names(told.quasi_identifiers)
    yield "; those that are the same in all of these form a class. "
    if told.smallest > told.k:
        yield f"The smallest class has {told.smallest:,} {_whom(told)}."
    else:
        yield f"No class has fewer than {told.k:,} {_whom(told)}."
    yield f" Unlike all others: {_said(told.unique_before, told)} before, "
    yield f"{_said(told.unique, told)} now."


def _sizes(data: str, told: Told) -> Iterator[Html]:
    columns = []
    for begin, end, part in told.sizes:
        label = f"{begin:,}" if end == begin else f"{begin:,} to {end:,}" if end else ""
        label = label or f"{begin:,} and more"
        kind = "risky" if 1 / begin > told.threshold else "calm"
        columns.append(Column(label, part.share, kind, _brief(part)))
    while len(columns) > _FEWEST_COLUMNS and not columns[-1].value:
        columns.pop()
    whom = _whom(told)
    said = f"Share of {whom} by the size of their class"
    yield framed(f"Classes of {data} by size", standing(columns, said, f"{whom} in the class"))
    yield _legend(
        ("risky", f"with chances above {words.share(told.threshold, 1)}"),
        ("calm", "none above it"),
    )


def _explained(told: Told) -> Iterator[str]:
    yield "Who knows that a person is in the table finds the class, and is left to pick one of it "
    yield "(prosecutor). "
    if told.journalist is not None:
        yield "Who knows only that the person is of the population picks one of all people who "
        yield "would be in that class (journalist). "
    yield "Who matches all at once gets one of each class right on average (marketer). "
    yield f"Above {words.share(told.threshold, 1)} for the first of them: "
    yield f"{_said(told.prosecutor.above, told)}."


def _chances(told: Told) -> list[Bar]:
    bars = list(_two("Prosecutor", told.prosecutor))
    if told.journalist is not None:
        bars += _two("Journalist", told.journalist)
    marketer = words.share(told.marketer, 1)
    return [
        *bars,
        Bar(f"Marketer, share of {_whom(told)}", told.marketer, "calm", marketer, apart=True),
    ]


def _two(who: str, chance: ToldChance) -> Iterator[Bar]:
    highest, mean = words.share(chance.highest, 1), words.share(chance.mean, 1)
    yield Bar(f"{who}, at most", chance.highest, "calm", highest, apart=True)
    yield Bar(f"{who}, mean", chance.mean, "calm", mean)


def _attacks(data: str, told: Told) -> Iterator[Html]:
    if not told.attacks:
        return
    yield element("h4", "Attacks that were tried")
    yield element(
        "p",
        "Each attack was tried with the release, and as often on a control group for which the "
        "release should not help. What counts is by how much more often the first goes well. The "
        "thin lines are 95 % intervals; a difference in bold is more than chance.",
    )
    bars = []
    for attack in told.attacks:
        (first, second), label = attack.rates, _label(attack, told)
        spans = (first.low, first.high), (second.low, second.high)
        bars.append(_bar(label, attack.attack, "attacked", spans[0], apart=True))
        bars.append(_bar("", attack.control, "blind", spans[1]))
    yield framed(f"Attacks on {data}", lying(bars, "Attacks beside their controls"))
    yield _legend(("attacked", "with the release"), ("blind", "control"))
    yield table(
        f"What the release of {data} adds",
        ("Attack", "What was done", "Tries", "More than control"),
        [Body([_tried(attack, told) for attack in told.attacks])],
        "numbers",
    )


def _label(attack: ToldAttack, told: Told) -> str:
    if attack.kind == "singling-out":
        only = attack.about == told.quasi_identifiers
        return "Singling out" if only else "Singling out, with sensitive columns"
    kind = _KINDS.get(attack.kind, attack.kind)
    return f"{kind} {attack.about[0]}" if attack.kind == "inference" else kind


def _bar(
    label: str, part: Part, kind: str, span: tuple[float, float], *, apart: bool = False
) -> Bar:
    return Bar(label, part.share, kind, _brief(part), span, apart=apart)


def _tried(attack: ToldAttack, told: Told) -> tuple[str, ...]:
    found = attack.excess
    value, low, high = (_points(each) for each in (found.value, found.low, found.high))
    said = f"{value} points ({low} to {high})"
    shown = element("strong", said) if found.shown else Html(said)
    tries = f"all, about {attack.tries:,}" if attack.every else f"{attack.tries:,}"
    return _label(attack, told), attack.how, tries, shown


def _points(difference: float) -> str:
    """A difference of two shares in points of percent; no sign where it is nothing."""
    rounded = round(100 * difference)
    return f"{rounded:+d}" if rounded else "0"


def _singling(data: str, told: Told) -> Iterator[Html]:
    if not told.singling:
        return
    yield table(
        f"Columns of {data} that single out, as published",
        ("Columns together", f"{_whom(told).capitalize()} that are alone in them"),
        [Body([(names(each), _said(part, told)) for each, part in told.singling[:_SINGLING]])],
        "numbers",
    )


def _homogeneity(data: str, told: Told) -> Iterator[Html]:
    if not told.homogeneity:
        return
    yield table(
        f"Classes of {data} that tell a sensitive value although nobody is singled out",
        ("Column", f"{_whom(told).capitalize()} in classes with one value only"),
        [Body([(name(column), _said(part, told)) for column, part in told.homogeneity])],
        "numbers",
    )


def _use(data: str, told: Told) -> Iterator[Html]:
    use = told.use
    yield element(
        "p",
        "How much detail the columns lost by which rows are told apart. 0 % is a column as it was, "
        "100 % one of which nothing is left; a suppressed row has lost all.",
    )
    facts = (
        ("Rows suppressed", _said(use.suppressed, told, "rows")),
        ("Classes", f"about {told.classes:,}"),
        ("Rows in a class, on average", _rough(use.average_class)),
        ("The same by k; 1 is best", _rough(use.average_by_k)),
        ("Loss of detail (NCP)", words.share(use.loss, 1)),
        ("Loss of information (entropy)", words.share(use.entropy, 1)),
        ("Rows alike, summed over rows (discernibility)", _rough(use.alike)),
    )
    listed = [element("div", element("dt", what), element("dd", said)) for what, said in facts]
    yield element("dl", *listed, class_="facts")
    yield element("h4", "What each column lost")
    losses = [
        Bar(each.column, each.loss, "lost", words.share(each.loss, 1)) for each in use.columns
    ]
    yield framed(f"Loss by column of {data}", lying(losses, "Loss of detail by column"))
    yield element(
        "p",
        "Below: what each column lost of its information (entropy), and which part of the rows was "
        "published on which level of its hierarchy; the last level of a column is its star.",
    )
    yield _levels(data, told)


def _levels(data: str, told: Told) -> Html:
    deepest = max((len(each.levels) for each in told.use.columns), default=0)
    heads = ["Column", "Information lost", *_places(deepest)]
    rows: list[Sequence[str]] = []
    for each in told.use.columns:
        cells = [_brief(part) for part in each.levels]
        blank = [""] * (deepest - len(cells))
        rows.append((name(each.column), words.share(each.entropy, 1), *cells, *blank))
    return table(f"Columns of {data} by level", heads, [Body(rows)], "figures")


def _places(deepest: int) -> Iterator[str]:
    yield "As it was"
    for level in range(1, deepest):
        yield f"Level {level}"


def _legend(*kinds: tuple[str, str]) -> Html:
    parts: list[str] = []
    for kind, said in kinds:
        parts += [element("span", class_=f"swatch {kind}"), f"{said}\u2003"]
    return element("p", join(parts), class_="kind")


def _rough(amount: float) -> str:
    return f"about {amount:,.15g}" if amount else "none"


def _said(part: Part, told: Told, whom: str = "") -> str:
    """A part in words; few and most are told by what is few."""
    whom = whom or _whom(told)
    known = {
        "none": "none",
        "all": f"all {whom}",
        "few": f"fewer than {told.few:,} {whom}",
        "most": f"all but fewer than {told.few:,} {whom}",
    }
    return known.get(part.said) or f"{words.share(part.share, 1)} of the {whom}"


def _brief(part: Part) -> str:
    """The same, for where there is little room."""
    known = {"none": "none", "all": "all", "few": "few", "most": "nearly all"}
    return known.get(part.said) or words.share(part.share, 1)
