"""What can be found in a column: its name, its words in a report, its data category, its look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from privet.detect.columns import validators
from privet.detect.columns.checks import Check
from privet.detect.columns.dates import are_birth_dates
from privet.detect.columns.phones import are_phone_numbers


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a header can say.

    Attributes:
        label: what values are, in the plural.
        category: the data category key.
        check: which values look like one; None where nothing can be said.
    """

    label: str
    category: str
    check: Check | None = None


def kind_of(concept: str) -> str:
    """The finding's kind: what stands before the dot of `name.first`."""
    return concept.partition(".")[0]


CONCEPTS: Mapping[str, Concept] = MappingProxyType(
    {
        "email": Concept("e-mail addresses", "user.contact.email", validators.are_emails),
        "phone": Concept("phone numbers", "user.contact.phone_number", are_phone_numbers),
        "fax": Concept("fax numbers", "user.contact.fax_number", are_phone_numbers),
        "street": Concept("streets", "user.contact.address.street", validators.are_streets),
        "address": Concept("addresses", "user.contact.address", validators.are_addresses),
        "city": Concept("places", "user.contact.address.city", validators.are_words),
        "postcode": Concept(
            "postcodes", "user.contact.address.postal_code", validators.are_postcodes
        ),
        "country": Concept("countries", "user.contact.address.country", validators.are_words),
        "state": Concept("states or regions", "user.contact.address.state", validators.are_regions),
        "url": Concept("personal web pages", "user.contact.url"),
        "name": Concept("names", "user.name", validators.are_words),
        "name.first": Concept("given names", "user.name.first", validators.are_words),
        "name.last": Concept("family names", "user.name.last", validators.are_words),
        "name.bare": Concept("names", "user.name", validators.are_person_shaped),
        "username": Concept("user names", "user.account.username"),
        "photo": Concept("pictures of people", "user.content.self_image"),
        "biometric": Concept("biometric data", "user.biometric"),
        "person_id": Concept("ids of people", "user.unique_id", validators.are_keys),
        "date_of_birth": Concept(
            "dates of birth", "user.demographic.date_of_birth", are_birth_dates
        ),
        "age": Concept("ages", "user.demographic.age_range", validators.are_ages),
        "gender": Concept("genders", "user.demographic.gender", validators.are_short),
        "marital_status": Concept(
            "marital states", "user.demographic.marital_status", validators.are_short
        ),
        "ethnicity": Concept(
            "races or ethnicities", "user.demographic.race_ethnicity", validators.are_short
        ),
        "religion": Concept("religions", "user.demographic.religious_belief", validators.are_short),
        "politics": Concept("political opinions", "user.demographic.political_opinion"),
        "orientation": Concept("sexual orientations", "user.demographic.sexual_orientation"),
        "nationality": Concept("nationalities", "user.demographic", validators.are_short),
        "language": Concept("languages", "user.demographic.language", validators.are_words),
        "education": Concept("education", "user.demographic", validators.are_short),
        "household": Concept("households", "user.demographic", validators.are_short),
        "health": Concept("health data", "user.health_and_medical"),
        "health.record": Concept(
            "medical record numbers", "user.health_and_medical.record_id", validators.are_keys
        ),
        "health.insurance": Concept(
            "health insurance numbers",
            "user.health_and_medical.insurance_beneficiary_id",
            validators.are_keys,
        ),
        "genetic": Concept("genetic data", "user.health_and_medical.genetic"),
        "income": Concept("income or wealth", "user.financial", validators.are_short),
        "occupation": Concept("occupations", "user.job_title", validators.have_letters),
        "workplace": Concept("workplaces", "user.workplace", validators.are_short),
        "criminal": Concept("criminal records", "user.criminal_history"),
        "national_id": Concept(
            "official numbers",
            "user.government_id.national_identification_number",
            validators.are_official_numbers,
        ),
        "passport": Concept(
            "passport numbers",
            "user.government_id.passport_number",
            validators.are_official_numbers,
        ),
        "driver_licence": Concept(
            "driving licence numbers",
            "user.government_id.drivers_license_number",
            validators.are_official_numbers,
        ),
        "vehicle": Concept(
            "vehicle registrations",
            "user.government_id.vehicle_registration",
            validators.are_official_numbers,
        ),
        "card": Concept("card numbers", "user.financial.credit_card", validators.are_card_numbers),
        "iban": Concept("IBANs", "user.financial.bank_account", validators.are_ibans),
        "bank_account": Concept(
            "bank account numbers", "user.financial.bank_account", validators.are_official_numbers
        ),
        "ip": Concept("IP addresses", "user.device.ip_address", validators.are_ips),
        "device_id": Concept("device ids", "user.device.device_id", validators.are_keys),
        "cookie": Concept("cookie or session ids", "user.device.cookie_id", validators.are_keys),
        "browser": Concept("browser signatures", "user.device"),
        "location": Concept("locations", "user.location"),
        "location.precise": Concept(
            "coordinates", "user.location.precise", validators.are_coordinates
        ),
        "secret": Concept("secrets", "user.authorization.password"),
        "free_text": Concept("free text", "user.content.private", validators.are_several_words),
    }
)
"""What headers can say, by the concepts of `header_words.txt`."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A form that tells what a value is, whatever the header says.

    Attributes:
        concept: what it is.
        check: the test of values.
        chance: a share of distinct values that random data may reach; above it is suspicious.
        alone: whether one or two distinct values are enough to be sure.
    """

    concept: str
    check: Check
    chance: float
    alone: bool


SIGNATURES: tuple[Signature, ...] = (
    Signature("email", validators.are_emails, 0.0, alone=True),
    Signature("iban", validators.are_ibans, 0.0, alone=True),
    # One random number in ten passes the check digit.
    Signature("card", validators.are_card_numbers, 0.25, alone=False),
    Signature("ip", validators.are_clear_ips, 0.05, alone=False),
    Signature("national_id", validators.are_us_ssns, 0.05, alone=False),
    Signature("device_id", validators.are_mac_addresses, 0.0, alone=True),
)
"""Tried in this order on every column; phone numbers apart, which cost more (`phones`)."""
