"""What the values of one column look like: shares of distinct values that pass a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import pyarrow as pa

from privet.detect.columns import phones, validators
from privet.detect.columns.checks import Check, Mask, count, letters, mask
from privet.detect.columns.concepts import SIGNATURES
from privet.detect.columns.dates import days_of
from privet.detect.columns.names import NOBODY, NameShares, name_shares
from privet.detect.columns.sampling import Sample
from privet.detect.columns.shares import Share, share
from privet.detect.words import value_words
from privet.transforms.arrow import Values, pc

_FRONT = 1_000
"""Values that say what all are like: a share among them is within 4 % of the share among all."""
_FEW = 50
_LABELS = 5
_NUMERIC = ("int", "uint", "double", "float", "decimal")


class Shape(Enum):
    """What values are like, where nothing more is known."""

    FLAG = "true or false"
    NUMBER = "numbers"
    DATE = "dates"
    PROSE = "long texts"
    FEW = "a few different values"
    UUID = "UUIDs"
    PERSON = "two to five capitalised words, as names are"
    WORDS = "texts of several words"
    CODE = "single words or codes"


@dataclass(frozen=True, slots=True)
class Profile:
    """The values of a column, counted and tried.

    Attributes:
        values: how many there were, missing ones included.
        missing: nulls, blanks, and distinct values that stand for nothing are not tried.
        distinct: how many different ones (an estimate above the sample's size).
        texts: the distinct values that were tried, a string array; never shown.
        sampled: whether `texts` are only a sample of the distinct values.
        shape: what they look like by themselves.
        signatures: by concept, the share that has its form.
        local_phones: the share that looks like phone numbers without a country.
        holding_email: the share with an e-mail address inside.
        names: the shares that are in the lists of names and places.
    """

    values: int
    missing: int
    distinct: int
    texts: Values = field(repr=False)
    sampled: bool
    shape: Shape
    signatures: Mapping[str, Share]
    local_phones: Share
    holding_email: Share
    names: NameShares = NOBODY

    def share(self, check: Check) -> Share:
        """The share of the distinct values that passes a test."""
        return share(check(self.texts))

    @property
    def front(self) -> Values:
        """A uniform sample of the distinct values, for what takes longer."""
        return self.texts.slice(0, _FRONT)

    @property
    def nearly_unique(self) -> bool:
        """Whether hardly a value comes twice."""
        present = self.values - self.missing
        return present >= 20 and self.distinct >= 0.9 * present

    @property
    def spread(self) -> str:
        """How many values there are, in words."""
        about = "about " if self.sampled else ""
        return f"{about}{self.distinct:,} distinct values in {self.values:,}"


def profile(column_type: str, sample: Sample) -> Profile:
    """Count and try the values of a column of that (contract) type."""
    lower = pc.utf8_lower(sample.texts)
    nothing = mask(pc.is_in(lower, value_set=pa.array(["", *value_words("nothing")])))
    texts = sample.texts.filter(pa.array(~nothing)) if nothing.any() else sample.texts
    distinct = sample.distinct - int(nothing.sum())
    shape = _shape(column_type, texts, distinct, sample.values - sample.missing)
    plain = shape in {Shape.FLAG, Shape.DATE} or column_type == "bool"
    return Profile(
        values=sample.values,
        missing=sample.missing,
        distinct=distinct,
        texts=texts,
        sampled=not sample.whole,
        shape=shape,
        signatures={} if plain else _signatures(texts),
        local_phones=share(phones.are_local_phone_numbers(texts.slice(0, _FRONT // 4))),
        holding_email=share(validators.hold_emails(texts)),
        names=NOBODY if plain or shape is Shape.NUMBER else name_shares(texts.slice(0, _FRONT)),
    )


def _signatures(texts: Values) -> dict[str, Share]:
    """The shares of forms that tell what a value is; a form that is rare is looked for in all."""
    shares: dict[str, Share] = {}
    front = texts.slice(0, _FRONT)
    for each in SIGNATURES:
        found = share(each.check(front))
        whole = len(front) < len(texts) and (found.hits > 0 or each.concept == "email")
        shares[each.concept] = share(each.check(texts)) if whole else found
    shares["phone"] = share(phones.are_clear_phone_numbers(texts.slice(0, _FRONT // 2)))
    return shares


def _shape(column_type: str, texts: Values, distinct: int, present: int) -> Shape:
    front = texts.slice(0, _FRONT)
    if column_type == "bool" or _is_flag(texts):
        return Shape.FLAG
    if column_type.startswith(("date", "timestamp")) or _mostly(~np.isnat(days_of(front))):
        return Shape.DATE
    if column_type.startswith(_NUMERIC) or _mostly(validators.are_numbers(front)):
        return Shape.NUMBER
    if _is_prose(front):
        return Shape.PROSE
    return Shape.FEW if _are_labels(front, distinct, present) else _texts_shape(front)


def _are_labels(texts: Values, distinct: int, present: int) -> bool:
    """Values that come again and again, as what each row has of its own does not."""
    if distinct <= _LABELS:
        return True
    few = distinct <= _FEW and distinct <= 0.2 * present
    return few and not _mostly(validators.are_person_shaped(texts))


def _texts_shape(texts: Values) -> Shape:
    if _mostly(validators.are_uuids(texts)):
        return Shape.UUID
    if _mostly(validators.are_person_shaped(texts)):
        return Shape.PERSON
    several = share(validators.are_several_words(texts)).part >= 0.5
    return Shape.WORDS if several else Shape.CODE


def _is_prose(texts: Values) -> bool:
    """Forty letters and five words on average; scripts that part no words, two letters a word."""
    if not len(texts):
        return False
    dense = count(texts, r"[\x{2E80}-\x{10FFFF}]")
    words = count(texts, r"\S+") + dense // 2
    return bool(words.mean() >= 5 and (letters(texts) + dense).mean() >= 40)


def _is_flag(texts: Values) -> bool:
    if not 0 < len(texts) <= 4:
        return False
    return value_words("flag").issuperset(pc.utf8_lower(texts).to_pylist())


def _mostly(found: Mask) -> bool:
    return share(found).part >= 0.8
