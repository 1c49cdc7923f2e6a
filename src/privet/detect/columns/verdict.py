"""From a header and the look of the values to a verdict: pure, and the same for the same input.

A form that checks itself (e-mail, IBAN, card, IP) decides alone. Else the header decides, as far as
the values do not speak against it. Where neither says anything the verdict is a firm "nothing
found", but for values that could be names or that single out rows: those a person should see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from privet.detect.columns import validators
from privet.detect.columns.concepts import CONCEPTS, SIGNATURES, kind_of
from privet.detect.columns.dates import is_birth_date, parse_date
from privet.detect.columns.headers import HeaderEvidence
from privet.detect.columns.profile import Profile, Shape, Share
from privet.detect.words import value_words
from privet.model.contract import Column
from privet.model.finding import Finding

MOST = 0.8
"""A share of distinct values that makes a finding sure."""
SOME = 0.05
"""A share below which the values do not bear a header out."""
_CHANCE = {signature.concept: signature.chance for signature in SIGNATURES} | {"phone": SOME}
_ALONE = {signature.concept for signature in SIGNATURES if signature.alone}
_CONTEXTUAL = frozenset({"name.bare", "city", "postcode", "country", "state", "language", "url"})
"""What is about people only where the table is: shops have cities too."""
_PEOPLE = frozenset(
    {"email", "phone", "card", "iban", "date_of_birth", "person_id", "national_id", "passport"}
    | {"age", "gender", "marital_status", "ethnicity", "religion", "health", "name", "username"}
)
_FLAGGABLE = frozenset(
    {"age", "gender", "marital_status", "ethnicity", "religion", "politics", "orientation"}
    | {"health", "genetic", "criminal", "household", "nationality", "income", "education"}
)
"""What a bare yes or no can tell."""
_FEW_DISTINCT = 3
_PLAIN = frozenset({Shape.FLAG, Shape.NUMBER, Shape.DATE, Shape.FEW})


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beyond the column: the day, and whether the table is about people."""

    today: date
    about_people: bool = False


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A finding to be."""

    concept: str | None
    confidence: int
    evidence: tuple[str, ...]
    unsure: bool = False


def tells_of_people(finding: Finding) -> bool:
    """Whether a column like this makes its table one about people."""
    return finding.kind in _PEOPLE and not finding.unsure


def decide(column: Column, header: HeaderEvidence, values: Profile, context: Context) -> Finding:
    """The verdict on one column."""
    verdict = _decide(header, values, context)
    concept = CONCEPTS[verdict.concept] if verdict.concept else None
    return Finding(
        path=column.path,
        type=column.type,
        kind=kind_of(verdict.concept) if verdict.concept else None,
        category=concept.category if concept else None,
        confidence=verdict.confidence,
        evidence=verdict.evidence,
        unsure=verdict.unsure,
    )


def _decide(header: HeaderEvidence, values: Profile, context: Context) -> _Verdict:
    if not values.texts:
        return _no_values(header, values)
    if verdict := _by_form(header, values):
        return verdict
    if verdict := _by_header(header, values, context):
        return _with_strays(verdict, values)
    return _by_mixture(header, values) or _by_shape(header, values, context)


def _with_strays(verdict: _Verdict, values: Profile) -> _Verdict:
    """E-mail addresses where the header promises none: a place, an age, an occupation."""
    if verdict.concept in {"email", "free_text"} or not values.holding_email.hits:
        return verdict
    return replace(verdict, evidence=(*verdict.evidence, _holds(values)), unsure=True)


def _no_values(header: HeaderEvidence, values: Profile) -> _Verdict:
    says = (_says(header.concept),) if header.concept else ()
    return _Verdict(None, 0, (*says, f"no values in {values.values:,}"), unsure=True)


def _by_form(header: HeaderEvidence, values: Profile) -> _Verdict | None:
    """A form that checks itself, in most values."""
    for concept, share in values.signatures.items():
        if share.part < MOST:
            continue
        evidence: tuple[str, ...] = (_are(share, concept, values),)
        if header.concept and kind_of(header.concept) == concept:
            confidence = 99 if share.hits >= 20 else 95
            return _Verdict(header.concept, confidence, (_says(concept), *evidence))
        few = share.hits < _FEW_DISTINCT and concept not in _ALONE
        against = header.concept is not None and header.concept in values.signatures
        if header.concept:
            evidence = (_says(header.concept), *evidence)
        confidence = 60 if few or against else 97 if share.hits >= 20 else 90
        return _Verdict(concept, confidence, evidence, unsure=few or against)
    return None


def _by_header(header: HeaderEvidence, values: Profile, context: Context) -> _Verdict | None:
    """What the header says, as far as the values allow it."""
    concept = _meant(header, values)
    if concept is None:
        return None
    says = _says(concept)
    if values.shape is Shape.FLAG and kind_of(concept) not in _FLAGGABLE:
        return _Verdict(None, 85, (says, f"{values.spread}: true or false, a flag"))
    contextual = concept in _CONTEXTUAL and header.role is None
    if contextual and not context.about_people:
        reason = "no other column says that the table is about people"
        return _Verdict(concept, 50, (says, reason), unsure=True)
    check = CONCEPTS[concept].check
    if check is None:
        return _Verdict(concept, 85, (says, values.spread), unsure=header.blocked is not None)
    if concept == "date_of_birth":
        check = partial(is_birth_date, today=context.today)
    return _checked(concept, header, values, values.share(check))


def _meant(header: HeaderEvidence, values: Profile) -> str | None:
    """The header's concept; `author` alone means a name or an id, as its values look."""
    if header.concept or header.blocked or header.role is None:
        return header.concept
    recurring = values.shape is Shape.FEW and values.distinct > _FEW_DISTINCT
    if recurring or values.shape in {Shape.PERSON, Shape.WORDS}:
        return "name"
    return "person_id" if values.shape in {Shape.CODE, Shape.UUID, Shape.NUMBER} else None


