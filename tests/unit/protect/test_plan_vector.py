"""The form of a fitted plan in `spec/vault`, and what a receipt says of it, are the code's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privet.gate.anonymity import PLANS_KEY, plans_tag
from privet.model import canonical
from privet.model.errors import IntegrityError
from privet.protect.fitted import read_plan
from privet.vault.keys import Key
from tests.unit.ledger.issued import FILES, statement
from tests.unit.ledger.test_receipt_schema import STATEMENT, shaped, valid

SPEC = Path(__file__).parents[3] / "spec"
VAULT = SPEC / "vault"
SCHEMA = json.loads((VAULT / "plan.schema.json").read_bytes())
PLAN = (VAULT / "plan.vector.json").read_bytes()
KEY = bytes.fromhex((VAULT / "plan.vector.key").read_text(encoding="utf-8"))


def test_the_script_makes_the_same_bytes_again(tmp_path: Path) -> None:
    runpy.run_path(str(VAULT / "make_plan_vector.py"))["main"](tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (VAULT / path.name).read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_the_vector_is_of_its_schema_and_is_read() -> None:
    assert valid(json.loads(PLAN), SCHEMA, SCHEMA)
    plan = read_plan(PLAN)
    assert plan.to_bytes() == PLAN
    assert plan.labels(0) == ["[20,30)", "[30,40)"]
    assert plan.labels(1) == ["Ghent", "south"]
    assert plan.classes.tolist() == [0, 0, 1, 1, -1]
    rules = [(each["rule"] or {}).get("kind") for each in json.loads(PLAN)["hierarchies"]]
    assert rules == ["intervals", None, "dates", "flat", "prefixes"]


CHANGES: dict[str, Callable[[Any], object]] = {
    "version": lambda said: said.update(version=2),
    "k missing": lambda said: said.pop("k"),
    "kind of numbers": lambda said: said["classes"].update(kind="<f8"),
    "shape": lambda said: said["level"].update(shape=[10]),
    "no base64": lambda said: said["node"].update(data="?"),
    "a tree's version": lambda said: said["hierarchies"][1].update(version=2),
    "a leaf that is a number": lambda said: said["hierarchies"][1].update(leaves=[1, "Porto"]),
    "an empty group": lambda said: said["hierarchies"][0]["groups"][0]["sizes"].append(0),
    "a rule's kind": lambda said: said["hierarchies"][3]["rule"].update(kind="free"),
    "a rule with more": lambda said: said["hierarchies"][3]["rule"].update(more="x"),
    "a rule's unit": lambda said: said["hierarchies"][2]["rule"].update(units=["week"]),
    "a rule's number": lambda said: said["hierarchies"][0]["rule"].update(top="many"),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_neither_schema_nor_reader_takes_what_was_changed(change: str) -> None:
    said = json.loads(PLAN)
    CHANGES[change](said)
    assert not valid(said, SCHEMA, SCHEMA)
    with pytest.raises(IntegrityError):
        read_plan(canonical.encode(said))


def test_the_receipts_tag_comes_out_by_hand() -> None:
    """HMAC-SHA256 of the canonical JSON of data set and digest, with the standard library alone."""
    receipt = json.loads((SPEC / "receipt/vectors/release/receipt.json").read_bytes())
    said = json.loads(base64.b64decode(receipt["envelope"]["payload"]))["predicate"]
    digest = hashlib.sha256(PLAN).hexdigest()
    listed = json.dumps([["customers", digest]], separators=(",", ":")).encode()
    tag = hmac.new(KEY, listed, hashlib.sha256).hexdigest()
    assert said["plan"]["fitted"] == {"hmac-sha256": tag}
    key = Key("0" * 32, "evidence", PLANS_KEY, 1, None, KEY)
    assert plans_tag(key, {"customers": digest}) == tag
    assert [each["data"] for each in said["anonymity"]] == ["customers"]
    assert said["guarantee"]["name"] == "k-anonymous"
    leaf = base64.b64decode(receipt["proof"].split("\n")[1].removeprefix("extra "))
    assert list(json.loads(leaf)["body"]["fitted"]) == ["customers"]


CRITERION = {"asked": "at least 10 subjects", "found": "12"}


@pytest.mark.parametrize(
    ("anonymity", "good"),
    [
        ([{"data": "customers", "criteria": [CRITERION]}], True),
        ([], True),
        ([{"data": "customers", "criteria": [CRITERION | {"more": 1}]}], True),
        ([{"data": "", "criteria": [CRITERION]}], False),
        ([{"data": "customers"}], False),
        ([{"data": "customers", "criteria": [{"asked": "at least 10 subjects"}]}], False),
        ([{"data": "customers", "criteria": [CRITERION | {"found": 12}]}], False),
        ({"customers": [CRITERION]}, False),
        (None, False),
    ],
)
def test_schema_and_verifier_agree_on_what_was_measured(anonymity: Any, good: bool) -> None:
    made = statement(FILES, anonymity=anonymity)
    assert shaped(made) is good
    assert valid(made, STATEMENT, STATEMENT) is good
