"""Hierarchies as they are declared: every form, and every way to get one wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from privet.model.errors import ConfigError, SourceError
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.csv_files import parse_csv, read_csv
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.placing import known_codes
from privet.protect.hierarchies.specs import (
    CsvHierarchy,
    DateHierarchy,
    FlatHierarchy,
    HierarchySpec,
    IntervalHierarchy,
    PrefixHierarchy,
)
from privet.protect.hierarchies.trees import tree

SECRET = "Zaphod"


def paths(hierarchy: Hierarchy) -> list[tuple[str | None, ...]]:
    return [hierarchy.path(code) for code in range(len(hierarchy.leaves))]


def numbers(*values: int) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, values))


def test_a_csv_is_read_leaf_first_and_coded_depth_first() -> None:
    text = "DE;Europe;*\r\nJP;Asia;*\r\nFR;Europe;*\r\n\r\n"
    hierarchy = build(parse_csv(text, "country.csv"))
    assert paths(hierarchy) == [("DE", "Europe", "*"), ("FR", "Europe", "*"), ("JP", "Asia", "*")]
    assert hierarchy.nodes.tolist() == [[0, 1, 2], [0, 0, 1], [0, 0, 0]]
    assert hierarchy.interval(1, 0) == (0, 2)
    assert not hierarchy.ordered


@pytest.mark.parametrize("text", ['"a,b",x,*\nc,x,*\n', "a,b;x;*\nc;x;*\n", "a,b\tx\t*\nc\tx\t*\n"])
def test_the_separator_is_told_from_the_first_line(text: str) -> None:
    assert build(parse_csv(text, "h.csv")).leaves == ("a,b", "c")


def test_the_same_label_may_stand_on_several_levels() -> None:
    hierarchy = build(parse_csv("a;a;*\nb;*;*\n", "h.csv"))
    assert hierarchy.labels == (("a", "b"), ("a", "*"), ("*",))


def test_an_empty_first_field_declares_null() -> None:
    spec = parse_csv("a;known;*\n;unknown;*\n", "h.csv")
    assert paths(build(spec, [None, "a"]))[1] == (None, "unknown", "*")


def test_null_that_nothing_declares_is_alone_under_the_root() -> None:
    hierarchy = build(parse_csv("a;x;*\nb;x;*\n", "h.csv"), ["b", None])
    assert paths(hierarchy)[2] == (None, None, "*")
    assert hierarchy.nodes.tolist() == [[0, 1, 2], [0, 0, 1], [0, 0, 0]]


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("a;x;*\nZaphod;x;+\n", "2 roots", 2),
        ("Zaphod;x;*\nb;x;*\nZaphod;x;*\n", "stands twice", 3),
        ("a;x;A;*\nZaphod;x;B;*\n", "under two labels", 2),
        ("a;x;*\nZaphod;*\n", "2 fields", 2),
        ('a;x;*\n"Zaphod;*\n', "cannot be read", 2),
        ("\n\n", "no lines", None),
        ("Zaphod\n", "no level above", None),
        (";".join(["Zaphod"] * 121), "121 levels", None),
    ],
)
def test_a_csv_that_is_no_tree(text: str, said: str, line: int | None) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        build(parse_csv(text, "h.csv"), column="name")
    assert SECRET not in str(caught.value)
    assert caught.value.hint
    assert caught.value.where is not None
    assert caught.value.where.line == line


def test_an_uncovered_value_is_counted_and_not_named() -> None:
    spec = parse_csv("a;*\nb;*\n", "h.csv")
    with pytest.raises(ConfigError, match=r"'name' lacks 2 ") as caught:
        build(spec, ["a", SECRET, "y", SECRET], "name")
    assert SECRET not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_csv(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("Köln;*\n".encode("latin-1"))
    with pytest.raises(SourceError, match="UTF-8"):
        read_csv(tmp_path / "latin.csv")
    (tmp_path / "bom.csv").write_bytes("Köln;*\n".encode("utf-8-sig"))
    assert read_csv(tmp_path / "bom.csv").rows == (("Köln", "*"),)


def test_rows_given_as_such_must_be_of_one_length() -> None:
    with pytest.raises(ConfigError, match="1 to 2 labels"):
        build(CsvHierarchy((("a", "*"), ("b",))), column="x")


def test_intervals_nest() -> None:
    spec = IntervalHierarchy(widths=numbers(5, 10))
    hierarchy = build(spec, ["12", "-3", "7", "5", "12.0"])
    assert paths(hierarchy) == [
        ("-3", "[-5,0)", "[-10,0)", "*"),
        ("5", "[5,10)", "[0,10)", "*"),
        ("7", "[5,10)", "[0,10)", "*"),
        ("12", "[10,15)", "[10,20)", "*"),
        ("12.0", "[10,15)", "[10,20)", "*"),
    ]
    assert hierarchy.ordered


def test_top_and_bottom_coding() -> None:
    spec = IntervalHierarchy(widths=numbers(20, 40), bottom=Decimal(18), top=Decimal(90))
    hierarchy = build(spec, ["3", "18", "70", "89", "90", "104"])
    assert [path[1:3] for path in paths(hierarchy)] == [
        ("<18", "<18"),
        ("[18,20)", "[18,40)"),
        ("[60,80)", "[40,80)"),
        ("[80,90)", "[80,90)"),
        (">=90", ">=90"),
    ]
    assert hierarchy.leaves == ("<18", "18", "70", "89", ">=90")
    assert known_codes(hierarchy, ["4", "17", "93", "90", "70", "71"]).tolist() == [
        0,
        0,
        4,
        4,
        2,
        -1,
    ]


def test_ends_alone_leave_what_is_between() -> None:
    hierarchy = build(IntervalHierarchy(top=Decimal(90)), ["3", "100", "91", "20", None])
    assert hierarchy.labels == (("3", "20", ">=90", None), ("*",))


def test_bounds() -> None:
    spec = IntervalHierarchy(bounds=(numbers(18, 30, 65), numbers(18, 65)))
    assert [path[1:3] for path in paths(build(spec, ["17", "18", "64", "65"]))] == [
        ("<18", "<18"),
        ("[18,30)", "[18,65)"),
        ("[30,65)", "[18,65)"),
        (">=65", ">=65"),
    ]


def test_a_declared_domain_is_there_whole() -> None:
    spec = IntervalHierarchy(
        widths=(Decimal("0.5"),), minimum=Decimal(0), maximum=Decimal(1), step=Decimal("0.25")
    )
    assert build(spec, ["0.5"]).leaves == ("0", "0.25", "0.5", "0.75", "1")


@pytest.mark.parametrize(
    "spec",
    [
        IntervalHierarchy(widths=numbers(5, 12)),
        IntervalHierarchy(widths=numbers(5, 5)),
        IntervalHierarchy(widths=numbers(0)),
        IntervalHierarchy(widths=numbers(5), bounds=(numbers(1),)),
        IntervalHierarchy(bounds=(numbers(3, 1),)),
        IntervalHierarchy(bounds=(numbers(1, 3), numbers(2))),
        IntervalHierarchy(bounds=((),)),
        IntervalHierarchy(bounds=(numbers(1),), top=Decimal(3)),
        IntervalHierarchy(widths=numbers(1), bottom=Decimal(3), top=Decimal(3)),
        IntervalHierarchy(step=Decimal(1)),
        IntervalHierarchy(step=Decimal(1), minimum=Decimal(0), maximum=Decimal(10**9)),
        DateHierarchy(("year", "month")),
        PrefixHierarchy((2, 3)),
        PrefixHierarchy((2, 0)),
    ],
)
def test_rules_that_contradict_themselves(spec: HierarchySpec) -> None:
    with pytest.raises(ConfigError, match="cannot be"):
        build(spec, ["1"])


@pytest.mark.parametrize(
    ("spec", "values", "said"),
    [
        (IntervalHierarchy(widths=numbers(5)), [SECRET, "1", "nan"], "2 values that are no numb"),
        (IntervalHierarchy(widths=numbers(5), maximum=Decimal(9)), ["10", "9"], "1 values that"),
        (IntervalHierarchy(widths=numbers(5)), ["1e300"], "too large"),
        (DateHierarchy(), ["2021-02-29", SECRET, "2020-02-29"], "2 values that are no days"),
        (FlatHierarchy(), [], "no values"),
        (DateHierarchy(), [], "no values"),
    ],
)
def test_values_that_a_rule_cannot_place(
    spec: HierarchySpec, values: list[str | None], said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        build(spec, values, "born")
    assert SECRET not in str(caught.value)
    assert "'born'" in str(caught.value)


def test_dates() -> None:
    spec = DateHierarchy(("month", "quarter", "year", "decade", "century"))
    assert build(spec, ["1990-04-02"]).path(0) == (
        "1990-04-02",
        "1990-04",
        "1990-Q2",
        "1990",
        "1990-1999",
        "1900-1999",
        "*",
    )
    assert build(DateHierarchy(), ["2020-12-31", "1999-01-01"]).ordered


def test_prefixes() -> None:
    hierarchy = build(PrefixHierarchy((3, 1)), ["89134", "89199", "10115", "891"])
    assert paths(hierarchy) == [
        ("891", "891**", "8****", "*"),
        ("89134", "891**", "8****", "*"),
        ("89199", "891**", "8****", "*"),
        ("10115", "101**", "1****", "*"),
    ]


def test_a_column_of_nulls_has_one_leaf() -> None:
    for spec in (FlatHierarchy(), DateHierarchy(), IntervalHierarchy(widths=numbers(5))):
        hierarchy = build(spec, [None, None])
        assert hierarchy.leaves == (None,)
        assert hierarchy.labels[-1] == ("*",)
        assert not hierarchy.ordered


def test_a_tree_repeats_values_upwards() -> None:
    spec = tree({"Europe": ["DE", "FR"], "Asia": {"East": ["JP"], "South": ["IN", None]}})
    assert paths(build(spec)) == [
        ("DE", "DE", "Europe", "*"),
        ("FR", "FR", "Europe", "*"),
        ("JP", "East", "Asia", "*"),
        ("IN", "South", "Asia", "*"),
        (None, "South", "Asia", "*"),
    ]


def test_a_tree_of_numbers_and_mixed_lists() -> None:
    spec = tree({"*": [{"young": [1, 2.0, 2.5]}, True, {"old": 90}]})
    assert build(spec).leaves == ("1", "2", "2.5", "true", "90")


@pytest.mark.parametrize(
    "groups", [{}, [], {"a": []}, {"a": None}, {None: ["x"]}, {"a": [object()]}]
)
def test_trees_that_are_none(groups: dict[object, object]) -> None:
    with pytest.raises(ConfigError, match="no hierarchy"):
        tree(groups)


def test_a_tree_with_a_value_twice() -> None:
    with pytest.raises(ConfigError, match="twice"):
        build(tree({"a": ["x"], "b": ["x"]}))


def test_a_tree_too_deep() -> None:
    groups: object = ["x"]
    for _ in range(119):
        groups = {"g": groups}
    with pytest.raises(ConfigError, match="levels"):
        tree({"g": groups})