def _checked(concept: str, header: HeaderEvidence, values: Profile, share: Share) -> _Verdict:
    says = _says(concept)
    look = f"{share} {_values(values)} fit"
    if share.part >= MOST:
        sure = header.blocked is None
        return _Verdict(concept, 90 if sure else 60, (says, look), unsure=not sure)
    if values.shape is Shape.PROSE:
        return _prose(values, (says,))
    if concept == "free_text" or (concept == "name.bare" and values.shape is not Shape.NUMBER):
        return _Verdict(concept, 60, (says, look), unsure=True)
    if share.part >= SOME:
        return _Verdict(concept, 65, (says, look), unsure=True)
    return _Verdict(concept, 40, (f"{says}, but {look}",), unsure=True)


def _by_mixture(header: HeaderEvidence, values: Profile) -> _Verdict | None:
    """Forms that check themselves, in some values."""
    if values.shape is Shape.PROSE:
        return _prose(values, ())
    found = {
        concept: share
        for concept, share in values.signatures.items()
        if share.hits and share.part >= _CHANCE[concept]
    }
    parts = tuple(_are(share, concept, values) for concept, share in found.items())
    if len(found) > 1:
        return _Verdict("free_text", 70, ("values of several kinds", *parts), unsure=True)
    if found:
        return _Verdict(next(iter(found)), 60, parts, unsure=True)
    if values.holding_email.hits:
        return _Verdict("free_text", 70, (_holds(values),), unsure=True)
    if values.local_phones.part >= 0.5 and header.blocked is None:
        local = _are(values.local_phones, "phone", values)
        return _Verdict("phone", 60, (f"{local} of some country",), unsure=True)
    return None


def _prose(values: Profile, says: tuple[str, ...]) -> _Verdict:
    letters = sum(map(len, values.texts)) // len(values.texts)
    words = sum(len(text.split()) for text in values.texts) // len(values.texts)
    look = f"{values.spread}, on average {letters:,} letters and {words:,} words"
    holds = (_holds(values),) if values.holding_email.hits else ()
    return _Verdict("free_text", 90, (*says, look, *holds, "free text may hold anything"))


def _by_shape(header: HeaderEvidence, values: Profile, context: Context) -> _Verdict:
    """Nothing known by header or form: firm, but where values could still be about people."""
    if verdict := _by_words(values) or _by_dates(header, values, context):
        return verdict
    look = f"{values.spread}: {values.shape.value}, none of a personal form"
    if header.is_id and header.blocked is None:
        reason = "header says an id, but not of what"
        return _Verdict("person_id", 50, (reason, look), unsure=True)
    if header.blocked is not None:
        about = "an id of a thing" if header.is_id else header.blocked.value
        return _Verdict(None, 90, (f"header says {about}", look))
    if values.shape in _PLAIN and not (context.about_people and _single_out(values)):
        return _Verdict(None, 80 if values.shape is Shape.DATE else 90, (look,))
    return _by_doubt(values, context, look)


def _by_doubt(values: Profile, context: Context, look: str) -> _Verdict:
    """Texts that no header explains."""
    if values.shape is Shape.PERSON:
        return _Verdict("name", 50, (look, "the header does not say whose"), unsure=True)
    if values.shape is Shape.WORDS:
        return _Verdict(None, 40, (look, "the header does not say what of"), unsure=True)
    if context.about_people and values.nearly_unique:
        return _Verdict(None, 40, (look, "nearly every row has its own"), unsure=True)
    return _Verdict(None, 70, (look,))


def _single_out(values: Profile) -> bool:
    """Whole numbers long enough for a phone or an official number, one for each row."""
    return values.nearly_unique and values.share(validators.is_long_number).part >= MOST


def _by_words(values: Profile) -> _Verdict | None:
    """A handful of words that can mean only one thing."""
    if not 2 <= len(values.texts) <= 12:
        return None
    folded = {text.lower() for text in values.texts}
    for concept in ("gender", "marital_status"):
        words = value_words(concept)
        known = Share(len(folded & words), len(folded))
        if known.part >= MOST and known.hits > 1:
            return _Verdict(concept, 60, (_are(known, concept, values),), unsure=True)
    return None


def _by_dates(header: HeaderEvidence, values: Profile, context: Context) -> _Verdict | None:
    """Dates of a lifetime, where no header says that they are something else's."""
    if values.shape is not Shape.DATE or (header.known and not context.about_people):
        return None
    days = sorted(day for text in values.texts if (day := parse_date(text)))
    if len(days) < 20 or days[-1] > context.today:
        return None
    early, middle = days[len(days) // 10].year, days[len(days) // 2].year
    if 1900 < early < 1975 and middle < 2000:
        return _Verdict(
            "date_of_birth", 50, (f"{values.spread}: dates that span a lifetime",), unsure=True
        )
    return None


def _holds(values: Profile) -> str:
    return f"{values.holding_email} {_values(values)} hold an e-mail address"


def _says(concept: str) -> str:
    return f"header says {CONCEPTS[concept].label}"


def _are(share: Share, concept: str, values: Profile) -> str:
    return f"{share} {_values(values)} are {CONCEPTS[concept].label}"


def _values(values: Profile) -> str:
    return "sampled distinct values" if values.sampled else "distinct values"
