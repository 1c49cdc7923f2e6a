from __future__ import annotations

import pytest

from privet.policy.categories import CATEGORIES, ancestors, category, closest, is_known

fideslang = pytest.importorskip("fideslang.default_taxonomy", reason="fideslang is not installed")


def test_every_key_of_the_taxonomy_is_there_and_no_other():
    assert set(CATEGORIES) == {item.fides_key for item in fideslang.DEFAULT_TAXONOMY.data_category}


def test_keys_are_sorted_and_every_parent_is_a_category():
    assert list(CATEGORIES) == sorted(CATEGORIES)
    assert all(is_known(key) for known in CATEGORIES for key in ancestors(known))


def test_ancestors_go_from_itself_up():
    assert ancestors("user.contact.email") == ("user.contact.email", "user.contact", "user")


def test_what_identifies_and_what_is_special():
    assert category("user.contact.email").direct_identifier
    assert category("user.contact.email").iri == "https://w3id.org/dpv/pd#EmailAddress"
    assert not category("user.contact.address.city").direct_identifier
    assert not category("user.unique_id.pseudonymous").direct_identifier
    assert {"user.health_and_medical", "user.criminal_history", "user.biometric"} <= {
        key for key, known in CATEGORIES.items() if known.special
    }
    assert not category("user.demographic.gender").special


def test_a_special_category_makes_its_children_special():
    for key, known in CATEGORIES.items():
        if any(category(above).special for above in ancestors(key)):
            assert known.special, key


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("user.contact.emial", "user.contact.email"),
        ("user.health", "user.health_and_medical"),
        ("email", "user.contact.email"),
        ("User.Contact.Email", "user.contact.email"),
        ("ip_address", "user.device.ip_address"),
        ("", None),
        ("?!", None),
    ],
)
def test_the_closest_key(written, meant):
    assert closest(written) == meant


def test_none_is_no_category():
    assert not is_known("none")
