"""The bytes of a string array as NumPy sees them: for work on all bytes of a column at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, buffer, pc


@dataclass(frozen=True, slots=True)
class TextBytes:
    """UTF-8 bytes of n values, and where each begins.

    Attributes:
        data: uint8, the bytes of every value one after the other.
        offsets: int64 of n + 1; value i is `data[offsets[i]:offsets[i + 1]]`.
    """

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]

    @classmethod
    def of(cls, values: Values) -> TextBytes:
        """Look at a string or binary array without copying its bytes; slices are respected.

        A null value may have bytes of its own: whoever makes an array of the result passes the
        validity on (`array` does).
        """
        _, offsets, data = values.buffers()
        if not len(values) or offsets is None:
            return cls(np.empty(0, np.uint8), np.zeros(len(values) + 1, np.int64))
        bounds = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
        first, last = int(bounds[0]), int(bounds[-1])
        raw = np.frombuffer(data, np.uint8)[first:last] if data else np.empty(0, np.uint8)
        return cls(raw, bounds.astype(np.int64) - first)

    def rows_of(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The value that each byte position lies in."""
        return np.searchsorted(self.offsets, places, side="right").astype(np.int64) - 1

    def keep(self, mask: npt.NDArray[np.bool_]) -> TextBytes:
        """Leave out every byte that `mask` does not mark."""
        before = np.zeros(len(mask) + 1, np.int32)
        np.cumsum(mask, dtype=np.int32, out=before[1:])
        return TextBytes(self.data[mask], before[self.offsets].astype(np.int64))

    def array(self, like: Values) -> Values:
        """A string array of the values, null where `like` is."""
        buffers = [None, buffer(self.offsets.astype(np.int32)), buffer(self.data)]
        values = pa.Array.from_buffers(pa.string(), len(self.offsets) - 1, buffers)
        if not like.null_count:
            return values
        return pc.if_else(pc.is_valid(like), values, pa.scalar(None, pa.string()))
