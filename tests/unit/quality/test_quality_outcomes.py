from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from privet.model.contract import Column, Contract
from privet.model.errors import Refused
from privet.model.paths import ColumnPath
from privet.model.quality import (
    Action,
    Check,
    External,
    Fresh,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    Operator,
    QualityRule,
    Query,
    Range,
    Refers,
    RowCount,
    RuleOutcome,
    Steady,
    Threshold,
    Unique,
    Unit,
)
from privet.ports.arrow_types import arrow_schema
from privet.quality.measures import SetMeasures
from privet.quality.outcomes import outcomes, require
from privet.quality.query_figures import counts_only
from privet.quality.rule_words import rule_words

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
COLUMNS = (
    Column(ColumnPath.of("born"), "date32", category="user.birth"),
    Column(ColumnPath.of("loaded"), "timestamp[us]", category="none"),
    Column(ColumnPath.of("zoned"), "timestamp[ns, Europe/Paris]", category="none"),
    Column(ColumnPath.parse("lines[].at"), "timestamp[s]", category="none"),
    Column(ColumnPath.of("country"), "string", category="none"),
    Column(ColumnPath.of("illness"), "string"),
)


def rule(
    check: Check,
    *columns: str,
    action: Action = "stop",
    threshold: Threshold | None = None,
    name: str = "r",
) -> QualityRule:
    paths = tuple(ColumnPath.parse(path) for path in columns)
    return QualityRule(name, check, paths, action=action, threshold=threshold)


def must(operator: Operator, *values: float, unit: Unit = "rows") -> Threshold:
    return Threshold(operator, values, unit)


def contract(*rules: QualityRule, columns: tuple[Column, ...] = COLUMNS) -> Contract:
    return Contract("orders", "1", columns, rules=rules)


def of_rows(rule: QualityRule, failed: int, of: int) -> RuleOutcome:
    (found,) = outcomes(contract(rule), failed={"r": failed}, of=of, figures={})
    assert (found.failed, found.of, found.figure) == (failed, of, None)
    return found


def of_set(rule: QualityRule, figure: float | None) -> RuleOutcome:
    (found,) = outcomes(contract(rule), failed={}, of=7, figures={"r": figure})
    assert (found.failed, found.of) == (0, 7)
    return found


@pytest.mark.parametrize(
    ("action", "threshold", "failed", "of", "holds"),
    [
        ("quarantine", None, 5, 10, True),
        ("report", None, 5, 10, True),
        ("stop", None, 0, 10, True),
        ("stop", None, 1, 10, False),
        ("quarantine", must("mustBeLessThan", 5), 5, 10, False),
        ("quarantine", must("mustBeLessOrEqualTo", 5), 5, 10, True),
        ("stop", must("mustBeLessOrEqualTo", 5), 5, 10, True),
        ("report", must("mustBeLessThan", 5), 5, 10, False),
        ("quarantine", must("mustBeLessThan", 10, unit="percent"), 1, 10, False),
        ("quarantine", must("mustBeLessOrEqualTo", 10, unit="percent"), 1, 10, True),
        ("quarantine", must("mustBeBetween", 0, 1, unit="percent"), 1, 100, True),
        ("quarantine", must("mustBeGreaterThan", 5, unit="percent"), 0, 0, True),
        ("stop", must("mustBe", 0, unit="percent"), 0, 0, True),
    ],
)
def test_rules_on_rows_hold(
    action: Action, threshold: Threshold | None, failed: int, of: int, *, holds: bool
) -> None:
    checked = rule(NotNull(), "country", action=action, threshold=threshold)
    assert of_rows(checked, failed, of).holds is holds


@pytest.mark.parametrize(
    ("check", "threshold", "figure", "holds"),
    [
        (RowCount(), must("mustBeGreaterThan", 0), 0.0, False),
        (RowCount(), must("mustBeBetween", 1, 10), 10.0, True),
        (RowCount(), None, 0.0, True),
        (Fresh(3600), None, 3600.0, True),
        (Fresh(3600), None, 3600.5, False),
        (Fresh(3600), None, None, False),
        (Steady(0.2), None, 0.2, True),
        (Steady(0.2), None, 0.21, False),
        (Steady(0.2), None, None, True),
        (Steady(0.2), None, float("nan"), False),
        (Query("SELECT count(*) FROM ${table}"), must("mustBe", 0), 0.0, True),
        (Query("SELECT count(*) FROM ${table}"), must("mustBe", 0), None, False),
        (Query("SELECT count(*) FROM ${table}"), None, None, True),
    ],
)
def test_rules_on_the_set_hold(
    check: Check, threshold: Threshold | None, figure: float | None, *, holds: bool
) -> None:
    columns = ("loaded",) if isinstance(check, Fresh | Steady) else ()
    assert of_set(rule(check, *columns, threshold=threshold), figure).holds is holds


