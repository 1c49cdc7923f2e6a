from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from privet.model.contract import Column, Contract
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from privet.model.quality import (
    Action,
    Check,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    QualityRule,
    Range,
    RowCount,
    Unique,
)
from privet.ports.arrow_types import arrow_schema
from privet.quality.rules import Judged, compile_rules

NAN, INF = float("nan"), float("inf")


def contract(columns: dict[str, str], *rules: QualityRule) -> Contract:
    declared = tuple(Column(ColumnPath.parse(path), kind) for path, kind in columns.items())
    return Contract("orders", "1", declared, rules=rules)


def rule(name: str, check: Check, *columns: str, action: Action = "quarantine") -> QualityRule:
    paths = tuple(ColumnPath.parse(path) for path in columns)
    return QualityRule(name, check, paths, action=action)


def judge(
    columns: dict[str, str],
    values: dict[str, list[Any]],
    *rules: QualityRule,
    reasons: list[str | None] | None = None,
) -> Judged:
    declared = contract(columns, *rules)
    batch = pa.record_batch(values, schema=arrow_schema(declared.columns))
    there = reasons or [None] * batch.num_rows
    return compile_rules(declared).judge(batch, pa.array(there, pa.string()))


def fails(kind: str, check: Check, *values: Any) -> list[bool]:
    """Which values fail; the same in a slice, between other rows."""
    judged = judge({"v": kind}, {"v": list(values)}, rule("r", check, "v"))
    found = [reason == "rule:r" for reason in judged.reasons.to_pylist()]
    assert judged.failed == {"r": sum(found)}
    assert judged.of == len(values)
    declared = contract({"v": kind}, rule("r", check, "v"))
    around = pa.record_batch(
        {"v": [*values, *values, *values]}, schema=arrow_schema(declared.columns)
    )
    middle = around.slice(len(values), len(values))
    again = compile_rules(declared).judge(middle, pa.nulls(len(values), pa.string()))
    assert again.reasons.to_pylist() == judged.reasons.to_pylist()
    return found


@pytest.mark.parametrize(
    ("kind", "check", "values", "expected"),
    [
        ("int64", NotNull(), [1, None, 0], "-x-"),
        ("double", NotNull(), [NAN, None], "-x"),
        ("string", NotNull(), [None, None], "xx"),
        ("string", NotMissing(("?", "")), ["a", "?", "", None, "??"], "-xxx-"),
        ("string", NotMissing(("?",)), ["a", "b"], "--"),
        ("string", NotMissing(()), ["a", None], "-x"),
        ("int64", NotMissing(("-999", "N/A")), [-999, 999, None], "x-x"),
        ("int64", NotMissing(("N/A",)), [1, None], "-x"),
        ("double", NotMissing(("0", "nan")), [0.0, -0.0, NAN, 1.0], "xxx-"),
        ("date32", NotMissing(("9999-12-31",)), [date(9999, 12, 31), date(9999, 12, 30)], "x-"),
        ("string", OneOf(("DE", "FR")), ["DE", "de", "FR", "", None], "-x-x-"),
        ("string", OneOf(()), ["a", None], "x-"),
        ("string", OneOf(("é",)), ["é", "e\u0301"], "-x"),
        ("int64", OneOf(("1", "-2")), [1, -2, 2, None], "--x-"),
        ("int64", OneOf(("9223372036854775807",)), [2**63 - 1, 2**63 - 2], "-x"),
        ("double", OneOf(("0", "0.1", "inf")), [0.0, -0.0, 0.1, INF, -INF, NAN], "----xx"),
        ("double", OneOf(("-0", "nan")), [0.0, -0.0, NAN], "---"),
        ("bool", OneOf(("true",)), [True, False, None], "-x-"),
        ("decimal128(6, 2)", OneOf(("1.5", "2")), [Decimal("1.50"), Decimal(2), Decimal(1)], "--x"),
        ("date32", OneOf(("2024-02-29",)), [date(2024, 2, 29), date(2024, 3, 1)], "-x"),
        ("binary", OneOf(("00ff",)), [b"\x00\xff", b"\x00"], "-x"),
        ("timestamp[us, UTC]", OneOf(("2024-01-01T00:00:00+02:00",)),
         [datetime(2023, 12, 31, 22, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)], "-x"),
        ("string", Matches("b"), ["abc", "ac", "", None], "-xx-"),
        ("string", Matches("^[A-Z]{2}$"), ["DE", "DEU", "de", "D\n"], "-xxx"),
        ("string", Matches("^.$"), ["é", "\U0001f600", "ab"], "--x"),
        ("string", Length(2, 3), ["a", "ab", "abc", "abcd", None], "x--x-"),
        ("string", Length(2, 3), ["é", "éé", "ééé", "éééé", "\U0001f600" * 3], "x--x-"),
        ("string", Length(minimum=2), ["é", "éé", "\U0001f600"], "x-x"),
        ("string", Length(minimum=1), ["", "a", None], "x--"),
        ("string", Length(maximum=1), ["", "a", "ab", "é", "éa"], "--x-x"),
        ("string", Length(), ["", None], "--"),
        ("string", Length(2), [None, None], "--"),
        ("string", Length(5, 2), ["abc", "", None], "xx-"),
    ],
)  # fmt: skip
def test_checks(kind: str, check: Check, values: list[Any], expected: str) -> None:
    assert "".join("x" if failed else "-" for failed in fails(kind, check, *values)) == expected


