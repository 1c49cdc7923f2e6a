"""FF1 (NIST SP 800-38G) over many values of one length: one call of AES for each round of them all.

Small batches, and the first values of a process, go one by one through `privet.crypto.ff1`: loading
the compiled numbers costs as much as some thousand values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.crypto.ff1 import BLOCK, FF1, ROUNDS, Blocks, Shape

Digits: TypeAlias = npt.NDArray[np.uint16]
Bytes: TypeAlias = npt.NDArray[np.uint8]

_TILE: Final = 4096
"""Values that go through all rounds together: their blocks stay in the cache."""

PAYS_AFTER: Final = 2_000
"""Values one by one in one process before the kernel is loaded."""


class _Seen:
    """Values of this process; a race between threads miscounts, and does no harm."""

    values = 0


@dataclass(frozen=True, slots=True)
class FormatCipher:
    """FF1 for batches.

    Attributes:
        key: 32 bytes.
        radix: how many different digits there are, 2 to 65,536.
        tweak: public context.
    """

    key: bytes = field(repr=False)
    radix: int
    tweak: bytes

    def encrypt(self, digits: Digits) -> Digits:
        """Each row encrypted, shape (rows, length).

        Raises:
            ValueError: the numbers of that length are fewer than a million.
        """
        return self._run(digits, 1)

    def decrypt(self, digits: Digits) -> Digits:
        """The inverse of `encrypt`."""
        return self._run(digits, -1)

    def _run(self, digits: Digits, sign: int) -> Digits:
        shape = Shape.of(self.radix, digits.shape[1], self.tweak)
        if len(digits) and int(digits.max()) >= self.radix:
            raise ValueError("a digit is beyond its radix")
        _Seen.values += len(digits)
        if _Seen.values <= PAYS_AFTER:
            return self._one_by_one(digits, sign)
        rounds = _Rounds(Blocks(self.key), shape)
        tiles = (digits[at : at + _TILE] for at in range(0, len(digits), _TILE))
        return np.concatenate([rounds.run(tile, sign) for tile in tiles])

    def _one_by_one(self, digits: Digits, sign: int) -> Digits:
        plain = FF1(self.key, self.radix, self.tweak)
        step = plain.encrypt if sign > 0 else plain.decrypt
        done = [step(row) for row in digits.tolist()]
        return np.array(done, np.uint16).reshape(digits.shape)


class _Rounds:
    """The rounds of one shape. What is the same for all values is chained once."""

    def __init__(self, blocks: Blocks, shape: Shape) -> None:
        self._blocks = blocks
        self._shape = shape
        varying = -(-(shape.number_bytes + 1) // BLOCK) * BLOCK
        fixed = len(shape.lead) + 1 + shape.number_bytes - varying
        state = blocks.chained(shape.header + shape.lead[:fixed])
        tail = shape.lead[fixed:] + bytes(1 + shape.number_bytes)
        self._template = np.frombuffer(tail, np.uint8).copy()
        self._template[:BLOCK] ^= np.frombuffer(state, np.uint8)
        self._turn_at = varying - shape.number_bytes - 1

    def run(self, digits: Digits, sign: int) -> Digits:
        # Imported here: the kernels load Numba, and most of the house never needs it.
        from privet.kernels.format_preserving import (  # noqa: PLC0415
            add,
            fill,
            to_chunks,
            to_digits,
        )

        shape = self._shape
        radix, sizes = shape.radix, (shape.left, shape.right)
        digits = np.ascontiguousarray(digits)
        halves = (
            to_chunks(digits[:, : shape.left].copy(), radix),
            to_chunks(digits[:, shape.left :].copy(), radix),
        )
        for turn in range(ROUNDS) if sign > 0 else range(ROUNDS - 1, -1, -1):
            changed, other = turn % 2, 1 - turn % 2
            template = self._template.copy()
            template[self._turn_at] ^= turn
            filled = fill(halves[other], radix, template, shape.number_bytes)
            add(halves[changed], self._sums(filled), radix, sizes[changed], sign)
        parts = [to_digits(half, radix, size) for half, size in zip(halves, sizes, strict=True)]
        return np.concatenate(parts, axis=1)

    def _sums(self, filled: Bytes) -> Bytes:
        """The number y of every row, d bytes each."""
        state = self._encrypted(filled[:, :BLOCK])
        for at in range(BLOCK, filled.shape[1], BLOCK):
            state = self._encrypted(filled[:, at : at + BLOCK] ^ state)
        parts = [state]
        for count in range(1, -(-self._shape.sum_bytes // BLOCK)):
            mask = np.frombuffer(count.to_bytes(BLOCK), np.uint8)
            parts.append(self._encrypted(state ^ mask))
        stream = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        return stream[:, : self._shape.sum_bytes].copy()

    def _encrypted(self, blocks: Bytes) -> Bytes:
        whole = np.ascontiguousarray(blocks)
        done = self._blocks.encrypt(whole.data.cast("B"))
        return np.frombuffer(done, np.uint8).reshape(blocks.shape)
