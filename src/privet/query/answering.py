"""A query's three steps: what it will cost, what the engine computes, what is let out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from privet.mechanisms.noise import MOST, discrete_gaussian, discrete_laplace
from privet.mechanisms.tails import Noise, half_width, threshold
from privet.model.privacy_loss import Additional, Event, Gaussian, Pure, Together
from privet.query.after import value
from privet.query.parsing import BINS, Aggregate, Plan, parsed
from privet.query.quantiles import quantile, quantile_interval
from privet.query.rewrite import STEPS, Clip, Rewrite, cells_at_most, sensitivity, written_sql
from privet.query.world import Spend, World, refused

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

_MOST_BINS: Final = 1_000_000
_ROUND: Final = 2**20
_NORMAL: Final = 1.959964
"""Standard deviations of a normal that hold 95 % of it."""


class Engine(Protocol):
    """Runs what this room wrote; the caller has made the world's tables known to it by name."""

    def table(self, sql: str) -> pa.Table:
        """The result of one SELECT."""
        ...


@dataclass(frozen=True, slots=True)
class Cost:
    """What a query costs, known before any row is read: per mechanism, noise over sensitivity.

    Gaussian: sigma / L2 sensitivity of each, so that rho is the sum of 1 / (2 ratio^2).
    Laplace: scale / L1 sensitivity, so that epsilon is the sum of 1 / ratio. `delta` is what
    thresholding adds; 0 where no key is private.
    """

    noise: Noise
    ratios: tuple[Fraction, ...]
    delta: Fraction

    @property
    def rho(self) -> Fraction:
        """Zero-concentrated loss; Laplace's by epsilon^2 / 2 of each (Bun, Steinke 2016)."""
        return sum((1 / (2 * r * r) for r in self.ratios), Fraction(0))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that may be paid for: its plan, its cost and the SQL that would run.

    `view_sql` gives the bounded view, which may be kept under `rewrite.VIEW` and is as private as
    the rows; `sum_sql` reads that view; `sql` is both in one.
    """

    plan: Plan
    cost: Cost
    clip: Clip
    sensitivities: tuple[int, ...]
    threshold: int | None
    view_sql: str
    sum_sql: str
    sql: str

    @property
    def scales(self) -> tuple[Fraction, ...]:
        """Of the noise on each part, in steps."""
        each = zip(self.plan.mechanisms, self.sensitivities, strict=True)
        return tuple(self.cost.ratios[number] * held for number, held in each)

    @property
    def event(self) -> Event:
        """What the ledger is charged: each part's mechanism, and the threshold's delta."""
        parts: list[Event] = [
            Gaussian(ratio, discrete=True) if self.cost.noise == "gaussian" else Pure(1 / ratio)
            for ratio in self.cost.ratios
        ]
        together = Together(tuple(parts))
        return Additional(self.cost.delta, together) if self.cost.delta else together


@dataclass(frozen=True, slots=True, repr=False)
class Measured:
    """Keys, and per key the exact whole numbers of all parts: never let out, never shown."""

    cells: Mapping[tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is let out.

    `table` has, for each output that carries noise, also `<name> noise` (standard deviation), and
    `<name> low` and `<name> high`: the 95 % interval of the noise alone, exact for a count or sum,
    to first order in the noise for what is computed from several.
    """

    table: pa.Table
    cost: Cost
    notes: tuple[str, ...]


