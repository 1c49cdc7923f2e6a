"""All that the scanner looks things up in and works with, as two records of memory.

Compiled code hands an array on as seven words and a tuple of arrays as many more, at every call. A
record is one address, so functions can pass all tables along at no cost, and take out what they
need, as addresses too (`bare`). Its shape is part of its type: tables of other sizes are another
program.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import bare, inlined
from privet.kernels.scan.chains import LONGEST_GROUP, MOST_GROUPS
from privet.kernels.scan.dates import Calendar
from privet.kernels.scan.official_tables import MOST_PARTS, OfficialTables
from privet.kernels.scan.phones import PhoneTables
from privet.kernels.scan.secret_tables import SecretTables
from privet.kernels.scan.words import MEMO, Words

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
    }
    fields = [(name, array.dtype, array.shape) for name, array in arrays.items()]
    numbers = {
        "latest": tables.calendar.latest,
        "last": words.last,
        "date_last": dates.last,
        "street_last": streets.last,
    }
    fields += [(name, np.dtype(np.int64), ()) for name in numbers]
    made = np.zeros(1, np.dtype(fields, align=True))
    for name, array in arrays.items():
        made[name][0] = array
    for name, number in numbers.items():
        made[name] = number
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
        ("groups", np.int64, (MOST_PARTS, 4)),
        ("symbols", np.int64, (2,)),
        ("count", np.int64),
        ("floor", np.int64),
        ("row", np.int64),
        ("opening", np.int64),
        ("memo", np.uint64, (MEMO,)),
        ("near", np.uint64, (MEMO,)),
    ]
    made = np.zeros(1, np.dtype(fields, align=True))
    made["wanted"][0] = wanted
    made["floor"] = floor
    made["memo"] = made["near"] = np.iinfo(np.uint64).max
    return made


@inlined
def words_of(known: Known, work: Work) -> Words:
    """The words of contexts, with the last answer at hand."""
    return Words(
        bare(known.sieve),
        bare(known.keys),
        bare(known.topics),
        bare(known.countries),
        known.last,
        bare(work.memo),
    )


@inlined
def street_words_of(known: Known, work: Work) -> Words:
    """The words of streets, with the last words beside a number at hand."""
    return Words(
        bare(known.street_sieve),
        bare(known.street_keys),
        bare(known.street_topics),
        bare(known.street_countries),
        known.street_last,
        bare(work.near),
    )


@inlined
def calendar_of(known: Known, work: Work) -> Calendar:
    """Names of months, and the last day that can be; the last words beside a number at hand."""
    words = Words(
        bare(known.date_sieve),
        bare(known.date_keys),
        bare(known.date_topics),
        bare(known.date_countries),
        known.date_last,
        bare(work.near),
    )
    return Calendar(words, known.latest)
