"""Lengths of IBANs by country, from the registry of ISO 13616 (SWIFT, release 99)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

_BY_LENGTH = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip

IBAN_LENGTHS: Mapping[str, int] = {
    country: length for length, countries in _BY_LENGTH.items() for country in countries.split()
}
"""Length of an IBAN by country code."""


@cache
def iban_lengths() -> npt.NDArray[np.uint8]:
    """Shape (676,): the length by two letters (`26 * first + second`), 0 where there is no IBAN."""
    lengths = np.zeros(26 * 26, np.uint8)
    for country, length in IBAN_LENGTHS.items():
        lengths[(ord(country[0]) - 65) * 26 + ord(country[1]) - 65] = length
    return lengths
