from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from privet.config.policy_file import read_policy
from privet.config.treatment import MAIN_PARAMETER
from privet.config.yaml_document import Document
from privet.model.errors import ConfigError, Location
from privet.model.policy import Guarantee, Treatment
from tests.unit.config.project_files import POLICY

DESIGN = """\
version: 1
purposes:
  research: {basis: {default: consent, user.health: explicit_consent}}
  care: {basis: {default: contract}}
roles: {analyst: {members: [ana@example.org], purposes: [research]}}
recipients:
  unilab:
    region: EU
    contract: dpa-17
    key: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
rules:
  - {allow: release, role: analyst, purpose: research, to: unilab, data: customers,
     as: pseudonymous, where: "country = principal.country", until: 2027-01-01,
     columns: {customers.email: token, user.payment: drop, user.date_of_birth: {band: 5y}}}
  - {allow: query, role: analyst, purpose: research, data: visits,
     as: {dp: {epsilon: 1, delta: 1e-6}}}
budgets: {customers: {unit: customer, epsilon: 4, delta: 1e-6, per: {recipient: 2}}}
tests:
  - {role: analyst, for: research, column: customers.email, expect: token}
"""


def read(text: str):
    return read_policy(Document.parse(text.encode(), "policy.yaml"))


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


def with_rule(text: str) -> str:
    return POLICY + f"  - {{{text}}}\n"


def with_treatment(text: str) -> str:
    return POLICY.replace("customers.email: token", f"customers.email: {text}")


def test_the_form_of_the_design():
    policy = read(DESIGN)
    release, query = policy.rules
    assert policy.purposes["research"].basis == {
        "default": "consent",
        "user.health": "explicit_consent",
    }
    assert policy.roles["analyst"].members == ("ana@example.org",)
    assert policy.recipients["unilab"].region == "EU"
    assert (release.id, release.effect, release.action) == ("rules[0]", "allow", "release")
    assert (release.to, release.until) == ("unilab", date(2027, 1, 1))
    assert release.where == "country = principal.country"
    assert release.columns["user.date_of_birth"] == Treatment("band", (("width", "5y"),))
    assert query.guarantee == Guarantee("dp", (("epsilon", "1"), ("delta", "0.000001")))
    assert policy.budgets["customers"].epsilon == Decimal(4)
    assert policy.budgets["customers"].per == {"recipient": Decimal(2)}
    assert policy.tests[0].expect == "token"
    assert query.line == Location("policy.yaml", 15, "rules[1]")


@pytest.mark.parametrize(
    ("text", "treatment"),
    [
        ("token", Treatment("token")),
        ("{token: }", Treatment("token")),
        ("{token: 192}", Treatment("token", (("bits", 192),))),
        ("{band: 5y}", Treatment("band", (("width", "5y"),))),
        ("{band: 0.50}", Treatment("band", (("width", "0.5"),))),
        ("{band: 5}", Treatment("band", (("width", 5),))),
        ("{mask: {show_last: 4}}", Treatment("mask", (("show_last", 4),))),
        (
            "{mask: {with: '*', show_first: 1}}",
            Treatment("mask", (("show_first", 1), ("with", "*"))),
        ),
        ("{truncate: 3}", Treatment("truncate", (("length", 3),))),
        ("{redact: gone}", Treatment("redact", (("text", "gone"),))),
        ("{shift: 30}", Treatment("shift", (("days", 30),))),
        ("{drop: {}}", Treatment("drop")),
    ],
)
def test_short_forms_of_treatments(text, treatment):
    assert read(with_treatment(text)).rules[0].columns["customers.email"] == treatment


def test_treatments_are_the_transforms_of_the_house():
    catalogue = pytest.importorskip("privet.transforms.catalogue").TRANSFORMS
    assert set(MAIN_PARAMETER) == set(catalogue)
    for name, main in MAIN_PARAMETER.items():
        assert main is None or main in {param.name for param in catalogue[name].params}


