"""YAML that is made to hurt: bombs, tags, depth."""

from __future__ import annotations

import pytest
import yaml

from privet.config import yaml_document
from privet.config.contract_file import read_contracts
from privet.config.policy_file import read_policy
from privet.config.yaml_document import MAX_DEPTH, Document
from privet.model.errors import ConfigError
from tests.unit.config.project_files import CONTRACT

PARSERS = [yaml.SafeLoader] + ([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])


@pytest.fixture(params=PARSERS, ids=lambda parser: parser.__name__, autouse=True)
def _parser(request, monkeypatch):
    monkeypatch.setattr(yaml_document, "_PARSER", request.param)


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        Document.parse(text.encode(), "f.yaml")
    return str(caught.value)


def test_a_billion_laughs():
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "anchor or alias" in refused("\n".join(lines))


def test_an_anchor_that_holds_itself():
    assert "anchor or alias" in refused("a: &a [*a]")


def test_a_merge_key_is_a_plain_key():
    assert Document.parse(b"<<: {a: 1}", "f.yaml").data == {"<<": {"a": 1}}


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['true']",
        "!!python/object:os.path {}",
        "!!python/name:os.system ''",
        "!!binary aGk=",
        "!!set {a}",
        "!!str 7",
        "! 7",
        "!<tag:yaml.org,2002:int> 7",
    ],
)
def test_no_tag_is_followed(tag):
    assert "a tag" in refused(f"a: {tag}")


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "a:\n" + "".join(
        " " * n + "a:\n" for n in range(1, 1200)
    ), "? " * 100_000, "[[[" * 30_000 + "]" * 90_000],
    ids=["list", "mapping", "block list", "block mapping", "complex keys", "closed"],
)  # fmt: skip
def test_depth_is_bounded(text):
    assert "nested deeper" in refused(text) or "not text" in refused(text)


def test_what_is_deep_and_allowed_can_be_read():
    depth = MAX_DEPTH - 1
    value = Document.parse(("[" * depth + "]" * depth).encode(), "f.yaml").data
    assert value is not None


def test_the_deepest_contract_is_read_or_refused():
    inner = "{name: a, logicalType: string}"
    for _ in range(21):
        inner = f"{{name: a, logicalType: object, properties: [{inner}]}}"
    (contract,) = read_contracts(Document.parse(f"{CONTRACT}      - {inner}\n".encode(), "c.yaml"))
    assert len(contract.columns[-1].path.steps) == 22


def test_a_huge_exponent_costs_nothing():
    with pytest.raises(ConfigError, match="number too large"):
        read_policy(Document.parse(b"version: 1e999999999", "policy.yaml"))


def test_a_long_flat_file_is_read():
    text = "".join(f"key{n}: [1, 2, {{a: b}}]\n" for n in range(3000))
    assert len(Document.parse(text.encode(), "f.yaml").data) == 3000
