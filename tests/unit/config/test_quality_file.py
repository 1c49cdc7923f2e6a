"""Rules of a contract: every form, and every wrong use with its message and its place."""

from __future__ import annotations

import pytest

from privet.config.contract_file import read_contracts
from privet.config.contract_text import render_contract
from privet.config.yaml_document import Document
from privet.model.contract import Column, Contract
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from privet.model.quality import (
    External,
    Fresh,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    QualityRule,
    Query,
    Range,
    Refers,
    RowCount,
    Steady,
    Threshold,
    Unique,
)
from tests.unit.config.project_files import CONTRACT

HEAD = CONTRACT[: CONTRACT.index("schema:")]
COLUMNS = {
    "id": "int64",
    "name": "string",
    "amount": "decimal128(9, 2)",
    "score": "double",
    "ok": "bool",
    "day": "date32",
    "at": "timestamp[ms]",
    "seen": "timestamp[us, UTC]",
    "photo": "binary",
}


NULLS = "metric: nullValues"
STEADY = "type: custom, engine: privet, implementation: {steady: {}}"
PANDERA = "type: custom, engine: pandera, implementation: 'a.py:b'"
OWN = "{property: "
COUNT = "{metric: rowCount, mustBe: 1, name: a}"


def read(text: str):
    return read_contracts(Document.parse(text.encode(), "contracts/c.yaml"))


def contract_text(column: str = "name", said: str = "", data: str = "", rest: str = "") -> str:
    """A contract with `said` at one column and `data` at the data set, both inside braces."""
    lines = [
        f"      - {{name: {name}, physicalType: '{kind}'{', ' + said if name == column else ''}}}"
        for name, kind in COLUMNS.items()
    ]
    nested = [
        "      - {name: address, properties: [{name: city, logicalType: string}]}",
        "      - {name: tags, items: {logicalType: string}}",
    ]
    body = "\n".join([*lines, *nested])
    terms = "".join(f"    {line}\n" for line in data.splitlines())
    return f"{HEAD}{rest}schema:\n  - name: orders\n{terms}    properties:\n{body}\n"


def rules(column: str = "name", said: str = "", data: str = "", rest: str = ""):
    (contract,) = read(contract_text(column, said, data, rest))
    again = render_contract(contract, physical="x")
    assert read(again) == [contract]
    return contract.rules


def one(column: str, said: str) -> QualityRule:
    (rule,) = rules(column, said)
    assert rule.columns == (ColumnPath.of(column),)
    return rule


