"""What a column's header says, in a dozen languages: words first, then a little grammar.

A header is cut into known words and phrases, longest first. A word for personal data counts unless
something next to it makes it about something else: `email_count` and `is_phone` are measures of
it, `product_name` and `ticket_id` are about things, `customer_id` is an id of a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

from privet.detect.words import read_words
from privet.model.paths import ColumnPath

_LONGEST_PHRASE = 5
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe"})
_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LINE = re.compile(r"[^\d][1-3]$")
_WORD = re.compile(r"[^\W\d_]+")
_JOINER = re.compile(r"(?i)\b([ei])[-_. ](mail|post)")
_SHORTEST_IN_COMPOUND = 3
_SHORTEST_BEGINNING = 4
_FEWEST_CONSONANTS = 4


class Blocked(Enum):
    """Why a word for personal data does not count."""

    MEASURE = "a measure, date or state"
    THING = "of a thing, not a person"


@dataclass(frozen=True, slots=True)
class HeaderEvidence:
    """What a header says.

    Attributes:
        concept: key of `kinds.CONCEPTS`, or None.
        role: the sort of person that it names (`customer`), or None.
        is_id: whether it says that values are ids.
        blocked: why a personal word in it does not count, or why it is firmly not personal.
        known: whether any of its words is known.
    """

    concept: str | None = None
    role: str | None = None
    is_id: bool = False
    blocked: Blocked | None = None
    known: bool = False


def read_header(path: ColumnPath) -> HeaderEvidence:
    """What the name of a column says; one that says little (`id`) takes its parent's words in."""
    segments = _segments(path.leaf)
    for step in reversed(path.steps[:-1]):
        if not _says_little(segments):
            break
        segments = _segments(step.name) + segments
    if not segments or all(word is None for word in segments):
        return HeaderEvidence()
    said = _judge([word for word in segments if word is not None])
    if said.concept == "address" and _LINE.search(path.leaf):
        return replace(said, concept="street")
    return said


def _judge(segments: list[str]) -> HeaderEvidence:
    """Grammar over known words, in the order of the header."""
    role = next((word.split()[1] for word in segments if word.startswith("@role")), None)
    concepts = [word for word in segments if not word.startswith("@")]
    if set(segments) == {"@value"}:
        return HeaderEvidence()
    if blocked := _blocked(segments, concepts):
        return HeaderEvidence(role=role, blocked=blocked, known=True)
    numbered = "@id" in segments or "@number" in segments
    if numbered and (not concepts or concepts[-1] in _IDS_OF_THINGS):
        return _id(segments, role, thing=bool(concepts))
    concept = _head(concepts)
    if concept == "name.bare" and role:
        concept = "name"
    thing = "@thing" in segments
    if thing and (concept is None or concept not in _HELD_BY_THINGS):
        return HeaderEvidence(role=role, blocked=Blocked.THING, known=True)
    return HeaderEvidence(concept, role, numbered, Blocked.THING if thing else None, known=True)


_IDS_OF_THINGS = frozenset({"free_text", "location", "name.bare", "occupation"})
_HELD_BY_THINGS = frozenset({"email", "phone", "fax", "ip", "iban", "card", "secret", "free_text"})
"""What is personal even in `company_email`, as far as the values bear it out."""
_STILL_PERSONAL = frozenset(
    {"health", "genetic", "ethnicity", "religion", "politics", "orientation", "criminal"}
    | {"marital_status", "gender"}
)
"""What `is_pregnant`, `diagnosis_date` and `religion_type` still tell."""
_LITTLE = frozenset({"@id", "@number", "@attribute", "@leading", "@value", "name.bare"})
"""What says little without the name of what holds it: `emails[].value`."""


def _blocked(segments: list[str], concepts: list[str]) -> Blocked | None:
    """Whether it measures or dates something; a flag or state of a sensitive thing stays one."""
    if "@counting" in segments or "@measure" in segments:
        return Blocked.MEASURE
    if segments[-1] == "free_text" or not _STILL_PERSONAL.isdisjoint(concepts):
        return None
    about = {"@leading", "@attribute"}.intersection(segments)
    return Blocked.MEASURE if about else None


def _id(segments: list[str], role: str | None, *, thing: bool) -> HeaderEvidence:
    """An id is of what stands before it, or else of what follows: `customer_id`, `id_cliente`."""
    sure = "@id" in segments
    place = segments.index("@id" if sure else "@number")
    around = [*reversed(segments[:place]), *segments[place + 1 :]]
    owner = next((word for word in around if word not in {"@id", "@number"}), None)
    if owner is not None and owner.startswith("@role"):
        return HeaderEvidence("person_id", owner.split()[1], is_id=True, known=True)
    if thing or owner is not None:
        return HeaderEvidence(role=role, is_id=True, blocked=Blocked.THING, known=True)
    return HeaderEvidence(is_id=sure, known=True)


