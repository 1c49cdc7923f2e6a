"""The committed vectors of `spec/log` and `spec/receipt`: made again, and checked from scratch."""

from __future__ import annotations

import base64
import hashlib
import json
import runpy
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privet_verify import verify_release
from privet_verify.checkpoint import open_checkpoint
from privet_verify.history import check_history
from privet_verify.notes import VerifierKey
from privet_verify.tiles import folder_reader, subtrees_from_tiles
from privet_verify.tree import consistency_path, inclusion_path

SPEC = Path(__file__).parents[3] / "spec"
LOG = SPEC / "log" / "vectors"
RELEASE = SPEC / "receipt" / "vectors" / "release"
KEY = (LOG / "key").read_text(encoding="utf-8").strip()
PROOFS = json.loads((LOG / "proofs.json").read_bytes())
SIZES = sorted({proof["size"] for proof in PROOFS["inclusion"]})


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, on its own: nothing of ours is used."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


@pytest.fixture(scope="module")
def leaves() -> list[bytes]:
    found = []
    for name in ("000", "001.p/44"):
        data = (LOG / "published" / "tile" / "entries" / name).read_bytes()
        while data:
            length = int.from_bytes(data[:2], "big")
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
    return found


def test_the_script_makes_the_same_bytes_again(tmp_path: Path) -> None:
    runpy.run_path(str(SPEC / "log" / "make_vectors.py"))["main"](tmp_path)
    for kept in (LOG, SPEC / "receipt" / "vectors"):
        made = tmp_path / kept.relative_to(SPEC)
        files = {path.relative_to(kept) for path in kept.rglob("*") if path.is_file()}
        assert files == {path.relative_to(made) for path in made.rglob("*") if path.is_file()}
        assert all((kept / name).read_bytes() == (made / name).read_bytes() for name in files)


@pytest.mark.parametrize("size", SIZES)
def test_each_checkpoint_is_signed_over_the_root_of_its_entries(
    size: int, leaves: list[bytes]
) -> None:
    note = (LOG / "published" / "checkpoints" / f"{size:016d}").read_text(encoding="utf-8")
    text, _, signatures = note.partition("\n\n")
    origin, stated, root = text.split("\n")
    assert (origin, int(stated)) == ("privet.example/vectors", size)
    assert base64.b64decode(root) == mth(leaves[:size])
    _, name, signature = signatures.split()
    assert name == origin
    public = base64.b64decode(KEY.split("+", 2)[2])[1:]
    Ed25519PublicKey.from_public_bytes(public).verify(
        base64.b64decode(signature)[4:], f"{text}\n".encode()
    )


def test_tiles_hold_the_hashes_of_the_entries(leaves: list[bytes]) -> None:
    tile = LOG / "published" / "tile"
    hashes = [mth([leaf]) for leaf in leaves]
    assert (tile / "0" / "000").read_bytes() == b"".join(hashes[:256])
    assert (tile / "0" / "001.p" / "44").read_bytes() == b"".join(hashes[256:300])
    assert (tile / "1" / "000.p" / "1").read_bytes() == mth(leaves[:256])


def test_the_proofs_come_out_of_the_published_tiles(leaves: list[bytes]) -> None:
    at = subtrees_from_tiles(300, folder_reader(LOG / "published"))
    for proof in PROOFS["inclusion"]:
        path = [item.hex() for item in inclusion_path(proof["index"], proof["size"], at)]
        assert path == proof["path"]
    for proof in PROOFS["consistency"]:
        path = [item.hex() for item in consistency_path(proof["old"], proof["new"], at)]
        assert path == proof["path"]


@pytest.mark.parametrize("size", SIZES)
def test_the_release_verifies_beside_every_checkpoint(size: int) -> None:
    note = (LOG / "published" / "checkpoints" / f"{size:016d}").read_text(encoding="utf-8")
    verified = verify_release(RELEASE, KEY, checkpoint=note, log=LOG / "published")
    assert (verified.index, verified.checkpoint.size) == (99, 100)
    newest = (LOG / "published" / "checkpoint").read_text(encoding="utf-8")
    key = VerifierKey.parse(KEY)
    check_history(open_checkpoint(note, key), open_checkpoint(newest, key), LOG / "published")


def test_the_receipt_checks_out_by_hand(leaves: list[bytes]) -> None:
    """Signature, files, entry and place in the log, with the standard library and one signature."""
    receipt = json.loads((RELEASE / "receipt.json").read_bytes())
    envelope = receipt["envelope"]
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    signed = b" ".join([b"DSSEv1", b"%d" % len(kind), kind, b"%d" % len(payload), payload])
    public = base64.b64decode(KEY.split("+", 2)[2])[1:]
    Ed25519PublicKey.from_public_bytes(public).verify(
        base64.b64decode(envelope["signatures"][0]["sig"]), signed
    )
    for subject in json.loads(payload)["subject"]:
        data = (RELEASE / subject["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == subject["digest"]["sha256"]
    header, extra, index, *path = receipt["proof"].partition("\n\n")[0].split("\n")
    leaf = base64.b64decode(extra.removeprefix("extra "))
    assert (header, index, leaf) == ("c2sp.org/tlog-proof@v1", "index 99", leaves[99])
    assert json.loads(leaf)["body"]["statement"] == hashlib.sha256(payload).hexdigest()
    assert len(path) == 4  # 99 of 100: the last of a subtree of 4, beside 32 and 64 others
    assert base64.b64decode(path[-1]) == mth(leaves[:64])
