"""Lists of names, places and languages: is a value, or a word of it, in one.

A list is a file of sorted 32-bit hashes of folded words (`tools/gazetteers.py` makes it, and says
of what), so a lookup is a binary search over a whole column, and a word that is not in a list of n
is taken for one with a chance of n / 2^32. Lists tell of columns, by shares; of a single text they
promise nothing.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.detect.columns.checks import BEYOND, Mask
from privet.detect.columns.hashing import LONGEST, hashes_of
from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

_UNDECOMPOSED = (("ß", "ss"), ("ł", "l"), ("ø", "o"), ("đ", "d"), ("\u0131", "i"), ("æ", "ae"))
_ACCENTS = r"[\x{300}-\x{36F}]+"
_BITS = np.uint64(32)


class Gazetteer(Enum):
    """The lists; the value is the file's name."""

    GIVEN = "given"
    FAMILY = "family"
    CITY = "city"
    COUNTRY = "country"
    LANGUAGE = "language"


def folded(values: Values) -> Values:
    """Texts in lower case and without accents, every run of other signs than letters one blank."""
    texts = pc.utf8_lower(values)
    for sign, plain in _UNDECOMPOSED:
        texts = pc.replace_substring(texts, sign, plain)
    texts = pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKD"), _ACCENTS, "")
    return pc.utf8_trim(pc.replace_substring_regex(texts, rf"[^A-Za-z{BEYOND}]+", " "), " ")


def words_of(texts: Values) -> tuple[Values, npt.NDArray[np.int64]]:
    """Every word of folded texts, and the text that it stands in."""
    parted = pc.split_pattern(texts, " ")
    return pc.list_flatten(parted), pc.list_parent_indices(parted).to_numpy()


def listed(texts: Values, which: Gazetteer) -> Mask:
    """For each folded text, whether it is in a list."""
    raw = pc.cast(pc.binary_slice(pc.cast(texts, pa.binary()), 0, LONGEST), pa.binary())
    full = pc.greater(pc.binary_length(raw), 0).to_numpy(zero_copy_only=False)
    keys = short_hashes(raw.filter(pa.array(full)))
    known = _load(which)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    found = np.zeros(len(texts), np.bool_)
    found[full] = known[place] == keys
    return found


def short_hashes(texts: Values) -> npt.NDArray[np.uint32]:
    """The hashes that the lists hold; no text may be empty."""
    return (hashes_of(TextBytes.of(texts)) >> _BITS).astype(np.uint32)


@cache
def _load(which: Gazetteer) -> npt.NDArray[np.uint32]:
    raw = files("privet.detect.columns").joinpath(f"lists/{which.value}.bin").read_bytes()
    return np.frombuffer(raw, "<u4")
