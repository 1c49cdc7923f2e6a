"""Ways around the policy that somebody who may write a request, a filter or a name would try."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.model.errors import ConfigError, PrivetError, Refused
from privet.model.policy import Recipient
from privet.model.release import Principal
from privet.policy.decide import decide
from privet.policy.where import parse_filter
from tests.unit.policy.policies import (
    DROP,
    KEEP,
    TODAY,
    TOKEN,
    allow,
    contract,
    deny,
    policy,
    request,
)

COLUMNS = {"n": "int64", "s": "string", "x": "double", "o.i": "string", "d": "date32"}
FRAGMENTS = [
    *"()=<>!,.;-*/%@$?:'\"`[]{}|&^~\\",
    *("n", "s", "x", "o.i", "d", "principal", "principal.country", "'v'", "1", "1e9", "NULL"),
    *("AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "ESCAPE", "ILIKE", "SYMMETRIC", "TRUE"),
    *("SELECT", "FROM", "WHERE", "UNION", "EXISTS", "CASE", "WHEN", "END", "CAST", "AS", "ANY"),
    *("DATE", "TIMESTAMP", "INTERVAL", "COLLATE", "lower", "getenv", "read_csv", "--", "/*", "*/"),
    *(
        "\x00",
        "\n",
        "é",
        "\ufeff",
        "\u202e",
        "::",
        "->",
        "||",
        "<=>",
        "==",
        "DROP",
        "TABLE",
        "ATTACH",
    ),
]


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join) | st.text(max_size=30))
def test_any_text_is_a_filter_or_a_clear_error(text):
    try:
        found = parse_filter(text, COLUMNS)
    except ConfigError:
        return
    assert set(found.columns) <= set(COLUMNS)
    assert parse_filter(str(found), COLUMNS) == found


@pytest.mark.parametrize(
    "filter_",
    [
        "n = 1 OR 1 = 1",
        "n = 1 OR TRUE",
        "n = 1 /* */ OR '' = ''",
        "n = 1) OR (1 = 1",
        "n = 1 -- \n OR 1 = 1",
        "s = getenv('HOME')",
        "s IN (SELECT s FROM 'file.parquet')",
        "error(s) = 'x'",
        "CAST(s AS INT) = 1",
        "1 / n = 1",
        "s = CURRENT_USER",
        "s = principal",
        "s = principal.name.first",
        "s ~ '(a+)+$'",
    ],
)
def test_what_would_widen_a_filter_or_tell_by_an_error(filter_):
    with pytest.raises(ConfigError):
        parse_filter(filter_, COLUMNS)


def test_a_value_of_the_asker_is_never_read_as_sql():
    batch = pa.record_batch({"s": ["NL", "x' OR '1'='1", "%"]})
    found = parse_filter("s = principal.country", COLUMNS)
    for country in ("x' OR '1'='1", "%", "'", "principal.country"):
        mask = found.mask(batch, Principal("os:eve", {"country": country}))
        assert mask.to_pylist() == [value == country for value in batch["s"].to_pylist()]


@given(
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=4, max_size=4),
    st.lists(st.none() | st.text(max_size=8), min_size=4, max_size=4),
    st.lists(st.none() | st.floats(), min_size=4, max_size=4),
)
def test_no_value_makes_a_filter_fail(whole, text, numbers):
    batch = pa.record_batch(
        {
            "n": pa.array(whole, pa.int64()),
            "s": pa.array(text, pa.string()),
            "x": pa.array(numbers, pa.float64()),
        }
    )
    for filter_ in ("n >= 9223372036854775807", "s LIKE '%a_\\%'", "NOT x = 0.1", "s > 'é'"):
        assert parse_filter(filter_, COLUMNS).mask(batch, Principal("os:ana")).null_count == 0


@pytest.mark.parametrize(
    "asked",
    [
        request(principal=Principal("os:ANA")),
        request(principal=Principal("os:ana ")),
        request(principal=Principal("")),
        request(role="Analyst"),
        request(role=""),
        request(purpose="research "),
        request(recipient="LOCAL"),
        request(recipient=""),
        request(action="Release"),
        request(principal=Principal("os:eve", {"role": "analyst", "name": "os:ana"})),
    ],
)
def test_a_name_that_is_almost_right(asked):
    with pytest.raises(Refused):
        decide(policy(allow({"user": TOKEN})), asked, contract(), TODAY)


def test_a_recipient_called_local_is_held_to_its_region():
    elsewhere = {"local": Recipient("local", region="US")}
    with pytest.raises(Refused, match="may lie only"):
        decide(policy(allow(), recipients=elsewhere), request(), contract(residency=("EU",)), TODAY)


@pytest.mark.parametrize("key", ["customers.emial", "customers.email ", "user.contact.emails"])
def test_a_denial_that_was_mistyped_lets_nothing_out(key):
    with pytest.raises(Refused):
        decide(policy(allow(), deny(key)), request(), contract(), TODAY)


def test_a_denial_of_a_whole_branch_reaches_every_leaf():
    of = contract({"a": "user.contact.address.street", "b": "user.contact.email"})
    decision = decide(policy(allow({"user": TOKEN}), deny("user")), request(), of, TODAY)
    assert {column.treatment for column in decision.columns} == {DROP}


def test_a_column_cannot_pose_as_another():
    """A path whose text looks like another column's, or like a category, is not that one."""
    of = contract({'"address.city"': "user.name", "address.city": "none"})
    rule = allow({"customers.address.city": KEEP, "user": DROP})
    decision = decide(policy(rule), request(), of, TODAY)
    assert [column.treatment.name for column in decision.columns] == ["drop", "keep"]


def test_marked_values_are_in_no_message():
    mark = "MARK-7c1f"
    batches = [
        {"n": [mark]},
        {"n": pa.array([mark]).dictionary_encode()},
        {"o": [mark]},
        {"o": [{"i": [mark]}]},
        {"x": [mark], "s": [1]},
    ]
    for filter_ in ("n = 1", "o.i = 'a'", "x < 1 AND s = 'a'", "s = principal.country"):
        for columns in batches:
            with pytest.raises(PrivetError) as caught:
                parse_filter(filter_, COLUMNS).mask(
                    pa.record_batch(columns), Principal("os:eve", {"team": mark})
                )
            assert mark not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"
