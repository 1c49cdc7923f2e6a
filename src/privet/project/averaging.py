"""Micro-aggregation for `pv.anonymise`: numbers become the means of groups of at least k people.

For a caller who holds the table, and not for a pipeline: a mean is exact, and those of a later
table, with somebody more, would tell who came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.anonymity import Closeness
from privet.model.errors import ConfigError, Refused
from privet.model.promise import Promise
from privet.policy.anonymity import GENERALISE, HARMLESS, SENSITIVE
from privet.ports.world import Entropy
from privet.protect.criteria import needs_population
from privet.protect.gathering import Gathering
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.placing import known_codes
from privet.protect.hierarchies.specs import FlatHierarchy
from privet.protect.holding import held_back, sizes
from privet.protect.microaggregation import micro_aggregate
from privet.protect.recoding import SUPPRESSED
from privet.protect.spelling import spelled
from privet.protect.verifying import Claim
from privet.protect.verifying_sql import ORIGIN, SUBJECT
from privet.transforms.arrow import Values, pc

MOST_ROWS = 200_000
"""Work grows with the square of the rows."""

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Averaged:
    """A table of means, and what is known beside it.

    Attributes:
        shown: means for the quasi-identifiers (float64), other columns as they were; rows in an
            order of its own.
        claim: what it says of itself.
        companion: whom each row is about and where it stood.
        measures: figures of it.
    """

    shown: pa.Table = field(repr=False)
    claim: Claim
    companion: pa.Table = field(repr=False)
    measures: Mapping[str, Any]


def averaged(
    table: pa.Table,
    batches: Iterable[tuple[pa.RecordBatch, Values | None]],
    roles: Mapping[str, str],
    promise: Promise,
    entropy: Entropy,
) -> Averaged:
    """Publish the means of groups (MDAV); groups that miss another criterion are left out.

    Args:
        table: all of it.
        batches: the same, with whom each row is about.
        roles: by column; the quasi-identifiers are numbers.
        promise: k, and criteria on sensitive columns.
        entropy: for the order of rows.

    Raises:
        ConfigError: a quasi-identifier is no number or has nulls, or a criterion needs a hierarchy
            or a population.
        Refused: too few people, too many rows, or more would be left out than `suppress` allows.
    """
    quasi, sensitive, other = (
        tuple(name for name, its in roles.items() if its == role)
        for role in (GENERALISE, SENSITIVE, HARMLESS)
    )
    _require(table, quasi, promise)
    gathering = Gathering(sensitive, (), entropy.token_bytes(32))
    for batch, whom in batches:
        gathering.add(batch, whom)
    subjects = gathering.subjects()
    trees: dict[str, tuple[Hierarchy, Ints]] = {}
    for name in sensitive:
        each = gathering.coded(name, days=False)
        tree = build(FlatHierarchy(), each.texts, name)
        trees[name] = tree, known_codes(tree, each.texts)[each.numbers]
    numbers = np.column_stack([_numbers(table.column(name), name) for name in quasi])
    found = micro_aggregate(numbers, promise.k, quasi, subjects)
    classes = held_back(found.classes, subjects, trees, promise.criteria)
    left = np.flatnonzero(classes != SUPPRESSED)
    gone = len(classes) - len(left)
    if gone > promise.suppress * len(classes) or not len(left):
        raise Refused(
            f"{gone:,} of {len(classes):,} rows would be left out, and `suppress` allows a share "
            f"of {promise.suppress:f}",
            hint="Raise `suppress`, promise less, or use another method.",
        )
    order = left[np.argsort(np.frombuffer(entropy.token_bytes(8 * len(left)), np.uint64))]
    means = [pa.array(found.means[:, place]) for place in range(len(quasi))]
    own: dict[str, Values] = dict(zip(quasi, means, strict=True))
    of: Values = pa.array(classes[order])
    place: Values = pa.array(order)
    columns: dict[str, Any] = {
        name: own[name].take(of) if name in own else table.column(name).take(place)
        for name in roles
    }
    shown = pa.table(columns)
    beside = {ORIGIN: order}
    if subjects is not None:
        beside[SUBJECT] = np.unique(subjects[order], return_inverse=True)[1].astype(np.int64)
    texts = [spelled(each, name).to_pylist() for name, each in own.items()]
    claim = Claim(
        quasi_identifiers=quasi,
        sensitive=sensitive,
        other=other,
        criteria=promise.criteria,
        rows=len(order),
        suppressed=gone,
        classes=frozenset(map(hash, zip(*texts, strict=True))),
        orders={name: tree.leaves for name, (tree, _) in trees.items()},
        subjects=subjects is not None,
        origin=True,
    )
    counts = sizes(classes, subjects)
    counts = counts[counts > 0]
    measures = {
        "method": promise.method,
        "classes": len(counts),
        "smallest": int(counts.min()),
        "largest": int(counts.max()),
        "suppressed": gone,
        "loss": found.loss,
        "bound": None,
        "optimal": False,
    }
    return Averaged(shown, claim, pa.table(beside), measures)


def _require(table: pa.Table, quasi: tuple[str, ...], promise: Promise) -> None:
    trees = any(isinstance(c, Closeness) and c.distance == "hierarchical" for c in promise.criteria)
    if trees or needs_population(promise.criteria):
        raise ConfigError(
            "means have no hierarchy and cover nobody: no hierarchical distance, no population",
            hint="Use `method='mondrian'`, or ask for less.",
        )
    for name in quasi:
        kind = table.schema.field(name).type
        number = (
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        )
        if not number:
            raise ConfigError(
                f"column {name!r} is of type {kind}, and only numbers have a mean",
                hint="Use `method='mondrian'`, or leave the column out.",
            )
    if table.num_rows > MOST_ROWS:
        raise Refused(
            f"there are {table.num_rows:,} rows, and groups of means are found in {MOST_ROWS:,}",
            hint="Use `method='mondrian'`.",
        )


def _numbers(values: Values, name: str) -> npt.NDArray[np.float64]:
    if values.null_count:
        raise ConfigError(
            f"column {name!r} has {values.null_count:,} nulls, which have no mean",
            hint="Leave these rows out, or impute them.",
        )
    found: npt.NDArray[np.float64] = pc.cast(values, pa.float64(), safe=False).to_numpy()
    return found
