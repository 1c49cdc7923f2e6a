from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from privet.model.errors import IntegrityError
from privet.vault.keys import KEYS, KeyTable, check_against_log
from tests.unit.vault.vaults import PROJECT, ROOT, House, house
from tests.world import FixedClock, SeededEntropy


@pytest.fixture
def home(tmp_path: Path) -> House:
    return house(tmp_path)


def logged(home: House) -> list[dict[str, object]]:
    return [dict(entry.body) for entry in home.log.entries() if entry.kind == "key"]


def check(home: House) -> None:
    with home.catalog.read() as connection:
        rows = list(connection.execute(select(KEYS)).mappings())
    check_against_log(rows, logged(home))


def test_a_key_comes_back_as_it_was_made(home: House) -> None:
    keys = home.vault.keys
    with home.catalog.write() as connection:
        first = keys.create(connection, "linkage", "customer|research", log=home.log)
        second = keys.create(connection, "linkage", "customer|research", log=home.log)
        seed = keys.create(connection, "signing", "log", secret=b"s" * 32)
    with home.catalog.read() as connection:
        assert keys.get(connection, first.id) == first
        assert keys.current(connection, "linkage", "customer|research") == second
        assert keys.get(connection, seed.id).secret == b"s" * 32
        assert keys.current(connection, "linkage", "another") is None
    assert (first.version, second.version) == (1, 2)
    assert first.secret != second.secret
    check(home)


def test_no_repr_shows_a_secret(home: House) -> None:
    with home.catalog.write() as connection:
        key = home.vault.keys.create(connection, "registry", "registry")
    for text in (repr(key), repr(home.vault.keys), repr(home.vault), str(key)):
        assert repr(key.secret)[2:-1] not in text
        assert key.secret.hex() not in text
        assert repr(ROOT)[2:-1] not in text


def test_fragment_keys_hang_on_their_data_sets_key(home: House) -> None:
    keys = home.vault.keys
    with home.catalog.write() as connection:
        parent = keys.create(connection, "dataset", "customers", log=home.log)
        child = keys.mint("fragment", "datasets/customers/fragments/1", parent=parent)
        keys.insert(connection, [child])
    with home.catalog.read() as connection:
        assert keys.get(connection, child.id) == child
    with home.catalog.write() as connection:
        keys.destroy(connection, parent.id, home.log)
    with home.catalog.read() as connection, pytest.raises(IntegrityError, match="does not unwrap"):
        keys.get(connection, child.id)
    check(home)


def test_a_destroyed_key_is_gone_from_every_file_of_the_catalog(
    home: House, tmp_path: Path
) -> None:
    keys = home.vault.keys
    with home.catalog.write() as connection:
        key = keys.create(connection, "linkage", "domain", log=home.log)
        wrapped = connection.execute(select(KEYS.c.wrapped).where(KEYS.c.id == key.id)).scalar()
    with home.catalog.write() as connection:
        keys.destroy(connection, key.id, home.log)
    with home.catalog.read() as connection:
        assert keys.current(connection, "linkage", "domain") is None
        with pytest.raises(IntegrityError, match="destroyed"):
            keys.get(connection, key.id)
    home.catalog.close()
    for file in tmp_path.glob("catalog.db*"):
        assert bytes(wrapped) not in file.read_bytes()


def test_another_root_key_or_project_opens_nothing(home: House) -> None:
    with home.catalog.write() as connection:
        key = home.vault.keys.create(connection, "dataset", "customers")
    for project, root in ((PROJECT, b"z" * 32), ("other", ROOT)):
        table = KeyTable(project, root, SeededEntropy(5), FixedClock())
        with home.catalog.read() as connection, pytest.raises(IntegrityError, match="unwrap"):
            table.get(connection, key.id)


@pytest.mark.parametrize(
    "change", [{"name": "other"}, {"version": 9}, {"kind": "registry"}, {"id": "0" * 32}]
)
def test_a_key_moved_within_the_table_does_not_open(home: House, change: dict[str, object]) -> None:
    with home.catalog.write() as connection:
        key = home.vault.keys.create(connection, "linkage", "domain", log=home.log)
        connection.execute(update(KEYS).where(KEYS.c.id == key.id).values(**change))
    with home.catalog.read() as connection, pytest.raises(IntegrityError):
        home.vault.keys.get(connection, str(change.get("id", key.id)))
    with pytest.raises(IntegrityError):
        check(home)


def test_a_removed_newest_version_is_found(home: House) -> None:
    with home.catalog.write() as connection:
        home.vault.keys.create(connection, "linkage", "domain", log=home.log)
        newest = home.vault.keys.create(connection, "linkage", "domain", log=home.log)
        connection.execute(delete(KEYS).where(KEYS.c.id == newest.id))
    with pytest.raises(IntegrityError, match="removed"):
        check(home)


def test_a_key_put_back_after_its_destruction_is_found(home: House) -> None:
    keys = home.vault.keys
    with home.catalog.write() as connection:
        key = keys.create(connection, "dataset", "customers", log=home.log)
        wrapped = connection.execute(select(KEYS.c.wrapped)).scalar()
        keys.destroy(connection, key.id, home.log)
        connection.execute(update(KEYS).values(wrapped=wrapped, state="live"))
    with pytest.raises(IntegrityError, match="not destroyed"):
        check(home)


def test_what_is_not_there_is_said(home: House) -> None:
    with home.catalog.write() as connection:
        with pytest.raises(IntegrityError, match="not in the key table"):
            home.vault.keys.get(connection, "absent")
        with pytest.raises(IntegrityError, match="not in the key table"):
            home.vault.keys.destroy(connection, "absent")
    with pytest.raises(ValueError, match="32 bytes"):
        KeyTable(PROJECT, b"short", SeededEntropy(), FixedClock())
    with pytest.raises(ValueError, match="32 bytes"):
        home.vault.keys.mint("signing", "log", secret=b"short")
