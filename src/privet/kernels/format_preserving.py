"""The numbers of FF1 (NIST SP 800-38G) for many values of one length: exact, and of any size.

A half of a value is a row of *chunks*: a number in base `radix ** per`, least chunk first, the base
below 2**31, so that a chunk and 32 bits more stay within 64 bits. What AES does stays with the
caller. The twin is `privet.crypto.ff1`, which counts with Python's integers.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled

Digits: TypeAlias = npt.NDArray[np.uint16]
Chunks: TypeAlias = npt.NDArray[np.int64]
Bytes: TypeAlias = npt.NDArray[np.uint8]

_LIMIT: Final = 2**31


def per_chunk(radix: int) -> int:
    """How many digits fit a chunk."""
    count = 1
    while radix ** (count + 1) < _LIMIT:
        count += 1
    return count


def to_chunks(digits: Digits, radix: int) -> Chunks:
    """The numbers whose digits stand in the rows, first digit first: shape (rows, chunks)."""
    per = per_chunk(radix)
    chunks = np.zeros((len(digits), -(-digits.shape[1] // per)), np.int64)
    _pack(digits, radix, per, chunks)
    return chunks


def to_digits(chunks: Chunks, radix: int, count: int) -> Digits:
    """The digits of the numbers: shape (rows, count)."""
    digits = np.empty((len(chunks), count), np.uint16)
    _unpack(chunks, radix, per_chunk(radix), digits)
    return digits


def fill(numbers: Chunks, radix: int, template: Bytes, size: int) -> Bytes:
    """Each number's blocks: `template`, XOR the number in its last `size` bytes.

    Args:
        numbers: each below 256 ** size.
        radix: of their digits.
        template: whole blocks of 16 bytes, `size` bytes at the least.
        size: bytes of a number.

    Returns:
        Shape (rows, bytes of the template).
    """
    if len(template) < size:
        raise ValueError("a number is longer than its blocks")
    blocks = np.empty((len(numbers), len(template)), np.uint8)
    _fill(numbers, radix ** per_chunk(radix), template, size, blocks)
    return blocks


def add(numbers: Chunks, sums: Bytes, radix: int, digits: int, sign: int) -> None:
    """Add the rows of `sums` to `numbers` (or take them away), modulo `radix ** digits`, in place.

    Args:
        numbers: each below the modulus.
        sums: big-endian numbers of a multiple of four bytes.
        radix: of the digits.
        digits: of a number.
        sign: 1 or -1.
    """
    if sums.shape[1] % 4 or len(sums) != len(numbers):
        raise ValueError("a sum for each number, of whole words")
    per = per_chunk(radix)
    top = radix ** ((digits - 1) % per + 1)
    _add(numbers, sums, radix**per, top, sign)


@compiled
def _pack(digits: Digits, radix: int, per: int, chunks: Chunks) -> None:
    rows, count = digits.shape
    for row in range(rows):
        for chunk in range(chunks.shape[1]):
            end = count - chunk * per
            number = np.int64(0)
            for place in range(max(0, end - per), end):
                number = np.int64(number * radix + digits[row, place])
            chunks[row, chunk] = number


@compiled
def _unpack(chunks: Chunks, radix: int, per: int, digits: Digits) -> None:
    rows, count = digits.shape
    for row in range(rows):
        for chunk in range(chunks.shape[1]):
            end = count - chunk * per
            number = chunks[row, chunk]
            for place in range(end - 1, max(0, end - per) - 1, -1):
                rest = number // radix
                digits[row, place] = number - rest * radix
                number = rest


@compiled
def _fill(numbers: Chunks, base: int, template: Bytes, size: int, blocks: Bytes) -> None:
    rows, chunks = numbers.shape
    width = len(template)
    words = np.zeros((size + 3) // 4, np.int64)
    for row in range(rows):
        for word in range(len(words)):
            words[word] = 0
        for chunk in range(chunks - 1, -1, -1):
            carry = numbers[row, chunk]
            for word in range(len(words)):
                product = words[word] * base + carry
                words[word] = product & 0xFFFFFFFF
                carry = product >> 32
        for place in range(width):
            blocks[row, place] = template[place]
        for place in range(size):
            blocks[row, width - 1 - place] ^= (words[place // 4] >> (8 * (place % 4))) & 0xFF


@compiled
def _add(numbers: Chunks, sums: Bytes, base: int, top: int, sign: int) -> None:
    rows, chunks = numbers.shape
    words = np.zeros(sums.shape[1] // 4, np.int64)
    for row in range(rows):
        for word in range(len(words)):
            at = 4 * word
            words[word] = (
                np.int64(sums[row, at]) << 24
                | np.int64(sums[row, at + 1]) << 16
                | np.int64(sums[row, at + 2]) << 8
                | np.int64(sums[row, at + 3])
            )
        carry = 0
        for chunk in range(chunks):
            modulus = top if chunk == chunks - 1 else base
            rest = 0
            for word in range(len(words)):
                wide = rest << 32 | words[word]
                words[word] = wide // modulus
                rest = wide - words[word] * modulus
            total = numbers[row, chunk] + sign * rest + carry
            carry = 0
            if total >= modulus:
                total -= modulus
                carry = 1
            elif total < 0:
                total += modulus
                carry = -1
            numbers[row, chunk] = total
