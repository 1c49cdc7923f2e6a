from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from privet.model.contract import SubjectRef
from privet.model.errors import Location
from privet.model.paths import ColumnPath
from privet.model.policy import (
    Guarantee,
    PolicyTest,
    Purpose,
    Recipient,
    Role,
    Treatment,
)
from privet.policy.check import check_policy
from privet.transforms.catalogue import check as check_treatment
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
)


def found(*rules, of=None, **words):
    contracts = {one.name: one for one in (of or [contract()])}
    return check_policy(policy(*rules, **words), contracts, check_treatment, TODAY)


def texts(problems):
    return [f"{problem.message} {problem.hint}" for problem in problems]


def only(*rules, **words):
    """The text of the one problem there is."""
    problems = found(*rules, **words)
    assert len(problems) == 1, texts(problems)
    assert problems[0].hint
    return texts(problems)[0]


def test_a_good_policy_has_no_problems():
    assert found(allow(), deny("user.government_id")) == ()


class TestNames:
    def test_of_roles_purposes_recipients_and_data_sets(self):
        assert "unknown role `analist` Did you mean `analyst`?" in only(allow(role="analist"))
        assert "unknown purpose `reserch` Did you" in only(allow(purpose="reserch"))
        assert "unknown recipient `unlab` Did you" in only(allow(to="unlab"))
        assert "unknown data set `customer` Did you" in only(allow({}, data="customer"))
        assert only(deny(role="x"), allow()).startswith("rules[9]: unknown role `x`")

    def test_of_columns_and_categories(self):
        assert "no column `emial` Did you mean `email`?" in only(
            allow({"user": DROP, "customers.emial": DROP})
        )
        assert "Did you mean `user.contact.email`?" in only(
            allow({"user": DROP, "user.contact.emial": DROP})
        )
        assert "neither" in only(allow({"user": DROP, "tickets.body": DROP}))

    def test_of_a_column_of_another_data_set(self):
        tickets = contract({"id": "user.unique_id"}, name="tickets")
        rule = allow({"user": DROP, "tickets.id": DROP})
        assert "is about `customers`" in only(rule, of=[contract(), tickets])
        assert found(replace(rule, data=None), of=[contract(), tickets]) == ()

    def test_in_roles_purposes_and_contracts(self):
        roles = {"analyst": Role("analyst", ("os:ana",), ("research", "cares"))}
        assert "`cares`, which is not declared Did you mean `care`?" in only(allow(), roles=roles)
        basis = {"default": "consent", "user.health": "x"}
        assert "Did you mean `user.health_and_medical`?" in only(allow(), basis=basis)
        of = [contract(purposes=("research", "reserch"))]
        assert "`reserch`, which is not declared" in only(allow(), of=of)
        of = [contract({"id": "user.unique_id", "x": "user.nam"})]
        assert "value: user.name}" in only(allow(), of=of)

    def test_two_rules_of_one_name(self):
        assert len(found(allow(), allow())) == 2


class TestTreatments:
    def test_that_do_not_fit_name_the_column(self):
        rule = allow({"user": DROP, "customers.city": Treatment("band", (("width", 5),))})
        assert "customers.city" in only(rule)
        assert "`drop`" in only(allow({"user": DROP, "customers.city": Treatment("dorp")}))

    def test_reached_through_a_category(self):
        rule = allow({"user": Treatment("tokn")})
        assert len(found(rule)) == 3

    def test_only_the_closest_key_counts(self):
        of = [replace(contract(), columns=(column("born", "user.demographic", "date32"),))]
        rule = allow({"user": Treatment("mask"), "customers.born": DROP})
        assert found(rule, of=of) == ()


class TestTies:
    def test_of_one_key(self):
        one, two = allow(), allow({"user": TOKEN}, name="rules[1]")
        assert "a tie: rules[0] and rules[1] give `user` `drop` and `token`" in only(one, two)

    def test_of_guarantees_and_filters(self):
        assert "promise" in only(allow(), allow(name="b", guarantee=CLEAR))
        assert "filter" in only(allow(), allow(name="b", where="city = 'x'"))

    def test_none_between_rules_that_never_meet(self):
        other = allow({"user": TOKEN}, name="b", to="unilab")
        assert found(allow(), other) == ()
        assert "tie" in only(allow(), allow({"user": TOKEN}, name="b", data=None))


class TestReveal:
    """Its rules are about data sets, and about maps, which nobody declares before they are made."""

    def reveal(self, columns=None, **words):
        return allow(columns or {"user": KEEP}, action="reveal", **{"data": "letters", **words})

    def test_a_map_and_its_kinds_need_no_contract(self):
        assert found(self.reveal()) == ()
        assert found(self.reveal({"letters.email": KEEP})) == ()

    def test_a_data_set_has_columns_of_its_own(self):
        assert found(self.reveal({"customers.email": KEEP}, data="customers")) == ()
        assert "has no column" in only(self.reveal({"customers.emial": KEEP}, data="customers"))

    def test_a_key_of_something_else_is_told(self):
        assert "nor a kind of its map" in only(self.reveal({"customers.email": KEEP}))

    def test_unknown_roles_are_told_as_ever(self):
        assert "unknown role" in only(self.reveal(role="nobody"))


