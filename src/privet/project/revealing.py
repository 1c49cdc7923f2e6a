"""`privet reveal`: values back from the tokens of a release, as the policy lets it.

What leaves is a release to the screen: the policy decides on the action `reveal` of the data set,
the grant is in the log before a token is opened, the door keeps the limit on rows, and the receipt
names no value. What the tokens are made with is what the evidence of their release says, not what
the policy says today.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

import pyarrow as pa
import pyarrow.ipc
from sqlalchemy import select

from privet.adapters.releases import MemoryRelease
from privet.config.project_file import load_contracts, load_policy
from privet.gate import Gate, Part, SourceRef, Tally, Terms
from privet.gate.tables import GRANT, RELEASED, SEALED
from privet.model import canonical
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.errors import IntegrityError, Refused, UsageError
from privet.model.paths import ColumnPath
from privet.model.policy import Treatment
from privet.model.release import Decision, Principal, Request
from privet.model.version import VERSION
from privet.policy.decide import decide
from privet.policy.enforced import REVEAL
from privet.policy.problem import nearest
from privet.project.memory import Memory
from privet.project.planning import require_sound
from privet.project.shown import shown_plan
from privet.transforms.arrow import Values
from privet.transforms.build import Transform, build
from privet.transforms.catalogue import TRANSFORMS, read_treatment
from privet.transforms.linkage import LinkageKey
from privet.transforms.nested import leaf_values
from privet.vault.token_map import TokenMap

MOST_TOKENS: Final = 1_000_000
"""Different tokens of one call: they are held in memory."""

BESIDE = "_privet_token"
_RELEASE = re.compile(r"(?P<pipeline>[^/]+)/(?P<number>[0-9]{1,12})")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants which values back.

    Attributes:
        release: the pipeline and number of the release that the tokens are from: `research/1`.
        data: the data set.
        column: its column, as the contract has it.
    """

    principal: Principal
    role: str
    purpose: str
    release: str
    data: str
    column: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """Tokens with their values.

    Attributes:
        pairs: token and value, in the order in which the tokens came, each once.
        withheld: tokens whose values stay, by reason.
    """

    pairs: tuple[tuple[str, str], ...] = field(repr=False)
    withheld: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Made:
    """How a column of a release was made.

    Attributes:
        number: of the release.
        sha256: of its statement, in hex.
    """

    number: int
    sha256: str
    treatment: Treatment
    domain: str


def reveal(memory: Memory, asked: Asked, tokens: Iterable[str]) -> Revealed:
    """Give the values of tokens back, as far as the policy lets it.

    Args:
        memory: the project's.
        asked: who wants them, and where the tokens are from.
        tokens: as they stand in the release; binary ones as hexadecimal text.

    Raises:
        Refused: the policy says no, there are more tokens than it lets one call give back, nothing
            gives values of that column back, or some tokens are none of that column.
        UsageError: there is no such release, data set or column.
        IntegrityError: something kept was changed.
    """
    require_sound(memory.config, memory.gate.means.clock)
    contracts = load_contracts(memory.config.root)
    contract = token_contract(asked, contracts)
    decision = _decided(memory, asked, contract)
    made = _find(memory, asked)
    transform = _transform(memory, asked, contract.columns[0], made)
    plan = shown_plan(
        decision,
        reveal=asked.data,
        release=asked.release,
        role=asked.role,
        purpose=asked.purpose,
        rows=decision.most_rows,
    )
    terms = Terms(
        pipeline=f"reveal of {asked.data}",
        decisions={asked.data: decision},
        contracts={asked.data: contract},
        plan_sha256=sha256(canonical.encode(plan)).hexdigest(),
        code_version=VERSION,
    )
    means = memory.gate.means

    def in_force() -> Mapping[str, Contract]:
        return {asked.data: token_contract(asked, means.contracts())}

    look = _Look(contract, made, transform, _distinct(tokens))
    with Gate(replace(means, contracts=in_force)).open(terms, "memory:") as grant:
        done = grant.draw(look.part())
        grant.close({"plan": plan})
    if not isinstance(grant.target, MemoryRelease):
        raise TypeError("what is revealed is not kept in memory")
    path = contract.columns[0].path
    values = _values(grant.target.files[f"{asked.data}.arrow"], path)
    pairs = tuple((token, values[token]) for token in look.tokens if token in values)
    return Revealed(pairs, dict(done.withheld))