def refused(*args: str, **more: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(contract_text(*args, **more))
    return str(caught.value)


# What is checked


@pytest.mark.parametrize(
    ("column", "rule", "check", "name"),
    [
        ("id", "metric: nullValues", NotNull(), "not_null_id"),
        ("id", "type: library, metric: nullValues, mustBe: 0", NotNull(), "not_null_id"),
        (
            "name",
            "metric: missingValues, arguments: {missingValues: [null, '', N/A, -999, 1.50, true]}",
            NotMissing(("", "N/A", "-999", "1.5", "true")),
            "not_missing_name",
        ),
        (
            "name",
            "metric: invalidValues, arguments: {validValues: [a, b, a]}",
            OneOf(("a", "b")),
            "one_of_name",
        ),
        (
            "id",
            "metric: invalidValues, arguments: {validValues: [1, 2.0, '3']}",
            OneOf(("1", "2", "3")),
            "one_of_id",
        ),
        (
            "ok",
            "metric: invalidValues, arguments: {validValues: [true]}",
            OneOf(("true",)),
            "one_of_ok",
        ),
        (
            "name",
            "metric: invalidValues, arguments: {pattern: '^[A-Z]{2}'}",
            Matches("^[A-Z]{2}"),
            "pattern_name",
        ),
        (
            "name",
            "metric: invalidValues, arguments: {minLength: 2, maxLength: 2}",
            Length(2, 2),
            "length_name",
        ),
        (
            "score",
            "metric: invalidValues, arguments: {minimum: -0.50, exclusiveMaximum: 1e3}",
            Range("-0.5", "1000", exclusive_maximum=True),
            "range_score",
        ),
        ("id", "metric: duplicateValues", Unique(), "unique_id"),
        (
            "day",
            "type: custom, engine: privet, implementation: {fresh: {seconds: 60}}",
            Fresh(60),
            "fresh_day",
        ),
        (
            "name",
            "type: custom, engine: privet, implementation: {steady: {}}",
            Steady(0.2),
            "steady_name",
        ),
        (
            "name",
            "type: custom, engine: pandera, implementation: 'checks/o.py:schema'",
            External("pandera", "checks/o.py:schema"),
            "pandera_name",
        ),
        (
            "name",
            "type: sql, mustBe: 0, query: 'SELECT count({property}) FROM {object} a, ${table} b'",
            Query('SELECT count("name") FROM ${table} a, ${table} b'),
            "query_name",
        ),
    ],
)
def test_a_rule_on_a_column(column, rule, check, name):
    found = one(column, f"quality: [{{{rule}}}]")
    assert (found.check, found.name) == (check, name)
    assert found.where == Location(
        "contracts/c.yaml", 8 + list(COLUMNS).index(column) + 1,
        f"schema[0].properties[{list(COLUMNS).index(column)}].quality[0]",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "options", "check"),
    [
        ("name", "minLength: 0", Length(0)),
        ("name", "pattern: x, format: email", Matches("x")),
        ("id", "minimum: -9223372036854775808, maximum: 5.0", Range("-9223372036854775808", "5")),
        ("amount", "exclusiveMinimum: 0, maximum: 9999999.99", Range("0", "9999999.99", True)),
        ("day", "minimum: '1900-01-01'", Range("1900-01-01")),
        ("at", "maximum: '2030-01-01T00:00:00.123'", Range(None, "2030-01-01T00:00:00.123")),
        ("at", "maximum: '2030-01-01'", Range(None, "2030-01-01")),
        ("seen", "maximum: '2030-01-01 00:00+02:00'", Range(None, "2030-01-01 00:00+02:00")),
    ],
)
def test_options_of_a_type_are_rules(column, options, check):
    assert one(column, f"logicalTypeOptions: {{{options}}}").check == check


def test_each_option_is_a_rule_of_its_own():
    found = rules("name", "logicalTypeOptions: {pattern: x, minLength: 1}")
    assert [rule.check for rule in found] == [Length(1), Matches("x")]


def test_options_that_check_nothing_are_no_rules():
    assert rules("at", "logicalTypeOptions: {format: 'yyyy', timezone: false}") == ()


def test_rules_on_the_data_set():
    found = rules(
        data="""\
quality:
  - {metric: rowCount, mustBeBetween: [1, 10]}
  - {metric: duplicateValues, arguments: {properties: [id, address.city]}}
  - {type: sql, query: "SELECT 1", mustNotBe: true}
  - {type: custom, engine: pandera, implementation: "a.py:b"}
  - {type: text, description: "all is well"}
relationships:
  - {from: [orders.id, day], to: [customers.id, customers.last.day]}
"""
    )
    assert [(rule.name, rule.check) for rule in found] == [
        ("row_count", RowCount()),
        ("unique_id_address_city", Unique()),
        ("query", Query("SELECT 1")),
        ("pandera", External("pandera", "a.py:b")),
        (
            "refers_id_day",
            Refers("customers", (ColumnPath.of("id"), ColumnPath.of("last", "day"))),
        ),
    ]
    assert found[1].columns == (ColumnPath.of("id"), ColumnPath.of("address", "city"))
    assert found[2].threshold == Threshold("mustNotBe", (1.0,))


@pytest.mark.parametrize("to", ["customers.id", "[customers.id]"])
def test_a_reference_of_a_column(to):
    found = one("id", f"relationships: [{{type: foreignKey, to: {to}}}]")
    assert found.check == Refers("customers", (ColumnPath.of("id"),))


def test_a_relationship_states_its_terms_in_custom_properties():
    own = (
        "{property: name, value: known}, {property: severity, value: warning}, "
        "{property: action, value: quarantine}, {property: dimension, value: consistency}, "
        "{property: mustBeLessThan, value: 2.5}, {property: unit, value: percent}"
    )
    found = one("id", f"relationships: [{{to: customers.id, customProperties: [{own}]}}]")
    assert (found.name, found.severity, found.action) == ("known", "warning", "quarantine")
    assert found.threshold == Threshold("mustBeLessThan", (2.5,), "percent")
    assert found.dimension == "consistency"


