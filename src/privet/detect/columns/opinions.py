"""What a rule says of a column, and the words it says it in: counts and shares, never a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from privet.detect.columns.concepts import CONCEPTS
from privet.detect.columns.profile import Profile
from privet.detect.columns.shares import Share

MOST = 0.8
"""A share of distinct values that makes a finding sure."""
SOME = 0.05
"""A share below which the values do not bear a header out."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beyond the column.

    Attributes:
        today: no birth date is later.
        about_people: whether other columns say that the table is about people.
        first_names: whether another column holds given names alone.
    """

    today: date
    about_people: bool = False
    first_names: bool = False


@dataclass(frozen=True, slots=True)
class Opinion:
    """A finding to be: `concept` as in `CONCEPTS`, or None for nothing; confidence in per cent."""

    concept: str | None
    confidence: int
    evidence: tuple[str, ...]
    unsure: bool = False


def says_header(concept: str) -> str:
    """What the header says."""
    return f"header says {CONCEPTS[concept].label}"


def are(share: Share, concept: str, values: Profile) -> str:
    """How many values are of a concept."""
    return f"{share} {tried(values, share)} are {CONCEPTS[concept].label}"


def holding(values: Profile) -> str:
    """How many values have an e-mail address inside."""
    return f"{values.holding_email} {tried(values)} hold an e-mail address"


def tried(values: Profile, share: Share | None = None) -> str:
    """What was counted: all distinct values, or a sample of them."""
    part = share is not None and share.of < len(values.texts)
    return "sampled distinct values" if values.sampled or part else "distinct values"
