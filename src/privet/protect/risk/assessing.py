"""The risk that is left in a published table, all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.risk import measures, notes
from privet.protect.risk.attacks import Scene, Sensitive, attacks
from privet.protect.risk.boxes import (
    Boxes,
    Records,
    Vocabulary,
    boxes,
    columns_of,
    records,
    vocabulary,
)
from privet.protect.risk.coding import Coded, coded, together
from privet.protect.risk.intervals import Rate
from privet.protect.risk.population import estimate
from privet.protect.risk.report import Chance, Note, RiskReport, Uniqueness
from privet.protect.risk.singling import singling_columns
from privet.protect.risk.tightness import tight_cells

THRESHOLD = 0.2
"""A record is at risk above this by default: in a class of fewer than five."""
TRIES = 1_000
"""Attacks of each kind by default: the intervals are then at most 0.062 wide."""
_CLASSES_LOOKED_AT = 1_000


def risk(
    table: pa.Table,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    *,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    population: pa.Table | int | None = None,
    original: pa.Table | None = None,
    control: pa.Table | None = None,
    threshold: float = THRESHOLD,
    tries: int = TRIES,
    seed: int = 0,
) -> RiskReport:
    """Assess a table as it is published (or would be).

    Each row counts as a person of its own; where a person has several, the classes are smaller
    than they look, which the criteria on subjects see and this does not.

    Args:
        table: the published table: labels of hierarchies, or values as they were.
        quasi_identifiers: columns that others know people by.
        sensitive: columns that nobody should learn.
        hierarchies: of the quasi-identifiers that were generalised: tells what a label covers. One
            without is read as its own values and `*`.
        population: a table of the whole population with the quasi-identifiers ungeneralised (the
            journalist's risk, exact uniques), or the number of people in it (estimated uniques).
        original: what the table was made from; without, no attack is tried.
        control: people of the same kind who are not in the table, ungeneralised, with the same
            columns: attacked like those who are.
        threshold: records above this risk are counted, 0 to 1.
        tries: attacks of each kind, at most.
        seed: of what is drawn; the same seed gives the same report.

    Raises:
        ConfigError: a column that is not there or stands in both roles, a label or value that
            its hierarchy does not have, a figure out of range.
    """
    _insist(quasi_identifiers, sensitive, threshold, tries, population)
    raw = {"original": original, "control": control}
    raw["population"] = population if isinstance(population, pa.Table) else None
    read = _read(table, quasi_identifiers, hierarchies or {}, raw)
    sizes = read.boxes.sizes
    journalist, alone = _in_population(read, threshold)
    counted = measures.sizes_counted(sizes)
    estimated = estimate(counted, population) if isinstance(population, int) else None
    before = read.people.get("original")
    secrets = _secrets(table, raw, sensitive)
    scene = _scene(read, quasi_identifiers, secrets, tries=tries, seed=seed)
    made = RiskReport(
        rows=table.num_rows,
        quasi_identifiers=tuple(quasi_identifiers),
        sensitive=tuple(sensitive),
        sizes=counted,
        threshold=threshold,
        prosecutor=measures.chance(sizes, sizes, threshold),
        journalist=journalist,
        marketer=measures.marketer(sizes),
        uniqueness=Uniqueness(
            unique=int((sizes == 1).sum()),
            before=None if before is None else int((before.counts == 1).sum()),
            rows_before=None if before is None else len(before.of),
            in_population=alone,
            estimated=estimated,
        ),
        singling=singling_columns(quasi_identifiers, read.cells, table.num_rows),
        homogeneity=tuple(
            measures.homogeneity(name, read.boxes.of, sizes, coded(table, name))
            for name in sensitive
        ),
        tight=_tight(read, quasi_identifiers, hierarchies or {}, seed),
        attacks=attacks(scene) if scene is not None else (),
        notes=(),
        seed=seed,
    )
    return replace(made, notes=tuple(_notes(made, read, control_given=control is not None)))


@dataclass(frozen=True, slots=True)
class _Read:
    """The tables, read with one vocabulary for each quasi-identifier."""

    cells: list[Coded]
    words: list[Vocabulary]
    boxes: Boxes
    people: dict[str, Records]

    @property
    def generalised(self) -> bool:
        """Whether a label above the leaves of a hierarchy is published."""
        with_tree = [word.hierarchy is not None for word in self.words]
        return bool((self.boxes.level[:, with_tree] > 0).any())


def _read(
    table: pa.Table,
    names: Sequence[str],
    hierarchies: Mapping[str, Hierarchy],
    raw: Mapping[str, pa.Table | None],
) -> _Read:
    cells = columns_of(table, names)
    given = {role: each for role, each in raw.items() if each is not None}
    columns = {role: columns_of(each, names) for role, each in given.items()}
    words = [
        vocabulary(name, hierarchies.get(name), *([each[at] for each in columns.values()] or [own]))
        for at, (name, own) in enumerate(zip(names, cells, strict=True))
    ]
    people = {role: records(columns[role], words, each.num_rows) for role, each in given.items()}
    return _Read(cells, words, boxes(cells, words, table.num_rows), people)


def _in_population(read: _Read, threshold: float) -> tuple[Chance | None, int | None]:
    """The journalist's risk, and the table's unique records that are alone in the population."""
    population = read.people.get("population")
    if population is None:
        return None, None
    alike = measures.in_population(read.boxes, population)
    alone = int(((read.boxes.sizes == 1) & (alike == 1)).sum())
    return measures.chance(read.boxes.sizes, alike, threshold), alone


def _tight(
    read: _Read, names: Sequence[str], hierarchies: Mapping[str, Hierarchy], seed: int
) -> Rate | None:
    original = read.people.get("original")
    if original is None or not read.generalised:
        return None
    trees = [hierarchies.get(name) for name in names]
    return tight_cells(read.boxes, original, trees, most=_CLASSES_LOOKED_AT, seed=seed)


def _secrets(
    table: pa.Table, raw: Mapping[str, pa.Table | None], sensitive: Sequence[str]
) -> tuple[Sensitive, ...]:
    """The sensitive columns of release, original and control, each coded alike in all."""
    original, control = raw["original"], raw["control"]
    if original is None:
        return ()
    asked = [table, original, *([control] if control is not None else [])]
    made = []
    for name in sensitive:
        codes, size = together([coded(each, name) for each in asked])
        last = codes[2] if control is not None else None
        made.append(Sensitive(name, codes[0], codes[1], last, size))
    return tuple(made)


def _scene(
    read: _Read, names: Sequence[str], secrets: tuple[Sensitive, ...], *, tries: int, seed: int
) -> Scene | None:
    """What the attacks are made from; None without an original."""
    original, control = read.people.get("original"), read.people.get("control")
    if original is None:
        return None
    return Scene(tuple(names), read.boxes, original, control, secrets, tries, seed)


def _notes(made: RiskReport, read: _Read, *, control_given: bool) -> Iterator[Note]:
    if not made.rows:
        yield notes.empty()
        return
    if read.generalised:
        yield notes.downcoding(made.tight)
    for found in made.homogeneity:
        if found.classes:
            yield notes.homogeneous(found)
    if "original" not in read.people:
        yield notes.without_original()
    elif not control_given:
        yield notes.without_control()
    if made.journalist is None:
        yield notes.without_population()
    estimated = made.uniqueness.estimated
    if estimated is not None:
        yield notes.modelled(made.rows / max(estimated.size, 1))


def _insist(
    names: Sequence[str],
    sensitive: Sequence[str],
    threshold: float,
    tries: int,
    population: pa.Table | int | None,
) -> None:
    """Refuse what cannot be meant."""
    if not names:
        raise ConfigError(
            "no quasi-identifier is named, so every row is like every other",
            hint="name the columns that others may know about a person",
        )
    columns = [*names, *sensitive]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise ConfigError(
            f"named twice: {', '.join(twice)}",
            hint="a column is a quasi-identifier or sensitive, once",
        )
    if not 0 <= threshold <= 1:
        raise ConfigError("the threshold is a share, from 0 to 1", hint="0.2 is a class of five")
    if tries < 1:
        raise ConfigError("at least one attack must be tried", hint=f"{TRIES:,} is usual")
    if isinstance(population, int) and population < 1:
        raise ConfigError("a population has at least one person", hint="give its size, or a table")
