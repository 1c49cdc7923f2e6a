"""What became of the rows: a bar, a sum that adds up, and why rows stayed back."""

from __future__ import annotations

from privet.pipeline.summary import RunSummary
from privet.report import words
from privet.report.disclosure import KINDS, NOTHING, SMALL, Amount, Kind, Shown, disclose
from privet.report.markup import Body, Html, element, join, name, shortened, table

_WIDTH, _HEIGHT, _LEAST = 1000.0, 20, 8.0
_APART = "not shown apart"


def section(summary: RunSummary) -> Html:
    """Every data set's rows."""
    shown = [(data.name, disclose(data.counts)) for data in summary.data]
    return element(
        "section",
        element("h2", "Rows"),
        element(
            "p",
            "Every row read is accounted for: it went out, it was quarantined because it did not "
            "fit its contract, or it was withheld because it may not be used for this.",
        ),
        *(_data(title, rows) for title, rows in shown),
        id="rows",
    )


def nothing_left(summary: RunSummary) -> bool:
    """Whether it may be said, and is so, that no row went out."""
    shown = (disclose(data.counts).out for data in summary.data)
    return all(out == NOTHING for out in shown)


def _data(title: str, shown: Shown) -> Html:
    return element(
        "article",
        element("h3", name(title)),
        _bar(shown),
        _sum(shown),
        _merging(shown),
        _reasons(title, shown),
    )


def _parts(shown: Shown) -> list[tuple[str, Amount | None]]:
    return [("out", shown.out), *((kind, shown.total(kind)) for kind in KINDS)]


def _bar(shown: Shown) -> Html:
    """The sum as a drawing; it is made of what is shown, so it tells nothing more."""
    parts = _parts(shown)
    label = f"{shown.read} read: " + ", ".join(f"{_amount(rows)} {kind}" for kind, rows in parts)
    whole = sum(rows.middle for _, rows in parts if rows is not None)
    drawn = [(kind, rows.middle) for kind, rows in parts if rows is not None and rows.high > 0]
    if shown.out is None:
        drawn, whole = [("merged", 1.0)], 1.0
    return element(
        "svg",
        *_strips(drawn or [("none", 1.0)], whole or 1.0),
        class_="bar",
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=label,
    )


def _strips(drawn: list[tuple[str, float]], whole: float) -> list[Html]:
    """Rectangles side by side, each wide enough to be seen."""
    widths = [max(_WIDTH * amount / whole, _LEAST) for _, amount in drawn]
    scale = _WIDTH / sum(widths)
    strips, left = [], 0.0
    for (kind, _), width in zip(drawn, widths, strict=True):
        x, wide = f"{left:.1f}", f"{width * scale:.1f}"
        strips.append(element("rect", class_=kind, x=x, y=0, width=wide, height=_HEIGHT))
        left += width * scale
    return strips


def _sum(shown: Shown) -> Html:
    """`48,842 read = 48,710 out + 120 quarantined + 12 withheld`."""
    terms = [_term("", shown.read, "read")]
    for sign, (kind, rows) in zip("=++", _parts(shown), strict=True):
        terms.append(_term(sign, rows, kind))
    return element("p", *terms, class_="sum")


def _term(sign: str, rows: Amount | None, kind: str) -> Html:
    mark = element("span", sign, class_="sign") if sign else Html()
    swatch = element("span", class_=f"swatch {kind}", aria_hidden="true") if sign else Html()
    amount = element("strong", _amount(rows), class_="vague" if rows is None else None)
    label = element("span", swatch, kind, class_="kind")
    return element("span", mark, " ", element("span", amount, " ", label, class_="figure"), " ")


def _merging(shown: Shown) -> Html:
    """Why numbers are missing, where some are."""
    if not shown.merges:
        return Html()
    if not shown.read.exact:
        how = "So few rows were read that no number is given."
    elif shown.out is None:
        how = f"A group here has fewer than {SMALL} rows, so only the rows read are given."
    else:
        how = (
            f"A group here has fewer than {SMALL} rows, so the rows out are a range: otherwise the "
            "small number could be worked out."
        )
    return element("p", how, class_="aside")


def _reasons(title: str, shown: Shown) -> Html:
    if not shown.groups:
        return element("p", "No row stayed back.", class_="aside")
    caption = f"Why rows of {shortened(title)} stayed back"
    bodies = [_kind(shown, kind) for kind in KINDS if shown.of(kind)]
    return table(caption, ("Reason", "Rows"), bodies, kind="numbers")


def _kind(shown: Shown, kind: Kind) -> Body:
    heading = f"{kind.capitalize()}: {_amount(shown.total(kind))}"
    return Body([(_reason(group.reason), _amount(group.rows)) for group in shown.of(kind)], heading)


def _reason(text: str) -> Html:
    said, column = words.reason(text)
    said = said[:1].upper() + said[1:]
    return join([said, ": ", name(column)]) if column else join([said])


def _amount(rows: Amount | None) -> str:
    return _APART if rows is None else str(rows)
