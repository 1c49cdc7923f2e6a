"""No value of a file is repeated in a message, wherever it stands and whatever is wrong with it."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.config.contract_file import read_contracts
from privet.config.form import check
from privet.config.pipeline_file import read_pipeline
from privet.config.policy_file import read_policy
from privet.config.project_form import ProjectForm
from privet.config.yaml_document import Document, YamlValue
from privet.config.yaml_text import quote, scalar
from privet.model.errors import ConfigError
from tests.unit.config.project_files import CONTRACT, PIPELINE, POLICY, PROJECT

SECRET = "hunter2"
NUMBER = 86753090

FULL_PROJECT = (
    PROJECT
    + """\
store: s3://bucket/vault
catalog: sqlite:///x.db
keys: {keyring: k.json, passphrase: {env: PASS}}
engine: {block: 4MiB, memory: 1GB, threads: 4}
log: {origin: example.org/privet}
"""
)
FULL_POLICY = (
    POLICY
    + """\
  - {name: q, allow: query, role: analyst, purpose: research, to: lab, data: d, until: 2027-01-01,
     where: x, as: {dp: {epsilon: 1, delta: 1e-6, unit: u}}, columns: {a.b: {mask: {show_last: 4}}}}
  - {deny: train}
recipients: {lab: {region: EU, contract: c, key: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqq}}
budgets: {customers: {unit: customer, epsilon: 4, delta: 1e-6, per: {recipient: 2}}}
tests: [{role: analyst, for: research, column: customers.email, expect: token}]
"""
)
FULL_CONTRACT = (
    CONTRACT
    + """\
      - name: tags
        items: {logicalType: string, quality: [{metric: nullValues, mustBe: 0}]}
      - name: address
        properties: [{name: city, logicalType: string, unique: true}]
      - name: status
        logicalType: string
        logicalTypeOptions: {minLength: 1, pattern: "^[a-z]+$", format: x}
        primaryKey: true
        primaryKeyPosition: 1
        quality:
          - {metric: invalidValues, arguments: {validValues: [a, 1]}, mustBeBetween: [1, 2]}
          - {type: library, metric: missingValues, arguments: {missingValues: [a, null]},
             mustBe: 0, unit: percent, severity: error, dimension: accuracy, id: m, name: n,
             customProperties: [{property: action, value: stop}]}
          - {type: sql, query: "SELECT 1", mustBeLessThan: 1.5}
          - {type: custom, engine: privet, implementation: {steady: {distance: 0.2}}}
          - {type: custom, engine: pandera, implementation: "a.py:b",
             customProperties: [{property: mustBe, value: 0}, {property: unit, value: rows}]}
          - {type: text, description: x}
        relationships: [{type: foreignKey, to: [people.id]}]
      - name: day
        logicalType: date
        logicalTypeOptions: {minimum: "2020-01-01", exclusiveMaximum: "2030-01-01"}
    quality:
      - {metric: rowCount, mustBeGreaterThan: 0}
      - {metric: duplicateValues, arguments: {properties: [id, day]}}
    relationships:
      - {from: [customers.id, day], to: [people.id, people.day],
         customProperties: [{property: name, value: r}, {property: mustBeLessThan, value: 3}]}
    customProperties:
      - {property: subjects, value: [{type: customer, key: id, role: author}]}
      - {property: unowned, value: allow}
      - {property: purposes, value: [care]}
      - {property: residency, value: [EU]}
slaProperties:
  - {property: retention, value: 3, unit: y}
  - {property: freshness, value: 3, unit: d, element: customers.day}
