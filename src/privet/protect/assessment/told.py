"""What a run tells of risk and use: in its evidence, and in its report. Form, and how exactly.

A release may not hide people whom its own papers then single out. So nothing is told here that is
the number of a small group, or that two figures give by their difference. Counts are told as a
`Part` of a whole: none, all, *few* (fewer than ten, or than k where that is more), all but few, or
the share of the middle of a step that is as long as few are. Loss is told as if as many rows had
been suppressed as the step of their number has at most. What was tried on all rows says a rounded
number of tries. No value of a column is told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from privet.model.errors import IntegrityError
from privet.protect.risk import notes
from privet.protect.risk.intervals import Excess, Rate, excess
from privet.protect.risk.report import Attack, Chance, Note, RiskReport
from privet.protect.utility.report import UtilityReport

VERSION = 1
SMALL = 10
"""Fewer are few."""
_BINS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)
_FINEST = 0.001
_COARSEST = 0.1
_WORDS = ("none", "few", "most", "all")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: one of `none`, `few`, `most`, `all`, or a coarse share as decimal text."""

    said: str

    @property
    def share(self) -> float:
        """What is drawn, 0 to 1: of few and most no more than that they are."""
        known = {"none": 0.0, "few": 0.01, "most": 0.99, "all": 1.0}
        return known[self.said] if self.said in known else float(self.said)


@dataclass(frozen=True, slots=True)
class ToldChance:
    """As `risk.report.Chance`: `highest` and `mean` from 0 to 1."""

    highest: float
    mean: float
    above: Part