def token_contract(asked: Asked, contracts: Mapping[str, Contract]) -> Contract:
    """The data set's contract, of the one column.

    A value of a category that holds the keys of a subject type may be somebody's key, so the
    registry is asked about it. Whose any other value is, a token does not say.

    Raises:
        UsageError: there is no such data set or column.
    """
    whole = contracts.get(asked.data)
    if whole is None:
        raise UsageError(
            f"no contract describes `{asked.data}`", hint=nearest(asked.data, contracts)
        )
    names = {str(column.path): column for column in whole.columns}
    column = names.get(asked.column)
    if column is None:
        raise UsageError(
            f"`{asked.data}` has no column `{asked.column}`", hint=nearest(asked.column, names)
        )
    types = sorted(
        {
            subject.type
            for contract in contracts.values()
            for subject in contract.subjects
            if (key := contract.column(subject.key)) and key.category == column.category
        }
    )
    return replace(
        whole,
        columns=(column,),
        subjects=tuple(SubjectRef(type_, column.path) for type_ in types),
        unowned="allow",
        rules=(),
    )


def _decided(memory: Memory, asked: Asked, contract: Contract) -> Decision:
    request = Request(
        principal=asked.principal,
        role=asked.role,
        purpose=asked.purpose,
        action=REVEAL,
        data=asked.data,
        kind="rows",
    )
    today = memory.gate.means.clock.now().date()
    decision = decide(load_policy(memory.config.root), request, contract, today)
    if decision.columns[0].treatment.name == "drop":
        column = f"{asked.data}.{asked.column}"
        raise Refused(
            f"the policy keeps `{column}` back ({decision.columns[0].rule})",
            hint=f"Write `{column}: keep` in the `columns` of {decision.rule}.",
        )
    return decision


def _find(memory: Memory, asked: Asked) -> _Made:
    """What the evidence of the release says of the column."""
    named = _RELEASE.fullmatch(asked.release)
    if named is None:
        raise UsageError("a release is a pipeline and a number", hint="such as `research/1`")
    wanted = select(GRANT).where(
        GRANT.c.pipeline == named["pipeline"],
        GRANT.c.number == int(named["number"]),
        GRANT.c.state.in_((SEALED, RELEASED)),
    )
    with memory.catalog.read() as connection:
        grant = connection.execute(wanted).first()
    if grant is None:
        raise UsageError(
            f"there is no release `{asked.release}`", hint="look into the folder of releases"
        )
    evidence = json.loads(memory.vault.get_sealed(grant.id))
    column = _described(evidence["plan"], asked)
    if column is None:
        raise UsageError(
            f"`{asked.data}.{asked.column}` did not leave in release `{asked.release}`",
            hint="name the release that the tokens are from",
        )
    treatment = read_treatment(column["treatment"])
    spec = TRANSFORMS[treatment.name]
    if not spec.reversible:
        raise Refused(
            f"nothing gives values back of `{treatment}`, as `{asked.data}.{asked.column}` left in "
            f"`{asked.release}`",
            hint="release it with `encrypt`, `format` or `vault` if values are to come back",
        )
    return _Made(grant.number, sha256(grant.statement).hexdigest(), treatment, column["domain"])


def _described(plan: Mapping[str, Any], asked: Asked) -> dict[str, Any] | None:
    for release in plan.get("releases", ()):
        for column in release["columns"]:
            if (release["data"], column["column"]) == (asked.data, asked.column):
                return dict(column) if column["treatment"] != "drop" else None
    return None