def test_a_custom_rule_states_its_operator_in_custom_properties():
    own = "{property: mustBeLessOrEqualTo, value: 3}, {property: somebodyElses, value: {a: 1}}"
    rule = f"type: custom, engine: pandera, implementation: 'a.py:b', customProperties: [{own}]"
    found = one("id", f"quality: [{{{rule}}}]")
    assert found.threshold == Threshold("mustBeLessOrEqualTo", (3.0,))


def test_unique_and_primary_key():
    assert one("id", "unique: true").check == Unique()
    (contract,) = read(contract_text("id", "primaryKey: true, unique: true"))
    assert [rule.name for rule in contract.rules] == ["unique_id"]
    assert contract.columns[0].required
    assert not contract.columns[1].required


def test_a_primary_key_of_several_columns_is_unique_together():
    text = contract_text("name", "primaryKey: true, primaryKeyPosition: 2")
    text = text.replace("name: id,", "name: id, primaryKey: true,")
    text = text.replace("name: day,", "name: day, primaryKey: true, primaryKeyPosition: 1,")
    (contract,) = read(text)
    (rule,) = contract.rules
    assert [str(path) for path in rule.columns] == ["day", "name", "id"]
    assert [str(column.path) for column in contract.columns if column.required] == [
        "id",
        "name",
        "day",
    ]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("value: 24, unit: h", 86400),
        ("value: 1, unit: Day", 86400),
        ("value: 90, unit: minutes", 5400),
        ("value: P1WT1S", 604801),
        ("value: PT36H", 129600),
    ],
)
def test_freshness_of_the_sla(value, seconds):
    promise = f"slaProperties: [{{property: freshness, {value}, element: orders.at}}]\n"
    (rule,) = rules(rest=promise)
    assert rule.check == Fresh(seconds)
    assert (rule.name, rule.action, rule.columns) == ("fresh_at", "stop", (ColumnPath.of("at"),))


def test_a_rule_on_what_a_list_holds_judges_its_values():
    text = contract_text().replace(
        "items: {logicalType: string}",
        "items: {logicalType: string, quality: [{metric: nullValues}]}",
    )
    (rule,) = read(text)[0].rules
    assert (rule.name, str(rule.columns[0])) == ("not_null_tags", "tags[]")


# Names and order


def test_rules_stand_by_column_and_references_last():
    found = rules(
        "day",
        "relationships: [{to: a.b}], quality: [{metric: duplicateValues}, {metric: nullValues}], "
        "logicalTypeOptions: {minimum: '1900-01-01'}",
        data="quality: [{metric: duplicateValues, arguments: {properties: [name]}}]\n"
        "relationships: [{from: day, to: c.d}]",
        rest="slaProperties: [{property: freshness, value: 1, unit: d, element: orders.day}]\n",
    )
    assert [rule.name for rule in found] == [
        "unique_name",
        "range_day",
        "unique_day",
        "not_null_day",
        "fresh_day",
        "refers_day",
        "refers_day_2",
    ]


def test_a_name_is_taken_from_name_or_id_and_is_never_given_twice():
    said = (
        "{metric: nullValues}, {metric: nullValues}, {metric: nullValues, name: not_null_name_2}, "
        "{metric: nullValues, id: by-id}, {metric: nullValues, id: 12}"
    )
    found = rules("name", f"quality: [{said}]")
    assert [rule.name for rule in found] == [
        "not_null_name",
        "not_null_name_3",
        "not_null_name_2",
        "by-id",
        "not_null_name_4",
    ]


def test_the_name_of_an_odd_column_is_plain():
    text = contract_text().replace("name: photo,", "name: 'Größe in %!', unique: true,")
    assert [rule.name for rule in read(text)[0].rules] == ["unique_Gr_e_in"]


# Terms


