"""From a header and the look of the values to a verdict: pure, and the same for the same input.

A form that checks itself (e-mail, IBAN, card, IP) decides alone. Else the header decides, as far as
the values do not speak against it. Where neither says anything, lists of names and places may; else
the verdict is a firm "nothing found", but for values that could be names or that single out rows:
those a person should see (`doubt`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from privet.detect.columns import validators
from privet.detect.columns.checks import Check
from privet.detect.columns.concepts import CONCEPTS, SIGNATURES, kind_of
from privet.detect.columns.dates import are_birth_dates
from privet.detect.columns.doubt import by_mixture, by_shape, prose
from privet.detect.columns.headers import HeaderEvidence
from privet.detect.columns.opinions import (
    MOST,
    SOME,
    Context,
    Opinion,
    are,
    holding,
    says_header,
    tried,
)
from privet.detect.columns.profile import Profile, Shape
from privet.detect.columns.shares import Share
from privet.model.contract import Column
from privet.model.finding import Finding

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
_MANY = 20
_UNLISTED = 0.08
"""A share of values with a listed name in them, below which a column of many holds no names."""


def tells_of_people(finding: Finding) -> bool:
    """Whether a column like this makes its table one about people."""
    return finding.kind in _PEOPLE and not finding.unsure


def decide(column: Column, header: HeaderEvidence, values: Profile, context: Context) -> Finding:
    """The verdict on one column."""
    opinion = _decide(header, values, context)
    concept = CONCEPTS[opinion.concept] if opinion.concept else None
    return Finding(
        path=column.path,
        type=column.type,
        kind=kind_of(opinion.concept) if opinion.concept else None,
        category=concept.category if concept else None,
        confidence=opinion.confidence,
        evidence=opinion.evidence,
        unsure=opinion.unsure,
    )


def _decide(header: HeaderEvidence, values: Profile, context: Context) -> Opinion:
    if not len(values.texts):
        return _no_values(header, values)
    if opinion := _by_form(header, values):
        return opinion
    if opinion := _by_header(header, values, context):
        return _with_strays(opinion, values)
    return by_mixture(header, values) or by_shape(header, values, context)


def _with_strays(opinion: Opinion, values: Profile) -> Opinion:
    """E-mail addresses where the header promises none: a place, an age, an occupation."""
    if opinion.concept in {"email", "free_text"} or not values.holding_email.hits:
        return opinion
    if opinion.concept is None:
        return by_mixture(HeaderEvidence(), values) or opinion
    return replace(opinion, evidence=(*opinion.evidence, holding(values)), unsure=True)


def _no_values(header: HeaderEvidence, values: Profile) -> Opinion:
    says = (says_header(header.concept),) if header.concept else ()
    return Opinion(None, 0, (*says, f"no values in {values.values:,}"), unsure=True)


def _by_form(header: HeaderEvidence, values: Profile) -> Opinion | None:
    """A form that checks itself, in most values."""
    for concept, share in values.signatures.items():
        if share.part < MOST:
            continue
        evidence: tuple[str, ...] = (are(share, concept, values),)
        if header.concept and kind_of(header.concept) == concept:
            confidence = 99 if share.hits >= 20 else 95
            return Opinion(header.concept, confidence, (says_header(concept), *evidence))
        few = share.hits < _FEW_DISTINCT and concept not in _ALONE
        against = header.concept is not None and header.concept in values.signatures
        if header.concept:
            evidence = (says_header(header.concept), *evidence)
        confidence = 60 if few or against else 97 if share.hits >= 20 else 90
        return Opinion(concept, confidence, evidence, unsure=few or against)
    return None


def _by_header(header: HeaderEvidence, values: Profile, context: Context) -> Opinion | None:
    """What the header says, as far as the values allow it."""
    concept = _meant(header, values, context)
    if concept is None:
        return None
    says = says_header(concept)
    if values.shape is Shape.FLAG and kind_of(concept) not in _FLAGGABLE:
        return Opinion(None, 85, (says, f"{values.spread}: true or false, a flag"))
    if opinion := _against(concept, header, values, context):
        return opinion
    contextual = concept in _CONTEXTUAL and header.role is None
    if contextual and not context.about_people and not _names_people(concept, values):
        reason = "no other column says that the table is about people"
        return Opinion(concept, 50, (says, reason), unsure=True)
    check = CONCEPTS[concept].check
    if check is None:
        return Opinion(concept, 85, (says, values.spread), unsure=header.blocked is not None)
    if concept == "date_of_birth":
        check = partial(are_birth_dates, today=context.today)
    return _checked(concept, header, values, check)


def _meant(header: HeaderEvidence, values: Profile, context: Context) -> str | None:
    """The header's concept; `author` alone means a name or an id, as its values look."""
    if header.concept == "name.bare" and context.first_names and values.shape is not Shape.PERSON:
        return "name.last"
    if header.concept == "free_text" and header.blocked and values.shape is not Shape.PROSE:
        return None  # a few words about a thing: `product_description`
    if header.concept or header.blocked or header.role is None:
        return header.concept
    if header.role == "user" and values.share(validators.are_user_names).part >= MOST:
        return "username"
    recurring = values.shape is Shape.FEW and values.distinct > _FEW_DISTINCT
    if recurring or values.shape in {Shape.PERSON, Shape.WORDS}:
        return "name"
    return "person_id" if values.shape in {Shape.CODE, Shape.UUID, Shape.NUMBER} else None