DEC = [Decimal("0.99"), Decimal("1.00"), Decimal("1.01"), Decimal("9999.99"), None]


@pytest.mark.parametrize(
    ("kind", "check", "values", "expected"),
    [
        ("int64", Range("1", "3"), [0, 1, 3, 4, None], "x--x-"),
        ("int64", Range("1", "3", True, True), [1, 2, 3], "x-x"),
        ("int64", Range("0.5", "2.5", True, True), [0, 1, 2, 3], "x--x"),
        ("int64", Range("-0.5", "-0.0"), [-1, 0, 1], "x-x"),
        ("int64", Range("1e0", "3.0", True, True), [1, 2, 3], "x-x"),
        ("int64", Range("9223372036854775807"), [2**63 - 1, 2**63 - 2], "-x"),
        ("int64", Range("9223372036854775807", exclusive_minimum=True), [2**63 - 1], "x"),
        ("int64", Range("9223372036854775808"), [2**63 - 1, None], "x-"),
        ("int64", Range(None, "9223372036854775808"), [2**63 - 1], "-"),
        ("int64", Range("-9223372036854775809", "1e999999"), [-(2**63), 2**63 - 1], "--"),
        ("int64", Range("1e999999"), [2**63 - 1], "x"),
        ("int64", Range("1e-999999"), [0, 1], "x-"),
        ("int64", Range("-inf", "inf"), [-(2**63), 2**63 - 1], "--"),
        ("int64", Range(None, "-.inf"), [-(2**63)], "x"),
        ("int64", Range("5", "4"), [4, 5], "xx"),
        ("double", Range("0", "1"), [-0.0, 0.0, 1.0, 1.1, NAN, INF, -INF, None], "---xxxx-"),
        ("double", Range("0", "1", True, True), [0.0, -0.0, 5e-324, 1.0, 0.9999999999999999],
         "xx-x-"),
        ("double", Range("-inf", "inf"), [INF, -INF, NAN, 1e308], "--x-"),
        ("double", Range("-inf", "inf", True, True), [INF, -INF, NAN, 1e308], "xxx-"),
        ("double", Range("inf", exclusive_minimum=True), [INF, 1.0, None], "xx-"),
        ("double", Range("1.7976931348623157e308", exclusive_minimum=True), [INF, 1e308], "-x"),
        ("double", Range("0.1", "0.1"), [0.1, 0.10000000000000002], "-x"),
        ("double", Range(), [NAN, INF, None], "x--"),
        ("double", Range("0"), [None, None], "--"),
        ("decimal128(6, 2)", Range("1"), DEC, "x----"),
        ("decimal128(6, 2)", Range("1", "1.01", True), DEC, "xx-x-"),
        ("decimal128(6, 2)", Range("0.995"), DEC, "x----"),
        ("decimal128(6, 2)", Range("0.995", "1.005", True, True), DEC, "x-xx-"),
        ("decimal128(6, 2)", Range("10000"), DEC, "xxxx-"),
        ("decimal128(6, 2)", Range(None, "9" * 41), DEC, "-----"),
        ("decimal128(38, 0)", Range("99999999999999999999999999999999999998"),
         [Decimal(10**38 - 1), Decimal(10**38 - 3)], "-x"),
        ("date32", Range("2024-02-29", "2024-03-01"),
         [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2), None], "x--x-"),
        ("date32", Range("2024-02-28", "2024-03-01", True, True),
         [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)], "x-x"),
        ("date32", Range("0001-01-01", "9999-12-31"), [date.min, date.max], "--"),
        ("timestamp[us]", Range("2024-01-01", "2024-01-02", exclusive_maximum=True),
         [datetime(2023, 12, 31, 23, 59, 59, 999999), datetime(2024, 1, 1),
          datetime(2024, 1, 1, 23, 59, 59, 999999), datetime(2024, 1, 2)], "x--x"),
        ("timestamp[us, UTC]", Range("2024-01-01T00:00:00+01:00"),
         [datetime(2023, 12, 31, 22, 59, 59, tzinfo=UTC), datetime(2023, 12, 31, 23, tzinfo=UTC)],
         "x-"),
        ("timestamp[ms, Europe/Paris]", Range("2024-01-01T00:00:00Z"),
         [datetime(2023, 12, 31, 23, 59, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)], "x-"),
    ],
)  # fmt: skip
def test_ranges(kind: str, check: Check, values: list[Any], expected: str) -> None:
    assert "".join("x" if failed else "-" for failed in fails(kind, check, *values)) == expected


