from __future__ import annotations

import pytest

from privet.config.contract_file import read_contracts
from privet.config.yaml_document import Document
from privet.model.contract import Column, SubjectRef
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from tests.unit.config.project_files import CONTRACT

HEAD = CONTRACT[: CONTRACT.index("schema:")]


def read(text: str):
    return read_contracts(Document.parse(text.encode(), "contracts/c.yaml"))


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


def with_properties(text: str, terms: str = "", rest: str = "") -> str:
    body = "\n".join(f"      {line}" for line in text.splitlines())
    return f"{HEAD}{rest}schema:\n  - name: customers\n{terms}    properties:\n{body}\n"


def with_terms(text: str) -> str:
    lines = "\n".join(f"      {line}" for line in text.splitlines())
    return with_properties(
        "- {name: id, logicalType: integer}\n- {name: city, logicalType: string}\n"
        "- {name: score, logicalType: number}",
        f"    customProperties:\n{lines}\n",
    )


def test_a_contract():
    (contract,) = read(CONTRACT)
    assert (contract.name, contract.version, contract.source) == (
        "customers",
        "1.0.0",
        "contracts/c.yaml",
    )
    assert contract.columns == (
        Column(ColumnPath.of("id"), "int64", "user.unique_id"),
        Column(ColumnPath.of("email"), "string", "user.contact.email", required=True),
    )
    where = contract.columns[1].where
    assert where == Location("contracts/c.yaml", 13, "schema[0].properties[1]")
    assert (contract.subjects, contract.unowned, contract.retention) == ((), "quarantine", None)


def test_nested_columns_get_dotted_paths():
    (contract,) = read(
        with_properties("""\
- name: address
  logicalType: object
  properties:
    - {name: city, logicalType: string}
    - {name: odd.name, logicalType: string}
- name: messages
  logicalType: array
  items:
    logicalType: object
    properties: [{name: body, logicalType: string}]
- name: tags
  items: {logicalType: string, customProperties: [{property: category, value: none}]}
- name: grid
  logicalType: array
  items: {logicalType: array, items: {physicalType: double}}
""")
    )
    assert [str(column.path) for column in contract.columns] == [
        "address.city",
        'address."odd.name"',
        "messages[].body",
        "tags[]",
        "grid[][]",
    ]
    assert contract.columns[3].category == "none"
    assert contract.columns[4].type == "double"


def test_terms():
    (contract,) = read(
        with_terms("""\
- {property: subjects, value: [{type: customer, key: id, role: author}]}
- {property: unowned, value: allow}
- {property: purposes, value: [care]}
- {property: residency, value: [EU, CH]}
- {property: somebodyElses, value: {any: [thing]}}
""")
    )
    assert contract.subjects == (SubjectRef("customer", ColumnPath.of("id"), "author"),)
    assert contract.unowned == "allow"
    assert contract.purposes == ("care",)
    assert contract.residency == ("EU", "CH")


@pytest.mark.parametrize(
    ("promise", "retention"),
    [
        ("{property: retention, value: P3Y}", "P3Y"),
        ("{property: retention, value: P1Y6M10DT2H}", "P1Y6M10DT2H"),
        ("{property: retention, value: 3, unit: y}", "P3Y"),
        ("{property: retention, value: 90, unit: days, element: customers.id}", "P90D"),
        ("{property: retention, value: 3, unit: y, element: others.id}", None),
        ("{property: latency, value: 4, unit: h}", None),
    ],
)
def test_retention(promise, retention):
    text = with_properties(
        "- {name: id, logicalType: integer}", rest=f"slaProperties: [{promise}]\n"
    )
    assert read(text)[0].retention == retention


@pytest.mark.parametrize("value", ["P", "P1YT", "3 years", "3", "-3, unit: y", "3.5, unit: y"])
def test_a_retention_that_is_no_duration(value):
    promise = f"slaProperties: [{{property: retention, value: {value}}}]\n"
    said = refused(with_properties("- {name: id, logicalType: integer}", rest=promise))
    assert "slaProperties[0].value: expected a duration" in said


def test_several_data_sets_in_one_file():
    second = "  - name: tickets\n    properties: [{name: id, logicalType: integer}]\n"
    assert [contract.name for contract in read(CONTRACT + second)] == ["customers", "tickets"]


