"""Plain words for what a run says in its own terms: guarantees, treatments, reasons, sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

from privet.model.contract import NO_CATEGORY
from privet.policy.categories import CATEGORIES

_CALL = re.compile(r"(?P<name>[\w-]+)(?:\((?P<inner>.*)\))?", re.DOTALL)

_DATA: Mapping[str, str] = MappingProxyType(
    {
        "clear": "Personal data in the clear",
        "masked": "Masked personal data",
        "pseudonymous": "Pseudonymous data",
        "aggregate": "Aggregate figures",
        "k-anonymous": "k-anonymous data",
        "dp": "Differentially private results",
    }
)
_MEANING: Mapping[str, str] = MappingProxyType(
    {
        "clear": "Nothing hides whom it is about: whoever holds it holds personal data, under the "
        "law on personal data.",
        "masked": "Parts of values are hidden. It is still personal data: people can be recognised "
        "by what remains.",
        "pseudonymous": "Pseudonymous data is still personal data: what names a person was "
        "replaced or left out, and a person can still be singled out by what remains.",
        "aggregate": "It holds figures over groups and no row of a person. Small differences "
        "between such figures can still tell of one person.",
        "k-anonymous": "Each row is like several others in what could single a person out. It says "
        "nothing against somebody who knows more than that.",
        "dp": "Noise bounds what the results can tell of any one person, by the figures given here "
        "and for the unit that the policy names.",
    }
)
_NONE = "It carries no guarantee: treat it as personal data."

_TREATMENTS: Mapping[str, str] = MappingProxyType(
    {
        "keep": "Kept as it is",
        "drop": "Left out",
        "redact": "Every value replaced by one fixed mark",
        "mask": "Only the first or last few characters shown",
        "token": "Replaced by a keyed pseudonym",
        "encrypt": "Replaced by a token that can be decrypted",
        "format": "Encrypted to another value of the same form",
        "vault": "Replaced by a random token, whose value is kept sealed",
        "band": "Only the interval it falls into",
        "truncate": "Cut to its leading, coarser part",
        "text": "Personal data that was found in the text replaced, the rest kept",
        "shift": "Dates moved, by the same secret number of days for a person",
        "generalise": "Only the group that it falls into, as wide as its class needs",
        "sensitive": "Kept as it is; each class holds several of its values",
        "harmless": "Kept as it is, for the reason that the policy gives",
    }
)
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "type": "a value is not of the column's type",
        "required": "a required value is missing",
        "encoding": "the text is not in the stated encoding",
        "ragged_row": "more or fewer fields than the header",
        "not_json": "the line is not JSON",
        "wrong_shape": "the line is not an object of the contract's shape",
        "unknown_field": "a field that the contract does not know",
        "duplicate_key": "a key stands twice in one line",
        "drift": "it shows personal data that its contract does not know",
        "unowned": "no key says whom the row is about",
        "rule": "it breaks the rule",
        "duplicate": "another row stands for it",
        "restricted": "the person asked that it not be used for this",
        "filter": "outside the rows that the policy lets through",
        "class below k": "too few others are like it",
    }
)
_CLEANING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "trim": ("Spaces around values removed", "a value could not be trimmed"),
        "missing": ("Markers of missing values made null", "a marker could not be read"),
        "normalise": ("Spelling made one", "the spelling could not be made one"),
        "replace": ("Values replaced by others", "a value could not be replaced"),
        "date": ("Dates read and spelt one way", "a date could not be read for certain"),
        "number": ("Numbers read and spelt one way", "a number could not be read for certain"),
        "impute": ("Missing values filled in", "a missing value could not be filled in"),
        "clip": ("Values brought within bounds", "a value could not be brought within bounds"),
        "deduplicate": ("Rows that another row stands for", "a duplicate could not be judged"),
    }
)
_FATES: Mapping[str, str] = MappingProxyType(
    {"keep": "kept", "sensitive": "kept", "harmless": "kept", "drop": "dropped"}
)
_UNITS = ("MB", "GB", "TB", "PB")


def data_of(guarantee: str) -> str:
    """What left, as a subject of a sentence: `Pseudonymous data`, `k-anonymous data (k=5)`."""
    kind, inner = _split(guarantee)
    words = _DATA.get(kind, "Data without a guarantee")
    return f"{words} ({inner})" if inner else words


def meaning_of(guarantee: str) -> str:
    """What a guarantee means for the people in the data, in a sentence or two."""
    return _MEANING.get(_split(guarantee)[0], _NONE)


def treatment(text: str) -> tuple[str, str]:
    """A treatment in words, and its parameters as the policy wrote them; a tree's are values."""
    kind, inner = _split(text)
    return _TREATMENTS.get(kind, kind), "tree" if inner.startswith("tree=") else inner


