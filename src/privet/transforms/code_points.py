"""Texts as their characters: code points in one array, for work on all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, buffer
from privet.transforms.text_bytes import TextBytes

Points: TypeAlias = npt.NDArray[np.uint32]
Places: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

_ASCII = 128


@dataclass(frozen=True, slots=True)
class CodePoints:
    """Characters of n texts, and where each text begins.

    Attributes:
        points: the characters of every text one after the other.
        starts: n + 1 places; text i is `points[starts[i]:starts[i + 1]]`.
    """

    points: Points
    starts: Places

    @classmethod
    def of(cls, values: Values) -> CodePoints:
        """The characters of a string array; what a null holds is nobody's."""
        text = TextBytes.of(values)
        if not len(text.data) or text.data.max() < _ASCII:
            return cls(text.data.astype(np.uint32), text.offsets)
        points = np.frombuffer(text.data.tobytes().decode().encode("utf-32-le"), np.dtype("<u4"))
        before = np.zeros(len(text.data) + 1, np.int64)
        np.cumsum((text.data & 0xC0) != 0x80, out=before[1:])
        return cls(points.astype(np.uint32), before[text.offsets])

    def array(self, missing: Mask | None) -> Values:
        """A string array of the texts, null where `missing` is true."""
        if not len(self.points) or self.points.max() < _ASCII:
            data, starts = self.points.astype(np.uint8), self.starts
        else:
            utf32 = self.points.astype("<u4").tobytes()
            data = np.frombuffer(utf32.decode("utf-32-le").encode(), np.uint8)
            size = np.ones(len(self.points) + 1, np.int64)
            size[-1] = 0
            for limit in (0x80, 0x800, 0x10000):
                size[:-1] += self.points >= limit
            before = np.concatenate((np.zeros(1, np.int64), np.cumsum(size)))
            starts = before[self.starts]
        validity = None
        if missing is not None and missing.any():
            validity = buffer(np.packbits(~missing, bitorder="little"))
        buffers = [validity, buffer(starts.astype(np.int32)), buffer(data)]
        return pa.Array.from_buffers(pa.string(), len(self.starts) - 1, buffers)
