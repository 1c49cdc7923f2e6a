"""Use: figures worked out by hand, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from privet.model.anonymity import KAnonymity
from privet.model.errors import ConfigError
from privet.protect.criteria import pack
from privet.protect.encoding import encode
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.mondrian.solving import solve
from privet.protect.utility.measuring import utility

AGES = Hierarchy(
    leaves=("20", "25", "30", "35", "40"),
    nodes=np.array([[0, 1, 2, 3, 4], [0, 0, 1, 1, 1], [0, 0, 0, 0, 0]], np.int32),
    labels=(("20", "25", "30", "35", "40"), ("20s", "30+"), ("*",)),
    ordered=True,
)
ORIGINAL = pa.table({"age": [20, 25, 30, 30, 35, 40], "sex": ["f", "f", "f", "m", "m", "m"]})


def test_figures_by_hand() -> None:
    published = pa.table({"age": ["20s", "20s", "30+", "30+"], "sex": ["f", "f", "*", "*"]})
    report = utility(published, ORIGINAL, ["age", "sex"], hierarchies={"age": AGES}, k=2)
    age, sex = report.columns
    # 20s covers 2 of 5 leaves, 30+ 3 of 5; two rows of six are gone and cost 1 each.
    assert age.loss == pytest.approx((2 * 1 / 4 + 2 * 2 / 4 + 2) / 6)
    assert sex.loss == pytest.approx((0 + 2 + 2) / 6)
    assert report.loss == pytest.approx((age.loss + sex.loss) / 2)
    assert age.levels == pytest.approx((0.0, 4 / 6, 0.0))
    assert sex.levels == pytest.approx((2 / 6, 2 / 6))
    # 20s holds 20 and 25 once each: 1 bit. 30+ holds 2, 1, 1: 1.5 bits.
    column = 4 / 6 * math.log2(6) + 2 / 6 * math.log2(3)
    assert age.entropy == pytest.approx((2 * 1 + 2 * 1.5 + 2 * column) / (6 * column))
    assert sex.entropy == pytest.approx(4 / 6)
    assert (report.classes, report.average_class, report.average_by_k) == (2, 2.0, 1.0)
    assert (report.suppressed, report.discernibility) == (2, 2 * 2 + 2 * 2 + 2 * 6)


def test_a_table_as_it_was_lost_nothing_and_stars_all() -> None:
    same = utility(ORIGINAL, ORIGINAL, ["age", "sex"], hierarchies={"age": AGES})
    assert (same.loss, same.entropy, same.average_by_k) == (0.0, 0.0, None)
    stars = pa.table({"age": ["*"] * 6, "sex": ["*"] * 6})
    lost = utility(stars, ORIGINAL, ["age", "sex"], hierarchies={"age": AGES})
    assert (lost.loss, lost.entropy, lost.discernibility) == (1.0, pytest.approx(1.0), 36)


def test_nothing_nulls_one_value() -> None:
    none = utility(ORIGINAL.slice(0, 0), ORIGINAL, ["age", "sex"], hierarchies={"age": AGES})
    assert (none.loss, none.entropy, none.average_class) == (1.0, pytest.approx(1.0), 0.0)
    assert utility(ORIGINAL.slice(0, 0), ORIGINAL.slice(0, 0), ["sex"]).loss == 0.0
    nulls = pa.table({"sex": pa.nulls(3)})
    report = utility(nulls, nulls, ["sex"])
    assert (report.loss, report.entropy, report.classes) == (0.0, 0.0, 1)


def test_bad_input() -> None:
    for table, names, trees in (
        (ORIGINAL, [], {}),
        (ORIGINAL, ["nowhere"], {}),
        (pa.table({"age": ["20s"]}), ["age"], {}),
        (pa.concat_tables([ORIGINAL, ORIGINAL]), ["age"], {"age": AGES}),
    ):
        with pytest.raises(ConfigError) as caught:
            utility(table, ORIGINAL, names, hierarchies=trees)
        assert caught.value.hint
        assert "20s" not in str(caught.value)


def test_the_loss_of_labels_is_the_loss_that_the_solver_states() -> None:
    random = np.random.default_rng(8)
    raw = pa.table(
        {
            "age": np.array([20, 25, 30, 35, 40])[random.integers(0, 5, 200)],
            "age2": np.array([20, 25, 30, 35, 40])[random.integers(0, 5, 200)],
        }
    )
    trees = {"age": AGES, "age2": AGES}
    combinations, rows = encode(raw, trees)
    solved = solve(combinations, list(trees.values()), pack([KAnonymity(5)], combinations), 0.1)
    of = solved.classes[rows]
    made = pa.table(
        {
            name: [
                AGES.labels[solved.recoding.level[each, at]][solved.recoding.node[each, at]]
                for each in of[of >= 0]
            ]
            for at, name in enumerate(trees)
        }
    )
    report = utility(made, raw, list(trees), hierarchies=trees)
    assert report.loss == pytest.approx(solved.loss)
    assert 0 < report.loss < 1
