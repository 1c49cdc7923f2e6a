"""The common shape of a column's texts, as a pattern of letter and digit classes.

`DE/1042` and `FR/77` have the shape `^[A-Z]{2}/[0-9]{2,4}$`. A pattern holds no letter and no digit
of the data; signs that all texts have in one place stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

_LONGEST: Final = 64
_MOST_SHAPES: Final = 200
_LONGEST_RUN: Final = 20
_DIGIT, _A_F, _G_Z, _UPPER_A_F, _UPPER_G_Z, _SIGN = 1, 2, 4, 8, 16, 32
_ALPHABETS: Final = (
    (_DIGIT, "0123456789"),
    (_A_F, "abcdef"),
    (_G_Z, "ghijklmnopqrstuvwxyz"),
    (_UPPER_A_F, "ABCDEF"),
    (_UPPER_G_Z, "GHIJKLMNOPQRSTUVWXYZ"),
)
_RUNS: Final = {"9": "[0-9]", "A": "[A-Z]", "a": "[a-z]"}


def _table() -> npt.NDArray[np.uint8]:
    classes = np.full(256, _SIGN, np.uint8)
    for bit, letters in _ALPHABETS:
        classes[[ord(letter) for letter in letters]] = bit
    return classes


_CLASSES: Final = _table()


@dataclass(slots=True)
class _Places:
    """What stands at each place of texts that are all of one length."""

    classes: npt.NDArray[np.uint8]
    least: npt.NDArray[np.uint8]
    most: npt.NDArray[np.uint8]


class TextShape:
    """Takes texts in, array by array; knows their lengths and the pattern that all of them have."""

    def __init__(self) -> None:
        self.shortest: int | None = None
        self.longest: int | None = None
        self._plain = True
        self._places: _Places | None = None
        self._shapes: set[str] | None = set()

    def add(self, texts: Values) -> None:
        """Take texts in: valid UTF-8, no nulls."""
        if not len(texts):
            return
        lengths = pc.min_max(pc.utf8_length(texts)).as_py()
        before, self.shortest = self.shortest, _least(self.shortest, lengths["min"])
        self.longest = max(self.longest or 0, lengths["max"])
        data = TextBytes.of(texts)
        self._plain = self._plain and self.longest <= _LONGEST and not (data.data > 127).any()
        if not self._plain:
            self._places = self._shapes = None
            return
        self._add_shapes(texts)
        if self.shortest == self.longest:
            self._add_places(data, first=before is None)
        else:
            self._places = None

    def pattern(self) -> str | None:
        """A pattern that every text has (RE2, the whole text); None where there is no common shape.

        Where lengths differ, only a shape with digits in it counts: words are no code.
        """
        if not self._plain or not self.longest:
            return None
        if self._places is not None:
            return _of_places(self._places)
        return _of_shapes(self._shapes) if self._shapes else None

    def _add_shapes(self, texts: Values) -> None:
        if self._shapes is None:
            return
        for letters, letter in (("[0-9]", "9"), ("[A-Z]", "A"), ("[a-z]", "a")):
            texts = pc.replace_substring_regex(texts, letters, letter)
        self._shapes.update(pc.unique(texts).to_pylist())
        if len(self._shapes) > _MOST_SHAPES:
            self._shapes = None

    def _add_places(self, data: TextBytes, *, first: bool) -> None:
        length = int(data.offsets[1] - data.offsets[0])
        if not length or (not first and self._places is None):
            return
        signs = data.data.reshape(-1, length)
        least, most = signs.min(axis=0), signs.max(axis=0)
        classes = np.bitwise_or.reduce(_CLASSES[signs], axis=0)
        if self._places is None:
            self._places = _Places(classes, least, most)
            return
        self._places.classes |= classes
        self._places.least = np.minimum(self._places.least, least)
        self._places.most = np.maximum(self._places.most, most)


def _least(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)


def _of_places(places: _Places) -> str | None:
    """The pattern of texts of one length."""
    parts = []
    for bits, least, most in zip(places.classes, places.least, places.most, strict=True):
        if bits == _SIGN and least == most:
            parts.append(re.escape(chr(least)))
        elif bits & _SIGN:
            return None
        else:
            parts.append(_class(int(bits)))
    if not any(part.startswith("[") for part in parts):
        return None
    runs = [(part, len(list(group))) for part, group in groupby(parts)]
    return _anchored((part, count, count) for part, count in runs)


def _class(bits: int) -> str:
    text = "0-9" if bits & _DIGIT else ""
    for first, rest, letters, all_letters in (
        (_A_F, _G_Z, "a-f", "a-z"),
        (_UPPER_A_F, _UPPER_G_Z, "A-F", "A-Z"),
    ):
        if bits & (first | rest):
            # Only beside digits do a few letters tell of hexadecimal numbers.
            text += letters if not bits & rest and bits & _DIGIT else all_letters
    return f"[{text}]"


def _of_shapes(shapes: Iterable[str]) -> str | None:
    """The pattern of texts of many lengths: the same runs of classes, some longer and some not."""
    runs = [[(letter, len(list(group))) for letter, group in groupby(shape)] for shape in shapes]
    letters = [letter for letter, _ in runs[0]]
    if "9" not in letters or any([letter for letter, _ in run] != letters for run in runs):
        return None
    counts = [[run[place][1] for run in runs] for place in range(len(letters))]
    if any(max(count) > _LONGEST_RUN for count in counts):
        return None
    return _anchored(
        (_RUNS.get(letter, re.escape(letter)), min(count), max(count))
        for letter, count in zip(letters, counts, strict=True)
    )


def _anchored(parts: Iterable[tuple[str, int, int]]) -> str:
    return "^" + "".join(_repeated(*part) for part in parts) + "$"


def _repeated(part: str, least: int, most: int) -> str:
    if most == least:
        return part if least == 1 else f"{part}{{{least}}}"
    return f"{part}{{{least},{most}}}"
