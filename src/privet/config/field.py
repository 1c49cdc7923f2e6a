"""Types of single values in the files: names, sizes, dates, decimals, URLs without secrets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias
from urllib.parse import parse_qsl

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from privet.config.form import wrong

NAME = r"[A-Za-z_][A-Za-z0-9_-]{0,62}"
"""What `Name` matches."""

RESERVED = "_privet_"
"""How the names of Privet's own columns start."""

_DATA = r"[A-Za-z_][A-Za-z0-9_]{0,62}"
_TEXT = r"[^\x00-\x1f\x7f]{1,2000}"
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s?(B|[KMGT]i?B)")
_POWER = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_MOST_SQL = 20_000
_MOST_ZEROS = 15
_SECRET_IN_QUERY = re.compile(
    r"pass|pwd|secret|token|signature|^sig$|access_?key|account_?key", re.IGNORECASE
)
_TORN = re.compile(r"(?!file:|sqlite:)[A-Za-z][A-Za-z0-9+.-]+:/", re.IGNORECASE)
"""A URL that would be taken for a path, so that what is meant for a store lands on this disk."""

_NO_SECRETS = "let the environment or a credentials file hold it (AWS_PROFILE, PGPASSFILE, ...)"


def matching(pattern: str, expected: str, hint: str | None = None) -> Callable[[str], str]:
    """Return a validator for text that matches the whole of `pattern`."""
    compiled = re.compile(pattern)

    def validate(value: str) -> str:
        if compiled.fullmatch(value) is None:
            raise wrong(expected, hint)
        return value

    return validate


def _text_type(pattern: str, expected: str) -> tuple[AfterValidator, WithJsonSchema]:
    shape = {"type": "string", "pattern": f"^{pattern}$", "description": expected}
    return AfterValidator(matching(pattern, expected)), WithJsonSchema(shape)


_name, _name_schema = _text_type(NAME, "a name: letters, digits, `_`, `-`")
_data, _data_schema = _text_type(_DATA, "a data set's name: letters, digits, `_`")

Name: TypeAlias = Annotated[str, _name, _name_schema]
"""The name of a project, pipeline, purpose, role or recipient."""

DataName: TypeAlias = Annotated[str, _data, _data_schema]
"""The name of a data set: it can stand in SQL."""

Text: TypeAlias = Annotated[
    str,
    AfterValidator(matching(_TEXT, "text on one line")),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
"""One line of text that is not empty."""


def size(value: object) -> int:
    """Read `4MiB` or a number of bytes (IEC 80000-13: MiB is 2**20, MB is 10**6)."""
    expected = "a size such as `4MiB` or `1GB`"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise wrong(expected)
    number, unit = match.groups()
    step = 1024 if "i" in unit else 1000
    return int(Decimal(number) * step ** _POWER[unit.rstrip("B").rstrip("i")])


def decimal(value: object) -> Decimal:
    """Read a number exactly as written."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong("a number")
    return Decimal(value)


def plain_decimal(value: Decimal) -> str:
    """Spell a decimal one way: `4`, `0.5`, `1e-7`; `1.0` and `1` are the same text."""
    short = value.normalize()
    return format(short, "f") if short == short.to_integral_value() else str(short).lower()


def number_text(value: int | Decimal) -> str:
    """Spell a number one way, and exactly: `100`, `0.5`, `1e-9`; no digit is rounded away."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        raise wrong("a number")
    text = "".join(map(str, digits)).lstrip("0")
    short = text.rstrip("0")
    if not short:
        return "0"
    exact = Decimal((sign, tuple(map(int, short)), exponent + len(text) - len(short)))
    if -_MOST_ZEROS <= exact.adjusted() < _MOST_ZEROS:
        return format(exact, "f")
    return str(exact).lower()


def iso_date(value: object) -> date:
    """Read `2027-01-31` (ISO 8601 calendar date)."""
    expected = "a date such as 2027-01-31"
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise wrong(expected)
    try:
        return date.fromisoformat(value)
    except ValueError:
        problem = wrong(expected, "there is no such day in the calendar")
    raise problem


def store_url(value: object) -> str:
    """Refuse a URL that carries a user name, a password, a token or a key."""
    return _address(value, users=False)


def database_url(value: object) -> str:
    """Refuse a URL that carries a password, a token or a key; a user name may stand."""
    return _address(value, users=True)


def _address(value: object, *, users: bool) -> str:
    if not isinstance(value, str) or not re.fullmatch(_TEXT, value):
        raise wrong("a path or a URL")
    scheme, separator, rest = value.partition("://")
    if not separator:
        if _TORN.match(value):
            raise wrong("a path or a URL", "a URL has `://` after its scheme")
        return value
    before_query, _, query = rest.partition("?")
    account, at, _ = before_query.rpartition("@")
    in_host = "@" in before_query.partition("/")[0]
    secret = bool(at) and (":" in account or (in_host and not users))
    named = any(_SECRET_IN_QUERY.search(key) for key, _ in parse_qsl(query, keep_blank_values=True))
    if secret or named:
        raise wrong("a URL without a password, token or key in it", _NO_SECRETS)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        raise wrong("a path or a URL")
    return value


def _sql(value: str) -> str:
    if not value.strip() or len(value) > _MOST_SQL:
        raise wrong(f"one SELECT, of at most {_MOST_SQL} characters")
    return value


Bytes: TypeAlias = Annotated[
    int,
    PlainValidator(size),
    WithJsonSchema({"type": ["string", "integer"], "description": "a size such as 4MiB or 1GB"}),
]
Number: TypeAlias = Annotated[Decimal, PlainValidator(decimal), WithJsonSchema({"type": "number"})]
IsoDate: TypeAlias = Annotated[
    date, PlainValidator(iso_date), WithJsonSchema({"type": "string", "format": "date"})
]
StoreUrl: TypeAlias = Annotated[str, PlainValidator(store_url), WithJsonSchema({"type": "string"})]
DatabaseUrl: TypeAlias = Annotated[
    str, PlainValidator(database_url), WithJsonSchema({"type": "string"})
]

Sql: TypeAlias = Annotated[str, AfterValidator(_sql)]
"""One SELECT, as text: whether it can be run is for the engine to say."""
