"""The kinds of personal data that can be found in text, by name and by the scanner's code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from privet.detect.kinds.numbers import number_codes, numbers
from privet.kernels.scan import codes


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Attributes:
        name: what it is called in every table (`email`, `pl_pesel`).
        family: what it is one of (`national_id`); its own name for most.
        code: the scanner's number for it.
        category: the data category key that goes with it.
        label: what they are, in the plural.
    """

    name: str
    family: str
    code: int
    category: str
    label: str


def _plain(name: str, code: int, category: str, label: str, family: str = "") -> Kind:
    return Kind(name, family or name, code, category, label)


_NATIONAL = "user.government_id.national_identification_number"
_PLAIN = (
    _plain("email", codes.EMAIL, "user.contact.email", "e-mail addresses"),
    _plain("phone", codes.PHONE, "user.contact.phone_number", "phone numbers"),
    _plain("card", codes.CARD, "user.financial.credit_card", "card numbers"),
    _plain("iban", codes.IBAN, "user.financial.bank_account", "IBANs"),
    _plain("bic", codes.BIC, "user.financial.bank_account", "BICs"),
    _plain("bank_account", codes.BANK_ACCOUNT, "user.financial.bank_account", "bank accounts"),
    _plain("ssn", codes.SSN, _NATIONAL, "US social security numbers", "national_id"),
    _plain("itin", codes.ITIN, _NATIONAL, "US taxpayer numbers", "tax_id"),
    _plain("ip", codes.IP, "user.device.ip_address", "IP addresses"),
    _plain("mac", codes.MAC, "user.device.device_id", "hardware addresses"),
    _plain("url", codes.URL, "user.contact.url", "URLs that identify somebody"),
    _plain("username", codes.USERNAME, "user.account.username", "user names"),
    _plain("coordinates", codes.COORDINATES, "user.location.precise", "coordinates"),
    _plain(
        "date_of_birth", codes.DATE_OF_BIRTH, "user.demographic.date_of_birth", "dates of birth"
    ),
    _plain("age", codes.AGE, "user.demographic.age_range", "ages"),
    _plain("street", codes.STREET, "user.contact.address.street", "street addresses"),
    _plain("postcode", codes.POSTCODE, "user.contact.address.postal_code", "postcodes"),
    _plain("passport", codes.PASSPORT, "user.government_id.passport_number", "passport numbers"),
    _plain(
        "driver_licence",
        codes.DRIVER_LICENCE,
        "user.government_id.drivers_license_number",
        "driving licence numbers",
    ),
    _plain(
        "vehicle",
        codes.VEHICLE,
        "user.government_id.vehicle_registration",
        "vehicle numbers",
    ),
    _plain("crypto", codes.CRYPTO, "user.financial", "crypto-currency addresses"),
    _plain(
        "private_key",
        codes.PRIVATE_KEY,
        "user.authorization.credentials",
        "private keys",
        "secret",
    ),
    _plain("jwt", codes.JWT, "user.authorization.credentials", "JSON web tokens", "secret"),
    _plain("api_key", codes.API_KEY, "user.authorization.credentials", "API keys", "secret"),
    _plain("password", codes.PASSWORD, "user.authorization.password", "passwords", "secret"),
    _plain("name", codes.NAME, "user.name", "names"),
    _plain("place", codes.PLACE, "user.contact.address", "places"),
    _plain("organisation", codes.ORGANISATION, "user.workplace", "organisations"),
    _plain("health", codes.HEALTH, "user.health_and_medical", "words of health", "special"),
    _plain(
        "religion",
        codes.RELIGION,
        "user.demographic.religious_belief",
        "words of religion",
        "special",
    ),
    _plain(
        "ethnicity",
        codes.ETHNICITY,
        "user.demographic.race_ethnicity",
        "words of ethnicity",
        "special",
    ),
    _plain(
        "politics",
        codes.POLITICS,
        "user.demographic.political_opinion",
        "words of politics",
        "special",
    ),
    _plain(
        "orientation",
        codes.ORIENTATION,
        "user.demographic.sexual_orientation",
        "words of sexual life",
        "special",
    ),
    _plain("union", codes.UNION, "user.demographic", "words of union membership", "special"),
    _plain("criminal", codes.CRIMINAL, "user.criminal_history", "words of crime", "special"),
    _plain(
        "genetic", codes.GENETIC, "user.health_and_medical.genetic", "words of genetics", "special"
    ),
)

_HEALTH = "user.health_and_medical.insurance_beneficiary_id"


def _official() -> Iterable[Kind]:
    """The national, tax and health numbers of `privet.detect.kinds.numbers`."""
    for number in numbers():
        code = number_codes()[number.name]
        if code >= codes.FIRST_OFFICIAL:
            category = _HEALTH if number.family == "health_id" else _NATIONAL
            yield _plain(number.name, code, category, number.label, number.family)


KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in (*_PLAIN, *_official())})
"""Every kind that Privet brings along, by name."""
FLAGS = "special"
"""The family of words of special categories (GDPR Art. 9): they tell something, and name nobody."""
_BY_CODE = {kind.code: kind for kind in KINDS.values()}


def by_code(code: int) -> Kind:
    """The kind that the scanner calls `code`.

    Raises:
        KeyError: there is none.
    """
    return _BY_CODE[code]


def select(names: Iterable[str]) -> tuple[Kind, ...]:
    """The kinds of these names; a family's name stands for all of its members.

    Raises:
        ValueError: a name is neither; the message names near ones.
    """
    chosen: dict[str, Kind] = {}
    for name in names:
        members = [kind for kind in KINDS.values() if name in (kind.name, kind.family)]
        if not members:
            every = {*KINDS, *(kind.family for kind in KINDS.values())}
            near = get_close_matches(name, every, 1)
            meant = f"; did you mean `{near[0]}`?" if near else ""
            raise ValueError(f"no kind `{name}`{meant}")
        chosen |= {kind.name: kind for kind in members}
    return tuple(chosen.values())
