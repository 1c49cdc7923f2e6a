"""The one spelling of a subject's key, so that the same person is the same text everywhere.

Every text is NFKC (Unicode annex 15) and trimmed. An e-mail address is lowered as well; a phone
number keeps its leading `+` and its digits, and a leading `00` becomes `+`. A value of which
nothing is left names nobody and becomes null. Normalising twice changes nothing.

A file of plain ASCII without white space, the usual case, costs one look at its bytes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

EMAIL = "user.contact.email"
PHONE = ("user.contact.phone_number", "user.contact.fax_number")

_PLUS, _ZERO, _SPACE = ord("+"), ord("0"), ord(" ")
_DIGIT_RANGES = tuple(chr(zero) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50))
"""Zeros of the digits that NFKC leaves alone: Arabic, Persian, Devanagari, Bengali, Thai."""


def normalise(values: Values, category: str | None) -> Values:
    """Return the normal form of texts.

    Args:
        values: a string array (or large_string, or a dictionary of either).
        category: the column's data category key, which says whether they are e-mail addresses or
            phone numbers.

    Returns:
        A string array of the same length; null for null and for what holds nothing.

    Raises:
        TypeError: the values are no text.
    """
    values = _as_string(values)
    ascii_only, spaces = _survey(values)
    if not ascii_only:
        values = pc.utf8_normalize(values, form="NFKC")
    if spaces or not ascii_only:
        values = pc.utf8_trim_whitespace(values)
    if category is not None and category.startswith(EMAIL):
        values = _lower(values, ascii_only=ascii_only)
    elif category is not None and category.startswith(PHONE):
        values = _phone(values if ascii_only else _ascii_digits(values))
    return _without_empty(values)


def subject_text(values: Values, category: str | None) -> Values:
    """Return the canonical text of subject keys of any type that has one.

    Text is normalised; an integer is its decimal digits; a decimal has no trailing zeros; a date is
    `2020-02-29`; a timestamp is `2020-02-29 12:00:00.000000`, in UTC where it has a zone. So the
    integer 42 in one file and the text `42` in another are one subject.

    Raises:
        TypeError: the type has no canonical text (floats, booleans, bytes, lists).
    """
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return normalise(values, category)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_integer(kind) or pa.types.is_date32(kind):
        return pc.cast(values, pa.string())
    if pa.types.is_timestamp(kind):
        micros = pc.cast(values.view(pa.timestamp(kind.unit)), pa.timestamp("us"), safe=False)
        return pc.cast(micros, pa.string())
    if pa.types.is_decimal128(kind):
        return _decimal_text(values, kind.scale)
    raise TypeError(f"values of type {kind} have no canonical text")


def _decimal_text(values: Values, scale: int) -> Values:
    """Decimals as digits, never as `1E-7`, which is how Arrow writes small ones."""
    if scale <= 0:
        return pc.cast(pc.cast(values, pa.decimal128(38, 0)), pa.string())
    units = pa.Array.from_buffers(
        pa.decimal128(38, 0), len(values), values.buffers(), offset=values.offset
    )
    sign = pc.if_else(pc.less(units, 0), "-", "")
    digits = pc.utf8_lpad(pc.cast(pc.abs(units), pa.string()), scale + 1, padding="0")
    text = pc.binary_join_element_wise(
        sign,
        pc.utf8_slice_codeunits(digits, 0, -scale),
        ".",
        pc.utf8_slice_codeunits(digits, -scale),
        "",
    )
    return pc.replace_substring_regex(text, r"\.?0*$", "")


def _as_string(values: Values) -> Values:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_large_string(values.type):
        return values.cast(pa.string())
    raise TypeError(f"only text can be normalised, not {values.type}")


def _survey(values: Values) -> tuple[bool, bool]:
    """Whether all bytes are ASCII, and whether any is a space or a control character."""
    data = TextBytes.of(values).data
    if not len(data):
        return True, False
    return bool(data.max() < 128), bool(data.min() <= _SPACE)


def _lower(values: Values, *, ascii_only: bool) -> Values:
    if ascii_only:
        return pc.ascii_lower(values)
    # Lowering can part a letter from its accent; NFKC joins them again.
    return pc.utf8_normalize(pc.utf8_lower(values), form="NFKC")


def _ascii_digits(values: Values) -> Values:
    for digit in range(10):
        others = "".join(chr(ord(zero) + digit) for zero in _DIGIT_RANGES)
        values = pc.replace_substring_regex(values, f"[{others}]", str(digit))
    return values


def _phone(values: Values) -> Values:
    text = TextBytes.of(values)
    digits = (text.data - np.uint8(_ZERO)) < 10
    pluses = _leading_pluses(text, digits)
    if len(pluses):
        digits[pluses] = True
    return _zeros_to_plus(text.keep(digits)).array(values)


def _leading_pluses(text: TextBytes, digits: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Where the first `+` of every value is that has digits, and none before it."""
    plus = text.data == _PLUS
    rows = np.flatnonzero(np.diff(text.offsets))
    rows = rows[plus[text.offsets[rows]]]
    if np.count_nonzero(plus) > len(rows):
        return _searched_pluses(text, digits, np.flatnonzero(plus))
    # All stand at a start, and mostly each has its digit right behind it: nothing to search.
    starts: npt.NDArray[np.int64] = text.offsets[rows]
    behind = starts + 1
    digit_behind = behind < text.offsets[rows + 1]
    digit_behind[digit_behind] = digits[behind[digit_behind]]
    if digit_behind.all():
        return starts
    return _searched_pluses(text, digits, starts)


def _searched_pluses(
    text: TextBytes, digits: npt.NDArray[np.bool_], places: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The same from where every `+` is."""
    rows, first = np.unique(text.rows_of(places), return_index=True)
    places, before = places[first], np.concatenate(([0], np.cumsum(digits)))
    starts, ends = text.offsets[rows], text.offsets[rows + 1]
    leads = (before[places] == before[starts]) & (before[ends] > before[starts])
    found: npt.NDArray[np.int64] = places[leads]
    return found


def _zeros_to_plus(text: TextBytes) -> TextBytes:
    """Turn a leading `00` into `+`, where more follows."""
    starts = text.offsets[:-1][np.diff(text.offsets) > 2]
    starts = starts[(text.data[starts] == _ZERO) & (text.data[starts + 1] == _ZERO)]
    if not len(starts):
        return text
    data = text.data.copy()
    data[starts + 1] = _PLUS
    keep = np.ones(len(data), dtype=np.bool_)
    keep[starts] = False
    return TextBytes(data, text.offsets).keep(keep)


def _without_empty(values: Values) -> Values:
    empty = pc.equal(pc.binary_length(values), 0)
    if not pc.any(empty).as_py():
        return values
    return pc.if_else(empty, pa.scalar(None, pa.string()), values)
