"""Risk and use in the report: what is said, what is drawn, what is not told."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from privet.protect.risk.assessing import risk
from privet.protect.risk.report import RiskReport
from privet.protect.utility.measuring import utility
from privet.protect.utility.report import UtilityReport
from privet.report.anonymity import page, sections
from tests.unit.report.reading import read

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


@pytest.fixture
def reports() -> tuple[RiskReport, UtilityReport]:
    raw, made = tables()
    found = risk(made, NAMES, ["ill"], original=raw, population=raw, tries=200)
    return found, utility(made, raw, NAMES, k=5)


def test_a_page_that_stands_alone(reports: tuple[RiskReport, UtilityReport]) -> None:
    text = page(*reports, title="Release 7")
    document = read(text)
    assert [each.text for each in document.all("h2")] == [
        "What is left of risk",
        "What is left of use",
    ]
    assert len(document.all("svg")) == 4
    assert not document.all("script")
    assert "http" not in text.replace("http-equiv", "")
    assert SECRET not in text
    assert "<b>age</b>" not in text
    assert "&lt;b&gt;age" in text


def test_pictures_say_what_they_show(reports: tuple[RiskReport, UtilityReport]) -> None:
    document = read(page(*reports, title="Release 7"))
    for picture in document.all("svg"):
        assert picture.one("title") if len(picture.all("title")) == 1 else picture.all("title")
        assert picture.one("desc").text.endswith(".")
    attacks = document.part("risk").all("svg")[2]
    assert len([each for each in attacks.all("line") if each.attributes["class"] == "span"]) == 24
    losses = document.part("utility").one("svg").one("desc").text
    assert losses == "city: none; <b>age</b>: all."


def test_no_bar_leaves_its_picture(reports: tuple[RiskReport, UtilityReport]) -> None:
    for picture in read(page(*reports, title="Release 7")).all("svg"):
        wide, tall = map(float, str(picture.attributes["viewbox"]).split()[2:])
        for bar in picture.all("rect"):
            x, y, width, height = (
                float(str(bar.attributes[name])) for name in ("x", "y", "width", "height")
            )
            assert x >= 0
            assert y >= 0
            assert x + width <= wide
            assert y + height <= tall


def test_few_rows_are_told_as_few() -> None:
    """From 1 to 8 of the rows stand alone, and the page is the same."""
    pages = set()
    for lone in range(1, 9):
        cells = ["common"] * (519 - lone) + [f"{SECRET}{n}" for n in range(lone)]
        table = pa.table({"city": cells, "ill": cells})
        made = risk(table, ["city"], ["ill"])
        text = read(page(made, None, "One column")).one("main").text
        assert "fewer than 10 rows" in text
        assert SECRET not in text
        pages.add(text)
    assert len(pages) == 1


def test_nothing_published_and_nothing_to_say() -> None:
    raw, made = tables()
    empty = risk(made.slice(0, 0), NAMES, ["ill"], original=raw)
    text = page(empty, utility(made.slice(0, 0), raw, NAMES), "Nothing")
    assert "No row was published." in read(text).text
    assert sections(None, None) == ()


def test_warnings_are_read_out() -> None:
    raw, made = tables()
    estimated = risk(made, NAMES, ["ill"], population=5_000)
    text = read(page(estimated, None, "Estimated")).part("risk").text
    assert "Pitman's formula" in text
    assert "No attack was tried" in text
    assert "Attacks that were tried" not in text
    assert "Rows alike" not in text
    assert len(raw) == len(made)
