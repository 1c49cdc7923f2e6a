from __future__ import annotations

import pytest

from privet.model.contract import Column, Contract
from privet.model.errors import Location
from privet.model.paths import ColumnPath
from privet.model.quality import NotNull, QualityRule, Refers
from privet.quality.references import check_rules

ID, CUSTOMER = ColumnPath.of("id"), ColumnPath.of("customer_id")
WHERE = Location("contracts/orders.yaml", 12, "schema[0]")


def contract(name: str, *rules: QualityRule, kind: str = "int64") -> Contract:
    columns = (
        Column(ID, kind),
        Column(CUSTOMER, "int64"),
        Column(ColumnPath.parse("tags[]"), "string"),
        Column(ColumnPath.of("address", "city"), "string"),
    )
    return Contract(name, "1", columns, rules=rules)


def refers(data: str, *to: str, columns: tuple[ColumnPath, ...] = (CUSTOMER,)) -> QualityRule:
    paths = tuple(ColumnPath.parse(text) for text in to)
    return QualityRule("known", Refers(data, paths), columns, where=WHERE)


def problems(*contracts: Contract):
    return check_rules({each.name: each for each in contracts})


def test_references_that_can_be_followed():
    orders = contract("orders", refers("customers", "id"), QualityRule("a", NotNull(), (ID,)))
    lines = contract("lines", refers("orders", "id"), refers("customers", "id"))
    assert problems(contract("customers"), orders, lines) == ()


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        (refers("custmers", "id"), "`custmers`, which has no contract", "`customers`"),
        (refers("customers", "idd"), "`customers.idd`, which is no column", "`id`"),
        (refers("customers", "tags[]"), "no column with one value per row", "Known: "),
        (refers("customers", "adress.city"), "`customers.adress.city`", "`address.city`"),
        (refers("customers", "id", "id"), "2 columns with 1", "as many"),
        (refers("orders", "id"), "to itself: orders > orders", "sql"),
    ],
)
def test_a_reference_that_leads_nowhere(rule, message, hint):
    (problem,) = problems(contract("customers"), contract("orders", rule))
    assert (problem.where, problem.severity) == (WHERE, "error")
    assert message in problem.message
    assert "`known` of `orders`" in problem.message
    assert hint in problem.hint


def test_a_circle_is_told_at_each_of_its_rules():
    found = problems(
        contract("a", refers("b", "id")),
        contract("b", refers("c", "id")),
        contract("c", refers("a", "id")),
        contract("d", refers("a", "id")),
    )
    assert [problem.message.rpartition(": ")[2] for problem in found] == [
        "a > b > c > a",
        "b > c > a > b",
        "c > a > b > c",
    ]


@pytest.mark.parametrize(
    ("kind", "warned"), [("int64", False), ("string", True), ("decimal128(9, 0)", True)]
)
def test_keys_of_unlike_types_are_a_warning(kind, warned):
    found = problems(contract("customers", kind=kind), contract("o", refers("customers", "id")))
    assert [problem.severity for problem in found] == ["warning"] * warned
