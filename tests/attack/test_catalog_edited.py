"""Somebody edits the catalog by hand: the next run refuses, not only `verify .`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from privet.crypto.notes import NoteSigner
from privet.crypto.signing import SigningKey
from privet.model.errors import IntegrityError
from privet.project.project import open_project
from tests.attack.projects import two_releases
from tests.world import SeededEntropy


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return two_releases(tmp_path / "project", monkeypatch)


def edit(root: Path, *statements: str) -> None:
    with sqlite3.connect(root / ".privet" / "catalog.db") as database:
        for statement in statements:
            assert database.execute(statement).rowcount == 1, statement


def test_a_restriction_taken_out_of_table_and_log_brings_nobody_back(root: Path) -> None:
    edit(
        root,
        "DELETE FROM restriction",
        "UPDATE log_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"restriction\"', "
        "'\"policy\"') AS BLOB) WHERE instr(CAST(leaf AS TEXT), '\"restriction\"')",
    )
    with pytest.raises(IntegrityError):
        open_project(root).run("research")


def test_an_entry_with_its_own_hash_still_differs_from_what_was_signed(root: Path) -> None:
    edit(root, "UPDATE log_hash SET hash = zeroblob(32) WHERE level = 1 AND position = 0")
    with pytest.raises(IntegrityError):
        open_project(root).run("research")


def test_an_exchanged_public_key_is_not_published(root: Path) -> None:
    other = NoteSigner("privet.local/test", SigningKey.generate(SeededEntropy())).verifier_key()
    edit(root, f"UPDATE project SET public_key = '{other}'")
    (root / "privet.pub").unlink()
    with pytest.raises(IntegrityError):
        open_project(root).run("research")
    assert not (root / "privet.pub").exists()
