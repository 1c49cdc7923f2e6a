"""How results and errors are printed, as text or as one JSON object."""

from __future__ import annotations

import json as encoder
import sys
import traceback
from typing import Any

from privet.model.errors import PrivetError

SHAPE_VERSION = 1


def emit(verb: str, **fields: Any) -> None:
    """Print one JSON object: `{"version": 1, "verb": …}` and the verb's fields (docs/json.md)."""
    print(encoder.dumps({"version": SHAPE_VERSION, "verb": verb, **fields}, ensure_ascii=False))  # noqa: T201


def say(text: str = "") -> None:
    """Print a line of text."""
    print(text)  # noqa: T201


def done(verb: str, text: str, *, json: bool, **fields: Any) -> None:
    """Print a small result."""
    if json:
        emit(verb, **fields)
    elif text:
        say(text)


def fail(verb: str, error: PrivetError, *, json: bool) -> int:
    """Print an error of ours; returns the exit code."""
    if json:
        where = error.where
        emit(
            verb,
            error={
                "type": type(error).__name__,
                "message": error.message,
                "hint": error.hint,
                "where": None
                if where is None
                else {"file": where.file, "line": where.line, "key": where.key},
            },
            exit=error.exit_code,
        )
    else:
        print(f"privet {verb}: {error}", file=sys.stderr)  # noqa: T201
    return error.exit_code


def interrupted(verb: str, *, json: bool) -> None:
    """Say that Ctrl-C ended it, and that nothing half-done is left."""
    error = PrivetError("interrupted; nothing was released", hint="run it again to go on")
    fail(verb, error, json=json)


def crashed(verb: str, error: Exception, *, json: bool) -> int:
    """Report an error that is not ours: its type and place, never its text, which may hold data."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
    ours = PrivetError(
        f"unexpected {type(error).__name__} at {place}",
        hint="this is a fault of Privet: please report this line; it holds no data",
    )
    return fail(verb, ours, json=json)
