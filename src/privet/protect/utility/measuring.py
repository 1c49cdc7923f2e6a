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
from privet.protect.risk.boxes import Boxes, Records, boxes, columns_of, records, vocabulary
from privet.protect.risk.coding import Ints
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
    trees = hierarchies or {}
    cells, raw = columns_of(table, quasi_identifiers), columns_of(original, quasi_identifiers)
    words = [
        vocabulary(name, trees.get(name), each)
        for name, each in zip(quasi_identifiers, raw, strict=True)
    ]
    release = boxes(cells, words, table.num_rows)
    before = records(raw, words, original.num_rows)
    columns = tuple(
        _column(name, at, release, before, max(map(_level, words[at].spans.values())) + 1)
        for at, name in enumerate(quasi_identifiers)
    )
    classes, rows = len(release.sizes), original.num_rows
    average = table.num_rows / classes if classes else 0.0
    return UtilityReport(
        rows=rows,
        published=table.num_rows,
        classes=classes,
        columns=columns,
        loss=float(np.mean([each.loss for each in columns])),
        entropy=float(np.mean([each.entropy for each in columns])),
        discernibility=_discernibility(release.sizes, rows - table.num_rows, rows),
        average_class=average,
        average_by_k=average / k if k else None,
    )


def _level(span: tuple[int, int, int]) -> int:
    return span[2]


def _column(name: str, at: int, release: Boxes, before: Records, levels: int) -> ColumnUse:
    rows = len(before.of)
    if not rows:
        return ColumnUse(name, 0.0, 0.0, (0.0,) * levels)
    low, high, sizes = release.low[:, at], release.high[:, at], release.sizes
    gone = rows - int(sizes.sum())
    leaves = int(release.domain[at])
    lost = (sizes * ((high - low) / max(leaves - 1, 1))).sum() + gone * SUPPRESSED_ROW
    on = np.bincount(release.level[:, at], weights=sizes, minlength=levels) / rows
    codes, each = before.codes[:, at], before.counts
    counts = np.bincount(codes, weights=each, minlength=leaves).astype(np.float64)
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
