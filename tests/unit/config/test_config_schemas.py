from __future__ import annotations

import json
from pathlib import Path

import pytest

from privet.config.schemas import NAMES, file_name, schema_text, write_schemas

COMMITTED = Path(__file__).parents[3] / "spec" / "schemas"


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schema_is_the_generated_one(name):
    committed = (COMMITTED / file_name(name)).read_text(encoding="utf-8")
    assert committed == schema_text(name), "run `python -m privet.config.schemas spec/schemas`"


def test_nothing_else_is_committed():
    assert {path.name for path in COMMITTED.glob("*.json")} == {file_name(name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_no_form_lets_unknown_keys_through(name):
    schema = json.loads(schema_text(name))
    forms = [schema, *schema.get("$defs", {}).values()]
    assert all(form["additionalProperties"] is False for form in forms if "properties" in form)


def test_write_makes_the_folder(tmp_path):
    write_schemas(tmp_path / "a" / "b")
    assert len(list((tmp_path / "a" / "b").iterdir())) == len(NAMES)


def test_an_unknown_name():
    with pytest.raises(KeyError):
        schema_text("polcy")
