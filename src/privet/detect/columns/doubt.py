"""Columns of which neither a form nor the header says what they are."""

from __future__ import annotations

import numpy as np

from privet.detect.columns import validators
from privet.detect.columns.checks import count, letters
from privet.detect.columns.concepts import CONCEPTS, SIGNATURES
from privet.detect.columns.dates import days_of
from privet.detect.columns.headers import HeaderEvidence
from privet.detect.columns.officials import official_share
from privet.detect.columns.opinions import MOST, SOME, Context, Opinion, are, holding, tried
from privet.detect.columns.profile import Profile, Shape
from privet.detect.columns.shares import Share
from privet.detect.words import value_words

_CHANCE = {signature.concept: signature.chance for signature in SIGNATURES} | {"phone": SOME}
_OFFICIAL = 0.6
"""Values of one country's numbers may be taken for another's where both fit."""
_PLAIN = frozenset({Shape.FLAG, Shape.NUMBER, Shape.DATE, Shape.FEW})
_NAMEABLE = frozenset({Shape.FEW, Shape.PERSON, Shape.WORDS, Shape.CODE})


def by_mixture(header: HeaderEvidence, values: Profile) -> Opinion | None:
    """Forms that check themselves, in some values."""
    if values.shape is Shape.PROSE:
        return _addresses(header, values) or prose(values, ())
    found = {
        concept: share
        for concept, share in values.signatures.items()
        if share.hits and share.part >= _CHANCE[concept]
    }
    parts = tuple(are(share, concept, values) for concept, share in found.items())
    if len(found) > 1:
        return Opinion("free_text", 70, ("values of several kinds", *parts), unsure=True)
    if found:
        return Opinion(next(iter(found)), 60, parts, unsure=True)
    if values.holding_email.hits:
        return Opinion("free_text", 70, (holding(values),), unsure=True)
    if values.local_phones.part >= 0.5 and header.blocked is None:
        local = are(values.local_phones, "phone", values)
        return Opinion("phone", 60, (f"{local} of some country",), unsure=True)
    return None


def _addresses(header: HeaderEvidence, values: Profile) -> Opinion | None:
    """Long texts with a number each, most of whose words are capitalised or numbers."""
    if header.known or values.share(validators.are_address_shaped).part < MOST:
        return None
    look = f"{tried(values)} are capitalised words and numbers, as addresses are"
    return Opinion("address", 60, (look,), unsure=True)


def prose(values: Profile, says: tuple[str, ...]) -> Opinion:
    """Long texts, whatever they are about."""
    size, words = letters(values.front).mean(), count(values.front, r"\S+").mean()
    look = f"{values.spread}, on average {int(size):,} letters and {int(words):,} words"
    holds = (holding(values),) if values.holding_email.hits else ()
    return Opinion("free_text", 90, (*says, look, *holds, "free text may hold anything"))


def by_shape(header: HeaderEvidence, values: Profile, context: Context) -> Opinion:
    """Nothing known by header or form: firm, but where values could still be about people."""
    if opinion := (
        _by_numbers(header, values)
        or _by_lists(header, values, context)
        or _by_words(values)
        or _by_dates(header, values, context)
    ):
        return opinion
    look = f"{values.spread}: {values.shape.value}, none of a personal form"
    if header.is_id and header.blocked is None:
        reason = "header says an id, but not of what"
        return Opinion("person_id", 50, (reason, look), unsure=True)
    if header.blocked is not None:
        about = "an id of a thing" if header.is_id else header.blocked.value
        return Opinion(None, 90, (f"header says {about}", look))
    if values.shape in _PLAIN and not (context.about_people and _single_out(values)):
        return Opinion(None, 80 if values.shape is Shape.DATE else 90, (look,))
    return _by_doubt(values, context, look)


def _by_numbers(header: HeaderEvidence, values: Profile) -> Opinion | None:
    """Check digits of one country's official numbers, in most values."""
    if header.blocked is not None or values.shape not in {Shape.NUMBER, Shape.CODE, Shape.WORDS}:
        return None
    share = official_share(values.texts)
    if share.part < _OFFICIAL:
        return None
    evidence = f"{share} {tried(values, share)} check as official numbers of one country"
    sure = share.part >= MOST and share.hits >= 20
    return Opinion("national_id", 80 if sure else 60, (evidence,), unsure=not sure)


def _by_lists(header: HeaderEvidence, values: Profile, context: Context) -> Opinion | None:
    """Names and places that lists know, well above chance."""
    concept = values.names.best
    if concept is None or header.blocked is not None or values.shape not in _NAMEABLE:
        return None
    share = values.names.of(concept)
    evidence = f"{share} {tried(values, share)} are listed {CONCEPTS[concept].label}"
    mine = context.about_people or concept in {"name", "name.first"}
    sure = mine and share.part >= 0.5 and share.hits >= 10
    return Opinion(concept, 75 if sure else 55, (evidence,), unsure=not sure)


def _by_doubt(values: Profile, context: Context, look: str) -> Opinion:
    """Texts that no header explains."""
    if values.shape is Shape.PERSON and (values.names.people.part >= 0.1 or not values.names.latin):
        return Opinion("name", 50, (look, "the header does not say whose"), unsure=True)
    if values.shape in {Shape.WORDS, Shape.PERSON}:
        return Opinion(None, 40, (look, "the header does not say what of"), unsure=True)
    if context.about_people and values.nearly_unique:
        return Opinion(None, 40, (look, "nearly every row has its own"), unsure=True)
    return Opinion(None, 70, (look,))


def _single_out(values: Profile) -> bool:
    """Whole numbers long enough for a phone or an official number, one for each row."""
    return values.nearly_unique and values.share(validators.are_long_numbers).part >= MOST


def _by_words(values: Profile) -> Opinion | None:
    """A handful of words that can mean only one thing."""
    if not 2 <= len(values.texts) <= 12:
        return None
    folded = {text.lower() for text in values.texts.to_pylist()}
    for concept in ("gender", "marital_status"):
        known = Share(len(folded & value_words(concept)), len(folded))
        if known.part >= MOST and known.hits > 1:
            return Opinion(concept, 60, (are(known, concept, values),), unsure=True)
    return None


def _by_dates(header: HeaderEvidence, values: Profile, context: Context) -> Opinion | None:
    """Dates of a lifetime, where no header says that they are something else's."""
    if values.shape is not Shape.DATE or (header.known and not context.about_people):
        return None
    found = days_of(values.texts)
    days = np.sort(found[~np.isnat(found)])
    if len(days) < 20 or days[-1] > np.datetime64(context.today, "D"):
        return None
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    early, middle = years[len(days) // 10], years[len(days) // 2]
    if 1900 < early < 1975 and middle < 2000:
        return Opinion(
            "date_of_birth", 50, (f"{values.spread}: dates that span a lifetime",), unsure=True
        )
    return None