class TestWhatIsNotEnforced:
    @pytest.mark.parametrize("action", ["train", "synthesize", "relase"])
    def test_actions(self, action):
        assert f"`{action}` is not enforced by this version" in only(allow(action=action))

    @pytest.mark.parametrize("name", ["aggregate", "none"])
    def test_guarantees(self, name):
        message = only(allow(guarantee=Guarantee(name)))
        assert "not enforced" in message
        assert "as: pseudonymous" in message

    def test_no_guarantee_and_parameters(self):
        assert "does not say" in only(allow(guarantee=None))
        assert "no parameters" in only(allow(guarantee=Guarantee("clear", (("k", "5"),))))

    def test_words_that_mean_nothing_in_a_denial(self):
        assert "mean nothing" in only(allow(), deny(where="city = 'x'"))
        assert "what is denied is dropped" in only(
            allow(), deny(columns={"user.contact.email": KEEP})
        )


class TestRulesThatNeverAllow:
    def test_without_role_or_purpose(self):
        assert "without naming a role" in only(allow(role=None))
        assert "without naming a purpose" in only(allow(purpose=None))

    def test_a_purpose_that_role_or_data_do_not_have(self):
        assert "does not work for purpose `care`" in only(allow(purpose="care"))
        assert "not collected for" in only(allow(), of=[contract(purposes=("care",))])

    def test_outside_the_residency(self):
        rule, of = allow(to="lab"), [contract(residency=("EU",))]
        for region in ("US", None):
            lab = {"lab": Recipient("lab", region)}
            assert "may lie only in `EU`" in only(rule, of=of, recipients=lab)
        assert found(rule, of=of, recipients={"lab": Recipient("lab", "US", "scc")}) == ()

    def test_expired(self):
        problem = found(allow(until=date(2026, 1, 1)))[0]
        assert problem.severity == "warning"
        assert found(allow(until=TODAY)) == ()

    def test_a_filter_that_cannot_be_read(self):
        assert "no column `cty`" in only(allow(where="cty = 'x'"))
        assert found(allow(where="city = principal.city")) == ()
        types = replace(contract(), columns=(column("city", "user.name", "int64"),))
        assert "`customers`" in only(allow(where="city = 'x'"), of=[types])


class TestContracts:
    def test_an_open_question_is_a_warning(self):
        problem = found(allow(), of=[contract({"id": "user.unique_id", "x": None})])[0]
        assert (problem.severity, "no category" in problem.message) == ("warning", True)

    def test_a_subjects_key_about_nobody(self):
        assert "key of subject `customer`" in only(allow(), of=[contract({"id": "none"})])

    def test_a_data_set_called_like_a_category(self):
        of = [contract({"id": "user.unique_id"}, name="user")]
        assert "called like a category" in only(allow(data="user"), of=of)

    def test_a_role_without_members(self):
        roles = {"analyst": Role("analyst", (), ("research",))}
        assert "no members" in only(allow(), roles=roles)


class TestOwnTests:
    @staticmethod
    def of(expect, name="customers.email", **words):
        return (PolicyTest("analyst", "research", name, expect, **words),)

    @pytest.mark.parametrize("expect", ["token"])
    def test_one_that_holds(self, expect):
        assert found(allow(), tests=self.of(expect)) == ()

    def test_one_that_fails_shows_both(self):
        place = Location("policy.yaml", 30)
        problems = found(allow(), tests=self.of("drop", where=place))
        assert "expected `drop`, got `token`" in problems[0].message
        assert "rules[0]" in problems[0].hint
        assert problems[0].where == place

    def test_parameters_may_be_left_out_but_not_differ(self):
        mask = Treatment("mask", (("show_last", 4),))
        rule = allow({"user": DROP, "customers.email": mask})
        assert found(rule, tests=self.of("mask")) == ()
        assert found(rule, tests=self.of("mask(show_last=4)")) == ()
        assert "got `mask(show_last=4)`" in only(rule, tests=self.of("mask(show_last=9)"))

    def test_a_refusal_can_be_expected(self):
        assert found(tests=self.of("refused")) == ()
        assert "expected `token`, got `refused`" in only(tests=self.of("token"))

    def test_every_recipient_that_a_rule_serves_is_tried(self):
        far = allow({"user": DROP}, name="b", to="unilab")
        assert found(far, tests=self.of("drop")) == ()
        assert "to `unilab`" in only(allow(), far, tests=self.of("token"))

    def test_unknown_names(self):
        tests = (
            PolicyTest("boss", "research", "customers.email", "drop"),
            PolicyTest("analyst", "fun", "customers.email", "drop"),
            PolicyTest("analyst", "research", "tickets.email", "drop"),
            PolicyTest("analyst", "research", "customers.emial", "drop"),
        )
        problems = found(allow(), tests=tests)
        assert len(problems) == 4
        assert "Did you mean `customers.email`?" in problems[3].hint


def test_every_problem_at_once():
    roles = {"analyst": Role("analyst", ("os:ana",), ("research", "fun"))}
    problems = found(
        allow({"user": DROP, "user.nam": DROP}, where="cty = 1", to="nobody"),
        deny("customers.emial"),
        roles=roles,
    )
    assert len(problems) == 5


def test_a_purpose_is_checked_by_the_key_it_has():
    purposes = {"research": Purpose("research", {"default": "consent"})}
    assert found(allow(), purposes=purposes) == ()
    of = [contract({"id": "user.unique_id"}, subjects=(SubjectRef("c", ColumnPath.of("id")),))]
    assert found(allow(), of=of) == ()
