from __future__ import annotations

import pytest

from privet.adapters.databases.address import Kind
from privet.adapters.databases.statement import checked_query
from privet.model.errors import ConfigError

BOTH: tuple[Kind, ...] = ("sqlite", "postgresql")


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    "query",
    [
        "select 1",
        "  SELECT a, '?', ':x' FROM t WHERE b LIKE '50%' ; ",
        "with x as (select 1 as a) select * from x -- a comment",
        "select 1 union all select 2",
        "(select 1)",
    ],
)
def test_one_select_is_taken_without_its_semicolon(kind: Kind, query: str) -> None:
    assert checked_query(query, kind) == query.strip().rstrip("; ")


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("query", "said"),
    [
        (None, "no query"),
        ("  ", "no query"),
        ("select 1; select 2", "not one SELECT"),
        ("select 1) as q; drop table t; --", "not one SELECT"),
        ("selec hunter2", "not one SELECT"),
        ("insert into t values (1)", "not one SELECT"),
        ("update t set a = 1", "not one SELECT"),
        ("delete from t", "not one SELECT"),
        ("drop table t", "not one SELECT"),
        ("pragma writable_schema = 1", "not one SELECT"),
        ("attach 'x.db' as x", "not one SELECT"),
        ("copy t to stdout", "not one SELECT"),
        ("begin", "not one SELECT"),
        ("vacuum", "not one SELECT"),
        ("(" * 5000, "not one SELECT"),
        ("with x as (delete from t returning a) select * from x", "writes"),
        ("select * into u from t", "writes"),
        ("select * from t for update", "locks"),
        ("select * from t where a = ?", "parameter"),
        ("select * from t where a = :name", "parameter"),
    ],
)
def test_anything_else_is_refused_and_not_repeated(
    kind: Kind, query: str | None, said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        checked_query(query, kind)
    assert "hunter2" not in str(caught.value)
