"""Free text: what is prose enough for a model, and how a long text is cut for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

WINDOW, OVERLAP = 1_000, 120
"""Characters that a model sees at once, and how many of them the window before has too."""
_WORDS, _LETTERS_WITHOUT_SPACES = 4, 8
_WORD = re.compile(r"[^\W\d_]{2,}|[^\W\d_](?=\s)")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def is_free_text(text: str) -> bool:
    """Whether a text is prose enough for a model.

    It is with four words, or with eight letters of a script without spaces (Chinese, Japanese,
    Thai).
    """
    some = sum(1 for _ in islice(_WORD.finditer(text), _WORDS))
    if some >= _WORDS:
        return True
    unspaced = islice(_UNSPACED.finditer(text), _LETTERS_WITHOUT_SPACES)
    return sum(1 for _ in unspaced) >= _LETTERS_WITHOUT_SPACES


def windows(text: str, size: int = WINDOW, overlap: int = OVERLAP) -> Iterator[tuple[int, int]]:
    """Where to cut a long text: from and to, between words where there are some.

    Each window begins at most `overlap` characters before the end of the one before.
    """
    start = 0
    while len(text) - start > size:
        end = _border(text, start + size - overlap, start + size)
        yield start, end
        start = _border(text, end - overlap, end - overlap // 2)
    yield start, len(text)


def _border(text: str, low: int, high: int) -> int:
    """The place after the last space between the two; the second where there is none."""
    for at in range(high, low, -1):
        if text[at - 1].isspace():
            return at
    return high
