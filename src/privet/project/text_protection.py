"""Texts in, protected texts out, with a count of what was found and, if asked, what stood where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from privet.detect.kinds.registry import KINDS, by_code, select
from privet.kernels.spans import Spans
from privet.model.errors import UsageError
from privet.transforms.arrow import Values
from privet.transforms.finding import SpanFinder
from privet.transforms.text.plan import Plan

KEYED = frozenset({"token", "surrogate"})

FLAGS = "special"
"""The family of words that say something and name nobody: left standing unless asked for."""

MOST_ENTRIES = 1_000_000
"""How many values a map can hold: it is sealed, and opened, as one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stood where `replacement` stands now.

    Attributes:
        kind: its kind's name.
        original: the first spelling that was met; None where two people got one replacement.
    """

    replacement: str
    kind: str
    original: str | None = field(repr=False)


@dataclass(slots=True)
class Entries:
    """The map of one corpus, while it grows. Equal values but for case and marks are one."""

    numbered: bool
    found: dict[str, Entry] = field(default_factory=dict)
    _tags: dict[tuple[str, str], str] = field(default_factory=dict)
    _last: Counter[str] = field(default_factory=Counter)

    def tag(self, family: str, value: str) -> str:
        """The numbered tag of a value: `[EMAIL_1]`, the same wherever it stands."""
        key = (family, plain(value))
        if key not in self._tags:
            self._last[family] += 1
            self._tags[key] = f"[{family.upper()}_{self._last[family]}]"
        return self._tags[key]

    def note(self, replacement: str, kind: str, original: str) -> None:
        """Remember what stood where.

        Raises:
            UsageError: there are too many.
        """
        known = self.found.get(replacement)
        if known is None:
            if len(self.found) >= MOST_ENTRIES:
                raise UsageError(
                    f"more than {MOST_ENTRIES:,} different values: too many for one map",
                    hint="make a map of each part of the texts, or limit it by `--kinds`",
                )
            self.found[replacement] = Entry(replacement, kind, original)
        elif known.original is not None and plain(known.original) != plain(original):
            self.found[replacement] = Entry(replacement, known.kind, None)


def plain(value: str) -> str:
    """A value as it is compared: letters and digits alone, folded."""
    folded = value.casefold()
    return "".join(letter for letter in folded if letter.isalnum()) or folded


@dataclass
class TextProtector:
    """Protects texts: finds spans, and puts something in their place.

    Attributes:
        finder: says where they stand.
        plan: what is done to which kind.
        entries: hears what stood where; None: nobody wants to know.
        counts: spans, by kind.
    """

    finder: SpanFinder
    plan: Plan
    entries: Entries | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def protect(self, texts: Values) -> Values:
        """The texts, protected: as many, and null where they are."""
        from privet.transforms.text.protecting import (  # noqa: PLC0415 (as late as its kernels)
            Replacements,
            put,
            replacements,
        )

        if not len(texts):
            return texts
        spans = self.finder.detect(texts)
        if not len(spans):
            return texts
        kinds = [by_code(code).name for code in spans.kind.tolist()]
        self.counts.update(kinds)
        chosen = replacements(texts, spans, self.plan)
        if self.entries is None:
            return put(texts, spans, chosen)
        found = chosen.found.to_pylist()
        if self.entries.numbered:
            tags = [
                self.entries.tag(KINDS[kind].family, value)
                for kind, value in zip(kinds, found, strict=True)
            ]
            words = pa.array(tags, pa.large_string())
            chosen = Replacements(chosen.found, words, np.arange(len(tags), dtype=np.int64))
        placed = chosen.words.take(pa.array(chosen.choice)).to_pylist()
        for replacement, kind, original in zip(placed, kinds, found, strict=True):
            self.entries.note(replacement, kind, original)
        return put(texts, spans, chosen)


@dataclass(frozen=True, slots=True)
class PersonalText:
    """What finds personal data that is to be replaced.

    Words that say something and name nobody stay, unless they are asked for by name.

    Attributes:
        scanner: says where something stands.
        left: codes of kinds that stay.
        kinds: name and category of each kind: members of a family have one name in tags.
    """

    scanner: SpanFinder
    left: frozenset[int]
    kinds: Mapping[int, tuple[str, str | None]] = field(repr=False)

    def detect(self, texts: Values) -> Spans:
        """Where something stands, sorted, without overlaps."""
        spans = self.scanner.detect(texts)
        return spans.take(~np.isin(spans.kind, list(self.left))) if len(spans) else spans


def personal_text(kinds: Collection[str] = ()) -> PersonalText:
    """What finds these kinds; all that are about somebody, where none is named."""
    from privet.detect.text.detector import Detector  # noqa: PLC0415 (loads Numba)

    left = () if kinds else (kind.code for kind in KINDS.values() if kind.family == FLAGS)
    facts = {kind.code: (kind.family, kind.category) for kind in KINDS.values()}
    return PersonalText(Detector(kinds or None), frozenset(left), facts)


def known_kinds(names: Iterable[str]) -> tuple[str, ...]:
    """The names of the kinds that are asked for; a family stands for its members.

    Raises:
        UsageError: one is not known.
    """
    problem = None
    try:
        return tuple(kind.name for kind in select(names))
    except ValueError as error:
        problem = str(error)
    raise UsageError(problem, hint="`privet scan -` names the kinds that stand in a text")


def category_of(name: str) -> str:
    """The data category of a kind."""
    return KINDS[name].category
