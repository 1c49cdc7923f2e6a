"""The step `normalise`: one Unicode form, one case, single spaces.

In this order: the Unicode form (Unicode annex 15), the case, the form again where the case has
parted what it joins, and last the spaces. Upper, lower and title case map each character to one
(`ß` becomes `ẞ`); `fold` is Unicode's full case folding, for comparing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.quality.cleaning.change import Change, Mask, Work, on_readable, then, whole, within
from privet.quality.cleaning.whitespace import SPACES
from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

_Respell: TypeAlias = Callable[[Values], Values]

_RUN: Final = f"[{SPACES}]+"
_SPACE, _LAST_ASCII = 32, 127
_U0300, _U0400, _U0440 = 0xCC, 0xD0, 0xD1
"""First bytes of what begins at these code points, 64 letters each."""


def normalise(unicode_form: str | None, case: str | None, *, collapse: bool) -> Work:
    """The step on text.

    Args:
        unicode_form: `NFC`, `NFKC` or None.
        case: `lower`, `upper`, `title`, `fold` or None.
        collapse: whether each run of white space becomes one space. It leaves one at either end,
            which `trim` takes off.
    """
    spaces: list[_Respell] = [_collapsed] if collapse else []
    cased = CASES[case] if case else None
    plain = [cased[0]] if cased else []
    full = [cased[1]] if cased else []
    if unicode_form:
        form = _form(unicode_form)
        full = [form, *full, form] if full else [form]

    def work(values: Values) -> Change:
        ascii_only = pc.string_is_ascii(values)
        if pc.all(ascii_only).as_py() in (True, None):
            return _respelled(values, [*plain, *spaces])
        simple = within(values, ascii_only, lambda part: _respelled(part, [*plain, *spaces]))
        return then(simple, lambda now: within(now, pc.invert(ascii_only), others))

    def others(values: Values) -> Change:
        return on_readable(values, lambda part: _respelled(part, [*full, *spaces]))

    return work


def _respelled(values: Values, steps: Sequence[_Respell]) -> Change:
    made = values
    for step in steps:
        made = step(made)
    return Change(values) if made is values else whole(values, made)


def _form(name: str) -> _Respell:
    def respell(values: Values) -> Values:
        return pc.utf8_normalize(values, form=name)

    def composed(values: Values) -> Values:
        where = _with_bytes(values, _uncomposed)
        return within(values, where, lambda part: whole(part, respell(part))).values

    return composed if name == "NFC" else respell


def _folded(values: Values) -> Values:
    coded = values.dictionary_encode()
    folded = [text.casefold() for text in coded.dictionary.to_pylist()]
    return pa.array(folded, pa.string()).take(coded.indices)


def _collapsed(values: Values) -> Values:
    return within(
        values,
        _may_have_runs(values),
        lambda part: whole(part, pc.replace_substring_regex(part, _RUN, " ")),
    ).values


def _may_have_runs(values: Values) -> Values:
    """Every text with two spaces, a control character, or a letter beyond ASCII."""
    return _with_bytes(values, _two_spaces)


def _two_spaces(data: npt.NDArray[np.uint8]) -> Mask:
    odd = (data < _SPACE) | (data > _LAST_ASCII)
    odd[1:] |= (data[1:] == _SPACE) & (data[:-1] == _SPACE)
    return odd


def _uncomposed(data: npt.NDArray[np.uint8]) -> Mask:
    """Bytes that begin letters outside U+0000 to U+02FF and U+0400 to U+047F.

    Those within have no other spelling in NFC, and combine with nothing among themselves
    (DerivedNormalizationProps.txt, NFC_Quick_Check).
    """
    odd: Mask = (data >= _U0300) & (data != _U0400) & (data != _U0440)
    return odd


def _with_bytes(values: Values, find: Callable[[npt.NDArray[np.uint8]], Mask]) -> Values:
    """The texts that hold a byte that `find` marks."""
    text = TextBytes.of(values)
    places = np.flatnonzero(find(text.data))
    found = np.zeros(len(values), dtype=np.bool_)
    if len(places):
        found[text.rows_of(places)] = True
    return pc.and_(pa.array(found), values.is_valid())


CASES: Final[dict[str, tuple[_Respell, _Respell]]] = {
    "lower": (pc.ascii_lower, pc.utf8_lower),
    "upper": (pc.ascii_upper, pc.utf8_upper),
    "title": (pc.ascii_title, pc.utf8_title),
    "fold": (pc.ascii_lower, _folded),
}
"""How each case is made, of ASCII and of other text."""

FORMS: Final = ("NFC", "NFKC")
