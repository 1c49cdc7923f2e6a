"""Stage one: which of 64 bytes are worth a look, as the bits of one number.

Numba makes no vector code of this by itself, so LLVM is told what to do: it compares 64 bytes at
once, by whatever instructions the processor has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba.core import cgutils
from numba.core import types as numba_types
from numba.extending import intrinsic

from privet.kernels.compiled import AS_WRITTEN, lean
from privet.kernels.scan.classes import CLASS, TRIGGER

Bytes = npt.NDArray[np.uint8]

BLOCK = 64
_ONE, _ZERO = np.uint64(1), np.uint64(0)
_intrinsic: Any = intrinsic
_types: Any = numba_types
_instructions: Any = cgutils
_ir = _instructions.ir


def triggers_twin(data: Bytes, at: int) -> np.uint64:
    """The same as `triggers`, byte by byte: its oracle."""
    bits = 0
    for place in range(BLOCK):
        byte, after = int(data[at + place]), int(data[at + place + 1])
        worth = 48 <= byte <= 58 or byte in (61, 64) or byte == after == 45
        bits |= worth << place
    return np.uint64(bits)


def _first_bit_twin(bits: np.uint64) -> int:
    return (int(bits) & -int(bits)).bit_length() - 1


@_intrinsic
def _triggers(_context: Any, _data: Any, _at: Any) -> Any:
    def lowered(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        data, at = arguments
        block = _ir.VectorType(_ir.IntType(8), BLOCK)

        def loaded(further: int) -> Any:
            place = builder.gep(data, [builder.add(at, _ir.Constant(at.type, further))])
            return builder.load(builder.bitcast(place, block.as_pointer()), align=1)

        def each(byte: int) -> Any:
            return _ir.Constant(block, [byte] * BLOCK)

        def equal(bytes_: Any, byte: int) -> Any:
            return builder.icmp_unsigned("==", bytes_, each(byte))

        here = loaded(0)
        found = builder.icmp_unsigned("<", builder.sub(here, each(48)), each(11))
        for byte in (61, 64):
            found = builder.or_(found, equal(here, byte))
        found = builder.or_(found, builder.and_(equal(here, 45), equal(loaded(1), 45)))
        return builder.bitcast(found, _ir.IntType(BLOCK))

    return _types.uint64(_types.CPointer(_types.uint8), _types.int64), lowered


@_intrinsic
def _first_bit(_context: Any, _bits: Any) -> Any:
    def lowered(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], _ir.Constant(_ir.IntType(1), 1))

    return _types.int64(_types.uint64), lowered


triggers = triggers_twin if AS_WRITTEN else _triggers
"""Bits of the 64 bytes from `at` on that are a digit, `@`, `:`, `=` or the first of `--`; `data` is
an address (`compiled.bare`), and a byte beyond them must be there."""
first_bit = _first_bit_twin if AS_WRITTEN else _first_bit
"""The place of the lowest bit; there must be one."""


@lean
def last_triggers(data: Bytes, at: int, end: int) -> np.uint64:
    """`triggers` of less than 64 bytes, up to `end`; of each `-`, since nothing may follow."""
    bits = _ZERO
    for place in range(at, min(end, at + BLOCK)):
        if CLASS[data[place]] & TRIGGER:
            bits |= _ONE << np.uint64(place - at)
    return bits