"""
)
FULL_PIPELINE = PIPELINE.replace(
    "{from: customers.csv, format: csv}",
    """
    from: customers.csv
    format: csv
    delimiter: ';'
    quote: ''
    encoding: utf-8
    header: true
    partitions: [year]
    incremental: {after: day}
    drift: {added: ignore, lost: null}
    keep: rows
    clean:
      - trim
      - {missing: ["?", -999]}
      - {normalise: {columns: [a], unicode: NFC, case: lower, spaces: collapse}}
      - {replace: {columns: [a], values: {old: new}}}
      - {date: {columns: [a], formats: [ymd, "%d.%m.%Y"], two_digit: 1930}}
      - {number: {columns: [a], decimal: ",", thousands: ".", units: {kg: 1, g: 0.001}}}
      - {impute: {columns: [a], with: median, flag: f}}
      - {clip: {columns: [a], low: 0, high: "99%"}}
      - {deduplicate: {by: [a], keep: {latest: b}}}
      - {deduplicate: {near: [a], keep: last}}
  orders: {from: "postgresql://me@host/db", format: sql, query: "SELECT 1"}""",
)
FILES = {
    "project": (FULL_PROJECT, lambda document: check(ProjectForm, document)),
    "policy": (FULL_POLICY, read_policy),
    "contract": (FULL_CONTRACT, read_contracts),
    "pipeline": (FULL_PIPELINE, read_pipeline),
}


def places(value: YamlValue, path=()):
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def planted(value: YamlValue, path, secret) -> YamlValue:
    if not path:
        return secret
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = planted(value[path[0]], path[1:], secret)
    return copy


def test_a_value_that_is_replaced_is_no_key_that_a_message_names():
    for wrong in ("null", "[x]", f"1, {SECRET}: 2"):
        text = PIPELINE.replace(
            "format: csv", f"format: csv, clean: [{{replace: {{values: {{{SECRET}: {wrong}}}}}}}]"
        )
        with pytest.raises(ConfigError, match=r"clean\[0\]\.replace\.values\.\*") as caught:
            read_pipeline(Document.parse(text.encode(), "f.yaml"))
        assert_silent(caught.value)


def text_of(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quote(k)}: {text_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(text_of(item) for item in value) + "]"
    if value is None or isinstance(value, bool | int | str):
        return "null" if value is None else scalar(value)
    return str(value)


def assert_silent(caught: ConfigError) -> None:
    told = "".join(traceback.format_exception(caught)) + repr(caught)
    linked = (caught.__cause__, caught.__context__)
    assert linked == (None, None), "an error that holds the value hangs on ours"
    assert SECRET not in told
    assert str(NUMBER) not in told


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "secret",
    [
        SECRET,
        f"s3://{SECRET}:{SECRET}@bucket",
        f"{SECRET} {SECRET}: ",
        NUMBER,
        [SECRET],
        [NUMBER],
        {"key": SECRET},
        {"env": SECRET},
        {"dp": {"epsilon": SECRET}},
        {"mask": {"x": [SECRET]}},
        {"band": {"width": {"a": SECRET}}},
    ],
    ids=str,
)
def test_a_value_planted_anywhere_is_never_told(name, secret):
    text, read = FILES[name]
    read(Document.parse(text.encode(), "f.yaml"))
    value = Document.parse(text.encode(), "f.yaml").data
    refused = 0
    for path in places(value):
        if path[-1:] == ("name",):
            continue  # the name of a column may be told: without it no message would help
        document = Document.parse(text_of(planted(value, path, secret)).encode(), "f.yaml")
        try:
            read(document)
        except ConfigError as caught:
            refused += 1
            assert_silent(caught)
    assert refused > 3


@pytest.mark.parametrize(
    "text",
    [
        "passphrase: hunter2",
        "passphrase: {value: hunter2}",
        "passphrase: {env: hunter2}",
        "passphrase: [hunter2]",
        "passphrase: 86753090",
        "root_key: hunter2",
        "secret: hunter2",
    ],
)
def test_a_literal_secret_is_refused_with_advice(text):
    content = f"{PROJECT}keys: {{{text}}}\n".encode()
    with pytest.raises(ConfigError) as caught:
        check(ProjectForm, Document.parse(content, "privet.yaml"))
    assert_silent(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:hunter2@bucket/x",
        "s3://key:hun/hunter2@bucket/x",
        "az://c/x?sig=hunter2",
        "gs://b/x?access_token=hunter2",
        "https://h/x?AWSSecretAccessKey=hunter2",
    ],
)
@pytest.mark.parametrize("key", ["store", "catalog"])
def test_a_url_with_credentials_is_refused(url, key):
    content = f"{PROJECT}{key}: {quote(url)}\n".encode()
    with pytest.raises(ConfigError, match="without a password") as caught:
        check(ProjectForm, Document.parse(content, "privet.yaml"))
    assert_silent(caught.value)


def test_a_store_url_with_a_user_is_refused():
    content = f"{PROJECT}store: s3://hunter2@bucket\n".encode()
    with pytest.raises(ConfigError, match="without a password") as caught:
        check(ProjectForm, Document.parse(content, "privet.yaml"))
    assert_silent(caught.value)


@pytest.mark.parametrize(
    "broken",
    [
        "a: {secret}: b",
        "a: '{secret}",
        "a: [{secret}",
        "a: &{secret} 1",
        "a: *{secret}",
        "a: !{secret} 1",
        "!{secret}!x 1",
        "%{secret} x\n---\na: 1",
        "a: 1\n {secret}: 2",
        "a: @{secret}",
        'a: "\\q{secret}"',
        "\ta: {secret}",
        "{secret}",
        "- {secret}\nb: 1",
        "a: |{secret}\n x",
        "? {secret}\nb",
        "a: {secret}\x01",
    ],
)
@pytest.mark.parametrize("name", FILES)
def test_broken_yaml_is_never_told(name, broken):
    _, read = FILES[name]
    with pytest.raises(ConfigError) as caught:
        read(Document.parse(broken.replace("{secret}", SECRET).encode(), "f.yaml"))
    assert_silent(caught.value)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(content):
    assert located_or_read(content, lambda _: None)


@given(st.data())
def test_no_cut_or_changed_file_crashes_a_reader(data):
    text, read = FILES[data.draw(st.sampled_from(sorted(FILES)))]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    new = data.draw(st.sampled_from(["", "\n", ": ", "[", "{", "- ", "x", "null", "'", "\t", "7"]))
    assert located_or_read((text[:start] + new + text[end:]).encode(), read)


def located_or_read(content: bytes, read) -> bool:
    """Whether the file is read, or refused with the place of what is wrong."""
    try:
        read(Document.parse(content, "f.yaml"))
    except ConfigError as caught:
        return caught.where is not None
    return True
