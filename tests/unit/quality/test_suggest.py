from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.quality import (
    Check,
    CleanStep,
    Length,
    Matches,
    NotNull,
    OneOf,
    Range,
    Unique,
)
from privet.quality.suggest import Suggester, Suggestions

ROWS = 200


def suggested(
    values: Any, kind: str = "string", *, personal: bool = False, path: str = "x"
) -> Suggestions:
    """What one column suggests; `values` as read, in two batches."""
    array = values if isinstance(values, pa.Array) else pa.array(values)
    column = Column(ColumnPath.parse(path), kind)
    suggester = Suggester([column])
    half = len(array) // 2
    for part in (array[:half], array[half:]):
        suggester.add(pa.record_batch({"x": part}))
    return suggester.suggestions({column.path} if personal else ())


def checks(values: Any, kind: str = "string", **more: Any) -> list[Check]:
    return [each.rule.check for each in suggested(values, kind, **more).rules]


def steps(values: Any, kind: str = "string", **more: Any) -> list[CleanStep]:
    found = [each.step for each in suggested(values, kind, **more).steps]
    return [step for step in found if step.name != "deduplicate"]


def check_of(kind: type[Check], found: list[Check]) -> Any:
    return next((check for check in found if isinstance(check, kind)), None)


def test_few_rows_suggest_nothing() -> None:
    assert suggested([f"C{n:03}" for n in range(99)]).rules == ()
    assert suggested([]) == suggested(pa.array([], pa.string())) == Suggestions()


def test_a_key_is_unique_and_has_a_shape() -> None:
    found = suggested([f"C{n:03}" for n in range(ROWS)])
    assert [each.rule.check for each in found.rules] == [
        NotNull(),
        Unique(),
        Matches("^[A-Z][0-9]{3}$"),
    ]
    assert [each.rule.name for each in found.rules] == ["x_not_null", "x_unique", "x_pattern"]
    assert found.rules[0].evidence == "no null in 200 rows"
    assert {each.rule.action for each in found.rules} == {"quarantine"}


def test_a_value_that_comes_twice_is_no_key() -> None:
    for values in (["C001", *[f"C{n:03}" for n in range(ROWS)]], ["a", *"bc" * ROWS, "a"]):
        assert check_of(Unique, checks(values)) is None


def test_nulls_and_blanks_are_no_key_and_no_not_null() -> None:
    for empty in (None, "", "  "):
        found = checks([empty, *[f"C{n:03}" for n in range(ROWS)]])
        assert found == [Matches("^[A-Z][0-9]{3}$")]


def test_few_values_are_listed() -> None:
    assert checks(["paid", "open", "late"] * 100) == [NotNull(), OneOf(("late", "open", "paid"))]
    assert checks([3, 1, 2, 10] * 100, "int64") == [NotNull(), OneOf(("1", "2", "3", "10"))]
    assert checks(["3", "1", "2", "10"] * 100, "int64") == [NotNull(), OneOf(("1", "2", "3", "10"))]


@pytest.mark.parametrize(
    "values",
    [
        ["paid"] * 300,  # one value says little
        ["paid"] * 291 + ["open"] * 9,  # a slip, or somebody's
        [f"v{n}" for n in range(51)] * 20,
        ["a\x07", "b"] * 100,
        ["a" * 81, "b"] * 100,
    ],
)
def test_values_are_not_listed_where_a_list_would_be_wrong(values: list[str]) -> None:
    assert check_of(OneOf, checks(values)) is None


def test_bounds_have_room_outward() -> None:
    numbers = [17 + n % 74 for n in range(ROWS)]
    assert check_of(Range, checks(numbers, "int64")) == Range("10", "100")
    assert check_of(Range, checks([n % 41 for n in range(ROWS)], "int64")) == Range("0", "50")
    negative = [-n % 300 / 10 - 7 for n in range(ROWS)]
    assert check_of(Range, checks(negative, "double")) == Range("-10", "50")
    small = [0.0012 + n / 10**6 for n in range(ROWS)]
    assert check_of(Range, checks(small, "double")) == Range("0.001", "0.002")


def test_a_number_that_is_a_key_has_no_upper_bound() -> None:
    found = checks(list(range(ROWS)), "int64")
    assert found == [NotNull(), Unique(), Range(minimum="0")]