@pytest.mark.parametrize(
    ("terms", "severity", "action", "threshold"),
    [
        ("", "error", "quarantine", None),
        ("mustBe: 0", "error", "quarantine", None),
        ("mustBe: 0, unit: percent", "error", "quarantine", None),
        ("mustBeLessThan: 1", "error", "quarantine", None),
        ("mustBeLessOrEqualTo: 0", "error", "quarantine", None),
        ("mustBeGreaterOrEqualTo: 0", "error", "quarantine", None),
        (
            "mustBeLessThan: 1, unit: percent",
            "error",
            "quarantine",
            Threshold("mustBeLessThan", (1.0,), "percent"),
        ),
        ("mustBeLessThan: 100", "error", "quarantine", Threshold("mustBeLessThan", (100.0,))),
        ("mustBe: 0, severity: warning", "warning", "report", Threshold("mustBe", (0.0,))),
        ("severity: info", "info", "report", None),
        ("mustBe: 0, ACTION: quarantine", "error", "quarantine", Threshold("mustBe", (0.0,))),
        ("ACTION: stop", "error", "stop", Threshold("mustBe", (0.0,))),
        ("mustBe: 0, ACTION: stop", "error", "stop", Threshold("mustBe", (0.0,))),
        ("severity: warning, ACTION: quarantine", "warning", "quarantine", None),
        (
            "mustBeBetween: [1, 2.0]",
            "error",
            "quarantine",
            Threshold("mustBeBetween", (1.0, 2.0)),
        ),
    ],
)
def test_terms_of_a_rule_on_rows(terms, severity, action, threshold):
    if "ACTION: " in terms:
        before, _, value = terms.partition("ACTION: ")
        terms = f"{before}customProperties: [{{property: action, value: {value}}}]"
    found = one("name", f"quality: [{{metric: nullValues, {terms or 'id: x1'}}}]")
    assert (found.severity, found.action, found.threshold) == (severity, action, threshold)


@pytest.mark.parametrize(
    ("terms", "action"),
    [
        ("", "stop"),
        (", severity: warning", "report"),
        (", severity: info, customProperties: [{property: action, value: stop}]", "stop"),
    ],
)
def test_terms_of_a_rule_on_the_set(terms, action):
    (found,) = rules(data=f"quality: [{{metric: rowCount, mustBeGreaterThan: 0{terms}}}]")
    assert (found.action, found.threshold) == (action, Threshold("mustBeGreaterThan", (0.0,)))


# Wrong uses


@pytest.mark.parametrize(
    ("column", "rule", "key", "part"),
    [
        ("name", "metric: nulValues", "metric", "did you mean `nullValues`?"),
        ("name", "metrc: nullValues", "metrc", "did you mean `metric`?"),
        ("name", "mustBe: 0", "quality[0]", "needs `metric`"),
        ("name", "rule: nullValues", "quality[0]", "needs `metric`"),
        ("name", "metric: nullValues, mustBe: 0, mustBeLessThan: 3", "quality[0]", "two operators"),
        ("name", "metric: nullValues, mustBeLess: 0", "mustBeLess", "did you mean `mustBeLessThan"),
        ("name", "metric: nullValues, mustBe: some", "mustBe", "expected a number, found text"),
        ("name", "metric: nullValues, mustBe: -1", "quality[0]", "rows, 0 or more"),
        ("name", "metric: nullValues, mustBe: 0.5", "quality[0]", "whole number of rows"),
        ("name", "metric: nullValues, mustBe: 101, unit: percent", "quality[0]", "from 0 to 100"),
        ("name", "metric: nullValues, mustBeBetween: [3, 1]", "mustBeBetween", "smaller first"),
        ("name", "metric: nullValues, mustBeBetween: 3", "mustBeBetween", "two numbers"),
        ("name", "metric: nullValues, unit: row", "unit", "did you mean `rows`?"),
        ("name", "metric: nullValues, severity: critical", "severity", "write one of: error"),
        ("name", "metric: nullValues, dimension: speed", "dimension", "write one of: accuracy"),
        ("name", "metric: nullValues, name: no nulls", "name", "expected a name"),
        ("name", "metric: nullValues, arguments: {pattern: x}", "pattern", "it takes none"),
        ("name", "metric: nullValues, arguments: {patern: x}", "patern", "did you mean `pattern`?"),
        ("name", "metric: rowCount, mustBe: 1", "quality[0]", "a metric of the data set"),
        ("name", "metric: nullValues, query: SELECT", "quality[0]", "has no `query`"),
        ("name", "type: sql, mustBe: 0", "quality[0]", "needs `query`"),
        ("name", "type: sql, query: ' ', mustBe: 0", "query", "expected one SELECT"),
        ("name", "type: sql, query: SELECT 1", "quality[0]", "needs an operator"),
        ("name", "type: sqll, query: SELECT 1", "type", "did you mean `sql`?"),
    ],
)
def test_a_wrong_rule(column, rule, key, part):
    said = refused(column, f"quality: [{{{rule}}}]")
    assert "contracts/c.yaml:10: schema[0].properties[1].quality[0]" in said
    assert key in said
    assert part in said


