from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from privet.model.contract import SubjectRef
from privet.model.errors import Location, Refused
from privet.model.paths import ColumnPath
from privet.model.policy import Guarantee, Purpose, Recipient, Treatment
from privet.model.release import Principal
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


def decided(rules, asked=None, of=None, **words):
    return decide(policy(*rules, **words), asked or request(), of or contract(), TODAY)


def treatments(decision):
    return {str(column.path): str(column.treatment) for column in decision.columns}


def refusal(rules, asked=None, of=None, **words):
    with pytest.raises(Refused) as caught:
        decided(rules, asked, of, **words)
    assert caught.value.hint
    return caught.value.message


class TestTreatments:
    def test_the_closest_category_decides_and_none_is_kept(self):
        decision = decided([allow()])
        assert treatments(decision) == {
            "id": "drop",
            "email": "token",
            "city": "drop",
            "plan": "keep",
        }
        assert [str(c.path) for c in decision.columns] == ["id", "email", "city", "plan"]

    def test_a_columns_own_name_wins_over_its_category(self):
        rule = allow({"user": KEEP, "customers.email": DROP, "customers.id": TOKEN})
        assert treatments(decided([rule]))["email"] == "drop"

    def test_a_column_about_nobody_is_treated_when_named(self):
        rule = allow({"user": DROP, "customers.plan": DROP})
        assert treatments(decided([rule]))["plan"] == "drop"

    def test_a_category_key_is_not_read_as_a_prefix_of_another(self):
        of = contract({"a": "user.contact.email", "b": "user.content"})
        message = refusal([allow({"user.cont": DROP})], of=of)
        assert "customers.a" in message
        assert "customers.b" in message

    def test_nested_columns_are_named_by_their_path(self):
        of = contract({"messages[].body": "user.content", '"odd.name".x': "user.name"})
        rule = allow({"customers.messages[].body": DROP, 'customers."odd.name".x': TOKEN})
        assert list(treatments(decided([rule], of=of)).values()) == ["drop", "token"]

    def test_two_rules_add_up(self):
        one = allow({"customers.id": TOKEN, "customers.city": KEEP})
        two = allow({"customers.email": DROP, "customers.city": KEEP}, name="rules[1]")
        decision = decided([one, two])
        assert treatments(decision)["city"] == "keep"
        assert decision.rule == "rules[0], rules[1]"

    def test_a_column_that_no_rule_covers_is_refused_with_the_line(self):
        message = refusal([allow({"user.contact.email": TOKEN, "customers.id": DROP})])
        assert "`customers.city: drop`" in message
        assert "rules[0]" in message

    def test_a_tie_names_both_rules(self):
        one, two = allow({"user": DROP}), allow({"user": TOKEN}, name="second")
        message = refusal([one, two])
        assert "rules[0] says `drop`" in message
        assert "second says `token`" in message

    def test_a_closer_key_ends_a_tie(self):
        one, two = allow({"user": DROP}), allow({"user": TOKEN}, name="rules[1]")
        names = {f"customers.{name}": DROP for name in ("id", "email", "city")}
        assert set(treatments(decided([one, two, allow(names, name="rules[2]")])).values()) == {
            "drop",
            "keep",
        }


class TestCategories:
    def test_a_column_without_one_is_refused_with_the_line(self):
        message = refusal([allow()], of=contract({"x": None}))
        assert "customers.x` has no category" in message
        assert "customProperties: [{property: category, value:" in message

    def test_even_if_a_rule_drops_it(self):
        rule = allow({"customers.x": DROP})
        assert "no category" in refusal([rule], of=contract({"x": None}))

    def test_an_unknown_one_is_refused_with_the_nearest(self):
        message = refusal([allow()], of=contract({"x": "user.contact.emial"}))
        assert "value: user.contact.email}" in message

    def test_the_place_is_named(self):
        placed = replace(column("x", None), where=Location("contracts/customers.yaml", 12))
        of = replace(contract(), columns=(placed,))
        assert "contracts/customers.yaml:12: column" in refusal([allow()], of=of)


