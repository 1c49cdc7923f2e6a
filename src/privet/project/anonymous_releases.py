"""k-anonymous releases, wired: the door's words, the solvers, the project's files, the verifier."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from privet.adapters.formats.read_back import read_back
from privet.adapters.world import SystemClock
from privet.model.pipeline import FormatName
from privet.model.promise import SUPPRESS, promise_of
from privet.policy.anonymity import DROP, GENERALISE, SENSITIVE
from privet.ports.arrow_types import parse_type
from privet.ports.world import Entropy
from privet.project.anonymous_check import Found, Published, verified
from privet.project.anonymous_hierarchies import hierarchy_spec
from privet.project.populations import StoredPeople, people_of

if TYPE_CHECKING:
    from privet.gate.anonymity import Asked
    from privet.protect.assessment.told import Told
    from privet.protect.release_table import ReleaseTable, Solver, Task


_PATIENCE = timedelta(minutes=5)
"""How long the exact search may take; what it has by then says how far from the best it may be."""


@dataclass(frozen=True)
class AnonymousReleases:
    """What the door begins the work on a data set with.

    Attributes:
        root: the project's folder, where hierarchies lie.
        entropy: for the order of rows.
        memory: bytes that the check may use.
        solver: finds classes; None: by the method that the promise names.
        stored: reads a data set of the vault as a population.
    """

    root: Path
    entropy: Entropy
    memory: int
    solver: Solver | None = None
    stored: StoredPeople | None = None

    def __call__(self, asked: Asked) -> AnonymousRelease:
        """Nothing is read yet but hierarchies.

        Raises:
            ConfigError: a hierarchy's file is missing or not of its form.
        """
        from privet.protect.release_table import ReleaseTable  # noqa: PLC0415

        task = make_task(asked, self.root, self.stored)
        table = ReleaseTable(task, self.solver or solve_by_method, self.entropy)
        return AnonymousRelease(task, table, self.memory)


@dataclass
class AnonymousRelease:
    """One data set on its way; see `privet.gate.anonymity.Anonymising`."""

    task: Task
    table: ReleaseTable
    memory: int
    found: Found | None = None
    assessed: Told | None = None

    def see(self, batch: pa.RecordBatch, subjects: Any) -> None:
        """Take rows that may leave."""
        self.table.see(batch, subjects)

    def decide(self) -> Mapping[str, int]:
        """Find the classes, and what is left of risk and use; how many rows are left out."""
        from privet.protect.assessment.whole import told_of  # noqa: PLC0415

        gone = self.table.decide()
        self.assessed = told_of(self.table.decided(), self.task.promise.k)
        return gone

    @property
    def schema(self) -> pa.Schema:
        """Of what leaves."""
        return self.table.schema

    def rows(self) -> Iterator[pa.RecordBatch]:
        """What leaves."""
        return self.table.rows()

    def verify(self, opened: Callable[[], BinaryIO], form: FormatName) -> list[dict[str, str]]:
        """Measure the file: in SQL, from what stands in it and whom its rows are about.

        A Parquet file is looked at as a file, too: what it carries beside its rows leaves as well.
        """
        from privet.protect.verifying_file import file_checks  # noqa: PLC0415

        published = Published(
            claim=self.table.claim(),
            batches=lambda: _read(opened, form),
            schema=pa.schema([pa.field(name, pa.string()) for name in self.schema.names]),
            companion=pa.table(self.table.companion()),
            population=self.table.population(),
        )
        also = file_checks(opened) if form == "parquet" else ()
        self.found = verified(published, self.memory, also)
        return self.found.criteria

    def plan(self) -> bytes:
        """The frozen plan."""
        return self.table.plan_bytes

    def evidence(self) -> dict[str, Any]:
        """Measures, loss, what was found, and what is left of risk and use."""
        from privet.protect.assessment.told import to_json  # noqa: PLC0415

        found = self.found or Found([], [])
        return {
            **self.table.measures(),
            "criteria": found.criteria,
            "checks": found.checks,
            "assessment": None if self.assessed is None else to_json(self.assessed),
        }


def _read(opened: Callable[[], BinaryIO], form: FormatName) -> Iterator[pa.RecordBatch]:
    with opened() as file:
        yield from read_back(file, form)


def make_task(asked: Asked, root: Path, stored: StoredPeople | None = None) -> Task:
    """What is to become of a data set, from what the policy decided on it."""
    from privet.protect.release_table import Task  # noqa: PLC0415

    decision, contract = asked.decision, asked.contract
    leaving = [each for each in decision.columns if each.treatment.name != DROP]
    roles = {str(each.path): each.treatment.name for each in leaving}
    sensitive = [name for name, role in roles.items() if role == SENSITIVE]
    types = {str(column.path): parse_type(column.type) for column in contract.columns}
    promise = promise_of(decision.guarantee, sensitive)
    kept = tuple(each for each in decision.guarantee.params if each[0] != SUPPRESS)
    return Task(
        data=contract.name,
        pipeline=asked.pipeline,
        promise=promise,
        words=str(replace(decision.guarantee, params=kept)),
        roles=roles,
        specs={
            str(each.path): hierarchy_spec(each.treatment, root)
            for each in leaving
            if each.treatment.name == GENERALISE
            or (each.treatment.name == SENSITIVE and each.treatment.params)
        },
        types={
            name: pa.string() if role == GENERALISE else types[name] for name, role in roles.items()
        },
        earlier=asked.earlier,
        population=people_of(promise, decision, contract, root, stored),
    )


def solve_by_method(combinations: Any, hierarchies: Any, promise: Any, sensitive: Any) -> Any:
    """Find classes by the method that the promise names."""
    from privet.protect.criteria import holds_where_absent, pack  # noqa: PLC0415

    rules = pack(promise.criteria, combinations, sensitive)
    # Who is left out is in no class: where each is to have a least share, nobody can be.
    suppress = float(promise.suppress) if holds_where_absent(promise.criteria) else 0.0
    if promise.method == "local-suppression":
        from privet.protect.local_suppression import solve as star  # noqa: PLC0415

        return star(combinations, hierarchies, promise.k)
    if promise.method == "full-domain":
        from privet.protect.full_domain.solving import Patience, solve  # noqa: PLC0415

        end = SystemClock().now() + _PATIENCE
        patience = Patience(enough=lambda: SystemClock().now() >= end)
        return solve(combinations, hierarchies, rules, suppress, patience)
    from privet.protect.mondrian.solving import solve as cut  # noqa: PLC0415

    return cut(combinations, hierarchies, rules, suppress)