def test_the_first_rule_that_holds_back_gives_the_reason_and_each_rule_counts() -> None:
    judged = judge(
        {"n": "int64", "s": "string"},
        {"n": [1, -1, None, -5, -2], "s": ["a", "bb", None, "bb", "bb"]},
        rule("told", Range("2"), "n", action="report"),
        rule("short", Length(maximum=1), "s"),
        rule("positive", Range("0"), "n", action="stop"),
        rule("there", NotNull(), "n", "s"),
        rule("whole set", RowCount()),
        rule("by key", Unique(), "n"),
        reasons=[None, None, None, None, "type:n"],
    )
    assert judged.reasons.to_pylist() == [
        None,
        "rule:short",
        "rule:there",
        "rule:short",
        "type:n",
    ]
    assert judged.failed == {"told": 3, "short": 2, "positive": 2, "there": 1}
    assert judged.of == 4


def test_where_nothing_fails_the_reasons_are_those_that_came() -> None:
    declared = contract({"n": "int64"}, rule("r", Range("0"), "n"))
    batch = pa.record_batch({"n": pa.array([1, 2, -3])})
    reasons = pa.array([None, None, "unowned"], pa.string())
    judged = compile_rules(declared).judge(batch, reasons)
    assert judged.reasons is reasons
    assert judged.failed == {"r": 0}


def test_an_empty_batch_and_no_rules() -> None:
    judged = judge({"s": "string"}, {"s": []}, rule("r", Matches("x"), "s"),
                   rule("l", Length(1), "s"), rule("o", OneOf(("a",)), "s"))  # fmt: skip
    assert (judged.reasons.to_pylist(), judged.failed, judged.of) == (
        [],
        {"r": 0, "l": 0, "o": 0},
        0,
    )
    judged = judge({"s": "string"}, {"s": ["a"]})
    assert (judged.reasons.to_pylist(), judged.failed, judged.of) == ([None], {}, 1)


