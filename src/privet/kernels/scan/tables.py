"""All that the scanner looks things up in and works with, as two records of memory.

Compiled code hands an array on as seven words and a tuple of arrays as many more, at every call. A
record is one address, so functions can pass all tables along at no cost, and take out what they
need. Its shape is part of its type: tables of other sizes are another program.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import inlined
from privet.kernels.scan.chains import LONGEST_GROUP, MOST_GROUPS
from privet.kernels.scan.dates import Calendar
from privet.kernels.scan.official_tables import OfficialTables
from privet.kernels.scan.phones import PhoneTables
from privet.kernels.scan.secret_tables import SecretTables
from privet.kernels.scan.words import Words

Known: TypeAlias = Any
"""A record made by `known`: the type checker cannot see its fields."""
Work: TypeAlias = Any
"""A record made by `workplace`."""
Records: TypeAlias = npt.NDArray[np.void]


class Tables(NamedTuple):
    """What the registries of kinds made for compiled code.

    `iban_lengths` has shape (676,): by two letters, the length of an IBAN; 0 where there is none.
    """

    words: Words
    iban_lengths: npt.NDArray[np.uint8]
    phones: PhoneTables
    official: OfficialTables
    secrets: SecretTables
    calendar: Calendar
    streets: Words


def known(tables: Tables) -> Records:
    """The tables as an array of one record."""
    words, dates, streets = tables.words, tables.calendar.words, tables.streets
    arrays: dict[str, npt.NDArray[Any]] = {
        "sieve": words.sieve,
        "keys": words.keys,
        "topics": words.topics,
        "countries": words.countries,
        "iban_lengths": tables.iban_lengths,
        "phones": tables.phones,
        "official": tables.official.program,
        "secrets": tables.secrets,
        "date_sieve": dates.sieve,
        "date_keys": dates.keys,
        "date_topics": dates.topics,
        "date_countries": dates.countries,
        "street_sieve": streets.sieve,
        "street_keys": streets.keys,
        "street_topics": streets.topics,
        "street_countries": streets.countries,
        "no_memo": streets.memo,
    }
    fields = [(name, array.dtype, array.shape) for name, array in arrays.items()]
    made = np.zeros(1, np.dtype([*fields, ("latest", np.int64)], align=True))
    for name, array in arrays.items():
        made[name][0] = array
    made["latest"] = tables.calendar.latest
    return made


def workplace(wanted: npt.NDArray[np.uint8], floor: int) -> Records:
    """Room for one call of the scanner at a time, as an array of one record.

    Args:
        wanted: by code of a kind, the score from which on it counts; 101 for never.
        floor: no span begins before this byte.
    """
    fields = [
        ("wanted", np.uint8, wanted.shape),
        ("chain", np.int64, (MOST_GROUPS, 3)),
        ("digits", np.uint8, (MOST_GROUPS * LONGEST_GROUP,)),
        ("ends", np.int64, (MOST_GROUPS,)),
        ("count", np.int64),
        ("floor", np.int64),
        ("row", np.int64),
        ("opening", np.int64),
        ("memo", np.uint64, (5,)),
    ]
    made = np.zeros(1, np.dtype(fields, align=True))
    made["wanted"][0] = wanted
    made["floor"] = floor
    made["memo"] = np.iinfo(np.uint64).max
    return made


@inlined
def words_of(known: Known, work: Work) -> Words:
    """The words of contexts, with the last answer at hand."""
    return Words(known.sieve, known.keys, known.topics, known.countries, work.memo)


@inlined
def street_words_of(known: Known) -> Words:
    """The words of streets."""
    return Words(
        known.street_sieve,
        known.street_keys,
        known.street_topics,
        known.street_countries,
        known.no_memo,
    )


@inlined
def calendar_of(known: Known) -> Calendar:
    """Names of months, and the last day that can be."""
    words = Words(
        known.date_sieve,
        known.date_keys,
        known.date_topics,
        known.date_countries,
        known.no_memo,
    )
    return Calendar(words, known.latest)


@inlined
def official_of(known: Known) -> OfficialTables:
    """The program of official numbers."""
    return OfficialTables(known.official)
