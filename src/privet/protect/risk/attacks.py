"""Attacks on a release, each beside a control group of equal size.

*Singling out* (Cohen and Nissim, 2020, Towards formalizing the GDPR's notion of singling out): a
predicate made from a published row (its labels, and its sensitive values) that exactly one original
record satisfies. The control makes its predicates from the same columns without knowing rows: each
cell is drawn from its column by itself. So it isolates what a predicate of such weights isolates by
chance.

*Linkability* (the word is of the Article 29 Working Party, Opinion 05/2014): who has half of the
columns of a person, and ten records of the other half of which one is the same person's, picks the
one that the release speaks for most: the likelihood of both halves together in the published
classes, by that of the other half alone (all leaves of a node being equally likely).

*Inference* (the homogeneity and background attack of Machanavajjhala et al., 2007, for all
classes): who knows a person's quasi-identifiers guesses the sensitive value that is most frequent
in the classes that the person fits.

The control of the last two is the same attack on people who are not in the release, where a table
of such people is given. Else it is an attacker who has no release: picks of the ten at random, or
guesses the most frequent value; then the difference holds, beside what the release tells of
these people, what any table teaches about people in general.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privet.protect.risk.boxes import Boxes, Records, looked_up
from privet.protect.risk.coding import Ints, distinct
from privet.protect.risk.intervals import Rate
from privet.protect.risk.report import Attack

LINE_UP = 10
"""Records that the linker picks from."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A sensitive column, coded alike everywhere.

    Attributes:
        column: its name.
        published: of each published row: shape (n,).
        original: of each original record: shape (m,).
        control: of each record of the control table, if any.
        size: codes are below it.
    """

    column: str
    published: Ints
    original: Ints
    control: Ints | None
    size: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the attacks are made from.

    Attributes:
        names: of the quasi-identifiers.
        boxes: the release.
        original: the records it was made from.
        control: people who are not in it, if given.
        sensitive: the sensitive columns.
        tries: attacks made of each kind, at most.
        seed: of what is drawn.
    """

    names: tuple[str, ...]
    boxes: Boxes
    original: Records
    control: Records | None
    sensitive: tuple[Sensitive, ...]
    tries: int
    seed: int

    def drawn(self, kind: int, rows: int) -> tuple[np.random.Generator, Ints]:
        """A generator for one kind of attack, and records drawn without repetition."""
        random = np.random.default_rng((self.seed, kind))
        return random, np.sort(random.permutation(rows)[: self.tries]).astype(np.int64)


def attacks(scene: Scene) -> tuple[Attack, ...]:
    """Every attack that the columns allow; none on an empty release or original."""
    if not len(scene.boxes.of) or not len(scene.original.of) or not scene.names:
        return ()
    made = [singling_out(scene, with_sensitive=False)]
    if scene.sensitive:
        made.append(singling_out(scene, with_sensitive=True))
    if len(scene.names) > 1:
        made.append(linkability(scene))
    made += [inference(scene, place) for place in range(len(scene.sensitive))]
    return tuple(made)


def singling_out(scene: Scene, *, with_sensitive: bool) -> Attack:
    """Predicates made from published rows, and how many isolate one original record."""
    random, rows = scene.drawn(1 + with_sensitive, len(scene.boxes.of))
    told = scene.sensitive if with_sensitive else ()
    isolating = _Isolating(scene, told)
    hits = isolating.count(
        np.repeat(scene.boxes.of[rows][:, None], len(scene.names), axis=1),
        [each.published[rows] for each in told],
    )
    # Cell by cell, the control takes the label of some published row, each time of another.
    every = len(scene.boxes.of)
    cells = np.stack(
        [scene.boxes.of[random.integers(0, every, len(rows))] for _ in scene.names], axis=1
    )
    blind = isolating.count(
        cells, [each.published[random.integers(0, every, len(rows))] for each in told]
    )
    return Attack(
        "singling-out",
        tuple(each.column for each in told) or scene.names,
        Rate(hits, len(rows)),
        Rate(blind, len(rows)),
        "A published row is read as a description"
        + (", sensitive columns and all" if told else " by its quasi-identifiers")
        + "; it singles out where it fits exactly one original record. Control: descriptions put "
        "together cell by cell from the same columns, without knowing any row.",
    )


class _Isolating:
    """Counts predicates that exactly one original record satisfies."""

    def __init__(self, scene: Scene, told: Sequence[Sensitive]) -> None:
        """Bring records together that are alike in all that a predicate is about."""
        parts = [scene.original.of, *(each.original for each in told)]
        found = distinct(parts, len(scene.original.of))
        quasi = scene.original.codes[scene.original.of[found.first]]
        exact = [each.original[found.first][:, None] for each in told]
        self._records = looked_up(np.hstack([*exact, quasi]), found.counts, found.of)
        self._boxes = scene.boxes

    def count(self, cells: Ints, values: Sequence[Ints]) -> int:
        """How many isolate.

        Args:
            cells: the class whose label each predicate has, by column: shape (tries, q).
            values: of each sensitive column: shape (tries,).
        """
        places = np.arange(cells.shape[1])
        hits = 0
        for at, row in enumerate(cells):
            exact = np.array([each[at] for each in values], np.int64)
            low = np.concatenate([exact, self._boxes.low[row, places]])
            high = np.concatenate([exact, self._boxes.high[row, places]])
            inside = self._records.inside(low, high)
            hits += len(inside) == 1 and int(self._records.counts[inside[0]]) == 1
        return hits


