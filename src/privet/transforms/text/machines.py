"""Surrogates of addresses of machines: from ranges that nobody on the Internet has.

IPv4: 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737) and, since these are 768 addresses
in all, 198.18.0.0/15 (RFC 2544). IPv6: 2001:db8::/32 (RFC 3849). Hardware addresses: locally
administered, one machine's (IEEE 802, section 8.4). URLs: the scheme, the port, the shape of the
path and words in it that name nobody (`tables/kept_words.txt`), at a name under example.org,
example.com or example.net (RFC 2606).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa

from privet.kernels.hexadecimal import hex_array
from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.text.drawing import Bytes, Flags, Places, number
from privet.transforms.text.runs import (
    ALNUM,
    LETTERS,
    LOWER,
    UPPER,
    Ranked,
    Runs,
    overlaid,
    reshaped,
)
from privet.transforms.text.word_lists import table
from privet.transforms.text_bytes import TextBytes

_V4 = r"^\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d{1,5})?$"
_DOCUMENTATION: Final = ((192, 0, 2), (198, 51, 100), (203, 0, 113))
_BENCHMARK: Final = (198, 18)
_MAC_DIGITS: Final = 16
_LOCAL: Final = np.frombuffer(b"26ae", np.uint8)
"""Second digits of the first octet: locally administered, not a group's."""
_HEX: Final = np.frombuffer(b"0123456789abcdef", np.uint8)
_URL = (
    r"(?s)^(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*://)?(?P<user>[^/?#@]*@)?(?P<www>www\.)?"
    r"(?P<host>[^/?#:]*)(?P<port>:\d+)?(?P<rest>.*)$"
)
_ENDINGS: Final = (".example.org", ".example.com", ".example.net")
_CONSONANTS: Final = np.frombuffer(b"bdfgklmnprstvz", np.uint8)
_VOWELS: Final = np.frombuffer(b"aeiou", np.uint8)


def ip_addresses(values: Values, draws: Bytes) -> Values:
    """IPv4 addresses, with port or prefix length or without, and IPv6 addresses."""
    v4 = pc.match_substring_regex(values, _V4)
    fours = _v4(draws)
    if pc.any(pc.match_substring_regex(values, "[:/]")).as_py():
        tail = pc.replace_substring_regex(values, r"^[0-9.]*", "")
        fours = pc.binary_join_element_wise(fours, tail, "")
    return fours if pc.all(v4).as_py() else pc.if_else(v4, fours, _v6(values, draws))


def _v4(draws: Bytes) -> Values:
    nets = np.array(_DOCUMENTATION)
    count = number(draws, 0, len(nets) * 254 + 2**17 - 2)
    small = count < len(nets) * 254
    net = nets[np.minimum(count // 254, len(nets) - 1)]
    beyond = np.maximum(count - len(nets) * 254, 0) + 1
    octets = np.where(
        small[:, None],
        np.column_stack((net, count % 254 + 1)),
        np.column_stack(
            (
                np.full(len(count), _BENCHMARK[0]),
                _BENCHMARK[1] + beyond // 2**16,
                beyond // 256 % 256,
                beyond % 256,
            )
        ),
    )
    parts = [_bytes_in_decimals().take(from_numpy(octets[:, place])) for place in range(4)]
    return pc.binary_join_element_wise(*parts, ".")


@cache
def _bytes_in_decimals() -> Any:
    return pa.array([str(byte) for byte in range(256)])


def _v6(values: Values, draws: Bytes) -> Values:
    # No group begins with 0, which RFC 5952 would leave out.
    digits = hex_array(draws[:, 8:20] | np.uint8(0x10))
    groups = [pc.utf8_slice_codeunits(digits, at, at + 4) for at in range(0, 24, 4)]
    whole = pc.binary_join_element_wise("2001:db8", *groups, ":")
    short = pc.binary_join_element_wise("2001:db8", *groups[:2], "", groups[2], ":")
    found = pc.if_else(pc.match_substring(values, "::"), short, whole)
    return pc.if_else(pc.match_substring_regex(values, "[A-F]"), pc.ascii_upper(found), found)


def hardware_addresses(values: Values, draws: Bytes) -> Values:
    """MAC addresses of 48 or 64 bits, in any grouping."""
    text = TextBytes.of(values)
    signs = Ranked.of(text, ALNUM[text.data])
    fresh = _HEX[draws[:, :_MAC_DIGITS] % 16]
    fresh[:, 1] = _LOCAL[draws[:, 1] % 4]
    capitals = _count(text, UPPER[text.data]) > _count(text, LOWER[text.data])
    fresh = np.where(capitals[:, None] & LOWER[fresh], fresh - np.uint8(32), fresh)
    return overlaid(values, draws, signs, fresh, signs.counts <= _MAC_DIGITS)


def _count(text: TextBytes, chosen: Any) -> Places:
    return Ranked.of(text, chosen).counts


def urls(values: Values, draws: Bytes) -> Values:
    """URLs."""
    parts = pc.extract_regex(values, _URL)

    def part(name: str) -> Values:
        return pc.struct_field(parts, [name])

    # A percent sign with other letters behind it would be no escape.
    rest = pc.replace_substring_regex(part("rest"), "%[0-9A-Fa-f]{2}", "x")
    ending = pa.array(_ENDINGS).take(from_numpy(number(draws, 40, len(_ENDINGS))))
    return pc.binary_join_element_wise(
        part("scheme"),
        reshaped(part("user"), np.roll(draws, 7, axis=1)).array(part("user")),
        part("www"),
        _label(draws),
        ending,
        part("port"),
        reshaped(rest, draws, _path_words(rest)).array(rest),
        "",
    )


def _path_words(rest: Values) -> Flags:
    """Marks the bytes of words in paths that name nobody, such as `user`."""
    from privet.kernels.splice import cut  # noqa: PLC0415 (loads Numba)

    text = TextBytes.of(rest)
    runs = Runs.of(text, LETTERS[text.data])
    firsts = text.offsets[runs.row]
    words = cut(rest, runs.row, runs.start - firsts, runs.start + runs.size - firsts)
    known = pc.is_in(pc.ascii_lower(words), value_set=pa.array(table("kept_words")["url"]))
    kept = known.to_numpy(zero_copy_only=False)
    edges = np.zeros(len(text.data) + 1, np.int64)
    np.add.at(edges, runs.start[kept], 1)
    np.add.at(edges, (runs.start + runs.size)[kept], -1)
    marks: Flags = np.cumsum(edges)[:-1] > 0
    return marks


def _label(draws: Bytes) -> Values:
    """A name of six letters for a host, as `kelora`."""
    letters = np.empty((len(draws), 6), np.uint8)
    letters[:, ::2] = _CONSONANTS[draws[:, 44:47] % len(_CONSONANTS)]
    letters[:, 1::2] = _VOWELS[draws[:, 47:50] % len(_VOWELS)]
    offsets = np.arange(len(draws) + 1, dtype=np.int64) * 6
    none: Any = pa.array([], pa.string())
    return TextBytes(letters.reshape(-1), offsets).array(none)
