from __future__ import annotations

import pytest

from privet.config.project_file import (
    EngineConfig,
    find_root,
    load_contracts,
    load_pipeline,
    load_pipelines,
    load_policy,
    load_project,
)
from privet.config.project_form import PassphraseSource
from privet.model.errors import ConfigError
from tests.unit.config.project_files import CONTRACT, PIPELINE, PROJECT, write_project


def refused(tmp_path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_project(write_project(tmp_path, project=PROJECT + text))
    return str(caught.value)


def test_defaults(tmp_path):
    config = load_project(write_project(tmp_path))
    assert config.name == "demo"
    assert config.store == ".privet/vault"
    assert config.catalog == "sqlite:///.privet/catalog.db"
    assert config.keyring == ".privet/keyring.json"
    assert config.passphrase == PassphraseSource("env", "PRIVET_PASSPHRASE")
    assert config.engine == EngineConfig(4 * 2**20, 10**9, None)
    assert config.log_origin == "privet.local/demo"


def test_everything_can_be_said(tmp_path):
    text = """\
store: s3://bucket/vault
catalog: postgresql://ana@db.example.org:5432/privet
keys: {keyring: keys/ring.json, passphrase: {file: secrets/passphrase}}
engine: {block: 1.5 MiB, memory: 2GB, threads: 4}
log: {origin: example.org/privet}
"""
    config = load_project(write_project(tmp_path, project=PROJECT + text))
    assert config.passphrase == PassphraseSource("file", "secrets/passphrase")
    assert config.engine == EngineConfig(3 * 2**19, 2 * 10**9, 4)
    assert config.log_origin == "example.org/privet"
    assert config.catalog.startswith("postgresql://ana@")


def test_an_unknown_key_gets_the_nearest_name(tmp_path):
    said = refused(tmp_path, "enigne: {}\n")
    assert said.startswith("privet.yaml:3: enigne: ")
    assert "did you mean `engine`?" in said


def test_an_unknown_key_inside_gets_the_names_of_that_place(tmp_path):
    said = refused(tmp_path, "engine: {zzz: 1}\n")
    assert "block, memory, threads" in said


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("engine: 3", "engine", "expected a mapping of keys, found a number"),
        ("engine: {block: 4XiB}", "engine.block", "expected a size"),
        ("engine: {block: 1B}", "engine.block", "expected a size from 64KiB"),
        ("engine: {threads: many}", "engine.threads", "expected `auto` or a whole number"),
        ("engine: {threads: true}", "engine.threads", "found true or false"),
        ("store: [a]", "store", "expected a path or a URL, found a list"),
        ("keys: {keyring: 7}", "keys.keyring", "expected text, found a number"),
        ("log: {origin: a b}", "log.origin", "expected a name such as"),
    ],
)
def test_the_kind_of_what_is_wrong_is_named(tmp_path, text, key, expected):
    said = refused(tmp_path, text + "\n")
    assert said.startswith(f"privet.yaml:3: {key}: ")
    assert expected in said


def test_all_that_is_wrong_is_said_in_the_order_of_the_file(tmp_path):
    said = refused(tmp_path, "zzz: 1\nengine: {threads: x}\nstore: 3\n")
    assert said.startswith("privet.yaml: 3 things are wrong\n")
    assert said.index("privet.yaml:3") < said.index("privet.yaml:4") < said.index("privet.yaml:5")


def test_an_empty_file(tmp_path):
    with pytest.raises(ConfigError, match="expected a mapping of keys, found nothing"):
        load_project(write_project(tmp_path, project=""))


def test_another_version_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="expected `1`"):
        load_project(write_project(tmp_path, project="version: 2\nproject: demo\n"))


def test_find_root_looks_upward(tmp_path):
    root = write_project(tmp_path)
    assert find_root(root / "contracts" / "customers.yaml") == root
    assert find_root(root) == root


def test_no_root(tmp_path):
    with pytest.raises(ConfigError, match="privet init FILES"):
        find_root(tmp_path)


@pytest.mark.parametrize("load", [load_project, load_policy, load_contracts, load_pipelines])
def test_a_missing_file_says_how_to_get_one(tmp_path, load):
    with pytest.raises(ConfigError, match="privet init FILES"):
        load(tmp_path)


def test_a_pipeline_of_another_name(tmp_path):
    with pytest.raises(ConfigError, match="did you mean `research`"):
        load_pipeline(write_project(tmp_path), "reserch")


def test_two_files_for_one_name(tmp_path):
    root = write_project(tmp_path)
    (root / "pipelines" / "second.yml").write_text(PIPELINE)
    (root / "contracts" / "second.yml").write_text(CONTRACT)
    with pytest.raises(ConfigError, match=r"first is in pipelines/research\.yaml"):
        load_pipelines(root)
    with pytest.raises(ConfigError, match=r"first is in contracts/customers\.yaml"):
        load_contracts(root)


def test_what_is_wrong_in_several_files_is_said_at_once(tmp_path):
    root = write_project(tmp_path, contract="a: [")
    (root / "contracts" / "second.yml").write_text("[]")
    with pytest.raises(ConfigError) as caught:
        load_contracts(root)
    assert "contracts/customers.yaml" in str(caught.value)
    assert "contracts/second.yml" in str(caught.value)
