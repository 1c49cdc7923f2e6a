"""`pv.anonymise` told something wrong: it says what, before anything is solved, and what to do."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import privet as pv
from privet.model.errors import ConfigError, PrivetError, Refused, SourceError

ROWS = 60
TABLE = pa.table(
    {
        "id": [f"P{n}" for n in range(ROWS)],
        "age": [20 + n * 7 % 40 for n in range(ROWS)],
        "zip": [f"{10000 + n * 37 % 900}" for n in range(ROWS)],
        "ill": [("flu", "cold", "gout")[n % 3] for n in range(ROWS)],
    }
)


def told(frame: Any = TABLE, **words: Any) -> PrivetError:
    given = {"k": 5, "quasi_identifiers": ["age", "zip"], "sensitive": ["ill"], **words}
    with pytest.raises((ConfigError, Refused, SourceError)) as caught:
        pv.anonymise(frame, **given)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("k", [1, 0, -3, 2.5, "five", None, True, math.nan, 10**30])
def test_a_k_that_is_none(k: object) -> None:
    assert told(k=k).message.startswith("k is ")


@pytest.mark.parametrize(
    "asked",
    [
        {"entropy": True},
        {"entropy": math.inf},
        {"t": True},
        {"t": math.nan},
        {"t": 2},
        {"recursive": [math.inf, 2]},
        {"recursive": [0, 2]},
        {"recursive": [2, True]},
        {"distinct": True},
        {"distinct": 10**40},
        {"likeness": True},
        {"disclosure": 0},
        True,
        "lots",
    ],
)
def test_a_criterion_that_is_none(asked: object) -> None:
    assert "of no form that is known" in told(sensitive={"ill": asked}).message


def test_no_closer_than_the_table_itself_may_be_asked_for() -> None:
    done = pv.anonymise(TABLE, k=5, quasi_identifiers=["age", "zip"], sensitive={"ill": {"t": 0}})
    shares = [group["ill"].value_counts() for group in _classes(done.frame)]
    assert len({tuple(_shares(share)) for share in shares}) == 1


def _classes(frame: pa.Table) -> list[pa.Table]:
    """The rows of each class."""
    keys = frame.group_by(["age", "zip"]).aggregate([]).to_pylist()
    return [
        frame.filter(
            pc.and_(pc.equal(frame["age"], key["age"]), pc.equal(frame["zip"], key["zip"]))
        )
        for key in keys
    ]


def _shares(counts: pa.StructArray) -> list[tuple[str, float]]:
    total = sum(counts.field("counts").to_pylist())
    return sorted((each["values"], round(each["counts"] / total, 9)) for each in counts.to_pylist())


@pytest.mark.parametrize("word", ["quasi_identifiers", "sensitive", "harmless"])
def test_columns_are_a_list(word: str) -> None:
    assert f"`{word}` is one text" in told(**{word: "ill"}).message
    assert f"`{word}` is no list" in told(**{word: 5}).message
    assert "has no name" in told(**{word: [""]}).message
    assert "has no name" in told(**{word: [1]}).message


def test_only_a_policy_proposes() -> None:
    assert "Only a policy proposes" in (told(quasi_identifiers="auto").hint or "")


def test_names_that_sql_reads_as_one() -> None:
    frame = TABLE.rename_columns(["id", "age", "AGE", "ill"])
    assert "capital letters alone" in told(frame, quasi_identifiers=["age", "AGE"]).message


def test_a_harmless_column_that_numbers_the_rows() -> None:
    assert "it numbers them" in told(harmless=["id"]).message


def test_a_hierarchy_that_is_not_there(tmp_path: Any) -> None:
    error = told(hierarchies={"zip": tmp_path / "no.csv"})
    assert "`no.csv` cannot be read: No such file or directory" in error.message


def test_more_than_the_table_has() -> None:
    assert f"k = {ROWS} subjects" in told(k=ROWS + 1).message
    assert "l = 3 distinct values" in told(sensitive={"ill": 9}).message
