"""The scanner's tables, made once in a process from what the kinds know."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from privet.detect.kinds import numbers
from privet.detect.kinds.banks import iban_lengths
from privet.detect.kinds.context import context_words
from privet.detect.kinds.dates import calendar
from privet.detect.kinds.phones import phone_tables
from privet.detect.kinds.places import street_words
from privet.detect.kinds.secrets import secret_tables
from privet.kernels.scan.tables import Records, Tables, known

_FURTHEST = date(2100, 1, 1)
_DAYS_KEPT = 4


@lru_cache(_DAYS_KEPT)
def scan_tables(today: date | None = None) -> Tables:
    """Everything that compiled code looks things up in; nobody is born after `today`."""
    latest = today or _FURTHEST
    return Tables(
        words=context_words(),
        iban_lengths=iban_lengths(),
        phones=phone_tables(),
        official=numbers.tables(),
        secrets=secret_tables(),
        calendar=calendar(latest.year * 10_000 + latest.month * 100 + latest.day),
        streets=street_words(),
    )


@lru_cache(_DAYS_KEPT)
def known_tables(today: date | None = None) -> Records:
    """The same as one record, as the scanner takes it."""
    return known(scan_tables(today))
