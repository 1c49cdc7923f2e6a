"""`surrogate`: another value of the same kind and shape, the same wherever the value stands.

Which one is drawn by a keyed hash of the value in its one spelling (`drawing`, `spelling`), so that
it is the same in every text, file and run under one key, and nobody without the key can go back or
forth. What stays to be seen: the shape (length, separators, script, case), what each kind keeps
(`numbers`, `phones`, `machines`, `days`, `names` say what), and that two values are equal, hence
how often each stands there: the most frequent surrogate belongs to the most frequent value. Where
that is too much, redact or tag.

A surrogate never equals its own original, nor another original of its kind in the texts that are
protected together: what does is drawn again, up to eight times. So in two calls a value may have
two surrogates, in the rare case that one of them held the first as an original. Kinds with few
values (ages, dates, postcodes) are held to the first promise alone, since any of their values is
soon somebody's. Two values may share a surrogate, as often as the space of surrogates forces it.

What has no surrogate gets its tag: secrets, crypto-currency addresses, words of special categories,
own kinds, scripts without a table, values that stay the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa

from privet.kernels.scan import codes
from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.linkage import LinkageKey
from privet.transforms.text import days, machines, names, numbers, phones
from privet.transforms.text.drawing import Bytes, Draws, Flags
from privet.transforms.text.spelling import spelled

Maker: TypeAlias = Callable[[Values, Bytes], Values]
"""`(values, draws) -> surrogates`: null where there is none."""

ATTEMPTS: Final = 8
_TOGETHER: Final = 1 << 14
"""Values that are dealt with at once: what is known of so many fits a processor's cache."""

_MAKERS: Final[Mapping[int, Maker]] = MappingProxyType(
    {
        codes.EMAIL: names.emails,
        codes.USERNAME: names.user_names,
        codes.NAME: names.names,
        codes.PLACE: names.organisations,
        codes.ORGANISATION: names.organisations,
        codes.STREET: names.streets,
        codes.PHONE: phones.phones,
        codes.CARD: numbers.cards,
        codes.IBAN: numbers.ibans,
        codes.BIC: numbers.bank_codes,
        codes.SSN: numbers.security_numbers,
        codes.ITIN: numbers.taxpayer_numbers,
        codes.POSTCODE: numbers.postcodes,
        codes.COORDINATES: numbers.coordinates,
        codes.PASSPORT: numbers.plain_numbers,
        codes.DRIVER_LICENCE: numbers.plain_numbers,
        codes.VEHICLE: numbers.plain_numbers,
        codes.BANK_ACCOUNT: numbers.plain_numbers,
        codes.IP: machines.ip_addresses,
        codes.MAC: machines.hardware_addresses,
        codes.URL: machines.urls,
        codes.DATE_OF_BIRTH: days.birth_dates,
        codes.AGE: days.ages,
    }
)
_FEW_VALUES: Final = frozenset({codes.AGE, codes.DATE_OF_BIRTH, codes.POSTCODE})


def surrogates(values: Values, code: int, name: str, key: LinkageKey) -> Values:
    """A surrogate for each value; null where it has none.

    Args:
        values: distinct values of one kind, all that are protected together: a string array without
            nulls.
        code: the scanner's number of the kind.
        name: the kind's name.
        key: of the linkage domain.

    Returns:
        A string array of the same length.
    """
    maker = _maker(code)
    if maker is None or not len(values):
        return pc.if_else(from_numpy(np.zeros(len(values), np.bool_)), values, _null())
    plain, draws = spelled(values, code), Draws.under(key, name)
    found = pa.concat_arrays(
        [
            maker(values.slice(first, _TOGETHER), draws.of(plain.slice(first, _TOGETHER), 0))
            for first in range(0, len(values), _TOGETHER)
        ]
    )
    for attempt in range(1, ATTEMPTS):
        again = _clashing(found, plain, code)
        if not again.any():
            return found
        rows = from_numpy(np.flatnonzero(again))
        fresh = maker(values.take(rows), draws.of(plain.take(rows), attempt))
        found = pc.replace_with_mask(found, from_numpy(again), fresh)
    return pc.if_else(from_numpy(_clashing(found, plain, code)), _null(), found)


def _maker(code: int) -> Maker | None:
    if codes.FIRST_OFFICIAL <= code < codes.FIRST_OWN:
        return numbers.plain_numbers
    return _MAKERS.get(code)


def _clashing(found: Values, originals: Values, code: int) -> Flags:
    """Which surrogates are originals, in whatever spelling."""
    plain = spelled(pc.fill_null(found, ""), code)
    if code in _FEW_VALUES:
        clash = pc.equal(plain, originals)
    else:
        clash = pc.is_in(plain, value_set=originals)
    clash = pc.and_(clash, pc.is_valid(found))
    return np.array(clash.to_numpy(zero_copy_only=False), np.bool_)


def _null() -> Values:
    return pa.scalar(None, pa.string())
