"""What the lists of names and places say of a column: which concept, and by how much above chance.

Everyday words are in a list by accident too: about 3 in 100 words of titles of products are also a
family name or a place somewhere (`BY_CHANCE`, measured on words in eight languages). A share counts
that is well above it; single values are never judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.detect.columns.checks import Mask, holds, matches
from privet.detect.columns.gazetteers import Gazetteer, folded, listed, words_of
from privet.detect.columns.shares import Share, share
from privet.detect.words import value_words
from privet.transforms.arrow import Values, pc

BY_CHANCE = 0.04
"""Share of everyday words in a list, at most."""
_LIFT = 4
_FEWEST = 4
"""Distinct values in a list, at least."""


@dataclass(frozen=True, slots=True)
class NameShares:
    """Shares of distinct values.

    Attributes:
        given: one word, and a given name.
        family: a family name of one or several words, and nothing else.
        full: two to five words, one of them a given or family name, none of them a digit.
        words: of full, those whose words are names for the greater part.
        city: the whole is a place.
        country: the whole is a country, or one of its codes.
        language: the whole is a language, or one of its codes.
        legal: it has the form of a company (`Ltd`, `GmbH`).
        latin: whether they are in Latin script, which the lists know best.
    """

    given: Share
    family: Share
    full: Share
    words: Share
    city: Share
    country: Share
    language: Share
    legal: Share
    latin: bool = True

    @property
    def best(self) -> str | None:
        """The concept that the lists speak for without any header, if one."""
        if self.legal.part >= 0.15:
            return None
        found = {
            concept: self.of(concept)
            for concept in ("country", "name", "name.first", "city", "name.last")
        }
        asked = {"country": 0.6, "name": 0.4, "city": 0.3}
        told = {
            concept: part
            for concept, part in found.items()
            if part.hits >= _FEWEST and part.part >= asked.get(concept, _LIFT * BY_CHANCE)
        }
        return max(told, key=lambda concept: told[concept].part, default=None)

    def of(self, concept: str) -> Share:
        """The share that speaks for a concept."""
        return {
            "country": self.country,
            "name": self.words,
            "name.first": self.given,
            "city": self.city,
            "name.last": self.family,
        }[concept]

    @property
    def people(self) -> Share:
        """Values that hold a name of a person at all."""
        hits = self.given.hits + self.family.hits + self.full.hits
        return Share(min(hits, self.full.of), self.full.of)


_NONE = Share(0, 0)
NOBODY = NameShares(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE)
_LEGAL = (
    r"(?i)\b(?:gmbh|mbh|ag|kg|kgaa|ohg|e\.?v|ltd|limited|llc|llp|inc|corp|plc|co\.|sarl|sas|s\.a|"
    r"srl|s\.r\.l|spa|s\.p\.a|s\.l|sl|bv|b\.v|nv|n\.v|sp\. z o\.o|s\.c|"
    r"ltda|oy|ab|a/s|group|holding)(?:\W|$)"
)


def name_shares(texts: Values) -> NameShares:
    """The shares of a column's distinct values."""
    if not len(texts):
        return NOBODY
    bare = folded(texts)
    words, rows = words_of(bare)
    given, family = listed(words, Gazetteer.GIVEN), listed(words, Gazetteer.FAMILY)
    many = np.bincount(rows, minlength=len(texts))
    particles = pc.is_in(words, value_set=pa.array(sorted(value_words("particle"))))
    weight = np.where(particles.to_numpy(zero_copy_only=False), 0, 1)
    named = np.bincount(rows, weights=(given | family) * weight, minlength=len(texts))
    counted = np.bincount(rows, weights=weight, minlength=len(texts))
    clean = ~holds(texts, r"[\d@/_:]")
    one = (counted == 1) & clean
    first, last = _each(given, rows, texts), _each(family, rows, texts)
    full = clean & (many >= 2) & (many <= 5) & (named >= 1)
    han = matches(texts, r"[\x{4E00}-\x{9FFF}]{2,4}")
    return NameShares(
        given=share(one & first),
        family=share(one & last),
        full=share(full | _han_names(texts, han)),
        words=share((full & (2 * named >= counted)) | _han_names(texts, han)),
        city=share(clean & listed(bare, Gazetteer.CITY)),
        country=share(listed(bare, Gazetteer.COUNTRY)),
        language=share(listed(bare, Gazetteer.LANGUAGE)),
        legal=share(holds(texts, _LEGAL)),
        latin=bool(
            matches(texts, r"[\x00-\x{24F}\x{1E00}-\x{1EFF}\x{2000}-\x{206F}]*").mean() >= 0.8
        ),
    )


def _each(words: Mask, rows: npt.NDArray[np.int64], texts: Values) -> Mask:
    """The values with such a word."""
    found: Mask = np.bincount(rows, weights=words, minlength=len(texts)) > 0
    return found


def _han_names(texts: Values, han: Mask) -> Mask:
    """Two to four Chinese signs that begin with a family name."""
    if not han.any():
        return han
    found = np.zeros(len(texts), np.bool_)
    for size in (1, 2):
        start = pc.utf8_slice_codeunits(texts, 0, size)
        found |= han & listed(start, Gazetteer.FAMILY)
    return found
