"""Where the passphrase comes from: the unlock agent, then what privet.yaml names, then a prompt."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from privet.config.project_form import PassphraseSource
from privet.model.errors import Locked

Ask: TypeAlias = Callable[[bool], str]
"""Asks a person; true means that a new passphrase is to be chosen."""

_HOW = (
    "set PRIVET_PASSPHRASE, name a file under keys.passphrase in privet.yaml, "
    "or run `privet unlock` in a terminal first"
)


def passphrase(source: PassphraseSource, root: Path, ask: Ask | None, *, new: bool) -> str:
    """The passphrase, from the environment or file that privet.yaml names, or from a person.

    Raises:
        Locked: nothing gives one; the hint says what would.
    """
    given = None
    if source.kind == "env" and source.name:
        given = os.environ.get(source.name)
    elif source.kind == "file" and source.name:
        given = _from_file(root / source.name)
    if given:
        return given
    if ask is None:
        raise Locked("the project is locked", hint=_HOW)
    return ask(new)


def _from_file(path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Locked(f"others can read {path}", hint=f"chmod 600 {path}")
        with suppress(UnicodeDecodeError):  # it holds the passphrase: ours must not hang on it
            return path.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise Locked(f"cannot read {path}: {error.strerror}", hint=_HOW) from error
    raise Locked(f"{path} is not text", hint="write the passphrase into it as UTF-8")
