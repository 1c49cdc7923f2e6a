"""Whole batches: nested columns, typed sources, reasons, flags, and what is left alone."""

from __future__ import annotations

import pyarrow as pa

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.quality.cleaning.cleaning import Cleaning, build, measuring
from privet.quality.typing import enforce
from tests.unit.quality.cleaning.cleaning_steps import contract, step


def test_nothing_changes_and_nothing_is_copied() -> None:
    steps = [step("trim"), step("missing", markers=("?",)), step("normalise", case="lower")]
    rows = pa.record_batch({"v": ["a", None], "w": pa.array([1, 2]), "_privet_x": [" a", "?"]})
    done = build(steps, contract(v="string", w="int64")).before(rows)
    assert done.rows is rows
    assert done.changed == {}
    assert done.reasons.to_pylist() == [None, None]


def test_columns_that_no_step_knows_pass_through() -> None:
    rows = pa.record_batch({"v": [" a"], "other": [" a"]})
    done = build([step("trim")], contract(v="string", gone="string")).before(rows)
    assert done.rows.to_pydict() == {"v": ["a"], "other": [" a"]}


def test_steps_skip_values_that_do_not_fit_them() -> None:
    steps = [
        step("trim"),
        step("date", formats=("dmy",)),
        step("number", decimal=",", thousands="."),
    ]
    rows = pa.record_batch(
        {"d": pa.array([1, 2], pa.date32()), "n": [1.5, 2.5], "z": pa.nulls(2), "b": [b" a", b"b"]}
    )
    terms = contract(d="date32", n="double", z="int64", b="binary")
    assert build(steps, terms).before(rows).rows is rows


def nested() -> tuple[Cleaning, pa.RecordBatch]:
    terms = Contract(
        "tickets",
        "1",
        (
            Column(ColumnPath.parse("who.name"), "string"),
            Column(ColumnPath.parse("who.born"), "date32"),
            Column(ColumnPath.parse("tags[]"), "string"),
            Column(ColumnPath.parse("mails[].at"), "date32"),
        ),
    )
    rows = pa.record_batch(
        {
            "who": [{"name": " a ", "born": "3/4/90"}, None, {"name": "b", "born": None}],
            "tags": [[" x", "?", None], [], None],
            "mails": [[{"at": "13.4.1990"}, {"at": "x"}], None, [{"at": None}]],
        }
    )
    steps = [
        step("trim"),
        step("missing", markers=("?",)),
        step("date", formats=("dmy", "mdy"), two_digit=1930),
    ]
    return build(steps, terms), rows


def test_values_in_objects_and_lists() -> None:
    cleaning, rows = nested()
    done = cleaning.before(rows)
    done.rows.validate(full=True)
    assert done.rows.to_pydict() == {
        "who": [{"name": "a", "born": "3/4/90"}, None, {"name": "b", "born": None}],
        "tags": [["x", None, None], [], None],
        "mails": [[{"at": "1990-04-13"}, {"at": "x"}], None, [{"at": None}]],
    }
    assert done.changed == {
        ("trim", "who.name"): 1,
        ("trim", "tags[]"): 1,
        ("missing", "tags[]"): 1,
        ("date", "mails[].at"): 1,
    }
    assert done.reasons.to_pylist() == ["clean:date:who.born", None, None]


def test_the_row_of_a_value_in_a_list_is_held_back() -> None:
    cleaning, rows = nested()
    reasons = [cleaning.before(rows.slice(i, 2)).reasons.to_pylist() for i in range(3)]
    assert reasons == [["clean:date:who.born", None], [None, None], [None]]
    lists = rows.drop_columns(["who", "tags"])
    assert cleaning.before(lists).reasons.to_pylist() == ["clean:date:mails[].at", None, None]


def test_maps_and_lists_of_one_length() -> None:
    terms = Contract(
        "t",
        "1",
        (
            Column(ColumnPath.parse("m[].key"), "string"),
            Column(ColumnPath.parse("m[].value"), "string"),
            Column(ColumnPath.parse("f[]"), "string"),
            Column(ColumnPath.parse("l[]"), "string"),
        ),
    )
    rows = pa.record_batch(
        {
            "m": pa.array([[("k", " v")], None], pa.map_(pa.string(), pa.string())),
            "f": pa.array([[" a", "b"], None], pa.list_(pa.string(), 2)),
            "l": pa.array([[" a"], None], pa.large_list(pa.string())),
        }
    )
    cleaning = build([step("trim")], terms)
    done = cleaning.before(rows)
    done.rows.validate(full=True)
    assert done.rows.column("m").to_pylist() == [[{"key": "k", "value": "v"}], None]
    assert done.rows.column("f").to_pylist() == [["a", "b"], None]
    assert done.rows.column("l").to_pylist() == [["a"], None]
    assert enforce(done.rows, terms.columns).reasons.null_count == 2
    assert cleaning.before(rows.slice(1)).rows.equals(rows.slice(1))


