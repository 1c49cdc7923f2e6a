from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from privet.model.errors import ConfigError, Refused
from privet.model.release import Principal
from privet.policy.where import parse_filter

COLUMNS = {
    "n": "int64",
    "tiny": "uint8",
    "s": "string",
    "other": "string",
    "x": "double",
    "b": "bool",
    "d": "date32",
    "t": "timestamp[us]",
    "sec": "timestamp[s]",
    "z": "timestamp[us, UTC]",
    "m": "decimal128(18, 2)",
    "raw": "binary",
    "o.i": "string",
    "tags[]": "string",
    '"odd.name"': "string",
}
ANA = Principal("os:ana", {"country": "NL"})


def rows(expression, **columns):
    """What the filter says of a batch of these columns."""
    batch = pa.record_batch(columns)
    return parse_filter(expression, COLUMNS).mask(batch, ANA).to_pylist()


class TestMeaning:
    def test_unknown_is_not_true_and_neither_is_its_opposite(self):
        assert rows("n = 1", n=[1, 2, None]) == [True, False, False]
        assert rows("NOT n = 1", n=[1, 2, None]) == [False, True, False]
        assert rows("n IS NULL OR n = 1", n=[1, 2, None]) == [True, False, True]

    def test_a_literal_may_stand_first(self):
        assert rows("5 > n", n=[4, 5, 6]) == [True, False, False]

    def test_between_in_and_their_opposites(self):
        assert rows("n BETWEEN 2 AND 3", n=[1, 2, 3, None]) == [False, True, True, False]
        assert rows("n NOT BETWEEN 2 AND 3", n=[1, 2, 3, None]) == [True, False, False, False]
        assert rows("s IN ('a', 'b')", s=["a", "c", None]) == [True, False, False]
        assert rows("s NOT IN ('a', 'b')", s=["a", "c", None]) == [False, True, False]

    def test_like_knows_no_escape(self):
        values = ["a%b", "a\\b", "axb", "a\nb", "ab", None]
        assert rows("s LIKE 'a_b'", s=values) == [True, True, True, True, False, False]
        assert rows("s LIKE 'a\\_'", s=values) == [False, True, False, False, False, False]
        assert rows("s NOT LIKE 'a%'", s=values) == [False] * 6
        assert rows("s LIKE 'A%'", s=values) == [False] * 6

    def test_attributes(self):
        assert rows("o.i = principal.country", o=[{"i": "NL"}, {"i": "BE"}, None]) == [
            True,
            False,
            False,
        ]
        assert rows("principal.country = 'NL'", n=[1, 2]) == [True, True]
        assert rows("principal.country IN ('BE')", n=[1, 2]) == [False, False]

    def test_columns_with_each_other_and_alone(self):
        assert rows("s = other", s=["a", "b"], other=["a", "c"]) == [True, False]
        assert rows("b AND NOT n = 1", b=[True, True, None], n=[1, 2, 2]) == [False, True, False]

    def test_dates_and_times(self):
        days = pa.array([date(2024, 1, 31), date(2024, 2, 1)])
        assert rows("d < '2024-02-01'", d=days) == [True, False]
        assert rows("d < DATE '2024-02-01'", d=days) == [True, False]
        times = pa.array([datetime(2024, 1, 31, 12), datetime(2024, 2, 1)], pa.timestamp("us"))
        assert rows("t >= '2024-02-01'", t=times) == [False, True]
        assert rows("sec >= TIMESTAMP '2024-02-01'", sec=times.cast(pa.timestamp("s"))) == [
            False,
            True,
        ]
        zoned = pa.array([datetime(2024, 2, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
        assert rows("z = '2024-02-01T01:00:00+01:00'", z=zoned) == [True]

    def test_numbers_are_exact(self):
        big = 2**53 + 1
        assert rows(f"n = {big}", n=[big, big - 1]) == [True, False]
        assert rows("n = -9223372036854775808", n=[-(2**63)]) == [True]
        prices = pa.array([Decimal("1.10"), Decimal("1.20")], pa.decimal128(18, 2))
        assert rows("m > 1.105", m=prices) == [False, True]

    def test_not_a_number_is_unknown(self):
        values = pa.array([1.0, float("nan"), None])
        assert rows("NOT x > 5", x=values) == [True, False, False]
        assert rows("x IS NULL", x=values) == [False, True, True]

    @pytest.mark.parametrize(
        "layout",
        [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
        ids=str,
    )
    def test_any_layout_of_text(self, layout):
        values = pa.array(["x", "a", None, "a"]).cast(layout)[1:]
        assert rows("s = 'a' AND s LIKE 'a%' AND s IN ('a')", s=values) == [True, False, True]

    def test_an_empty_batch(self):
        assert rows("n = 1 OR principal.country = 'x'", n=pa.array([], pa.int64())) == []


class TestForm:
    @pytest.mark.parametrize(
        ("written", "canonical"),
        [
            ("n=1", '"n" = 1'),
            ("5 < n", '"n" > 5'),
            ("(n) = (1)", '"n" = 1'),
            ("n = 1e3 -- why", '"n" = 1000'),
            ("s != 'it''s'", "\"s\" <> 'it''s'"),
            ('"odd.name" IS NOT NULL', 'NOT ("odd.name" IS NULL)'),
            ("PRINCIPAL.country = s", 'principal."country" = "s"'),
            ("n=1 and (n=2 or b) and n=3", '"n" = 1 AND ("n" = 2 OR "b" = TRUE) AND "n" = 3'),
            ("d = '2024-01-01'", "\"d\" = DATE '2024-01-01'"),
        ],
    )
    def test_one_form_for_one_meaning(self, written, canonical):
        found = parse_filter(written, COLUMNS)
        assert str(found) == canonical
        assert parse_filter(canonical, COLUMNS) == found

    def test_what_it_reads(self):
        found = parse_filter("o.i = principal.country AND n = 1 OR n = 2", COLUMNS)
        assert found.columns == ("n", "o.i")
        assert found.attributes == ("country",)

    def test_a_long_chain_is_one_level(self):
        found = parse_filter(" OR ".join(f"n = {i}" for i in range(500)), COLUMNS)
        assert sum(found.mask(pa.record_batch({"n": range(1000)}), ANA).to_pylist()) == 500

    def test_sqlglot_is_loaded_only_for_a_filter(self):
        code = (
            "import privet.policy.decide, privet.policy.where, sys; print('sqlglot' in sys.modules)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == "False"


class TestRefusals:
    @pytest.mark.parametrize(
        ("expression", "named"),
        [
            ("lower(s) = 'a'", "LOWER"),
            ("f(s) = 'a'", "f()"),
            ("n + 1 = 2", "ADD"),
            ("s || 'x' = 'y'", "DPIPE"),
            ("s ILIKE 'a'", "ILIKE"),
            ("s LIKE 'a' ESCAPE 'x'", "ESCAPE"),
            ("s LIKE other", "literal pattern"),
            ("n LIKE '1%'", "literal pattern"),
            ("n IN (SELECT 1)", "IN` with `query"),
            ("s IN (other)", "literals only"),
            ("n IN ()", "no list"),
            ("n IN (NULL)", "NULL"),
            ("n = NULL", "IS NULL"),
            ("EXISTS (SELECT 1)", "EXISTS"),
            ("n = (SELECT 1)", "SUBQUERY"),
            ("CASE WHEN b THEN b END", "CASE"),
            ("CAST(s AS INT) = 1", "CAST"),
            ("n BETWEEN SYMMETRIC 3 AND 1", "BETWEEN` with `symmetric"),
            ("n IS DISTINCT FROM 1", "NULLSAFENEQ"),
            ("b IS TRUE", "IS takes NULL only"),
            ("d < CURRENT_DATE", "CURRENTDATE"),
            ("1 = 1", "literal is compared with a literal"),
            ("TRUE", "BOOLEAN"),
            ("n", "stands alone"),
            ("principal.country", "stands alone"),
            ("b < TRUE", "no order"),
            ("principal.a.b = 's'", "one name"),
            ("principal.country IS NULL", "attribute"),
            ("tags = 'a'", "several values"),
            ("raw = 'a'", "IS NULL"),
            ("raw = raw", "binary"),
            ("n = 1; DROP TABLE x", "SQL condition"),
            ("n = 1; n = 2", "not one SQL condition"),
            ("", "not one SQL condition"),
            ("n = ", "SQL condition"),
            ("n = ?", "PLACEHOLDER"),
            ("n = :one", "PLACEHOLDER"),
            ("s = 'unclosed", "SQL condition"),
            ("N = 1", "no column `N`"),
            ("nn = 1", "no column `nn`"),
            ("o = 'a'", "no column `o`"),
            ("n.x = 1", "no column `n.x`"),
        ],
    )
    def test_whatever_else_is_refused_by_name(self, expression, named):
        with pytest.raises(ConfigError) as caught:
            parse_filter(expression, COLUMNS)
        assert named in str(caught.value)
        assert caught.value.hint

    @pytest.mark.parametrize(
        "expression",
        [
            "n = '1'",
            "s = 1",
            "b = 1",
            "x = 'NaN'",
            "d = 20240101",
            "d = '20240101'",
            "d = '2024-02-30'",
            "d = DATE 'soon'",
            "t = '2024-01-01T00:00:00+00:00'",
            "z = '2024-01-01'",
            "sec = '2024-01-01T00:00:00.5'",
            "n = 1.5",
            "n = 9223372036854775808",
            "tiny = 256",
            "tiny = -1",
            "n = 1e400000000",
            "x = 1e400",
            "m = 1e-400000000",
            "n = s",
            "n = tiny",
            "n = principal.country",
        ],
    )
    def test_what_does_not_compare(self, expression):
        with pytest.raises(ConfigError):
            parse_filter(expression, COLUMNS)

    @pytest.mark.parametrize(
        "expression", ["(" * 3000 + "n = 1" + ")" * 3000, "NOT " * 1000 + "b", "n = 1 OR " * 2000]
    )
    def test_nested_too_deeply_or_too_long(self, expression):
        with pytest.raises(ConfigError):
            parse_filter(expression, COLUMNS)

    def test_the_nearest_column_is_named(self):
        with pytest.raises(ConfigError, match="Did you mean `other`"):
            parse_filter("othr = 'a'", COLUMNS)

    def test_a_missing_attribute_closes_the_door(self):
        found = parse_filter("n = 1 OR s = principal.team", COLUMNS)
        with pytest.raises(Refused, match=r"principal\.team"):
            found.mask(pa.record_batch({"n": [1], "s": ["a"]}), ANA)

    @pytest.mark.parametrize(
        ("expression", "batch"),
        [
            ("n = 1", {"m": [1]}),
            ("n = 1", {"n": ["SECRET-VALUE"]}),
            ("n = 1", {"n": pa.array([1], pa.int32())}),
            ("o.i = 'a'", {"o": ["SECRET-VALUE"]}),
            ("o.i = 'a'", {"o": [{"j": "SECRET-VALUE"}]}),
        ],
    )
    def test_data_that_do_not_fit_the_contract(self, expression, batch):
        found = parse_filter(expression, COLUMNS)
        with pytest.raises(Refused) as caught:
            found.mask(pa.record_batch(batch), ANA)
        assert "SECRET" not in str(caught.value)

    def test_two_columns_of_one_name(self):
        batch = pa.RecordBatch.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
        with pytest.raises(Refused):
            parse_filter("n = 1", COLUMNS).mask(batch, ANA)