@pytest.mark.parametrize(
    ("column", "arguments", "key", "part"),
    [
        ("name", "{}", "arguments", "`invalidValues` needs an argument"),
        ("name", "{pattern: x, minLength: 1}", "arguments", "two checks in one rule"),
        ("name", "{validValues: []}", "validValues", "a list of texts and numbers"),
        ("name", "{validValues: [[a]]}", "validValues", "a list of texts and numbers"),
        ("name", "{validValues: [null]}", "validValues", "a list of texts and numbers"),
        ("id", "{validValues: [one]}", "validValues", "expected a number"),
        ("id", "{validValues: [1.5]}", "validValues", "a whole number of 64 bits"),
        ("ok", "{validValues: [yes]}", "validValues", "`true` or `false`"),
        ("day", "{validValues: ['2023-02-29']}", "validValues", "a date in quotes"),
        ("photo", "{validValues: [x]}", "validValues", "bytes have no spelling"),
        ("name", "{pattern: '(?=x)'}", "pattern", "not a regular expression"),
        ("name", "{pattern: '[a'}", "pattern", "not a regular expression"),
        ("id", "{pattern: x}", "pattern", "int64 has no pattern"),
        ("id", "{minLength: 2}", "arguments", "int64 has no length"),
        ("name", "{minLength: 3, maxLength: 2}", "arguments", "`minLength` is above `maxLength`"),
        ("name", "{minLength: -3}", "minLength", "another form"),
        ("name", "{minimum: 0}", "arguments", "string has no bounds"),
        ("ok", "{minimum: 0}", "arguments", "bool has no bounds"),
        ("id", "{minimum: 5, maximum: 4}", "arguments", "the minimum is not below the maximum"),
        ("id", "{minimum: 5, exclusiveMaximum: 5}", "arguments", "not below the maximum"),
        ("id", "{minimum: 5, exclusiveMinimum: 5}", "minimum", "keep one of the two"),
        ("id", "{minimum: 0.5}", "minimum", "a whole number of 64 bits"),
        ("id", "{maximum: 9223372036854775808}", "maximum", "a whole number of 64 bits"),
        ("id", "{minimum: '2020-01-01'}", "minimum", "expected a number"),
        ("id", "{minimum: true}", "minimum", "a number, or a date in quotes"),
        ("score", "{minimum: '1e999'}", "minimum", "of a size that a column holds"),
        ("amount", "{minimum: 0.001}", "minimum", "fits decimal128(9, 2)"),
        ("amount", "{maximum: 10000000}", "maximum", "fits decimal128(9, 2)"),
        ("day", "{minimum: 20200101}", "minimum", "a date in quotes"),
        ("day", "{minimum: 2020-01-01T00:00}", "minimum", "a date in quotes"),
        ("day", "{minimum: 2020-02-30}", "minimum", "a date in quotes"),
        ("at", "{minimum: '2020-01-01T00:00:00Z'}", "minimum", "without its offset"),
        ("at", "{minimum: '2020-01-01T00:00:00.0001'}", "minimum", "no finer than timestamp[ms]"),
        ("at", "{minimum: '2020-01-01T25:00:00'}", "minimum", "a time in quotes"),
        ("seen", "{minimum: '2020-01-01T00:00:00'}", "minimum", "with its offset"),
    ],
)
def test_a_wrong_argument(column, arguments, key, part):
    number = list(COLUMNS).index(column)
    said = refused(column, f"quality: [{{metric: invalidValues, arguments: {arguments}}}]")
    assert f"contracts/c.yaml:{9 + number}: schema[0].properties[{number}].quality[0]" in said
    assert key in said
    assert part in said


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("metric: missingValues", "needs its argument"),
        ("metric: missingValues, arguments: {missingValues: x}", "a list of texts and numbers"),
        ("metric: duplicateValues, arguments: {properties: [id]}", "the column says it itself"),
        ("type: custom, engine: soda, implementation: x", "`pandera` or `privet`"),
        ("type: custom, implementation: x", "needs `engine`"),
        ("type: custom, engine: pandera", "needs `implementation`"),
        ("type: custom, engine: pandera, implementation: checks.py", "a file and a name"),
        ("type: custom, engine: pandera, implementation: {a: b}", "expected text"),
        ("type: custom, engine: privet, implementation: {stedy: {}}", "did you mean `steady`?"),
        ("type: custom, engine: privet, implementation: {}", "one check a rule"),
        ("type: custom, engine: privet, implementation: {steady: {distance: 0}}", "above 0"),
        ("type: custom, engine: privet, implementation: {fresh: {seconds: 1}}", "no newest value"),
        ("type: custom, engine: privet, implementation: {steady: {}}, mustBe: 0", "no operator"),
        (
            f"{STEADY}, customProperties: [{{property: mustBe, value: 0}}]",
            "this rule has no operator",
        ),
        (
            f"{STEADY}, customProperties: [{{property: action, value: quarantine}}]",
            "cannot hold rows back",
        ),
        (
            f"{PANDERA}, customProperties: [{OWN}mustBe, value: 0}}, {OWN}mustNotBe, value: 0}}]",
            "two operators",
        ),
        (
            "metric: nullValues, customProperties: [{property: actoin, value: stop}]",
            "did you mean `action`?",
        ),
        (
            "metric: nullValues, customProperties: [{property: action, value: halt}]",
            "`quarantine` or `stop` or `report`",
        ),
        (
            "metric: nullValues, customProperties: [{property: severity, value: info}]",
            "move it to the rule itself",
        ),
        (
            f"{NULLS}, customProperties: [{OWN}action, value: stop}}, {OWN}action, value: stop}}]",
            "a second one of this name",
        ),
    ],
)
def test_a_wrong_rule_of_another_kind(rule, part):
    said = refused("name", f"quality: [{{{rule}}}]")
    assert "contracts/c.yaml:10: schema[0].properties[1].quality[0]" in said
    assert part in said


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ("quality: [{metric: nullValues}]", "a metric of a column"),
        ("quality: [{metric: rowCount}]", "needs an operator"),
        ("quality: [{metric: rowCount, mustBe: 5, unit: percent}]", "`unit: rows`"),
        ("quality: [{metric: rowCount, mustBe: 1.5}]", "whole number of rows"),
        ("quality: [{metric: duplicateValues}]", "needs `properties`"),
        (
            "quality: [{metric: duplicateValues, arguments: {properties: [idd]}}]",
            "did you mean `id`?",
        ),
        (
            "quality: [{metric: duplicateValues, arguments: {properties: [id, id]}}]",
            "a column stands twice",
        ),
        (
            "quality: [{metric: duplicateValues, arguments: {properties: ['tags[]']}}]",
            "a column of this data set that no list holds",
        ),
        (
            "quality: [{type: sql, query: 'SELECT {column}', mustBe: 0}]",
            "has no column of its own",
        ),
        (
            "quality: [{type: custom, engine: privet, implementation: {steady: {}}}]",
            "a check of a column",
        ),
        (
            f"quality: [{COUNT}, {COUNT}]",
            "a second rule of this name; the first is schema[0].quality[0]",
        ),
        ("relationships: [{to: a.b}]", "needs `from`"),
        ("relationships: [{from: idd, to: a.b}]", "did you mean `id`?"),
        ("relationships: [{from: id, to: a}]", "expected `data.column`"),
        ("relationships: [{from: id, to: /schema/a/properties/b}]", "expected `data.column`"),
        ("relationships: [{from: id, to: 'a.b[]'}]", "expected `data.column`"),
        ("relationships: [{from: [id, name], to: a.b}]", "do not pair up"),
        ("relationships: [{from: [id, name], to: [a.b, c.d]}]", "columns of two data sets"),
        ("relationships: [{type: foreign, from: id, to: a.b}]", "expected `foreignKey`"),
        ("relationships: [{from: id}]", "`to` is missing"),
        ("relationships: [{from: [], to: a.b}]", "a name, or a list of names"),
    ],
)
def test_a_wrong_rule_of_the_data_set(data, part):
    said = refused(data=data)
    assert "contracts/c.yaml:8: schema[0]." in said
    assert part in said


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("relationships: [{from: id, to: a.b}]", "the column says `from` itself"),
        ("relationships: [{to: [a.b, a.c]}]", "do not pair up"),
        ("unique: yes", "expected true or false"),
        ("primaryKey: 1", "expected true or false"),
        ("logicalTypeOptions: {minimun: 1}", "did you mean `minimum`?"),
        ("logicalTypeOptions: {multipleOf: 5}", "Privet does not check `multipleOf` yet"),
        ("logicalTypeOptions: {maximum: 5, minimum: 9}", "not below the maximum"),
        ("quality: {metric: nullValues}", "expected a list"),
        ("quality: [nullValues]", "expected a mapping of keys, found text"),
    ],
)
def test_a_wrong_word_at_a_column(said, part):
    told = refused("id", said)
    assert "contracts/c.yaml:9: schema[0].properties[0]" in told
    assert part in told


