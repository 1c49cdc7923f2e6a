"""`encrypt` and `format`: exact values come back, what is not of the form is refused by count."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from privet.model.errors import Refused
from privet.transforms.catalogue import check
from privet.transforms.column_types import parse_type
from tests.unit.transforms.making import OTHER_KEY, make, treatment

VALUES = [
    ("string", ["", "Ana", " Ana ", "a\x80", None, "Ana@X.org"]),
    ("binary", [b"", b"\x80\x00", None, bytes(range(256))]),
    ("int64", [0, -5, None, 2**62]),
    ("uint64", [2**64 - 1]),
    ("date32", [date(1900, 2, 3), None]),
    ("timestamp[us, UTC]", [datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC), None]),
    ("timestamp[ns]", [datetime(1969, 1, 2, 3, 4, 5, 6)]),
    ("decimal128(18, 2)", [Decimal("1.50"), Decimal("-0.01"), None]),
    ("decimal128(38, 9)", [Decimal("0.000000001")]),
]


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=[kind for kind, _ in VALUES])
@pytest.mark.parametrize("form", ["hex", "binary"])
def test_encrypted_values_of_every_type_come_back(kind: str, values: list, form: str) -> None:
    transform = make("encrypt", kind, form=form)
    array = pa.array(values, parse_type(kind))
    out = transform.apply(array)
    out.validate(full=True)
    assert out.type == transform.output_type
    assert transform.restore(out).equals(array)
    assert make("encrypt", kind, form=form).apply(array).equals(out)
    assert transform.metadata[b"privet.algorithm"] == b"AES-256-SIV"


def test_what_was_not_encrypted_here_gives_nothing() -> None:
    transform, other = make("encrypt"), make("encrypt", key=OTHER_KEY)
    out = transform.apply(pa.array(["Ana"]))
    assert other.restore(out).to_pylist() == [None]
    changed = out[0].as_py()[:-1] + ("0" if out[0].as_py()[-1] != "0" else "1")
    assert transform.restore(pa.array([changed, "", "xyz", "00", None])).null_count == 5


def test_two_domains_share_no_token() -> None:
    cards = pa.array(["4111111111111111"])
    for name in ("encrypt", "format"):
        one, two = make(name).apply(cards), make(name, key=OTHER_KEY).apply(cards)
        assert one.to_pylist() != two.to_pylist()


UNFIT = [
    ({}, "Ana 12345678", "1 have letters or digits beyond the alphabet"),
    ({}, "123456é7", "beyond the alphabet"),
    ({}, "123456٣", "beyond the alphabet"),
    ({}, "12345", "1 have fewer than 6 digits"),
    ({}, "", "fewer than 6 digits"),
    ({"keep_first": 4}, "123456789", "1 have fewer than 10 digits"),
    ({"check": "luhn"}, "123456", "1 have fewer than 7 digits"),
    ({"check": "luhn"}, "4111111111111112", "1 have wrong check digits"),
    ({"check": "verhoeff"}, "1234567891", "1 have wrong check digits"),
    ({"check": "mod97"}, "DE00370400440532013000", "1 have wrong check digits"),
    ({"check": "mod97"}, "89DE370400440532013000", "1 have wrong check digits"),
    ({"radix": 36}, "abc", "1 have fewer than 4 characters of its alphabet of 36"),
    ({}, "1" * 1001, "1 have more than 1,000 digits"),
]


@pytest.mark.parametrize(("params", "value", "words"), UNFIT)
def test_a_value_not_of_the_form_is_refused_by_count(params: dict, value: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        make("format", **params).apply(pa.array([value, None]))
    assert words in refusal.value.message
    assert "`c`" in refusal.value.message
    if len(value) > 3:
        assert value not in str(refusal.value)
    lenient = make("format", unfit="null", **params)
    assert lenient.apply(pa.array([value, None])).null_count == 2


def test_each_reason_has_its_count() -> None:
    with pytest.raises(Refused, match=r"2 have letters.*3 have fewer than 6"):
        make("format").apply(pa.array(["a1", "b2", "1", "2", "3", "123456"]))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"alphabet": "aab"}, "each character once"),
        ({"alphabet": "digits", "radix": 10}, "not both"),
        ({"check": "luhn", "alphabet": "hex"}, "is for numbers"),
        ({"check": "mod97", "keep_first": 2}, "keeps its country"),
        ({"check": "mod11"}, "`luhn` or `verhoeff` or `mod97`"),
        ({"mode": "ff3-1"}, "no parameter `mode`"),
    ],
)
def test_parameters_that_do_not_go_together(params: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check(treatment("format", **params), "string")


def test_which_columns_they_fit() -> None:
    for name in ("encrypt", "vault"):
        check(treatment(name), "int64")
        with pytest.raises(ValueError, match="does not fit"):
            check(treatment(name), "double")
    with pytest.raises(ValueError, match="declare the column as string"):
        check(treatment("format"), "int64")


def test_what_gives_nothing_back_says_so() -> None:
    with pytest.raises(ValueError, match="gives no value back"):
        make("token").restore(pa.array(["00"]))
