"""Attacks on a release, each beside a control group of equal size.

*Singling out* (Cohen and Nissim, 2020, Towards formalizing the GDPR's notion of singling out): a
predicate made from a published row (its labels, and its sensitive values) that holds for the rows
of exactly one person of the original. The control makes its predicates from the same columns
without knowing rows: each cell is drawn from its column by itself. So it isolates what a predicate
of such weights isolates by chance.

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

Records are drawn as often as they have rows, from an order that is the release's own, so that the
same seed tries the same on the same table, however its rows lie. Attacks end when `_WORK` is done;
each says how often it was tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privet.protect.risk.boxes import Boxes
from privet.protect.risk.coding import Ints, Numbers
from privet.protect.risk.grouping import SEVERAL, Draw, Groups
from privet.protect.risk.intervals import Rate
from privet.protect.risk.records import Records, Work
from privet.protect.risk.report import Attack

LINE_UP = 10
"""Records that the linker picks from."""
_WORK = 1 << 28
"""Combinations or classes that one attack, and its control, may compare with a box or a point."""
_LEAST = 100
"""Tries that work does not keep away, of attacks that compare all classes each time."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the attacks are made from.

    Attributes:
        names: of the quasi-identifiers.
        boxes: the classes of the release.
        release: who is in them.
        original: the records it was made from.
        control: people who are not in it, if given.
        sensitive: names of the sensitive columns, in the order of the groups' values, and what
            their codes are below.
        tries: attacks made of each kind, at most.
        seed: of what is drawn.
    """

    names: tuple[str, ...]
    boxes: Boxes
    release: Groups
    original: Records
    control: Records | None
    sensitive: tuple[tuple[str, int], ...]
    tries: int
    seed: int

    def random(self, kind: int) -> np.random.Generator:
        """A generator for one kind of attack."""
        return np.random.default_rng((self.seed, kind))

    def most(self, each: int) -> int:
        """Tries where one compares all classes so many times."""
        return min(self.tries, max(_LEAST, _WORK // max(len(self.boxes) * each, 1)))


def attacks(scene: Scene) -> tuple[Attack, ...]:
    """Every attack that the columns allow; none on an empty release or original."""
    if not scene.release.total or not scene.original.groups.total or not scene.names:
        return ()
    made = [singling_out(scene, with_sensitive=False)]
    if scene.sensitive:
        made.append(singling_out(scene, with_sensitive=True))
    if len(scene.names) > 1:
        made.append(linkability(scene))
    made += [inference(scene, place) for place in range(len(scene.sensitive))]
    return tuple(made)


def singling_out(scene: Scene, *, with_sensitive: bool) -> Attack:
    """Predicates made from published rows, and how many isolate one person of the original."""
    random, release, work = scene.random(1 + with_sensitive), scene.release, Work(_WORK)
    kinds = Draw.by(release.kinds)
    drawn = kinds.some(random, scene.tries)
    # Cell by cell, the control takes the label of some published row, each time of another.
    blind = np.stack([release.group_of(kinds.again(random, len(drawn))) for _ in scene.names])
    others = [kinds.again(random, len(drawn)) for _ in scene.sensitive]
    places = np.arange(len(scene.names))
    told = range(len(scene.sensitive)) if with_sensitive else ()
    hits = by_chance = tries = 0
    for at, (kind, own) in enumerate(
        zip(drawn.tolist(), release.group_of(drawn).tolist(), strict=True)
    ):
        if not work.left:
            break
        tries += 1
        cells, values = blind[:, at], [int(release.values[others[each][at], each]) for each in told]
        known = [int(release.values[kind, each]) for each in told]
        low, high = scene.boxes.low, scene.boxes.high
        hits += isolates(scene.original, low[own], high[own], known, work)
        by_chance += isolates(scene.original, low[cells, places], high[cells, places], values, work)
    return Attack(
        "singling-out",
        tuple(scene.sensitive[each][0] for each in told) or scene.names,
        Rate(hits, tries),
        Rate(by_chance, tries),
        "A published row is read as a description"
        + (", sensitive columns and all" if told else " by its quasi-identifiers")
        + "; it singles out where it fits exactly one person of the original. Control: "
        "descriptions put together cell by cell from the same columns, without knowing any row.",
    )


def isolates(
    records: Records, low: Numbers, high: Numbers, values: Sequence[int], work: Work
) -> bool:
    """Whether exactly one person has rows in a box, with these sensitive values (or any)."""
    only: int | None = None
    groups = records.groups
    for inside in records.within(low, high, work):
        sole = groups.sole[inside]
        if values:
            kinds = groups.kinds_of(inside)
            alike = (groups.values[kinds, : len(values)] == values).all(axis=1)
            sole = groups.kind_sole[kinds[alike]]
        if not len(sole):
            continue
        first = int(sole[0]) if only is None else only
        if first == SEVERAL or (sole != first).any():
            return False
        only = first
    return only is not None


def linkability(scene: Scene) -> Attack:
    """Halves of records brought together by the release."""
    half = len(scene.names) // 2
    halves = tuple(range(half)), tuple(range(half, len(scene.names)))
    linker = _Linker(scene.boxes, scene.release, *halves)
    outside = scene.control
    most = scene.most(LINE_UP + 1)
    most = most if outside is None else min(most, outside.groups.total)
    random = scene.random(3)
    rows = Draw.by(scene.original.groups.rows).some(random, most)
    hits, by_chance = linker.linked(scene.original, rows, random)
    blind = Rate(by_chance, len(rows))
    who = "Control: the same choice at random."
    if outside is not None:
        others = Draw.by(outside.groups.rows).some(random, len(rows))
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

    def __init__(
        self, boxes: Boxes, release: Groups, left: tuple[int, ...], right: tuple[int, ...]
    ) -> None:
        self._boxes, self._rows = boxes, release.rows
        # The columns that tell most apart first: fewest classes are left for the others.
        self._left = tuple(sorted(left, key=lambda at: -boxes.domain[at]))
        self._right = tuple(sorted(right, key=lambda at: -boxes.domain[at]))
        self._thin_left = boxes.thinness(left)
        self._thin_right = boxes.thinness(right)

    def linked(
        self, records: Records, numbers: Ints, random: np.random.Generator
    ) -> tuple[int, int]:
        """How many are linked right, by the release and by chance."""
        hits = by_chance = 0
        everybody, right = Draw.by(records.groups.rows), list(self._right)
        for number in numbers.tolist():
            others = everybody.again(random, LINE_UP - 1)
            line_up = records.points(np.concatenate(([number], others)))
            same = (line_up[:, right] == line_up[0, right]).all(axis=1)
            scores = self._scores(line_up)
            best = np.flatnonzero(scores >= scores.max() * (1 - 1e-9))
            hits += bool(same[random.choice(best)])
            by_chance += bool(same[random.integers(0, LINE_UP)])
        return hits, by_chance

    def _scores(self, line_up: Numbers) -> npt.NDArray[np.float64]:
        """How much more likely each right half is beside the left half than by itself."""
        boxes = self._boxes
        with_left = np.zeros(len(boxes))
        fits = boxes.fitting(line_up[0], self._left)
        with_left[fits] = self._thin_left[fits]
        scores = np.zeros(len(line_up))
        for at, point in enumerate(line_up):
            fits = boxes.fitting(point, self._right)
            weight = self._rows[fits] * self._thin_right[fits]
            alone = weight.sum()
            scores[at] = (weight @ with_left[fits]) / alone if alone else 0.0
        return scores


def inference(scene: Scene, place: int) -> Attack:
    """The sensitive value guessed from the classes that a person fits."""
    outside, (column, size) = scene.control, scene.sensitive[place]
    random, most = scene.random(4 + place), scene.most(2)
    guesser = _Guesser(scene.boxes, scene.release, place, size, random)
    most = most if outside is None else min(most, outside.groups.total)
    drawn = Draw.by(scene.original.groups.kinds).some(random, most)
    if outside is not None:
        others = Draw.by(outside.groups.kinds).some(random, len(drawn))
        blind = guesser.right(outside, others)
        who = "Control: the same guess about people who are not in the release."
    else:
        blind = int((scene.original.groups.values[drawn, place] == guesser.commonest).sum())
        who = "Control: the value that is most frequent in the table, guessed for everybody."
    return Attack(
        "inference",
        (column,),
        Rate(guesser.right(scene.original, drawn), len(drawn)),
        Rate(blind, len(drawn)),
        f"Who knows a person's quasi-identifiers guesses {column} as what is most frequent "
        f"in the classes that the person fits. {who}",
    )


class _Guesser:
    """Guesses by majority of rows; ties go by an order of the values drawn once."""

    def __init__(
        self, boxes: Boxes, release: Groups, place: int, size: int, random: np.random.Generator
    ) -> None:
        self._boxes, self._release, self._place, self._size = boxes, release, place, size
        columns = range(len(boxes.domain))
        self._columns = tuple(sorted(columns, key=lambda at: -boxes.domain[at]))
        self._thin = boxes.thinness(self._columns)
        self._favour = 1 + random.permutation(size) * (1e-9 / max(size, 1))
        whole = np.bincount(release.values[:, place], weights=release.kinds, minlength=size)
        self.commonest = int((whole * self._favour).argmax())

    def right(self, records: Records, kinds: Ints) -> int:
        """How many guesses about these kinds of record are right."""
        guesses: dict[int, int] = {}
        hits = 0
        answers = records.groups.values[kinds, self._place].tolist()
        for number, answer in zip(records.groups.group_of(kinds).tolist(), answers, strict=True):
            if number not in guesses:
                guesses[number] = self._guess(records.point(number))
            hits += guesses[number] == answer
        return hits

    def _guess(self, point: Numbers) -> int:
        fits = self._boxes.fitting(point, self._columns)
        if not len(fits):
            return self.commonest
        release = self._release
        thin = self._thin[fits] / self._thin[fits].max()
        kinds = release.kinds_of(fits)
        weights = np.repeat(thin, release.starts[fits + 1] - release.starts[fits])
        values = release.values[kinds, self._place]
        score = np.bincount(values, weights=weights * release.kinds[kinds], minlength=self._size)
        return int((score * self._favour).argmax())