@pytest.mark.parametrize(
    ("promise", "key", "part"),
    [
        ("value: 1, unit: d", "element", "expected `element: data.column`"),
        ("value: 1, unit: d, element: orders", "element", "expected `element: data.column`"),
        ("value: 1, unit: d, element: ordrs.at", "element", "did you mean `orders`?"),
        ("value: 1, unit: d, element: orders.dya", "element", "did you mean `day`?"),
        ("value: 1, unit: d, element: orders.name", "element", "has no newest value"),
        ("value: 1, unit: d, element: 'orders.tags[]'", "element", "that no list holds"),
        ("value: 1, unit: months, element: orders.at", "value", "expected how long"),
        ("value: P1M, element: orders.at", "value", "expected how long"),
        ("value: P, element: orders.at", "value", "expected how long"),
        ("value: 0, unit: d, element: orders.at", "value", "expected how long"),
        ("value: true, unit: d, element: orders.at", "value", "expected how long"),
    ],
)
def test_a_wrong_freshness(promise, key, part):
    said = refused(rest=f"slaProperties: [{{property: freshness, {promise}}}]\n")
    assert f"contracts/c.yaml:6: slaProperties[0].{key}" in said
    assert part in said


@pytest.mark.parametrize(
    "said",
    [
        "quality: [{metric: duplicateValues}]",
        "unique: true",
        "primaryKey: true",
        "relationships: [{to: a.b}]",
        "quality: [{type: sql, query: SELECT 1, mustBe: 0}]",
        "quality: [{type: custom, engine: privet, implementation: {steady: {}}}]",
    ],
)
def test_in_a_list_only_values_can_be_judged(said):
    text = contract_text().replace(
        "items: {logicalType: string}", f"items: {{logicalType: string, {said}}}"
    )
    with pytest.raises(ConfigError, match="one value per row") as caught:
        read(text)
    assert "schema[0].properties[10].items" in str(caught.value)


