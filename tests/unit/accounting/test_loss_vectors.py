"""`spec/privacy-loss`: what is written is of its schema, and the vectors are what the code says."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from privet.accounting.renyi import ORDERS, Cost, cost
from privet.model import canonical
from privet.model.privacy_loss import event_json, parse_event

SPEC = Path(__file__).parents[3] / "spec" / "privacy-loss"
VECTORS = json.loads((SPEC / "vectors.json").read_bytes())
EVENT = json.loads((SPEC / "event.schema.json").read_bytes())
COST = json.loads((SPEC / "cost.schema.json").read_bytes())


def of_its_schema(json_event: dict[str, Any]) -> bool:
    """Whether exactly one form of the schema has these fields, each of its pattern."""
    forms = EVENT["$defs"]["event"]["oneOf"]
    fraction = re.compile(EVENT["$defs"]["fraction"]["pattern"])
    fits = 0
    for form in forms:
        kinds = form["properties"]["is"]
        if json_event["is"] not in kinds.get("enum", [kinds.get("const")]):
            continue
        fits += set(json_event) - {"v", "is"} == set(form["required"])
        for name in form["required"]:
            said = form["properties"][name]
            if said.get("$ref") == "#/$defs/fraction":
                assert fraction.fullmatch(json_event[name])
            elif said.get("$ref"):
                assert of_its_schema(json_event[name])
            elif said["type"] == "array":
                assert all(of_its_schema(part) for part in json_event[name])
            else:
                assert json_event[name] >= said["minimum"]
    return fits == 1


def test_the_vectors_are_the_generated_ones() -> None:
    made = runpy.run_path(str(SPEC / "make_vectors.py"))
    assert made["vectors"]() == VECTORS


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_a_vector(vector: dict[str, Any]) -> None:
    said = json.loads(vector["event"])
    assert of_its_schema(said)
    event = parse_event(said)
    assert canonical.encode(event_json(event)).decode() == vector["event"]
    curve = cost(event)
    for name, units in vector["curve"].items():
        place = len(ORDERS) if name == "infinity" else [str(o) for o in ORDERS].index(name)
        assert curve.curve[place] == units
    assert Cost.from_json(curve.to_json()) == curve


def test_costs_have_the_shape_of_their_schema() -> None:
    shape = COST["properties"]["curve"]
    written = cost(parse_event(json.loads(VECTORS[0]["event"]))).to_json()
    assert set(written) == set(COST["required"])
    curve: Any = written["curve"]
    assert shape["minItems"] == shape["maxItems"] == len(curve) == len(ORDERS) + 1
    assert all(re.fullmatch(shape["items"]["pattern"], each) for each in curve)
