"""The population that a table is of: who falls into which class, the table's own people or not.

Its columns are placed in the trees of the table's columns. Under a frozen plan, somebody whose
values no tree has a place for is in no class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.errors import ConfigError
from privet.protect.applying import classes_of, placed_values
from privet.protect.combinations import Combinations, combine
from privet.protect.fitted import FittedPlan
from privet.protect.gathering import Gathered, Gathering
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.placing import known_codes
from privet.protect.hierarchies.specs import HierarchySpec
from privet.protect.holding import sizes
from privet.protect.recoding import SUPPRESSED
from privet.protect.verifying_sql import SUBJECT
from privet.transforms.arrow import Values

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Population:
    """The people.

    Attributes:
        columns: the quasi-identifiers, as those of the table are gathered.
        subjects: a number for each row's person: shape (n,); None where each row is one.
        rows: how many.
    """

    columns: Mapping[str, Gathered] = field(repr=False)
    subjects: npt.NDArray[np.int64] | None = field(repr=False)
    rows: int

    def combined(self, hierarchies: Mapping[str, Hierarchy]) -> Combinations:
        """Its distinct combinations; `subjects` of them are people."""
        codes = np.empty((self.rows, len(hierarchies)), np.int32, order="F")
        for place, (name, tree) in enumerate(hierarchies.items()):
            each = self.columns[name]
            codes[:, place] = known_codes(tree, each.texts)[each.numbers]
        widths = [len(tree.leaves) for tree in hierarchies.values()]
        return combine(tuple(hierarchies), widths, codes, subjects=self.subjects)[0]

    def leaves(self, plan: FittedPlan) -> tuple[Ints, npt.NDArray[np.int64] | None]:
        """The leaves of each row in the plan's trees, -1 where there is none, and whose rows."""
        codes = [
            known_codes(tree, self.columns[name].texts)[self.columns[name].numbers]
            for name, tree in zip(plan.columns, plan.hierarchies, strict=True)
        ]
        return np.column_stack(codes), self.subjects

    def under(self, plan: FittedPlan) -> Placed:
        """Who is in which class of a frozen plan."""
        from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415 (loads Numba)

        across = np.stack([self.columns[name].numbers.astype(np.int32) for name in plan.columns])
        widths = np.array([len(self.columns[name].texts) for name in plan.columns], np.int64)
        distinct, groups = group_rows(across, widths)
        values = {name: self.columns[name].texts for name in plan.columns}
        placed = placed_values(plan, values, known_only=True)
        return Placed(plan, classes_of(plan, placed, distinct)[groups], self.subjects)


@dataclass(frozen=True, slots=True)
class Placed:
    """The population under a plan.

    Attributes:
        plan: frozen.
        classes: of each row, `SUPPRESSED` for one that no class covers: shape (n,).
        subjects: as of `Population`.
    """

    plan: FittedPlan
    classes: Ints = field(repr=False)
    subjects: npt.NDArray[np.int64] | None = field(repr=False)

    def counts(self) -> npt.NDArray[np.int64]:
        """People in each class: shape (classes of the plan,)."""
        found = sizes(self.classes, self.subjects)
        return np.pad(found, (0, len(self.plan.level) - len(found))).astype(np.int64)

    def absent(self, classes: Ints) -> int:
        """Rows of people who are in no class of these rows, `SUPPRESSED` apart."""
        present = np.zeros(len(self.plan.level) + 1, np.bool_)
        present[classes] = True
        present[SUPPRESSED] = False
        return int((~present[self.classes]).sum())

    def table(self) -> pa.Table:
        """What would be published of each, for the verifier; those in no class are left out."""
        there = np.flatnonzero(self.classes != SUPPRESSED)
        of: Values = pa.array(self.classes[there])
        columns: list[Values] = [
            pa.array(self.plan.labels(place), pa.string()).take(of)
            for place in range(len(self.plan.columns))
        ]
        names = list(self.plan.columns)
        if self.subjects is not None:
            _, numbers = np.unique(self.subjects[there], return_inverse=True)
            columns.append(pa.array(numbers.astype(np.int64)))
            names.append(SUBJECT)
        return pa.Table.from_arrays(columns, names=names)


def gathered(
    batches: Iterable[tuple[pa.RecordBatch, Values | None]], names: Sequence[str], secret: bytes
) -> Population:
    """The population from its rows, and whom each is about.

    Args:
        batches: with at least the columns `names`.
        names: the quasi-identifiers.
        secret: 32 random bytes.

    Raises:
        ConfigError: it has no row, or a column of a type that has no text.
    """
    gathering = Gathering(names, (), secret)
    for batch, subjects in batches:
        gathering.add(batch, subjects)
    if not gathering.rows:
        raise ConfigError("the population has no row", hint="Name a table of all people.")
    columns = {name: gathering.coded(name) for name in names}
    return Population(columns, gathering.subjects(), gathering.rows)


def tree_over(
    spec: HierarchySpec, values: Sequence[str | None], name: str, people: Population | None
) -> Hierarchy:
    """The hierarchy of a column over the values of the table, and of its population.

    Raises:
        ConfigError: it lacks values of either; the table's are told first.
    """
    tree = build(spec, values, name)
    if people is None:
        return tree
    return build(spec, [*values, *people.columns[name].texts], f"{name} of the population")
