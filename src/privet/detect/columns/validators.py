"""Tests of values, a column at a time: a form with a check, or at least the look a header promises.

Sources: cards ISO/IEC 7812 (issuer ranges and Luhn), IBAN ISO 13616 (lengths of the registry) with
ISO 7064 mod 97-10, IP by `ipaddress`, MAC IEEE EUI-48, SSN the rules of the US Social Security
Administration, e-mail the practical part of RFC 5321 and RFC 6531.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

import numpy as np
import pyarrow as pa

from privet.detect.columns.checks import (
    BEYOND,
    LETTER,
    Mask,
    chosen,
    count,
    holds,
    letters,
    mask,
    matches,
    without,
)
from privet.detect.columns.checksums import luhn, mod_97
from privet.detect.words import value_words
from privet.transforms.arrow import Values, pc

_SIGN = rf"[A-Za-z0-9{BEYOND}]"
_LABEL = rf"{_SIGN}(?:[_-]*{_SIGN})*"
_EMAIL = (
    r'(?i)(?:mailto:)?[^\s@<>()\[\],;:"\\]{1,64}@'
    rf"(?:{_LABEL}\.)+(?:{LETTER}{{2,}}|xn--[a-z0-9-]{{2,59}})"
)
_EMAIL_INSIDE = rf"[A-Za-z0-9_.+%{BEYOND}-]@(?:{_LABEL}\.)+{LETTER}{{2}}"
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
_CARD = (
    r"\d{12,19}|\d{4} \d{4} \d{4} \d{1,7}|\d{4}-\d{4}-\d{4}-\d{1,7}"
    r"|\d{4} \d{6} \d{4,5}|\d{4}-\d{6}-\d{4,5}"
)
_CARD_RANGE = (
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:30[0-5]|3095|3[689]\d)\d{11,16}"  # Diners
    r"|35\d{14}|(?:1800|2131)\d{11,12}"  # JCB
    r"|(?:50|5[6-9]|6\d)\d{10,17}"  # Maestro, UnionPay, RuPay and Discover
)
_SSN = (
    r"(?:00[1-9]|0[1-9]\d|[1-578]\d{2}|6(?:[0-57-9]\d|6[0-57-9]))-(?:0[1-9]|[1-9]\d)"
    r"-(?:000[1-9]|00[1-9]\d|0[1-9]\d{2}|[1-9]\d{3})"
)
_MAC = r"(?i)[0-9a-f]{2}(?:(?:-[0-9a-f]{2}){5}|(?::[0-9a-f]{2}){5})"
_UUID = r"(?i)\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"(?:{_BYTE}\.){{3}}{_BYTE}(?:/\d{{1,3}})?"
_SMALL = r"(?:[0-5]?\d\.){3}[0-5]?\d"
_PRIVATE = r"(?:10|127)\..*"
_IPV6 = r"[0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,16})?(?:/\d{1,3})?"
_AGE = (
    r"[\[(<>≤≥]?=? ?(?:\d{1,2}|1[01]\d|12[0-5])(?:\.\d+)?"
    r"(?: ?(?:-|\x{2013}|to|bis|à) ?\d{1,3}| ?\+)?[\])]?(?: ?\p{L}{1,9})?"
)
_DEGREES = r"(?:\d{1,2}|1[0-7]\d|180)(?:\.\d+)?"
_PAIR = r"\(?[+-]?(?:\d{1,2}|1[0-7]\d)\.\d{3,} ?[,;] ?[+-]?(?:\d{1,2}|1[0-7]\d)\.\d{3,}\)?"
_CAPITALISED = rf"[A-Z{BEYOND}][A-Za-z'.\x{{2019}}{BEYOND}-]*"


def are_emails(texts: Values) -> Mask:
    """An e-mail address and nothing else; letters of any script, as RFC 6531 has them."""
    return chosen(texts, mask(pc.match_substring(texts, "@")), lambda some: matches(some, _EMAIL))


def hold_emails(texts: Values) -> Mask:
    """A text with an e-mail address somewhere in it."""
    at = mask(pc.match_substring(texts, "@"))
    return chosen(texts, at, lambda some: holds(some, _EMAIL_INSIDE))


def are_ibans(texts: Values) -> Mask:
    """A country of the IBAN registry, its length, and check digits that fit."""
    compact = pc.utf8_upper(without(texts, "[ -]"))
    return chosen(compact, matches(compact, r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}"), _ibans)


def _ibans(compact: Values) -> Mask:
    countries = pa.array(list(_IBAN_LENGTHS))
    lengths = pa.array(list(_IBAN_LENGTHS.values()), pa.int64())
    asked = lengths.take(pc.index_in(pc.utf8_slice_codeunits(compact, 0, 2), value_set=countries))
    right = mask(pc.equal(asked, pa.array(letters(compact))))
    head, tail = (pc.utf8_slice_codeunits(compact, *cut) for cut in ((0, 4), (4, 34)))
    return right & mod_97(pc.binary_join_element_wise(tail, head, ""))


def are_card_numbers(texts: Values) -> Mask:
    """12 to 19 digits in an issuer's range whose last digit checks (Luhn)."""
    shaped = matches(texts, _CARD)
    return chosen(without(texts, "[ -]"), shaped, _cards) if shaped.any() else shaped


