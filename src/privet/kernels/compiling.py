"""Who wants to know that the scanner is being compiled: it takes a minute, once on a machine.

This module loads no Numba; `privet.kernels.hearing` calls it when Numba begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SLOW = "privet.kernels.scan.scanner"
_listeners: list[Callable[[], None]] = []


@contextmanager
def told(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` if the scanner is compiled in the meantime, when it begins; once at most."""
    _listeners.append(tell)
    try:
        yield
    finally:
        if tell in _listeners:
            _listeners.remove(tell)


def begins(module: str) -> None:
    """A function of `module` is about to be compiled, since the disk has no code of it."""
    if module == _SLOW:
        while _listeners:
            _listeners.pop()()