def _head(concepts: list[str]) -> str | None:
    """The word that the header is about: the last, but `name` of a city is the city."""
    telling = [concept for concept in concepts if concept != "name.bare"] or concepts
    return telling[-1] if telling else None


def _says_little(segments: list[str | None]) -> bool:
    return bool(segments) and all(word in _LITTLE for word in segments)


def _segments(name: str) -> list[str | None]:
    """The known words and phrases of one name, None for an unknown word."""
    words = tokens(name)
    whole = _vocabulary().get("=" + "".join(words))
    return [whole] if whole else list(_cut(words))


def _cut(words: tuple[str, ...]) -> Iterator[str | None]:
    place = 0
    while place < len(words):
        end, found = _longest(words, place)
        opening = _opening(words, end) if place == 0 else None
        if opening is not None:
            end, found = opening
        yield from [found] if found is not None else _unlisted(words[place])
        place = end


def _longest(words: tuple[str, ...], place: int) -> tuple[int, str | None]:
    """Where the longest phrase at `place` ends, and what it says."""
    for end in range(min(len(words), place + _LONGEST_PHRASE), place, -1):
        if found := _look_up("".join(words[place:end])):
            return end, found
    return place + 1, None


def _opening(words: tuple[str, ...], phrase_end: int) -> tuple[int, str] | None:
    """A first word that makes the rest a flag or a count: `is_`, `has_`; `num_` of a plural."""
    for end in (2, 1):
        found = _vocabulary().get("^" + "".join(words[:end]))
        if found is None or end >= len(words) or phrase_end > end:
            continue
        plural = any(word.endswith("s") for word in words[end:])
        # `Número de cliente` is a number, `número de clientes` a count of them.
        if found == "@leading" or plural or (end == 2 and words[0] != "numero"):
            return end, found
    return None


def _unlisted(word: str) -> list[str | None]:
    """A word that no list has: a compound, or short for a word that one has."""
    parts = _compound(word)
    return parts if None not in parts else [_abbreviations().get(word)]


def _compound(word: str) -> list[str | None]:
    """`kundenname`, `customerid`: a word made of known words and nothing else."""
    shortest = 1 if ord(word[0]) > 0x2E7F else _SHORTEST_IN_COMPOUND
    for end in range(len(word) - 1, shortest - 1, -1):
        head, tail = _look_up(word[:end]), word[end:]
        if head is None:
            continue
        rest = [_look_up(tail)] if len(tail) >= shortest or tail in {"id", "nr"} else [None]
        if rest == [None] and len(tail) > shortest:
            rest = _compound(tail)
        if None not in rest:
            return [head, *rest]
    return [None]


def _look_up(text: str) -> str | None:
    vocabulary = _vocabulary()
    for plural in ("", "s", "es"):
        if text.endswith(plural) and (found := vocabulary.get(text.removesuffix(plural))):
            return found
    return None


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, folded: `eMail_Adresse2` is `("email", "adresse")`."""
    parted = _CAMEL.sub(" ", name) if not name.isupper() else name
    return tuple(_fold(word) for word in _WORD.findall(_JOINER.sub(r"\1\2", parted)))


def _fold(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return bare.translate(_UNDECOMPOSED)


@cache
def _vocabulary() -> Mapping[str, str]:
    """Concept by phrase, its words folded and joined; `=` marks whole headers, `^` first words."""
    found: dict[str, str] = {}
    for concept, phrase in read_words("columns/header_words.txt"):
        for key in _keys(concept, phrase):
            found.setdefault(key, concept)
    return found


@cache
def _abbreviations() -> Mapping[str, str]:
    """Concept by what is short for words of it alone: a beginning, or the consonants.

    `relig` and `natnlty` are read, `prof` is not: professions and profiles begin with it.
    """
    meant: dict[str, set[str]] = {}
    for concept, listed in read_words("columns/header_words.txt"):
        (phrase, *more) = tokens(listed)
        if more or concept in {"@leading", "@counting"} or not phrase.isascii():
            continue
        short = {phrase[:end] for end in range(_SHORTEST_BEGINNING, len(phrase))}
        bare = phrase[0] + "".join(sign for sign in phrase[1:] if sign not in "aeiouy")
        if len(bare) >= _FEWEST_CONSONANTS:
            short.add(bare)
        for word in short:
            meant.setdefault(word, set()).add(concept)
    return {word: next(iter(concepts)) for word, concepts in meant.items() if len(concepts) == 1}


def _keys(concept: str, phrase: str) -> Iterator[str]:
    opening = concept in {"@leading", "@counting"}
    mark = "^" if opening else "=" if phrase.startswith("=") else ""
    yield mark + "".join(tokens(phrase))
    yield mark + "".join(tokens(phrase.translate(_UMLAUTS)))