def test_not_a_number_has_no_bounds() -> None:
    assert check_of(Range, checks([float("nan"), *map(float, range(ROWS))], "double")) is None
    assert check_of(Range, checks([float("inf"), *map(float, range(ROWS))], "double")) is None


def test_dates_lie_in_decades() -> None:
    days = [date(1994 + n % 20, 5, 1) for n in range(ROWS)]
    assert check_of(Range, checks(days, "date32")) == Range("1990-01-01", "2019-12-31")
    texts = [f"{day}" for day in days]
    assert check_of(Range, checks(texts, "date32")) == Range("1990-01-01", "2019-12-31")
    times = [datetime(1994 + n % 20, 5, 1) for n in range(ROWS)]
    found = check_of(Range, checks(times, "timestamp[us]"))
    assert found == Range("1990-01-01T00:00:00", "2020-01-01T00:00:00")


def test_texts_of_one_length_without_a_shape_have_a_length() -> None:
    values = [f"{chr(192 + n % 60)}{n:03}" for n in range(ROWS)]
    assert check_of(Length, checks(values)) == Length(4, 4)


def test_what_is_about_people_names_no_value() -> None:
    assert checks(["Ana", "Bob"] * 100, personal=True) == [NotNull()]
    ages = [17 + n % 74 for n in range(ROWS)]
    assert checks(ages, "int64", personal=True) == [NotNull(), Range(minimum="0")]
    assert checks([-age for age in ages], "int64", personal=True) == [NotNull()]
    days = [date(1950 + n % 50, 5, 1) for n in range(ROWS)]
    assert checks(days, "date32", personal=True) == [NotNull()]
    passports = [f"AB{n * 7919 % 10**6:06}" for n in range(ROWS)]
    assert check_of(Matches, checks(passports, personal=True)) == Matches("^[A-Z]{2}[0-9]{6}$")


@pytest.mark.parametrize("marker", ["?", "N/A", "null", "-", "unknown", "NaN", "\\N"])
def test_markers_become_null(marker: str) -> None:
    values = [marker, f" {marker} ", *[f"word{chr(97 + n % 26)}" for n in range(ROWS)]]
    found = suggested(values)
    assert [each.step for each in found.steps][:2] == [
        CleanStep("trim", (ColumnPath.of("x"),)),
        CleanStep("missing", (ColumnPath.of("x"),), (("markers", (marker,)),)),
    ]
    assert check_of(NotNull, [each.rule.check for each in found.rules]) is None
    assert found.steps[1].evidence == "what stands for no value: 2 in x"


def test_a_marker_among_numbers_too() -> None:
    assert steps(["?", *map(str, range(ROWS))], "int64")[0].param("markers") == ("?",)


def test_a_column_of_little_else_may_mean_it() -> None:
    assert steps(["unknown"] * 150 + ["known"] * 100) == []
    found = checks(["unknown"] * 150 + ["known"] * 100)
    assert found == [NotNull(), OneOf(("known", "unknown"))]


def test_among_codes_of_two_letters_na_is_namibia() -> None:
    values = ["DE", "NA", "FR"] * 100
    assert steps(values) == []
    assert check_of(OneOf, checks(values)) == OneOf(("DE", "FR", "NA"))


def test_a_sentinel_is_one_where_nothing_else_is_negative() -> None:
    found = suggested([-999, -999, *range(1, ROWS)], "int64")
    assert found.steps[0].step.param("markers") == ("-999",)
    assert check_of(Range, [each.rule.check for each in found.rules]) == Range("0", "200")
    at_home = suggested([-999, -3, *range(1, ROWS)], "int64")
    assert [each.step.name for each in at_home.steps] == []
    assert check_of(Range, [each.rule.check for each in at_home.rules]) == Range("-1000", "200")


def test_columns_with_the_same_markers_share_a_step() -> None:
    columns = [Column(ColumnPath.of(name), "string") for name in "abc"]
    suggester = Suggester(columns)
    values = ["?", *[f"w{n}" for n in range(ROWS)]]
    suggester.add(pa.record_batch({"a": values, "b": values, "c": ["-", *values[1:]]}))
    found = [each.step for each in suggester.suggestions(()).steps]
    assert [(step.name, [str(path) for path in step.columns]) for step in found] == [
        ("missing", ["a", "b"]),
        ("missing", ["c"]),
    ]


