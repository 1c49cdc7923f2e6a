"""Which steps are refused before anything is read, and what is said of those that are not."""

from __future__ import annotations

from typing import Any

import pytest

from privet.model.contract import Column, Contract
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.quality.cleaning.catalogue import STEPS, check_step, columns_of
from privet.quality.cleaning.cleaning import build
from privet.quality.cleaning.describing import describe
from tests.unit.quality.cleaning.cleaning_steps import contract, step

PEOPLE = Contract(
    "people",
    "1",
    (
        *contract(name="string", born="date32", seen="timestamp[us]", amount="double",
                  age="int64", age_imputed="bool", photo="binary").columns,
        Column(ColumnPath.parse("address.zip"), "int64"),
        Column(ColumnPath.of("known"), "bool", "user"),
        Column(ColumnPath.of("count"), "int64", "none"),
    ),
)  # fmt: skip

GOOD = [
    (step("trim"), "trim white space; blank text is null (every column that it fits)"),
    (step("missing", markers=("?", "N/A")), "null for `?`, `N/A` (every column that it fits)"),
    (step("normalise", "name", unicode="NFC", case="lower", spaces="collapse"),
     "Unicode NFC, lower case, single spaces (name)"),
    (step("replace", "name", values=(("a", "b"),)), "replace 1 value exactly (name)"),
    (step("date", "born", formats=("dmy",), two_digit=1930),
     "read dates as dmy; two-digit years from 1930 to 2029 (born)"),
    (step("number", "amount", decimal=",", thousands=".", units=(("kg", "1"), ("", "1"))),
     "read numbers: decimal `,`, thousands `.`, units kg = 1, none = 1 (amount)"),
    (step("impute", "age", with_="median", flag="age_imputed"),
     "the column's median for null, said in age_imputed (age)"),
    (step("impute", "name", with_="Ana"), "a constant for null (name)"),
    (step("clip", "amount", low=0, high="99%"), "clip to 0 … the 99% percentile (amount)"),
    (step("clip", "address.zip", high=99999), "clip to at most 99999 (address.zip)"),
    (step("deduplicate", keep="first", kind="exact"), "keep the first of equal rows"),
    (step("deduplicate", "name", keep="latest", kind="key", latest="seen"),
     "keep the latest by seen of rows alike in name"),
    (step("deduplicate", "name", keep="first", kind="near"),
     "keep the first of rows nearly alike in name"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "words"), GOOD)
def test_good_steps_in_words(told: CleanStep, words: str) -> None:
    assert check_step(told, PEOPLE) is None
    assert describe(told) == words


def test_every_step_has_words() -> None:
    assert {told.name for told, _ in GOOD} == set(STEPS)


@pytest.mark.parametrize(
    ("told", "message", "hint"),
    [
        (step("trimm"), "no cleaning step `trimm`", "trim"),
        (step("trim", marks=1), "has no `marks`", "columns"),
        (step("missing", marker=("?",)), "has no `marker`", "markers"),
        (step("trim", "nmae"), "`nmae`, which `people` does not have", "name"),
        (step("trim", "address"), "does not have", "address.zip"),
        (step("missing"), "needs `markers`", "makes null"),
        (step("normalise", "age", case="lower"), "does not fit `age`, a int64 column", "text"),
        (step("normalise", "name", case="loud"), "`case`", ""),
        (step("normalise", "name"), "needs `unicode`", ""),
        (step("replace", values=(("a", "b"),)), "names no column", "columns"),
        (step("replace", "name"), "needs `values`", ""),
        (step("replace", "name", values="a"), "is a mapping", ""),
        (step("date", "age", formats=("dmy",)), "does not fit `age`", "date32"),
        (step("date", "born"), "needs `formats`", ""),
        (step("date", "born", formats=("dym",)), "names no day", ""),
        (step("date", "born", formats=("dmy",), two_digit=90_000), "two_digit", ""),
        (step("number", "born"), "does not fit `born`", "decimal128"),
        (step("number", "age", decimal=",", thousands=","), "same sign", ""),
        (step("number", "age", decimal="5"), "no digits", ""),
        (step("number", "age", decimal=" "), "no space", ""),
        (step("number", "age", units=(("kg", "x"),)), "factor", ""),
        (step("number", "age", units=(("kg", "0"),)), "factor", ""),
        (step("number", "age", units=(("kg", "1e900"),)), "factor", ""),
        (step("impute", with_=1), "names no column", "columns"),
        (step("impute", "age"), "needs `with`", ""),
        (step("impute", "age", with_="forty"), "a value of the column's type", ""),
        (step("impute", "name", with_="median"), "has no median; use mode", ""),
        (step("impute", "born", with_="mean"), "has no mean; use median or mode", ""),
        (step("impute", "photo", with_="00"), "does not fit `photo`", ""),
        (step("impute", "address.zip", with_=1), "at the top", ""),
        (step("impute", "age", with_=1, flag="age_flag"), "no bool column", "Declare"),
        (step("impute", "age", with_=1, flag="known"), "category `none`", "Declare"),
        (step("impute", "age", with_=1, flag="count"), "no bool column", "Declare"),
        (step("impute", "age", with_=1, flag="a..b"), "no column name", "Declare"),
        (step("impute", "age_imputed", with_=True, flag="age_imputed"), "both", "another"),
        (step("clip", "born", low=1), "does not fit `born`", "range"),
        (step("clip", "age"), "needs `low`", ""),
        (step("clip", "age", low=5, high=1), "between the bounds", ""),
        (step("clip", "age", low=0.2, high=0.8), "between the bounds", ""),
        (step("clip", "age", low=1e30), "inside the bound", ""),
        (step("clip", "age", low="99%", high="1%"), "higher percentile", ""),
        (step("clip", "age", low="101%"), "from `0%` to `100%`", ""),
        (step("clip", "age", low="x%"), "percentile", ""),
        (step("clip", "age", low="x"), "a number", ""),
        (step("clip", "age", low=float("nan")), "a number", ""),
        (step("deduplicate", keep="latest", latest="sene"), "is no column", "seen"),
    ],
)
def test_bad_steps(told: CleanStep, message: str, hint: str) -> None:
    problem = check_step(told, PEOPLE)
    assert problem is not None
    assert message in problem.message
    assert hint in problem.hint
    assert problem.hint
    with pytest.raises(ConfigError):
        build([told], PEOPLE)


def test_a_step_that_fits_no_column() -> None:
    told = step("date", formats=("dmy",))
    problem = check_step(told, contract(name="string"))
    assert problem is not None
    assert "fits no column" in problem.message


@pytest.mark.parametrize(
    ("name", "params", "fits"),
    [
        ("normalise", {"case": "lower"}, {"name"}),
        ("date", {"formats": ("dmy",)}, {"born", "seen"}),
        ("number", {}, {"amount", "age", "address.zip", "count"}),
    ],
)
def test_without_columns_a_step_takes_those_that_it_fits(
    name: str, params: dict[str, Any], fits: set[str]
) -> None:
    told = step(name, **params)
    assert check_step(told, PEOPLE) is None
    assert {str(column.path) for column in columns_of(told, PEOPLE)} == fits
