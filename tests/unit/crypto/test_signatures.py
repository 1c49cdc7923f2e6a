"""Ed25519, signed notes and DSSE against published vectors and independent recomputation."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privet.crypto.dsse import pre_authentication_encoding, sign_envelope
from privet.crypto.notes import NoteSigner, sign_note
from privet.crypto.signing import SigningKey, VerifyKey
from privet.model.errors import IntegrityError
from tests.world import SeededEntropy

# The example of golang.org/x/mod/sumdb/note, from which C2SP signed-note was written.
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_SIGNATURE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)

SIGNER = NoteSigner("example.org/clinic", SigningKey.from_seed(bytes(range(32))))


def test_rfc_8032_vector_1() -> None:
    key = SigningKey.from_seed(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert key.public.raw.hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    assert key.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


def test_verifying_raises_and_returns_nothing() -> None:
    key = SigningKey.generate(SeededEntropy())
    key.public.verify(key.sign(b"text"), b"text")
    for signature, data in [(key.sign(b"text"), b"Text"), (bytes(64), b"text"), (b"", b"text")]:
        with pytest.raises(IntegrityError):
            key.public.verify(signature, data)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey.from_seed(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        VerifyKey(b"short")


def test_no_repr_shows_a_seed() -> None:
    seed = b"0123456789abcdef0123456789abcdef"
    signer = NoteSigner("n", SigningKey.from_seed(seed))
    assert "0123" not in repr(signer) + repr(signer.key)


def test_the_note_of_the_go_example() -> None:
    signer = NoteSigner("PeterNeumann", SigningKey.from_seed(GO_SEED))
    assert signer.verifier_key() == GO_VERIFIER
    assert signer.key_id == "PeterNeumann+c74f20a3"
    assert sign_note(GO_TEXT, signer) == f"{GO_TEXT}\n— PeterNeumann {GO_SIGNATURE}\n"


def test_a_note_recomputed_from_the_spec() -> None:
    name, hashed, encoded = SIGNER.verifier_key().split("+", 2)
    kind_and_key = base64.b64decode(encoded)
    assert kind_and_key[:1] == b"\x01"
    assert hashed == hashlib.sha256(name.encode() + b"\n" + kind_and_key).hexdigest()[:8]
    text, line = sign_note("a\n\nb\n", SIGNER).rsplit("\n\n", 1)
    dash, signed_by, signature = line.removesuffix("\n").split(" ")
    raw = base64.b64decode(signature)
    assert (dash, signed_by, raw[:4].hex()) == ("—", name, hashed)
    Ed25519PublicKey.from_public_bytes(kind_and_key[1:]).verify(raw[4:], (text + "\n").encode())


@pytest.mark.parametrize("text", ["", "no end", "tab\there\n", "return\r\n"])
def test_text_that_is_no_note(text: str) -> None:
    with pytest.raises(ValueError, match="note"):
        sign_note(text, SIGNER)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a\0"])
def test_names_that_the_spec_refuses(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        NoteSigner(name, SIGNER.key)


def test_the_encoding_of_the_dsse_spec() -> None:
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_lengths_count_bytes_and_not_characters() -> None:
    assert pre_authentication_encoding("é", "ü".encode()) == "DSSEv1 2 é 2 ü".encode()


def test_an_envelope_verifies_by_the_public_key_alone() -> None:
    envelope = sign_envelope("application/vnd.in-toto+json", b'{"a":1}', SIGNER)
    (signature,) = envelope["signatures"]
    assert signature["keyid"] == SIGNER.key_id
    payload = base64.b64decode(envelope["payload"])
    signed = b"DSSEv1 28 application/vnd.in-toto+json 7 " + payload
    Ed25519PublicKey.from_public_bytes(SIGNER.key.public.raw).verify(
        base64.b64decode(signature["sig"]), signed
    )
    assert payload == b'{"a":1}'