@pytest.mark.parametrize(
    ("text", "guarantee"),
    [
        ("clear", Guarantee("clear")),
        ("{aggregate: 10}", Guarantee("aggregate", (("m", "10"),))),
        ("{k-anonymous: 5}", Guarantee("k-anonymous", (("k", "5"),))),
        ("{k-anonymous: {t: 0.20, k: 5}}", Guarantee("k-anonymous", (("k", "5"), ("t", "0.2")))),
        ("{dp: {epsilon: 0.5}}", Guarantee("dp", (("epsilon", "0.5"),))),
        ("{dp: 1.0}", Guarantee("dp", (("epsilon", "1"),))),
        (
            "{dp: {epsilon: 1, delta: 1e-9, unit: customer}}",
            Guarantee("dp", (("epsilon", "1"), ("delta", "1e-9"), ("unit", "customer"))),
        ),
    ],
)
def test_short_forms_of_guarantees(text, guarantee):
    assert read(POLICY.replace("as: pseudonymous", f"as: {text}")).rules[0].guarantee == guarantee


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("tokn", "did you mean `token`?"),
        ("[token]", "expected a transform"),
        ("{token: 1, drop: 2}", "expected a transform"),
        ("{keep: 3}", "expected `keep` alone"),
        ("{mask: {SHOW: 4}}", "a parameter's name"),
        ("{mask: [4]}", "parameter of `mask`"),
        ("7", "expected a transform"),
        ("", "expected a transform"),
    ],
)
def test_a_wrong_treatment(text, part):
    said = refused(with_treatment(text))
    assert said.startswith('policy.yaml:10: rules[0].columns."customers.email": ')
    assert part in said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("pseudonymos", "did you mean `pseudonymous`?"),
        ("dp", "`dp` with its `epsilon`"),
        ("{dp: {epsilon: 0}}", "`epsilon` above 0"),
        ("{dp: {epsilon: 1, delta: 1}}", "`delta` from 0 to 0.1"),
        ("{dp: {epsilon: 1, dleta: 0}}", "did you mean `delta`?"),
        ("{dp: {epsilon: '1'}}", "`epsilon` above 0"),
        ("{k-anonymous: 1}", "`k`, a whole number"),
        ("{aggregate: 2.5}", "`m`, a whole number"),
        ("{clear: 1}", "`clear` alone"),
        ("[clear]", "expected a guarantee"),
    ],
)
def test_a_wrong_guarantee(text, part):
    said = refused(POLICY.replace("as: pseudonymous", f"as: {text}"))
    assert said.startswith("policy.yaml:9: rules[0].as: ")
    assert part in said


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("allow: release, deny: query", "either `allow:` or `deny:`"),
        ("role: analyst", "either `allow:` or `deny:`"),
        ("allow: release, purpose: research, as: clear", "needs `role:`"),
        ("allow: release, role: analyst, as: clear", "needs `purpose:`"),
        ("allow: release, role: analyst, purpose: research", "needs `as:`"),
        ("deny: query, as: clear", "has no `as:`"),
        ("deny: qery", "did you mean `query`?"),
        ("deny: query, until: 2027-02-30", "no such day"),
        ("deny: query, until: soon", "a date such as"),
        ("deny: query, columns: {a..b: drop}", "the key should be a column"),
        ("deny: query, colums: {}", "did you mean `columns`?"),
        ("deny: query, data: not a name", "a data set's name"),
    ],
)
def test_a_wrong_rule(rule, part):
    said = refused(with_rule(rule))
    assert said.startswith("policy.yaml:11: rules[1]")
    assert part in said


def test_a_deny_rule_may_be_about_all():
    rule = read(with_rule("deny: query, name: no_queries")).rules[1]
    assert (rule.id, rule.effect, rule.role, rule.purpose) == ("no_queries", "deny", None, None)


def test_two_rules_of_one_name():
    text = with_rule("deny: query, name: a") + "  - {deny: train, name: a}\n"
    assert "the first is rules[1]" in refused(text)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("{default: consent}", "{default: consnt}", "did you mean `consent`?"),
        ("{default: consent}", "{User Health: consent}", "the key should be a category"),
        ("members: [ana@example.org]", "members: []", "expected at least one entry"),
        ("members: [ana@example.org]", "members: ana@example.org", "expected a list, found text"),
        ("analyst: {members", "an alyst: {members", "the key should be a name"),
        ("version: 1\n", "", "`version` is missing"),
    ],
)
def test_a_wrong_name(old, new, part):
    assert part in refused(POLICY.replace(old, new))


@pytest.mark.parametrize(
    ("budget", "part"),
    [
        ("unit: customer, epsilon: 0", "`epsilon` is a number above 0"),
        ("unit: customer, epsilon: 1, delta: 1", "`delta` is a number"),
        ("unit: customer, epsilon: 1, per: {recipent: 1}", "did you mean `recipient`?"),
        ("unit: customer, epsilon: 1, per: {role: 0}", "`epsilon` is a number above 0"),
        ("unit: customer, epsilon: much", "expected a number, found text"),
    ],
)
def test_a_wrong_budget(budget, part):
    assert part in refused(POLICY + f"budgets: {{customers: {{{budget}}}}}\n")


@pytest.mark.parametrize(
    ("expect", "told"),
    [("refused", "refused"), ("drop", "drop"), ("{band: 5y}", "band(width=5y)")],
)
def test_what_a_test_expects(expect, told):
    line = f"tests: [{{role: analyst, for: research, column: customers.email, expect: {expect}}}]\n"
    assert read(POLICY + line).tests[0].expect == told


def test_a_secret_key_of_a_recipient_is_refused():
    said = refused(POLICY + "recipients: {lab: {key: AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQ}}\n")
    assert "expected an age public key" in said
    assert "QQQ" not in said


def test_the_digest_holds_what_is_said_and_nothing_else():
    policy = read(DESIGN)
    assert len(policy.digest) == 64
    assert (
        read("# a comment\n" + DESIGN.replace("epsilon: 4", "epsilon: 4.0")).digest == policy.digest
    )
    assert read(DESIGN.replace("band: 5y", "band: 6y")).digest != policy.digest
    assert read(DESIGN.replace("per: {recipient: 2}", "per: {role: 2}")).digest != policy.digest


def test_the_digest_is_stable():
    digest = "21d37a44533dc75009edd745e9cfe63a9f331b61f7042b56bb56063cc27ec51d"
    assert read(POLICY).digest == digest
