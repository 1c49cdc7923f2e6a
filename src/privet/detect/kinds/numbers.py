"""The official numbers that can be found, and the arrays that compiled code reads of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from privet.detect.kinds.numbers_declared import Number, read_numbers
from privet.kernels.scan import codes

if TYPE_CHECKING:
    from privet.kernels.scan.official_tables import OfficialTables

_FIXED: Mapping[str, int] = MappingProxyType(
    {
        "ssn": codes.SSN,
        "itin": codes.ITIN,
        "passport": codes.PASSPORT,
        "driver_licence": codes.DRIVER_LICENCE,
        "vehicle": codes.VEHICLE,
    }
)
"""Numbers whose codes stand in `privet.kernels.scan.codes`; the others are counted."""


@cache
def numbers() -> tuple[Number, ...]:
    """Every official number, in the order of `numbers.txt`."""
    return read_numbers(
        files("privet.detect.kinds").joinpath("numbers.txt").read_text(encoding="utf-8")
    )


@cache
def number_codes() -> Mapping[str, int]:
    """The scanner's code of each number, by name."""
    counted = [number.name for number in numbers() if number.name not in _FIXED]
    found = {name: codes.FIRST_OFFICIAL + place for place, name in enumerate(counted)}
    every = {**found, **_FIXED}
    return MappingProxyType({number.name: every[number.name] for number in numbers()})


@cache
def tables(least: int = 1) -> OfficialTables:
    """The array for `privet.kernels.scan.official.official`; made once for each `least`.

    Args:
        least: no lower score is given; the higher it is, the sooner a candidate is done with.
    """
    from privet.detect.kinds.context import COUNTRIES  # noqa: PLC0415 - Arrow-free start
    from privet.detect.kinds.numbers_arrays import arrays  # noqa: PLC0415 - loads NumPy

    return arrays(numbers(), number_codes(), COUNTRIES, least)
