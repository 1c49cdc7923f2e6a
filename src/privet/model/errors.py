"""The error tree. A message names file, line, column, key or count, and never a data value.

::

    PrivetError             exit 3   it could not be decided or done
    ├── UsageError          exit 2   the call or a file of the user is wrong
    │   ├── ConfigError              privet.yaml, a contract, the policy, a pipeline
    │   └── SourceError              a data file is missing, unreadable or not of its form
    ├── Refused             exit 1   the policy, or a check, says no
    │   └── IntegrityError           something kept was changed, removed or rolled back
    └── Unavailable         exit 3   the machine, a key or another run stands in the way
        ├── Locked                   no passphrase, a wrong one, or another project's keyring
        ├── Busy                     another run holds the project
        └── StorageError             full, read-only or unreachable store
            ├── Missing              there is none at that place
            └── Unreachable          it did not answer: the same call may go through in a moment
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the user's files something stands: a file, a 1-based line, a dotted key."""

    file: str
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return place if self.key is None else f"{place}: {self.key}"


class PrivetError(Exception):
    """Root of every error that Privet raises on purpose.

    Args:
        message: what is wrong, in one sentence, without any data value.
        hint: what to do next, in one sentence.
        where: the place in the user's files, if there is one.
    """

    exit_code: ClassVar[int] = 3

    def __init__(
        self, message: str, *, hint: str | None = None, where: Location | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        text = self.message if self.where is None else f"{self.where}: {self.message}"
        return text if self.hint is None else f"{text}\n  {self.hint}"


class UsageError(PrivetError):
    """The call, or a file that the user wrote or named, is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file cannot be used as it stands."""


class SourceError(UsageError):
    """A data file is missing, unreadable, truncated or not of its declared form."""


class Refused(PrivetError):
    """The policy, or a check, says no."""

    exit_code = 1


class IntegrityError(Refused):
    """Something that was kept has been changed, removed or rolled back."""


class Unavailable(PrivetError):
    """It could not be done now: a key, the machine or another process stands in the way."""


class Locked(Unavailable):
    """No passphrase was given, or it does not open this project's keyring."""


class Busy(Unavailable):
    """Another run holds the project."""


class StorageError(Unavailable):
    """A store is full, read-only or out of reach."""


class Missing(StorageError):
    """There is no catalog at its place: it was never made, moved away, or lost."""


class Unreachable(StorageError):
    """A store did not answer: the same call may go through in a moment, so a retry can help."""