def _cards(digits: Values) -> Mask:
    return matches(digits, _CARD_RANGE) & luhn(digits)


def are_ips(texts: Values) -> Mask:
    """An IPv4 or IPv6 address, a network length after it or not."""
    colons = mask(pc.match_substring(texts, ":"))
    six = chosen(texts, colons, lambda some: matches(some, _IPV6))
    return matches(texts, _IPV4) | chosen(texts, six, _ipv6)


def are_clear_ips(texts: Values) -> Mask:
    """IP addresses whatever the header says; a column of four small numbers each is of versions."""
    found = are_ips(texts)
    if (~found | matches(texts, _SMALL)).all() and not matches(texts, _PRIVATE).all():
        return found & ~found
    return found


def _ipv6(texts: Values) -> Mask:
    return np.array([_is_ipv6(text) for text in texts.to_pylist()], np.bool_)


def _is_ipv6(text: str) -> bool:
    try:
        ip_address(text.partition("/")[0])
    except ValueError:
        return False
    return True


def are_us_ssns(texts: Values) -> Mask:
    """A US social security number with its dashes, of a range that is given out."""
    return matches(texts, _SSN)


def are_mac_addresses(texts: Values) -> Mask:
    """A hardware address (EUI-48)."""
    return matches(texts, _MAC)


def are_uuids(texts: Values) -> Mask:
    """A UUID, which by itself says nothing about anybody."""
    return matches(texts, _UUID)


def are_digests(texts: Values) -> Mask:
    """A UUID or 24 hexadecimal digits or more: what stands for something else."""
    return matches(texts, r"(?i)[0-9a-f]{24,}") | are_uuids(texts)


def are_coordinates(texts: Values) -> Mask:
    """A latitude or a longitude in degrees, or both."""
    return matches(texts, rf"[+-]?{_DEGREES}°?|{_PAIR}|POINT ?\([-\d. ]+\)")


def are_postcodes(texts: Values) -> Mask:
    """Short, with a digit; a number read as a decimal counts too."""
    shaped = r"[A-Za-z0-9]{2,8}(?:[ -][A-Za-z0-9]{2,5})?(?:\.0)?"
    return matches(texts, shaped) & holds(texts, r"\d")


def are_ages(texts: Values) -> Mask:
    """0 to 125, or a range of ages."""
    return matches(texts, _AGE)


def are_person_shaped(texts: Values) -> Mask:
    """Two to five capitalised words without a digit, as the names of people are written."""
    particles = "|".join(sorted(value_words("particle")))
    word = rf"(?:{particles}|{_CAPITALISED})"
    shaped = matches(texts, rf"{word}(?:,? +{word}){{1,4}}") & (letters(texts) <= 60)
    return shaped | matches(texts, r"[\x{4E00}-\x{9FFF}]{2,4}")


