"""What a policy says of questions: budgets, and columns that may be used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from privet.model.contract import Contract, SubjectRef
from privet.model.errors import ConfigError, Refused
from privet.model.paths import ColumnPath
from privet.model.policy import Budget, Guarantee
from privet.policy.budgets import budgets_of
from privet.policy.check import check_policy
from privet.policy.decide import decide
from tests.unit.policy.policies import (
    CLEAR,
    DROP,
    KEEP,
    TODAY,
    TOKEN,
    allow,
    column,
    contract,
    deny,
    policy,
    request,
)

DP = Guarantee("dp", (("epsilon", "1"), ("delta", "0.000001")))
BUDGET = Budget(
    "visits",
    "customer",
    Decimal(4),
    Decimal("1e-6"),
    bounds={"amount": (Decimal(0), Decimal(100))},
    max_norm=Decimal(30),
    keys={"city": ("Ulm", "Bonn")},
    public=("cities",),
)
VISITS = Contract(
    "visits",
    "1",
    (
        column("customer_id", "user.unique_id"),
        column("amount", "user.financial", "double"),
        column("city", "user.contact.address.city"),
        column("email", "user.contact.email"),
        column("kind", "none"),
        column("notes[].text", "none"),
    ),
    subjects=(SubjectRef("customer", ColumnPath.of("customer_id")),),
)
CITIES = Contract("cities", "1", (column("city", "none"),))


def question(columns=None, **words):
    return allow(columns or {}, **{"action": "query", "data": "visits", "guarantee": DP, **words})


def asked(*rules, budget=BUDGET, **words):
    about = request(action="query", data="visits", kind="answer")
    made = policy(*rules, **{"budgets": {"visits": budget} if budget else {}, **words})
    return decide(made, about, VISITS, TODAY)


def refusal(*rules, **words):
    with pytest.raises(Refused) as caught:
        asked(*rules, **words)
    return caught.value.message


def usable(decision):
    return {str(c.path) for c in decision.columns if c.treatment.name == "keep"}


def problems(*rules, contracts=(VISITS, CITIES), **words):
    made = policy(*rules, **words)
    known = {contract.name: contract for contract in contracts}
    return [
        f"{problem.message} {problem.hint}"
        for problem in check_policy(made, known, lambda *_: None, TODAY)
        if problem.severity == "error"
    ]


class TestColumns:
    def test_what_the_budget_names_and_what_is_about_nobody_may_be_used(self):
        assert usable(asked(question())) == {"customer_id", "amount", "city", "kind"}

    def test_a_rule_says_more_or_less(self):
        more = asked(question({"visits.email": KEEP, "visits.city": DROP}))
        assert usable(more) == {"customer_id", "amount", "kind", "email"}

    def test_a_denial_takes_away(self):
        denied = deny("user.financial", action="query")
        assert usable(asked(question(), denied)) == {"customer_id", "city", "kind"}

    def test_a_transform_means_nothing(self):
        assert "does not go with `as: dp`" in refusal(question({"visits.email": TOKEN}))

    def test_what_is_inside_of_a_list_is_not_read(self):
        assert "inside of a list" in refusal(question({"visits.notes[].text": KEEP}))


class TestBudgets:
    def test_none(self):
        assert "no budget is declared for `visits`" in refusal(question(), budget=None)

    def test_a_rule_that_would_spend_it_all_and_more(self):
        small = replace(BUDGET, epsilon=Decimal("0.5"))
        assert "more than the whole budget" in refusal(question(), budget=small)

    def test_another_unit(self):
        other = Guarantee("dp", (("epsilon", "1"), ("unit", "household")))
        assert "another unit" in refusal(question(guarantee=other))

    def test_a_question_is_answered_under_dp_alone(self):
        assert "not `as: clear`" in refusal(question(guarantee=CLEAR))
        reveal = allow({}, action="reveal", guarantee=DP, data="visits", rows=5)
        assert any("is for answers" in text for text in problems(reveal))

    def test_a_derived_data_set_draws_on_its_roots(self):
        derived = replace(VISITS, name="monthly", derived_from=("visits",))
        known = {"visits": VISITS, "monthly": derived}
        own = replace(BUDGET, data="monthly")
        made = policy(budgets={"visits": BUDGET, "monthly": own})
        assert [b.data for b in budgets_of("monthly", made, known)] == ["monthly", "visits"]
        with pytest.raises(ConfigError, match="made from `visits`"):
            budgets_of("monthly", policy(budgets={"monthly": own}), known)
        two = policy(budgets={"visits": replace(BUDGET, unit="household"), "monthly": own})
        with pytest.raises(ConfigError, match="different units"):
            budgets_of("monthly", two, known)


class TestCheck:
    def test_a_good_one(self):
        assert problems(question(), budgets={"visits": BUDGET}) == []

    @pytest.mark.parametrize(
        ("changed", "part"),
        [
            ({"unit": "household"}, "not about any `household`"),
            ({"bounds": {"amuont": (Decimal(0), Decimal(1))}}, "Did you mean `amount`?"),
            ({"bounds": {"city": (Decimal(0), Decimal(1))}}, "no column of numbers"),
            ({"keys": {"town": ("Ulm",)}}, "no column `town`"),
            ({"public": ("towns",)}, "no data set `towns`"),
            ({"public": ("visits",)}, "not public"),
            ({"per": {"role": Decimal(9)}}, "more than all together"),
        ],
    )
    def test_a_bad_one(self, changed, part):
        found = problems(question(), budgets={"visits": replace(BUDGET, **changed)})
        assert len(found) == 1
        assert part in found[0]

    def test_of_a_data_set_that_is_not_there(self):
        found = problems(contracts=(contract(),), budgets={"visits": BUDGET})
        assert "no such data set" in found[0]

    def test_a_rule_without_a_budget(self):
        assert "no budget is declared" in problems(question())[0]

    def test_a_transform_in_a_rule(self):
        found = problems(question({"visits.email": TOKEN}), budgets={"visits": BUDGET})
        assert "does not go with `as: dp`" in found[0]
