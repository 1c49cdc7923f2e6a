"""The data categories: fideslang's keys, with W3C DPV terms and what each means for a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from types import MappingProxyType

_DPV = "https://w3id.org/dpv/pd#"


@dataclass(frozen=True, slots=True)
class Category:
    """One data category.

    Attributes:
        key: dotted key; a key is a kind of what stands before its last dot.
        iri: the W3C DPV concept that says the same, where there is one.
        label: a few words for people.
        direct_identifier: a pseudonymous release may not leave it readable.
        special: GDPR Art. 9 or 10 data, which need a legal basis of their own.
    """

    key: str
    iri: str | None
    label: str
    direct_identifier: bool
    special: bool


def _read(text: str) -> dict[str, Category]:
    found = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        key, label, term, flags = (part.strip() for part in line.split("|"))
        iri = None if term == "-" else _DPV + term
        found[key] = Category(key, iri, label, "direct" in flags, "special" in flags)
    return found


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    _read(files("privet.policy").joinpath("categories.txt").read_text(encoding="utf-8"))
)
"""Every known category by key, in the order of the keys."""


def is_known(key: str) -> bool:
    """Whether `key` is a category (`none` is not one: it says that there is none)."""
    return key in CATEGORIES


def category(key: str) -> Category:
    """The category of that key.

    Raises:
        KeyError: there is no such category.
    """
    return CATEGORIES[key]


def ancestors(key: str) -> tuple[str, ...]:
    """`key`, its parent, and so on up: `a.b.c` gives `a.b.c`, `a.b`, `a`."""
    parts = key.split(".")
    return tuple(".".join(parts[:length]) for length in range(len(parts), 0, -1))


def closest(key: str) -> str | None:
    """The known key that `key` was most likely meant to be, or None."""
    wanted = key.strip().lower()
    if wanted in CATEGORIES:
        return wanted
    longer = sorted((known for known in CATEGORIES if known.startswith(wanted)), key=len)
    if wanted and longer:
        return longer[0]
    if same_leaf := [known for known in CATEGORIES if known.endswith("." + wanted)]:
        return min(same_leaf, key=len)
    near = get_close_matches(wanted, CATEGORIES, n=1)
    return near[0] if near else None
