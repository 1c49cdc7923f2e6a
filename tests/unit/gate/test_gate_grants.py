"""Grants: what they refuse, whoever calls them and in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from privet.gate.door import LIFETIME
from privet.model.errors import IntegrityError, PrivetError, Refused
from privet.model.policy import Guarantee
from tests.unit.gate.doors import CUSTOMERS, ORDERS, Door, door, part
from tests.unit.policy.policies import KEEP, allow, deny, policy, request


@pytest.fixture
def made(tmp_path: Path) -> Door:
    return door(tmp_path)


def test_a_release_shows_when_it_is_closed_and_not_before(made: Door) -> None:
    with made.gate.open(made.terms(CUSTOMERS, ORDERS), made.into) as grant:
        grant.draw(part(CUSTOMERS))
        grant.draw(part(ORDERS))
        assert not Path(grant.target.url).exists()
        release = grant.close({})
    names = {"customers.csv", "orders.csv", "receipt.json"}
    assert {path.name for path in Path(release.url).iterdir()} == names


@pytest.mark.parametrize("drawn", [(), (CUSTOMERS,), (ORDERS,)])
def test_a_release_without_all_of_its_data_sets_is_refused(
    made: Door, drawn: tuple[str, ...]
) -> None:
    with made.gate.open(made.terms(CUSTOMERS, ORDERS), made.into) as grant:
        for data in drawn:
            grant.draw(part(data))
        with pytest.raises(Refused, match="not drawn"):
            grant.close({})
    assert made.files() == []


def test_a_data_set_is_drawn_once(made: Door) -> None:
    with made.gate.open(made.terms(), made.into) as grant:
        grant.draw(part())
        with pytest.raises(Refused, match="already drawn"):
            grant.draw(part())


def test_a_draw_that_failed_is_not_tried_again_and_never_closes(made: Door) -> None:
    with made.gate.open(made.terms(), made.into) as grant:
        with pytest.raises(IntegrityError, match="rows read"):
            grant.draw(replace(part(), tally=lambda: replace(part().tally(), read=3)))
        with pytest.raises(Refused, match="already drawn"):
            grant.draw(part())
        with pytest.raises(Refused, match="not drawn"):
            grant.close({})
    assert made.files() == []


def test_a_data_set_that_is_not_in_the_terms_is_refused(made: Door) -> None:
    with (
        made.gate.open(made.terms(CUSTOMERS), made.into) as grant,
        pytest.raises(Refused, match="not granted"),
    ):
        grant.draw(part(ORDERS))


def test_nothing_is_drawn_or_closed_after_the_end(made: Door) -> None:
    with made.gate.open(made.terms(), made.into) as grant:
        grant.draw(part())
        grant.close({})
        for act in (lambda: grant.draw(part()), lambda: grant.close({})):
            with pytest.raises(Refused, match="closed"):
                act()
    with made.gate.open(made.terms(), made.into) as left:
        pass
    with pytest.raises(Refused, match="closed"):
        left.draw(part())


def test_a_grant_ends_with_its_time(made: Door) -> None:
    with made.gate.open(made.terms(), made.into) as grant:
        grant.draw(part())
        made.clock.advance(LIFETIME.total_seconds())
        with pytest.raises(Refused, match="expired"):
            grant.close({})
    assert made.files() == []


def test_a_rule_that_ends_while_the_release_is_made_ends_the_grant(made: Door) -> None:
    made.policy = policy(allow(data=None, until=date(2026, 1, 2)))
    with made.gate.open(made.terms(), made.into) as grant:
        grant.draw(part())
        made.clock.advance(hours=21)  # the next day has come, by UTC
        grant.expires = made.clock.now() + LIFETIME
        with pytest.raises(Refused, match="no rule in force"):
            grant.close({})
    assert made.files() == []


@pytest.mark.parametrize("when", ["open", "draw", "close"])
def test_a_policy_that_changes_at_any_moment_is_heard(made: Door, when: str) -> None:
    terms = made.terms()
    stricter = policy(allow(data=None), deny("customers.plan", data=CUSTOMERS))
    if when == "open":
        made.policy = stricter
        with pytest.raises(Refused, match="otherwise"):
            made.gate.open(terms, made.into)
        return
    with made.gate.open(terms, made.into) as grant:
        if when == "close":
            grant.draw(part())
        made.policy = stricter
        with pytest.raises(Refused, match="otherwise"):
            grant.draw(part()) if when == "draw" else grant.close({})
    assert made.files() == []


@pytest.mark.parametrize("when", ["draw", "close"])
def test_a_restriction_that_comes_meanwhile_is_heard(made: Door, when: str) -> None:
    means = made.gate.means
    with made.gate.open(made.terms(), made.into) as grant:
        if when == "close":
            grant.draw(part())
        with means.catalog.write() as connection:
            means.registry.restrict(connection, "customer", "C1")
        with pytest.raises(Refused, match="registry changed"):
            grant.draw(part()) if when == "draw" else grant.close({})


def test_terms_are_one_promise_to_one_recipient_by_one_person(made: Door) -> None:
    made.policy = policy(
        allow(data=None),
        allow(data=None, to="unilab", name="rules[1]"),
        allow({"user": KEEP}, data=ORDERS, guarantee=Guarantee("clear"), purpose="care", name="c"),
        roles={"analyst": replace(made.policy.roles["analyst"], purposes=("research", "care"))},
    )
    ours = made.terms(CUSTOMERS)
    for other in (
        made.terms(ORDERS, asked=request(recipient="unilab")),
        made.terms(ORDERS, asked=request(purpose="care")),
    ):
        mixed = replace(
            ours,
            decisions={**ours.decisions, **other.decisions},
            contracts={**ours.contracts, **other.contracts},
        )
        with pytest.raises(Refused, match="one release"):
            made.gate.open(mixed, made.into)


def test_two_grants_at_once_do_not_share_a_place(made: Door) -> None:
    with (
        made.gate.open(made.terms(), made.into) as one,
        made.gate.open(made.terms(), made.into) as two,
    ):
        one.draw(part())
        two.draw(part())
        assert {one.close({}).number, two.close({}).number} == {1, 2}


def test_an_abandoned_number_is_not_used_again(made: Door) -> None:
    with made.gate.open(made.terms(), made.into):
        pass
    with made.gate.open(made.terms(), made.into) as grant:
        grant.draw(part())
        assert grant.close({}).number == 2


@pytest.mark.parametrize("what", ["file", "link", "folder"])
def test_whatever_lies_where_the_release_goes_is_refused_before_anything_is_read(
    made: Door, what: str
) -> None:
    place = made.folder / "releases" / "research" / "000001"
    place.parent.mkdir(parents=True)
    if what == "file":
        place.write_text("notes")
    elif what == "link":
        place.symlink_to(made.folder / "nowhere")
    else:
        place.mkdir()
    with pytest.raises(IntegrityError, match="is there"):
        made.gate.open(made.terms(), made.into)


@pytest.mark.parametrize("what", ["file", "link", "folder"])
def test_recovery_never_takes_something_else_for_the_release(made: Door, what: str) -> None:
    """The receipt is in the log; before the folder has its name, a thing is put in its place."""
    with made.gate.open(made.terms(), made.into) as grant:
        grant.draw(part())
        place = Path(grant.target.url)
        place.parent.mkdir(exist_ok=True)
        if what == "file":
            place.write_text("notes")
        elif what == "link":
            place.symlink_to(made.folder)
        else:
            (place / "mine").mkdir(parents=True)
        with pytest.raises(PrivetError):
            grant.close({})
    with pytest.raises(PrivetError, match="000001"):
        made.gate.recover()
    made.folder.joinpath("aside").mkdir()
    place.rename(made.folder / "aside" / "thing")
    made.gate.recover()
    assert {path.name for path in place.iterdir()} == {"customers.csv", "receipt.json"}


def test_a_sealed_release_whose_files_are_gone_is_abandoned(made: Door) -> None:
    with made.gate.open(made.terms(), made.into) as grant:
        grant.draw(part())
        Path(grant.target.url).mkdir()
        (Path(grant.target.url) / "mine").write_text("")
        with pytest.raises(PrivetError):
            grant.close({})
    grant.target.discard()
    made.gate.recover()
    kinds = [entry.kind for entry in made.gate.means.log.entries()]
    assert kinds[-1] == "abandoned"
    assert made.files() == ["mine"]


def test_a_contract_that_changes_during_a_run_is_heard(made: Door) -> None:
    terms = made.terms()
    with made.gate.open(terms, made.into) as grant:
        made.contracts[CUSTOMERS] = replace(made.contracts[CUSTOMERS], version="2.0.0")
        with pytest.raises(Refused, match=f"the contract of {CUSTOMERS} has changed"):
            grant.draw(part())
    assert made.files() == []
