"""64-bit hashes of rows, to find the ones that may be equal; who needs certainty compares them.

Equal rows have equal hashes: null equals null, NaN equals NaN and -0 equals 0. All constants of the
hash are drawn anew by who calls, so nobody can craft rows that collide; by chance two given rows
do with a probability of about 2⁻⁶³. The hash is a chain of folded multiplications (the 128-bit
product of two words, its halves added without carry), as in wyhash and foldhash:

    word:   h ← fold(word ⊕ s₁, h ⊕ s₂)          a null has s₃ in place of word ⊕ s₁
    bytes:  their length as a word, then h ← fold(w ⊕ s₁, v ⊕ h ⊕ s₂) for every 16 bytes,
            two little-endian words w and v, the last padded with zeros
    list:   its length as a word, then the hash of each item as a word
    struct: 1 as a word, then its members
    in the end  h ← fold(h ⊕ s₃, s₀), from h = s₀

Loading the compiled loops costs a tenth of a second of CPU, so a process begins with plain ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

Words: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Offsets: TypeAlias = npt.NDArray[np.signedinteger[Any]]
Values: TypeAlias = Any

SECRET_BYTES: Final = 32
PAYS_AFTER: Final = 30_000
"""Values by the plain loops in one process before the compiled ones are loaded."""

_NAN = np.float64("nan").view(np.uint64)
_MASK = (1 << 64) - 1
_pc: Any = pyarrow.compute


class Loops(Protocol):
    """The inner loops: each folds one value into the state of every row, in place.

    `valid` is empty where no row is null; `secret` holds s₀ to s₃.
    """

    def fold_words(self, state: Words, words: Words, valid: Flags, secret: Words) -> None:
        """Fold in one word per row."""
        ...

    def fold_bytes(
        self, state: Words, data: Bytes, offsets: Offsets, valid: Flags, secret: Words
    ) -> None:
        """Fold in the bytes from `offsets[row]` to `offsets[row + 1]`."""
        ...

    def fold_lists(self, state: Words, items: Words, offsets: Words, secret: Words) -> None:
        """Fold in the words from `offsets[row]` to `offsets[row + 1]`."""
        ...

    def finish(self, state: Words, secret: Words) -> None:
        """Mix once more."""
        ...


class _Seen:
    """Values hashed by this process; a race between threads miscounts, and does no harm."""

    values = 0


def hash_rows(columns: Sequence[Values], secret: bytes, count: int) -> Words:
    """One hash per row: shape (count,).

    Args:
        columns: arrays of `count` rows each, of the types that a contract has, structs and lists
            of them, and dictionaries; slices are fine.
        secret: 32 random bytes; hashes under different ones have nothing in common.
        count: rows; there may be no column.

    Raises:
        TypeError: a type whose values cannot be hashed.
    """
    _Seen.values += count * len(columns)
    return hash_with(_loops(), columns, secret, count)


def hash_with(loops: Loops, columns: Sequence[Values], secret: bytes, count: int) -> Words:
    """What `hash_rows` does, by the given loops."""
    if len(secret) != SECRET_BYTES:
        raise ValueError("the secret of a row hash has 32 bytes")
    words = np.frombuffer(secret, "<u8").astype(np.uint64)
    return _Folding(loops, words).rows(columns, count)


def _loops() -> Loops:
    if _Seen.values <= PAYS_AFTER:
        return PlainLoops()
    from privet.kernels.folding import CompiledLoops  # noqa: PLC0415 (loads Numba)

    return CompiledLoops()


class _Folding:
    """Takes Arrow arrays apart into words and bytes."""

    def __init__(self, loops: Loops, secret: Words) -> None:
        self._loops = loops
        self._secret = secret

    def rows(self, columns: Iterable[Values], count: int) -> Words:
        state = np.full(count, self._secret[0], np.uint64)
        for column in columns:
            self._fold(state, column)
        self._loops.finish(state, self._secret)
        return state

    def _fold(self, state: Words, values: Values) -> None:
        kind = values.type
        if pa.types.is_dictionary(kind):
            self._fold(state, values.dictionary_decode())
        elif pa.types.is_struct(kind):
            self._words(state, np.ones(len(values), np.uint64), _valid(values))
            for member in values.flatten():
                self._fold(state, member)
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
            self._lists(state, values)
        elif pa.types.is_null(kind):
            self._words(state, np.zeros(len(values), np.uint64), np.zeros(len(values), np.bool_))
        elif _is_bytes(kind):
            data, offsets = _bytes(values)
            self._loops.fold_bytes(state, data, offsets, _valid(values), self._secret)
        else:
            for words in _words(values):
                self._words(state, words, _valid(values))

    def _words(self, state: Words, words: Words, valid: Flags) -> None:
        self._loops.fold_words(state, words, valid, self._secret)

    def _lists(self, state: Words, values: Values) -> None:
        lengths = _pc.fill_null(_pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
        self._words(state, lengths.astype(np.uint64), _valid(values))
        items = values.flatten()
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.uint64)
        self._loops.fold_lists(state, self.rows([items], len(items)), offsets, self._secret)


def _is_bytes(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _valid(values: Values) -> Flags:
    if not values.null_count:
        return np.empty(0, np.bool_)
    flags: Flags = values.is_valid().to_numpy(zero_copy_only=False)
    return np.array(flags)


def _bytes(values: Values) -> tuple[Bytes, Offsets]:
    """The bytes of all values, and where each row's begin (one more for the end)."""
    large = pa.types.is_large_string(values.type) or pa.types.is_large_binary(values.type)
    width: type[np.signedinteger[Any]] = np.int64 if large else np.int32
    _, starts, content = values.buffers()
    data = np.frombuffer(content if content is not None else b"", np.uint8)
    offsets = np.zeros(len(values) + 1, width)
    if starts is not None and len(values):
        whole = np.frombuffer(starts, width)
        offsets = whole[values.offset : values.offset + len(values) + 1]
    data.flags.writeable = offsets.flags.writeable = False  # one type of array, one compilation
    return data, offsets


