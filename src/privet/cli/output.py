"""How results and errors are printed, as text or as one JSON object."""

from __future__ import annotations

import json as encoder
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from privet.model.errors import PrivetError

SHAPE_VERSION = 1
_OUR_CODE = Path(__file__).parent.parent


def emit(verb: str, **fields: Any) -> None:
    """Print one JSON object: `{"version": 1, "verb": …}` and the verb's fields (docs/json.md)."""
    # ASCII alone, so that it is the same JSON in every terminal's encoding.
    print(encoder.dumps({"version": SHAPE_VERSION, "verb": verb, **fields}))  # noqa: T201


def say(text: str = "") -> None:
    """Print a line of text."""
    print(text)  # noqa: T201


def counted(count: int, noun: str) -> str:
    """A count and its noun: `1 cell`, `1,200 cells`."""
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"


def done(verb: str, text: str, *, json: bool, **fields: Any) -> None:
    """Print a small result."""
    if json:
        emit(verb, **fields)
    elif text:
        say(text)


def preparing() -> None:
    """Say why nothing happens for a while."""
    text = "preparing the scanner for this machine, once: about a minute"
    print(text, file=sys.stderr, flush=True)  # noqa: T201


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
    """Say that Ctrl-C ended it, and what to do; a release may have been complete by then."""
    error = PrivetError(
        "interrupted; no release is left half made",
        hint="run it again: what was complete is kept, and the rest is done anew",
    )
    fail(verb, error, json=json)


def crashed(verb: str, error: Exception, *, json: bool) -> int:
    """Report an error that is not ours: its type and place, never its text, which may hold data."""
    frames = traceback.extract_tb(error.__traceback__)
    # Where it left our own code says more than a line of somebody's library.
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_OUR_CODE)]
    frame = (own or frames)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    ours = PrivetError(
        f"unexpected {type(error).__name__} at {place}",
        hint="this is a fault of Privet: please report this line; it holds no data",
    )
    return fail(verb, ours, json=json)


def unread() -> int:
    """Nobody reads the output any more (`| head`): be silent; returns the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 3