def are_words(texts: Values) -> Mask:
    """Letters, hardly a digit, and short: a name of a person or place could be."""
    size = letters(texts)
    return have_letters(texts) & (size <= 80) & (4 * count(texts, r"\d") <= size)


def are_regions(texts: Values) -> Mask:
    """Words that are no state of work (`open`, `closed`)."""
    workflow = pa.array(sorted(value_words("workflow")))
    return are_words(texts) & ~mask(pc.is_in(pc.utf8_lower(texts), value_set=workflow))


def are_addresses(texts: Values) -> Mask:
    """Several words, or one without a digit."""
    return have_letters(texts) & (are_several_words(texts) | ~holds(texts, r"\d"))


def are_address_shaped(texts: Values) -> Mask:
    """Four to sixteen words, two in three of them capitalised or numbers, no end of a sentence."""
    words = count(texts, r"[^\s,]+")
    marked = count(texts, r"(?:^|[\s,])[\dA-Z\x{C0}-\x{DE}]")
    few = (words >= 4) & (words <= 16) & (3 * marked >= 2 * words)
    return few & holds(texts, r"\d") & ~holds(texts, r"[!?]|[a-z]{4}\.(?:\s|$)")


def are_streets(texts: Values) -> Mask:
    """Words, a house number with them or alone: no decimal number."""
    return ~matches(texts, r"[-+]?\d+[.,]\d+")


def are_short(texts: Values) -> Mask:
    """A code, a number or a few words, and no prose."""
    return (letters(texts) <= 80) & (count(texts, r"\s+") <= 7)


def are_keys(texts: Values) -> Mask:
    """No white space, and short enough for an id."""
    return (letters(texts) <= 128) & ~holds(texts, r"\s")


def are_official_numbers(texts: Values) -> Mask:
    """4 to 34 letters and digits, two of them digits, grouped or partly masked or not."""
    bare = without(texts, r"[ \-./*•xX]")
    size, masked = letters(bare), letters(bare) < letters(texts)
    enough = (size >= np.where(masked, 2, 4)) & (size <= 34)
    return enough & matches(bare, r"[\p{L}\p{N}]*") & (count(bare, r"\d") >= 2)


def are_long_numbers(texts: Values) -> Mask:
    """A whole number of seven digits or more."""
    return matches(texts, r"\d{7,}")


def are_numbers(texts: Values) -> Mask:
    """A number: grouped or not, with a sign, a currency or a per cent or not."""
    return matches(
        texts, r"[-+]? ?[€$£]?(?:\d+(?:[ .,']\d{3})*)?(?:[.,]\d*)?(?:[eE][-+]?\d+)? ?[%€$£]?"
    ) & holds(texts, r"\d")


def have_letters(texts: Values) -> Mask:
    """At least one letter of any script."""
    return holds(texts, r"\p{L}")


def are_several_words(texts: Values) -> Mask:
    """More than one word, or a script that does not part words."""
    return holds(texts, r"\S\s+\S|[\x{2E80}-\x{FFFF}]")


def are_user_names(texts: Values) -> Mask:
    """One word that begins with letters, in small letters for the most part."""
    return matches(texts, r"[\p{L}][\p{Ll}\d._-]{2,31}") & holds(texts, r"\p{Ll}{2}")


def are_language_codes(texts: Values) -> Mask:
    """Codes of languages (ISO 639), a region after them or not: `de`, `pt-BR`."""
    return matches(texts, r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?|[A-Z]{2,3}")


def hold_words(texts: Values, topic: str) -> Mask:
    """A word of `value_words.txt` that tells a topic, whole."""
    words = "|".join(sorted(map(re.escape, value_words(topic))))
    return holds(pc.utf8_lower(texts), rf"(?:^|[^\p{{L}}])(?:{words})(?:[^\p{{L}}]|$)")
