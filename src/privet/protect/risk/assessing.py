"""The risk that is left in a published table, all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.risk import measures, notes
from privet.protect.risk.attacks import Scene, attacks
from privet.protect.risk.intervals import Rate
from privet.protect.risk.population import estimate
from privet.protect.risk.records import Work
from privet.protect.risk.report import Attack, Chance, Note, RiskReport, Uniqueness
from privet.protect.risk.singling import singling_columns
from privet.protect.risk.table import Beside, Measured, read
from privet.protect.risk.tightness import tight_cells

THRESHOLD = 0.2
"""Somebody is at risk above this by default: in a class of fewer than five."""
TRIES = 1_000
"""Attacks of each kind by default: the intervals are then at most 0.062 wide."""
_CLASSES_LOOKED_AT = 1_000
_WORK = 1 << 28


def risk(
    table: pa.Table,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    *,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    population: pa.Table | int | None = None,
    original: pa.Table | None = None,
    control: pa.Table | None = None,
    subject: str | None = None,
    threshold: float = THRESHOLD,
    tries: int = TRIES,
    seed: int = 0,
) -> RiskReport:
    """Assess a table as it is published (or would be).

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
        subject: the column that says whom a row is about, in whichever of the tables has it; in
            one without, each row is somebody else.
        threshold: people above this risk are counted, 0 to 1.
        tries: attacks of each kind, at most.
        seed: of what is drawn; the same seed gives the same report, however the rows lie.

    Raises:
        ConfigError: a column that is not there or stands in both roles, a label or value that
            its hierarchy does not have, a figure out of range.
    """
    _insist(quasi_identifiers, sensitive, threshold, tries, population)
    everybody = population if isinstance(population, pa.Table) else None
    beside = Beside(original, everybody, control, subject)
    made = read(table, quasi_identifiers, sensitive, hierarchies or {}, beside)
    size = population if isinstance(population, int) else None
    return assess(made, population=size, threshold=threshold, tries=tries, seed=seed)


def assess(
    made: Measured,
    *,
    population: int | None = None,
    threshold: float = THRESHOLD,
    tries: int = TRIES,
    seed: int = 0,
) -> RiskReport:
    """Assess what was measured; arguments as of `risk`."""
    sizes, before = made.release.people, made.original
    journalist, alone = _in_population(made, threshold)
    counted = measures.sizes_counted(sizes)
    report = RiskReport(
        rows=made.release.total,
        people=made.release.persons,
        by_subject=made.release.subjects is not None,
        quasi_identifiers=made.names,
        sensitive=tuple(name for name, _ in made.sensitive),
        sizes=counted,
        threshold=threshold,
        prosecutor=measures.chance(sizes, sizes, threshold),
        journalist=journalist,
        marketer=measures.marketer(sizes),
        uniqueness=Uniqueness(
            unique=made.release.alone,
            before=None if before is None else before.groups.alone,
            people_before=None if before is None else before.groups.persons,
            in_population=alone,
            estimated=None if population is None else estimate(counted, population),
        ),
        singling=singling_columns(made.names, made.boxes, made.release.sole),
        homogeneity=tuple(
            measures.homogeneity(name, made.release, place, size)
            for place, (name, size) in enumerate(made.sensitive)
        ),
        tight=_tight(made, seed),
        attacks=_attacks(made, tries=tries, seed=seed),
        notes=(),
        seed=seed,
    )
    return replace(report, notes=tuple(_notes(report, made)))


def _in_population(made: Measured, threshold: float) -> tuple[Chance | None, int | None]:
    """The journalist's risk, and the table's unique people who are alone in the population."""
    if made.population is None:
        return None, None
    sizes = made.release.people
    alike = measures.in_population(made.boxes, sizes, made.population, Work(_WORK))
    if alike is None:
        return None, None
    alone = int(((sizes == 1) & (alike == 1)).sum())
    return measures.chance(sizes, alike, threshold), alone


def _tight(made: Measured, seed: int) -> Rate | None:
    if made.original is None or not made.generalised:
        return None
    return tight_cells(
        made.boxes,
        made.original,
        made.trees,
        most=_CLASSES_LOOKED_AT,
        seed=seed,
        work=Work(_WORK),
    )


def _attacks(made: Measured, *, tries: int, seed: int) -> tuple[Attack, ...]:
    if made.original is None:
        return ()
    return attacks(
        Scene(
            made.names,
            made.boxes,
            made.release,
            made.original,
            made.control,
            made.sensitive,
            tries,
            seed,
        )
    )


def _notes(report: RiskReport, made: Measured) -> Iterator[Note]:
    if not report.rows:
        yield notes.empty()
        return
    if made.generalised:
        yield notes.downcoding(report.tight)
    for found in report.homogeneity:
        if found.classes:
            yield notes.homogeneous(found)
    if made.original is None:
        yield notes.without_original()
    elif made.control is None:
        yield notes.without_control()
    if made.population is None:
        yield notes.without_population()
    elif report.journalist is None:
        yield notes.large_population()
    estimated = report.uniqueness.estimated
    if estimated is not None:
        yield notes.modelled(report.people / max(estimated.size, 1))


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
