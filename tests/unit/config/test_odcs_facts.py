"""What `init` writes keeps to the published schema of ODCS v3.1.0.

`odcs_v3_1_0_facts.json` holds what that schema says of the parts we write: for each kind of object
the fields that it may and must have, and the words it allows. Copied from
`schema/odcs-json-schema-v3.1.0.json` of bitol-io/open-data-contract-standard (Apache-2.0).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privet.config.contract_text import render_contract
from privet.config.odcs import (
    ContractForm,
    CustomPropertyForm,
    ItemsForm,
    PropertyForm,
    SchemaObjectForm,
    SlaPropertyForm,
)
from privet.config.quality_form import LogicalTypeOptionsForm, QualityForm, RelationshipForm
from privet.config.yaml_document import Document
from tests.unit.config.test_scaffold import CUSTOMERS

FACTS = json.loads(Path(__file__).with_name("odcs_v3_1_0_facts.json").read_text())

FORMS = {
    "contract": ContractForm,
    "object": SchemaObjectForm,
    "property": PropertyForm,
    "items": ItemsForm,
    "customProperty": CustomPropertyForm,
    "slaProperty": SlaPropertyForm,
    "quality": QualityForm,
    "relationship": RelationshipForm,
    "logicalTypeOptions": LogicalTypeOptionsForm,
}


@pytest.mark.parametrize("kind", FORMS)
def test_every_field_of_the_standard_is_known_and_no_other(kind):
    fields = {field.alias or name for name, field in FORMS[kind].model_fields.items()}
    assert fields == set(FACTS[kind]["fields"])


def test_what_init_writes_keeps_to_the_standard():
    text = render_contract(CUSTOMERS, physical="a.csv")
    seen = keep_to("contract", Document.parse(text.encode(), "c.yaml").data)
    assert seen == set(FORMS) - {"logicalTypeOptions"}


def keep_to(kind: str, value: dict) -> set[str]:
    facts = FACTS[kind]
    assert set(value) <= set(facts["fields"])
    assert set(value) >= set(facts["required"])
    for field, words in facts["words"].items():
        assert value.get(field, words[0]) in words
    seen = {kind}
    for field, below in facts["below"].items():
        inside = value.get(field, [])
        for each in inside if isinstance(inside, list) else [inside]:
            seen |= keep_to(below, each)
    return seen
