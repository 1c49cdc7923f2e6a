"""What changed between two plans, in words."""

from __future__ import annotations

from typing import Any

from privet.pipeline.difference import compare


def plan(**columns: str) -> dict[str, Any]:
    return {
        "role": "analyst",
        "purpose": "research",
        "recipient": "local",
        "into": "releases",
        "sources": [{"data": "customers", "from": ["customers.csv"]}],
        "releases": [
            {
                "data": "customers",
                "format": "parquet",
                "guarantee": "pseudonymous",
                "where": None,
                "columns": [
                    {"column": name, "treatment": treatment} for name, treatment in columns.items()
                ],
            }
        ],
    }


def test_equal_plans_have_no_difference() -> None:
    assert compare(plan(email="token"), plan(email="token")) == ()


def test_added_removed_and_changed_columns_are_named() -> None:
    changes = compare(plan(email="token", city="keep"), plan(email="drop", age="band"))
    assert [str(change) for change in changes] == [
        "+ customers.age: band",
        "- customers.city: was keep",
        "~ customers.email: token -> drop",
    ]


def test_a_new_recipient_is_a_change() -> None:
    after = plan() | {"recipient": "unilab"}
    assert [str(change) for change in compare(plan(), after)] == ["~ recipient: local -> unilab"]
