"""Whatever bytes are in a release folder, the verifier says no in its own words, or yes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.crypto.dsse import sign_envelope
from privet.model import canonical
from privet.model.errors import IntegrityError
from privet_verify import VerificationError, verify_release
from privet_verify.canonical import decode_json
from privet_verify.statement import parse_statement
from tests.unit.ledger.issued import FILES, KEY, add, open_log, release, signer, statement

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    folder = tmp_path_factory.mktemp("fuzz")
    log = open_log(folder / "project")
    add(log, 5)
    made = release(log, folder / "release")
    return made, (made / "receipt.json").read_bytes()


def refuse(folder: Path, data: bytes) -> None:
    (folder / "receipt.json").write_bytes(data)
    with pytest.raises(VerificationError):
        verify_release(folder, KEY)


@settings(max_examples=400)
@given(st.data())
def test_flips_cuts_and_splices_of_a_receipt(made: tuple[Path, bytes], data: st.DataObject) -> None:
    folder, whole = made
    start = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(0, 40))
    changed = whole[:start] + data.draw(st.binary(max_size=40)) + whole[start + length :]
    if changed != whole:
        refuse(folder, changed)


@settings(max_examples=200)
@given(st.data())
def test_any_json_in_any_place_of_a_receipt(made: tuple[Path, bytes], data: st.DataObject) -> None:
    folder, whole = made
    receipt = json.loads(whole)
    places = [
        (receipt, "mediaType"),
        (receipt, "envelope"),
        (receipt, "proof"),
        (receipt["envelope"], "payload"),
        (receipt["envelope"], "payloadType"),
        (receipt["envelope"], "signatures"),
        (receipt["envelope"]["signatures"][0], "keyid"),
        (receipt["envelope"]["signatures"][0], "sig"),
        (receipt, "more"),
    ]
    holder, name = data.draw(st.sampled_from(places))
    holder[name] = data.draw(json_values)
    refuse(folder, canonical.encode(receipt))


@settings(max_examples=200)
@given(st.data())
def test_any_json_in_any_place_of_a_signed_statement(
    made: tuple[Path, bytes], data: st.DataObject
) -> None:
    """Even the holder of the key cannot crash the verifier."""
    folder, whole = made
    changed = statement(FILES)
    holder = changed
    while True:
        name = data.draw(st.sampled_from(sorted(holder)))
        if not isinstance(holder[name], dict) or data.draw(st.booleans()):
            break
        if not holder[name]:
            break
        holder = holder[name]
    holder[name] = data.draw(json_values)
    payload = canonical.encode(changed)
    envelope = sign_envelope("application/vnd.in-toto+json", payload, signer())
    if payload != canonical.encode(statement(FILES)):
        refuse(folder, canonical.encode(json.loads(whole) | {"envelope": envelope}))


@settings(max_examples=200)
@given(json_values)
def test_any_json_as_a_statement(value: object) -> None:
    with pytest.raises(VerificationError):
        parse_statement(canonical.encode(value))  # type: ignore[arg-type]


@settings(max_examples=300)
@given(json_values | st.binary(max_size=30))
def test_both_packages_agree_on_what_is_canonical(value: object) -> None:
    data = value if isinstance(value, bytes) else canonical.encode(value)  # type: ignore[arg-type]
    try:
        expected = canonical.decode(data)
    except IntegrityError:
        with pytest.raises(ValueError, match=r"."):
            decode_json(data)
    else:
        assert decode_json(data) == expected
