"""The one error of the verifier, and its kinds."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """What was found wrong. The text of each is stable: scripts may compare it."""

    KEY = "key"
    """The verifier key that was given is not one."""
    UNREADABLE = "unreadable"
    """A file could not be read, so nothing was decided."""
    LOG_NEEDED = "log-needed"
    """Two checkpoints can be compared only with the log's tiles, and they are not there."""
    RECEIPT = "receipt"
    """The receipt is missing, or not of its form."""
    SIGNATURE = "signature"
    """Not signed by the key that was given."""
    STATEMENT = "statement"
    """What was signed is not a statement about a release."""
    FILES = "files"
    """The folder does not hold exactly the files that the receipt names, byte for byte."""
    LOG = "log"
    """The release is not proven to stand in the log."""
    HISTORY = "history"
    """The log was rewritten: one checkpoint does not continue the other."""

    @property
    def exit_code(self) -> int:
        """1: the check says no. 2: the call is wrong. 3: it could not be decided."""
        if self is Code.KEY:
            return 2
        return 3 if self in {Code.UNREADABLE, Code.LOG_NEEDED} else 1


class VerificationError(Exception):
    """A release, receipt or log is not what it should be.

    Args:
        code: the kind of failure.
        message: what is wrong, in one sentence, without any data value.
        hint: what to do next, in one sentence.
    """

    def __init__(self, code: Code, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n  {self.hint}"
