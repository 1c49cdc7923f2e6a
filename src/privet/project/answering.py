"""Questions answered: rows to an engine in this process, sums out of it, noise on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pyarrow as pa

from privet.adapters.engines.measuring import measuring
from privet.crypto.mac import hmac_sha256
from privet.gate.answers import Question, Rows
from privet.model.canonical import Json
from privet.model.contract import Contract
from privet.model.errors import Refused
from privet.model.paths import ColumnPath
from privet.model.policy import Budget, Policy
from privet.model.privacy_loss import Claim, Unit, mechanisms
from privet.model.release import Decision
from privet.policy.filter_types import ColumnType
from privet.project.kept_view import KeptView
from privet.query.answering import Prepared, answer, explain, measure, notes, prepare
from privet.query.declaring import subject_column, world_of
from privet.query.names import Names, names_of
from privet.query.rewrite import VIEW
from privet.query.world import Spend
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values
from privet.transforms.normalise import subject_text

if TYPE_CHECKING:
    from privet.ledger import Log
    from privet.ports.catalog import Catalog
    from privet.vault.keys import KeyTable
    from privet.vault.vault import Vault

_SALTS = "question salt"


@dataclass(frozen=True, slots=True)
class Answers:
    """Understands questions, and answers them over rows that the door gives.

    Attributes:
        memory: bytes that the engine may use.
        vault: holds the public data sets that a question joins.
    """

    memory: int
    catalog: Catalog = field(repr=False)
    log: Log = field(repr=False)
    keys: KeyTable = field(repr=False)
    vault: Vault = field(repr=False)

    def __call__(
        self,
        question: Question,
        decisions: Mapping[str, Decision],
        policy: Policy,
        contracts: Mapping[str, Contract],
    ) -> Asked:
        """Read the question; what it will cost is known then.

        Raises:
            ConfigError: it is not one that can be answered.
        """
        budgets = {data: policy.budgets[data] for data in decisions}
        public = public_tables(names_of(question.sql), budgets.values())
        world = world_of(decisions, contracts, budgets, public)
        spend = Spend(Fraction(question.epsilon), Fraction(question.delta))
        prepared = prepare(question.sql, world, spend, salt=self._salt(question))
        return Asked(prepared, question, budgets, contracts, public, self)

    def _salt(self, question: Question) -> str:
        """Of the order in which a subject's groups are kept: nobody can choose it.

        It differs between snapshots, so that it is not always the same groups that are left out.
        """
        with self.catalog.write() as connection:
            key = self.keys.ensure(connection, "evidence", _SALTS, self.log)
        sources = [f"{each.data} {each.manifest_sha256}" for each in question.sources]
        return hmac_sha256(key.secret, "\n".join(sources).encode()).hex()


def public_tables(names: Names, budgets: Iterable[Budget]) -> tuple[str, ...]:
    """The public data sets that a question names, of those that its budgets let it join."""
    known = {name for budget in budgets for name in budget.public or ()}
    return tuple(sorted(name for name in known if name.casefold() in names.tables))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was understood."""

    prepared: Prepared
    question: Question
    budgets: Mapping[str, Budget]
    contracts: Mapping[str, Contract]
    public: tuple[str, ...]
    means: Answers

    @property
    def claim(self) -> Claim:
        """What answering costs each subject."""
        unit = next(iter(self.budgets.values())).unit
        return Claim(self.prepared.event, "add-or-remove", Unit(unit))

    def answer(self, rows: Mapping[str, Rows], scope: str) -> pa.Table:
        """Bounded rows and sums in the engine, then noise from the operating system's generator.

        The bounded view is kept, sealed: another question over the same rows that groups and bounds
        them alike reads no row again.
        """
        kept = KeptView(self.means.vault, f"{scope}\n{self.prepared.view_sql}")
        view = kept.read()
        if view is None:
            tables = {data: self._private(data, each) for data, each in rows.items()}
            tables |= {name: self._public(name) for name in self.public}
            with measuring(tables, self.means.memory) as engine:
                view = engine.table(self.prepared.view_sql)
            kept.write(view)
        with measuring({VIEW: view}, self.means.memory) as engine:
            measured = measure(replace(self.prepared, sql=self.prepared.sum_sql), engine)
        return answer(self.prepared, measured).table

    @property
    def notes(self) -> tuple[str, ...]:
        """What an asker should know of the answer."""
        return notes(self.prepared)

    def explain(self) -> str:
        """Plan, sensitivities, noise and SQL."""
        return explain(self.prepared)

    def told(self) -> dict[str, Json]:
        """What the receipt states."""
        return {
            "unit": self.claim.unit.subject,
            "neighbours": self.claim.neighbours,
            "epsilon": str(self.question.epsilon),
            "delta": str(self.question.delta),
            "mechanisms": list(mechanisms(self.prepared.event)),
            "bounds": [
                {"data": data, "bound": bound}
                for data, budget in sorted(self.budgets.items())
                for bound in _bounds(budget)
            ],
        }

    def _private(self, data: str, rows: Rows) -> pa.RecordBatchReader:
        """The rows of somebody, each with the one spelling of whom it is about."""
        contract = self.contracts[data]
        subject = subject_column(contract, self.budgets[data])
        column = contract.column(ColumnPath.of(subject))
        category = None if column is None else column.category
        whole = column is not None and ColumnType.of(column.type).kind == "whole number"
        kinds = [
            pa.field(each.name, pa.string() if each.name == subject and not whole else each.type)
            for each in rows.schema
        ]
        schema = pa.schema(kinds)

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in rows.batches:
                keys = leaf_values(batch, ColumnPath.of(subject))
                spelled = keys if whole else subject_text(keys, category)
                place = batch.schema.get_field_index(subject)
                arrays: list[Values] = list(batch.columns)
                arrays[place] = spelled
                made = pa.RecordBatch.from_arrays(arrays, schema=schema)
                yield made.filter(pc.is_valid(spelled)) if spelled.null_count else made

        return pa.RecordBatchReader.from_batches(schema, batches())

    def _public(self, name: str) -> pa.RecordBatchReader:
        snapshot = self.means.vault.latest(name)
        if snapshot is None:
            raise Refused(
                f"the data set `{name}` was never taken in",
                hint="run a pipeline that has it as a source first",
            )
        return pa.RecordBatchReader.from_batches(
            snapshot.manifest.schema, self.means.vault.read(snapshot)
        )


def _bounds(budget: Budget) -> Iterator[str]:
    yield f"norm of row counts: {budget.max_norm}"
    if budget.max_groups is not None:
        yield f"groups: {budget.max_groups}"
    for column, (low, high) in sorted((budget.bounds or {}).items()):
        yield f"{column}: {low} to {high}"
