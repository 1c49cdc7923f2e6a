"""What became of the rows: a picture, a sum that adds up, and why rows stayed back."""

from __future__ import annotations

from privet.model.release import LOCAL_RECIPIENT
from privet.pipeline.summary import DataSummary, RunSummary
from privet.report import words
from privet.report.disclosure import KINDS, NOTHING, SMALL, Amount, Kind, Shown, disclose
from privet.report.markup import Body, Html, element, framed, join, name, shortened, table
from privet.report.walk import walk

_APART = "not shown apart"
_ALWAYS: tuple[Kind, ...] = ("quarantined", "withheld")


def section(summary: RunSummary) -> Html:
    """Every data set's rows."""
    recipient = "you, here" if summary.recipient == LOCAL_RECIPIENT else summary.recipient
    return element(
        "section",
        element("h2", "Rows"),
        element(
            "p",
            "Every row read is accounted for: it went out, it was quarantined because it did not "
            "fit its contract, another row stands for it, or it was withheld because it may not be "
            "used for this.",
        ),
        *(_data(data, recipient) for data in summary.data),
        id="rows",
    )


def nothing_left(summary: RunSummary) -> bool:
    """Whether it may be said, and is so, that no row went out."""
    shown = (disclose(data.counts).out for data in summary.data)
    return all(out == NOTHING for out in shown)


def _data(data: DataSummary, recipient: str) -> Html:
    shown = disclose(data.counts)
    caption = f"The walk of {shortened(data.name)}"
    return element(
        "article",
        element("h3", name(data.name)),
        framed(caption, walk(data, shown, shortened(recipient))),
        _sum(shown),
        _merging(shown),
        _reasons(data.name, shown),
    )


def _parts(shown: Shown) -> list[tuple[str, Amount | None]]:
    kinds = [kind for kind in KINDS if kind in _ALWAYS or shown.of(kind)]
    return [("out", shown.out), *((kind, shown.total(kind)) for kind in kinds)]


def _sum(shown: Shown) -> Html:
    """`48,842 read = 48,710 out + 120 quarantined + 12 withheld`."""
    terms = [_term("", shown.read, "read")]
    for number, (kind, rows) in enumerate(_parts(shown)):
        terms.append(_term("+" if number else "=", rows, kind))
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
