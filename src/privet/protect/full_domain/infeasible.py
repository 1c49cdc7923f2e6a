"""What to say where no levels will do."""

from __future__ import annotations

import numpy as np

from privet.kernels.anonymity.criteria import Rules, holds, measured
from privet.model.errors import Refused
from privet.protect.combinations import Combinations

_WORDS = (
    "subjects",
    "distinct values of {column}",
    "an entropy l of {column}",
    "people of the population",
    "a share of the population",
    "a recursive c of {column}",
    "an equal distance of {column}",
    "an ordered distance of {column}",
    "a hierarchical distance of {column}",
    "a share of the population",
    "a disclosure of {column}",
    "a likeness of {column}",
    "an enhanced likeness of {column}",
)
"""What each kind of rule measures, in the order of their numbers."""


def no_levels(
    combinations: Combinations, rules: Rules, suppress: float, *, proven: bool
) -> Refused:
    """The error, with the figures of the whole table as one class: the best without suppression."""
    if not proven:
        return Refused(
            "no levels that meet the criteria were found in time",
            hint="Give the search more time, let it suppress more rows, or use Mondrian.",
        )
    histogram = np.zeros(int(rules.starts[-1]), np.int64)
    for place, each in enumerate(combinations.sensitive):
        begin = int(rules.starts[place])
        histogram[begin : begin + each.size] = np.bincount(each.values, each.counts, each.size)
    population = 0 if combinations.population is None else int(combinations.population.sum())
    subjects = int(combinations.subjects.sum())
    values = np.zeros(len(rules.rules))
    measured(subjects, population, histogram, rules, values)
    told = []
    for number, value in enumerate(values):
        alone = rules._replace(rules=np.ascontiguousarray(rules.rules[number : number + 1]), k=0)
        if not holds(subjects, population, histogram, alone):
            kind, place, bound = rules.rules[number, :3]
            column = combinations.sensitive[int(place)].column if combinations.sensitive else ""
            words = _WORDS[int(kind)].format(column=repr(column))
            told.append(f"the largest feasible is {value:.6g} {words}, asked was {bound:g}")
    return Refused(
        f"no levels meet the criteria with {suppress:.6g} of the rows suppressed: "
        + ("; ".join(told) or "some class breaks them on each"),
        hint="Ask for less, let more rows be suppressed, or leave out a criterion.",
    )
