"""Corpora with known spans: prose of ten languages, 28 kinds evenly, as dense as is asked for.

A corpus of any size is made of one block that is repeated with its rows in another order, so that
100 MB take seconds; gold spans are kept for the block.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tests.texts.languages import LANGUAGES, Language, language
from tests.texts.values import MAKERS, street

DENSITIES = {"sparse": 10_000, "mixed": 400, "dense": 50}
"""Bytes of text for each span; what is had is in `Corpus.density`."""
SHORTEST, LONGEST = 20, 4_000
_MANY = 1_500
"""Different values of each kind."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts and what personal data is in them.

    Attributes:
        texts: rows of 20 bytes to about 4 kB, as a string array.
        row: the row of each span; shape (spans,), sorted with `start`.
        start: its first character, from the start of the row.
        end: the character after its last.
        kind: its kind's name, as in `tests.texts.values.MAKERS`.
    """

    texts: pa.Array
    row: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    kind: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of text."""
        offsets = np.frombuffer(self.texts.buffers()[1], np.int32)
        at = self.texts.offset
        return int(offsets[at + len(self.texts)] - offsets[at])

    @property
    def density(self) -> float:
        """Bytes of text for each span."""
        return self.size / max(len(self.kind), 1)


class _Writer:
    """Writes rows and notes where the spans stand in them."""

    def __init__(self, density: float, random: Random) -> None:
        self._random = random
        self._density = density
        self._languages = [language(name) for name in LANGUAGES]
        self._pools = {one.name: one.pool(random) for one in self._languages}
        self._values = {kind: [make(random) for _ in range(_MANY)] for kind, make in MAKERS.items()}
        self._streets = {name: [street(random, name) for _ in range(300)] for name in LANGUAGES}
        self._deck: list[str] = []
        self._written = 0
        self._due = random.expovariate(1 / density)
        self.spans: list[tuple[int, int, int, str]] = []

    def row(self, number: int) -> str:
        """The next row, of random length."""
        random = self._random
        one = random.choice(self._languages)
        wanted = math.exp(random.uniform(math.log(SHORTEST), math.log(LONGEST)))
        parts: list[str] = []
        characters = size = 0
        while size < wanted:
            if self._written + size >= self._due:
                text, at, value, kind = self._carrier(one)
                self.spans.append((number, characters + at, characters + at + len(value), kind))
                self._due += random.expovariate(1 / self._density)
            else:
                text = random.choice(self._pools[one.name])
            glued = not one.space and text[-1].isalnum()
            between = "\n" if glued or random.random() < 0.06 else one.space
            parts += (text, between)
            characters += len(text) + len(between)
            size += len(text.encode()) + len(between)
        self._written += size
        return "".join(parts)[: -len(parts[-1]) or None]

    def _carrier(self, one: Language) -> tuple[str, int, str, str]:
        """A sentence with a value: the text, where the value begins, the value, its kind."""
        random = self._random
        if not self._deck:
            self._deck = list(MAKERS)
            random.shuffle(self._deck)
        kind = self._deck.pop()
        many = self._streets[one.name] if kind == "street" else self._values[kind]
        value = random.choice(many)
        forms = one.short if self._density < 100 else one.carriers
        text = one.filled(random.choice(forms), random)
        label = random.choice(one.labels[kind])
        if label[-1].isascii():
            text = text.replace("{label}{value}", "{label} {value}")
        text = text.replace("{label}", label)
        return text.replace("{value}", value), text.index("{value}"), value, kind


def make(density: float, size: int, *, seed: int = 4) -> Corpus:
    """A corpus of at least `size` bytes with a span for each `density` bytes of text.

    The same for the same arguments.
    """
    writer = _Writer(density, Random(seed))
    rows: list[str] = []
    written = 0
    while written < size:
        rows.append(writer.row(len(rows)))
        written += len(rows[-1].encode())
    spans = writer.spans
    return Corpus(
        pa.array(rows, pa.string()),
        np.array([span[0] for span in spans], np.int64),
        np.array([span[1] for span in spans], np.int64),
        np.array([span[2] for span in spans], np.int64),
        tuple(span[3] for span in spans),
    )


def repeated(block: pa.Array, size: int, *, seed: int = 4) -> Iterator[pa.Array]:
    """The block again and again, its rows in another order each time, to at least `size` bytes."""
    random = np.random.default_rng(seed)
    written = 0
    while written < size:
        shuffled = block.take(pa.array(random.permutation(len(block))))
        yield shuffled
        written += shuffled.nbytes
