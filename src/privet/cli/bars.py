"""Progress on a terminal: rows, rows per second, time left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from privet.pipeline.progress import Meter
from privet.pipeline.progress import Progress as ProgressPort

_SETTLED = 0.2
"""Seconds before a speed says anything."""


@contextmanager
def bars() -> Iterator[ProgressPort]:
    """A bar for each step on standard error, a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        yield _Terminal(display)


class _Terminal:
    def __init__(self, display: Progress) -> None:
        self._display = display

    def step(self, name: str, total: int | None) -> AbstractContextManager[Meter]:
        return self._step(name, total)

    def note(self, text: str) -> None:
        self._display.console.print(text, highlight=False, markup=False)

    @contextmanager
    def _step(self, name: str, total: int | None) -> Iterator[Meter]:
        task = self._display.add_task(name, total=total, rows=0, speed="")
        started, rows = time.monotonic(), 0

        def advance(more: int, size: int) -> None:
            nonlocal rows
            rows += more
            seconds = time.monotonic() - started
            speed = f"{rows / seconds:,.0f} rows/s" if seconds > _SETTLED else ""
            self._display.update(task, advance=size, rows=rows, speed=speed)

        yield advance
        self._display.remove_task(task)
        self.note(f"{name}: {rows:,} rows")
