"""One spelling of each found value, so that `+49 30 1234` and `+49301234` are one.

As subject keys are spelled (`privet.transforms.normalise`) and beyond that by kind: numbers lose
their separators, codes their case, white space counts once.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from privet.kernels.scan import codes
from privet.transforms.arrow import Values, pc
from privet.transforms.normalise import EMAIL, PHONE, normalise
from privet.transforms.text_bytes import TextBytes

_BARE: Final = frozenset(
    {
        codes.CARD, codes.IBAN, codes.BIC, codes.SSN, codes.ITIN, codes.MAC, codes.POSTCODE,
        codes.PASSPORT, codes.DRIVER_LICENCE, codes.VEHICLE, codes.BANK_ACCOUNT,
    }
)  # fmt: skip
"""Only letters and digits count, and their case does not."""
_EXACT: Final = frozenset(
    {codes.CRYPTO, codes.PRIVATE_KEY, codes.JWT, codes.API_KEY, codes.PASSWORD, codes.URL}
)
"""Every character counts."""

_ALNUM: Final = np.array([chr(byte).isalnum() for byte in range(128)])
_BLANK: Final = np.uint8(ord(" "))


def spelled(values: Values, code: int) -> Values:
    """The one spelling of values of a kind: a string array as long; none is null.

    Args:
        values: a string array without nulls.
        code: the scanner's number of the kind.
    """
    if code in _EXACT:
        return values
    if code == codes.EMAIL:
        plain = normalise(values, EMAIL)
    elif code == codes.PHONE:
        plain = normalise(values, PHONE[0])
    else:
        plain = normalise(values, None)
        if code in _BARE or codes.FIRST_OFFICIAL <= code < codes.FIRST_OWN:
            plain = _bare(plain)
        else:
            plain = pc.utf8_lower(_single_blanks(plain))
        plain = pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)
    # What a kind's spelling leaves nothing of is spelled as it stands.
    return pc.coalesce(plain, values)


def _bare(values: Values) -> Values:
    """Letters and digits alone, in capitals."""
    text = TextBytes.of(values)
    if len(text.data) and text.data.max() < 128:
        return pc.ascii_upper(text.keep(_ALNUM[text.data]).array(values))
    return pc.utf8_upper(pc.replace_substring_regex(values, r"[^\p{L}\p{N}]+", ""))


def _single_blanks(values: Values) -> Values:
    """One blank for each stretch of white space."""
    data = TextBytes.of(values).data
    blank = data <= _BLANK
    strange = (blank & (data != _BLANK)).any() or (blank[1:] & blank[:-1]).any()
    if not strange:
        return values
    return pc.replace_substring_regex(values, r"\s+", " ")
