"""What a query may be, what it costs, and what its answer says."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction

import pyarrow as pa
import pytest

from privet.adapters.engines.duckdb import DuckDBEngine
from privet.model.errors import ConfigError
from privet.query.answering import Answer, Cost, answer, explain, measure, prepare
from privet.query.rewrite import VIEW
from privet.query.world import Private, Public, Spend, World

pytest.importorskip("opendp", reason="noise needs the extra `dp`")

WORLD = World(
    (
        Private(
            "visits", {"city": "text", "amount": "number"}, "who", Fraction(4),
            {"amount": (Fraction(0), Fraction(100))}, 2, {"city": ("Ulm", "Bonn", "Kiel")},
        ),
        Private("notes", {"word": "text"}, "who", Fraction(4), {}, 2),
    ),
    (Public("places", {"name": "text", "area": "text"}),),
)  # fmt: skip
MUCH = Spend(Fraction(10_000), Fraction(1, 10**6))


class _Engine:
    def __init__(self, connection: object) -> None:
        self.connection = connection

    def table(self, sql: str) -> pa.Table:
        return self.connection.sql(sql).to_arrow_table()  # type: ignore[attr-defined]


def _asked(sql: str, spend: Spend = MUCH) -> Answer:
    prepared = prepare(sql, WORLD, spend)
    with closing(DuckDBEngine(memory=1 << 28).connect()) as connection:
        city = [("Ulm", "Bonn", "X")[i % 3] for i in range(300)]
        visits = {"who": [str(i) for i in range(300)], "city": city, "amount": [50.0, 70.0] * 150}
        connection.register("visits", pa.table(visits))
        words = ["often"] * 299 + ["once"]
        connection.register("notes", pa.table({"who": visits["who"], "word": words}))
        connection.register("places", pa.table({"name": ["Ulm"], "area": ["S"]}))
        return answer(prepared, measure(prepared, _Engine(connection)))


def test_an_answer_is_near_where_much_is_spent() -> None:
    rows = _asked(
        "SELECT city, COUNT(*) AS n, AVG(amount) AS a, SUM(amount) / 2 AS s, STDDEV(amount) AS d "
        "FROM visits GROUP BY city HAVING COUNT(*) > 50 ORDER BY city DESC"
    ).table.to_pylist()
    assert [row["city"] for row in rows] == ["Ulm", "Bonn"]
    for row in rows:
        assert row["n"] == pytest.approx(100, abs=1)
        assert row["a"] == pytest.approx(60, abs=1)
        assert row["s"] == pytest.approx(3000, abs=20)
        assert row["d"] == pytest.approx(10, abs=1)
        assert row["n low"] < row["n"] < row["n high"]
        assert row["s noise"] > 0


def test_public_keys_that_nobody_has_appear_with_noise() -> None:
    rows = _asked("SELECT city, COUNT(*) AS n FROM visits GROUP BY city").table.to_pylist()
    assert [row["city"] for row in rows] == ["Ulm", "Bonn", "Kiel"]
    assert rows[2]["n"] == pytest.approx(0, abs=1)


def test_a_private_key_of_one_is_not_named() -> None:
    found = _asked(
        "SELECT word, COUNT(*) AS n FROM notes GROUP BY word",
        Spend(Fraction(2), Fraction(1, 10**6)),
    )
    assert found.table.column("word").to_pylist() == ["often"]
    assert any("possible, and not counted" in note for note in found.notes)
    assert 0 < found.cost.delta <= Fraction(1, 2 * 10**6)


def test_without_delta_noise_is_laplace_and_its_parts_make_up_epsilon() -> None:
    prepared = prepare("SELECT AVG(amount), COUNT(*) FROM visits", WORLD, Spend(Fraction(1)))
    assert prepared.cost.noise == "laplace"
    assert len(prepared.cost.ratios) == 3  # an average is two parts
    assert sum(1 / ratio for ratio in prepared.cost.ratios) == 1


def test_gaussian_parts_keep_to_epsilon_and_delta() -> None:
    wide = World(
        (Private("v", {"k": "integer"}, "who", Fraction(4), {}, 40, {"k": tuple(range(90))}),)
    )
    sql = "SELECT k, COUNT(*), COUNT(DISTINCT who) FROM v GROUP BY k"
    cost: Cost = prepare(sql, wide, Spend(Fraction(1), Fraction(1, 10**6))).cost
    assert cost.noise == "gaussian"
    log = 13.815510557964274
    assert float(cost.rho) + 2 * (float(cost.rho) * log) ** 0.5 <= 1


def test_a_kept_view_answers_as_the_whole_query_does() -> None:
    prepared = prepare("SELECT city, SUM(amount) FROM visits GROUP BY city", WORLD, MUCH)
    with closing(DuckDBEngine(memory=1 << 28).connect()) as connection:
        visits = {
            "who": ["a", "a", "b"],
            "city": ["Ulm", "Ulm", "Bonn"],
            "amount": [5.0, 500.0, -1.0],
        }
        connection.register("visits", pa.table(visits))
        connection.execute(f'CREATE TEMP TABLE "{VIEW}" AS {prepared.view_sql}')
        kept = connection.execute(prepared.sum_sql).fetchall()
        assert sorted(kept) == sorted(connection.execute(prepared.sql).fetchall())
        assert dict(kept) == {0: 65536 + round(65536 / 20), 1: 0}  # places in the list of keys


def test_explain_shows_sensitivity_and_sql() -> None:
    text = explain(prepare("SELECT SUM(amount) FROM visits", WORLD, MUCH))
    assert "part sum: sensitivity 4" in text
    assert '"privet view"' in text


REFUSED = {
    "DELETE FROM visits": "DELETE",
    "SELECT amount FROM visits": "outside of an aggregate",
    "SELECT MAX(amount) FROM visits": "MAX",
    "SELECT COUNT(*) OVER () FROM visits": "WINDOW",
    "SELECT COUNT(*) FROM visits UNION SELECT 1": "UNION",
    "SELECT COUNT(*) FROM visits WHERE random() < 0.5": "RAND",
    "SELECT COUNT(*) FROM visits WHERE amount IN (SELECT 1)": "IN with a subquery",
    "SELECT COUNT(*) FROM visits WHERE md5(city) = 'a'": "MD5",
    "SELECT COUNT(*) FROM read_csv('x')": "function",
    "SELECT COUNT(*) FROM visits v FULL JOIN places p ON v.city = p.name": "JOIN",
    "SELECT COUNT(*) FROM visits v JOIN notes n ON v.city = n.word": "subject",
    "SELECT COUNT(*) FROM (SELECT city, MAX(amount) m FROM visits GROUP BY city) x": "subject",
    "SELECT COUNT(*) FROM (SELECT amount FROM visits LIMIT 3) x": "LIMIT",
    "SELECT SUM(LENGTH(city)) FROM visits": "bounds",
    "SELECT COUNT(DISTINCT city) FROM visits": "DISTINCT",
    "SELECT COUNT(*) FROM places": "public tables",
    "SELECT COUNT(*) FILTER (WHERE amount > 1) FROM visits": "outside of an aggregate",
    "SELECT COUNT(*); SELECT 1": "one statement",
}


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_not_supported_is_named(sql: str) -> None:
    with pytest.raises(ConfigError, match=REFUSED[sql]):
        prepare(sql, WORLD, MUCH)


def test_hidden_and_missing_are_told_alike() -> None:
    told = set()
    for sql in (
        "SELECT COUNT(*) FROM visits WHERE who = 'a'",
        "SELECT COUNT(nothing) FROM visits", "SELECT COUNT(*) FROM nowhere",
    ):  # fmt: skip
        with pytest.raises(ConfigError) as caught:
            prepare(sql, WORLD, MUCH)
        told.add(str(caught.value))
    assert len(told) == 1
