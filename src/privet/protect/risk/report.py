"""The answer about risk: figures and what they mean, without any value of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from privet.protect.risk.intervals import Excess, Rate, excess

NoteKind: TypeAlias = Literal[
    "downcoding",
    "homogeneous",
    "no-original",
    "no-population",
    "large-population",
    "model",
    "control",
    "empty",
]


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely somebody is found in the table, over the people of all classes.

    Attributes:
        highest: of who is most at risk.
        mean: over all.
        above: share of those whose risk is above the report's threshold.
    """

    highest: float
    mean: float
    above: float


@dataclass(frozen=True, slots=True)
class PopulationUniques:
    """An estimate of how many people nobody else is like, by Pitman's sampling formula.

    Attributes:
        size: people in the population, as the caller said.
        uniques: expected number of them who are alone in all quasi-identifiers.
        sample_uniques: expected number of people alone in the table and in the population too.
        alpha: the fitted model's first parameter, 0 to 1.
        theta: its second, above `-alpha`.
    """

    size: int
    uniques: float
    sample_uniques: float
    alpha: float
    theta: float


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """People whom nobody else in the table is like in all quasi-identifiers.

    Attributes:
        unique: how many of the published table.
        before: how many of the original, where there is one.
        people_before: people of the original.
        in_population: of the table's unique ones, how many are alone in the population too, where
            a population table was given.
        estimated: the model's estimate where only the size of the population is known.
    """

    unique: int
    before: int | None = None
    people_before: int | None = None
    in_population: int | None = None
    estimated: PopulationUniques | None = None


@dataclass(frozen=True, slots=True)
class SinglingColumns:
    """How many people these columns alone make unique."""

    columns: tuple[str, ...]
    unique: int


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Classes in which all have the same value of a sensitive column.

    Attributes:
        column: the sensitive column.
        classes: how many such classes.
        people: how many people are in them: whoever finds the class knows their value.
        least: fewest distinct values in a class.
    """

    column: str
    classes: int
    people: int
    least: int


@dataclass(frozen=True, slots=True)
class Attack:
    """What an attacker gets with the release, beside one of equal size without it.

    Attributes:
        kind: what was tried.
        about: the columns that it was about, if not all.
        attack: how often it went well with the release.
        control: how often for the control group.
        how: what attacker and control did, in a sentence or two.
    """

    kind: Literal["singling-out", "linkability", "inference"]
    about: tuple[str, ...]
    attack: Rate
    control: Rate
    how: str

    @property
    def excess(self) -> Excess:
        """By how much the release helped."""
        return excess(self.attack, self.control)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the reader of the figures must know."""

    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class RiskReport:
    """What is left of risk in a published table.

    Attributes:
        rows: published rows.
        people: whom they are about, each once; rows where each row is somebody.
        by_subject: whether people may have several rows.
        quasi_identifiers: the columns that classes are made of.
        sensitive: the sensitive columns.
        sizes: how many classes there are of each size: (people of the class, classes), rising.
        threshold: the risk above which people are counted.
        prosecutor: of somebody who knows that the person is in the table: 1 by size of the class.
        journalist: of somebody who knows the population only: 1 by the population's size of the
            class; None without a population table, or where it is too much to compare.
        marketer: share of people that somebody who links all of them gets right: classes by people.
        uniqueness: people whom nobody is like.
        singling: what columns alone or together make unique, most first.
        homogeneity: one for each sensitive column.
        tight: of generalised cells that were looked at, how many could not be narrower for the
            records in the class; None without original and hierarchies.
        attacks: each with its control.
        notes: what was not measured, and what the figures do not say.
        seed: of all that was drawn.
    """

    rows: int
    people: int
    by_subject: bool
    quasi_identifiers: tuple[str, ...]
    sensitive: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    threshold: float
    prosecutor: Chance
    journalist: Chance | None
    marketer: float
    uniqueness: Uniqueness
    singling: tuple[SinglingColumns, ...]
    homogeneity: tuple[Homogeneity, ...]
    tight: Rate | None
    attacks: tuple[Attack, ...]
    notes: tuple[Note, ...]
    seed: int

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return sum(classes for _, classes in self.sizes)

    @property
    def placed(self) -> int:
        """People of all classes: who has rows in several counts in each."""
        return sum(size * classes for size, classes in self.sizes)

    @property
    def smallest(self) -> int:
        """People of the smallest class; 0 of an empty table."""
        return self.sizes[0][0] if self.sizes else 0
