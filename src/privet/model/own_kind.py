"""A kind of personal data that the user declared: how it looks, and what must stand near it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from privet.model.errors import Location


@dataclass(frozen=True, slots=True)
class OwnKind:
    """One kind of `kinds.yaml`.

    Attributes:
        name: what it is called wherever kinds are named.
        pattern: what it looks like, in RE2's syntax.
        category: the data category key that goes with it.
        label: what they are, in the plural.
        validator: the check that what matches must pass (`luhn`); None for none.
        context: words of which one should stand near.
        needs_context: what stands far from these words is none.
        score: how sure a match is, 0 to 100, before words near it make it surer.
        must_match: texts in which it must be found.
        must_not_match: texts in which it must not.
        places: where each of its keys stands in the file (`pattern`, `must_match[0]`).
    """

    name: str
    pattern: str
    category: str
    label: str
    validator: str | None = None
    context: tuple[str, ...] = ()
    needs_context: bool = False
    score: int = 75
    must_match: tuple[str, ...] = field(default=(), repr=False)
    must_not_match: tuple[str, ...] = field(default=(), repr=False)
    places: Mapping[str, Location] = field(default_factory=dict, compare=False, repr=False)

    def where(self, key: str) -> Location | None:
        """Where one of its keys stands, or the kind itself where the key was left out."""
        return self.places.get(key, self.places.get(""))