def _transform(memory: Memory, asked: Asked, column: Column, made: _Made) -> Transform:
    means = memory.gate.means
    with memory.catalog.read() as connection:
        key = means.keys.current(connection, "linkage", made.domain)
    if key is None:
        raise Refused(
            f"the key of `{made.domain}` is gone, and with it every value of its tokens",
            hint="nothing brings them back",
        )
    linkage = LinkageKey(key.id, made.domain, key.secret)
    store = TokenMap(memory.catalog, means.entropy)
    transform = build(made.treatment, column, linkage, store=store)
    if transform is None:
        raise IntegrityError(f"`{asked.data}.{asked.column}` did not leave in `{asked.release}`")
    return transform


def _distinct(tokens: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for token in tokens:
        found[token] = None
        if len(found) > MOST_TOKENS:
            raise UsageError(f"more than {MOST_TOKENS:,} tokens at once", hint="give fewer of them")
    return tuple(found)


@dataclass
class _Look:
    """Values on their way to the door."""

    contract: Contract
    made: _Made
    transform: Transform
    tokens: tuple[str, ...] = field(repr=False)

    def part(self) -> Part:
        path = self.contract.columns[0].path
        kind = _nested_type(path, self.transform.input_type)
        schema = pa.schema([(path.root, kind), (BESIDE, pa.string())])
        source = SourceRef(self.contract.name, self.made.number, self.made.sha256)
        return Part(
            data=self.contract.name,
            schema=schema,
            batches=self._batches(schema),
            form="arrow",
            tally=lambda: Tally(source, len(self.tokens), {}),
            own=(ColumnPath.of(BESIDE),),
        )

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        values = self.transform.restore(self._array())
        if values.null_count:
            self._refuse(values)
        nested = _nested(self.contract.columns[0].path, values)
        yield pa.RecordBatch.from_arrays(
            [nested, pa.array(self.tokens, pa.string())], schema=schema
        )

    def _array(self) -> Values:
        kind = self.transform.output_type
        if pa.types.is_string(kind):
            return pa.array(self.tokens, kind)
        return pa.array([_unhex(token) for token in self.tokens], kind)

    def _refuse(self, values: Values) -> None:
        places = [place for place, value in enumerate(values.is_null().to_pylist(), 1) if value]
        shown = ", ".join(map(str, places[:_SHOWN])) + (", …" if len(places) > _SHOWN else "")
        raise Refused(
            f"{len(places):,} of {len(self.tokens):,} are no tokens of "
            f"`{self.contract.name}.{self.contract.columns[0].path}` of that release "
            f"(of the different tokens, in their order: {shown})",
            hint="leave them out: they were changed, are of another column, release or project, or "
            "their value was deleted",
        )


def _unhex(token: str) -> bytes | None:
    try:
        return bytes.fromhex(token)
    except ValueError:
        return None


def _nested_type(path: ColumnPath, kind: pa.DataType) -> pa.DataType:
    for place, step in reversed(list(enumerate(path.steps))):
        for _ in range(step.lists):
            kind = pa.list_(kind)
        if place:
            kind = pa.struct([(step.name, kind)])
    return kind


def _nested(path: ColumnPath, values: Values) -> Values:
    """One value in each row, below the structs and lists of its path."""
    starts = pa.array(range(len(values) + 1), pa.int32())
    for place, step in reversed(list(enumerate(path.steps))):
        for _ in range(step.lists):
            values = pa.ListArray.from_arrays(starts, values)
        if place:
            values = pa.StructArray.from_arrays([values], names=[step.name])
    return values


def _values(released: bytes, path: ColumnPath) -> dict[str, str]:
    """The value of each token, of those that the policy let out."""
    found: dict[str, str] = {}
    with pyarrow.ipc.open_file(pa.BufferReader(released)) as reader:
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            tokens = batch.column(batch.schema.get_field_index(BESIDE)).to_pylist()
            for token, value in zip(tokens, leaf_values(batch, path).to_pylist(), strict=True):
                if token is not None and value is not None:
                    found[token] = value.hex() if isinstance(value, bytes) else str(value)
    return found
