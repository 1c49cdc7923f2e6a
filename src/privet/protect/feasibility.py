"""What is wrong where not even one class of all rows will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from privet.model.errors import Refused
from privet.protect.combinations import Combinations

if TYPE_CHECKING:
    from privet.kernels.anonymity.criteria import Rules

_WORDS: Final = (
    "k = {value:g} subjects",
    "l = {value:g} distinct values of {column}",
    "l = {value:.6g} by entropy of {column}",
    "k = {value:g} of the population",
    "a share of {value:.6g} of the population",
    "c above {value:.6g} of {column}",
    "t = {value:.6g} of {column}",
    "t = {value:.6g} of {column}",
    "t = {value:.6g} of {column}",
    "a share of {value:.6g} of the population",
    "delta above {value:.6g} of {column}",
    "beta = {value:.6g} of {column}",
    "beta = {value:.6g} of {column}",
)
"""By kind of rule."""


def require_feasible(combinations: Combinations, rules: Rules) -> None:
    """Insist that the whole table as one class meets the rules: a coarser one there is not.

    Raises:
        Refused: it does not; the message has what it does meet, which is the most there is.
    """
    from privet.kernels.anonymity.criteria import measured, meets  # noqa: PLC0415

    histogram = np.zeros(int(rules.starts[-1]), np.int64)
    for place, each in enumerate(combinations.sensitive):
        begin = int(rules.starts[place])
        counts = np.bincount(each.values, each.counts, each.size)
        histogram[begin : begin + each.size] = counts
    population = 0 if combinations.population is None else int(combinations.population.sum())
    values = np.zeros(len(rules.rules))
    measured(int(combinations.subjects.sum()), population, histogram, rules, values)
    told = []
    for number, value in enumerate(values):
        alone = rules._replace(rules=np.ascontiguousarray(rules.rules[number : number + 1]))
        if not meets(alone, values[number : number + 1]):
            kind, place = int(rules.rules[number, 0]), int(rules.rules[number, 1])
            column = repr(combinations.sensitive[place].column) if place >= 0 else ""
            told.append(_WORDS[kind].format(value=value, column=column))
    if told:
        raise Refused(
            "the criteria cannot be met: the largest feasible is " + ", ".join(told),
            hint="Ask for less: no class is coarser than the whole table, and that is what it has.",
        )
