"""What can be found in a column: its name, its words in a report, its data category, its look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from privet.detect.columns import validators
from privet.detect.columns.dates import is_birth_date
from privet.detect.columns.phones import is_phone_number

Check: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a header can say.

    Attributes:
        label: what values are, in the plural.
        category: the data category key.
        check: whether a value looks like one; None where nothing can be said.
    """

    label: str
    category: str
    check: Check | None = None


def kind_of(concept: str) -> str:
    """The finding's kind: what stands before the dot of `name.first`."""
    return concept.partition(".")[0]


CONCEPTS: Mapping[str, Concept] = MappingProxyType(
    {
        "email": Concept("e-mail addresses", "user.contact.email", validators.is_email),
        "phone": Concept("phone numbers", "user.contact.phone_number", is_phone_number),
        "fax": Concept("fax numbers", "user.contact.fax_number", is_phone_number),
        "street": Concept("streets", "user.contact.address.street", validators.is_not_empty),
        "address": Concept("addresses", "user.contact.address", validators.has_letters),
        "city": Concept("places", "user.contact.address.city", validators.is_words),
        "postcode": Concept(
            "postcodes", "user.contact.address.postal_code", validators.is_postcode
        ),
        "country": Concept("countries", "user.contact.address.country", validators.is_words),
        "state": Concept("states or regions", "user.contact.address.state", validators.is_region),
        "url": Concept("personal web pages", "user.contact.url"),
        "name": Concept("names", "user.name", validators.is_words),
        "name.first": Concept("given names", "user.name.first", validators.is_words),
        "name.last": Concept("family names", "user.name.last", validators.is_words),
        "name.bare": Concept("names", "user.name", validators.is_person_shaped),
        "username": Concept("user names", "user.account.username"),
        "photo": Concept("pictures of people", "user.content.self_image"),
        "biometric": Concept("biometric data", "user.biometric"),
        "person_id": Concept("ids of people", "user.unique_id", validators.is_key),
        "date_of_birth": Concept("dates of birth", "user.demographic.date_of_birth", is_birth_date),
        "age": Concept("ages", "user.demographic.age_range", validators.is_age),
        "gender": Concept("genders", "user.demographic.gender", validators.is_short),
        "marital_status": Concept(
            "marital states", "user.demographic.marital_status", validators.is_short
        ),
        "ethnicity": Concept(
            "races or ethnicities", "user.demographic.race_ethnicity", validators.is_short
        ),
        "religion": Concept("religions", "user.demographic.religious_belief", validators.is_short),
        "politics": Concept("political opinions", "user.demographic.political_opinion"),
        "orientation": Concept("sexual orientations", "user.demographic.sexual_orientation"),
        "nationality": Concept("nationalities", "user.demographic", validators.is_short),
        "language": Concept("languages", "user.demographic.language", validators.is_words),
        "education": Concept("education", "user.demographic", validators.is_short),
        "household": Concept("households", "user.demographic", validators.is_short),
        "health": Concept("health data", "user.health_and_medical"),
        "health.record": Concept(
            "medical record numbers", "user.health_and_medical.record_id", validators.is_key
        ),
        "health.insurance": Concept(
            "health insurance numbers",
            "user.health_and_medical.insurance_beneficiary_id",
            validators.is_key,
        ),
        "genetic": Concept("genetic data", "user.health_and_medical.genetic"),
        "income": Concept("income or wealth", "user.financial", validators.is_short),
        "occupation": Concept("occupations", "user.job_title", validators.has_letters),
        "workplace": Concept("workplaces", "user.workplace", validators.is_short),
        "criminal": Concept("criminal records", "user.criminal_history"),
        "national_id": Concept(
            "official numbers",
            "user.government_id.national_identification_number",
            validators.is_official_number,
        ),
        "passport": Concept(
            "passport numbers",
            "user.government_id.passport_number",
            validators.is_official_number,
        ),
        "driver_licence": Concept(
            "driving licence numbers",
            "user.government_id.drivers_license_number",
            validators.is_official_number,
        ),
        "vehicle": Concept(
            "vehicle registrations",
            "user.government_id.vehicle_registration",
            validators.is_official_number,
        ),
        "card": Concept("card numbers", "user.financial.credit_card", validators.is_card_number),
        "iban": Concept("IBANs", "user.financial.bank_account", validators.is_iban),
        "bank_account": Concept(
            "bank account numbers", "user.financial.bank_account", validators.is_official_number
        ),
        "ip": Concept("IP addresses", "user.device.ip_address", validators.is_ip),
        "device_id": Concept("device ids", "user.device.device_id", validators.is_key),
        "cookie": Concept("cookie or session ids", "user.device.cookie_id", validators.is_key),
        "browser": Concept("browser signatures", "user.device"),
        "location": Concept("locations", "user.location"),
        "location.precise": Concept(
            "coordinates", "user.location.precise", validators.is_coordinate
        ),
        "secret": Concept("secrets", "user.authorization.password"),
        "free_text": Concept("free text", "user.content.private", validators.is_several_words),
    }
)
"""What headers can say, by the concepts of `header_words.txt`."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A form that tells what a value is, whatever the header says.

    Attributes:
        concept: what it is.
        check: the test of one value.
        chance: a share of distinct values that random data may reach; above it is suspicious.
        alone: whether one or two distinct values are enough to be sure.
    """

    concept: str
    check: Check
    chance: float
    alone: bool


SIGNATURES: tuple[Signature, ...] = (
    Signature("email", validators.is_email, 0.0, alone=True),
    Signature("iban", validators.is_iban, 0.0, alone=True),
    # One random number in ten passes the check digit.
    Signature("card", validators.is_card_number, 0.25, alone=False),
    Signature("ip", validators.is_ip, 0.05, alone=False),
    Signature("national_id", validators.is_us_ssn, 0.05, alone=False),
    Signature("device_id", validators.is_mac_address, 0.0, alone=True),
)
"""Tried in this order on every column; phone numbers apart, which cost more (`phones`)."""
