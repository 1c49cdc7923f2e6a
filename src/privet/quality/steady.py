"""How far a column has moved from the snapshot before: the population stability index.

With the shares p of the former snapshot and q of the present one over B bins::

    PSI = Σ (qᵢ - pᵢ) · ln(qᵢ / pᵢ)

Kullback's divergence taken both ways (Kullback and Leibler, Annals of Mathematical Statistics 22,
1951; named so in credit scoring: Siddiqi, Credit Risk Scorecards, 2006). By custom, below 0.1 is
steady and above 0.2 is moved. Each bin's count is raised by one half (Jeffreys' prior), so that an
empty bin has a logarithm.

Numbers and dates fall into ten bins between the deciles of the former snapshot; a value that two of
them share has a bin of its own. Texts and truth values fall into the nine most common values of the
former snapshot, and the rest. Nulls, with what is no number, are one bin more.

If nothing has moved, PSI · nm / (n + m) is about χ² with B - 1 degrees of freedom, for n and m rows
looked at (Yurdakul and Naranjo, Journal of Risk Model Validation 14, 2020). Ten bins of 200 rows
would so pass 0.2 by chance in 1 of 50 runs; therefore a column has one bin for every 50 rows of the
smaller snapshot, at least two and at most ten. The chance that a steady column passes 0.2 is then,
at most, about 1 in 100 with 100 rows on both sides, 1 in 1,000 with 200, and nil from 1,000 on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.model.paths import ColumnPath
from privet.quality.histogram import share_up_to
from privet.quality.shapes import ColumnShape, Profile

_BINS = 10
_ROWS_PER_BIN = 50
_PRIOR = 0.5

Numbers = npt.NDArray[np.float64]


def distance(before: Profile, now: Profile, path: ColumnPath) -> float | None:
    """The population stability index of a column between two snapshots; 0 where nothing moved.

    None where there is nothing to compare: the column is new, it has another kind of type or unit
    of time, one of the snapshots has no rows, or the texts were hashed under another key.
    """
    first, second = before.column(str(path)), now.column(str(path))
    if first is None or second is None or first.kind != second.kind:
        return None
    if not first.rows or not second.rows:
        return None
    bins = _number_of_bins(first, second)
    if first.kind == "bins":
        if first.type != second.type and "timestamp" in first.type + second.type:
            return None  # another unit
        return _index(*_by_value(first, second, bins))
    if before.key_id != now.key_id:
        return None
    return _index(*_by_rank(first, second, bins))


def _index(before: Numbers, now: Numbers) -> float:
    """The index of two rows of counts."""
    p = (before + _PRIOR) / (before.sum() + _PRIOR * len(before))
    q = (now + _PRIOR) / (now.sum() + _PRIOR * len(now))
    return float(np.sum((q - p) * np.log(q / p)))


def _number_of_bins(first: ColumnShape, second: ColumnShape) -> int:
    return int(np.clip(min(first.rows, second.rows) // _ROWS_PER_BIN, 2, _BINS))


def _by_value(before: ColumnShape, now: ColumnShape, bins: int) -> tuple[Numbers, Numbers]:
    """Counts between the former's quantiles, and last of what is no value."""
    bounds = _bounds(np.array(before.quantiles, dtype=np.float64), bins)
    return _counted(before, bounds), _counted(now, bounds)


def _bounds(points: Numbers, bins: int) -> Numbers:
    """Inner quantiles; what stands on both sides of one, or more, is cut out on both sides."""
    if not len(points):
        return points
    shares = np.linspace(0, 1, bins + 1)
    cuts = points[np.rint(shares * (len(points) - 1)).astype(np.int64)]
    values, times = np.unique(cuts, return_counts=True)
    heavy = np.nextafter(values[times > 1], -np.inf)
    return np.unique(np.concatenate((values[1:-1], values[times > 1], heavy)))


def _counted(shape: ColumnShape, bounds: Numbers) -> Numbers:
    values = shape.rows - shape.nulls - shape.odd
    none = float(shape.nulls + shape.odd)
    if not shape.quantiles:
        return np.array([0.0] * (len(bounds) + 1) + [none])
    shares = share_up_to(np.array(shape.quantiles, dtype=np.float64), bounds)
    parts = np.diff(np.concatenate(([0.0], shares, [1.0])))
    return np.concatenate((parts * values, [none]))


def _by_rank(before: ColumnShape, now: ColumnShape, bins: int) -> tuple[Numbers, Numbers]:
    """Counts of the former's most common values, of the others, and of nulls."""
    common = before.top[: bins - 1]
    known = dict(now.top)
    # A value that is not among those told apart now has at most as many rows as the last of them;
    # of what that allows, what lies nearest to no move is taken.
    told_apart = sum(known.values())
    values = now.rows - now.nulls
    most = min(known.values(), default=0) if values > told_apart else 0
    unknown = float(values - told_apart)
    counts = []
    for hashed, count in common:
        if hashed in known:
            counts.append(float(known[hashed]))
            continue
        expected = count / before.rows * now.rows
        taken = min(expected, float(most), unknown)
        unknown -= taken
        counts.append(taken)
    former = [float(count) for _, count in common]
    return _with_rest(former, before), _with_rest(counts, now)


def _with_rest(counts: list[float], shape: ColumnShape) -> Numbers:
    rest = shape.rows - shape.nulls - sum(counts)
    return np.array([*counts, max(rest, 0.0), float(shape.nulls)])
