"""IP addresses cut to their network.

IPv4 in dotted decimals (RFC 6943, section 3.1.1: no leading zeros, no short forms) is read from the
bytes of the whole column at once; IPv6 (RFC 4291) value by value, each distinct one once. What is
neither becomes null.
"""

from __future__ import annotations

import ipaddress

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.text_bytes import TextBytes

_DOT, _ZERO = ord("."), ord("0")
_PARTS = 4


def networks(values: Values, v4_bits: int, v6_bits: int) -> Values:
    """The network of every address, `203.0.113.0/24` or `2001:db8::/48`; null for what is none."""
    trimmed = pc.utf8_trim_whitespace(values)
    result = _v4_networks(trimmed, v4_bits)
    with_colon = pc.fill_null(pc.match_substring(trimmed, ":"), fill_value=False)
    if not pc.any(with_colon).as_py():
        return result
    return pc.if_else(with_colon, _v6_networks(trimmed, with_colon, v6_bits), result)


def _v4_networks(values: Values, bits: int) -> Values:
    text = TextBytes.of(values)
    rows = _rows_of_four(text, values)
    octets, valid = _octets(text, rows)
    rows, octets = rows[valid], octets[valid]
    prefix = ((0xFFFFFFFF << (32 - bits)) & 0xFFFFFFFF).to_bytes(4, "big")
    octets &= np.frombuffer(prefix, np.uint8)
    names = pa.array([str(number) for number in range(256)])
    last = pa.array([f"{number}/{bits}" for number in range(256)])
    parts = [(last if part == 3 else names).take(from_numpy(octets[:, part])) for part in range(4)]
    found = pc.binary_join_element_wise(*parts, ".")
    places = np.zeros(len(values), np.int64)
    places[rows] = np.arange(len(rows))
    missing = np.ones(len(values), np.bool_)
    missing[rows] = False
    return found.take(from_numpy(places, missing))


def _rows_of_four(text: TextBytes, values: Values) -> npt.NDArray[np.int64]:
    """Rows that hold digits and exactly three dots."""
    dots = np.concatenate(([0], np.cumsum(text.data == _DOT)))
    fitting = (text.data - np.uint8(_ZERO) < 10) | (text.data == _DOT)
    strange = np.concatenate(([0], np.cumsum(~fitting)))
    starts, ends = text.offsets[:-1], text.offsets[1:]
    good = (dots[ends] - dots[starts] == _PARTS - 1) & (strange[ends] == strange[starts])
    if values.null_count:
        good &= values.is_valid().to_numpy(zero_copy_only=False)
    return np.flatnonzero(good)


def _octets(
    text: TextBytes, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """The four numbers of each of `rows` (n, 4), and which rows are addresses."""
    dots = np.flatnonzero(text.data == _DOT)
    first = np.searchsorted(dots, text.offsets[rows])
    inner = dots[first[:, None] + np.arange(_PARTS - 1)]
    starts = np.column_stack((text.offsets[rows], inner + 1))
    ends = np.column_stack((inner, text.offsets[rows + 1]))
    lengths = ends - starts
    number = np.zeros(lengths.shape, np.int64)
    for place, weight in enumerate((1, 10, 100)):
        at = np.maximum(ends - 1 - place, 0)
        digit = text.data[at].astype(np.int64) - _ZERO
        number += np.where(lengths > place, digit * weight, 0)
    padded = (lengths > 1) & (text.data[np.minimum(starts, len(text.data) - 1)] == _ZERO)
    fit = (lengths >= 1) & (lengths <= 3) & (number <= 255) & ~padded
    return number.astype(np.uint8), fit.all(axis=1)


def _v6_networks(values: Values, marked: Values, bits: int) -> Values:
    chosen = pc.if_else(marked, values, None).dictionary_encode()
    prefixes = [_v6_prefix(text, bits) for text in chosen.dictionary.to_pylist()]
    names = {
        prefix: str(ipaddress.IPv6Network((prefix, bits)))
        for prefix in set(prefixes)
        if prefix is not None
    }
    found = [None if prefix is None else names[prefix] for prefix in prefixes]
    return pa.array(found, pa.string()).take(chosen.indices)


def _v6_prefix(text: str, bits: int) -> int | None:
    try:
        address = int(ipaddress.IPv6Address(text))
    except ValueError:  # its message repeats the value, so it stops here
        return None
    return address >> (128 - bits) << (128 - bits)
