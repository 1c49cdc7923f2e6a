"""Numba says when it begins to compile; `compiling` hears of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from numba.core import event as numba_event

from privet.kernels import compiling

_Listener: Any = numba_event.Listener
_register: Any = numba_event.register


class _Heard(_Listener):  # type: ignore[misc] # Numba's classes carry no types
    """Hears of functions that are compiled, and not of those that are read from the disk."""

    def on_start(self, event: Any) -> None:
        compiling.begins(event.data["dispatcher"].py_func.__module__)

    def on_end(self, event: Any) -> None:
        """Nobody waits any more."""


@cache
def hear() -> None:
    """Tell `compiling` from now on."""
    _register("numba:compile", _Heard())
