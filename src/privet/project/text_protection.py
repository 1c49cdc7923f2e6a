"""Texts in, protected texts out, with a count of what was found and, if asked, what stood where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from privet.detect.kinds.registry import KINDS, Kind, select
from privet.detect.text.merging import merged
from privet.detect.text.own import OwnMatcher
from privet.kernels.spans import Spans
from privet.model.errors import UsageError
from privet.model.own_kind import OwnKind
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


@dataclass(frozen=True, slots=True)
class PersonalText:
    """What finds personal data in texts: Privet's own detector, and the kinds of a project.

    Attributes:
        named: every kind, by its code.
        scanner: finds Privet's kinds; None: none of them is wanted.
        own: finds the project's.
        wanted: codes of the project's kinds that are wanted.
        left: codes of kinds that are not told of.
    """

    named: Mapping[int, Kind] = field(repr=False)
    scanner: SpanFinder | None
    own: OwnMatcher | None
    wanted: frozenset[int]
    left: frozenset[int]

    @property
    def kinds(self) -> Mapping[int, tuple[str, str | None]]:
        """Name and category of each kind: members of a family have one name in tags."""
        return {code: (kind.family, kind.category) for code, kind in self.named.items()}

    def category(self, name: str) -> str:
        """The data category of the kind of that name."""
        return next(kind.category for kind in self.named.values() if kind.name == name)

    def detect(self, texts: Values) -> Spans:
        """Where something stands, sorted, without overlaps."""
        spans = self.scanner.detect(texts) if self.scanner and len(texts) else Spans.empty()
        if self.own is not None and len(texts):
            declared = self.own.detect(texts)
            spans = merged(spans, declared.take(np.isin(declared.kind, list(self.wanted))))
        return spans.take(~np.isin(spans.kind, list(self.left))) if len(spans) else spans


def personal_text(
    kinds: Sequence[str] = (), own: Sequence[OwnKind] = (), *, flags: bool = False
) -> PersonalText:
    """What finds these kinds; all, where none is named.

    Args:
        kinds: names of kinds or families, Privet's or a project's.
        own: kinds that a project declares.
        flags: whether words are told of that say something and name nobody; else they are where
            they are asked for by name.

    Raises:
        UsageError: a kind is not known.
    """
    from privet.detect.text.detector import Detector  # noqa: PLC0415 (loads Numba)

    matcher = OwnMatcher(own) if own else None
    declared = matcher.kinds if matcher else ()
    ours = _known([name for name in kinds if name not in {kind.name for kind in declared}])
    left = () if kinds or flags else (k.code for k in KINDS.values() if k.family == FLAGS)
    return PersonalText(
        named={kind.code: kind for kind in (*KINDS.values(), *declared)},
        scanner=Detector(ours or (tuple(KINDS) if flags else None)) if ours or not kinds else None,
        own=matcher,
        wanted=frozenset(kind.code for kind in declared if not kinds or kind.name in kinds),
        left=frozenset(left),
    )


def _known(names: Sequence[str]) -> tuple[str, ...]:
    problem = None
    try:
        return tuple(kind.name for kind in select(names))
    except ValueError as error:
        problem = str(error)
    raise UsageError(problem, hint="`privet scan -` names the kinds that stand in a text")


@dataclass
class TextProtector:
    """Protects texts: finds spans, and puts something in their place.

    Attributes:
        finder: says where they stand.
        plan: what is done to which kind.
        entries: hears what stood where; None: nobody wants to know.
        counts: spans, by kind.
    """

    finder: PersonalText
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

        spans = self.finder.detect(texts)
        if not len(spans):
            return texts
        kinds = [self.finder.named[code] for code in spans.kind.tolist()]
        self.counts.update(kind.name for kind in kinds)
        chosen = replacements(texts, spans, self.plan)
        if self.entries is None:
            return put(texts, spans, chosen)
        found = chosen.found.to_pylist()
        if self.entries.numbered:
            tags = [
                self.entries.tag(kind.family, value)
                for kind, value in zip(kinds, found, strict=True)
            ]
            words = pa.array(tags, pa.large_string())
            chosen = Replacements(chosen.found, words, np.arange(len(tags), dtype=np.int64))
        placed = chosen.words.take(pa.array(chosen.choice)).to_pylist()
        for replacement, kind, original in zip(placed, kinds, found, strict=True):
            self.entries.note(replacement, kind.name, original)
        return put(texts, spans, chosen)