@dataclass(frozen=True, slots=True)
class ToldAttack:
    """As `risk.report.Attack`.

    Attributes:
        tries: how often it was tried, and its control; rounded where `every`.
        every: whether it was tried on all there are.
    """

    kind: str
    about: tuple[str, ...]
    how: str
    tries: int
    every: bool
    attack: Part
    control: Part

    @property
    def rates(self) -> tuple[Rate, Rate]:
        """Attack and control, as far as they are told: of few tries the most that are few."""
        first, second = (self._rate(each) for each in (self.attack, self.control))
        return first, second

    @property
    def excess(self) -> Excess:
        """By how much the release helped."""
        return excess(*self.rates)

    def _rate(self, part: Part) -> Rate:
        few = min(SMALL - 1, self.tries)
        known = {"none": 0, "few": few, "most": self.tries - few, "all": self.tries}
        return Rate(known.get(part.said, round(part.share * self.tries)), self.tries)


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """As `utility.report.ColumnUse`."""

    column: str
    loss: float
    entropy: float
    levels: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ToldUse:
    """As `utility.report.UtilityReport`; `alike` is discernibility, to two digits."""

    loss: float
    entropy: float
    average_class: float
    average_by_k: float
    alike: float
    suppressed: Part
    columns: tuple[ToldColumn, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a release.

    Attributes:
        k: that was promised.
        by_subject: whether people are counted, who may have several rows; else rows.
        few: fewer than this are few.
        smallest: people of the smallest class, where they are not few; else k.
        classes: to two digits.
        sizes: people by the size of their class: from, to (None: and more), part of all.
        unique_before, unique: people whom nobody is like, before and in the release.
        singling: columns that make people unique together.
        homogeneity: by sensitive column, people in classes with one value.
    """

    k: int
    by_subject: bool
    few: int
    quasi_identifiers: tuple[str, ...]
    sensitive: tuple[str, ...]
    classes: int
    smallest: int
    sizes: tuple[tuple[int, int | None, Part], ...]
    threshold: float
    prosecutor: ToldChance
    journalist: ToldChance | None
    marketer: float
    unique_before: Part
    unique: Part
    singling: tuple[tuple[tuple[str, ...], Part], ...]
    homogeneity: tuple[tuple[str, Part], ...]
    attacks: tuple[ToldAttack, ...]
    notes: tuple[Note, ...]
    use: ToldUse


def tell(risk: RiskReport, use: UtilityReport, k: int) -> Told:
    """What may be told of a release.

    Args:
        risk: measured with the original; all figures exact.
        use: the same.
        k: that was promised.
    """
    few, people = max(SMALL, k), risk.placed
    before = risk.uniqueness
    smallest = risk.smallest if risk.smallest >= few else k
    return Told(
        k=k,
        by_subject=risk.by_subject,
        few=few,
        quasi_identifiers=risk.quasi_identifiers,
        sensitive=risk.sensitive,
        classes=int(_digits(risk.classes, 2)),
        smallest=smallest,
        sizes=tuple(_sizes(risk, few)),
        threshold=risk.threshold,
        prosecutor=_chance(risk.prosecutor, people, few, k),
        journalist=None if risk.journalist is None else _chance(risk.journalist, people, few, k),
        marketer=_coarse(risk.marketer, people),
        unique_before=_part(before.before or 0, before.people_before or 0, few),
        unique=_part(before.unique, risk.people, few),
        singling=tuple(
            (found.columns, _part(found.unique, risk.people, few)) for found in risk.singling
        ),
        homogeneity=tuple(
            (found.column, _part(found.people, people, few)) for found in risk.homogeneity
        ),
        attacks=tuple(_attack(each, risk.rows, use.rows) for each in risk.attacks),
        notes=tuple(_notes(risk)),
        use=_use(use, few),
    )


def _part(count: int, whole: int, few: int) -> Part:
    if count <= 0 or whole <= 0:
        return Part("none")
    if count >= whole:
        return Part("all")
    if count < few:
        return Part("few")
    if whole - count < few:
        return Part("most")
    share = round((count // few + 0.5) * few / whole, 3)
    return Part(_decimal(min(max(share, _FINEST), 1 - _FINEST)))


def _coarse(share: float, whole: int) -> float:
    """A share to steps of a power of ten in which `SMALL` of the whole are at most one."""
    least = 10.0 ** math.ceil(math.log10(SMALL / max(whole, 1)) - 1e-9)
    step = min(max(_FINEST, least), _COARSEST)
    return round(round(share / step) * step, 3)


def _rung(count: int) -> int:
    """The lower end of the step that a count is on: of ten, or a tenth of its size at most."""
    unit = int(max(SMALL, 10 ** (len(str(count)) - 2)))
    return count // unit * unit


def _sizes(risk: RiskReport, few: int) -> list[tuple[int, int | None, Part]]:
    made: list[tuple[int, int | None, Part]] = []
    for begin, end in zip(_BINS, (*_BINS[1:], None), strict=True):
        inside = [each for each in risk.sizes if each[0] >= begin and (not end or each[0] < end)]
        people = sum(size * classes for size, classes in inside)
        made.append((begin, end and end - 1, _part(people, risk.placed, few)))
    return made


def _chance(found: Chance, people: int, few: int, k: int) -> ToldChance:
    """The highest is that of a class of k, where the smallest is of few."""
    above = _part(round(found.above * people), people, few)
    highest = found.highest if found.highest * few <= 1 else 1 / k
    return ToldChance(_digits(highest, 3), _coarse(found.mean, people), above)


def _attack(each: Attack, published: int, original: int) -> ToldAttack:
    tries = each.attack.tries
    every = tries >= min(published, original)
    told = max(_rung(tries), SMALL) if every else tries
    attack, control = (_part(rate.hits, tries, SMALL) for rate in (each.attack, each.control))
    return ToldAttack(each.kind, each.about, each.how, told, every, attack, control)


def _notes(risk: RiskReport) -> list[Note]:
    """Without counts: how tight cells are is told of many cells, to a tenth."""
    told = [note for note in risk.notes if note.kind not in {"homogeneous", "downcoding"}]
    if all(note.kind != "downcoding" for note in risk.notes):
        return told
    tight = risk.tight
    if tight is None or tight.tries < SMALL * SMALL:
        return [notes.downcoding(None), *told]
    return [notes.downcoding(replace(tight, hits=round(10 * tight.share), tries=10)), *told]


def _use(use: UtilityReport, few: int) -> ToldUse:
    gone = few - 1 if 0 < use.suppressed < few else _rung(use.suppressed)
    rows = use.published + gone

    def lost(loss: float) -> float:
        """The loss with as many suppressed rows as are told, which cost 1 each."""
        kept = loss * use.rows - use.suppressed
        return _coarse(min(max((kept + gone) / rows, 0.0), 1.0), rows) if rows else 0.0

    columns = tuple(
        ToldColumn(
            each.column,
            lost(each.loss),
            lost(each.entropy),
            tuple(_part(round(share * use.rows), use.rows, few) for share in each.levels),
        )
        for each in use.columns
    )
    alike = use.discernibility - use.suppressed * use.rows + gone * rows
    return ToldUse(
        loss=lost(use.loss),
        entropy=lost(use.entropy),
        average_class=_digits(use.average_class, 2),
        average_by_k=_digits(use.average_by_k or 0.0, 2),
        alike=_digits(float(alike), 2),
        suppressed=_part(use.suppressed, use.rows, few),
        columns=columns,
    )


def _digits(amount: float, digits: int) -> float:
    return float(f"{amount:.{digits}g}")


def _decimal(number: float) -> str:
    """As decimal text without an exponent: `0.25`, `1200`."""
    return f"{Decimal(repr(number)).normalize():f}"


def to_json(told: Told) -> dict[str, Any]:
    """Canonical JSON, of `spec/vault/assessment.schema.json`."""
    use = told.use
    return {
        "version": VERSION,
        "k": told.k,
        "by_subject": told.by_subject,
        "few": told.few,
        "quasi_identifiers": list(told.quasi_identifiers),
        "sensitive": list(told.sensitive),
        "classes": told.classes,
        "smallest": told.smallest,
        "sizes": [[begin, end, part.said] for begin, end, part in told.sizes],
        "threshold": _decimal(told.threshold),
        "prosecutor": _chance_json(told.prosecutor),
        "journalist": None if told.journalist is None else _chance_json(told.journalist),
        "marketer": _decimal(told.marketer),
        "unique": {"before": told.unique_before.said, "now": told.unique.said},
        "singling": [[list(columns), part.said] for columns, part in told.singling],
        "homogeneity": [[column, part.said] for column, part in told.homogeneity],
        "attacks": [
            {
                "kind": each.kind,
                "about": list(each.about),
                "how": each.how,
                "tries": each.tries,
                "every": each.every,
                "attack": each.attack.said,
                "control": each.control.said,
            }
            for each in told.attacks
        ],
        "notes": [[note.kind, note.text] for note in told.notes],
        "use": {
            "loss": _decimal(use.loss),
            "entropy": _decimal(use.entropy),
            "average_class": _decimal(use.average_class),
            "average_by_k": _decimal(use.average_by_k),
            "alike": _decimal(use.alike),
            "suppressed": use.suppressed.said,
            "columns": [
                {
                    "column": each.column,
                    "loss": _decimal(each.loss),
                    "entropy": _decimal(each.entropy),
                    "levels": [part.said for part in each.levels],
                }
                for each in use.columns
            ],
        },
    }


def _chance_json(chance: ToldChance) -> dict[str, str]:
    return {
        "highest": _decimal(chance.highest),
        "mean": _decimal(chance.mean),
        "above": chance.above.said,
    }


def from_json(said: Mapping[str, Any]) -> Told:
    """What was told.

    Raises:
        IntegrityError: it is of another version, or not of its form.
    """
    try:
        if said["version"] != VERSION:
            raise IntegrityError(
                "what is told of a release's risk is of a version that is not known here",
                hint="Use the version of Privet that wrote it, or a later one.",
            )
        journalist = said["journalist"]
        return Told(
            k=int(said["k"]),
            by_subject=bool(said["by_subject"]),
            few=int(said["few"]),
            quasi_identifiers=tuple(said["quasi_identifiers"]),
            sensitive=tuple(said["sensitive"]),
            classes=int(said["classes"]),
            smallest=int(said["smallest"]),
            sizes=tuple((begin, end, _read(part)) for begin, end, part in said["sizes"]),
            threshold=float(said["threshold"]),
            prosecutor=_chance_read(said["prosecutor"]),
            journalist=None if journalist is None else _chance_read(journalist),
            marketer=float(said["marketer"]),
            unique_before=_read(said["unique"]["before"]),
            unique=_read(said["unique"]["now"]),
            singling=tuple((tuple(names), _read(part)) for names, part in said["singling"]),
            homogeneity=tuple((column, _read(part)) for column, part in said["homogeneity"]),
            attacks=tuple(_attack_read(each) for each in said["attacks"]),
            notes=tuple(Note(kind, text) for kind, text in said["notes"]),
            use=_use_read(said["use"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError("what is told of a release's risk is not of its form") from error


def _read(said: str) -> Part:
    if said not in _WORDS and not 0 < float(said) < 1:
        raise ValueError("a part is within its whole")
    return Part(said)


def _chance_read(said: Mapping[str, Any]) -> ToldChance:
    return ToldChance(float(said["highest"]), float(said["mean"]), _read(said["above"]))


def _attack_read(said: Mapping[str, Any]) -> ToldAttack:
    return ToldAttack(
        kind=said["kind"],
        about=tuple(said["about"]),
        how=said["how"],
        tries=int(said["tries"]),
        every=bool(said["every"]),
        attack=_read(said["attack"]),
        control=_read(said["control"]),
    )


def _use_read(said: Mapping[str, Any]) -> ToldUse:
    return ToldUse(
        loss=float(said["loss"]),
        entropy=float(said["entropy"]),
        average_class=float(said["average_class"]),
        average_by_k=float(said["average_by_k"]),
        alike=float(said["alike"]),
        suppressed=_read(said["suppressed"]),
        columns=tuple(
            ToldColumn(
                each["column"],
                float(each["loss"]),
                float(each["entropy"]),
                tuple(_read(part) for part in each["levels"]),
            )
            for each in said["columns"]
        ),
    )
