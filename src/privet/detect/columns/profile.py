"""What the values of one column look like: shares of distinct values that pass a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from privet.detect.columns import phones, validators
from privet.detect.columns.concepts import SIGNATURES, Check
from privet.detect.columns.dates import parse_date
from privet.detect.columns.sampling import Sample
from privet.detect.words import value_words

_PHONES_TRIED = 500
"""Parsing a phone number takes fifty times as long as the other tests."""
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
class Share:
    """How many of the distinct values tried pass a test."""

    hits: int
    of: int

    @property
    def part(self) -> float:
        """0 to 1."""
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        if self.hits == self.of:
            return f"all {self.of:,}"
        percent = int(100 * self.part)
        return f"{percent} % of {self.of:,}" if percent else f"{self.hits:,} of {self.of:,}"


@dataclass(frozen=True, slots=True)
class Profile:
    """The values of a column, counted and tried.

    Attributes:
        values: how many there were, missing ones included.
        missing: nulls, blanks, and distinct values that stand for nothing are not tried.
        distinct: how many different ones (an estimate above the sample's size).
        texts: the distinct values that were tried; never shown.
        sampled: whether `texts` are only a sample of the distinct values.
        shape: what they look like by themselves.
        signatures: by concept, the share that has its form.
        local_phones: the share that looks like phone numbers without a country.
        holding_email: the share with an e-mail address inside.
    """

    values: int
    missing: int
    distinct: int
    texts: tuple[str, ...] = field(repr=False)
    sampled: bool
    shape: Shape
    signatures: Mapping[str, Share]
    local_phones: Share
    holding_email: Share

    def share(self, check: Check) -> Share:
        """The share of the distinct values that passes a test."""
        return _share(self.texts, check)

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
    nothing = value_words("nothing")
    texts = tuple(text for text in sample.texts if text and text.lower() not in nothing)
    distinct = sample.distinct - (len(sample.texts) - len(texts))
    few_texts = texts[:_PHONES_TRIED]
    signatures = {each.concept: _share(texts, each.check) for each in SIGNATURES}
    signatures["phone"] = _share(few_texts, phones.is_clear_phone_number)
    return Profile(
        values=sample.values,
        missing=sample.missing,
        distinct=distinct,
        texts=texts,
        sampled=not sample.whole,
        shape=_shape(column_type, texts, distinct, sample.values - sample.missing),
        signatures=signatures,
        local_phones=_share(few_texts, phones.is_local_phone_number),
        holding_email=_share(texts, validators.holds_email),
    )


def _share(texts: Iterable[str], check: Check) -> Share:
    passed = [check(text) for text in texts]
    return Share(sum(passed), len(passed))


def _shape(column_type: str, texts: tuple[str, ...], distinct: int, present: int) -> Shape:
    if column_type == "bool" or _is_flag(texts):
        return Shape.FLAG
    if column_type.startswith(("date", "timestamp")) or _mostly(texts, _is_date):
        return Shape.DATE
    if column_type.startswith(_NUMERIC) or _mostly(texts, _is_number):
        return Shape.NUMBER
    if _is_prose(texts):
        return Shape.PROSE
    return Shape.FEW if _are_labels(texts, distinct, present) else _texts_shape(texts)


def _are_labels(texts: tuple[str, ...], distinct: int, present: int) -> bool:
    """Values that come again and again, as what each row has of its own does not."""
    if distinct <= _LABELS:
        return True
    few = distinct <= _FEW and distinct <= 0.2 * present
    return few and not _mostly(texts, validators.is_person_shaped)


def _texts_shape(texts: tuple[str, ...]) -> Shape:
    if _mostly(texts, validators.is_uuid):
        return Shape.UUID
    if _mostly(texts, validators.is_person_shaped):
        return Shape.PERSON
    several = _share(texts, validators.is_several_words).part >= 0.5
    return Shape.WORDS if several else Shape.CODE


def _is_prose(texts: tuple[str, ...]) -> bool:
    """Forty letters and five words on average; scripts that part no words, two letters a word."""
    if not texts:
        return False
    words = sum(len(text.split()) + sum(sign > "\u2e7f" for sign in text) // 2 for text in texts)
    letters = sum(len(text) + sum(sign > "\u2e7f" for sign in text) for text in texts)
    return words >= 5 * len(texts) and letters >= 40 * len(texts)


def _is_flag(texts: tuple[str, ...]) -> bool:
    return 0 < len(texts) <= 4 and value_words("flag").issuperset(map(str.lower, texts))


def _mostly(texts: tuple[str, ...], check: Check) -> bool:
    return _share(texts, check).part >= 0.8


def _is_date(text: str) -> bool:
    return parse_date(text) is not None


def _is_number(text: str) -> bool:
    try:
        float(text.replace(" ", "").replace(",", ".", 1))
    except ValueError:
        return False
    return True
