from __future__ import annotations

from privet.policy.decide import decide
from privet.policy.explain import explain
from tests.unit.policy.policies import TODAY, allow, contract, policy, request


def test_one_row_per_column_in_order():
    rows = explain(decide(policy(allow()), request(), contract(), TODAY))
    assert [(row.column, row.treatment, row.basis) for row in rows] == [
        ("id", "drop", None),
        ("email", "token", "consent"),
        ("city", "drop", None),
        ("plan", "keep", None),
    ]
    assert rows[1].label == "E-mail address"
    assert rows[3].label == "Not personal"
    assert {row.rule for row in rows} == {"rules[0]"}
