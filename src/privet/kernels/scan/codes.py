"""The numbers by which compiled code speaks of kinds and evidence.

Names, families and categories stand in `privet.detect.kinds.registry`.
"""

from __future__ import annotations

NONE = 0
EMAIL, PHONE, CARD, IBAN, BIC = 1, 2, 3, 4, 5
SSN, ITIN = 6, 7
IP, MAC, URL, USERNAME = 8, 9, 10, 11
COORDINATES, DATE_OF_BIRTH, AGE = 12, 13, 14
STREET, POSTCODE = 15, 16
PASSPORT, DRIVER_LICENCE, VEHICLE = 17, 18, 19
CRYPTO, BANK_ACCOUNT = 20, 21
PRIVATE_KEY, JWT, API_KEY, PASSWORD = 32, 33, 34, 35
NAME, PLACE, ORGANISATION = 48, 49, 50
"""What only models find."""
HEALTH, RELIGION, ETHNICITY, POLITICS, ORIENTATION, UNION, CRIMINAL, GENETIC = range(56, 64)
"""Words of special categories (GDPR Art. 9 and 10): flags, not identifiers."""
FIRST_OFFICIAL = 128
"""National, tax and health numbers, in the order of `privet.detect.kinds.numbers`."""
FIRST_OWN = 1024
"""Kinds that a user declared."""

FORMAT, CHECKSUM, CONTEXT, CHECKSUM_AND_CONTEXT, PREFIX, ENTROPY, MODEL, OWN = range(1, 9)
"""Why a span is believed to be one."""