def test_a_figure_that_is_somebodys_value_is_not_shown() -> None:
    assert of_set(rule(Fresh(1), "loaded"), 5.0).figure == 5.0
    assert of_set(rule(Fresh(1), "born"), 5.0).figure is None
    assert of_set(rule(Fresh(1), "loaded", "born"), 5.0).figure is None
    count = rule(Query("SELECT count(*) FROM ${table}"))
    oldest = rule(Query("SELECT max(age) FROM ${table}"), threshold=must("mustBeLessThan", 120))
    assert of_set(count, 5.0).figure == 5.0
    found = of_set(oldest, 130.0)
    assert (found.figure, found.holds) == (None, False)
    with pytest.raises(Refused) as caught:
        require([found], "orders")
    assert "130" not in str(caught.value)
    impersonal = (Column(ColumnPath.of("price"), "double", category="none"),)
    (shown,) = outcomes(contract(oldest, columns=impersonal), failed={}, of=1, figures={"r": 130.0})
    assert shown.figure == 130.0


@pytest.mark.parametrize(
    ("sql", "counts"),
    [
        ("SELECT count(*) FROM ${table}", True),
        ("SELECT count(distinct a) AS n FROM ${table} WHERE b > 1", True),
        ("SELECT 100.0 * count(*) FILTER (WHERE a IS NULL) / count(*) FROM ${table}", True),
        ("SELECT 100.0 * count_if(a > 1) / nullif(count(*), 0) FROM ${table}", True),
        ("SELECT count(*) > 5 FROM ${table}", True),
        ("WITH x AS (SELECT max(a) AS a FROM ${table}) SELECT count(a) FROM x", True),
        ("WITH x AS (SELECT max(a) AS a FROM ${table}) SELECT a FROM x", False),
        ("SELECT max(a) FROM ${table}", False),
        ("SELECT sum(a) FROM ${table}", False),
        ("SELECT count(*) + max(a) FROM ${table}", False),
        ("SELECT count(*) * (SELECT max(a) FROM ${table}) FROM ${table}", False),
        ("SELECT CASE WHEN max(a) > 1 THEN 1 ELSE count(*) END FROM ${table}", False),
        ("SELECT count(*), max(a) FROM ${table}", False),
        ("SELECT a FROM ${table} LIMIT 1", False),
        ("SELECT count(*) FROM ${table} UNION SELECT max(a) FROM ${table}", False),
        ("SELECT count(*) FROM ${table}; SELECT 1", False),
        ("DELETE FROM ${table}", False),
        ("SELECT (", False),
        ("", False),
    ],
)
def test_which_queries_answer_with_counts(sql: str, *, counts: bool) -> None:
    assert counts_only(sql) is counts


def test_every_rule_must_have_been_judged() -> None:
    for checked in (rule(NotNull(), "country"), rule(RowCount()), rule(External("pandera", "x:y"))):
        with pytest.raises(ValueError, match="nobody judged the rule r"):
            outcomes(contract(checked), failed={}, of=1, figures={})
    with pytest.raises(ValueError, match="nobody judged"):
        outcomes(contract(rule(NotNull(), "country")), failed={}, of=1, figures={"r": 1.0})


def test_outcomes_stand_in_the_contracts_order_with_rows_of_their_own() -> None:
    both = contract(rule(RowCount(), name="b"), rule(Unique(), "country", name="a"))
    first, second = outcomes(both, failed={"a": 1}, of=10, figures={"b": 9.0}, looked_at={"a": 8})
    assert (first.rule, first.of, second.rule, second.of) == ("b", 10, "a", 8)


def test_broken_rules_stop_unless_they_only_report() -> None:
    checked = contract(
        rule(NotNull(), "country", name="there"),
        rule(Range("0", "9"), "country", name="told", action="report", threshold=must("mustBe", 0)),
        rule(RowCount(), name="many", threshold=must("mustBeGreaterThan", 100)),
    )
    found = outcomes(checked, failed={"there": 3, "told": 4}, of=20, figures={"many": 17.0})
    assert [one.holds for one in found] == [False, False, False]
    with pytest.raises(Refused) as caught:
        require(found, "orders")
    assert str(caught.value) == (
        "the data set `orders` breaks 2 rules of its contract: `there` on `country` (no value is "
        "null): 3 of 20 rows fail; `many` (number of rows: more than 100): it is 17\n"
        "  Nothing was kept. Correct the data, or change the rule or its action."
    )
    require([found[1]], "orders")
    require([], "orders")


def test_a_message_does_not_name_a_hundred_rules() -> None:
    many = contract(*(rule(NotNull(), "country", name=f"r{at}") for at in range(100)))
    found = outcomes(many, failed={f"r{at}": 1 for at in range(100)}, of=1, figures={})
    with pytest.raises(Refused, match=r"breaks 100 rules.*r11.*; 88 more"):
        require(found, "orders")