class TestGuarantees:
    @pytest.mark.parametrize(
        "treatment", [KEEP, Treatment("band", (("width", 5),)), Treatment("shift"), Treatment("?")]
    )
    def test_pseudonymous_leaves_no_direct_identifier_readable(self, treatment):
        message = refusal([allow({"user": DROP, "customers.email": treatment})])
        assert "customers.email" in message
        assert "readable" in message

    @pytest.mark.parametrize("name", ["drop", "redact", "token", "mask"])
    def test_pseudonymous_takes_what_hides(self, name):
        decided([allow({"user": DROP, "customers.email": Treatment(name)})])

    def test_clear_takes_anything(self):
        decision = decided([allow({"user": KEEP}, guarantee=CLEAR)])
        assert treatments(decision)["email"] == "keep"

    @pytest.mark.parametrize(
        "guarantee",
        [None, Guarantee("aggregate", (("m", "5"),)), Guarantee("clear", (("k", "5"),))],
    )
    def test_what_is_not_enforced_is_refused(self, guarantee):
        refusal([allow(guarantee=guarantee)])

    def test_two_guarantees_or_two_filters_are_a_tie(self):
        assert "promise" in refusal([allow(), allow(name="rules[1]", guarantee=CLEAR)])
        assert "filter rows" in refusal([allow(), allow(name="rules[1]", where="city = 'x'")])


class TestDomains:
    def test_a_subjects_key_and_a_category(self):
        decision = decided([allow({"user": TOKEN})])
        domains = {str(c.path): c.domain for c in decision.columns}
        assert domains["id"] == "customer/research/local"
        assert domains["email"] == "user.contact.email/research/local"
        assert domains["plan"] is None

    def test_a_foreign_key_shares_the_subjects_domain(self):
        of = contract(
            {"customer": "user.unique_id"},
            subjects=(SubjectRef("customer", ColumnPath.of("customer")),),
        )
        assert decided([allow({"user": TOKEN})], of=of).columns[0].domain == (
            "customer/research/local"
        )

    def test_two_recipients_have_two(self):
        rules = [allow({"user": TOKEN}, to="unilab")]
        decision = decided(rules, request(recipient="unilab"))
        assert decision.columns[0].domain == "customer/research/unilab"


class TestDenials:
    def test_a_denial_wins(self):
        message = refusal([allow(), deny(role="analyst")])
        assert "rules[9] denies it" in message

    def test_of_another_role_purpose_recipient_or_data_it_does_not(self):
        others = [
            deny(role="other"),
            deny(purpose="care"),
            deny(to="unilab"),
            deny(data="tickets"),
            deny(action="query"),
        ]
        assert decided([allow(), *others])

    def test_denied_columns_are_dropped(self):
        decision = decided([allow(), deny("user.contact", "customers.plan")])
        assert set(treatments(decision).values()) == {"drop"}
        assert decision.columns[1].rule == "rules[9]"

    def test_whatever_treatment_the_denial_gives(self):
        denial = deny(columns={"user.contact.email": KEEP})
        assert treatments(decided([allow(), denial]))["email"] == "drop"

    def test_a_denial_alone_grants_nothing(self):
        rule = allow({"customers.id": DROP, "customers.email": DROP})
        message = refusal([rule, deny("customers.city")])
        assert "a denial alone grants nothing" in message

    def test_a_misspelt_denial_refuses(self):
        assert "no such column" in refusal([allow(), deny("customers.emial")])
        assert "no such category" in refusal([allow(), deny("user.contact.emial")])
        assert decided([allow(), deny("tickets.body")])

    def test_a_denial_with_a_filter_denies_all(self):
        refusal([allow(), deny(where="city = 'x'")])

    def test_in_a_data_set_called_user_both_readings_are_denied_and_one_is_allowed(self):
        of = contract({"name": "user.unique_id", "nick": "user.name"}, name="user", subjects=())
        asked = request(data="user")
        both = {"user.unique_id": TOKEN, "user.nick": TOKEN}
        decision = decided([allow(both, data="user"), deny("user.name")], asked, of)
        assert set(treatments(decision).values()) == {"drop"}
        rule = allow({"user.name": TOKEN}, data="user")
        assert "user.nick" in refusal([rule], asked, of)


