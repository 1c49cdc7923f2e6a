"""White space around texts, and the step `trim` that takes it off.

White space is what Unicode calls so (property White_Space), and three characters that show nothing:
zero width space, word joiner and byte order mark, with the Mongolian vowel separator. The joiners
U+200C and U+200D are none: they shape the letters beside them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from privet.quality.cleaning.change import Change, Mask, nulled, on_readable, then, whole, within
from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

SPACES: Final = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's White_Space (PropList.txt)."""

BLANK: Final = SPACES + "\u180e\u200b\u2060\ufeff"
"""What `trim` takes off."""


def _byte_table(places: slice) -> Mask:
    table = np.zeros(256, dtype=np.bool_)
    table[[mark.encode()[places][0] for mark in BLANK]] = True
    return table


_FIRST: Final = _byte_table(slice(0, 1))
_LAST: Final = _byte_table(slice(-1, None))


def edges(values: Values) -> Values | None:
    """A mask of the texts that may begin or end in white space, or are empty; None: none does.

    It looks at their first and last byte only, so some that it names have none.
    """
    text = TextBytes.of(values)
    starts, ends = text.offsets[:-1], text.offsets[1:]
    if not len(text.data):
        return values.is_valid() if len(values) > values.null_count else None
    first = _FIRST[text.data[np.minimum(starts, len(text.data) - 1)]]
    found = first | _LAST[text.data[ends - 1]] | (starts == ends)
    if not found.any():
        return None
    mask = pa.array(found)
    return pc.and_(mask, values.is_valid()) if values.null_count else mask


def stripped(values: Values) -> Values:
    """Texts without white space around them; blank ones are empty, invalid UTF-8 stays."""
    where = edges(values)
    return values if where is None else within(values, where, _strip).values


def trim(values: Values) -> Change:
    """Take the white space off both ends; a text that is blank altogether becomes null."""
    where = edges(values)
    if where is None:
        return Change(values)
    return within(values, where, _trim)


def _strip(values: Values) -> Change:
    return on_readable(values, lambda part: whole(part, pc.utf8_trim(part, characters=BLANK)))


def _trim(values: Values) -> Change:
    return then(_strip(values), _blank_to_null)


def _blank_to_null(values: Values) -> Change:
    return nulled(values, pc.equal(pc.binary_length(values), 0))