def prepare(sql: str, world: World, asked: Spend, salt: str = "") -> Prepared:
    """The plan, cost and SQL of a query; no row is touched.

    Args:
        sql: one SELECT in DuckDB's dialect.
        world: what it may read, with bounds.
        asked: what it may cost; half of delta goes to the threshold where keys are private.
        salt: of the order in which a subject's groups are kept, where keys are private.

    Raises:
        ConfigError: the query, or what it is asked to cost, is not supported; the message says why.
    """
    plan = parsed(sql, world)
    if asked.epsilon <= 0 or not 0 <= asked.delta < 1:
        raise refused("epsilon is above 0, and delta at least 0 and below 1")
    if plan.private_keys and not asked.delta:
        raise refused(
            "private keys need a delta above 0", "List the column's `keys` in the policy."
        )
    if not plan.private_keys and math.prod(len(k.public or ()) for k in plan.keys) > _MOST_BINS:
        raise refused(f"its public keys make more than {_MOST_BINS} groups")
    noise, cost, held = _cheapest(plan, asked)
    clip: Clip = "l2" if noise == "gaussian" else "l1"
    if any(cost.ratios[0] * each > MOST // 1000 for each in held):
        raise refused("the noise that it needs is too large", "Ask for a larger epsilon.")
    least = None
    if plan.private_keys:
        i = next(i for i, part in enumerate(plan.parts) if part.measure == "subjects")
        least, delta = threshold(
            noise,
            cost.ratios[plan.mechanisms[i]] * held[i],
            most=STEPS,
            groups=cells_at_most(plan),
            delta=cost.delta,
        )
        cost = Cost(noise, cost.ratios, min(delta, cost.delta))
    tree = Rewrite(plan, clip, salt)
    return Prepared(
        plan, cost, clip, held, least,
        written_sql(tree.view()), written_sql(tree.over_view()), written_sql(tree.whole()),
    )  # fmt: skip


def _cheapest(plan: Plan, asked: Spend) -> tuple[Noise, Cost, tuple[int, ...]]:
    """Laplace on L1 or Gaussian on L2: whichever has the smaller variance; data play no part."""
    parts = len(set(plan.mechanisms))
    for_keys = Fraction(0) if not plan.private_keys else asked.delta / 2
    options: list[tuple[float, Noise, Cost, tuple[int, ...]]] = []
    held = tuple(sensitivity(plan, part, "l1") for part in plan.parts)
    ratio = Fraction(parts) / asked.epsilon
    spread = sum(2.0 * float(ratio * s) ** 2 for s in held)
    options.append((spread, "laplace", Cost("laplace", (ratio,) * parts, for_keys), held))
    left = asked.delta - for_keys
    if left:
        held = tuple(sensitivity(plan, part, "l2") for part in plan.parts)
        ratio = gaussian_ratio(asked.epsilon, left, parts)
        spread = sum(float(ratio * s) ** 2 for s in held)
        options.append((spread, "gaussian", Cost("gaussian", (ratio,) * parts, for_keys), held))
    _, noise, cost, best = min(options, key=lambda option: option[0])
    return noise, cost, best


def gaussian_ratio(epsilon: Fraction, delta: Fraction, parts: int) -> Fraction:
    """Sigma over sensitivity of each of `parts` Gaussians that cost (epsilon, delta) together.

    By rho-zCDP, which is (rho + 2 sqrt(rho log(1 / delta)), delta)-DP (Bun, Steinke 2016,
    Proposition 1.3); rounded up.
    """
    log = math.log(1 / float(delta)) * (1 + 1e-12)
    rho = (math.sqrt(float(epsilon) + log) - math.sqrt(log)) ** 2 * (1 - 1e-9)
    return Fraction(math.ceil(math.sqrt(parts / (2 * rho)) * _ROUND) + 1, _ROUND)


def measure(prepared: Prepared, engine: Engine) -> Measured:
    """The exact numbers, by the engine; to be charged before, and to be noised after."""
    table = engine.table(prepared.sql)
    keys = len(prepared.plan.keys)
    columns = [column.to_pylist() for column in table.columns]
    for i, key in enumerate(prepared.plan.keys):
        if key.public is not None:
            listed = key.public
            columns[i] = [listed[cast("int", place)] for place in columns[i]]
    return Measured(
        {row[:keys]: tuple(int(v or 0) for v in row[keys:]) for row in zip(*columns, strict=True)}
    )


def answer(prepared: Prepared, measured: Measured) -> Answer:
    """Noise, threshold, and all that is computed after them."""
    plan = prepared.plan
    keys = _keys(plan, measured)
    empty = (0,) * len(plan.parts)
    columns = []
    for i, scale in enumerate(prepared.scales):
        exact = [max(-MOST, min(MOST, measured.cells.get(key, empty)[i])) for key in keys]
        columns.append(_noised(prepared.cost.noise, exact, scale))
    rows = [_Row(prepared, key, noised) for key, *noised in zip(keys, *columns, strict=True)]
    if prepared.threshold is not None:
        i = next(i for i, part in enumerate(plan.parts) if part.measure == "subjects")
        rows = [row for row in rows if row.parts[i] >= prepared.threshold]
    if plan.having is not None:
        rows = [row for row in rows if row.value(plan.having)]
    for tree, descending in reversed(plan.order):
        rows.sort(key=lambda row, tree=tree: _sortable(row.value(tree)), reverse=descending)  # type: ignore[misc]
    return Answer(_table(plan, rows[: plan.limit]), prepared.cost, notes(prepared))


def _noised(noise: Noise, exact: list[int], scale: Fraction) -> list[int]:
    return (discrete_gaussian if noise == "gaussian" else discrete_laplace)(exact, scale)


def _keys(plan: Plan, measured: Measured) -> list[tuple[Any, ...]]:
    """All public groups, empty ones too; or those that are there, in an order of their own."""
    if plan.private_keys:
        return sorted(measured.cells, key=lambda key: [_sortable(part) for part in key])
    return list(itertools.product(*(key.public or () for key in plan.keys)))


def _sortable(part: Any) -> tuple[bool, str, Any]:
    if isinstance(part, bool | int | float):
        return part is None, "", math.inf if math.isnan(part) else part
    return part is None, type(part).__name__, str(part)


@dataclass(frozen=True, slots=True)
class _Row:
    """One group's noised parts, and what is computed from them."""

    prepared: Prepared
    key: tuple[Any, ...]
    parts: Sequence[int]

    def value(self, tree: exp.Expression) -> Any:
        return self._value(tree, self.parts)

    def _value(
        self,
        tree: exp.Expression,
        parts: Sequence[float],
        moved: Mapping[str, float] | None = None,
    ) -> Any:
        plan = self.prepared.plan
        known: dict[str, Any] = {f"k{i}": part for i, part in enumerate(self.key)}
        for i, aggregate in enumerate(plan.aggregates):
            known[f"a{i}"] = _estimate(plan, aggregate, parts)
        return value(tree, known | dict(moved or {}))

    def _reach(self, tree: exp.Expression, middle: float) -> tuple[float, float]:
        """How far the noise of quantiles takes a value down and up, in 95 % of the answers."""
        prepared, below, above = self.prepared, [0.0], [0.0]
        asked = {str(node.this) for node in tree.find_all(_placeholder())}
        for i, aggregate in enumerate(prepared.plan.aggregates):
            if aggregate.name != "quantile" or f"a{i}" not in asked:
                continue
            part = prepared.plan.parts[aggregate.parts[0]]
            counts = [self.parts[each] for each in aggregate.parts]
            ends = quantile_interval(part, counts, aggregate.share, self._bin_noise(aggregate))
            there = [self._value(tree, self.parts, {f"a{i}": end}) for end in ends]
            found = [float(each) for each in there if each is not None]
            below.append(max([0.0, *(middle - each for each in found)]))
            above.append(max([0.0, *(each - middle for each in found)]))
        return math.hypot(*below), math.hypot(*above)

    def _bin_noise(self, aggregate: Aggregate) -> float:
        """What noise of one bin stays within in 95 % of draws, as one of many in a sum."""
        noise = self.prepared.cost.noise
        sd = float(self.prepared.scales[aggregate.parts[0]])
        sd *= math.sqrt(2) if noise == "laplace" else 1.0
        return _deviations(noise, [sd] * len(aggregate.parts)) * sd

    def with_interval(
        self, tree: exp.Expression
    ) -> tuple[Any, float | None, float | None, float | None]:
        """Value, standard deviation of its noise, and both ends of the 95 % interval."""
        middle = self.value(tree)
        if isinstance(middle, bool) or not isinstance(middle, int | float):
            return middle, None, None, None
        cost, scales = self.prepared.cost, self.prepared.scales
        slopes = []
        for i, (part, scale) in enumerate(zip(self.prepared.plan.parts, scales, strict=True)):
            if part.measure == "bin":
                slopes.append(0.0)  # `_reach` speaks of all bins together
                continue
            moved = list(self.parts)
            moved[i] += math.ceil(scale / 1000)
            there = self._value(tree, moved)
            slopes.append(0.0 if there is None else (there - middle) / math.ceil(scale / 1000))
        factor = math.sqrt(2) if cost.noise == "laplace" else 1.0
        sds = [slope * float(s) * factor for slope, s in zip(slopes, scales, strict=True)]
        sd = math.hypot(*sds)
        alone = [(slope, s) for slope, s in zip(slopes, scales, strict=True) if slope]
        width = _deviations(cost.noise, sds) * sd
        if len(alone) == 1:
            width = abs(alone[0][0]) * half_width(cost.noise, alone[0][1])
        below, above = self._reach(tree, middle)
        sd = math.hypot(sd, (below + above) / 2 / _NORMAL)
        return middle, sd, middle - math.hypot(width, below), middle + math.hypot(width, above)


def _deviations(noise: Noise, sds: Sequence[float]) -> float:
    """How many standard deviations hold 95 % of a sum of independent noises.

    Laplace noise has heavier ends: log(20) / sqrt(2) alone, fewer the more of it adds up. In
    between by the excess kurtosis (Cornish, Fisher 1938, to first order), which is 3 for one alone.
    """
    total = sum(sd * sd for sd in sds)
    if noise == "gaussian" or not total:
        return _NORMAL
    kurtosis = 3 * sum(sd**4 for sd in sds) / (total * total)
    return _NORMAL + (math.log(20) / math.sqrt(2) - _NORMAL) * kurtosis / 3


def _estimate(plan: Plan, aggregate: Aggregate, parts: Sequence[float]) -> float:
    if aggregate.name in ("count", "sum"):
        *counted, last = aggregate.parts
        part = plan.parts[last]
        middle = sum(float(part.centre) * parts[i] for i in counted)
        return (float(part.half) * parts[last] + middle) / STEPS
    if aggregate.name == "quantile":
        part = plan.parts[aggregate.parts[0]]
        return quantile(part, [parts[i] for i in aggregate.parts], aggregate.share)
    rows = max(parts[aggregate.parts[0]], STEPS)
    shift = plan.parts[aggregate.parts[1]]
    mean = max(-1.0, min(1.0, parts[aggregate.parts[1]] / rows))
    if aggregate.name == "avg":
        return float(shift.centre) + float(shift.half) * mean
    square = max(0.0, min(1.0, (parts[aggregate.parts[2]] / rows + 1) / 2))
    count = max(rows / STEPS, 2.0)
    variance = float(shift.half) ** 2 * max(0.0, square - mean * mean) * count / (count - 1)
    return math.sqrt(variance) if aggregate.name == "stddev" else variance


def _table(plan: Plan, rows: Sequence[_Row]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415

    columns: dict[str, list[Any]] = {}
    for name, tree in plan.outputs:
        cells = [row.with_interval(tree) for row in rows]
        columns[name] = [cell[0] for cell in cells]
        if any(str(node.this).startswith("a") for node in tree.find_all(_placeholder())):
            for i, word in enumerate(("noise", "low", "high"), 1):
                columns[f"{name} {word}"] = [cell[i] for cell in cells]
    return pa.table(columns)


def _placeholder() -> Any:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Placeholder


def notes(prepared: Prepared) -> tuple[str, ...]:
    """What an asker should know of an answer; nothing of it depends on the data."""
    found = ["Intervals speak of the noise alone, not of what clipping left out."]
    if prepared.threshold is not None:
        found.append("Keys of few subjects are left out: they are possible, and not counted.")
    if any(aggregate.name == "quantile" for aggregate in prepared.plan.aggregates):
        found.append(f"Quantiles are read off {BINS} equal bins between the bounds of the value.")
    return tuple(found)


def explain(prepared: Prepared) -> str:
    """Plan, sensitivity and noise of each part, and the SQL that runs; nothing of the data."""
    cost = prepared.cost
    lines = [f"noise: {cost.noise} on {prepared.clip.upper()}, {STEPS} steps to a unit"]
    for part, scale, held in zip(
        prepared.plan.parts, prepared.scales, prepared.sensitivities, strict=True
    ):
        if part.measure == "bin":
            unit, name = 1.0, f"each of {BINS} bins, together"
        else:
            unit, name = float(part.half), part.measure
        if not part.bin:
            lines.append(
                f"part {name}: sensitivity {held / STEPS:.6g}, "
                f"noise scale {float(scale) * unit / STEPS:.6g}"
            )
    if prepared.threshold is not None:
        lines.append(
            f"keys: named from {prepared.threshold / STEPS:.6g} subjects on, noise included"
        )
    return "\n".join([*lines, "", prepared.sql])
