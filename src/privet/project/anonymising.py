"""`pv.anonymise` and `pv.risk`: tables that the caller holds, without project, policy or door."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.adapters.world import SystemEntropy
from privet.model.errors import ConfigError, Refused
from privet.model.promise import MEANS, Promise
from privet.policy.anonymity import GENERALISE
from privet.project.anonymity_words import FRAME, Wanted, declared
from privet.project.anonymous_check import Found, Published, verified
from privet.project.anonymous_releases import solve_by_method
from privet.project.averaging import averaged
from privet.project.frames import as_table
from privet.project.populations import with_columns
from privet.protect.criteria import describe, needs_population
from privet.protect.encoding import hierarchy_over, proposed, taken
from privet.protect.fitted import read_plan
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.specs import CsvHierarchy, HierarchySpec, TreeHierarchy
from privet.protect.release_table import ReleaseTable, Task
from privet.protect.risk.assessing import risk
from privet.protect.risk.decided import measured
from privet.protect.spelling import spelled
from privet.protect.utility.measuring import used
from privet.protect.verifying import Claim
from privet.protect.verifying_sql import SUBJECT
from privet.transforms.arrow import Values

if TYPE_CHECKING:
    from privet.protect.fitted import FittedPlan
    from privet.protect.risk.report import RiskReport

_MEMORY = 1 << 30
_SHOWN = (
    "method", "classes", "smallest", "largest", "suppressed", "loss", "bound", "optimal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anonymised:
    """A table that keeps its promise, and what that cost.

    Attributes:
        frame: what may be shown: labels for the quasi-identifiers (text), sensitive and harmless
            columns as they were; rows in an order that has nothing of the input's.
        plan: the frozen recoding. It has values of the input, and is as secret as that. None for
            means, which are not applied again.
        measures: `k`, `criteria` (each asked and found, counted anew in SQL on the frame),
            `checks` (what else was looked at), `classes`, `smallest`, `largest`, `suppressed`,
            `loss` and `bound` (0 to 1), `optimal`, `method`, and, but for means, `use` (loss by
            column, entropy, discernibility, average class). Exact figures of the input: not for
            who gets the frame.
        subject: the column of the input that said whom a row is about.
        whose: a number for the subject of each row of the frame, for `pv.risk`; None without one.
    """

    frame: pa.Table = field(repr=False)
    plan: FittedPlan | None = field(repr=False)
    measures: Mapping[str, Any]
    subject: str | None = None
    whose: npt.NDArray[np.int32] | None = field(default=None, repr=False)


def anonymise(
    frame: object,
    wanted: Wanted,
    hierarchies: Mapping[str, Any],
    population: object | None = None,
) -> Anonymised:
    """Make a frame k-anonymous; see `privet.anonymise`.

    Args:
        frame: whatever speaks Arrow.
        wanted: what is to become of it.
        hierarchies: by quasi-identifier; see `declared`.
        population: a frame of all people, where a criterion compares with it.

    Raises:
        ConfigError: a column is not there, or a hierarchy does not cover it.
        Refused: the promise cannot be kept; the message has the most that is feasible.
        TypeError: this is no frame.
    """
    table = _readable(as_table(frame))
    promise, subject, roles = (
        wanted.promise,
        wanted.subject,
        wanted.within(table.column_names, hierarchies),
    )
    quasi = [name for name, role in roles.items() if role == GENERALISE]
    _require_scalars(table, roles)
    people = _people(population, promise, quasi, subject)
    if not table.num_rows:
        raise Refused(f"{FRAME} has no row", hint="Give a table with rows.")
    if promise.method == MEANS:
        return _means(table, wanted, roles, hierarchies)
    made = ReleaseTable(
        Task(
            data=FRAME,
            pipeline="",
            promise=promise,
            words=", ".join(map(describe, promise.criteria)),
            roles=roles,
            specs={
                name: _spec(table, name, hierarchies.get(name))
                for name in roles
                if name in quasi or name in hierarchies
            },
            types=_types(table, roles),
            earlier=lambda: iter(()),
            population=people,
        ),
        solve_by_method,
        SystemEntropy(),
    )
    for batch, whom in _batches(table, subject):
        made.see(batch, whom)
    made.decide()
    return replace(_checked(made, promise.k), subject=subject)


def _batches(
    table: pa.Table, subject: str | None
) -> Iterator[tuple[pa.RecordBatch, Values | None]]:
    for batch in table.to_batches(max_chunksize=1 << 20):
        yield batch, None if subject is None else spelled(batch.column(subject), subject)


def _people(
    frame: object | None, promise: Promise, quasi: list[str], subject: str | None
) -> Callable[[], Iterator[tuple[pa.RecordBatch, Values | None]]] | None:
    """What reads the population; people are told apart where it has the table's subject column."""
    if needs_population(promise.criteria) != (frame is not None):
        raise ConfigError(
            "a population, and a criterion that compares with it, go together",
            hint="Give `population=` a frame of all people, and ask for `k_map` or "
            "`delta_presence`.",
        )
    if frame is None:
        return None
    table = _readable(as_table(frame))
    whose = subject if subject is not None and table.column_names.count(subject) == 1 else None
    return lambda: with_columns(_batches(table, whose), quasi)


