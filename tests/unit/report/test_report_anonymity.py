"""Risk and use in the report: what is said, what is drawn, what is not told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from privet.protect.assessment.told import Part, Told, tell
from privet.protect.risk import notes
from privet.protect.risk.assessing import risk
from privet.protect.utility.measuring import utility
from privet.report import render
from tests.unit.report.reading import Element, read
from tests.unit.report.summaries import customers, summary, tickets

SECRET = "a-value-that-nobody-may-see"
NAMES = ["city", "<b>age</b>"]


def tables(rows: int = 600) -> tuple[pa.Table, pa.Table]:
    random = np.random.default_rng(5)
    raw = pa.table(
        {
            "city": [f"{SECRET}{n}" for n in random.integers(0, 6, rows)],
            "<b>age</b>": random.integers(20, 60, rows),
            "ill": [f"{SECRET}{n}" for n in random.integers(0, 3, rows)],
        }
    )
    return raw, raw.set_column(1, "<b>age</b>", pa.array(["*"] * rows))


def told_of(raw: pa.Table, made: pa.Table, k: int = 5, names: list[str] = NAMES) -> Told:
    found = risk(made, names, ["ill"], original=raw, population=raw, tries=200)
    return tell(found, utility(made, raw, names, k=k), k)


@pytest.fixture
def told() -> Told:
    return told_of(*tables())


def shown(*told: Told) -> Element:
    data = [
        replace(each, assessed=own)
        for each, own in zip((customers(), tickets()), told, strict=False)
    ]
    return read(render(summary(*data)))


def test_both_sections_are_on_the_page_and_in_its_contents(told: Told) -> None:
    page = shown(told)
    assert page.part("risk").one("h2").text == "What is left of risk"
    assert page.part("use").one("h2").text == "What is left of use"
    links = [each.attributes["href"] for each in page.one("nav").all("a")]
    assert "#risk" in links
    assert "#use" in links
    text = render(summary(replace(customers(), assessed=told)))
    assert SECRET not in text
    assert "<b>age</b>" not in text
    assert "&lt;b&gt;age" in text


def test_a_run_that_was_not_measured_has_neither() -> None:
    text = render(summary())
    assert "What is left of" not in text
    assert 'href="#risk"' not in text


def test_two_data_sets_have_an_article_each_and_boxes_of_their_own_names(told: Told) -> None:
    page = shown(told, told)
    for place in ("risk", "use"):
        section = page.part(place)
        heads = [each.one("h3").text for each in section.all("article")]
        assert heads == ["customers", "tickets"]
        labels = [
            each.attributes["aria-label"]
            for each in section.all("div")
            if each.attributes.get("role") == "region"
        ]
        assert len(labels) == len(set(labels))


def test_pictures_say_what_they_show(told: Told) -> None:
    page = shown(told)
    pictures = [*page.part("risk").all("svg"), *page.part("use").all("svg")]
    assert len(pictures) == 4
    for picture in pictures:
        assert picture.one("desc").text.endswith(".")
    spans = [each for each in pictures[2].all("line") if each.attributes["class"] == "span"]
    assert len(spans) == 24
    assert pictures[3].one("desc").text == "city: none; <b>age</b>: all."


def test_no_bar_leaves_its_picture(told: Told) -> None:
    page = shown(told)
    for picture in [*page.part("risk").all("svg"), *page.part("use").all("svg")]:
        wide, tall = map(float, str(picture.attributes["viewbox"]).split()[2:])
        for bar in picture.all("rect"):
            x, y, width, height = (
                float(str(bar.attributes[name])) for name in ("x", "y", "width", "height")
            )
            assert x >= 0
            assert y >= 0
            assert x + width <= wide
            assert y + height <= tall


def test_figures_that_a_reader_looks_for_are_there(told: Told) -> None:
    page = shown(told)
    text = page.part("risk").text
    for word in ("prosecutor", "journalist", "marketer", "Unlike all others", "Singling out"):
        assert word in text
    for word in ("Linking halves", "Guessing ill", "control", "More than control"):
        assert word in text
    text = page.part("use").text
    for word in ("NCP", "entropy", "discernibility", "average", "Level 1"):
        assert word in text


def test_few_are_told_as_few() -> None:
    """From 1 to 9 of the rows stand alone before, and the page is the same."""
    pages = set()
    for lone in range(1, 10):
        cells = ["common"] * (520 - lone) + [f"{SECRET}{n}" for n in range(lone)]
        raw = pa.table({"city": cells, "age": [30] * 520, "ill": ["x"] * 520})
        made = raw.set_column(0, "city", pa.array(["*"] * 520))
        told = replace(told_of(raw, made, names=["city", "age"]), attacks=())
        text = shown(told).part("risk").text
        assert "Unlike all others: fewer than 10 rows before, none now." in text
        pages.add(text)
    assert len(pages) == 1


def test_what_is_no_more_than_chance_is_not_bold(told: Told) -> None:
    attack = replace(told.attacks[0], tries=100, attack=Part("0.5"), control=Part("0.49"))
    page = shown(replace(told, attacks=(attack,)))
    assert not page.part("risk").all("strong")
    page = shown(replace(told, attacks=(replace(attack, control=Part("0.1")),)))
    assert page.part("risk").one("strong").text.startswith("+40 points")


def test_warnings_are_read_out(told: Told) -> None:
    assert "compared with somebody who has no release" in shown(told).part("risk").text
    warned = replace(told, notes=(notes.downcoding(None),))
    assert "That very rule can be turned around" in shown(warned).part("risk").text