def test_values_in_structs_and_lists_fail_their_row_once() -> None:
    judged = judge(
        {"who.age": "int64", "tags[]": "string", "lines[].price": "double"},
        {
            "who": [{"age": 1}, None, {"age": -1}, {"age": None}],
            "tags": [["a", "b"], [], None, ["zz", "zzz", None]],
            "lines": [[{"price": -1.0}, {"price": NAN}], None, [None], [{"price": 1.0}]],
        },
        rule("age", Range("0"), "who.age", action="report"),
        rule("aged", NotNull(), "who.age", action="report"),
        rule("tag", Length(1, 1), "tags[]", action="report"),
        rule("tagged", NotNull(), "tags[]", action="report"),
        rule("price", Range("0"), "lines[].price"),
        rule("priced", NotNull(), "lines[].price", action="report"),
    )
    assert judged.reasons.to_pylist() == ["rule:price", None, None, None]
    assert judged.failed == {
        "age": 1, "aged": 2, "tag": 1, "tagged": 1, "price": 1, "priced": 1
    }  # fmt: skip


def test_as_many_reasons_as_rows() -> None:
    rules = compile_rules(contract({"n": "int64"}, rule("r", NotNull(), "n")))
    with pytest.raises(ValueError, match="1 reasons for 2 rows"):
        rules.judge(pa.record_batch({"n": pa.array([1, 2])}), pa.nulls(1, pa.string()))
    with pytest.raises(ValueError, match="no column n"):
        rules.judge(pa.record_batch({"m": pa.array([1])}), pa.nulls(1, pa.string()))
    assert rules.names == ("r",)


@pytest.mark.parametrize(
    ("kind", "check", "message", "hint"),
    [
        ("string", Range("a", "b"), "`string`: has no order", "2024-12-31"),
        ("bool", Range("0"), "no order", "2024"),
        ("binary", Range("00"), "no order", "2024"),
        ("int64", Range("secret"), "a bound is not a number", "Write numbers"),
        ("int64", Range("1_000"), "not a number", "12"),
        ("int64", Range("٣"), "not a number", "12"),
        ("double", Range("nan"), "not a number", "12"),
        ("date32", Range("2023-02-29"), "a bound is not a `date32", "2024-12-31"),
        ("date32", Range("2023-02-28T10:00"), "a bound is not a `date32", "2024-12-31"),
        ("timestamp[us, UTC]", Range("2024-01-01"), "a bound is not a `timestamp", "zone"),
        ("timestamp[us]", Range("2024-01-01T00:00:00Z"), "a bound is not a `timestamp", "zone"),
        ("int64", OneOf(("1", "secret", "1.5")), "2 of 3 allowed values", "Spell"),
        ("bool", OneOf(("yes",)), "1 of 1 allowed values", "Spell"),
        ("int64", Matches("1"), "a pattern reads text", "string"),
        ("int64", Length(1), "a length is that of text", "string"),
        ("string", Matches("(?=secret)"), "RE2", "look-around"),
        ("string", Matches("secret("), "RE2", "look-around"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_a_configuration_error(
    kind: str, check: Check, message: str, hint: str
) -> None:
    where = Location("orders.yaml", 12)
    wrong = QualityRule("r", check, (ColumnPath.of("v"),), where=where)
    with pytest.raises(ConfigError) as caught:
        compile_rules(contract({"v": kind}, wrong))
    assert message in str(caught.value)
    assert hint in str(caught.value.hint)
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith("orders.yaml:12: the rule `r` cannot be used: ")


def test_columns_that_are_not_there() -> None:
    with pytest.raises(ConfigError, match=r"there is no column `nmae`\n  Did you mean `name`"):
        compile_rules(contract({"name": "string"}, rule("r", NotNull(), "nmae")))
    with pytest.raises(ConfigError, match="it names no column"):
        compile_rules(contract({"name": "string"}, rule("r", NotNull())))
    with pytest.raises(ConfigError, match="is not a type"):
        compile_rules(contract({"name": "strin"}, rule("r", NotNull(), "name")))
