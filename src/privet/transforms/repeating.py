"""Text columns of few different values: numbered once, treated once a value, laid out again.

Arrow's dictionary encoding is the plain way; the compiled one takes two thirds of its time, but a
tenth of a second of CPU to load, so a process turns to it after some millions of rows.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, buffer

Codes: TypeAlias = npt.NDArray[np.int32]

PAYS_AFTER: Final = 2_000_000
"""Rows numbered by Arrow in one process before the kernel is loaded."""

_WORD: Final = 8
_MOST_BYTES: Final = 2**31 - 1


class _Seen:
    """Rows of this process; a race between threads miscounts, and does no harm."""

    rows = 0


def expect(rows: int) -> None:
    """Say that about so many rows are to come: if they are many, the kernel takes them all."""
    if rows > PAYS_AFTER:
        _Seen.rows = max(_Seen.rows, PAYS_AFTER)


def numbered(values: Values, expected: int) -> tuple[Values, Codes] | None:
    """The different values, and which of them each row has.

    Args:
        values: string or binary; null is a value.
        expected: about how many different ones; many more are given up.

    Returns:
        None where it is not worth while.
    """
    _Seen.rows += len(values)
    if _Seen.rows <= PAYS_AFTER:
        encoded = values.dictionary_encode(null_encoding="encode")
        return encoded.dictionary, np.asarray(encoded.indices)
    from privet.kernels.repeats import firsts_and_codes  # noqa: PLC0415 (loads Numba)

    found = firsts_and_codes(values, 2 * expected)
    if found is None:
        return None
    firsts, codes = found
    return values.take(pa.array(firsts)), codes


def laid_out(made: Values, codes: Codes) -> Values:
    """What `made.take(codes)` gives, sooner where all of `made` have one width of whole words."""
    width = _width(made)
    if not width or width % _WORD or len(codes) * width > _MOST_BYTES or _Seen.rows <= PAYS_AFTER:
        return made.take(pa.array(codes))
    from privet.kernels.repeats import spread  # noqa: PLC0415 (loads Numba)

    buffers, rows = made.buffers(), len(made)
    start = 0 if len(buffers) == 2 else int(np.frombuffer(buffers[1], np.int32)[made.offset])
    start += made.offset * width if len(buffers) == 2 else 0
    words = np.frombuffer(buffers[-1], np.uint64, rows * width // _WORD, start)
    words = words.reshape(rows, -1).copy()
    validity = None
    if made.null_count:
        valid = made.is_valid().to_numpy(zero_copy_only=False)
        validity = buffer(np.packbits(valid[codes], bitorder="little"))
    out = [validity, buffer(spread(words, codes))]
    if len(buffers) > 2:
        starts = np.arange(len(codes) + 1, dtype=np.int32) * np.int32(width)
        out.insert(1, buffer(starts))
    return pa.Array.from_buffers(made.type, len(codes), out)


def _width(made: Values) -> int:
    """Bytes of each value, null ones too; 0 where they differ."""
    if pa.types.is_fixed_size_binary(made.type):
        return int(made.type.byte_width)
    if not pa.types.is_string(made.type) or not len(made):
        return 0
    starts = np.frombuffer(made.buffers()[1], np.int32)[made.offset : made.offset + len(made) + 1]
    widths = np.diff(starts)
    return int(widths[0]) if (widths == widths[0]).all() else 0
