"""The loops of the row hash, compiled; `privet.kernels.row_hash` says what they compute."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from privet.kernels.compiled import compiled

Words: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Offsets: TypeAlias = npt.NDArray[np.signedinteger[Any]]

_0, _1, _3, _8, _16 = map(np.uint64, (0, 1, 3, 8, 16))
_intrinsic: Any = intrinsic  # its types know nothing of the first parameter, which Numba fills
_make_array: Any = make_array
_WORD, _WIDE = ir.IntType(64), ir.IntType(128)


class CompiledLoops:
    """The loops at compiled speed."""

    def fold_words(self, state: Words, words: Words, valid: Flags, secret: Words) -> None:
        """Fold in one word per row."""
        _fold_words(state, np.ascontiguousarray(words), valid, secret)

    def fold_bytes(
        self, state: Words, data: Bytes, offsets: Offsets, valid: Flags, secret: Words
    ) -> None:
        """Fold in the bytes from `offsets[row]` to `offsets[row + 1]`."""
        _fold_bytes(state, data, offsets, valid, secret)

    def fold_lists(self, state: Words, items: Words, offsets: Words, secret: Words) -> None:
        """Fold in the words from `offsets[row]` to `offsets[row + 1]`."""
        _fold_lists(state, items, offsets, secret)

    def finish(self, state: Words, secret: Words) -> None:
        """Mix once more."""
        _finish(state, secret)


@_intrinsic
def fold(_: Any, left: Any, right: Any) -> Any:  # noqa: ARG001
    """The 128-bit product of two words, its halves added without carry: one instruction or two."""

    def generate(_: Any, builder: Any, __: Any, words: Any) -> Any:
        product = builder.mul(*(builder.zext(word, _WIDE) for word in words))
        high = builder.trunc(builder.lshr(product, ir.Constant(_WIDE, 64)), _WORD)
        return builder.xor(builder.trunc(product, _WORD), high)

    return types.uint64(types.uint64, types.uint64), generate


@_intrinsic
def load(_: Any, data: Any, at: Any) -> Any:  # noqa: ARG001
    """The eight bytes from `at` on as a word; who calls makes sure that they are there."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        array = _make_array(signature.args[0])(context, builder, given[0])
        place = builder.gep(array.data, [given[1]])
        return builder.load(builder.bitcast(place, _WORD.as_pointer()), align=1)

    return types.uint64(data, types.uint64), generate


@compiled
def _word(data: Bytes, at: np.uint64, left: np.uint64) -> np.uint64:
    """The next eight bytes, or the `left` < 8 that there are, padded with zeros."""
    if at + _8 <= np.uint64(len(data)):
        word = load(data, at)
        if left < _8:
            word &= (_1 << (left << _3)) - _1
        return np.uint64(word)
    word = _0
    for place in range(min(left, _8)):
        word |= np.uint64(data[at + place]) << (np.uint64(place) << _3)
    return np.uint64(word)


@compiled
def _fold_words(state: Words, words: Words, valid: Flags, secret: Words) -> None:
    s1, s2, s3 = secret[1], secret[2], secret[3]
    whole = len(valid) == 0
    for row in range(len(state)):
        first = words[row] ^ s1 if whole or valid[row] else s3
        state[row] = fold(first, state[row] ^ s2)


@compiled
def _fold_bytes(state: Words, data: Bytes, offsets: Offsets, valid: Flags, secret: Words) -> None:
    s1, s2, s3 = secret[1], secret[2], secret[3]
    whole = len(valid) == 0
    for row in range(len(state)):
        if not whole and not valid[row]:
            state[row] = fold(s3, state[row] ^ s2)
            continue
        at, end = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        folded = fold((end - at) ^ s1, state[row] ^ s2)
        while at < end:
            left = end - at
            word = _word(data, at, left)
            other = _word(data, at + _8, left - _8) if left > _8 else _0
            folded = fold(word ^ s1, other ^ folded ^ s2)
            at += _16
        state[row] = folded


@compiled
def _fold_lists(state: Words, items: Words, offsets: Words, secret: Words) -> None:
    s1, s2 = secret[1], secret[2]
    for row in range(len(state)):
        for place in range(offsets[row], offsets[row + 1]):
            state[row] = fold(items[place] ^ s1, state[row] ^ s2)


@compiled
def _finish(state: Words, secret: Words) -> None:
    s0, s3 = secret[0], secret[3]
    for row in range(len(state)):
        state[row] = fold(state[row] ^ s3, s0)
