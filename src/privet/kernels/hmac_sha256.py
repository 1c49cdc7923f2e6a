"""HMAC-SHA256 of every row of an Arrow column, sixteen rows at a time.

SHA-256 (FIPS 180-4) runs in 16 lanes over flat arrays of 32-bit words, word-major: word t of lane i
is element 16 t + i. So every inner loop runs over the lanes, and LLVM makes SIMD of it. HMAC
(RFC 2104) is then a walk of each lane: the blocks of its message from the inner key state, one
block from the outer key state, the next row. Lanes walk on their own: a long value delays no other,
and all stay busy until the rows run out.

Three traps: Numba widens uint32 arithmetic to 64 bits, hence the casts; indices are unsigned,
because signed ones are checked for being negative, which ends the SIMD; and nothing is assigned to
a slice, because the message of one that does not fit takes as long to compile as all the rest.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.column_bytes import Bytes, Sizes, column_bytes
from privet.kernels.compiled import compiled

Words: TypeAlias = npt.NDArray[np.uint32]
Index: TypeAlias = "int | np.uint64"

DIGEST_BYTES = 32
_BLOCK_BYTES = 64
_LANES = 16

_INITIAL = np.frombuffer(
    bytes.fromhex("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19"), ">u4"
).astype(np.uint32)
"""FIPS 180-4, 5.3.3."""

_ROUND = np.frombuffer(
    bytes.fromhex(
        "428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5"
        "d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174"
        "e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da"
        "983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca635114292967"
        "27b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85"
        "a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070"
        "19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3"
        "748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2"
    ),
    ">u4",
).astype(np.uint32)
"""FIPS 180-4, 4.2.2."""

# Sizes as unsigned words, so that index arithmetic stays unsigned.
_0, _1, _2, _3, _4, _5, _6, _7, _8 = map(np.uint64, range(9))
_14, _15, _16, _56, _64 = map(np.uint64, (14, 15, 16, 56, 64))
_R2, _R6, _R7, _R11, _R13 = map(np.uint32, (2, 6, 7, 11, 13))
_R17, _R18, _R19, _R22, _R25 = map(np.uint32, (17, 18, 19, 22, 25))
_WORD_BITS = np.uint32(32)
_END_BIT = np.uint32(0x80000000)
_OUTER_BITS = np.uint32((_BLOCK_BYTES + DIGEST_BYTES) * 8)

# What a lane feeds into its next block.
_IDLE, _BODY, _LENGTH, _OUTER, _DONE = map(np.uint64, range(5))


def hmac_rows(key: bytes, values: pa.Array[Any]) -> Bytes:
    """What `hmac_plain.hmac_rows_plain` gives, by the kernel.

    Args:
        key: the secret, of any length.
        values: string, large_string, binary or large_binary; slices are fine.

    Raises:
        TypeError: another type of array.
    """
    data, offsets = column_bytes(values)
    digests = np.zeros(len(values) * DIGEST_BYTES, np.uint8)
    inner, outer = _key_states(key)
    _hash_rows(data, offsets, inner, outer, digests)
    rows = digests.reshape(len(values), DIGEST_BYTES)
    if values.null_count:
        rows[values.is_null().to_numpy(zero_copy_only=False)] = 0
    return rows


def warm() -> None:
    """Compile, or load from the cache, before somebody waits for rows."""
    hmac_rows(b"", pa.array([""]))


def _key_states(key: bytes) -> tuple[Words, Words]:
    """The states after the block of the inner and of the outer padded key."""
    short = hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key
    padded = np.frombuffer(short.ljust(_BLOCK_BYTES, b"\0"), np.uint8)
    state, words = np.repeat(_INITIAL, _LANES), np.zeros(_LANES * 64, np.uint32)
    for lane, pad in enumerate((0x36, 0x5C)):
        words[lane : 16 * _LANES : _LANES] = (padded ^ np.uint8(pad)).view(">u4")
    _compress(state, words, np.empty_like(state))
    lanes = state.reshape(8, _LANES)
    return lanes[:, 0].copy(), lanes[:, 1].copy()


@compiled
def _rotated(word: np.uint32, bits: np.uint32) -> np.uint32:
    return np.uint32((word >> bits) | (word << np.uint32(_WORD_BITS - bits)))


@compiled
def _round(  # noqa: PLR0917 - the eight words of the state
    a: np.uint32,
    b: np.uint32,
    c: np.uint32,
    d: np.uint32,
    e: np.uint32,
    f: np.uint32,
    g: np.uint32,
    h: np.uint32,
    term: np.uint32,
) -> tuple[np.uint32, np.uint32]:
    """One round (FIPS 180-4, 6.2.2): the new `e` and `a`; the other six words only change names."""
    choice = g ^ (e & (f ^ g))
    majority = (a & b) | (c & (a | b))
    first = np.uint32(
        h + (_rotated(e, _R6) ^ _rotated(e, _R11) ^ _rotated(e, _R25)) + choice + term
    )
    second = (_rotated(a, _R2) ^ _rotated(a, _R13) ^ _rotated(a, _R22)) + majority
    return np.uint32(d + first), np.uint32(first + second)


@compiled
def _expand(words: Words) -> None:
    """Words 16 to 63 of the message schedule, from words 0 to 15."""
    for index in range(_16 * _16, _64 * _16):
        early, late = words[index - _15 * _16], words[index - _2 * _16]
        sigma0 = _rotated(early, _R7) ^ _rotated(early, _R18) ^ np.uint32(early >> np.uint32(3))
        sigma1 = _rotated(late, _R17) ^ _rotated(late, _R19) ^ np.uint32(late >> np.uint32(10))
        words[index] = np.uint32(
            words[index - _16 * _16] + sigma0 + words[index - _7 * _16] + sigma1
        )


@compiled
def _compress(state: Words, words: Words, work: Words) -> None:
    """Take the block in words 0 to 15 of every lane into the lane's state."""
    _expand(words)
    for i in range(_8 * _16):
        work[i] = state[i]
    for t in range(_0, _64, _8):
        k0, k1, k2, k3 = _ROUND[t], _ROUND[t + _1], _ROUND[t + _2], _ROUND[t + _3]
        k4, k5, k6, k7 = _ROUND[t + _4], _ROUND[t + _5], _ROUND[t + _6], _ROUND[t + _7]
        for i in range(_16):
            w = t * _16 + i
            a, b, c, d = work[i], work[i + _16], work[i + _2 * _16], work[i + _3 * _16]
            e, f = work[i + _4 * _16], work[i + _5 * _16]
            g, h = work[i + _6 * _16], work[i + _7 * _16]
            d, h = _round(a, b, c, d, e, f, g, h, np.uint32(k0 + words[w]))
            c, g = _round(h, a, b, c, d, e, f, g, np.uint32(k1 + words[w + _16]))
            b, f = _round(g, h, a, b, c, d, e, f, np.uint32(k2 + words[w + _2 * _16]))
            a, e = _round(f, g, h, a, b, c, d, e, np.uint32(k3 + words[w + _3 * _16]))
            h, d = _round(e, f, g, h, a, b, c, d, np.uint32(k4 + words[w + _4 * _16]))
            g, c = _round(d, e, f, g, h, a, b, c, np.uint32(k5 + words[w + _5 * _16]))
            f, b = _round(c, d, e, f, g, h, a, b, np.uint32(k6 + words[w + _6 * _16]))
            e, a = _round(b, c, d, e, f, g, h, a, np.uint32(k7 + words[w + _7 * _16]))
            work[i], work[i + _16], work[i + _2 * _16], work[i + _3 * _16] = a, b, c, d
            work[i + _4 * _16], work[i + _5 * _16] = e, f
            work[i + _6 * _16], work[i + _7 * _16] = g, h
    for i in range(_8 * _16):
        state[i] = np.uint32(state[i] + work[i])