def _words(values: Values) -> tuple[Words, ...]:
    """Fixed-width values as one word each, or two; nulls as any."""
    kind = values.type
    if pa.types.is_boolean(kind):
        values = values.cast(pa.uint8())
    elif pa.types.is_floating(kind):
        return (_float_words(values.cast(pa.float64())),)
    elif pa.types.is_decimal128(kind):
        words = _fixed(values, np.dtype("<u8"), 2)
        return words[0::2], words[1::2]
    width = values.type.bit_width if _is_number(values.type) else 0
    if width not in {8, 16, 32, 64}:
        raise TypeError(f"values of type {kind} cannot be hashed")
    sign = "u" if pa.types.is_unsigned_integer(values.type) else "i"
    numbers = _fixed(values, np.dtype(f"<{sign}{width // 8}"), 1)
    return (numbers.astype(np.int64 if sign == "i" else np.uint64).view(np.uint64),)


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_temporal(kind)


def _float_words(values: Values) -> Words:
    numbers: npt.NDArray[np.float64] = _fixed(values, np.dtype("<f8"), 1) + 0.0  # -0 becomes 0
    words = numbers.view(np.uint64)
    words[np.isnan(numbers)] = _NAN
    return words


def _fixed(values: Values, kind: np.dtype[Any], per_row: int) -> Values:
    """The numbers of a fixed-width array, `per_row` for each row, without a copy."""
    content = values.buffers()[1]
    if content is None:
        return np.zeros(len(values) * per_row, kind)
    numbers = np.frombuffer(content, kind)
    return numbers[values.offset * per_row : (values.offset + len(values)) * per_row]


class PlainLoops:
    """The loops in plain Python: the oracle of the compiled ones."""

    def fold_words(self, state: Words, words: Words, valid: Flags, secret: Words) -> None:
        """Fold in one word per row."""
        s = secret.tolist()
        for row, word in enumerate(words.tolist()):
            first = word ^ s[1] if not len(valid) or valid[row] else s[3]
            state[row] = _fold(first, int(state[row]) ^ s[2])

    def fold_bytes(
        self, state: Words, data: Bytes, offsets: Offsets, valid: Flags, secret: Words
    ) -> None:
        """Fold in the bytes from `offsets[row]` to `offsets[row + 1]`."""
        lengths = np.diff(offsets).astype(np.uint64)
        if len(valid):
            lengths[~valid] = 0
        self.fold_words(state, lengths, valid, secret)
        s, content, at = secret.tolist(), data.tobytes(), offsets.tolist()
        for row, length in enumerate(lengths.tolist()):
            for start in range(at[row], at[row] + length, 16):
                block = content[start : min(start + 16, at[row] + length)].ljust(16, b"\0")
                word, other = (int.from_bytes(half, "little") for half in (block[:8], block[8:]))
                state[row] = _fold(word ^ s[1], other ^ int(state[row]) ^ s[2])

    def fold_lists(self, state: Words, items: Words, offsets: Words, secret: Words) -> None:
        """Fold in the words from `offsets[row]` to `offsets[row + 1]`."""
        s, words, at = secret.tolist(), items.tolist(), offsets.tolist()
        for row in range(len(state)):
            for word in words[at[row] : at[row + 1]]:
                state[row] = _fold(word ^ s[1], int(state[row]) ^ s[2])

    def finish(self, state: Words, secret: Words) -> None:
        """Mix once more."""
        s = secret.tolist()
        state[:] = np.array([_fold(word ^ s[3], s[0]) for word in state.tolist()], np.uint64)


def _fold(left: int, right: int) -> int:
    product = left * right
    return product >> 64 ^ product & _MASK
