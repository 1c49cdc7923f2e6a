"""Which topics of context speak of an official number, and which of something else."""

from __future__ import annotations

from privet.detect.kinds.numbers_declared import Number
from privet.kernels.scan.context import (
    TOPIC_BANK,
    TOPIC_CARD,
    TOPIC_CRYPTO,
    TOPIC_HEALTH,
    TOPIC_LICENCE,
    TOPIC_LOCATION,
    TOPIC_NATIONAL,
    TOPIC_NEGATIVE,
    TOPIC_NETWORK,
    TOPIC_PASSPORT,
    TOPIC_PHONE,
    TOPIC_POSTCODE,
    TOPIC_SECRET,
    TOPIC_TAX,
    TOPIC_VEHICLE,
)

IDENTITY = TOPIC_NATIONAL | TOPIC_TAX | TOPIC_HEALTH
COMPETING_TOPICS = (
    TOPIC_PHONE
    | TOPIC_CARD
    | TOPIC_BANK
    | TOPIC_POSTCODE
    | TOPIC_NETWORK
    | TOPIC_SECRET
    | TOPIC_LOCATION
    | TOPIC_CRYPTO
)
"""Topics of other numbers."""
AGAINST_ALL = TOPIC_NEGATIVE
_BY_FAMILY = {
    "national_id": TOPIC_NATIONAL,
    "tax_id": TOPIC_TAX,
    "health_id": TOPIC_HEALTH,
    "passport": TOPIC_PASSPORT,
    "driver_licence": TOPIC_LICENCE,
    "vehicle": TOPIC_VEHICLE,
}


def topics_of(number: Number) -> int:
    """Bits of the topics that speak of `number`."""
    return _BY_FAMILY[number.family]
