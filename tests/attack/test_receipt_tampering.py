"""Whoever changes a release after its receipt was issued, or shows one with another's receipt."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from privet.model import canonical
from privet.model.errors import IntegrityError
from privet_verify import Code, VerificationError, verify_release
from tests.unit.ledger.issued import FILES, KEY, add, open_log, release, signer, spill
from tests.world import MemoryStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = open_log(tmp_path / "project")
    add(log, 40)
    return release(log, tmp_path / "release")


def refused(folder: Path, key: str = KEY, **more: Any) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        verify_release(folder, key, **more)
    assert caught.value.hint or caught.value.code is Code.RECEIPT
    return caught.value


def test_the_untouched_release_verifies(folder: Path) -> None:
    verified = verify_release(folder, KEY)
    assert (verified.index, verified.checkpoint.size) == (40, 41)
    assert [file.name for file in verified.statement.files] == list(FILES)
    assert verified.logged == "2026-01-02T03:04:05Z"


def test_a_thousand_flipped_bytes_are_all_found(folder: Path) -> None:
    rng = random.Random(20260102)
    whole = {path: path.read_bytes() for path in sorted(folder.iterdir())}
    places = [(path, offset) for path, data in whole.items() for offset in range(len(data))]
    codes = set()
    for path, offset in rng.choices(places, k=1000):
        changed = bytearray(whole[path])
        changed[offset] ^= rng.randrange(1, 256)
        path.write_bytes(changed)
        codes.add(refused(folder).code)
        path.write_bytes(whole[path])
    assert {Code.FILES, Code.RECEIPT, Code.SIGNATURE, Code.LOG} <= codes
    verify_release(folder, KEY)


def test_every_byte_of_the_receipt_is_covered(folder: Path) -> None:
    path = folder / "receipt.json"
    whole = path.read_bytes()
    for offset in range(len(whole)):
        changed = bytearray(whole)
        changed[offset] ^= 1
        path.write_bytes(changed)
        refused(folder)


def test_every_cut_of_the_receipt_is_refused(folder: Path) -> None:
    path = folder / "receipt.json"
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert refused(folder).code is Code.RECEIPT
    path.write_bytes(whole + b"\n")
    assert refused(folder).code is Code.RECEIPT


def test_extra_missing_renamed_swapped_files(folder: Path) -> None:
    data, tickets = folder / "customers.csv", folder / "tickets.jsonl"
    (folder / "notes.txt").write_bytes(b"")
    assert "notes.txt" in str(refused(folder))
    (folder / "notes.txt").unlink()
    data.rename(folder / "clients.csv")
    assert refused(folder).code is Code.FILES
    (folder / "clients.csv").rename(folder / "x")
    tickets.rename(data)
    (folder / "x").rename(tickets)
    assert refused(folder).code is Code.FILES
    data.unlink()
    assert "not in the folder" in str(refused(folder))
    assert refused(folder).code.exit_code == 1


def test_links_folders_and_pipes_are_refused(folder: Path, tmp_path: Path) -> None:
    data = folder / "customers.csv"
    outside = tmp_path / "outside"
    data.rename(outside)
    data.symlink_to(outside)
    assert refused(folder).code is Code.FILES
    data.unlink()
    data.mkdir()
    assert refused(folder).code is Code.FILES
    data.rmdir()
    os.mkfifo(data)
    assert refused(folder).code is Code.FILES
    data.unlink()
    outside.rename(data)
    (folder / "more").mkdir()
    assert refused(folder).code is Code.FILES
    (folder / "more").rmdir()
    receipt = folder / "receipt.json"
    receipt.rename(outside)
    receipt.symlink_to(outside)
    assert refused(folder).code is Code.FILES
    receipt.unlink()
    assert refused(folder).code is Code.RECEIPT


def test_another_projects_receipt_is_refused(tmp_path: Path, folder: Path) -> None:
    other = open_log(tmp_path / "other", by=signer(seed=2))
    theirs = release(other, tmp_path / "theirs")
    assert refused(theirs).code is Code.SIGNATURE
    renamed = release(
        open_log(tmp_path / "renamed", by=signer(name="example.org/shop")), tmp_path / "shop"
    )
    assert refused(renamed).code is Code.SIGNATURE
    shutil.copy(theirs / "receipt.json", folder / "receipt.json")
    assert refused(folder).code is Code.SIGNATURE


def test_parts_of_two_receipts_do_not_mix(tmp_path: Path) -> None:
    log = open_log(tmp_path / "project")
    one = release(log, tmp_path / "one", release="r-1")
    two = release(log, tmp_path / "two", release="r-2")
    first = json.loads((one / "receipt.json").read_bytes())
    second = json.loads((two / "receipt.json").read_bytes())
    (one / "receipt.json").write_bytes(canonical.encode(first | {"proof": second["proof"]}))
    assert refused(one).code is Code.LOG
    # A checkpoint of the same log, but of another size than the path was made for.
    head, _, _ = first["proof"].partition("\n\n")
    _, _, note = second["proof"].partition("\n\n")
    mixed = canonical.encode(first | {"proof": f"{head}\n\n{note}"})
    (one / "receipt.json").write_bytes(mixed)
    assert refused(one).code is Code.LOG


def test_a_statement_outside_the_log_is_refused_even_if_signed(tmp_path: Path) -> None:
    """The key signs another statement, and borrows the proof of a logged one."""
    from privet.crypto.dsse import sign_envelope
    from tests.unit.ledger.issued import statement

    log = open_log(tmp_path / "project")
    made = release(log, tmp_path / "made")
    receipt = json.loads((made / "receipt.json").read_bytes())
    unlogged = canonical.encode(statement(FILES, purpose="marketing"))
    receipt["envelope"] = sign_envelope("application/vnd.in-toto+json", unlogged, signer())
    (made / "receipt.json").write_bytes(canonical.encode(receipt))
    assert refused(made).code is Code.LOG


def test_a_signed_statement_of_another_type_is_no_receipt(tmp_path: Path, folder: Path) -> None:
    from privet.crypto.dsse import sign_envelope

    receipt = json.loads((folder / "receipt.json").read_bytes())
    whole = dict(receipt)
    for kind, payload, code in (
        ("application/json", b"{}", Code.RECEIPT),
        ("application/vnd.in-toto+json", b"{}", Code.STATEMENT),
        ("application/vnd.in-toto+json", b"{ }", Code.STATEMENT),
        ("application/vnd.in-toto+json", b"\xff", Code.STATEMENT),
        ("application/vnd.in-toto+json", b"[" * 100_000, Code.STATEMENT),
        ("application/vnd.in-toto+json", b"9" * 5_000, Code.STATEMENT),
    ):
        envelope = sign_envelope(kind, payload, signer())
        (folder / "receipt.json").write_bytes(canonical.encode(whole | {"envelope": envelope}))
        assert refused(folder).code is code


def test_the_issuer_does_not_sign_what_an_auditor_would_refuse(tmp_path: Path) -> None:
    log = open_log(tmp_path / "project")
    for name in ("../up", "a/b", "receipt.json", "Receipt.JSON", "..", "", "a\nb", "a\\b"):
        with pytest.raises(IntegrityError):
            release(log, tmp_path / "x", {name: b""})
    with pytest.raises(IntegrityError, match=r"predicate\.version"):
        release(log, tmp_path / "y", version=2)


def test_a_kept_checkpoint_shows_that_history_grew_or_was_rewritten(tmp_path: Path) -> None:
    store = MemoryStore()
    log = open_log(tmp_path / "project", store)
    add(log, 10)
    kept = log.publish().note
    add(log, 300, start=10)
    made = release(log, tmp_path / "made")
    published = spill(store, tmp_path / "published")
    verify_release(made, KEY, checkpoint=kept, log=published)
    add(log, 1, start=400)
    later = log.publish().note
    verify_release(made, KEY, checkpoint=later, log=spill(store, tmp_path / "later"))
    assert refused(made, checkpoint=kept).code is Code.LOG_NEEDED

    forged_store = MemoryStore()
    forged = open_log(tmp_path / "forged", forged_store)
    add(forged, 310, start=1000)
    fake = release(forged, tmp_path / "fake")
    verify_release(fake, KEY)
    seen = refused(fake, checkpoint=kept, log=spill(forged_store, tmp_path / "fake-log"))
    assert seen.code is Code.HISTORY
    seen = refused(fake, checkpoint=kept, log=published)
    assert seen.code is Code.HISTORY
    assert refused(made, checkpoint="gossip", log=published).code is Code.LOG
