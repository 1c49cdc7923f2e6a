"""What a report says of rules, cleaning, shapes of columns and the past."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privet.model.quality import CleanOutcome, ColumnProfile
from privet.pipeline.summary import DataSummary, QualitySummary
from privet.report import render
from privet.report.past import MOST
from tests.unit.report.qualities import NONE_MAY_FAIL, cleaned_customers, rule
from tests.unit.report.reading import Element, read, rows_of
from tests.unit.report.summaries import customers, row_counts, summary, tickets


def page(data: DataSummary) -> Element:
    return read(render(summary(data)))


def table_of(section: Element, caption: str) -> list[list[str]]:
    [found] = [table for table in section.all("table") if table.one("caption").text == caption]
    return rows_of(found)


def with_quality(data: DataSummary, **parts: object) -> DataSummary:
    return replace(data, quality=replace(data.quality, **parts))  # type: ignore[arg-type]


def test_rules_stand_in_the_order_of_what_needs_attention() -> None:
    rules = table_of(page(cleaned_customers()).part("quality"), "Rules of customers")
    assert [row[0] for row in rules] == [
        "Rule",
        "Does not hold: 2",
        "plan_is_knownwarning · only told",
        "city_is_speltinfo · only told",
        "Rows fail: 2",
        "email_has_an_aterror · holds rows back",
        "born_in_this_century_or_lasterror · holds rows back",
        "Nothing found: 2",
        "enough_rowserror · stops the run",
        "one_row_eacherror · holds rows back",
    ]


def test_rows_that_fail_are_told_as_far_as_they_may_be() -> None:
    rules = table_of(page(cleaned_customers()).part("quality"), "Rules of customers")
    failed = {row[0].partition("_")[0]: row[2] for row in rules if len(row) > 1}
    assert failed["email"] == "1,0222.1 % of 48,131"  # all held back for it: exact, as above
    assert failed["born"] == "80 to 890.2 % of 48,131"  # some held back for another rule
    assert failed["plan"] == "1,500 to 1,5993.2 % of 48,131"
    assert failed["city"] == "fewer than 10under 0.1 % of 48,131"
    assert failed["one"] == "noneof 48,131"
    assert failed["enough"] == "about all rows at once"


def test_a_figure_of_the_whole_data_set_is_not_shown() -> None:
    """It may be a count of few rows, or a value."""
    rules = (rule("sum", 0, 0, columns=(), figure=7_351.25, holds=False),)
    data = with_quality(customers(row_counts(5_000)), rules=rules)
    assert "7,351" not in render(summary(data))
    assert "✗ does not hold" in render(summary(data))


def test_a_broken_rule_whose_figure_is_a_persons_is_about_all_rows() -> None:
    rules = (rule("fresh", 0, 5_000, holds=False),)
    data = with_quality(customers(row_counts(5_000)), rules=rules)
    [_, _, line] = table_of(page(data).part("quality"), "Rules of customers")
    assert line[2:] == ["about all rows at once", "✗ does not hold"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((), "Its contract has no rules."),
        ((rule("a", 0),), "1 rule: nothing was found."),
        ((rule("a", 70), rule("b", 0)), "2 rules: rows fail 1 of them."),
        (
            (rule("a", 70, holds=False, threshold=NONE_MAY_FAIL), rule("b", 80)),
            "2 rules: 1 does not hold, rows fail 1 more.",
        ),
    ],
)
def test_the_rules_in_a_sentence(rules: tuple[object, ...], said: str) -> None:
    counts = row_counts(46_000, {"ragged_row": 1_000})
    points = cleaned_customers().quality.history
    data = with_quality(customers(counts), rules=rules, history=points)
    assert said in [text.text for text in page(data).part("quality").all("p")]


def test_cleaning_is_told_by_step_and_column_and_few_cells_together() -> None:
    data = cleaned_customers()
    changed = {"city": 4_120, "email": 388, "plan": 3, "fax": 8, "title": 1, "code": 0}
    data = with_quality(
        data,
        cleaning=(
            CleanOutcome("trim", changed),
            CleanOutcome("date", {"born": 0}),
            CleanOutcome("deduplicate", {"": 764}),
        ),
    )
    assert table_of(page(data).part("quality"), "Cleaning of customers") == [
        ["Column", "Cells changed", "Share of the rows read"],
        ["Spaces around values removed"],
        ["city", "4,100 to 4,199", "8.5 %8.5 %"],
        ["email", "380 to 389", "0.8 %0.8 %"],
        ["fax, plan and title", "fewer than 10 each", ""],
        ["Dates read and spelt one way"],
        ["Nothing to change", "none", ""],
        ["Rows that another row stands for"],
        ["Rows", "764 rows merged", "1.6 %1.6 %"],
    ]


def test_a_step_on_hundreds_of_columns_does_not_fill_the_page() -> None:
    changed = {f"column_{number:03}": 400 + 10 * number for number in range(300)}
    data = with_quality(cleaned_customers(), cleaning=(CleanOutcome("trim", changed),))
    lines = table_of(page(data).part("quality"), "Cleaning of customers")
    assert len(lines) == 2 + 16 + 1
    assert lines[-1][0].endswith("and 272 more")


def test_the_past_is_a_chart_with_its_figures_behind_it() -> None:
    quality = page(cleaned_customers()).part("quality")
    [chart] = [svg for svg in quality.all("svg") if svg.attributes["class"] == "chart"]
    assert chart.one("desc").text == (
        "snapshot 6: 3.2 %; snapshot 7: 3.7 %; snapshot 8: 3.2 %; snapshot 9: 7.4 %; "
        "snapshot 10: 4.0 %; snapshot 12: 5.3 %."
    )
    figures = rows_of(quality.one("details").one("table"))
    assert figures[0] == ["Snapshot", "Made", "Rows read", "Kept", "Quarantined", "Merged"]
    assert figures[4] == [
        "9",
        "2025-12-31 03:04:05 UTC",
        "46,000 to 46,999",
        "92.6 %",
        "6.3 %",
        "1.1 %",
    ]


def test_one_snapshot_is_said_and_not_drawn() -> None:
    data = cleaned_customers()
    quality = page(with_quality(data, history=data.quality.history[-1:])).part("quality")
    assert "This is the first snapshot" in quality.text
    assert not [svg for svg in quality.all("svg") if svg.attributes["class"] in {"chart", "spark"}]


def test_only_the_newest_snapshots_are_shown() -> None:
    data = cleaned_customers()
    point = data.quality.history[0]
    many = tuple(replace(point, snapshot=number) for number in range(1, 41))
    quality = page(with_quality(data, history=many)).part("quality")
    assert f"The last {MOST} snapshots" in quality.text
    assert len(rows_of(quality.one("details").one("table"))) == 1 + MOST


def test_a_snapshot_whose_rows_do_not_add_up_is_not_told() -> None:
    data = cleaned_customers()
    wrong = replace(data.quality.history[0], read=10**6)
    quality = page(with_quality(data, history=(wrong, *data.quality.history[1:]))).part("quality")
    line = rows_of(quality.one("details").one("table"))[1]
    assert line[2:] == ["not shown"] * 4


def test_shapes_of_columns_show_how_values_are_spread() -> None:
    cards = page(cleaned_customers()).part("profiles").all("li")
    said = {card.one("bdi").text: card for card in cards}
    assert said["date_of_birth"].one("desc").text == (
        "from low to high, in tenths of the tallest: 1, 2, 3, 6, 8, 10, 10, 10, 8, 6, 4, 2"
    )
    assert said["date_of_birth"].text.endswith("0.5 % nullabout 20,000 values")
    assert said["plan"].text.endswith("no nulls4 values")
    assert said["customer_id"].text.endswith("no value stands outno nullsnearly all different")
    assert said["email"].text.endswith("no nullsabout 40,000 values")
    assert said["amount"].text.endswith("too few to showall or nearly all null")


def test_few_rows_have_no_shapes() -> None:
    few = ColumnProfile("city", "string", 60, 0, 3, "ranks", (30, 20, 10), 0)
    data = with_quality(customers(row_counts(60)), profiles=(few,))
    shapes = page(data).part("profiles")
    assert not shapes.all("svg")
    assert "So few rows were kept" in shapes.text


def test_hundreds_of_shapes_are_a_grid_with_whole_names_to_point_at() -> None:
    long = "section.of_a_very_long_and_nested_name[].that_goes_on"
    shape = cleaned_customers().quality.profiles[2]
    many = tuple(replace(shape, path=f"{long}_{number}") for number in range(300))
    cards = page(with_quality(cleaned_customers(), profiles=many)).part("profiles").all("li")
    assert [card.one("strong").attributes["title"] for card in cards] == [
        profile.path for profile in many
    ]


def test_a_run_of_which_no_quality_is_known_says_so() -> None:
    made = read(render(summary(customers(), tickets())))
    quality = made.part("quality")
    assert quality.text.endswith("No rule was checked and nothing was cleaned in this run.")
    assert not quality.all("article")


def test_a_data_set_too_small_to_tell_of_tells_nothing_of_rules() -> None:
    counts = row_counts(6, {"rule:first": 3})
    parts = QualitySummary((rule("first", 3, 9),), (CleanOutcome("trim", {"city": 2}),))
    quality = page(replace(customers(counts), quality=parts)).part("quality")
    assert not quality.all("table")
    assert "so small that nothing is told" in quality.text


def test_the_walk_tells_each_stage() -> None:
    walk = page(cleaned_customers()).part("rows").one("svg")
    assert walk.one("desc").text == (
        "48,842 rows read; 317 quarantined at reading; 148 quarantined at cleaning; "
        "246 quarantined at types; 1,083 quarantined at rules; 764 merged at duplicates; "
        "1,058 withheld at permission; 36 suppressed at treatments; 45,190 out."
    )
    words = [text.text for text in walk.all("text")]
    assert words[words.index("46,284") + 1] == "kept"
