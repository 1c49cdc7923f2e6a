"""FF1, format-preserving encryption: NIST SP 800-38G revision 1, section 5.1, algorithms 7 and 8.

Numbers of any radix and length, one at a time: plain, and the oracle of the batch form in
`privet.transforms.format_batches`. There is no FF3 and no FF3-1: attacks on them were published,
and the second draft of revision 1 (February 2025) takes them out. The domain holds a million
numbers at the least, as revision 1 requires: a smaller one can be tried out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

BLOCK: Final = 16
ROUNDS: Final = 10
LEAST_DOMAIN: Final = 10**6
LARGEST_RADIX: Final = 2**16


def shortest(radix: int) -> int:
    """The least number of digits with a million different numbers."""
    length = 1
    while radix**length < LEAST_DOMAIN:
        length += 1
    return max(length, 2)


class Blocks:
    """AES on many blocks of 16 bytes, each by itself: the only use that FF1 makes of it.

    Args:
        key: 16, 24 or 32 bytes.
    """

    __slots__ = ("_encryptor",)

    def __init__(self, key: bytes) -> None:
        self._encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 (FF1's own mode)

    def encrypt(self, blocks: bytes | memoryview) -> bytes:
        """The blocks, encrypted.

        Raises:
            ValueError: a block is cut short.
        """
        if len(blocks) % BLOCK:
            raise ValueError("AES takes whole blocks")
        return self._encryptor.update(blocks)

    def chained(self, blocks: bytes, state: bytes = bytes(BLOCK)) -> bytes:
        """The last block of CBC from `state`: FF1's PRF (SP 800-38G, algorithm 6)."""
        for start in range(0, len(blocks), BLOCK):
            mixed = int.from_bytes(blocks[start : start + BLOCK]) ^ int.from_bytes(state)
            state = self.encrypt(mixed.to_bytes(BLOCK))
        return state


@dataclass(frozen=True, slots=True)
class Shape:
    """What FF1 derives from radix, length and tweak alone.

    Attributes:
        left, right: digits of both halves, u and v.
        number_bytes: of a half as a number, b.
        sum_bytes: of a round's number, d.
        header: the block P.
        lead: what stands in Q before the round's number: tweak and zeros.
    """

    radix: int
    left: int
    right: int
    number_bytes: int
    sum_bytes: int
    header: bytes = field(repr=False)
    lead: bytes = field(repr=False)

    @classmethod
    def of(cls, radix: int, length: int, tweak: bytes) -> Shape:
        """The shape.

        Raises:
            ValueError: a radix that FF1 has not, or a domain of less than a million.
        """
        if not 2 <= radix <= LARGEST_RADIX:
            raise ValueError("FF1 takes a radix from 2 to 65,536")
        if length < shortest(radix):
            raise ValueError(
                f"{length} digits of radix {radix} are fewer than a million numbers: FF1 needs "
                f"{shortest(radix)} digits at least (NIST SP 800-38G revision 1)"
            )
        left = length // 2
        right = length - left
        number_bytes = ((radix**right - 1).bit_length() + 7) // 8
        header = bytes([1, 2, 1]) + radix.to_bytes(3) + bytes([ROUNDS, left % 256])
        header += length.to_bytes(4) + len(tweak).to_bytes(4)
        lead = tweak + bytes(-(len(tweak) + number_bytes + 1) % BLOCK)
        return cls(radix, left, right, number_bytes, -(-number_bytes // 4) * 4 + 4, header, lead)


class FF1:
    """FF1 of one number at a time, with Python's own integers.

    Args:
        key: 16, 24 or 32 bytes.
        radix: how many different digits there are.
        tweak: public context: the same number is another one under another tweak.
    """

    __slots__ = ("_blocks", "_radix", "_tweak")

    def __init__(self, key: bytes, radix: int, tweak: bytes) -> None:
        self._blocks = Blocks(key)
        self._radix = radix
        self._tweak = tweak

    def encrypt(self, digits: list[int]) -> list[int]:
        """As many digits: a permutation of all numbers of that length."""
        return self._run(digits, 1, range(ROUNDS))

    def decrypt(self, digits: list[int]) -> list[int]:
        """The inverse of `encrypt`."""
        return self._run(digits, -1, range(ROUNDS - 1, -1, -1))

    def _run(self, digits: list[int], sign: int, rounds: range) -> list[int]:
        shape = Shape.of(self._radix, len(digits), self._tweak)
        halves = [self._number(digits[: shape.left]), self._number(digits[shape.left :])]
        sizes = shape.left, shape.right
        for turn in rounds:
            # An even round changes the left half by the right one: B and A never change places.
            changed, other = turn % 2, 1 - turn % 2
            added = self._sum(shape, turn, halves[other])
            halves[changed] = (halves[changed] + sign * added) % self._radix ** sizes[changed]
        return [*self._digits(halves[0], shape.left), *self._digits(halves[1], shape.right)]

    def _sum(self, shape: Shape, turn: int, number: int) -> int:
        """The number y of a round (steps 6.i to 6.iv)."""
        tail = bytes([turn]) + number.to_bytes(shape.number_bytes)
        state = self._blocks.chained(shape.header + shape.lead + tail)
        stream = state
        for count in range(1, -(-shape.sum_bytes // BLOCK)):
            mixed = int.from_bytes(state) ^ count
            stream += self._blocks.encrypt(mixed.to_bytes(BLOCK))
        return int.from_bytes(stream[: shape.sum_bytes])

    def _number(self, digits: list[int]) -> int:
        number = 0
        for digit in digits:
            if not 0 <= digit < self._radix:
                raise ValueError("a digit is beyond its radix")
            number = number * self._radix + digit
        return number

    def _digits(self, number: int, count: int) -> list[int]:
        digits = [0] * count
        for place in range(count - 1, -1, -1):
            number, digits[place] = divmod(number, self._radix)
        return digits
