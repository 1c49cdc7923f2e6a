"""Sealed objects behave as files do, whatever is written, sought and read."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.crypto.segments import (
    FIRST_PLAIN,
    PLAIN,
    SEGMENT,
    extent,
    locate,
    plain_size,
    sealed_size,
    segment_count,
)
from privet.crypto.streaming import SealedReader, SealingWriter, seal, unseal
from privet.crypto.wrapping import unwrap, wrap
from privet.model.errors import IntegrityError
from tests.world import SeededEntropy

KEY = bytes(range(32))
DATA = bytes(range(256)) * 12_000
SEALED = seal(DATA, KEY, b"name", SeededEntropy())


@given(st.integers(0, 10 * SEGMENT))
def test_sizes_go_both_ways(size: int) -> None:
    sealed = sealed_size(size)
    assert plain_size(sealed) == size
    assert segment_count(sealed) == (locate(size - 1)[0] + 1 if size else 1)


@given(st.integers(0, 10 * SEGMENT))
def test_a_place_is_inside_its_segment(position: int) -> None:
    index, offset = locate(position)
    assert 0 <= offset < (PLAIN if index else FIRST_PLAIN)
    before = FIRST_PLAIN + (index - 1) * PLAIN if index else 0
    assert before + offset == position
    assert extent(index) + offset < (index + 1) * SEGMENT


@given(st.lists(st.integers(0, 700_000), max_size=8))
@settings(max_examples=30)
def test_any_pieces_come_back_whole(sizes: list[int]) -> None:
    sink = io.BytesIO()
    with SealingWriter(sink, KEY, b"name", SeededEntropy()) as writer:
        for size in sizes:
            writer.write(memoryview(DATA)[:size])
    assert unseal(sink.getvalue(), KEY, b"name") == b"".join(DATA[:size] for size in sizes)


offsets = st.integers(0, len(DATA) + 10) | st.sampled_from(
    [FIRST_PLAIN - 1, FIRST_PLAIN, FIRST_PLAIN + PLAIN - 1, FIRST_PLAIN + PLAIN, len(DATA)]
)


@given(st.lists(st.tuples(offsets, st.integers(-1, 2 * SEGMENT)), max_size=10))
def test_reads_anywhere_are_those_of_the_plain_bytes(reads: list[tuple[int, int]]) -> None:
    file = SealedReader(lambda start, size: SEALED[start : start + size], len(SEALED), KEY, b"name")
    plain = io.BytesIO(DATA)
    for offset, size in reads:
        file.seek(offset)
        plain.seek(offset)
        assert file.read(size) == plain.read(size)


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
@settings(max_examples=40)
def test_no_changed_byte_opens(offset: int, change: int) -> None:
    changed = bytearray(SEALED)
    changed[offset] ^= change
    with pytest.raises(IntegrityError):
        unseal(changed, KEY, b"name")


@given(st.integers(0, len(SEALED) - 1))
def test_no_cut_object_opens(size: int) -> None:
    with pytest.raises(IntegrityError):
        SealedReader(
            lambda start, count: SEALED[start : min(start + count, size)], size, KEY, b"name"
        )


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_a_wrapped_key_comes_back(key: bytes, name: bytes) -> None:
    assert unwrap(KEY, wrap(KEY, key, name, SeededEntropy()), name) == key
