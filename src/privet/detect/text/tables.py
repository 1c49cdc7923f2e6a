"""The scanner's tables, made once in a process from what the kinds know."""

from __future__ import annotations

from functools import cache

from privet.detect.kinds import numbers
from privet.detect.kinds.banks import iban_lengths
from privet.detect.kinds.context import context_words
from privet.detect.kinds.dates import calendar
from privet.detect.kinds.phones import phone_tables
from privet.detect.kinds.places import street_words
from privet.detect.kinds.secrets import secret_tables
from privet.kernels.scan.tables import Records, Tables, known

_LATEST = 21000101


@cache
def scan_tables() -> Tables:
    """Everything that compiled code looks things up in."""
    return Tables(
        words=context_words(),
        iban_lengths=iban_lengths(),
        phones=phone_tables(),
        official=numbers.tables(),
        secrets=secret_tables(),
        calendar=calendar(_LATEST),
        streets=street_words(),
    )


@cache
def known_tables() -> Records:
    """The same as one record, as the scanner takes it."""
    return known(scan_tables())