@compiled
def _word(data: Bytes, at: Index) -> np.uint32:
    """The big-endian word at byte `at`."""
    high = (np.uint32(data[at]) << np.uint32(24)) | (np.uint32(data[at + _1]) << np.uint32(16))
    low = (np.uint32(data[at + _2]) << np.uint32(8)) | np.uint32(data[at + _3])
    return np.uint32(high | low)


@compiled
def _load_tail(words: Words, lane: Index, data: Bytes, at: Index, left: np.uint64) -> None:
    """The last `left` < 64 bytes of a message, the end bit, zeros."""
    whole = left >> _2
    for t in range(whole):
        words[t * _16 + lane] = _word(data, at + (t << _2))
    rest = np.uint32(0)
    for i in range(left & _3):
        rest = np.uint32((rest << np.uint32(8)) | data[at + (whole << _2) + i])
    gap = np.uint32((_3 - (left & _3)) << _3)
    rest = np.uint32(((rest << np.uint32(8)) | np.uint32(0x80)) << gap)
    words[whole * _16 + lane] = rest
    for t in range(whole + _1, _16):
        words[t * _16 + lane] = np.uint32(0)


@compiled
def _load_length(words: Words, lane: Index, size: np.uint64) -> None:
    """The length of padded key and message, in bits, into words 14 and 15."""
    bits = (size + _64) << _3
    words[_14 * _16 + lane] = np.uint32(bits >> np.uint64(32))
    words[_15 * _16 + lane] = np.uint32(bits & np.uint64(0xFFFFFFFF))