class TestStanding:
    def test_who(self):
        assert "not a member" in refusal([allow()], request(principal=Principal("os:eve")))
        assert "no role `boss`" in refusal([allow()], request(role="boss"))

    def test_for_what(self):
        assert "no purpose" in refusal([allow()], request(purpose="fun"))
        assert "does not work for" in refusal([allow(purpose="care")], request(purpose="care"))
        assert "not collected for" in refusal([allow()], of=contract(purposes=("care",)))
        assert decided([allow()], of=contract(purposes=("care", "research")))

    def test_to_whom(self):
        assert "no recipient" in refusal([allow(to="acme")], request(recipient="acme"))
        assert "no rule allows" in refusal([allow(to="unilab")])
        assert "no rule allows" in refusal([allow()], request(recipient="unilab"))
        decision = decided([allow(to="unilab")], request(recipient="unilab"))
        assert decision.recipient.contract == "dpa-17"
        assert decided([allow(to="local")]).recipient == Recipient("local")

    def test_where_the_data_may_lie(self):
        rules, asked, of = [allow(to="lab")], request(recipient="lab"), contract(residency=("EU",))
        for region in ("US", None):
            lab = {"lab": Recipient("lab", region=region)}
            assert "may lie only in `EU`" in refusal(rules, asked, of, recipients=lab)
        for lab in (Recipient("lab", "EU"), Recipient("lab", "US", "scc-3")):
            assert decided(rules, asked, of, recipients={"lab": lab})
        assert decided([allow()], of=of)

    def test_what(self):
        assert "not enforced" in refusal([allow(action="train")], request(action="train"))
        with pytest.raises(ValueError, match="tickets"):
            decide(policy(allow()), request(data="tickets"), contract(), TODAY)

    def test_until(self):
        assert decided([allow(until=TODAY)]).until == TODAY
        late = TODAY + timedelta(days=9)
        both = decided([allow(until=late), allow(name="rules[1]", until=TODAY)])
        assert both.until == TODAY
        assert "ended on 2026-01-01" in refusal([allow(until=date(2026, 1, 1))])
        assert decided([allow(), deny(until=date(2026, 1, 1))])

    def test_nothing_allowed_without_rules(self):
        message = refusal([])
        assert "no rule allows it" in message
        assert "`- {allow: release, role: analyst, purpose: research, data: customers" in message

    def test_an_allow_rule_without_role_or_purpose_allows_nothing(self):
        refusal([allow(role=None)])
        refusal([allow(purpose=None)])

    def test_every_reason_at_once(self):
        message = refusal(
            [allow({"user.unique_id": KEEP})],
            request(principal=Principal("os:eve")),
            contract({"id": "user.unique_id", "a": None, "b": "user.name"}),
            basis={},
        )
        assert "4 reasons" in message
        assert [line[:4] for line in message.splitlines()[1:]] == [f"  {n}." for n in range(1, 5)]


class TestLegalBasis:
    HEALTH = contract({"id": "user.unique_id", "dna": "user.health_and_medical.genetic"})

    def test_default_and_closest(self):
        of = contract({"a": "user.contact.email", "b": "user.name"})
        basis = {"default": "consent", "user.contact": "contract"}
        decision = decided([allow({"user": TOKEN})], of=of, basis=basis)
        assert decision.basis == {"user.contact.email": "contract", "user.name": "consent"}

    def test_none_is_refused(self):
        message = refusal([allow({"user": TOKEN})], basis={})
        assert "no legal basis for `user.contact.email`" in message

    def test_what_is_dropped_needs_none(self):
        assert decided([allow({"user": DROP})], basis={}).basis == {}

    @pytest.mark.parametrize("basis", [{"default": "consent"}, {"user": "consent"}])
    def test_special_data_needs_its_own(self, basis):
        message = refusal([allow({"user": TOKEN})], of=self.HEALTH, basis=basis)
        assert "Art. 9" in message
        assert "user.health_and_medical.genetic: explicit_consent" in message

    def test_or_that_of_a_category_above(self):
        basis = {"default": "consent", "user.health_and_medical": "explicit_consent"}
        decision = decided([allow({"user": TOKEN})], of=self.HEALTH, basis=basis)
        assert decision.basis["user.health_and_medical.genetic"] == "explicit_consent"

    def test_criminal_history_is_article_10(self):
        of = contract({"id": "user.criminal_history"})
        assert "Art. 10" in refusal([allow({"user": TOKEN})], of=of)

    def test_a_denied_column_has_none(self):
        decision = decided([allow({"user": TOKEN}), deny("user.contact.email")])
        assert "user.contact.email" not in decision.basis


def test_the_decision_says_where_it_comes_from():
    decision = decided([allow(where="city = 'x'")])
    assert decision.where == "city = 'x'"
    assert decision.policy_digest == "d" * 64
    assert decision.guarantee.name == "pseudonymous"
    assert decision.request == request()
    assert {c.rule for c in decision.columns} == {"rules[0]"}


def test_purposes_may_lack_a_default():
    purposes = {"research": Purpose("research", {"user.contact": "contract"})}
    of = contract({"email": "user.contact.email"})
    assert decided([allow({"user": TOKEN})], of=of, purposes=purposes).basis