def _readable(table: pa.Table) -> pa.Table:
    """The same with views of text as text, which all that follows reads."""
    return table.cast(
        pa.schema(
            field.with_type(pa.large_string()) if pa.types.is_string_view(field.type) else field
            for field in table.schema
        )
    )


def _require_scalars(table: pa.Table, roles: Mapping[str, str]) -> None:
    for name in roles:
        kind = _plain(table.schema.field(name).type)
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            raise ConfigError(
                f"column {name!r} is of type {kind}, which no class can hold",
                hint="Leave it out, or make it text, a number or a date first.",
            )


def _means(
    table: pa.Table, wanted: Wanted, roles: Mapping[str, str], hierarchies: Mapping[str, Any]
) -> Anonymised:
    """The result of micro-aggregation."""
    if hierarchies:
        raise ConfigError(
            "means need no hierarchy", hint="Leave `hierarchies` out, or use `method='mondrian'`."
        )
    batches = _batches(table, wanted.subject)
    made = averaged(table, batches, roles, wanted.promise, SystemEntropy())
    found = _verified(made.shown, made.claim, made.companion)
    measures = {"k": wanted.promise.k, **made.measures}
    return Anonymised(
        made.shown, None, {**measures, "criteria": found.criteria, "checks": found.checks}
    )


def _checked(made: ReleaseTable, k: int) -> Anonymised:
    """The result, measured anew on what it holds."""
    shown = pa.Table.from_batches(list(made.rows()), made.schema)
    found = _verified(shown, made.claim(), pa.table(made.companion()), made.population())
    figures = {name: each for name, each in made.measures().items() if name in _SHOWN}
    for name in ("loss", "bound"):
        figures[name] = None if figures[name] is None else float(figures[name])
    seen = measured(replace(made.decided(), sensitive={}, population=None))
    if seen.original is not None:
        figures["use"] = used(seen, seen.original, k)
    measures = {"k": k, **figures, "criteria": found.criteria, "checks": found.checks}
    whose = made.companion().get(SUBJECT)
    return Anonymised(shown, read_plan(made.plan_bytes), measures, whose=whose)


def _verified(
    shown: pa.Table, claim: Claim, companion: pa.Table, population: pa.Table | None = None
) -> Found:
    """What SQL finds in a table, read as text."""

    def texts() -> Iterator[pa.RecordBatch]:
        for batch in shown.to_batches():
            named = zip(batch.schema.names, batch.columns, strict=True)
            columns = [spelled(column, name) for name, column in named]
            yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

    schema = pa.schema([pa.field(name, pa.string()) for name in shown.column_names])
    return verified(Published(claim, texts, schema, companion, population), _MEMORY)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a table is assessed with; see `privet.risk`."""

    original: object | None = None
    population: object | int | None = None
    control: object | None = None
    subject: str | None = None


def assess(
    frame: object,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str],
    hierarchies: Mapping[str, Any],
    beside: Beside,
    *,
    seed: int,
) -> RiskReport:
    """The risk that is left in a frame; see `privet.risk`."""
    original = None if beside.original is None else as_table(beside.original)
    subject = beside.subject
    if isinstance(frame, Anonymised):
        if frame.plan is None and (original is not None or not quasi_identifiers):
            raise ConfigError(
                "means cover no values: attacks go by labels, and the columns are not known",
                hint="Name `quasi_identifiers`, and give no `original`.",
            )
        trees = {}
        if frame.plan is not None:
            trees = dict(zip(frame.plan.columns, frame.plan.hierarchies, strict=True))
            quasi_identifiers = quasi_identifiers or frame.plan.columns
        subject = subject or frame.subject
        shown = frame.frame
        if subject is not None and frame.whose is not None:
            shown = shown.append_column(subject, pa.array(frame.whose))
        frame = shown
    else:
        trees = {name: _tree(original, name, declared(said)) for name, said in hierarchies.items()}
    people = beside.population
    return risk(
        as_table(frame),
        quasi_identifiers,
        sensitive,
        hierarchies=trees,
        population=people if people is None or isinstance(people, int) else as_table(people),
        original=original,
        control=None if beside.control is None else as_table(beside.control),
        subject=subject,
        seed=seed,
    )


def _tree(original: pa.Table | None, name: str, spec: HierarchySpec) -> Hierarchy:
    """A declared tree; a rule needs the values that it was made over."""
    if original is not None:
        return hierarchy_over(taken(original, name), name, spec)
    if isinstance(spec, CsvHierarchy | TreeHierarchy):
        return build(spec, (), name)
    raise ConfigError(
        f"the hierarchy of {name!r} is a rule, and nothing says over which values",
        hint="Give the `original` too, or a CSV file or tree.",
    )


def _spec(table: pa.Table, name: str, said: Any) -> HierarchySpec:
    """The declaration of a column's hierarchy; one that fits its values, where nothing is said."""
    if said is not None:
        return declared(said)
    return proposed(taken(table, name), name)


def _types(table: pa.Table, roles: Mapping[str, str]) -> dict[str, pa.DataType]:
    """What each column leaves as; labels are text."""
    return {
        name: pa.string() if role == GENERALISE else _plain(table.schema.field(name).type)
        for name, role in roles.items()
    }


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