def fate(text: str) -> str:
    """What became of a column: `kept`, `changed` or `dropped`."""
    return _FATES.get(_split(text)[0], "changed")


def reason(text: str) -> tuple[str, str]:
    """Why a row stayed back, in words, and the column or the rule it was about (or nothing)."""
    kind, _, about = text.partition(":")
    if kind == "clean" and ":" in about:
        step, _, column = about.partition(":")
        return cleaning_failed(step), column
    return _REASONS.get(kind, kind.replace("_", " ")), about


def cleaning(step: str) -> str:
    """What a cleaning step does, in words; one that is not known is said as it is named.

    A step that stands there twice has a number: `trim 2`.
    """
    kind, _, number = step.partition(" ")
    if kind not in _CLEANING or not (number.isdecimal() or not number):
        return step
    return f"{_CLEANING[kind][0]} ({number})" if number else _CLEANING[kind][0]


def cleaning_failed(step: str) -> str:
    """Why a cleaning step gave a row up."""
    kind = step.partition(" ")[0]
    return _CLEANING[kind][1] if kind in _CLEANING else f"the step {step} could not read a value"


def share(part: float, whole: float) -> str:
    """A share in percent, to two digits: `none`, `under 0.1 %`, `2.7 %`, `all`."""
    if part <= 0 or whole <= 0:
        return "none"
    if part >= whole:
        return "all"
    percent = 100 * part / whole
    if percent < 0.1:
        return "under 0.1 %"
    if percent > 99.9:
        return "over 99.9 %"
    return f"{percent:.1f} %" if percent < 9.95 or percent > 90 else f"{percent:.0f} %"


def category(key: str) -> str:
    """A data category in a few words; one that is not in the taxonomy has only its key."""
    if key == NO_CATEGORY:
        return "Not personal"
    return CATEGORIES[key].label if key in CATEGORIES else ""


def special(key: str) -> bool:
    """Whether the law gives the category more protection (GDPR Art. 9 and 10)."""
    return key in CATEGORIES and CATEGORIES[key].special


def size(count: int) -> str:
    """A file's size, on purpose not exactly: fixed-width rows could be counted by their bytes."""
    amount = count / 1e6
    if amount < 0.1:
        return "under 0.1 MB"
    for unit in _UNITS:
        if amount < 999.5 or unit == _UNITS[-1]:
            break
        amount /= 1000
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{float(f'{amount:.2g}'):,.0f} {unit}"


def seconds(amount: float) -> str:
    """How long something took: `0.4 s`, `3 min 20 s`, `2 h 5 min`."""
    if amount < 60:
        return f"{amount:.1f} s"
    minutes, rest = divmod(round(amount), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def duration(start: datetime, end: datetime) -> str:
    """How long from `start` to `end`."""
    return seconds((end - start) / timedelta(seconds=1))


def moment(time: datetime) -> str:
    """A time to the second, in UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def place(url: str) -> str:
    """Where a file lies, without what a URL may carry of credentials: user, query, fragment."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _split(text: str) -> tuple[str, str]:
    match = _CALL.fullmatch(text)
    return (match["name"], match["inner"] or "") if match else (text, "")
