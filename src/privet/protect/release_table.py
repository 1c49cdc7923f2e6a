"""One data set made k-anonymous for the door: gathered, decided, written in an order of its own.

A plan that was fitted for the same promise is applied again, and holds back what its classes do not
carry any more. Otherwise a new one is fitted, and each earlier release of the data set is held
against it: whoever has both files sees pairs of classes, and a pair is as small as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model import canonical
from privet.model.anonymity import Closeness, Criterion
from privet.model.errors import ConfigError, Refused
from privet.model.promise import Promise
from privet.policy.anonymity import GENERALISE, HARMLESS, SENSITIVE
from privet.policy.anonymity import SUPPRESSED as BELOW_K
from privet.ports.world import Entropy
from privet.protect.applying import classes_of, placed_values
from privet.protect.combinations import Combinations, combine, with_population
from privet.protect.criteria import holds_where_absent
from privet.protect.fitted import FittedPlan, read_plan
from privet.protect.gathering import Gathered, Gathering
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.placing import known_codes
from privet.protect.hierarchies.specs import FlatHierarchy, HierarchySpec
from privet.protect.holding import combined_size, held_back, sizes
from privet.protect.population import Placed, Population, gathered, tree_over
from privet.protect.recoding import SUPPRESSED, Solved
from privet.protect.risk.coding import Numbers
from privet.protect.risk.decided import Decided
from privet.protect.verifying import FEW, Claim, vocabulary
from privet.protect.verifying_sql import ORIGIN, SUBJECT
from privet.transforms.arrow import Values, pc

Ints = npt.NDArray[np.int32]
_SLICE = 1 << 16


class Solver(Protocol):
    """Finds classes: Mondrian, full-domain search."""

    def __call__(
        self,
        combinations: Combinations,
        hierarchies: Sequence[Hierarchy],
        promise: Promise,
        sensitive: Mapping[str, Hierarchy],
    ) -> Solved:
        """The answer for a table that was measured."""
        ...


class Earlier(Protocol):
    """The plan of a release that left before."""

    @property
    def pipeline(self) -> str:
        """That released it."""
        ...

    @property
    def number(self) -> int:
        """Of the release."""
        ...

    @property
    def data(self) -> bytes:
        """The plan's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """What is to become of one data set.

    Attributes:
        data: its name, for messages.
        pipeline: that releases it; only its own plans are applied again.
        promise: criteria, limit, method.
        words: the guarantee, as it is printed, but for `suppress`, which bounds each run, by
            whatever plan.
        roles: by column, in the order of the release: `generalise`, `sensitive`, `harmless`.
        specs: of each quasi-identifier, and of a sensitive column that has one, how its tree is
            declared.
        types: of each column, as it leaves (a generalised one is text).
        earlier: plans of the releases of this data set, newest first.
        population: rows of all people, and whom each is about, where a criterion compares.
    """

    data: str
    pipeline: str
    promise: Promise
    words: str
    roles: Mapping[str, str]
    specs: Mapping[str, HierarchySpec] = field(repr=False)
    types: Mapping[str, pa.DataType]
    earlier: Callable[[], Iterator[Earlier]]
    population: Callable[[], Iterator[tuple[pa.RecordBatch, Values | None]]] | None = None

    def named(self, role: str) -> tuple[str, ...]:
        """The columns of that role."""
        return tuple(name for name, its in self.roles.items() if its == role)

    @property
    def asked(self) -> str:
        """SHA-256 (hex) of what a plan is fitted for."""
        said = [self.words, [[name, role] for name, role in self.roles.items()]]
        specs = [[name, repr(_full(spec))] for name, spec in sorted(self.specs.items())]
        return sha256(canonical.encode([*said, specs])).hexdigest()


def _full(spec: HierarchySpec) -> Any:
    """All that a declaration says; its `repr` leaves long tables out."""
    return (type(spec).__name__, getattr(spec, "rows", spec))


class ReleaseTable:
    """One data set on its way: `see` rows, `decide`, `rows`.

    Args:
        task: what is to become of it.
        solver: finds the classes.
        entropy: for the order of rows.

    Attributes:
        plan: after `decide`, without the combinations; `plan_bytes` are its canonical bytes.
        reused: whether an earlier plan was applied again.
        loss: of a new plan: its loss, the bound of any, and whether it is proven the least.
    """

    def __init__(self, task: Task, solver: Solver, entropy: Entropy) -> None:
        self.task = task
        self.plan: FittedPlan | None = None
        self.reused = False
        self.plan_bytes = b""
        self.loss: tuple[float, float, bool] | None = None
        self._solver = solver
        self._entropy = entropy
        coded = (*task.named(GENERALISE), *task.named(SENSITIVE))
        self._gathering = Gathering(coded, task.named(HARMLESS), entropy.token_bytes(32))
        self._subjects: npt.NDArray[np.int64] | None = None
        self._people: Population | None = None
        self._placed: Placed | None = None
        self._sensitive: dict[str, Gathered] = {}
        self._trees: dict[str, tuple[Hierarchy, Ints]] = {}
        self._classes: Ints = np.zeros(0, np.int32)
        self._combinations: tuple[Numbers, Ints, bool] | None = None
        self._order: Ints = np.zeros(0, np.int32)

    def see(self, batch: pa.RecordBatch, subjects: Values | None) -> None:
        """Take rows that may leave, and whom each is about."""
        self._gathering.add(batch, subjects)

    def decide(self) -> Mapping[str, int]:
        """Find the classes; how many rows are left out, by reason.

        Raises:
            Refused: the criteria cannot be met, too much would be left out, or an earlier release
                and this one would together single somebody out.
            ConfigError: a tree lacks values that the rows have.
        """
        task, gathering = self.task, self._gathering
        columns = {name: gathering.coded(name) for name in task.named(GENERALISE)}
        self._subjects = gathering.subjects()
        for name in task.named(SENSITIVE):
            self._sensitive[name] = each = gathering.coded(name, days=False)
            tree = _sensitive_tree(name, each, task.promise.criteria, task.specs.get(name))
            self._trees[name] = (tree, _codes(tree, each))
        if not gathering.rows:
            raise Refused(f"{task.data} has no row that may leave", hint="look at filter and rules")
        for name in task.named(HARMLESS):
            _require_shared(name, gathering.plain(name))
        if task.population is not None:
            secret = self._entropy.token_bytes(32)
            self._people = gathered(task.population(), tuple(columns), secret)
        pa.default_memory_pool().release_unused()  # the columns as they came are numbers now
        plan, classes = self._again(columns) or self._anew(columns)
        # Which combination is in which class is in the plan's bytes: no row is coded from now on.
        self.plan = replace(plan, codes=plan.codes[:0].copy(), classes=plan.classes[:0].copy())
        self._classes = classes
        left = np.flatnonzero(classes != SUPPRESSED).astype(np.int32)
        if not len(left):
            raise Refused(
                f"{task.data}: every row would have to be left out to keep the promise",
                hint="promise less, or give the columns coarser groups",
            )
        keys = np.frombuffer(self._entropy.token_bytes(8 * len(left)), np.uint64)
        self._order = left[np.argsort(keys)]
        return {BELOW_K: len(classes) - len(left)}

    def decided(self) -> Decided:
        """Rows, classes and combinations as numbers, once: combinations are forgotten here."""
        if self._combinations is None:
            raise ValueError("nothing was decided yet, or it was handed over")
        (codes, of, ordered), self._combinations = self._combinations, None
        plan = self._decided()
        return Decided(
            plan,
            codes,
            of,
            ordered,
            self._classes,
            self._subjects,
            {name: (tree.leaves, own) for name, (tree, own) in self._trees.items()},
            None if self._people is None else self._people.leaves(plan),
        )

    @property
    def schema(self) -> pa.Schema:
        """Of what leaves: generalised columns are text."""
        return pa.schema(
            [
                pa.field(name, self.task.types[name], metadata={"privet.treatment": role})
                for name, role in self.task.roles.items()
            ]
        )

    def rows(self) -> Iterator[pa.RecordBatch]:
        """What leaves, in an order drawn once for this release."""
        plan, schema = self._decided(), self.schema
        labels: dict[str, Values] = {
            name: pa.array(plan.labels(place), pa.string())
            for place, name in enumerate(plan.columns)
        }
        plain = {name: self._gathering.plain(name) for name in self.task.named(HARMLESS)}
        for start in range(0, len(self._order), _SLICE):
            order = self._order[start : start + _SLICE]
            columns: list[Values] = []
            for name in self.task.roles:
                if name in labels:
                    columns.append(labels[name].take(pa.array(self._classes[order])))
                elif name in self._sensitive:
                    each = self._sensitive[name]
                    columns.append(each.values.take(pa.array(each.numbers[order])))
                else:
                    columns.append(_one(plain[name].take(pa.array(order))))
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def companion(self) -> dict[str, Ints]:
        """Of each row that leaves, in their order: where it stood, and a number for its subject."""
        beside = {ORIGIN: self._order}
        if self._subjects is not None:
            _, numbers = np.unique(self._subjects[self._order], return_inverse=True)
            beside[SUBJECT] = numbers.astype(np.int32)
        return beside

    def claim(self) -> Claim:
        """What the release says of itself, for the verifier."""
        plan, task = self._decided(), self.task
        cells = [plan.labels(place) for place in range(len(plan.columns))]
        trees = self.trees()
        return Claim(
            quasi_identifiers=plan.columns,
            sensitive=task.named(SENSITIVE),
            other=task.named(HARMLESS),
            criteria=task.promise.criteria,
            rows=len(self._order),
            suppressed=len(self._classes) - len(self._order),
            labels={
                name: vocabulary(tree)
                for name, tree in zip(plan.columns, plan.hierarchies, strict=True)
            },
            classes=frozenset(map(hash, zip(*cells, strict=True))),
            orders={name: tree.leaves for name, tree in trees.items()},
            trees={name: tree.nodes[:-1].tolist() for name, tree in trees.items()},
            subjects=self._subjects is not None,
            origin=True,
            people=self._people is not None and self._people.subjects is not None,
            absent=0 if self._placed is None else self._placed.absent(self._classes),
        )

    def population(self) -> pa.Table | None:
        """What would be published of each of the population, for the verifier."""
        return None if self._placed is None else self._placed.table()

    def trees(self) -> dict[str, Hierarchy]:
        """The trees of the sensitive columns."""
        return {name: tree for name, (tree, _) in self._trees.items()}

    def measures(self) -> dict[str, Any]:
        """Sizes, loss and method, for the sealed record; shares as decimal text."""
        counts = sizes(self._classes, self._subjects)
        counts = counts[counts > 0]
        plan = self._decided()
        loss, bound, optimal = self.loss or (None, None, None)
        return {
            "method": plan.method,
            "plan": sha256(self.plan_bytes).hexdigest(),
            "reused": self.reused,
            "classes": len(counts),
            "smallest": int(counts.min()),
            "largest": int(counts.max()),
            "suppressed": int((self._classes == SUPPRESSED).sum()),
            "loss": None if loss is None else f"{loss:.9f}",
            "bound": None if bound is None else f"{bound:.9f}",
            "optimal": optimal,
        }

    def _decided(self) -> FittedPlan:
        if self.plan is None:
            raise ValueError("nothing was decided yet")
        return self.plan

    def _again(self, columns: Mapping[str, Gathered]) -> tuple[FittedPlan, Ints] | None:
        """The newest plan of this pipeline, where it was fitted for what is asked now."""
        for earlier in self.task.earlier():
            if earlier.pipeline != self.task.pipeline:
                continue
            plan = read_plan(earlier.data)
            if plan.asked != self.task.asked:
                return None
            classes = self._held(self._under(plan, columns), plan)
            if not (classes != SUPPRESSED).any():
                return None
            self.reused, self.plan_bytes = True, earlier.data
            self._require_few(classes)
            self._require_apart(plan, classes, columns)
            return plan, classes
        return None

    def _anew(self, columns: Mapping[str, Gathered]) -> tuple[FittedPlan, Ints]:
        task = self.task
        hierarchies = {
            name: tree_over(task.specs[name], each.texts, name, self._people)
            for name, each in columns.items()
        }
        widest = max(len(tree.leaves) for tree in hierarchies.values())
        kind = np.int16 if widest < 2**15 else np.int32
        codes = np.empty((self._gathering.rows, len(columns)), kind, order="F")
        for place, (name, each) in enumerate(columns.items()):
            codes[:, place] = _codes(hierarchies[name], each)
        table, found = combine(
            tuple(columns),
            [len(tree.leaves) for tree in hierarchies.values()],
            codes,
            {name: (len(tree.leaves), each) for name, (tree, each) in self._trees.items()},
            self._subjects,
        )
        of = found.astype(np.int32)
        del codes, found
        if self._people is not None:
            table, places = with_population(table, self._people.combined(hierarchies))
            of = places[of].astype(np.int32)
        trees = self.trees()
        solved = self._solver(table, list(hierarchies.values()), task.promise, trees)
        plan = _frozen(task, tuple(hierarchies.items()), table.codes, solved)
        self._combinations = plan.codes, of, True
        classes = self._held(plan.classes[of], plan)
        self.loss = (solved.loss, solved.bound, solved.optimal)
        self.plan_bytes = plan.to_bytes()
        self._require_few(classes)
        self._require_apart(plan, classes, columns)
        return plan, classes

    def _held(self, classes: Ints, plan: FittedPlan) -> Ints:
        criteria, placed = self.task.promise.criteria, None
        if self._people is not None:
            self._placed = placed = self._people.under(plan)
        people = None if placed is None else placed.counts()
        held = held_back(classes, self._subjects, self._trees, criteria, people)
        away = 0 if placed is None or holds_where_absent(criteria) else placed.absent(held)
        if away:
            raise Refused(
                f"{self.task.data}: {away:,} of the population would be in no class that leaves, "
                "where each is to have a least share above 0",
                hint="Ask for a least share of 0, or give the columns coarser groups.",
            )
        return held

    def _under(
        self, plan: FittedPlan, columns: Mapping[str, Gathered], *, known_only: bool = False
    ) -> Ints:
        """The class of each row under a frozen plan.

        Args:
            plan: frozen.
            columns: all of its columns.
            known_only: values that it has no place for are in no class, and no error.
        """
        from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415 (loads Numba)

        across = np.stack([columns[name].numbers.astype(np.int32) for name in plan.columns])
        widths = np.array([len(columns[name].texts) for name in plan.columns], np.int64)
        distinct, groups = group_rows(across, widths)
        values = {name: columns[name].texts for name in plan.columns}
        placed = placed_values(plan, values, known_only=known_only)
        if not known_only:
            codes = [each.codes[own] for each, own in zip(placed, distinct.T, strict=True)]
            self._combinations = np.column_stack(codes), groups.astype(np.int32), False
        return classes_of(plan, placed, distinct)[groups]

    def _require_few(self, classes: Ints) -> None:
        """Insist on the limit of what may be left out."""
        gone, limit = int((classes == SUPPRESSED).sum()), self.task.promise.suppress
        if gone <= limit * len(classes):
            return
        by, hint = "", "raise `suppress`, promise less, or give the columns coarser groups"
        if self.reused:
            by = " by the plan of an earlier release"
            hint = (
                "raise `suppress`: the plan stays; or promise less, or give the columns coarser "
                "groups: for that a new plan is fitted, and held against every earlier release"
            )
        raise Refused(
            f"{self.task.data}: {gone:,} of {len(classes):,} rows would be left out{by}, and "
            f"`suppress` allows a share of {limit:f}",
            hint=hint,
        )

    def _require_apart(
        self, plan: FittedPlan, classes: Ints, columns: Mapping[str, Gathered]
    ) -> None:
        """Insist that no pair of classes, of this release and an earlier one, is below k."""
        seen = {sha256(self.plan_bytes).digest()}
        for earlier in self.task.earlier():
            if (digest := sha256(earlier.data).digest()) in seen:
                continue
            seen.add(digest)
            before = read_plan(earlier.data)
            shared = [name for name in before.columns if name in columns]
            if len(shared) < len(before.columns):
                raise self._together(earlier, "has other quasi-identifiers")
            then = self._under(before, columns, known_only=True)
            least = combined_size(then, classes, self._subjects)
            if 0 < least < min(before.k, plan.k):
                raise self._together(earlier, f"leaves {least} in the smallest pair of classes")

    def _together(self, earlier: Earlier, what: str) -> Refused:
        return Refused(
            f"{self.task.data} left before as {earlier.pipeline} {earlier.number}, and that "
            f"release beside this one {what}, so that less would be kept than both promise",
            hint="go on with that pipeline's promise and columns, so that its plan is applied "
            "again; other people's rows may not help: who was in that release is not kept, so its "
            "classes are laid over the rows of now",
        )


def _codes(tree: Hierarchy, column: Gathered) -> Ints:
    """The leaf of each row."""
    codes = known_codes(tree, column.texts)
    if (codes < 0).any():
        raise ValueError("a tree lacks values that it was made over")
    found: Ints = codes[column.numbers]
    return found


def _require_shared(name: str, values: Values) -> None:
    """Insist that a harmless column is no number of the row: the check of the file would too."""
    if len(values) >= FEW and pc.count_distinct(values, mode="all").as_py() == len(values):
        raise Refused(
            f"`{name}` is called harmless, and has another value in every row: it numbers them",
            hint="drop it, or make it a quasi-identifier",
        )


def _sensitive_tree(
    name: str, column: Gathered, criteria: Sequence[Criterion], spec: HierarchySpec | None
) -> Hierarchy:
    distances = {
        each.distance for each in criteria if isinstance(each, Closeness) and each.column == name
    }
    tree = build(spec or FlatHierarchy(), column.texts, name)
    if not set(column.texts) <= set(tree.leaves):
        raise ConfigError(
            f"the hierarchy of {name!r} has a top or a bottom, and its values leave as they are",
            hint="Take its ends out: they are for quasi-identifiers.",
        )
    if "hierarchical" in distances and spec is None:
        raise Refused(
            f"`{name}` has no hierarchy, which its hierarchical distance needs",
            hint="declare one as for a quasi-identifier: `{sensitive: {tree: ...}}` in a policy, "
            "`hierarchies={...}` in Python; or write `distance: equal`",
        )
    if "ordered" in distances and not tree.ordered:
        raise Refused(
            f"`{name}` has no order, which its ordered distance needs",
            hint="write `distance: equal`, or make the column a number or a date",
        )
    return tree


def _same_cells(
    level: npt.NDArray[np.int8], node: Ints
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first class of each set that publishes the same cells, and which set each is in."""
    cells = np.hstack([level.astype(np.int32), node])
    _, first, kinds = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    return first.astype(np.int64), kinds.reshape(-1).astype(np.int64)


def _frozen(
    task: Task, hierarchies: Sequence[tuple[str, Hierarchy]], codes: Ints, solved: Solved
) -> FittedPlan:
    """The answer as a plan, in which classes of the same cells are one."""
    first, kinds = _same_cells(solved.recoding.level, solved.recoding.node)
    classes = solved.classes.astype(np.int32)
    left = classes != SUPPRESSED
    classes[left] = kinds[classes[left]]
    return FittedPlan(
        asked=task.asked,
        promise=task.words,
        k=task.promise.k,
        method=solved.method,
        columns=tuple(name for name, _ in hierarchies),
        hierarchies=tuple(tree for _, tree in hierarchies),
        level=solved.recoding.level[first].astype(np.int8),
        node=solved.recoding.node[first].astype(np.int32),
        codes=codes,
        classes=classes,
    )


def _one(chunked: Values) -> Values:
    whole = chunked.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