def _names_people(concept: str, values: Profile) -> bool:
    """Whether most values under a header `name` are people's."""
    return concept == "name.bare" and values.names.words.part >= 0.5


def _against(
    concept: str, header: HeaderEvidence, values: Profile, context: Context
) -> Opinion | None:
    """Words that the header may mean otherwise: `name`, `language` and `race` of things."""
    if values.shape in {Shape.NUMBER, Shape.PROSE} or header.role is not None:
        return None
    listed = {"name.bare": values.names.people, "language": values.names.language}.get(concept)
    if concept == "name.bare" and (listed is None or listed.of < _MANY or not values.names.latin):
        return None
    if concept == "ethnicity" and values.share(validators.have_letters).part >= MOST:
        listed = values.share(partial(validators.hold_words, topic="ethnicity"))
    if listed is None or not listed.of or listed.part >= _UNLISTED:
        return None
    if concept == "language" and values.share(validators.are_language_codes).part >= MOST:
        return None
    look = f"{says_header(concept)}, but {listed} {tried(values, listed)} hold one that is listed"
    return Opinion(None, 60, (look,), unsure=context.about_people)


def _checked(concept: str, header: HeaderEvidence, values: Profile, check: Check) -> Opinion:
    share = values.share(check)
    says = says_header(concept)
    look = f"{share} {tried(values)} fit"
    if share.part >= MOST:
        sure = header.blocked is None
        return Opinion(concept, 90 if sure else 60, (says, look), unsure=not sure)
    if values.shape is Shape.PROSE:
        return prose(values, (says,))
    if concept == "free_text" or (concept == "name.bare" and values.shape is not Shape.NUMBER):
        return Opinion(concept, 60, (says, look), unsure=True)
    if share.part >= SOME:
        return Opinion(concept, 65, (says, look), unsure=True)
    return _contradicted(concept, values, share, (f"{says}, but {look}",))


def _contradicted(
    concept: str, values: Profile, share: Share, evidence: tuple[str, ...]
) -> Opinion:
    """Digests may stand for what the header says; anything else is another thing, or a mistake."""
    if values.share(validators.are_digests).part >= MOST or share.of < _FEW_DISTINCT:
        return Opinion(concept, 40, evidence, unsure=True)
    return Opinion(None, 40, evidence, unsure=True)
