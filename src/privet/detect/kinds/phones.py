"""The table of phone numbers, read from `phone_table.txt` beside this module."""

from __future__ import annotations

import base64
import io
import zlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # the kernels load Numba, which a reader of the table does not need
    from privet.kernels.scan.phones import PhoneTables


@cache
def automaton() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The nodes that each node leads to (nodes by 10 digits), their labels, and the root nodes."""
    stored = _stored()
    return (
        stored["onward"].astype(np.uint16),
        stored["label"].astype(np.uint8),
        stored["roots"].astype(np.int64),
    )


@cache
def _stored() -> dict[str, npt.NDArray[np.generic]]:
    text = files("privet.detect.kinds").joinpath("phone_table.txt").read_text(encoding="ascii")
    packed = "".join(line for line in text.splitlines() if not line.startswith("# "))
    with np.load(io.BytesIO(zlib.decompress(base64.b85decode(packed)))) as arrays:
        return {name: arrays[name] for name in arrays.files}


@cache
def phone_tables() -> PhoneTables:
    """The automaton that the kernels of `privet.kernels.scan.phones` walk; read once."""
    stored = _stored()
    nodes = np.column_stack((stored["onward"], stored["label"])).astype("<u2").ravel()
    forms = np.column_stack((stored["forms"].astype("<u8"), stored["formed"].astype("<u8")))
    parts = [nodes, stored["began"].astype("<u8").ravel().view("<u2"), forms.ravel().view("<u2")]
    roots = stored["roots"].astype("<u2")
    places = np.cumsum([16 + len(roots), *map(len, parts)]).astype("<u8")
    return np.concatenate([places.view("<u2"), roots, *parts]).astype(np.uint16)


@cache
def phone_regions() -> tuple[str, ...]:
    """ISO codes of the regions in the order of the bits that `national` returns."""
    return tuple(str(region) for region in _stored()["regions"])
