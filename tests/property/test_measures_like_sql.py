"""What is measured row by row is what the verifier finds by SQL: two ways that share no code."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.model.anonymity import (
    BetaLikeness,
    Closeness,
    Criterion,
    DeltaDisclosure,
    DeltaPresence,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    KMap,
    RecursiveDiversity,
)
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.verifying import Claim, verify
from tests.property.table_measures import Rows, measure

VALUES = ("a", "b", "null", "d'e", None)
LABELS = ("x", "null", None)
NODES = (tuple(range(5)), (0, 0, 1, 1, 2), (0, 0, 0, 1, 1), (0,) * 5)
TREE = Hierarchy(
    VALUES,
    np.array(NODES, np.int32),
    tuple(tuple(str(n) for n in range(max(level) + 1)) for level in NODES),
    ordered=True,
)
CRITERIA: tuple[Criterion, ...] = (
    KAnonymity(2),
    DistinctDiversity("s", 2),
    EntropyDiversity("s", 1.5),
    RecursiveDiversity("s", 1.5, 2),
    RecursiveDiversity("s", 2.5, 3),
    Closeness("s", 0.4),
    Closeness("s", 0.3, "ordered"),
    Closeness("s", 0.35, "hierarchical"),
    KMap(3),
    DeltaPresence(0.2, 0.7),
    DeltaDisclosure("s", 1.0),
    BetaLikeness("s", 1.0, enhanced=False),
    BetaLikeness("s", 1.5),
)

JUDGED = ("k", "l", "t", "k-map", "presence", "disclosure", "likeness")

row = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 4), st.integers(0, 9))
people = st.tuples(st.integers(0, 2), st.integers(0, 2))


@given(st.lists(row, min_size=1, max_size=30), st.lists(people, max_size=30), st.booleans())
@settings(max_examples=60)
def test_measures_are_those_of_sql(
    rows: list[tuple[int, int, int, int]], population: list[tuple[int, int]], several: bool
) -> None:
    labels = [(LABELS[a], LABELS[b]) for a, b, _, _ in rows]
    numbers = {label: n for n, label in enumerate(dict.fromkeys(labels))}
    counted = Counter((LABELS[a], LABELS[b]) for a, b in population)
    subjects = [each[3] if several else n for n, each in enumerate(rows)]
    measures = measure(
        Rows(
            np.array([numbers[label] for label in labels], np.int32),
            {"s": (5, np.array([each[2] for each in rows], np.int32))},
            np.array(subjects) if several else None,
            np.array([counted[label] for label in numbers]),
            absent=len(counted.keys() - numbers.keys()),
        ),
        CRITERIA,
        {"s": TREE},
    )
    pairs = {(who, each[2]) for who, each in zip(subjects, rows, strict=True)}
    claim = Claim(
        ("p", "q"),
        ("s",),
        CRITERIA,
        len(rows),
        orders={"s": VALUES},
        trees={"s": NODES[:-1]},
        totals={"s": Counter(VALUES[code] for _, code in pairs)},
        subjects=several,
    )
    found = verified(claim, labels, [VALUES[each[2]] for each in rows], subjects, population)
    (diversity,) = measures.sensitive
    assert found.k == measures.k
    assert math.isclose(found.l["distinct of s"], diversity.distinct)
    assert math.isclose(found.l["entropy of s"], diversity.entropy, rel_tol=1e-9)
    for length, ratio in diversity.recursive.items():
        assert math.isclose(found.l[f"recursive {length} of s"], ratio)
    for distance, figure in diversity.distances.items():
        assert math.isclose(found.t[f"{distance} of s"], figure, abs_tol=1e-12)
    judged = [each for each in found.checks if each.name in JUDGED]
    assert sum(not each.passed for each in judged) == len(measures.unmet)


def verified(
    claim: Claim,
    labels: list[tuple[str | None, str | None]],
    values: list[str | None],
    subjects: list[int],
    population: list[tuple[int, int]],
) -> Any:
    first, second = ([label[n] for label in labels] for n in range(2))
    text = pa.string()
    published = pa.table(
        {"p": pa.array(first, text), "q": pa.array(second, text), "s": pa.array(values, text)}
    )
    everybody = pa.table(
        {
            name: pa.array([LABELS[each[n]] for each in population], text)
            for n, name in enumerate(("p", "q"))
        }
    )
    with duckdb.connect() as connection:
        connection.register("published", published)
        connection.register("population", everybody)
        connection.register("companion", pa.table({"privet_subject": subjects}))
        return verify(claim, lambda sql: connection.execute(sql).fetchall())
