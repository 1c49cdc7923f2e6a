"""What only a person can give: passphrases and subject keys, never as arguments, never echoed."""

from __future__ import annotations

import getpass
import sys
from contextlib import suppress

from privet.model.errors import Locked, UsageError

_NO_TERMINAL = (
    "set PRIVET_PASSPHRASE, name a file under keys.passphrase in privet.yaml, "
    "or run `privet unlock` in a terminal first"
)


def passphrase(new: bool) -> str:
    """Ask for the project's passphrase; twice for a `new` one.

    Raises:
        Locked: there is no terminal to ask on, or the two differ.
    """
    if not sys.stdin.isatty():
        raise Locked("the project is locked and there is no terminal to ask on", hint=_NO_TERMINAL)
    if not new:
        return _typed("Passphrase: ")
    return _twice("Choose a passphrase for this project (it cannot be recovered): ")


def added_passphrase() -> str:
    """Ask for a further passphrase, from a terminal or as a line on standard input."""
    if sys.stdin.isatty():
        return _twice("Further passphrase: ")
    return _line("a passphrase")


def subject_key() -> str:
    """Ask whom it is about; the key stays out of the shell's history and the process list."""
    if sys.stdin.isatty():
        return _typed("The subject's key (not shown): ")
    return _line("the subject's key")


def _twice(question: str) -> str:
    first = _typed(question)
    if first != _typed("Again: "):
        raise Locked("the two passphrases differ", hint="try again")
    return first


def _typed(question: str) -> str:
    try:
        return getpass.getpass(question)
    except EOFError:
        raise Locked("nothing was typed", hint="run it again and answer the question") from None


def _line(what: str) -> str:
    text = None
    with suppress(UnicodeDecodeError):  # it holds what was read, so ours must not hang on it
        text = sys.stdin.readline().rstrip("\r\n")
    if text is None:
        raise UsageError(f"{what} is not UTF-8 text", hint="pipe it as one line of UTF-8")
    if not text:
        raise UsageError(f"{what} is missing", hint="type it, or pipe it as one line")
    return text
