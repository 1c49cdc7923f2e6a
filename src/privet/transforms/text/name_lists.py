"""The words that names are made of, by script and part, each in three cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final

import numpy as np
import pyarrow as pa

from privet.transforms.arrow import Values, pc
from privet.transforms.text.drawing import Places
from privet.transforms.text.word_lists import table

SCRIPTS: Final = (
    "latin", "cyrillic", "greek", "arabic", "hebrew", "devanagari", "han", "kana", "hangul",
)  # fmt: skip

GIVEN, FAMILY, INITIAL, HEAD, JOINED, TWO, THREE, FOUR = range(8)
"""Parts. `HEAD`: the first half of a family name. `JOINED`: given and family name, small and in
one, as in user names. `TWO` to `FOUR`: whole names of so many characters (`FOUR`: and more)."""
PARTS: Final = 8


@dataclass(frozen=True, slots=True)
class NameLists:
    """All words in one array: each list as titles, then in capitals, then in small letters.

    Attributes:
        words: a string array.
        small: the same, small.
        first: where the list of a script and part begins: shape (scripts, parts).
        count: how many words it has, in one of its cases.
    """

    words: Values
    small: Values
    first: Places
    count: Places


@cache
def name_lists() -> NameLists:
    """The lists, read once."""
    lists = [words for script in SCRIPTS for words in _lists(script)]
    starts = np.cumsum([0] + [3 * len(words) for words in lists])[:-1]
    shape = (len(SCRIPTS), PARTS)
    titles: list[Any] = [pa.array(words, pa.string()) for words in lists]
    array = pa.concat_arrays(
        [form for one in titles for form in (one, pc.utf8_upper(one), pc.utf8_lower(one))]
    )
    count = np.array([len(words) for words in lists]).reshape(shape)
    return NameLists(array, pc.utf8_lower(array), starts.reshape(shape), count)


def _lists(script: str) -> tuple[Sequence[str], ...]:
    """The words of one script, in the order of the parts."""
    words = {
        topic.removeprefix(f"{script}."): found
        for topic, found in table("name_words").items()
        if topic.startswith(f"{script}.")
    }
    head, given = words.get("head", ()), words["given"]
    family = words.get("family") or _joined(head, words["tail"])
    joined = [word.lower() for word in _joined(given[::4], family[::8])] if head else ()
    whole: tuple[Sequence[str], ...] = ((), (), ())
    if script == "han":
        whole = (
            _joined(family, words["one"]),
            _joined(family, given),
            _joined(words["long_family"], words["long_given"]),
        )
    elif script in ("kana", "hangul"):
        whole = (_joined(family, given),) * 3
    initials = sorted({word[0] for word in family})
    return given, family, initials, head or family, joined, *whole


def _joined(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return [a + b for a, b in product(first, second)]
