"""Argon2id: its RFC's vector, a key that stays, and the floor against downgrade."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from privet.crypto.passphrase import CEILING, FLOOR, Argon2idParams, derive
from privet.model.errors import IntegrityError

SALT = bytes(range(16))
FAST = Argon2idParams(memory_kib=64, iterations=1, lanes=1)


def test_the_vector_of_rfc_9106() -> None:
    """Section 5.3, with the secret and associated data that `derive` leaves empty."""
    stretch = Argon2id(
        salt=b"\2" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\4" * 12,
        secret=b"\3" * 8,
    )
    assert stretch.derive(b"\1" * 32).hex() == (
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    )


def test_the_key_of_a_passphrase_never_changes() -> None:
    """A new value here would lock every user out."""
    assert derive(b"open sesame", SALT, FAST, unsafe_allow_weak=True).hex() == (
        "37d451e26a95242ed7d9ece15aad4d53e605729c0e8f2164ee7781155331e301"
    )


def test_passphrase_salt_and_cost_all_count() -> None:
    keys = {
        derive(b"a", SALT, FAST, unsafe_allow_weak=True),
        derive(b"b", SALT, FAST, unsafe_allow_weak=True),
        derive(b"a", SALT[::-1], FAST, unsafe_allow_weak=True),
        derive(b"a", SALT, Argon2idParams(128, 1, 1), unsafe_allow_weak=True),
        derive(b"a", SALT, Argon2idParams(64, 2, 1), unsafe_allow_weak=True),
    }
    assert len(keys) == 5


@pytest.mark.parametrize(
    "params",
    [
        FAST,
        Argon2idParams(FLOOR.memory_kib - 1, 3, 1),
        Argon2idParams(FLOOR.memory_kib, 2, 1),
        Argon2idParams(FLOOR.memory_kib, 3, 0),
    ],
)
def test_a_downgraded_keyring_is_refused(params: Argon2idParams) -> None:
    with pytest.raises(IntegrityError, match="weaker"):
        derive(b"a", SALT, params)


@pytest.mark.parametrize(
    "params",
    [
        Argon2idParams(CEILING.memory_kib + 1, 3, 1),
        Argon2idParams(FLOOR.memory_kib, CEILING.iterations + 1, 1),
        Argon2idParams(FLOOR.memory_kib, 3, CEILING.lanes + 1),
    ],
)
def test_a_keyring_that_would_exhaust_the_machine_is_refused(params: Argon2idParams) -> None:
    with pytest.raises(IntegrityError, match="costlier"):
        derive(b"a", SALT, params, unsafe_allow_weak=True)


def test_the_floor_itself_and_the_default_are_accepted() -> None:
    assert len(derive(b"a", SALT, FLOOR)) == 32
    assert Argon2idParams().memory_kib >= FLOOR.memory_kib


@pytest.mark.parametrize(("passphrase", "salt"), [(b"", SALT), (b"a", SALT[:15])])
def test_an_empty_passphrase_or_short_salt(passphrase: bytes, salt: bytes) -> None:
    with pytest.raises(ValueError, match="passphrase"):
        derive(passphrase, salt, FLOOR)
