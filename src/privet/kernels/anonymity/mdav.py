"""Groups of near points, each of at least k (MDAV).

Maximum distance to average vector: Domingo-Ferrer and Mateo-Sanz, Practical data-oriented
microaggregation for statistical disclosure control, IEEE TKDE 14(1), 2002; with points that count
for several subjects. Work is O(n^2 / k) distances, and O(n^2) comparisons: for tens of thousands of
points, not for millions.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled

Points: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = npt.NDArray[np.int64]


def mdav(points: Points, rows: Counts, subjects: Counts, k: int) -> Counts:
    """The group of each point; each group has at least `k` subjects.

    While 3 `k` subjects are left, a group is made of the point r that is farthest from the mean of
    what is left, with those nearest to it, and one around the point that is farthest from r. Of
    2 `k` and more, one group is made like this and the rest is another. What is left in the end
    with fewer than `k` joins the groups that it is nearest to. Ties go to the point that comes
    first.

    Args:
        points: finite, and on scales that may be compared: shape (n, d).
        rows: how many each point stands for; means are weighed by them: shape (n,).
        subjects: how many each counts for: shape (n,).
        k: at least 1.

    Returns:
        Shape (n,), groups numbered from 0.

    Raises:
        ValueError: shapes that do not fit, numbers that are not finite, fewer than `k` subjects.
    """
    if points.ndim != 2 or len(rows) != len(points) or len(subjects) != len(points):
        raise ValueError("points and counts do not fit together")
    if k < 1 or int(subjects.sum()) < k:
        raise ValueError("there are fewer than k subjects, or k is below 1")
    if not bool(np.isfinite(points).all()):
        raise ValueError("a point is not finite")
    return _mdav(
        np.ascontiguousarray(points, np.float64),
        rows.astype(np.int64),
        subjects.astype(np.int64),
        k,
    )


@compiled
def _mdav(points: Points, rows: Counts, subjects: Counts, k: int) -> Counts:
    left = np.arange(len(points))
    group = np.full(len(points), -1, np.int64)
    made = 0
    people = subjects.sum()
    while people >= 2 * k:
        far = _farthest(points, left, _mean(points, rows, left))
        both = people >= 3 * k
        start = points[far].copy()
        people -= _gather(points, subjects, left, group, start, k, made)
        made += 1
        left = left[group[left] < 0]
        if both and people >= 2 * k:
            other = _farthest(points, left, start)
            people -= _gather(points, subjects, left, group, points[other].copy(), k, made)
            made += 1
            left = left[group[left] < 0]
    if people >= k:
        group[left] = made
    else:
        _adopt(points, rows, left, group, made)
    return group


@compiled
def _distance(point: Points, other: Points) -> float:
    total = 0.0
    for axis in range(len(point)):
        gap = point[axis] - other[axis]
        total += gap * gap
    return total


@compiled
def _mean(points: Points, rows: Counts, left: Counts) -> Points:
    mean = np.zeros(points.shape[1])
    weight = 0
    for one in left:
        weight += rows[one]
        for axis in range(points.shape[1]):
            mean[axis] += rows[one] * points[one, axis]
    return mean / max(weight, 1)


@compiled
def _farthest(points: Points, left: Counts, start: Points) -> int:
    best, found = -1.0, left[0]
    for one in left:
        distance = _distance(points[one], start)
        if distance > best:
            best, found = distance, one
    return int(found)


@compiled
def _gather(  # noqa: PLR0917 - Numba wants plain arguments
    points: Points, subjects: Counts, left: Counts, group: Counts, start: Points, k: int, name: int
) -> int:
    """Take the points nearest to `start` until there are `k` subjects; how many there are."""
    distances = np.empty(len(left))
    for place in range(len(left)):
        distances[place] = _distance(points[left[place]], start)
    people = 0
    while people < k:
        nearest = np.argmin(distances)
        distances[nearest] = math.inf
        people += subjects[left[nearest]]
        group[left[nearest]] = name
    return people


@compiled
def _adopt(points: Points, rows: Counts, left: Counts, group: Counts, made: int) -> None:
    means = np.zeros((made, points.shape[1]))
    weights = np.zeros(made, np.int64)
    for one in range(len(points)):
        if group[one] >= 0:
            weights[group[one]] += rows[one]
            for axis in range(points.shape[1]):
                means[group[one], axis] += rows[one] * points[one, axis]
    for one in left:
        best, found = math.inf, 0
        for name in range(made):
            distance = _distance(points[one], means[name] / max(weights[name], 1))
            if distance < best:
                best, found = distance, name
        group[one] = found


def mdav_twin(points: Points, rows: Counts, subjects: Counts, k: int) -> Counts:
    """As `mdav`, in plain Python: its oracle."""
    table = [tuple(float(x) for x in point) for point in points]
    left, groups = list(range(len(table))), list[list[int]]()

    def gap(one: int, start: tuple[float, ...]) -> float:
        total = 0.0
        for mine, theirs in zip(table[one], start, strict=True):
            total += (mine - theirs) * (mine - theirs)
        return total

    def mean(members: list[int]) -> tuple[float, ...]:
        sums = [0.0] * points.shape[1]
        for one in members:
            sums = [total + int(rows[one]) * x for total, x in zip(sums, table[one], strict=True)]
        return tuple(total / max(sum(int(rows[one]) for one in members), 1) for total in sums)

    def people(members: list[int]) -> int:
        return sum(int(subjects[one]) for one in members)

    def gather(start: tuple[float, ...]) -> None:
        near = sorted(left, key=lambda one: gap(one, start))
        size = next(size for size in range(len(near) + 1) if people(near[:size]) >= k)
        groups.append(near[:size])
        left[:] = [one for one in left if one not in near[:size]]

    while people(left) >= 2 * k:
        both = people(left) >= 3 * k
        centre = mean(left)
        start = table[max(left, key=lambda one: gap(one, centre))]
        gather(start)
        if both and people(left) >= 2 * k:
            gather(table[max(left, key=lambda one: gap(one, start))])
    means = [mean(members) for members in groups]
    if people(left) >= k:
        groups.append(left)
    else:
        for one in left:
            nearest = min(range(len(means)), key=lambda name: gap(one, means[name]))
            groups[nearest].append(one)
    found = np.empty(len(table), np.int64)
    for name, members in enumerate(groups):
        found[members] = name
    return found
