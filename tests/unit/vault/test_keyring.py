from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from privet.crypto.passphrase import Argon2idParams
from privet.model.errors import IntegrityError, Locked, PrivetError, StorageError, UsageError
from privet.vault.keyring import Keyring, key_check_value
from tests.world import SeededEntropy

CHEAP = Argon2idParams(memory_kib=64 * 1024, iterations=3, lanes=1)
SECRET = "correct horse battery staple"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".privet" / "keyring.json"


def make(path: Path, project: str = "p1") -> tuple[Keyring, bytes]:
    return Keyring.create(path, project, SECRET, SeededEntropy(), CHEAP)


def edit(path: Path, change: object) -> None:
    document = json.loads(path.read_text())
    change(document)  # type: ignore[operator]
    path.write_text(json.dumps(document))


def test_unlocks_what_it_created(path: Path) -> None:
    keyring, root = make(path)
    loaded = Keyring.load(path, "p1")
    assert loaded == keyring
    assert loaded.unlock(SECRET) == root
    assert loaded.key_id == key_check_value(root)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_root_key_is_in_no_repr_and_not_in_the_file(path: Path) -> None:
    keyring, root = make(path)
    assert root.hex() not in repr(keyring)
    assert repr(root) not in repr(keyring)
    assert root not in path.read_bytes()


def test_a_composed_and_a_decomposed_passphrase_are_one(path: Path) -> None:
    _, root = Keyring.create(path, "p1", "caf\u00e9 au lait", SeededEntropy(), CHEAP)
    assert Keyring.load(path, "p1").unlock("cafe\u0301 au lait") == root


def test_a_wrong_passphrase_is_locked(path: Path) -> None:
    keyring, _ = make(path)
    with pytest.raises(Locked, match="opens no slot") as caught:
        keyring.unlock("wrong")
    assert "wrong" not in str(caught.value)


def test_an_empty_passphrase_is_refused(path: Path) -> None:
    with pytest.raises(UsageError, match="empty"):
        Keyring.create(path, "p1", "", SeededEntropy(), CHEAP)


def test_a_keyring_is_never_made_over_another(path: Path) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="there already"):
        make(path)
    assert path.read_bytes() == before


def test_slots_come_and_go_but_the_last_stays(path: Path) -> None:
    keyring, root = make(path)
    first = keyring.slots[0]
    more = keyring.add_slot(root, "second words", SeededEntropy(9), CHEAP)
    assert Keyring.load(path, "p1").unlock("second words") == root
    fewer = more.remove_slot(first)
    assert Keyring.load(path, "p1") == fewer
    with pytest.raises(Locked):
        fewer.unlock(SECRET)
    with pytest.raises(UsageError, match="last slot"):
        fewer.remove_slot(fewer.slots[0])
    with pytest.raises(UsageError, match="no slot"):
        fewer.remove_slot(first)


def test_a_slot_takes_the_keyrings_own_root_key_only(path: Path) -> None:
    keyring, _ = make(path)
    with pytest.raises(Locked, match="not the root key"):
        keyring.add_slot(b"x" * 32, "other", SeededEntropy(9), CHEAP)


def test_another_projects_keyring_is_named(path: Path) -> None:
    make(path, "p1")
    with pytest.raises(Locked, match="another project"):
        Keyring.load(path, "p2")


def test_a_renamed_project_does_not_unlock(path: Path) -> None:
    make(path, "p1")
    edit(path, lambda document: document.update(project="p2"))
    with pytest.raises(Locked):
        Keyring.load(path, "p2").unlock(SECRET)


def test_weaker_stretching_is_refused_not_used(path: Path) -> None:
    make(path)
    edit(path, lambda document: document["slots"][0]["kdf"].update(memory_kib=8, iterations=1))
    with pytest.raises(IntegrityError, match="weaker"):
        Keyring.load(path, "p1").unlock(SECRET)


def test_an_endless_stretch_is_refused(path: Path) -> None:
    make(path)
    edit(path, lambda document: document["slots"][0]["kdf"].update(memory_kib=1 << 30))
    with pytest.raises(IntegrityError, match="costlier"):
        Keyring.load(path, "p1").unlock(SECRET)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_open_to_others_is_refused_with_the_command(path: Path, mode: int) -> None:
    make(path)
    path.chmod(mode)
    with pytest.raises(Locked, match="others can read or write") as caught:
        Keyring.load(path, "p1")
    assert caught.value.hint == f"chmod 600 {path}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_refused(path: Path) -> None:
    make(path)
    os.chown(path, 12345, -1)
    with pytest.raises(Locked, match="another user"):
        Keyring.load(path, "p1")


def test_a_link_a_pipe_and_nothing_are_refused(path: Path, tmp_path: Path) -> None:
    make(path)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for odd in (link, pipe, tmp_path / "absent"):
        with pytest.raises(Locked):
            Keyring.load(odd, "p1")


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("slots"),
        lambda document: document.update(slots=[]),
        lambda document: document.update(format="other"),
        lambda document: document["slots"].append(document["slots"][0]),
        lambda document: document["slots"][0].update(kind="riddle"),
        lambda document: document["slots"][0].update(salt="AAAA"),
        lambda document: document["slots"][0].update(wrapped="%%%"),
        lambda document: document["slots"][0]["kdf"].update(name="md5"),
        lambda document: document["slots"][0]["kdf"].update(lanes="1"),
        lambda document: document["slots"][0]["kdf"].update(iterations=True),
    ],
)
def test_a_malformed_file_is_an_integrity_error(path: Path, change: object) -> None:
    make(path)
    edit(path, change)
    with pytest.raises(IntegrityError, match="changed or cut short"):
        Keyring.load(path, "p1")


def test_a_newer_format_is_said_to_be_newer(path: Path) -> None:
    make(path)
    edit(path, lambda document: document.update(v=2))
    with pytest.raises(Locked, match="another version"):
        Keyring.load(path, "p1")


def test_every_cut_and_many_flips_are_refused(path: Path) -> None:
    make(path)
    whole = path.read_bytes()
    for size in range(0, len(whole) - 3, 37):
        path.write_bytes(whole[:size])
        with pytest.raises(PrivetError):
            Keyring.load(path, "p1")
    wrapped = whole.index(b'"wrapped": "') + 12
    for offset in (wrapped, wrapped + 30, wrapped + 60):
        changed = bytearray(whole)
        changed[offset] ^= 1
        path.write_bytes(bytes(changed))
        with pytest.raises(PrivetError):
            Keyring.load(path, "p1").unlock(SECRET)


def test_a_folder_that_cannot_be_written_leaves_the_old_keyring(path: Path) -> None:
    keyring, root = make(path)
    before = path.read_bytes()
    blocked = path.parent / f".tmp-{path.name}-{os.getpid()}"
    blocked.mkdir()
    with pytest.raises(StorageError, match="cannot write"):
        keyring.add_slot(root, "second", SeededEntropy(4), CHEAP)
    blocked.rmdir()
    assert path.read_bytes() == before
