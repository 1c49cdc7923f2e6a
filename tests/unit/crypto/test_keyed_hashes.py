"""HMAC and HKDF against the vectors of their RFCs."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from privet.crypto.mac import derive_key, hmac_sha256


def test_rfc_4231_case_2() -> None:
    digest = hmac_sha256(b"Jefe", b"what do ya want for nothing?")
    assert digest.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_derived_key_is_the_first_block_of_hkdf_expand() -> None:
    root = bytes(range(32))
    info = b"privet/v1/token"
    assert derive_key(root, "token") == hmac.digest(root, info + b"\x01", hashlib.sha256)


def test_labels_and_roots_separate_keys() -> None:
    root = bytes(range(32))
    keys = {derive_key(root, "a"), derive_key(root, "b"), derive_key(bytes(32), "a")}
    assert len(keys) == 3


@pytest.mark.parametrize(("root", "label"), [(b"short", "a"), (bytes(32), "")])
def test_a_weak_call_is_refused(root: bytes, label: str) -> None:
    with pytest.raises(ValueError, match="key"):
        derive_key(root, label)