@pytest.mark.parametrize("said", ["unique: true", "quality: [{metric: nullValues}]"])
@pytest.mark.parametrize("column", ["address", "tags"])
def test_an_object_or_a_list_has_no_rules_of_its_own(column, said):
    text = contract_text().replace(f"name: {column},", f"name: {column}, {said},")
    with pytest.raises(ConfigError, match="columns that hold values"):
        read(text)
    told = contract_text().replace(
        f"name: {column},", f"name: {column}, quality: [{{type: text, description: x}}],"
    )
    assert read(told)[0].rules == ()


# Digest and text


def test_the_digest_without_rules_is_what_it_was():
    (contract,) = read(CONTRACT)
    digest = "e03962ca694044d026786a9dc67baad019fb981bf01b2fb385ee966430fd3f2f"
    assert contract.digest == digest


def test_the_digest_holds_what_rules_say_and_not_where():
    plain = read(contract_text())[0].digest
    said = "quality: [{metric: nullValues, mustBeLessThan: 5}]"
    first = read(contract_text("name", said))[0].digest
    assert first == read("# more\n" + contract_text("name", said.replace("5", "5.0")))[0].digest
    others = ["6", "5, unit: percent", "5, severity: info", "5, name: x", "5, dimension: accuracy"]
    digests = {read(contract_text("name", said.replace("5", other)))[0].digest for other in others}
    assert len(digests | {plain, first}) == len(others) + 2


def test_a_rule_that_no_contract_can_state_is_not_written():
    column = Column(ColumnPath.of("a"), "string", "none")
    both = (ColumnPath.of("a"), ColumnPath.of("b"))
    for rule in (QualityRule("x", NotNull(), both), QualityRule("x", NotNull(), both[1:])):
        with pytest.raises(ValueError, match="column"):
            render_contract(Contract("d", "1", (column,), rules=(rule,)), physical="x")
