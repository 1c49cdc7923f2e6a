"""The shape of each column's kept values: small histograms without a value and without a scale.

Bars are told in tenths of the tallest, whose height is not told: so the rows behind them cannot be
added up. Where so few values stand behind the bars that they could be, nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from privet.model.quality import ColumnProfile
from privet.pipeline.summary import DataSummary, RunSummary
from privet.report import words
from privet.report.disclosure import SMALL, Amount, disclose
from privet.report.levels import Ladder
from privet.report.markup import Html, element, name, shortened
from privet.report.stages import kept, walls
from privet.report.svg import line, picture, rect

_FEWEST = 100
"""Of fewer rows, no column's shape is shown."""
_STEPS = 10
_WIDTH, _HEIGHT, _GAP = 160.0, 40.0, 3.0
_FLOOR = _HEIGHT - 5


def section(summary: RunSummary) -> Html | None:
    """Every data set's columns, or None where no column has a profile."""
    if not any(data.quality.profiles for data in summary.data):
        return None
    return element(
        "section",
        element("h2", "Shapes of columns"),
        element(
            "p",
            "How the kept values of each column are spread: bars that touch are equal ranges from "
            "low to high, bars apart are the most common values, most common first, and a pale one "
            "all others. No value is shown, and no bar is of fewer than ten rows. The thin line "
            "below says how much is null.",
        ),
        *(_data(data) for data in summary.data if data.quality.profiles),
        id="profiles",
    )


def _data(data: DataSummary) -> Html:
    shown = disclose(data.counts)
    rows = kept(shown)
    heading = element("h3", name(data.name))
    if rows is None or rows.low < _FEWEST:
        few = f"So few rows were kept (under {_FEWEST}, or not shown) that no shape is."
        return element("article", heading, element("p", few, class_="aside"))
    ladder = Ladder().beside(walls(shown))
    counts = data.counts
    real = counts.out + sum(counts.withheld.values()) + sum(counts.suppressed.values())
    cards = [
        _card(profile, rows if profile.rows == real else ladder.step(profile.rows), ladder)
        for profile in data.quality.profiles
    ]
    return element("article", heading, element("ul", *cards, class_="shapes"))


def _card(profile: ColumnProfile, rows: Amount, ladder: Ladder) -> Html:
    nulls = ladder.step(profile.nulls, rows)
    return element(
        "li",
        element("strong", element("bdi", shortened(profile.path)), title=shortened(profile.path)),
        element("span", shortened(profile.type), class_="type"),
        _shape(profile, rows, nulls),
        element("span", *_told(profile, rows, nulls, ladder), class_="told"),
    )


def _told(profile: ColumnProfile, rows: Amount, nulls: Amount, ladder: Ladder) -> Iterator[str]:
    yield element("span", _missing(rows, nulls))
    if profile.distinct:
        yield element("span", _different(profile.distinct, rows.low - nulls.high, ladder))


def _missing(rows: Amount, nulls: Amount) -> str:
    if nulls.high >= rows.low:
        return "all or nearly all null"
    share = words.share(nulls.middle, rows.middle)
    return "no nulls" if share == "none" else f"{share} null"


def _different(distinct: int, values: int, ladder: Ladder) -> str:
    if distinct < SMALL:
        return "1 value" if distinct == 1 else f"{distinct} values"
    about = ladder.step(distinct)
    if about.high >= values:
        return "nearly all different"
    return f"{about} values" if about.low == 1 else f"about {about.low:,} values"


def _shape(profile: ColumnProfile, rows: Amount, nulls: Amount) -> Html:
    bars = heights(profile, rows.low - nulls.high)
    if not bars or not any(profile.counts):
        few = "no value stands out" if bars else "too few to show"
        return element("span", few, class_="few")
    touching = profile.kind == "bins"
    shapes = [
        *_bars(bars, touching=touching, other=_has_other(profile)),
        *_null_line(nulls.middle / rows.middle),
    ]
    order = "from low to high" if touching else "most common first"
    said = f"{order}, in tenths of the tallest: {', '.join(str(tall) for tall in bars)}"
    return picture((_WIDTH, _HEIGHT), "How the values are spread", shapes, "shape", said)


def heights(profile: ColumnProfile, values: int) -> tuple[int, ...]:
    """How tall the bars are, in tenths of the tallest; the last is all other values' if any.

    Args:
        profile: of the column.
        values: how many values stand behind the bars at least. Where they are too few, so that the
            heights would leave fewer than ten possible for what is in no bar, there are no bars.
    """
    counts = [*profile.counts, profile.other] if _has_other(profile) else [*profile.counts]
    most = max(counts, default=0)
    if not most:
        return ()
    bars = tuple(-(-count * _STEPS // most) for count in counts)
    return bars if values >= _fewest(bars) + SMALL else ()


def _fewest(bars: tuple[int, ...]) -> int:
    """The fewest rows that can stand behind bars of these heights, each of ten at least."""
    tallest = -(-SMALL * _STEPS // min(tall for tall in bars if tall))
    others = sorted(tall for tall in bars if tall)[:-1]
    return tallest + sum(max(SMALL, tallest * (tall - 1) // _STEPS + 1) for tall in others)


def _has_other(profile: ColumnProfile) -> bool:
    return profile.kind == "ranks" and profile.other >= SMALL


def _bars(bars: tuple[int, ...], *, touching: bool, other: bool) -> Iterator[Html]:
    slot = _WIDTH / max(len(bars), 4 if touching else 8)
    wide = slot - (1.0 if touching else _GAP)
    for number, tall in enumerate(bars):
        height = (_FLOOR - 2) * tall / _STEPS
        kind = "rest" if other and number == len(bars) - 1 else "bar"
        if tall:
            yield rect((slot * number, _FLOOR - height), (wide, height), kind)


def _null_line(share: float) -> Iterator[Html]:
    """How much is null, along the floor."""
    y = _HEIGHT - 2
    yield line(0, y, _WIDTH, y, "full")
    if share > 0:
        yield line(0, y, max(_WIDTH * min(share, 1.0), 1.5), y, "nulls")
