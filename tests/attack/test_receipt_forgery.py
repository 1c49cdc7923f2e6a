"""Whoever holds the key still cannot issue a receipt whose parts contradict each other."""

from __future__ import annotations

import copy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from privet.crypto.dsse import sign_envelope
from privet.crypto.notes import sign_note
from privet.model import canonical
from privet_verify import Code, VerificationError, verify_release
from privet_verify.checkpoint import checkpoint_text
from privet_verify.proof import Proof
from privet_verify.tree import leaf_hash
from tests.unit.ledger.issued import FILES, KEY, ORIGIN, signer, statement


class Forgery:
    """A release whose log is one entry long; every part can be changed before it is signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.statement = copy.deepcopy(statement(FILES))
        self.entry: dict[str, Any] = {"v": 1, "kind": "release", "time": "2026-01-02T03:04:05Z"}
        self.body: dict[str, Any] = {"release": "r-1"}
        self.text = f"{ORIGIN}\n1\n"
        self.envelope: dict[str, Any] = {}
        self.signature: dict[str, Any] = {}

    def code(self) -> Code | None:
        """Sign it all, and say how the verifier refuses it (None: it does not)."""
        payload = canonical.encode(self.statement)
        body = {"statement": sha256(payload).hexdigest()} | self.body
        leaf = canonical.encode({"body": body} | self.entry)
        root = checkpoint_text("", 0, leaf_hash(leaf)).split("\n")[2]
        note = sign_note(self.text.replace("1\n", f"1\n{root}\n", 1), signer())
        envelope: dict[str, Any] = {
            **sign_envelope("application/vnd.in-toto+json", payload, signer())
        }
        envelope["signatures"] = [envelope["signatures"][0] | self.signature]
        receipt = {
            "mediaType": "application/vnd.privet.receipt+json;version=1",
            "envelope": envelope | self.envelope,
            "proof": Proof(leaf, 0, (), note).text(),
        }
        self.folder.mkdir(exist_ok=True)
        for name, data in FILES.items():
            (self.folder / name).write_bytes(data)
        (self.folder / "receipt.json").write_bytes(canonical.encode(receipt))
        try:
            verify_release(self.folder, KEY)
        except VerificationError as error:
            return error.code
        return None


@pytest.fixture
def forged(tmp_path: Path) -> Forgery:
    return Forgery(tmp_path / "release")


def test_unchanged_it_verifies(forged: Forgery) -> None:
    assert forged.code() is None


@pytest.mark.parametrize(
    "entry", [{"kind": "grant"}, {"v": 2}, {"v": True}, {"time": 5}, {"body": []}, {"body": {}}]
)
def test_an_entry_of_another_form(forged: Forgery, entry: dict[str, Any]) -> None:
    forged.entry |= entry
    assert forged.code() is Code.LOG


@pytest.mark.parametrize("body", [{"release": "r-2"}, {"statement": "0" * 64}])
def test_an_entry_of_another_release(forged: Forgery, body: dict[str, Any]) -> None:
    forged.body |= body
    assert forged.code() is Code.LOG


def test_a_statement_of_another_log(forged: Forgery) -> None:
    forged.statement["predicate"]["origin"] = "example.org/shop"
    assert forged.code() is Code.LOG


@pytest.mark.parametrize(
    "text", ["example.org/shop\n1\n", f"{ORIGIN}\n01\n", f"{ORIGIN}\n1\n\nx\n"]
)
def test_a_checkpoint_of_another_log_or_form(forged: Forgery, text: str) -> None:
    forged.text = text
    assert forged.code() is Code.LOG


def test_extension_lines_of_a_checkpoint_are_passed_over(forged: Forgery) -> None:
    forged.text = f"{ORIGIN}\n1\nan extension\n"
    assert forged.code() is None


def test_a_size_that_is_not_the_files(forged: Forgery) -> None:
    forged.statement["predicate"]["files"][0]["size"] += 1
    assert forged.code() is Code.FILES


def test_a_file_named_twice(forged: Forgery) -> None:
    for part in (forged.statement["subject"], forged.statement["predicate"]["files"]):
        part.append(part[0])
    assert forged.code() is Code.STATEMENT


def test_files_in_another_order(forged: Forgery) -> None:
    forged.statement["subject"].reverse()
    assert forged.code() is Code.STATEMENT


def test_fields_beside_the_envelopes(forged: Forgery) -> None:
    forged.envelope = {"more": 1}
    assert forged.code() is Code.RECEIPT
    forged.envelope, forged.signature = {}, {"more": 1}
    assert forged.code() is Code.RECEIPT


def test_fields_beside_the_predicates_are_passed_over(forged: Forgery) -> None:
    forged.statement["predicate"]["later"] = {"x": 1}
    assert forged.code() is None
