"""Whatever is signed here opens with the auditor's package, and with nothing changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.crypto.dsse import sign_envelope
from privet.crypto.notes import NoteSigner, sign_note
from privet.crypto.signing import SigningKey
from privet_verify import VerificationError
from privet_verify.dsse import open_envelope
from privet_verify.notes import VerifierKey, open_note

SIGNER = NoteSigner("example.org/clinic", SigningKey.from_seed(bytes(range(32))))
KEY = VerifierKey.parse(SIGNER.verifier_key())
STRANGER = NoteSigner("example.org/clinic", SigningKey.from_seed(bytes(32)))

lines = st.lists(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"))), min_size=1)
texts = lines.map(lambda parts: "\n".join(parts) + "\n")


@given(texts)
def test_a_note_opens(text: str) -> None:
    assert open_note(sign_note(text, SIGNER), KEY) == text


@given(texts, st.data())
def test_a_changed_note_does_not(text: str, data: st.DataObject) -> None:
    note = sign_note(text, SIGNER)
    place = data.draw(st.integers(0, len(note) - 1))
    changed = note[:place] + ("x" if note[place] != "x" else "y") + note[place + 1 :]
    with pytest.raises(VerificationError):
        open_note(changed, KEY)


@given(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1), st.binary())
def test_an_envelope_opens_as_what_it_was_signed_as(kind: str, payload: bytes) -> None:
    envelope = dict(sign_envelope(kind, payload, SIGNER))
    assert open_envelope(envelope, kind, KEY) == payload
    with pytest.raises(VerificationError):
        open_envelope(envelope, kind + "x", KEY)
    with pytest.raises(VerificationError):
        open_envelope({**envelope, "payloadType": kind + "x"}, kind + "x", KEY)


def test_another_key_of_the_same_name_opens_nothing() -> None:
    with pytest.raises(VerificationError):
        open_note(sign_note("text\n", STRANGER), KEY)
    with pytest.raises(VerificationError):
        open_envelope(dict(sign_envelope("kind", b"payload", STRANGER)), "kind", KEY)
