"""What a receipt says of k-anonymity: its form is checked, and older receipts have none."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from privet.model import canonical
from privet_verify import VerificationError
from privet_verify.statement import parse_statement

SPEC = Path(__file__).parents[3] / "spec"
GOOD = [{"data": "people", "criteria": [{"asked": "at least 5 subjects", "found": "7"}]}]


def statement(anonymity: object) -> bytes:
    receipt = json.loads((SPEC / "receipt/vectors/release/receipt.json").read_bytes())
    said = json.loads(b64decode(receipt["envelope"]["payload"]))
    assert said["predicate"].pop("anonymity")
    if anonymity is not None:
        said["predicate"]["anonymity"] = anonymity
    return canonical.encode(said)


@pytest.mark.parametrize("anonymity", [None, GOOD, []])
def test_what_is_of_the_form(anonymity):
    assert parse_statement(statement(anonymity)).files


@pytest.mark.parametrize(
    "anonymity",
    [
        {},
        "k = 5",
        [{"data": "people"}],
        [{"data": "people", "criteria": [{"asked": "k"}]}],
        [{"data": "people", "criteria": [{"asked": "k", "found": 7}]}],
        [{"data": "", "criteria": []}],
    ],
)
def test_what_is_not(anonymity):
    with pytest.raises(VerificationError):
        parse_statement(statement(anonymity))


def test_the_schema_says_the_same():
    schema = json.loads((SPEC / "receipt/statement.schema.json").read_text())
    part = schema["properties"]["predicate"]["properties"]["anonymity"]
    assert part["items"]["required"] == ["data", "criteria"]
    assert "anonymity" not in schema["properties"]["predicate"]["required"]
