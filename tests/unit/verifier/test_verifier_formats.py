"""Each format against the examples of its specification, and against what it must refuse."""

from __future__ import annotations

import base64

import pytest

from privet.crypto.notes import sign_note
from privet_verify import Code, VerificationError
from privet_verify.canonical import decode_base64, decode_json
from privet_verify.checkpoint import checkpoint_text, open_checkpoint, parse_decimal
from privet_verify.dsse import open_envelope, pre_authentication_encoding
from privet_verify.notes import VerifierKey, open_note
from privet_verify.proof import Proof
from privet_verify.tiles import tile_path, tile_width
from tests.unit.ledger.issued import KEY, ORIGIN, signer

# The example of the signed-note specification.
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n"
    "\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def test_the_specifications_note_opens_under_its_key() -> None:
    key = VerifierKey.parse(SPEC_KEY)
    assert key.label == "example.com/foo+530d903a"
    assert open_note(SPEC_NOTE, key) == "This is an example message.\n"


def test_signatures_of_other_keys_are_passed_over() -> None:
    key = VerifierKey.parse(SPEC_KEY)
    other = "— witness.example " + base64.b64encode(b"\0" * 76).decode() + "\n"
    same_name = "— example.com/foo " + base64.b64encode(b"\0" * 76).decode() + "\n"
    assert open_note(SPEC_NOTE + other + same_name, key) == "This is an example message.\n"


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "text\n",
        SPEC_NOTE.rstrip("\n"),
        SPEC_NOTE.replace("\n\n", "\n"),
        SPEC_NOTE.replace("— ", "- "),
        SPEC_NOTE.replace("example message", "example\tmessage"),
        SPEC_NOTE.replace("example message", "example \udc80"),
        SPEC_NOTE + "\n",
        SPEC_NOTE + "— a+b AAAAAAA=\n",
        SPEC_NOTE + "— a AAAA\n",
        SPEC_NOTE + "— a !\n",
        SPEC_NOTE + "— a AAAAAAA=\n" * 64,
        "x" * (1 << 20) + SPEC_NOTE,
    ],
)
def test_what_is_no_note(note: str) -> None:
    with pytest.raises(VerificationError) as caught:
        open_note(note, VerifierKey.parse(SPEC_KEY))
    assert caught.value.code is Code.LOG


def test_a_changed_note_is_refused_by_its_signature() -> None:
    for note in (SPEC_NOTE.replace("This", "That"), SPEC_NOTE.replace("aQM=", "aQI=")):
        with pytest.raises(VerificationError) as caught:
            open_note(note, VerifierKey.parse(SPEC_KEY))
        assert caught.value.code is Code.SIGNATURE


def test_a_bad_signature_of_a_known_key_spoils_the_whole_note() -> None:
    line = SPEC_NOTE.splitlines()[-1]
    bad = line.replace("aQM=", "aQI=")
    with pytest.raises(VerificationError) as caught:
        open_note(SPEC_NOTE + bad + "\n", VerifierKey.parse(SPEC_KEY))
    assert caught.value.code is Code.SIGNATURE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "a+b",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        SPEC_KEY.replace("foo", "fob"),
        SPEC_KEY.replace("foo", "f o"),
        SPEC_KEY.replace("530d903a", "530D903A"),
        SPEC_KEY.replace("530d903a", "530d 903a"),
        SPEC_KEY[:-1],
        SPEC_KEY + "\n",
        SPEC_KEY.replace("Aeky", "Beky"),
        "n\udc80+00000000+AA==",
    ],
)
def test_what_is_no_verifier_key(text: str) -> None:
    with pytest.raises(VerificationError) as caught:
        VerifierKey.parse(text)
    assert caught.value.code is Code.KEY
    assert caught.value.code.exit_code == 2


def test_a_signed_note_that_is_no_checkpoint_of_the_keys_log() -> None:
    with pytest.raises(VerificationError) as caught:
        open_checkpoint(SPEC_NOTE, VerifierKey.parse(SPEC_KEY))
    assert caught.value.code is Code.LOG


def test_a_checkpoint_signed_under_another_name_than_its_origin() -> None:
    key = VerifierKey.parse(KEY)
    for origin, code in ((ORIGIN, None), ("example.org/shop", Code.LOG)):
        note = sign_note(checkpoint_text(origin, 7, bytes(32)), signer())
        if code is None:
            assert open_checkpoint(note, key).size == 7
            continue
        with pytest.raises(VerificationError, match="another log") as caught:
            open_checkpoint(note, key)
        assert caught.value.code is code


def test_pre_authentication_encoding_is_that_of_the_dsse_specification() -> None:
    assert (
        pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pre_authentication_encoding("é", b"") == "DSSEv1 2 é 0 ".encode()


@pytest.mark.parametrize("envelope", [None, [], {}, {"payload": "", "payloadType": "t"}])
def test_what_is_no_envelope(envelope: object) -> None:
    with pytest.raises(VerificationError) as caught:
        open_envelope(envelope, "t", VerifierKey.parse(SPEC_KEY))  # type: ignore[arg-type]
    assert caught.value.code is Code.RECEIPT


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (63, 1234067, 256, "tile/63/x001/x234/067"),
        (1, 999, 17, "tile/1/999.p/17"),
        ("entries", 1000, 1, "tile/entries/x001/000.p/1"),
    ],
)
def test_tile_paths_are_those_of_the_specification(
    level: int | str, index: int, width: int, path: str
) -> None:
    assert tile_path(level, index, width) == path


def test_tile_widths_are_those_of_the_specification() -> None:
    size = 70_000
    assert [tile_width(0, index, size) for index in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tile_width(1, index, size) for index in (0, 1, 2)] == [256, 17, 0]
    assert tile_width(2, 0, size) == 1
    assert tile_width(3, 0, size) == 0
    assert (tile_width(0, 0, 256), tile_width(1, 0, 256)) == (256, 1)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b" 1", b"1 ", b"1.0", b"1e2", b"NaN", b"-0", b"01", b"9007199254740992"),
        *(b'{"b":1,"a":1}', b'{"a":1,"a":1}', b'{"a": 1}', '{"é":1}'.encode(), b"[" * 9000),
        *(b'"\\u0041"', b'"\\/"', b'"\xff"', b'"\\ud800"', "1".encode("utf-16"), b"\xef\xbb\xbf1"),
    ],
)
def test_json_has_one_spelling(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_json(data)


@pytest.mark.parametrize("text", ["AA", "AA=", "AB==", "A A=", "AA==\n", "é", "-_==", "=AA="])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_base64(text)
    assert decode_base64("AA==") == b"\0"


@pytest.mark.parametrize("text", ["", "-1", "+1", "01", " 1", "1\n", "٣", "1_0", "9" * 19])
def test_decimals_have_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        parse_decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n" + SPEC_NOTE,
        "c2sp.org/tlog-proof@v2\nextra AA==\nindex 0\n\n" + SPEC_NOTE,
        "c2sp.org/tlog-proof@v1\nextra AA==\nindex 00\n\n" + SPEC_NOTE,
        "c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\nAA==\n\n" + SPEC_NOTE,
        "c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n" + ("A" * 43 + "=\n") * 64 + "\n",
    ],
)
def test_what_is_no_proof(text: str) -> None:
    with pytest.raises(VerificationError) as caught:
        Proof.parse(text)
    assert caught.value.code is Code.LOG
