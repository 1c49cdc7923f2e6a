"""`privet query`: a question in SQL, answered under differential privacy.

What leaves is a release to the screen: the policy decides on the action `query` of every data set
that the question names, the ledger is charged before a row is read, and the receipt says mechanism,
unit, bounds and cost, and holds no number that is not the noise's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

import pyarrow as pa

from privet.config.project_file import load_contracts, load_policy
from privet.gate import Part, SourceRef, Tally, Terms
from privet.gate.answers import Question, evidence_of
from privet.model import canonical
from privet.model.contract import Contract
from privet.model.errors import Refused, UsageError
from privet.model.policy import Policy
from privet.model.release import LOCAL_RECIPIENT, Decision, Principal, Request
from privet.model.version import VERSION
from privet.policy.budgets import budgets_of
from privet.policy.decide import decide
from privet.policy.questions import QUERY, allowed
from privet.policy.where import parse_filter
from privet.project.answering import public_tables
from privet.project.budgeting import budget_of
from privet.project.memory import Memory
from privet.project.planning import require_sound
from privet.query.names import Names, names_of
from privet.query.world import unusable
from privet.vault.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what.

    Attributes:
        epsilon, delta: what the answer may cost at most; None: what the policy's rule lets it.
    """

    principal: Principal
    role: str
    purpose: str
    sql: str = field(repr=False)
    epsilon: Decimal | None = None
    delta: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What leaves, and what is said beside it.

    Attributes:
        table: values, and for each that carries noise its standard deviation and 95 % interval.
        notes: what the intervals and the keys do not say.
        release: number of the release, whose receipt is in the log.
        cost: `unit`, and `epsilon` and `delta` that each of them paid at most.
        left: of each budget that was drawn on, `data`, `limit` and what is `left`.
    """

    table: pa.Table = field(repr=False)
    notes: tuple[str, ...]
    release: str
    cost: Mapping[str, str]
    left: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Understood:
    """A question with what the policy says of each data set that it reads."""

    policy: Policy
    contracts: Mapping[str, Contract]
    decisions: Mapping[str, Decision]
    snapshots: Mapping[str, Snapshot]
    names: Names
    question: Question


def query(memory: Memory, asking: Asking) -> Answered:
    """Answer a question.

    Raises:
        ConfigError: it is not one that can be answered; the message names the construct.
        Refused: the policy says no, or too little is left of a budget.
        UsageError: it names no data set.
    """
    require_sound(memory.config, memory.gate.means.clock)
    found = _understood(memory, asking)
    terms = Terms(
        pipeline="query",
        decisions=found.decisions,
        contracts={data: found.contracts[data] for data in found.decisions},
        plan_sha256=sha256(canonical.encode(evidence_of(found.question))).hexdigest(),
        code_version=VERSION,
        question=found.question,
    )
    with memory.gate.open(terms, "memory:") as grant:
        table = grant.answer([_part(memory, found, data) for data in found.decisions], "arrow")
        made = grant.close({"question": evidence_of(found.question)})
        notes = () if grant.answering is None else grant.answering.notes
    unit = next(iter(found.decisions.values()))
    return Answered(
        table,
        notes,
        f"query/{made.number}",
        {
            "unit": found.policy.budgets[unit.request.data].unit,
            "epsilon": str(found.question.epsilon),
            "delta": str(found.question.delta),
        },
        tuple(_left(memory, found)),
    )


def _left(memory: Memory, found: _Understood) -> Iterator[Mapping[str, str]]:
    """What is left of each budget that the question drew on."""
    names = {
        budget.data
        for data in found.decisions
        for budget in budgets_of(data, found.policy, found.contracts)
    }
    for name in sorted(names):
        total = budget_of(memory, found.policy, name)[0]
        yield {"data": name, "limit": str(total.limit.epsilon), "left": total.left}


def explain(memory: Memory, asking: Asking) -> str:
    """What answering would take: plan, sensitivities, the error to expect, the SQL; costs nothing.

    Raises:
        As `query`, but for a budget that is spent.
    """
    require_sound(memory.config, memory.gate.means.clock)
    found = _understood(memory, asking)
    answerer = memory.gate.means.answerer
    if answerer is None:
        raise Refused("nothing here answers questions")
    asked = answerer(found.question, found.decisions, found.policy, found.contracts)
    return asked.explain()


def _understood(memory: Memory, asking: Asking) -> _Understood:
    policy, contracts = load_policy(memory.config.root), load_contracts(memory.config.root)
    names = names_of(asking.sql)
    private = sorted(
        name
        for name, contract in contracts.items()
        if name.casefold() in names.tables and (contract.subjects or name in policy.budgets)
    )
    if not private:
        raise unusable()
    today = memory.gate.means.clock.now().date()
    decisions = {
        data: decide(policy, _request(asking, data), contracts[data], today) for data in private
    }
    most = [allowed(decision.guarantee) for decision in decisions.values()]
    public = public_tables(names, [policy.budgets[data] for data in private])
    snapshots = {name: _newest(memory, name) for name in (*private, *public)}
    question = Question(
        sql=asking.sql,
        epsilon=min(epsilon for epsilon, _ in most) if asking.epsilon is None else asking.epsilon,
        delta=min(delta for _, delta in most) if asking.delta is None else asking.delta,
        sources=tuple(_source(snapshot) for _, snapshot in sorted(snapshots.items())),
    )
    return _Understood(policy, contracts, decisions, snapshots, names, question)


def _request(asking: Asking, data: str) -> Request:
    return Request(
        principal=asking.principal,
        role=asking.role,
        purpose=asking.purpose,
        action=QUERY,
        data=data,
        kind="answer",
        recipient=LOCAL_RECIPIENT,
    )


def _newest(memory: Memory, data: str) -> Snapshot:
    snapshot = memory.vault.latest(data)
    if snapshot is None:
        raise UsageError(
            f"nothing of `{data}` was brought in yet",
            hint="run a pipeline that has it as a source: `privet run PIPELINE`",
        )
    return snapshot


def _source(snapshot: Snapshot) -> SourceRef:
    return SourceRef(snapshot.dataset, snapshot.number, snapshot.sha256)


def _part(memory: Memory, found: _Understood, data: str) -> Part:
    """The rows of a data set, with no more columns than the question and the door need."""
    snapshot, contract = found.snapshots[data], found.contracts[data]
    schema = snapshot.manifest.schema
    needed = _needed(found.decisions[data], contract, found.names)
    columns = [name for name in schema.names if name in needed]

    def batches() -> Iterator[pa.RecordBatch]:
        yield from memory.vault.read(snapshot, columns)

    return Part(
        data=data,
        schema=pa.schema([schema.field(name) for name in columns]),
        batches=batches(),
        form="arrow",
        tally=lambda: Tally(_source(snapshot), snapshot.manifest.rows, {}),
    )


def _needed(decision: Decision, contract: Contract, names: Names) -> set[str]:
    used = {
        str(choice.path)
        for choice in decision.columns
        if choice.treatment.name == "keep"
        and (names.columns is None or str(choice.path).casefold() in names.columns)
    }
    used |= {subject.key.root for subject in contract.subjects}
    if decision.where:
        types = {str(column.path): column.type for column in contract.columns}
        used |= {name.partition(".")[0] for name in parse_filter(decision.where, types).columns}
    return used
