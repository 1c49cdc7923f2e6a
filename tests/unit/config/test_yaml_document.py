from __future__ import annotations

from decimal import Decimal

import pytest
import yaml

from privet.config import yaml_document
from privet.config.yaml_document import MAX_BYTES, Document, dotted, kind_of
from privet.model.errors import ConfigError, Location

PARSERS = [yaml.SafeLoader] + ([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])


@pytest.fixture(params=PARSERS, ids=lambda parser: parser.__name__, autouse=True)
def _parser(request, monkeypatch):
    monkeypatch.setattr(yaml_document, "_PARSER", request.param)


def parse(text: str) -> Document:
    return Document.parse(text.encode(), "f.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("'true'", "true"),
        ("~", None),
        ("null", None),
        ("''", ""),
        ("12", 12),
        ("-3", -3),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1e-6", Decimal("1e-6")),
        ("0.10", Decimal("0.10")),
        (".inf", ".inf"),
        ("2027-01-01", "2027-01-01"),
        ("2027-01-01 10:00:00", "2027-01-01 10:00:00"),
        ("[a, {b: 1}]", ["a", {"b": 1}]),
        ("|\n  yes\n", "yes\n"),
    ],
)
def test_scalars_mean_what_they_look_like(text, value):
    assert parse(f"key: {text}").data == {"key": value}


def test_decimals_stay_as_written():
    assert str(parse("key: 0.10").data["key"]) == "0.10"


def test_keys_are_text_as_written():
    assert parse("{yes: 1, null: 2, 2024: 3, 1e5: 4, 0.10: 5}").data == {
        "yes": 1,
        "null": 2,
        "2024": 3,
        "1e5": 4,
        "0.10": 5,
    }


def test_an_empty_file_holds_nothing():
    assert parse("").data is None
    assert parse("# a comment\n").data is None


def test_a_byte_order_mark_is_skipped():
    assert Document.parse(b"\xef\xbb\xbfa: 1", "f.yaml").data == {"a": 1}


def test_every_value_knows_its_line():
    document = parse("a:\n  b: 1\n  c:\n    - x\n    - d: 2\n")
    assert document.locate(("a", "b")) == Location("f.yaml", 2, "a.b")
    assert document.locate(("a", "c", 1, "d")) == Location("f.yaml", 5, "a.c[1].d")


def test_a_missing_key_is_located_where_it_should_have_been():
    document = parse("a:\n  b: 1\n")
    assert document.locate(("a", "x", "y")) == Location("f.yaml", 1, "a.x.y")
    assert document.locate() == Location("f.yaml", 1, None)


def test_value_follows_a_path():
    document = parse("a: [{b: 1}]")
    assert document.value(("a", 0, "b")) == 1
    assert document.value(("a", 7, "b")) is None
    assert document.value(("a", "b")) is None


def test_odd_keys_are_quoted_in_a_path():
    assert dotted(("a", 0, "b.c", "d\ne")) == 'a[0]."b.c"."d\\ne"'


def test_kinds_are_named_without_the_value():
    kinds = [kind_of(value) for value in (None, True, 1, Decimal(1), "x", "", [], {})]
    assert kinds == [
        "nothing",
        "true or false",
        "a number",
        "a number",
        "text",
        "empty text",
        "a list",
        "a mapping of keys",
    ]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: b: c", 1, "may not stand here"),
        ("a: 1\nb: 'x", 2, "never closed"),
        ("a: 1\n\tb: 1", 2, "a"),
        ("a: @x", 1, "start a value"),
        ('a: "\\q"', 1, "backslash"),
        ("- a\nb: 1", 2, "does not fit"),
        ("a: 1\nb: &x 1", 2, "anchor"),
        ("a: 1\nb: *x", 2, "alias"),
        ("a: 1\nb: !!python/name:os.system x", 2, "tag"),
        ("a: !x 1", 1, "tag"),
        ("a: 1\nb: 2\na: 3", 3, "stands twice; it stands first in line 1"),
        ("--- 1\n--- 2", 2, "second document"),
        ("{[1]: 2}", 1, "key that is not text"),
        ("a: 1\nb: \x01", 2, "control character"),
        ("a: 1e99999999999", 1, "number too large"),
        ("a: " + "9" * 50, 1, "number too large"),
    ],
)
def test_what_is_not_read_is_refused_with_its_line(text, line, part):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.where.line == line
    assert part in caught.value.message
    assert caught.value.hint


def test_text_in_another_encoding_is_refused_with_its_line():
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        Document.parse(b"a: 1\nb: \xe9", "f.yaml")
    assert caught.value.where == Location("f.yaml", 2)


def test_a_file_of_any_size_is_not_read():
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        Document.parse(b"#" * (MAX_BYTES + 1), "f.yaml")


def test_a_folder_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        Document.read(tmp_path, "f.yaml")


def test_repr_shows_no_value():
    assert "hunter2" not in repr(parse("a: hunter2"))
