"""The pass that measures what `impute` and `clip` use, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pyarrow as pa

from privet.model.contract import Contract
from privet.model.errors import IntegrityError
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.ports.arrow_types import parse_type
from privet.quality.casting import as_type
from privet.quality.cleaning.measures import Mean, Mode
from privet.quality.cleaning.quantiles import Quantiles, buffer_for
from privet.transforms.nested import leaf_values

FITTED: Final = ("median", "mean", "mode")
"""What `impute` can be told to measure; anything else is a constant."""

_UNORDERED: Final = ("mean", "mode")
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was measured: values as text, by column and measure; they may be personal.

    Attributes:
        values: by `(column path, measure)`; None where the column had no value.
    """

    values: Mapping[tuple[str, str], str | None] = field(default_factory=dict, repr=False)

    def value(self, path: ColumnPath, measure: str, kind: pa.DataType) -> pa.Scalar[Any] | None:
        """A measure as a value of the column's type; None where the column had no value.

        Raises:
            IntegrityError: it was not measured, or not for this type.
        """
        try:
            text = self.values[str(path), measure]
            return None if text is None else _from_text(text, kind)
        except (KeyError, pa.ArrowException, ValueError):
            raise IntegrityError(
                f"`{path}`: its {measure} was not measured as the cleaning steps need it",
                hint="run the pipeline again from its source",
            ) from None

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return {
            "version": _VERSION,
            "values": [[path, name, value] for (path, name), value in sorted(self.values.items())],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Fitted:
        """Read what `to_json` wrote.

        Raises:
            IntegrityError: it is of another form.
        """
        try:
            if data["version"] != _VERSION:
                raise ValueError("another version")
            return cls({(path, name): value for path, name, value in data["values"]})
        except (KeyError, TypeError, ValueError):
            raise IntegrityError(
                "what the cleaning steps measured is not of a form that this version reads",
                hint="run the pipeline again from its source",
            ) from None


class Fit:
    """One pass over typed rows, in bounded memory; the order of the rows does not matter much.

    Every measure is of the rows as they were before any typed step: a clip does not see what an
    impute put in.

    Args:
        steps: the source's cleaning steps, checked.
        contract: the data set's contract.
    """

    def __init__(self, steps: Sequence[CleanStep], contract: Contract) -> None:
        told = sorted(set(wanted(steps)))
        kinds = {column.path: parse_type(column.type) for column in contract.columns}
        ordered = {path for path, name in told if name not in _UNORDERED}
        size = buffer_for(len(ordered))
        self._shares = [(path, name) for path, name in told if name not in _UNORDERED]
        self._orders = {path: Quantiles(size) for path in ordered}
        self._means = {path: Mean(kinds[path]) for path, name in told if name == "mean"}
        self._modes = {path: Mode(str(path)) for path, name in told if name == "mode"}

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows in their contract's types, only such as are kept.

        Raises:
            ConfigError: a mode is asked for of a column with too many different values.
        """
        for measures in (self._orders, self._means, self._modes):
            for path, measure in measures.items():
                measure.add(leaf_values(rows, path))

    def result(self) -> Fitted:
        """What was measured."""
        found: dict[tuple[str, str], pa.Scalar[Any] | None] = {}
        for path, name in self._shares:
            found[str(path), name] = self._orders[path].at(_share(name))
        found |= {(str(path), "mean"): mean.value() for path, mean in self._means.items()}
        found |= {(str(path), "mode"): mode.value() for path, mode in self._modes.items()}
        return Fitted({key: _to_text(value) for key, value in found.items()})


def needs_fit(steps: Sequence[CleanStep]) -> bool:
    """Whether the steps need something measured before they can be built."""
    return next(wanted(steps), None) is not None


def wanted(steps: Sequence[CleanStep]) -> Iterator[tuple[ColumnPath, str]]:
    """Each column and measure that the steps use."""
    for step in steps:
        told: tuple[Any, ...] = ()
        if step.name == "impute" and step.param("with") in FITTED:
            told = (step.param("with"),)
        elif step.name == "clip":
            told = tuple(b for b in (step.param("low"), step.param("high")) if is_percentile(b))
        yield from ((path, str(name)) for path in step.columns for name in told)


def is_percentile(limit: object) -> bool:
    """Whether a bound is written as a percentile: `1%`."""
    return isinstance(limit, str) and limit.endswith("%")


def share_of(percentile: str) -> Fraction:
    """The share of the rows that `99.5%` names.

    Raises:
        ValueError: it is not between 0 and 100.
    """
    try:
        share = Fraction(Decimal(percentile.removesuffix("%").strip())) / 100
    except (ArithmeticError, ValueError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise ValueError("a percentile is written `1%`, from `0%` to `100%`")
    return share


def _share(name: str) -> Fraction:
    return Fraction(1, 2) if name == "median" else share_of(name)


def _to_text(value: pa.Scalar[Any] | None) -> str | None:
    """A value as text that `_from_text` reads back exactly."""
    if value is None:
        return None
    plain = value.as_py()
    if isinstance(plain, bytes):
        return plain.hex()
    if isinstance(plain, float):
        return repr(plain)
    if isinstance(plain, Decimal):
        return f"{plain:f}"
    if pa.types.is_timestamp(value.type):
        return str(value.cast(pa.int64()).as_py())
    return str(value.cast(pa.string()).as_py())


def _from_text(text: str, kind: pa.DataType) -> pa.Scalar[Any]:
    if pa.types.is_timestamp(kind):
        return pa.scalar(int(text), pa.int64()).cast(kind)
    value: pa.Scalar[Any] = as_type(pa.array([text], pa.string()), kind)[0]
    return value
