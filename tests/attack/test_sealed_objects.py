"""Whoever holds the sealed bytes, but no key, can make no other object of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privet.crypto.segments import FIRST_PLAIN, HEADER, PLAIN, SEGMENT
from privet.crypto.streaming import SealedReader, seal, unseal
from privet.crypto.wrapping import unwrap, wrap
from privet.model.errors import IntegrityError
from tests.world import SeededEntropy

KEY = bytes(range(32))
NAME = b"customers|object-7"
MARK = b"ada.lovelace@example.org"
PLAINTEXT = MARK * 100_000
SEALED = seal(PLAINTEXT, KEY, NAME, SeededEntropy())


def flipped(data: bytes, offset: int) -> bytes:
    changed = bytearray(data)
    changed[offset] ^= 0x01
    return bytes(changed)


@pytest.mark.parametrize(
    "offset",
    [0, 1, 20, 33, 39, HEADER, HEADER + 100, SEGMENT - 1, SEGMENT, 2 * SEGMENT + 5, -17, -1],
)
def test_a_flipped_byte_anywhere(offset: int) -> None:
    with pytest.raises(IntegrityError):
        unseal(flipped(SEALED, offset), KEY, NAME)


def test_every_byte_of_a_small_object() -> None:
    sealed = seal(b"secret", KEY, NAME, SeededEntropy())
    for offset in range(len(sealed)):
        with pytest.raises(IntegrityError):
            unseal(flipped(sealed, offset), KEY, NAME)


@pytest.mark.parametrize(
    "size",
    [0, 1, HEADER, HEADER + 15, HEADER + 16, SEGMENT - 1, SEGMENT, SEGMENT + 16, len(SEALED) - 1],
)
def test_a_cut_object_is_refused_at_open(size: int) -> None:
    cut = SEALED[:size]
    with pytest.raises(IntegrityError):
        SealedReader(lambda start, length: cut[start : start + length], size, KEY, NAME)


@pytest.mark.parametrize("extra", [b"\0", bytes(16), SEALED[-16:], SEALED[SEGMENT:]])
def test_appended_bytes(extra: bytes) -> None:
    with pytest.raises(IntegrityError):
        unseal(SEALED + extra, KEY, NAME)


def _swap(data: bytes) -> bytes:
    return data[:SEGMENT] + data[2 * SEGMENT : 3 * SEGMENT] + data[SEGMENT : 2 * SEGMENT]


def _repeat(data: bytes) -> bytes:
    return data[:SEGMENT] + data[SEGMENT : 2 * SEGMENT] * 2 + data[3 * SEGMENT :]


def _drop(data: bytes) -> bytes:
    return data[:SEGMENT] + data[2 * SEGMENT :]


@pytest.mark.parametrize("change", [_swap, _repeat, _drop])
def test_segments_moved_repeated_or_dropped(change: Callable[[bytes], bytes]) -> None:
    sealed = seal(bytes(FIRST_PLAIN + 3 * PLAIN), KEY, NAME, SeededEntropy())
    with pytest.raises(IntegrityError):
        unseal(change(sealed), KEY, NAME)


def test_the_segment_of_another_object() -> None:
    other = seal(PLAINTEXT, KEY, NAME, SeededEntropy(seed=1))
    with pytest.raises(IntegrityError):
        unseal(SEALED[:SEGMENT] + other[SEGMENT:], KEY, NAME)


def test_another_key_or_name() -> None:
    with pytest.raises(IntegrityError):
        unseal(SEALED, bytes(32), NAME)
    with pytest.raises(IntegrityError):
        unseal(SEALED, KEY, b"customers|object-8")


def test_a_store_that_says_one_size_and_gives_another() -> None:
    with pytest.raises(IntegrityError, match="recorded size"):
        SealedReader(
            lambda start, length: SEALED[start : start + length - 1], len(SEALED), KEY, NAME
        )


def test_a_change_after_the_open_is_found_by_the_read_that_meets_it() -> None:
    data = bytearray(SEALED)
    file = SealedReader(
        lambda start, length: bytes(data[start : start + length]), len(data), KEY, NAME
    )
    data[SEGMENT + 9] ^= 1
    assert file.read(100) == PLAINTEXT[:100]
    file.seek(SEGMENT)
    with pytest.raises(IntegrityError):
        file.read(1)


def test_nothing_of_the_plaintext_or_key_is_in_the_object_or_in_an_error() -> None:
    assert MARK not in SEALED
    with pytest.raises(IntegrityError) as caught:
        unseal(flipped(SEALED, SEGMENT), KEY, NAME)
    assert "ada" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_wrapped_keys_open_only_where_they_belong() -> None:
    wrapped = wrap(KEY, b"k" * 32, b"dataset|a|1", SeededEntropy())
    assert unwrap(KEY, wrapped, b"dataset|a|1") == b"k" * 32
    for key, blob, name in [
        (bytes(32), wrapped, b"dataset|a|1"),
        (KEY, wrapped, b"dataset|b|1"),
        (KEY, wrapped[:-1], b"dataset|a|1"),
        (KEY, b"\x02" + wrapped[1:], b"dataset|a|1"),
        (KEY, b"", b"dataset|a|1"),
    ]:
        with pytest.raises(IntegrityError):
            unwrap(key, blob, name)
    for offset in range(len(wrapped)):
        with pytest.raises(IntegrityError):
            unwrap(KEY, flipped(wrapped, offset), b"dataset|a|1")
