"""What a run says about itself while it goes on."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Meter(Protocol):
    """Counts one step's work."""

    def __call__(self, rows: int, size: int, /) -> None:
        """`rows` more rows and `size` more bytes of the step's total are done."""
        ...


class Progress(Protocol):
    """Shows a run's steps; a face decides how."""

    def step(self, name: str, total: int | None) -> AbstractContextManager[Meter]:
        """A step begins; `total` is its size in bytes, if that is known."""
        ...

    def note(self, text: str) -> None:
        """One line about what was done, skipped or will be tried again."""
        ...


class Quiet:
    """Says nothing."""

    def step(self, name: str, total: int | None) -> AbstractContextManager[Meter]:  # noqa: ARG002
        """Count nothing."""
        return nullcontext(_ignore)

    def note(self, text: str) -> None:
        """Drop the line."""


def _ignore(rows: int, size: int) -> None:
    del rows, size
