"""Top and bottom coding: the ends of a numeric column, where few people are, under one label.

From a threshold on, all values are published as `>=90`; up to another, as `<=17`. Between them they
stay as they are. A threshold is given, or found: the outermost value at which at least k subjects
stand at that end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.errors import ConfigError, Refused
from privet.protect.spelling import spelled
from privet.transforms.arrow import Values, pc


@dataclass(frozen=True, slots=True)
class EndCoding:
    """The ends of one column.

    Attributes:
        column: its name.
        bottom: values up to this one, itself included, have one label; None: none have.
        top: values from this one on, likewise.
    """

    column: str
    bottom: float | None = None
    top: float | None = None

    def __post_init__(self) -> None:
        if self.bottom is not None and self.top is not None and self.bottom >= self.top:
            raise ConfigError(
                f"`{self.column}`: the bottom threshold is not below the top one",
                hint="Give a lower bottom, a higher top, or one of them alone.",
            )

    def apply(self, values: Values) -> Values:
        """The column as text, its ends coded; null stays null.

        Args:
            values: an Arrow array of numbers.

        Raises:
            ConfigError: another type.
        """
        _require_numbers(values, self.column)
        texts = spelled(values, self.column)
        for threshold, sign, reached in (
            (self.bottom, "<=", pc.less_equal),
            (self.top, ">=", pc.greater_equal),
        ):
            if threshold is not None:
                label = sign + spelled(pa.array([threshold]), self.column)[0].as_py()
                texts = pc.if_else(reached(values, threshold), label, texts)
        return texts


def find_ends(
    values: Values,
    column: str,
    k: int,
    subjects: npt.NDArray[np.int64] | None = None,
    *,
    bottom: bool = True,
    top: bool = True,
) -> EndCoding:
    """The outermost thresholds that leave at least `k` subjects at each end.

    Where an end's outermost value is shared by `k` subjects, its threshold is that value: all that
    is coded is its label.

    Args:
        values: an Arrow array of numbers; nulls are at no end.
        column: its name.
        k: subjects at each end.
        subjects: a number for the subject of each row: shape (n,); None where each row is its own.
        bottom: whether to code the lower end.
        top: whether to code the upper end.

    Raises:
        ConfigError: not numbers, or a `k` below 1.
        Refused: fewer than `k` subjects have a value, or the two ends meet.
    """
    _require_numbers(values, column)
    if k < 1:
        raise ConfigError("k is below 1", hint="Say how many subjects stand at each end at least.")
    every = pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False)  # null is NaN
    known = np.isfinite(every)
    numbers = every[known]
    owners = np.arange(len(numbers)) if subjects is None else subjects[known]
    order = np.argsort(numbers, kind="stable")
    ranked, owners = numbers[order], owners[order]
    low = _reached(ranked, owners, k, column) if bottom else None
    high = _reached(ranked[::-1], owners[::-1], k, column) if top else None
    if low is not None and high is not None and low >= high:
        raise Refused(
            f"`{column}`: with {k} subjects at each end nothing is left between them",
            hint="Code one end alone, or ask for a smaller k.",
        )
    return EndCoding(column, low, high)


def _reached(
    ranked: npt.NDArray[np.float64], owners: npt.NDArray[np.int64], k: int, column: str
) -> float:
    """The first value, from an end, at which `k` subjects were met."""
    first = np.sort(np.unique(owners, return_index=True)[1])
    if len(first) < k:
        raise Refused(
            f"`{column}`: {len(first)} subjects have a value, and {k} are asked at each end",
            hint="Ask for a smaller k, or leave the column out.",
        )
    return float(ranked[first[k - 1]])


def _require_numbers(values: Values, column: str) -> None:
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise ConfigError(
            f"`{column}` is of type {kind}, and only numbers have ends",
            hint="Give text a hierarchy, and cast numbers that were read as text.",
        )
