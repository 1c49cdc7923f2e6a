"""Tests of single values: a form with a check, or at least the look that a header promises.

Sources: cards ISO/IEC 7812 (issuer ranges and Luhn), IBAN ISO 13616 (lengths of the registry) with
ISO 7064 mod 97-10, IP by `ipaddress`, MAC IEEE EUI-48, SSN the rules of the US Social Security
Administration, e-mail the practical part of RFC 5321 and RFC 6531.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from privet.detect.words import value_words

_EMAIL = re.compile(
    r"(?:mailto:)?[^\s@<>()\[\],;:\"\\]{1,64}@(?=.{1,253}$)"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{2,59})",
    re.IGNORECASE,
)
_EMAIL_INSIDE = re.compile(r"[\w.+%-]{1,64}@(?:[^\W_][\w-]{0,61}\.){1,6}[^\W\d_]{2,24}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_CARD = re.compile(r"\d{12,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
_CARD_RANGE = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:30[0-5]|3095|3[689]\d)\d{11,16}"  # Diners
    r"|35\d{14}|(?:1800|2131)\d{11,12}"  # JCB
    r"|(?:50|5[6-9]|6\d)\d{10,17}"  # Maestro, UnionPay, RuPay and Discover
)
_SSN = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_MAC = re.compile(r"(?i)[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}")
_UUID = re.compile(r"(?i)\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?")
_POSTCODE = re.compile(r"(?=.*\d)[A-Za-z0-9]{2,8}(?:[ -][A-Za-z0-9]{2,5})?")
_AGE = re.compile(
    r"[<>≤≥]?=? ?(\d{1,3})(?:\.\d+)?(?: ?(?:-|\u2013|to|bis|à) ?\d{1,3}| ?\+)?(?: ?[^\W\d]{1,9})?"
)
_COORDINATE = re.compile(r"[+-]?\d{1,3}(?:\.\d+)?°?")
_COORDINATES = re.compile(
    r"\(?([+-]?\d{1,3}\.\d{3,}) ?[,;] ?([+-]?\d{1,3}\.\d{3,})\)?|POINT ?\([-\d. ]+\)"
)
_PERSON = re.compile(r"[^\W\d_a-z][^\W\d_]*(?:[-'.\u2019][^\W\d_]*)*")


def is_email(value: str) -> bool:
    """An e-mail address and nothing else; letters of any script, as RFC 6531 has them."""
    return "@" in value and _EMAIL.fullmatch(value) is not None


def holds_email(value: str) -> bool:
    """A text with an e-mail address somewhere in it."""
    return "@" in value and _EMAIL_INSIDE.search(value) is not None


def is_iban(value: str) -> bool:
    """A country of the IBAN registry, its length, and check digits that fit."""
    compact = re.sub(r"[ -]", "", value).upper()
    if _IBAN.fullmatch(compact) is None or _IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_card_number(value: str) -> bool:
    """12 to 19 digits in an issuer's range whose last digit checks (Luhn)."""
    if _CARD.fullmatch(value) is None:
        return False
    digits = re.sub(r"[ -]", "", value)
    return _CARD_RANGE.fullmatch(digits) is not None and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_ip(value: str) -> bool:
    """An IPv4 or IPv6 address, a network length after it or not."""
    if not (2 <= len(value) <= 49 and (value.count(".") == 3 or value.count(":") >= 2)):
        return False
    try:
        ip_address(value.partition("/")[0])
    except ValueError:
        return False
    return True


def is_us_ssn(value: str) -> bool:
    """A US social security number with its dashes, of a range that is given out."""
    return _SSN.fullmatch(value) is not None


def is_mac_address(value: str) -> bool:
    """A hardware address (EUI-48)."""
    return _MAC.fullmatch(value) is not None


def is_uuid(value: str) -> bool:
    """A UUID, which by itself says nothing about anybody."""
    return _UUID.fullmatch(value) is not None


def is_coordinate(value: str) -> bool:
    """A latitude or a longitude in degrees, or both."""
    if is_coordinate_pair(value):
        return True
    return _COORDINATE.fullmatch(value) is not None and abs(float(value.rstrip("°"))) <= 180


def is_coordinate_pair(value: str) -> bool:
    """Latitude and longitude with three decimals or more: a place to within a hundred metres."""
    match = _COORDINATES.fullmatch(value)
    if match is None:
        return False
    return match[1] is None or (abs(float(match[1])) <= 180 and abs(float(match[2])) <= 180)


def is_postcode(value: str) -> bool:
    """Short, with a digit; a number read as a decimal counts too."""
    return _POSTCODE.fullmatch(value.removesuffix(".0")) is not None


def is_age(value: str) -> bool:
    """0 to 125, or a range of ages."""
    match = _AGE.fullmatch(value)
    return match is not None and int(match[1]) <= 125


def is_person_shaped(value: str) -> bool:
    """Two to five capitalised words without a digit, as the names of people are written."""
    words = value.replace(",", " ").split()
    if not 2 <= len(words) <= 5 or len(value) > 60:
        return bool(_is_cjk_name(value))
    return all(word.lower() in value_words("particle") or _PERSON.fullmatch(word) for word in words)


def _is_cjk_name(value: str) -> bool:
    return 2 <= len(value) <= 4 and all("\u4e00" <= sign <= "\u9fff" for sign in value)


def is_words(value: str) -> bool:
    """Letters, hardly a digit, and short: a name of a person or place could be."""
    digits = sum(sign.isdigit() for sign in value)
    return len(value) <= 80 and has_letters(value) and digits * 4 <= len(value)


def is_region(value: str) -> bool:
    """Words that are no state of work (`open`, `closed`)."""
    return is_words(value) and value.lower() not in value_words("workflow")


def is_short(value: str) -> bool:
    """A code, a number or a few words, and no prose."""
    return len(value) <= 80 and len(value.split()) <= 8


def is_key(value: str) -> bool:
    """No white space, and short enough for an id."""
    return len(value) <= 128 and not any(sign.isspace() for sign in value)


def is_official_number(value: str) -> bool:
    """4 to 34 letters and digits, two of them digits, grouped or partly masked or not."""
    signs = [sign for sign in value if sign not in " -./*•xX"]
    masked = len(signs) < len(value)
    return (
        (4 if not masked else 2) <= len(signs) <= 34
        and all(sign.isalnum() for sign in signs)
        and sum(sign.isdigit() for sign in signs) >= 2
    )


def is_long_number(value: str) -> bool:
    """A whole number of seven digits or more."""
    return len(value) >= 7 and value.isdecimal()


def has_letters(value: str) -> bool:
    """At least one letter of any script."""
    return any(sign.isalpha() for sign in value)


def is_several_words(value: str) -> bool:
    """More than one word, or a script that does not part words."""
    return len(value.split()) > 1 or any(sign > "\u2e7f" for sign in value)


def is_not_empty(value: str) -> bool:
    """Anything: the header alone decides."""
    return value != ""
