"""Own kinds in YAML: every key, and every wrong use with its message and its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from privet.config.kinds_file import load_kinds, read_kinds
from privet.config.project_file import load_own_kinds, load_project
from privet.config.yaml_document import Document
from privet.model.errors import ConfigError, Location
from privet.model.own_kind import OwnKind

KINDS = """\
version: 1
kinds:
  customer_number:
    pattern: 'C-\\d{6}'
    validator: luhn
    context: {words: [customer, Kunde], required: true}
    category: user.unique_id
    label: customer numbers
    score: 0.8
    examples:
      must_match: ["customer C-123455"]
      must_not_match:
        - "C-1"
        - "X-123455"
"""
LEAST = """\
version: 1
kinds:
  a: {pattern: x+, category: user.unique_id, examples: {must_match: [x]}}
"""


def read(text: str) -> tuple[OwnKind, ...]:
    return read_kinds(Document.parse(text.encode(), "kinds.yaml"))


def test_every_key() -> None:
    (kind,) = read(KINDS)
    assert kind == OwnKind(
        name="customer_number",
        pattern=r"C-\d{6}",
        category="user.unique_id",
        label="customer numbers",
        validator="luhn",
        context=("customer", "Kunde"),
        needs_context=True,
        score=80,
        must_match=("customer C-123455",),
        must_not_match=("C-1", "X-123455"),
    )
    assert kind.where("pattern") == Location("kinds.yaml", 4, "kinds.customer_number.pattern")
    at = "kinds.customer_number.examples.must_not_match[1]"
    assert kind.where("must_not_match[1]") == Location("kinds.yaml", 14, at)


def test_what_may_be_left_out() -> None:
    (kind,) = read(LEAST)
    assert (kind.validator, kind.context, kind.needs_context) == (None, (), False)
    assert (kind.score, kind.label, kind.must_not_match) == (75, "a", ())
    assert kind.where("label") == kind.where("") == Location("kinds.yaml", 3, "kinds.a")


def test_examples_stand_in_no_repr() -> None:
    (kind,) = read(KINDS)
    assert "123455" not in repr(kind)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message"),
    [
        ("version: 1", "version: 2", 1, "version", "expected `1`, found a number"),
        ("luhn", "lune", 5, "validator", "expected another word, found text"),
        ("luhn", "3", 5, "validator", "found a number"),
        ("score: 0.8", "score: 80", 9, "score", "a number above 0 and at most 1"),
        ("score: 0.8", "score: 0", 9, "score", "a number above 0 and at most 1"),
        ("score: 0.8", "score: high", 9, "score", "expected a number"),
        ("score: 0.8", "score: 0.001", 3, "", "`score` is below 0.01"),
        ("customer_number:", "Customer:", 3, "Customer", "a kind's name"),
        ("user.unique_id", "Unique ID", 7, "category", "a category such as"),
        ("    pattern: 'C-\\d{6}'\n", "", 3, "pattern", "`pattern` is missing"),
        ("pattern: 'C-\\d{6}'", "pattern: ''", 4, "pattern", "text on one line"),
        ("[customer, Kunde]", "[]", 6, "context.words", "at least one entry"),
        ("required: true", "required: maybe", 6, "context.required", "expected true or false"),
        ('must_match: ["customer C-123455"]', "must_match: []", 11, "", "at least one entry"),
        ('- "C-1"', '- ""', 13, "examples.must_not_match[0]", "text of 1 to 10000 characters"),
        ("label:", "lable:", 8, "lable", "there is no such key here"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    old: str, new: str, line: int, key: str, message: str
) -> None:
    assert old in KINDS
    with pytest.raises(ConfigError) as error:
        read(KINDS.replace(old, new))
    assert error.value.where is not None
    assert (error.value.where.file, error.value.where.line) == ("kinds.yaml", line)
    assert key in (error.value.where.key or "")
    assert message in error.value.message


def test_no_kinds_at_all() -> None:
    with pytest.raises(ConfigError, match="at least one entry"):
        read("version: 1\nkinds: {}\n")


def test_the_project_names_the_file(tmp_path: Path) -> None:
    project = tmp_path / "privet.yaml"
    project.write_text("version: 1\nproject: demo\n")
    assert load_own_kinds(load_project(tmp_path)) == ()
    project.write_text("version: 1\nproject: demo\nkinds: own/kinds.yaml\n")
    with pytest.raises(ConfigError, match=r"own/kinds\.yaml: the file of own kinds is missing"):
        load_own_kinds(load_project(tmp_path))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "kinds.yaml").write_text(LEAST)
    assert [kind.name for kind in load_own_kinds(load_project(tmp_path))] == ["a"]
    assert load_kinds(tmp_path / "own" / "kinds.yaml", "k")[0].where("") == Location(
        "k", 3, "kinds.a"
    )
