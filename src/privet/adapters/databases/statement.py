"""The one statement that a source may send: a SELECT, and nothing that writes."""

from __future__ import annotations

import logging

from privet.adapters.databases.address import Kind
from privet.model.errors import ConfigError

_DIALECT = {"sqlite": "sqlite", "postgresql": "postgres"}


def checked_query(query: str | None, kind: Kind) -> str:
    """The query, without a closing semicolon.

    The session is read-only besides; this makes sure that it is one statement, so that it can stand
    in brackets, and says early what is wrong with it.

    Raises:
        ConfigError: it is missing, not one SELECT, writes, locks, or has parameters.
    """
    if query is None or not query.strip():
        raise ConfigError(
            "a source of `format: sql` has no query",
            hint="Write `query: SELECT … FROM …` beside `from:`.",
        )
    from sqlglot import exp, parse  # noqa: PLC0415 - loaded where it is used
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    log = logging.getLogger("sqlglot")
    disabled, log.disabled = log.disabled, True  # it would quote what it does not know
    try:
        statements = [each for each in parse(query, dialect=_DIALECT[kind]) if each is not None]
    except (SqlglotError, RecursionError):
        statements = []
    finally:
        log.disabled = disabled
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ConfigError(
            "`query:` is not one SELECT statement that can be read here",
            hint="Write one SELECT (or WITH … SELECT); put what is special into a view.",
        )
    writes = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock, exp.Command)
    if statements[0].find(*writes) is not None:
        raise ConfigError(
            "`query:` writes to the database, or locks rows", hint="A source is only read."
        )
    if statements[0].find(exp.Placeholder, exp.Parameter) is not None:
        raise ConfigError(
            "`query:` has a parameter, and nothing to put in its place",
            hint="Write the value; for rows after an earlier run, use `incremental: {after: …}`.",
        )
    return query.strip().rstrip(";").rstrip()


def quoted(name: str) -> str:
    """An identifier as both databases write it."""
    return '"' + name.replace('"', '""') + '"'


def select_from(chosen: str, query: str) -> str:
    """A SELECT of `chosen` from the query's result, which is called `q`.

    Both are safe to put together: `chosen` is made of quoted identifiers, and the query was seen to
    be one whole SELECT. A comment at its end must not swallow the bracket.
    """
    return f"SELECT {chosen} FROM (\n{query}\n) AS q"  # noqa: S608
