from __future__ import annotations

import hmac
from datetime import date

import pyarrow as pa
import pytest

from tests.unit.transforms.making import KEY, make, run


def expected(text: str, size: int = 16) -> str:
    return hmac.digest(KEY.secret, text.encode(), "sha256")[:size].hex()


def test_a_token_is_the_hmac_of_the_normal_form() -> None:
    assert run("token", pa.array([" Ana ", None])) == [expected("Ana"), None]
    emails = make("token", category="user.contact.email").apply(pa.array(["ANA@x.org"]))
    assert emails.to_pylist() == [expected("ana@x.org")]


@pytest.mark.parametrize("bits", [128, 136, 192, 256])
def test_length_and_form(bits) -> None:
    values = pa.array(["a", None, "b"])
    as_hex = run("token", values, bits=bits)
    assert as_hex == [expected("a", bits // 8), None, expected("b", bits // 8)]
    as_bytes = run("token", values, bits=bits, form="binary")
    assert [token and token.hex() for token in as_bytes] == as_hex


def test_the_same_subject_has_one_token_whatever_the_column_type() -> None:
    assert run("token", pa.array([42])) == run("token", pa.array([" 42"])) == [expected("42")]
    assert run("token", pa.array([date(2020, 2, 29)]), "date32") == [expected("2020-02-29")]
    assert run("token", pa.array([b"\x00\xff"])) == [
        hmac.digest(KEY.secret, b"\x00\xff", "sha256")[:16].hex()
    ]


def test_a_value_that_names_nobody_has_no_token() -> None:
    phones = make("token", category="user.contact.phone_number")
    assert phones.apply(pa.array(["unknown", "n/a", "1"])).null_count == 2
