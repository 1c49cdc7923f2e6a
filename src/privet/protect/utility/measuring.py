"""Loss of a published table beside its original, by the labels that were published.

A published cell costs what its node costs by the loss metric (`protect.loss`). Where a label stands
on several nodes, the widest that its reader must take it for counts.

*Non-uniform entropy* (de Waal and Willenborg, 1999; Gionis and Tassa, 2009): a cell that may hold
several values costs the entropy of the original column among these values, in bits, by the entropy
of the whole column, so that `*` and a suppressed row cost 1. With global recoding that is exactly
their measure; with local recoding it is its expectation, for rows of the two are not matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.loss import SUPPRESSED_ROW
from privet.protect.risk.coding import Ints, Numbers
from privet.protect.risk.records import Records
from privet.protect.risk.table import Beside, Measured, read
from privet.protect.utility.report import ColumnUse, UtilityReport

Floats = npt.NDArray[np.float64]


def utility(
    table: pa.Table,
    original: pa.Table,
    quasi_identifiers: Sequence[str],
    *,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    k: int | None = None,
) -> UtilityReport:
    """What a published table lost.

    Args:
        table: the published table.
        original: what it was made from.
        quasi_identifiers: the columns that were generalised.
        hierarchies: of them; one without is read as its own values and `*`.
        k: what the release was asked for, if it was.

    Raises:
        ConfigError: no quasi-identifier, one that is not there, a label or a value that its
            hierarchy does not have, more rows published than there were.
    """
    if not quasi_identifiers:
        raise ConfigError(
            "no quasi-identifier is named, so nothing was generalised",
            hint="name the columns that others may know about a person",
        )
    if table.num_rows > original.num_rows:
        raise ConfigError(
            f"{table.num_rows:,} rows were published of {original.num_rows:,}",
            hint="give the table that the release was made from",
        )
    made = read(table, quasi_identifiers, (), hierarchies or {}, Beside(original))
    if made.original is None:
        raise ValueError("a table was read without its original")
    return used(made, made.original, k)


def used(made: Measured, original: Records, k: int | None) -> UtilityReport:
    """What the release lost, as it was measured; `original` and `k` as of `utility`."""
    sizes, before = made.release.rows.astype(np.int64), original.groups.rows
    columns = tuple(
        _column(made, at, sizes, (original.codes[:, at], before[original.number]))
        for at in range(len(made.names))
    )
    published, rows, classes = int(sizes.sum()), int(before.sum()), len(sizes)
    average = published / classes if classes else 0.0
    return UtilityReport(
        rows=rows,
        published=published,
        classes=classes,
        columns=columns,
        loss=float(np.mean([each.loss for each in columns])),
        entropy=float(np.mean([each.entropy for each in columns])),
        discernibility=_discernibility(sizes, rows - published, rows),
        average_class=average,
        average_by_k=average / k if k else None,
    )


def _column(made: Measured, at: int, sizes: Ints, before: tuple[Numbers, Numbers]) -> ColumnUse:
    """What one column lost.

    Args:
        made: the release.
        at: the column.
        sizes: rows of each class.
        before: leaf codes of the original's combinations, and rows of each.
    """
    name, word = made.names[at], made.words[at]
    rows = int(before[1].sum())
    if not rows:
        return ColumnUse(name, 0.0, 0.0, (0.0,) * word.levels)
    low, high = made.boxes.low[:, at].astype(np.int64), made.boxes.high[:, at].astype(np.int64)
    gone, leaves = rows - int(sizes.sum()), word.size
    lost = (sizes * ((high - low) / max(leaves - 1, 1))).sum() + gone * SUPPRESSED_ROW
    on = np.bincount(made.boxes.level[:, at], weights=sizes, minlength=word.levels) / rows
    counts = np.bincount(before[0], weights=before[1], minlength=leaves).astype(np.float64)
    bits = _bits(counts, low, high)
    most = float(_bits(counts, np.array([0]), np.array([leaves - 1]))[0])
    entropy = ((sizes * bits).sum() + gone * most) / (rows * most) if most > 0 else gone / rows
    return ColumnUse(name, float(lost / rows), float(entropy), tuple(on.tolist()))


def _bits(counts: Floats, low: Ints, high: Ints) -> Floats:
    """The entropy, in bits, of a column within each interval of its codes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(counts > 0, counts * np.log2(counts), 0.0)
        total = _between(counts, low, high)
        bits = np.log2(total) - _between(each, low, high) / total
    return np.where(total > 0, np.maximum(bits, 0.0), 0.0)


def _between(values: Floats, low: Ints, high: Ints) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    found: Floats = sums[high + 1] - sums[low]
    return found


def _discernibility(sizes: Ints, suppressed: int, rows: int) -> int:
    return int((sizes * sizes).sum()) + suppressed * rows
