"""What is done to which kind of span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

from privet.transforms.linkage import LinkageKey

How: TypeAlias = Literal["keep", "redact", "tag", "mask", "token", "surrogate"]
HOWS: Final[tuple[str, ...]] = get_args(How)

REDACTED: Final = "[REDACTED]"


@dataclass(frozen=True, slots=True)
class Rule:
    """What takes the place of a span.

    Attributes:
        how: `keep`: itself. `redact`: `text`, the same for all. `tag`: its kind, `[EMAIL]`. `mask`:
            its shape (`masks`). `token`: a keyed pseudonym (`pseudonyms`). `surrogate`: another
            value of its kind and shape (`surrogates`).
        text: what `redact` puts there; empty removes the span.
        numbered: of `tag`: `[EMAIL_1]`; equal values in one text have one number, from 1 on in the
            order in which they come.
        show_last: of `mask`: how many letters and digits show at the end of a long value; None:
            four of payment cards and bank accounts, none of others.
    """

    how: How
    text: str = REDACTED
    numbered: bool = False
    show_last: int | None = None

    def __post_init__(self) -> None:
        if self.how not in HOWS:
            raise ValueError(f"a span can be put to one of: {', '.join(HOWS)}")

    @property
    def keyed(self) -> bool:
        """Whether it needs a key."""
        return self.how in ("token", "surrogate")


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What is said of a kind where values of it are protected.

    Attributes:
        name: as in tags, in capitals there.
        category: its data category key: how tokens of columns spell such values.
    """

    name: str
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A rule for every kind.

    Attributes:
        default: for kinds that have none of their own.
        rules: by the scanner's code.
        kinds: what is known of kinds, by code; one that is missing is called `KIND_17`.
        key: of the linkage domain; whoever holds it makes the same tokens and surrogates.
    """

    default: Rule = field(default_factory=lambda: Rule("redact"))
    rules: Mapping[int, Rule] = field(default_factory=dict)
    kinds: Mapping[int, KindFacts] = field(default_factory=dict)
    key: LinkageKey | None = None

    def __post_init__(self) -> None:
        if self.key is None and any(rule.keyed for rule in (self.default, *self.rules.values())):
            raise ValueError("tokens and surrogates need the key of a linkage domain")

    def rule(self, code: int) -> Rule:
        """What is done to spans of a kind."""
        return self.rules.get(code, self.default)

    def facts(self, code: int) -> KindFacts:
        """What is known of a kind."""
        return self.kinds.get(code) or KindFacts(f"kind_{code}")

    def tag(self, code: int) -> str:
        """The word in its tags: `EMAIL`."""
        return self.facts(code).name.upper()
