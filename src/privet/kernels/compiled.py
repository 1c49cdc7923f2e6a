"""How kernels are compiled: on first use, without the interpreter's lock, kept on disk.

A program of many small functions that pass tables along needs two more forms. Numba counts the
users of each array at each call; `lean` code does not, and so may not make arrays. And it passes an
array as seven words; what is `inlined` becomes a part of its caller. Both are compiled as parts of
whatever `compiled` function calls them, and are kept on disk with it (`kernels.scan.scanner`).
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit
from numba.core import config, sigutils
from numba.core import types as numba_types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")
_normalize: Any = sigutils.normalize_signature
_unliteral: Any = numba_types.unliteral
_config: Any = config
_pointer: Any = numba_types.CPointer
_intrinsic: Any = intrinsic
_make_array: Any = make_array
AS_WRITTEN = bool(_config.DISABLE_JIT)
"""Nothing is compiled: Python runs it."""
_njit: Any = njit
"""Its types leave options out."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` with Numba when it is first called.

    The machine code is kept beside the source or, where that is read-only, in the user's cache
    folder (or `NUMBA_CACHE_DIR`); where neither can be written it is compiled anew in each process.
    """
    try:
        return cast("Callable[P, R]", njit(function, cache=True, nogil=True))
    except RuntimeError:  # Numba's word for "no place to keep it"
        return cast("Callable[P, R]", njit(function, nogil=True))


def lean(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` without reference counts: it may use arrays, and make none."""
    kernel = _njit(function, nogil=True, no_cfunc_wrapper=True, _nrt=False)
    return cast("Callable[P, R]", _of_plain_types(kernel))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Like `lean`, and made a part of its caller: for functions that are called in one place."""
    return cast("Callable[P, R]", _njit(function, nogil=True, _nrt=False, inline="always"))


@_intrinsic
def _address(_context: Any, array: Any) -> Any:
    def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _make_array(signature.args[0])(context, builder, arguments[0]).data

    return _pointer(array.dtype)(array), lowered


@inlined
def bare(array: A) -> A:
    """The address of a contiguous array alone, to be indexed like it; for compiled code.

    It is passed as one word and not as seven, and no index is looked at for being negative. Who
    hands it on says how long it is.
    """
    return array if AS_WRITTEN else _address(array)


def _of_plain_types(kernel: Any) -> Any:
    """The kernel, compiled once for all integers: Numba would do so for each literal one."""
    if not hasattr(kernel, "compile"):
        return kernel  # NUMBA_DISABLE_JIT: a plain function
    compile_for = kernel.compile

    def compile_plain(signature: Any) -> Any:
        given, result = _normalize(signature)
        plain = tuple(_unliteral(each) for each in given)
        return compile_for(plain if result is None else signature)

    kernel.compile = compile_plain
    return kernel


def sources_version(package: str) -> int:
    """A number that changes with any module of a package; never 0.

    Numba keeps a function on disk until its own file changes, whatever becomes of the functions
    that it is made of. One that closes over this number is kept apart for each version.
    """
    folder = Path(str(files(package)))
    digest = sha256()
    for source in sorted(folder.glob("*.py")):
        digest.update(source.read_bytes())
    return int.from_bytes(digest.digest()[:7], "big") or 1
