"""What no policy can do, whatever its rules: random rules, random contracts, random requests."""

from __future__ import annotations

from datetime import date

from hypothesis import event, given, settings
from hypothesis import strategies as st

from privet.model.errors import Refused
from privet.model.policy import Guarantee, Role, Rule, Treatment
from privet.model.release import Decision
from privet.policy.categories import category, is_known
from privet.policy.decide import decide
from privet.policy.hiding import hides
from privet.policy.matching import in_force, speaks
from tests.unit.policy.policies import TODAY, contract, policy, request

NAMES = ["id", "email", "city", "health", "plan"]
CATEGORIES = [
    "user.unique_id",
    "user.contact.email",
    "user.contact.address.city",
    "user.health_and_medical",
    "none",
]
GOOD = dict(zip(NAMES, CATEGORIES, strict=True))

treatments = st.sampled_from(
    [Treatment(n) for n in ("drop", "token", "redact", "mask", "keep", "shift")]
)
keys = st.sampled_from(
    [f"customers.{name}" for name in NAMES] * 3
    + [*CATEGORIES[:4], "user", "user.contact"] * 3
    + ["customers.nothing", "user.nothing", "other.x"]
)
or_any = {
    "data": st.sampled_from([None, *["customers"] * 6, "tickets"]),
    "until": st.sampled_from([*[None] * 6, TODAY, date(2020, 1, 1)]),
    "to": st.sampled_from([*[None] * 6, "unilab", "local"]),
}
allows = st.builds(
    Rule,
    id=st.just(""),
    effect=st.just("allow"),
    action=st.just("release"),
    role=st.sampled_from(["analyst"] * 20 + [None, "boss"]),
    purpose=st.sampled_from(["research"] * 20 + [None, "care"]),
    guarantee=st.sampled_from(
        [Guarantee("pseudonymous")] * 12 + [Guarantee("clear"), Guarantee("dp"), None]
    ),
    where=st.sampled_from([None] * 12 + ["city = 'x'"]),
    columns=st.dictionaries(keys, treatments, max_size=4).map(
        lambda found: {"user": Treatment("drop"), **found}
    ),
    **or_any,
)
denies = st.builds(
    Rule,
    id=st.just(""),
    effect=st.just("deny"),
    action=st.sampled_from(["release", "release", "query"]),
    role=st.sampled_from([None, "analyst", "boss"]),
    purpose=st.sampled_from([None, "research", "care"]),
    columns=st.dictionaries(keys, treatments, max_size=3),
    **or_any,
)


def numbered(rules):
    return [
        Rule(**{name: getattr(rule, name) for name in Rule.__slots__} | {"id": f"rules[{i}]"})
        for i, rule in enumerate(rules)
    ]


rule_lists = st.tuples(st.lists(allows, min_size=1, max_size=3), st.lists(denies, max_size=2)).map(
    lambda lists: numbered([*lists[0], *lists[1]])
)
contracts = st.fixed_dictionaries(
    {name: st.sampled_from([GOOD[name]] * 60 + [None, "user.nothing", "none"]) for name in NAMES}
)
requests = st.builds(
    request,
    recipient=st.sampled_from([*["local"] * 8, "unilab", "acme"]),
    purpose=st.sampled_from([*["research"] * 10, "care"]),
)
full = {"default": "consent", "user.health_and_medical": "explicit_consent"}
bases = st.just(full) | st.dictionaries(
    st.sampled_from(["default", "user.contact", "user.health_and_medical", "user"]),
    st.just("consent"),
)
everything = settings(max_examples=400)


def outcome(rules, of, asked, basis):
    roles = {"analyst": Role("analyst", ("os:ana",), ("research",))}
    try:
        return decide(
            policy(*rules, basis=basis, roles=roles), asked, contract(of, subjects=()), TODAY
        )
    except Refused as refusal:
        return refusal.message


@everything
@given(rule_lists, contracts, requests, bases)
def test_what_leaves_has_a_category_a_basis_and_its_guarantee(rules, of, asked, basis):
    found = outcome(rules, of, asked, basis)
    event("granted" if isinstance(found, Decision) else "refused")
    if not isinstance(found, Decision):
        return
    assert [str(column.path) for column in found.columns] == list(of)
    for column in found.columns:
        assert column.category == of[str(column.path)]
        if column.category == "none":
            continue
        assert is_known(column.category)
        if column.treatment.name == "drop":
            continue
        known = category(column.category)
        assert found.basis[column.category]
        assert not known.special or "user.health_and_medical" in basis
        assert hides(column.treatment) or not (
            known.direct_identifier and found.guarantee.name == "pseudonymous"
        )


@everything
@given(rule_lists, contracts, requests, bases, st.randoms(use_true_random=False))
def test_the_order_of_rules_never_matters(rules, of, asked, basis, random):
    shuffled = random.sample(rules, len(rules))
    assert outcome(shuffled, of, asked, basis) == outcome(rules, of, asked, basis)


@everything
@given(rule_lists, contracts, requests, bases, denies)
def test_another_denial_never_gives_more(rules, of, asked, basis, denial):
    before = outcome(rules, of, asked, basis)
    after = outcome(numbered([*rules, denial]), of, asked, basis)
    if not isinstance(after, Decision):
        return
    assert isinstance(before, Decision)
    for less, more in zip(after.columns, before.columns, strict=True):
        assert less == more or less.treatment.name == "drop"
    assert set(after.basis.items()) <= set(before.basis.items())
    assert (after.where, after.guarantee, after.until, after.recipient) == (
        before.where,
        before.guarantee,
        before.until,
        before.recipient,
    )


@everything
@given(rule_lists, contracts, requests, bases)
def test_a_denial_wins_always(rules, of, asked, basis):
    found = outcome(rules, of, asked, basis)
    in_the_way = [
        rule
        for rule in rules
        if rule.effect == "deny" and in_force(rule, TODAY) and speaks(rule, asked)
    ]
    if not isinstance(found, Decision):
        return
    assert all(rule.columns for rule in in_the_way)
    for rule in in_the_way:
        for column in found.columns:
            line = column.category.split(".")
            above = {".".join(line[:n]) for n in range(1, len(line) + 1)}
            if {f"customers.{column.path}", *above} & rule.columns.keys():
                assert column.treatment == Treatment("drop")


@everything
@given(st.lists(denies, max_size=4), contracts, requests, bases)
def test_denials_alone_allow_nothing(rules, of, asked, basis):
    assert not isinstance(outcome(numbered(rules), of, asked, basis), Decision)


def test_the_strategies_reach_both_answers():
    answers = set()

    @settings(max_examples=200, database=None)
    @given(rule_lists, contracts, requests, bases)
    def look(rules, of, asked, basis):
        answers.add(isinstance(outcome(rules, of, asked, basis), Decision))

    look()
    assert answers == {True, False}
