"""The JSON Schemas of `spec/` say what the verifier does."""

from __future__ import annotations

import base64
import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.ledger.log import KINDS
from privet_verify.shape import ShapeError
from privet_verify.statement import check_statement
from tests.unit.ledger.issued import FILES, statement

SPEC = Path(__file__).parents[3] / "spec"
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}


def load(name: str) -> dict[str, Any]:
    return json.loads((SPEC / name).read_bytes())


STATEMENT = load("receipt/statement.schema.json")


def valid(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """The part of JSON Schema that our schemas use."""
    known = {"type", "const", "enum", "pattern", "minLength", "minimum", "maximum", "required"}
    known |= {
        "properties",
        "additionalProperties",
        "items",
        "minItems",
        "maxItems",
        "oneOf",
        "$ref",
    }
    notes = {"$schema", "$id", "title", "description", "$defs", "contentEncoding"}
    assert schema.keys() <= known | notes, schema.keys()
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        return valid(value, root["$defs"][name], root)
    if "oneOf" in schema:
        return sum(valid(value, item, root) for item in schema["oneOf"]) == 1
    if "const" in schema:
        return type(value) is type(schema["const"]) and value == schema["const"]
    if "enum" in schema:
        return value in schema["enum"]
    if not isinstance(value, TYPES[schema["type"]]) or isinstance(value, bool):
        return False
    if isinstance(value, str):
        pattern = re.sub(r"\$(?=\)|\Z)", r"\\Z", schema.get("pattern", ""))
        return len(value) >= schema.get("minLength", 0) and bool(
            re.search(pattern, value, re.ASCII)
        )
    if isinstance(value, int):
        return schema["minimum"] <= value <= schema["maximum"]
    if isinstance(value, list):
        sized = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        return sized and all(valid(item, schema["items"], root) for item in value)
    if isinstance(value, dict):
        return valid_object(value, schema, root)
    return True


def valid_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    named, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    if not set(schema.get("required", ())) <= value.keys():
        return False
    for name, item in value.items():
        if name in named:
            if not valid(item, named[name], root):
                return False
        elif more is False or (isinstance(more, dict) and not valid(item, more, root)):
            return False
    return True


def shaped(value: Any) -> bool:
    try:
        check_statement(value)
    except ShapeError:
        return False
    return True


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every holder and key in a nested value."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    found = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], dict | list):
            found += places(value[key])
    return found


REPLACEMENTS = [None, True, 0, 1, -1, 2**53 - 1, "", "x", "..", ".", "a/b", "a\\b", "receipt.json"]
REPLACEMENTS += ["Receipt.json", "f" * 64, "F" * 64, "f" * 63, "f" * 64 + "\n", [], ["x"], {}]
REPLACEMENTS += [{"x": "y"}, {"x": 1}, {"name": "x"}, {"sha256": "0" * 64}, "a\x7f", "a b"]
REPLACEMENTS += [{"hmac-sha256": "0" * 64}, "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"]


def test_a_good_statement_is_of_the_schema() -> None:
    assert valid(statement(FILES), STATEMENT, STATEMENT)
    assert shaped(statement(FILES))


@settings(max_examples=1500)
@given(st.data())
def test_schema_and_verifier_draw_the_same_line(data: st.DataObject) -> None:
    changed = copy.deepcopy(statement(FILES))
    holder, key = data.draw(st.sampled_from(places(changed)))
    if isinstance(holder, dict) and data.draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = data.draw(st.sampled_from(REPLACEMENTS))
    same_names = [file.get("name") for file in _dicts(changed, "subject")] == [
        file.get("name") for file in _dicts(changed.get("predicate"), "files")
    ]
    if same_names:  # that both lists name the same files is beyond a schema
        assert shaped(changed) == valid(changed, STATEMENT, STATEMENT)
    else:
        assert not shaped(changed)


def _dicts(value: Any, name: str) -> list[dict[str, Any]]:
    items = value.get(name) if isinstance(value, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def test_the_vectors_are_of_their_schemas() -> None:
    receipt = load("receipt/vectors/release/receipt.json")
    schema = load("receipt/receipt.schema.json")
    assert valid(receipt, schema, schema)
    payload = json.loads(base64.b64decode(receipt["envelope"]["payload"]))
    assert valid(payload, STATEMENT, STATEMENT)
    entry = load("log/entry.schema.json")
    leaf = base64.b64decode(receipt["proof"].split("\n")[1].removeprefix("extra "))
    assert valid(json.loads(leaf), entry, entry)
    assert set(entry["properties"]["kind"]["enum"]) == KINDS


@pytest.mark.parametrize("fitted", [None, {"hmac-sha256": "a" * 64}])
def test_a_plan_may_be_fitted(fitted: Any) -> None:
    plan = {"declared": {"sha256": "0" * 64}, "fitted": fitted}
    assert shaped(statement(FILES, plan=plan))
    assert valid(statement(FILES, plan=plan), STATEMENT, STATEMENT)
