"""One spelling of each found value, so that `+49 30 1234` and `+49301234` are one.

As subject keys are spelled (`privet.transforms.normalise`) and beyond that by kind: numbers lose
their separators, codes their case, white space counts once.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from privet.kernels.scan import codes
from privet.transforms.arrow import Values, pc
from privet.transforms.normalise import EMAIL, PHONE, normalise

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
            bare = pc.replace_substring_regex(plain, r"[^\p{L}\p{N}]+", "")
            plain = pc.utf8_upper(bare)
        else:
            plain = pc.utf8_lower(pc.replace_substring_regex(plain, r"\s+", " "))
        plain = pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)
    # What a kind's spelling leaves nothing of is spelled as it stands.
    return pc.coalesce(plain, values)