@pytest.mark.parametrize(
    ("check", "columns", "threshold", "words"),
    [
        (NotNull(), ["country"], None, "no value is null"),
        (NotMissing(("?",)), ["country"], None, "no value is null or one of 1 marker"),
        (OneOf(("DE", "FR")), ["country"], None, "one of `DE`, `FR`"),
        (OneOf(tuple("abcdef")), ["country"], None, "one of 6 values"),
        (OneOf(("flu", "gout")), ["illness"], None, "one of 2 values"),
        (Matches("secret"), ["illness"], None, "matches a pattern"),
        (Length(2, 5), ["country"], None, "2 to 5 characters"),
        (Length(2, 2), ["country"], None, "2 characters"),
        (Length(2), ["country"], None, "at least 2 characters"),
        (Length(None, 0), ["country"], None, "at most 0 characters"),
        (Length(), ["country"], None, "any number of characters"),
        (Range("0", "9"), ["born"], None, "at least 0 and at most 9"),
        (Range("0", "9", True, True), ["born"], None, "above 0 and below 9"),
        (Range(None, "9"), ["born"], None, "at most 9"),
        (Range(), ["born"], None, "a number"),
        (Unique(), ["country"], must("mustBeLessOrEqualTo", 1, unit="percent"),
         "no two rows are the same here; failing rows: at most 1 %"),
        (Refers("shops", (ColumnPath.of("id"),)), ["country"], None, "is found in `shops` (id)"),
        (RowCount(), [], must("mustBeBetween", 1, 10), "number of rows: between 1 and 10"),
        (Fresh(86_400), ["loaded"], None, "the newest value is at most 1 day old"),
        (Fresh(5400), ["loaded"], None, "the newest value is at most 90 minutes old"),
        (Fresh(0), ["loaded"], None, "the newest value is at most 0 seconds old"),
        (Steady(0.25), ["loaded"], None,
         "distributed as in the snapshot before, at most 0.25 apart"),
        (Query("secret"), [], must("mustBe", 0), "an SQL query gives a number: exactly 0"),
        (External("pandera", "a.py:b"), [], None, "pandera checks `a.py:b`"),
    ],
)  # fmt: skip
def test_rules_in_words(
    check: Check, columns: list[str], threshold: Threshold | None, words: str
) -> None:
    checked = rule(check, *columns, threshold=threshold)
    assert rule_words(checked, contract(checked)) == words


def fresh(*columns: str, rows: list[dict[str, list[Any]]]) -> tuple[SetMeasures, float | None]:
    measures = SetMeasures(contract(rule(Fresh(10), *columns)))
    schema = arrow_schema(COLUMNS)
    for values in rows:
        count = len(next(iter(values.values())))
        filled = {field.name: values.get(field.name, [None] * count) for field in schema}
        measures.add(pa.record_batch(filled, schema=schema))
    return measures, measures.figures(kept=3, now=NOW)["r"]


def test_the_newest_value_of_all_batches_has_an_age() -> None:
    older, newer = datetime(2024, 5, 1, 10), datetime(2024, 5, 1, 11)
    rows: list[dict[str, list[Any]]] = [
        {"loaded": [older, None]}, {"loaded": [newer, older]}, {"loaded": [None]}, {"loaded": []}
    ]  # fmt: skip
    measures, age = fresh("loaded", rows=rows)
    assert age == 3600
    assert measures.newest(ColumnPath.of("loaded")) == newer.replace(tzinfo=UTC)
    with pytest.raises(KeyError):
        measures.newest(ColumnPath.of("born"))


@pytest.mark.parametrize(
    ("column", "values", "age"),
    [
        ("born", [date(2024, 5, 1), date(2024, 4, 30)], 12 * 3600.0),
        ("zoned", [datetime(2024, 5, 1, 11, tzinfo=UTC)], 3600.0),
        ("lines[].at", [[], None, [{"at": datetime(2024, 5, 1, 11)}, None]], 3600.0),
        ("loaded", [NOW.replace(tzinfo=None) + timedelta(days=365)], 365 * 86_400.0),
        ("loaded", [None], None),
        ("loaded", [], None),
    ],
)
def test_ages(column: str, values: list[Any], age: float | None) -> None:
    root = column.split("[", maxsplit=1)[0]
    assert fresh(column, rows=[{root: values}])[1] == age


def test_moments_beyond_pythons_years() -> None:
    for count, year in ((2**62, 9999), (-(2**62), 1)):
        moments = pa.array([count], pa.int64()).cast(pa.timestamp("us"))
        measures = SetMeasures(contract(rule(Fresh(10), "loaded")))
        measures.add(pa.record_batch({"loaded": moments}))
        newest = measures.newest(ColumnPath.of("loaded"))
        assert newest is not None
        assert newest.year == year


def test_with_two_columns_the_older_counts_and_both_are_needed() -> None:
    day = [date(2024, 5, 1)]
    both = fresh("born", "loaded", rows=[{"born": day, "loaded": [datetime(2024, 5, 1, 11)]}])
    assert both[1] == 12 * 3600
    assert fresh("born", "loaded", rows=[{"born": day}])[1] is None


def test_row_count_is_what_was_kept_and_other_columns_have_no_age() -> None:
    measures = SetMeasures(contract(rule(RowCount())))
    measures.add(pa.record_batch({"a": [1]}))
    assert measures.figures(kept=0, now=NOW) == {"r": 0.0}
    wrong = SetMeasures(contract(rule(Fresh(1), "country")))
    with pytest.raises(ValueError, match="country holds neither dates nor times"):
        wrong.add(pa.record_batch({"country": ["DE"]}))