def test_the_same_row_twice_is_told() -> None:
    columns = [Column(ColumnPath.of(name), "int64") for name in "ab"]
    suggester = Suggester(columns)
    for _ in range(2):
        suggester.add(pa.record_batch({"a": [1, 2, None], "b": [1, 1, None]}))
    (only,) = suggester.suggestions(()).steps
    assert only.step == CleanStep("deduplicate", (), (("keep", "first"), ("kind", "exact")))
    assert only.evidence == "3 of 6 rows are the same as one before them"


@pytest.mark.parametrize(
    ("forms", "orders", "two_digit"),
    [
        (["2024-01-{day}", "{day}.01.2024"], ("dmy",), "refuse"),
        (["01/{day}/2024"], ("mdy",), "refuse"),
        (["{day}/01/2024", "01/{day}/2024"], ("dmy", "mdy"), "refuse"),
        (["2024/1/{day}", "2024-01-{day}"], ("ymd",), "refuse"),
        (["{day}.01.94"], ("dmy",), 1930),
    ],
)
def test_dates_written_in_several_ways_are_told(
    forms: list[str], orders: tuple[str, ...], two_digit: int | str
) -> None:
    values = [form.format(day=f"{1 + n % 28:02}") for n in range(ROWS) for form in forms]
    (step,) = steps(values)
    assert (step.name, step.param("formats"), step.param("two_digit")) == (
        "date",
        orders,
        two_digit,
    )
    assert check_of(OneOf, checks(values)) is check_of(Matches, checks(values)) is None


def test_dates_of_which_nobody_can_tell_the_order() -> None:
    (slashes,) = steps([f"0{1 + n % 9}/0{1 + n % 7}/2024" for n in range(ROWS)])
    assert slashes.param("formats") == ("dmy", "mdy")
    (points,) = steps([f"0{1 + n % 9}.0{1 + n % 7}.2024" for n in range(ROWS)])
    assert points.param("formats") == ("dmy",)


def test_bytes_that_are_no_text_are_passed_over() -> None:
    raw = pa.array([b"\xff\xfe", *[f"C{n:03}".encode() for n in range(ROWS)]], pa.binary())
    _, offsets, data = raw.buffers()
    broken = pa.Array.from_buffers(pa.string(), len(raw), [None, offsets, data])
    assert check_of(Matches, checks(broken)) == Matches("^[A-Z][0-9]{3}$")


def test_a_misfit_is_left_to_its_type() -> None:
    found = checks(["n/k", *[str(n % 50) for n in range(ROWS)]], "int64")
    assert found == [NotNull(), Range("0", "50")]


def test_members_of_objects_are_looked_at_and_lists_are_not() -> None:
    columns = [Column(ColumnPath.parse(path), "string") for path in ("a.b", "tags[]")]
    suggester = Suggester(columns)
    values = [{"b": f"C{n:03}"} for n in range(ROWS)]
    suggester.add(pa.record_batch({"a": values, "tags": [["x"]] * ROWS}))
    found = suggester.suggestions(())
    assert {str(each.rule.columns[0]) for each in found.rules} == {"a.b"}
    assert found.rules[0].rule.name == "a_b_not_null"


def test_rules_have_names_of_their_own() -> None:
    columns = [Column(ColumnPath.of(name), "int64") for name in ("a b", "a-b", "日")]
    suggester = Suggester(columns)
    numbers = [n % 70 for n in range(ROWS)]
    suggester.add(pa.record_batch({"a b": numbers, "a-b": numbers, "日": numbers}))
    names = [each.rule.name for each in suggester.suggestions(()).rules]
    assert names[0::2] == ["a_b_not_null", "a_b_not_null_2", "column_not_null"]
    assert len(set(names)) == len(names) == 6


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pa.array([True, False] * 100), "bool"),
        (pa.array([b"a", b"b"] * 100), "binary"),
        (pa.array([Decimal("1.5"), Decimal(-99)] * 100, pa.decimal128(4, 2)), "decimal128(4, 2)"),
        (pa.array([None] * 200, pa.string()), "string"),
        (pa.array([0] * 200, pa.timestamp("us", tz="UTC")), "timestamp[us, UTC]"),
        (pa.array([1, 2] * 100).dictionary_encode(), "int64"),
    ],
)
def test_every_type_is_taken(values: pa.Array, kind: str) -> None:
    suggested(values, kind)
