"""How kernels are compiled: on first use, without the interpreter's lock, kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` with Numba when it is first called.

    The machine code is kept beside the source or, where that is read-only, in the user's cache
    folder (or `NUMBA_CACHE_DIR`); where neither can be written it is compiled anew in each process.
    """
    try:
        return cast("Callable[P, R]", njit(function, cache=True, nogil=True))
    except RuntimeError:  # Numba's word for "no place to keep it"
        return cast("Callable[P, R]", njit(function, nogil=True))
