"""The forms in `spec/vault` are those that the code reads and writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from privet.model.canonical import encode
from privet.model.errors import IntegrityError
from privet.vault.keyring import Keyring, key_check_value
from privet.vault.snapshots import open_manifest
from tests.unit.vault.vaults import PROJECT

SPEC = Path(__file__).parents[3] / "spec" / "vault"


def test_the_keyring_vector_opens(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    shutil.copyfile(SPEC / "keyring.vector.json", path)
    path.chmod(0o600)
    keyring = Keyring.load(path, PROJECT)
    passphrase = (SPEC / "keyring.vector.passphrase").read_text().rstrip("\n")
    assert key_check_value(keyring.unlock(passphrase)) == keyring.key_id
    assert keyring.content.to_bytes() == path.read_bytes()


def test_the_manifest_vector_verifies() -> None:
    envelope = (SPEC / "manifest.vector.json").read_bytes()
    key = (SPEC / "manifest.vector.key").read_text().rstrip("\n")
    where = {"project_id": PROJECT, "dataset": "customers"}
    snapshot = open_manifest(envelope, key, number=1, **where)
    assert snapshot.manifest.schema.names == ["customer", "note", "visits"]
    assert encode(json.loads(envelope)) == envelope
    with pytest.raises(IntegrityError):
        open_manifest(envelope, key, number=2, **where)


@pytest.mark.parametrize("name", ["keyring", "manifest"])
def test_the_schema_names_what_is_written(name: str) -> None:
    schema = json.loads((SPEC / f"{name}.schema.json").read_text())
    if name == "keyring":
        document = json.loads((SPEC / "keyring.vector.json").read_text())
        assert sorted(document["slots"][0]) == sorted(
            schema["properties"]["slots"]["items"]["required"]
        )
    else:
        envelope = (SPEC / "manifest.vector.json").read_bytes()
        key = (SPEC / "manifest.vector.key").read_text().rstrip("\n")
        opened = open_manifest(envelope, key, project_id=PROJECT, dataset="customers", number=1)
        document = json.loads(opened.manifest.to_bytes())
        entry = document["fragments"][0]
        assert sorted(entry) == sorted(schema["properties"]["fragments"]["items"]["required"])
    assert sorted(document) == sorted(schema["required"])