def test_the_whole_standard_is_known():
    text = (
        CONTRACT
        + """\
      - name: born
        id: b1
        logicalType: date
        physicalName: born
        businessName: Birth
        description: when born
        authoritativeDefinitions: [{url: "https://example.org", type: tutorial}]
        tags: [a]
        primaryKey: false
        primaryKeyPosition: -1
        logicalTypeOptions: {minimum: "1900-01-01"}
        unique: false
        partitioned: false
        partitionKeyPosition: -1
        classification: restricted
        encryptedName: born_x
        transformSourceObjects: [t]
        transformLogic: x
        transformDescription: y
        examples: ["2000-01-01"]
        criticalDataElement: false
        relationships: [{to: a.b}]
        quality: [{metric: nullValues, mustBe: 0}]
    dataGranularityDescription: one row a person
    logicalType: object
    physicalName: customers.csv
    physicalType: file
    quality: [{metric: rowCount, mustBeGreaterThan: 0}]
name: Customers
tenant: t
tags: [a]
servers: [{server: s, type: local, path: p, format: csv}]
dataProduct: d
description: {purpose: p}
domain: d
support: [{channel: c}]
price: {priceAmount: 9.95}
team: {members: [{username: u}]}
roles: [{role: r}]
slaDefaultElement: customers.id
authoritativeDefinitions: []
contractCreatedTs: "2026-01-01T00:00:00Z"
"""
    )
    assert len(read(text)[0].columns) == 3


@pytest.mark.parametrize(
    ("properties", "key", "part"),
    [
        ("- {name: a, logicalType: strin}", "logicalType", "did you mean `string`?"),
        ("- {name: a, logcalType: string}", "logcalType", "did you mean `logicalType`?"),
        ("- {name: a}", "properties[0]", "no type is given"),
        ("- {name: a, physicalType: VARCHAR(3)}", "physicalType", "name of an Arrow type"),
        ("- {name: a, physicalType: int32}", "physicalType", "name of an Arrow type"),
        ("- {name: a, physicalType: 'decimal128(9, 10)'}", "physicalType", "name of an Arrow type"),
        ("- {name: a, logicalType: date, physicalType: int64}", "physicalType", "does not fit"),
        ("- {name: a, logicalType: date}\n- {name: a, logicalType: date}", "[1]", "second column"),
        ("- {name: _privet_x, logicalType: date}", "name", "Privet's own"),
        ("- {name: a, physicalName: b, logicalType: date}", "physicalName", "differs"),
        ("- {name: '', logicalType: date}", "name", "empty text"),
        ("- {name: 7, logicalType: date}", "name", "put it in quotes"),
        ("- {name: a, logicalType: array}", "properties[0]", "`items` is missing"),
        ("- {name: a, logicalType: object}", "properties[0]", "`properties` is missing"),
        ("- {name: a, logicalType: date, items: {logicalType: date}}", "items", "has no `items`"),
        ("- {logicalType: date}", "name", "`name` is missing"),
    ],
)
def test_a_wrong_column(properties, key, part):
    said = refused(with_properties(properties))
    assert key in said
    assert part in said


@pytest.mark.parametrize(
    ("own", "part"),
    [
        ("{property: catgory, value: none}", "did you mean `category`?"),
        ("{property: category, value: [none]}", "expected text, found a list"),
        ("{property: category, value: User E-Mail}", "expected a category key"),
        ("{property: subjects, value: []}", "move it to the data set"),
    ],
)
def test_a_wrong_property_of_a_column(own, part):
    said = refused(with_properties(f"- {{name: a, logicalType: date, customProperties: [{own}]}}"))
    assert "schema[0].properties[0].customProperties[0]" in said
    assert part in said


@pytest.mark.parametrize(
    ("own", "part"),
    [
        ("{property: subjects, value: [{type: customer, key: cty}]}", "did you mean `city`?"),
        ("{property: subjects, value: [{type: customer}]}", "`key` is missing"),
        ("{property: subjects, value: [{type: customer, kye: id}]}", "did you mean `key`?"),
        ("{property: subjects, value: customer}", "expected a list, found text"),
        ("{property: subjects, value: [{type: customer, key: score}]}", "cannot be a key"),
        ("{property: unowned, value: alow}", "did you mean `allow`?"),
        ("{property: category, value: none}", "move it to a column"),
        ("{property: purpose, value: []}", "did you mean `purposes`?"),
    ],
)
def test_a_wrong_term(own, part):
    assert part in refused(with_terms(f"- {own}"))


def test_a_category_on_an_object_is_refused():
    said = refused(
        with_properties("""\
- name: a
  logicalType: object
  properties: [{name: b, logicalType: date}]
  customProperties: [{property: category, value: none}]
""")
    )
    assert "move it to a column that holds values" in said


def test_another_version_of_the_standard():
    assert "expected `v3.1.0`" in refused(CONTRACT.replace("v3.1.0", "v2.2.2"))


def test_a_version_that_yaml_reads_as_a_number():
    said = refused(CONTRACT.replace("version: 1.0.0", "version: 1.0"))
    assert "expected text, found a number" in said
    assert "put it in quotes" in said