FLAGS = contract(["age"], id="string", age="int64", age_imputed="bool", size="double")


def test_the_flag_stands_where_the_contract_has_it() -> None:
    steps = [
        step("impute", "age", with_=40, flag="age_imputed"),
        step("impute", "size", with_=1, flag="age_imputed"),
        step("clip", "age", high=30),
    ]
    cleaning = build(steps, FLAGS)
    assert [str(path) for path in cleaning.adds] == ["age_imputed"]
    assert {str(path) for path in cleaning.imputed} == {"age", "size"}
    rows = pa.record_batch(
        {
            "id": ["a", "b", "c", "d"],
            "age": pa.array([20, None, 35, 20]),
            "size": [1.0, 1.0, 1.0, None],
            "_privet_file": [0, 0, 0, 0],
        }
    )
    done = cleaning.after(rows)
    assert done.rows.schema.names == ["id", "age", "age_imputed", "size", "_privet_file"]
    assert done.rows.column("age").to_pylist() == [20, 30, 30, 20]
    assert done.rows.column("age_imputed").to_pylist() == [False, True, False, True]
    assert done.changed == {("impute", "age"): 1, ("impute 2", "size"): 1, ("clip", "age"): 2}
    again = cleaning.after(done.rows)
    assert again.rows.column("age_imputed").to_pylist() == [False] * 4
    assert again.changed == {}


def test_rows_held_back_stay_as_they_are() -> None:
    cleaning = build(
        [step("impute", "age", with_=40, flag="age_imputed"), step("clip", "age", high=30)], FLAGS
    )
    rows = pa.record_batch(
        {"id": ["a", "b", "c"], "age": pa.array([None, None, 99]), "size": [1.0, 1.0, 1.0]}
    )
    done = cleaning.after(rows, pa.array(["type:age", None, "x"], pa.string()))
    assert done.rows.column("age").to_pylist() == [None, 30, 99]
    assert done.rows.column("age_imputed").to_pylist() == [False, True, False]
    assert done.changed == {("impute", "age"): 1, ("clip", "age"): 1}
    assert done.reasons.to_pylist() == [None] * 3


def test_a_required_column_without_anything_to_impute_is_held_back() -> None:
    from privet.quality.cleaning.fitting import Fit

    steps = [step("impute", "age", with_="median", flag="age_imputed")]
    rows = pa.record_batch({"id": ["a"], "age": pa.array([None], pa.int64()), "size": [1.0]})
    fit = Fit(steps, FLAGS)
    fit.add(rows)
    done = build(steps, FLAGS, fit.result()).after(rows)
    assert done.reasons.to_pylist() == ["required:age"]
    assert done.rows.column("age_imputed").to_pylist() == [False]
    assert done.changed == {}


def test_the_measuring_pass_knows_the_flags_and_changes_only_what_was_read() -> None:
    steps = [
        step("trim"),
        step("impute", "age", with_="median", flag="age_imputed"),
        step("clip", "size", low="1%"),
    ]
    cleaning = measuring(steps, FLAGS)
    assert [str(path) for path in cleaning.adds] == ["age_imputed"]
    assert {str(path) for path in cleaning.imputed} == {"age"}
    rows = pa.record_batch({"id": [" a"], "age": ["1 "], "size": ["?"]})
    assert cleaning.before(rows).changed == {("trim", "id"): 1, ("trim", "age"): 1}
    typed = pa.record_batch({"id": ["a"], "age": pa.array([None], pa.int64()), "size": [-1.0]})
    done = cleaning.after(typed)
    assert done.changed == {}
    assert done.reasons.to_pylist() == [None]


def test_an_empty_batch() -> None:
    cleaning, rows = nested()
    assert cleaning.before(rows.slice(3)).rows.num_rows == 0
    steps = [step("impute", "age", with_=1, flag="age_imputed")]
    empty = pa.record_batch(
        {
            "id": pa.array([], pa.string()),
            "age": pa.array([], pa.int64()),
            "size": pa.array([], pa.float64()),
        }
    )
    assert build(steps, FLAGS).after(empty).rows.schema.names == FLAGS_NAMES


FLAGS_NAMES = ["id", "age", "age_imputed", "size"]