@compiled
def _load_outer(words: Words, lane: Index, state: Words, outer: Words) -> None:
    """The inner digest as the message of the outer hash."""
    for t in range(_8):
        words[t * _16 + lane] = state[t * _16 + lane]
        state[t * _16 + lane] = outer[t]
        words[(t + _8) * _16 + lane] = np.uint32(0)
    words[_8 * _16 + lane] = _END_BIT
    words[_15 * _16 + lane] = _OUTER_BITS


@compiled
def _store(digests: Bytes, row: np.uint64, state: Words, lane: Index) -> None:
    """A lane's state as the big-endian digest of its row."""
    at = row << _5
    for t in range(_8):
        word = state[t * _16 + lane]
        digests[at + (t << _2)] = np.uint8(word >> np.uint32(24))
        digests[at + (t << _2) + _1] = np.uint8((word >> np.uint32(16)) & np.uint32(0xFF))
        digests[at + (t << _2) + _2] = np.uint8((word >> np.uint32(8)) & np.uint32(0xFF))
        digests[at + (t << _2) + _3] = np.uint8(word & np.uint32(0xFF))


@compiled
def _begin(state: Words, lane: Index, inner: Words) -> None:
    for t in range(_8):
        state[t * _16 + lane] = inner[t]


@compiled
def _feed(  # noqa: PLR0917 - Numba wants plain arguments
    words: Words, lane: Index, data: Bytes, at: Index, left: np.uint64, size: np.uint64
) -> np.uint64:
    """Load the next block of a message; what the lane has to load after it."""
    if left >= _64:
        for t in range(_16):
            words[t * _16 + lane] = _word(data, at + (t << _2))
        return _BODY
    _load_tail(words, lane, data, at, left)
    if left >= _56:  # no room for the length
        return _LENGTH
    _load_length(words, lane, size)
    return _OUTER


@compiled
def _hash_rows(data: Bytes, offsets: Sizes, inner: Words, outer: Words, digests: Bytes) -> None:
    """Walk every lane through the rows; one that finds no row left hashes on for nobody."""
    rows = np.uint64(len(offsets)) - _1
    state, work = np.zeros(128, np.uint32), np.zeros(128, np.uint32)
    words = np.zeros(1024, np.uint32)
    row, at = np.zeros(16, np.uint64), np.zeros(16, np.uint64)
    phase = np.zeros(16, np.uint64)  # _IDLE
    begun = done = _0
    while done < rows:
        for lane in range(_16):
            if phase[lane] == _IDLE and begun < rows:
                phase[lane], row[lane], at[lane] = _BODY, begun, offsets[begun]
                _begin(state, lane, inner)
                begun += _1
            if phase[lane] == _BODY:
                end = offsets[row[lane] + _1]
                size = end - offsets[row[lane]]
                phase[lane] = _feed(words, lane, data, at[lane], end - at[lane], size)
                at[lane] += _64
            elif phase[lane] == _LENGTH:
                for t in range(_16):
                    words[t * _16 + lane] = np.uint32(0)
                _load_length(words, lane, offsets[row[lane] + _1] - offsets[row[lane]])
                phase[lane] = _OUTER
            elif phase[lane] == _OUTER:
                _load_outer(words, lane, state, outer)
                phase[lane] = _DONE
        _compress(state, words, work)
        for lane in range(_16):
            if phase[lane] == _DONE:
                _store(digests, row[lane], state, lane)
                phase[lane] = _IDLE
                done += _1
