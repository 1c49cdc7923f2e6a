"""Time, randomness and identity."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from privet.model.release import Principal


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class Entropy(Protocol):
    """Gives random bytes that nobody can predict."""

    def token_bytes(self, count: int) -> bytes:
        """`count` bytes from the operating system's generator."""
        ...


class Identity(Protocol):
    """Says who is asking; never takes the asker's word for it."""

    def principal(self) -> Principal:
        """The authenticated principal."""
        ...
