"""A key from a passphrase: Argon2id (RFC 9106)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from privet.model.errors import IntegrityError, Unavailable

SALT_BYTES: Final = 16
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Argon2idParams:
    """The cost of one guess: memory in KiB, passes over it, lanes."""

    memory_kib: int = 256 * 1024
    iterations: int = 3
    lanes: int = 1


FLOOR: Final = Argon2idParams(memory_kib=64 * 1024, iterations=3, lanes=1)
"""The cheapest accepted: memory and passes of RFC 9106's second recommended option (section 4).

The parameters lie in a file beside the data; without a floor, whoever can write that file could
have the next passphrase stretched too little and then guess it.
"""

CEILING: Final = Argon2idParams(memory_kib=4 * 1024 * 1024, iterations=64, lanes=64)
"""The dearest accepted, so that a changed file cannot exhaust the machine."""


def derive(
    passphrase: bytes, salt: bytes, params: Argon2idParams, *, unsafe_allow_weak: bool = False
) -> bytes:
    """The 32-byte key of a passphrase.

    Args:
        passphrase: the bytes as typed, UTF-8.
        salt: at least 16 random bytes, kept beside the parameters.
        params: what it costs; read from the keyring file.
        unsafe_allow_weak: accept parameters below `FLOOR`: for tests, and nothing else.

    Raises:
        IntegrityError: parameters below `FLOOR` or above `CEILING`.
        ValueError: an empty passphrase or a short salt.
        Unavailable: the machine has less free memory than the parameters ask for.
    """
    if not passphrase:
        raise ValueError("an empty passphrase protects nothing")
    if len(salt) < SALT_BYTES:
        raise ValueError("a passphrase's salt has at least 16 bytes")
    _require_bounds(params, unsafe_allow_weak=unsafe_allow_weak)
    stretch = Argon2id(
        salt=salt,
        length=_KEY_BYTES,
        iterations=params.iterations,
        lanes=params.lanes,
        memory_cost=params.memory_kib,
    )
    try:
        return stretch.derive(passphrase)
    except MemoryError:
        raise Unavailable(
            f"unlocking needs {params.memory_kib // 1024} MiB of free memory",
            hint="Close other programs, or unlock on a machine with more memory.",
        ) from None


def _require_bounds(params: Argon2idParams, *, unsafe_allow_weak: bool) -> None:
    values = (params.memory_kib, params.iterations, params.lanes)
    floor = (FLOOR.memory_kib, FLOOR.iterations, FLOOR.lanes)
    ceiling = (CEILING.memory_kib, CEILING.iterations, CEILING.lanes)
    too_weak = any(value < least for value, least in zip(values, floor, strict=True))
    if too_weak and not unsafe_allow_weak:
        raise IntegrityError(
            "the keyring asks for a weaker passphrase stretch than Privet ever writes",
            hint="Restore the keyring file from a backup; somebody may have changed it.",
        )
    if any(value > most for value, most in zip(values, ceiling, strict=True)):
        raise IntegrityError(
            "the keyring asks for a costlier passphrase stretch than Privet ever writes",
            hint="Restore the keyring file from a backup; somebody may have changed it.",
        )