def linkability(scene: Scene) -> Attack:
    """Halves of records brought together by the release."""
    half = len(scene.names) // 2
    halves = tuple(range(half)), tuple(range(half, len(scene.names)))
    linker = _Linker(scene.boxes, *halves)
    outside = scene.control
    tries = scene.tries if outside is None else min(scene.tries, len(outside.of))
    random, rows = scene.drawn(3, len(scene.original.of))
    rows = rows[:tries] if outside is None else random.permutation(rows)[:tries]
    hits, by_chance = linker.linked(scene.original, rows, random)
    blind = Rate(by_chance, len(rows))
    who = "Control: the same choice at random."
    if outside is not None:
        others = random.permutation(len(outside.of))[: len(rows)].astype(np.int64)
        blind = Rate(linker.linked(outside, others, random)[0], len(others))
        who = "Control: the same with people who are not in the release."
    left, right = ", ".join(scene.names[:half]), ", ".join(scene.names[half:])
    return Attack(
        "linkability",
        scene.names,
        Rate(hits, len(rows)),
        blind,
        f"Who has a person's {left}, and ten records of {right}, one of them the same person's, "
        f"picks the one that the published classes speak for most. {who}",
    )


class _Linker:
    """Picks of a line-up of right halves the one that goes with a left half."""

    def __init__(self, boxes: Boxes, left: tuple[int, ...], right: tuple[int, ...]) -> None:
        self._boxes, self._left, self._right = boxes, left, right
        self._thin_left = boxes.thinness(left)
        self._thin_right = boxes.thinness(right)

    def linked(self, records: Records, rows: Ints, random: np.random.Generator) -> tuple[int, int]:
        """How many are linked right, by the release and by chance."""
        hits = by_chance = 0
        for row in records.of[rows].tolist():
            others = records.of[random.integers(0, len(records.of), LINE_UP - 1)]
            line_up = records.codes[np.concatenate(([row], others))]
            same = (line_up[:, list(self._right)] == line_up[0, list(self._right)]).all(axis=1)
            scores = self._scores(line_up)
            best = np.flatnonzero(scores >= scores.max() * (1 - 1e-9))
            hits += bool(same[random.choice(best)])
            by_chance += bool(same[random.integers(0, LINE_UP)])
        return hits, by_chance

    def _scores(self, line_up: Ints) -> npt.NDArray[np.float64]:
        """How much more likely each right half is beside the left half than by itself."""
        boxes = self._boxes
        with_left = np.zeros(len(boxes.sizes))
        fits = boxes.fitting(line_up[0], self._left)
        with_left[fits] = self._thin_left[fits]
        scores = np.zeros(len(line_up))
        for at, point in enumerate(line_up):
            fits = boxes.fitting(point, self._right)
            weight = boxes.sizes[fits] * self._thin_right[fits]
            alone = weight.sum()
            scores[at] = (weight @ with_left[fits]) / alone if alone else 0.0
        return scores


def inference(scene: Scene, place: int) -> Attack:
    """The sensitive value guessed from the classes that a person fits."""
    about = scene.sensitive[place]
    outside, answers = scene.control, about.control
    random, rows = scene.drawn(4 + place, len(scene.original.of))
    guesser = _Guesser(scene.boxes, about, random)
    if outside is not None and answers is not None:
        rows = random.permutation(rows)[: len(outside.of)]
        others = random.permutation(len(outside.of))[: len(rows)].astype(np.int64)
        blind = guesser.right(outside, answers, others)
        who = "Control: the same guess about people who are not in the release."
    else:
        blind = int((about.original[rows] == guesser.commonest).sum())
        who = "Control: the value that is most frequent in the table, guessed for everybody."
    return Attack(
        "inference",
        (about.column,),
        Rate(guesser.right(scene.original, about.original, rows), len(rows)),
        Rate(blind, len(rows)),
        f"Who knows a person's quasi-identifiers guesses {about.column} as what is most frequent "
        f"in the classes that the person fits. {who}",
    )


class _Guesser:
    """Guesses by majority; ties go by an order of the values drawn once."""

    def __init__(self, boxes: Boxes, about: Sensitive, random: np.random.Generator) -> None:
        pairs = distinct([boxes.of, about.published], len(boxes.of))
        # Pairs are sorted by class, so that those of a class lie side by side.
        self._values = about.published[pairs.first]
        self._counts = pairs.counts
        self._starts = np.searchsorted(boxes.of[pairs.first], np.arange(len(boxes.sizes) + 1))
        self._boxes, self._size = boxes, about.size
        self._columns = tuple(range(boxes.low.shape[1]))
        self._thin = boxes.thinness(self._columns)
        self._favour = 1 + random.permutation(about.size) * (1e-9 / max(about.size, 1))
        whole = np.bincount(about.published, minlength=about.size)
        self.commonest = int((whole * self._favour).argmax())

    def right(self, records: Records, answers: Ints, rows: Ints) -> int:
        """How many guesses about these records are right."""
        guesses: dict[int, int] = {}
        hits = 0
        for row in rows.tolist():
            at = int(records.of[row])
            if at not in guesses:
                guesses[at] = self._guess(records.codes[at])
            hits += guesses[at] == int(answers[row])
        return hits

    def _guess(self, point: Ints) -> int:
        score = np.zeros(self._size)
        fits = self._boxes.fitting(point, self._columns)
        thin = self._thin[fits]
        for at, weight in zip(fits.tolist(), (thin / thin.max(initial=0.0)).tolist(), strict=True):
            begin, end = self._starts[at], self._starts[at + 1]
            score[self._values[begin:end]] += self._counts[begin:end] * weight
        return int((score * self._favour).argmax()) if len(fits) else self.commonest
