"""The scanner's tables, made once in a process from what the kinds know."""

from __future__ import annotations

from functools import cache

from privet.detect.kinds.banks import iban_lengths
from privet.detect.kinds.context import context_words
from privet.kernels.scan.tables import Tables


@cache
def scan_tables() -> Tables:
    """Everything that compiled code looks things up in."""
    return Tables(words=context_words(), iban_lengths=iban_lengths())
