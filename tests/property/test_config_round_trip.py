"""Whatever `init` writes, it reads back, however odd the names in the data."""

from __future__ import annotations

from dataclasses import replace

import yaml
from hypothesis import given
from hypothesis import strategies as st

from privet.config.column_type import is_key
from privet.config.contract_file import read_contracts
from privet.config.contract_text import render_contract
from privet.config.pipeline_file import read_pipeline
from privet.config.policy_file import policy_digest, read_policy
from privet.config.scaffold import render_pipeline, render_policy
from privet.config.yaml_document import Document
from privet.config.yaml_text import comment, entry, quote, scalar
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath, Step
from privet.model.pipeline import Incremental, PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from tests.property.config_words import columns_of_steps, drifts, rule_sets, steps, watermarks

ODD_WORDS = r"""yes null ~ 2024 1e5 a:b " \ ' &a *a !t { [] a.b % @ é 日本 🙂 ? << = true No .inf"""
ODD_TEXTS = ["a: b", "a #b", "- a", "x\ny", "\u2028", "\x85", "\x00", " a ", "\u00a0", "\ufeff", ""]
ODD = st.sampled_from(
    [*ODD_WORDS.split(), *ODD_TEXTS, "0x1", "1_0", "12:30", "2020-01-01", "#", "---", "\t", "a\rb"]
) | st.just("a" * 1500)
texts = ODD | st.text(max_size=30)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
column_names = (texts | names).filter(lambda name: name and not name.startswith("_privet_"))
TYPES = (
    "string|int64|double|bool|date32|timestamp[us, UTC]|decimal128(18, 2)|binary|"
    "timestamp[ns, tz=Europe/Paris]|timestamp[ms]"
)
types = st.sampled_from(TYPES.split("|"))
categories = st.none() | st.sampled_from(["none", "user.contact.email", "user.unique_id"])


def document(text: str) -> Document:
    return Document.parse(text.encode(), "f.yaml")


@st.composite
def columns(draw, above=(), depth=2):
    """Leaf columns in the order of a tree of objects and lists."""
    found = []
    for name in draw(st.lists(column_names, min_size=1, max_size=4, unique=True)):
        steps = (*above, Step(name, draw(st.integers(0, 2))))
        if depth and draw(st.integers(0, 3)) == 0:
            found += draw(columns(above=steps, depth=depth - 1))
        else:
            note = draw(st.none() | texts)
            path = ColumnPath(steps)
            found.append(Column(path, draw(types), draw(categories), draw(st.booleans()), note))
    return found


@st.composite
def contracts(draw):
    found = tuple(draw(columns()))
    keys = [column.path for column in found if not column.path.repeated and is_key(column.type)]
    subjects = st.builds(SubjectRef, names, st.sampled_from(keys or [None]), st.none() | names)
    one_line = texts.filter(lambda text: text and text.isprintable())
    data = draw(names)
    return Contract(
        name=data,
        version=draw(one_line),
        columns=found,
        subjects=tuple(draw(st.lists(subjects, max_size=2))) if keys else (),
        unowned=draw(st.sampled_from(["quarantine", "allow"])),
        purposes=tuple(draw(st.lists(names, max_size=2))),
        retention=draw(st.sampled_from([None, "P3Y", "P1Y6M", "PT1H"])),
        residency=tuple(draw(st.lists(one_line, max_size=2))),
        rules=draw(rule_sets(found, data)),
    )


@given(contracts(), texts, texts)
def test_a_contract_reads_back(contract, physical, note):
    notes = {column.path: note for column in contract.columns}
    text = render_contract(contract, physical=physical, notes=notes)
    (found,) = read_contracts(document(text))
    assert found == contract
    assert found.digest == contract.digest


params = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), texts)
treatments = st.builds(
    lambda name, inside: Treatment(name, tuple(sorted(inside.items()))),
    st.sampled_from(["redact", "mask", "token", "band", "truncate", "shift"]),
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True), params, max_size=3),
) | st.sampled_from([Treatment("keep"), Treatment("drop"), Treatment("band", (("width", "5y"),))])


@given(contracts(), names, st.data())
def test_a_policy_reads_back(contract, purpose, data):
    keys = [f"{contract.name}.{column.path}" for column in contract.columns]
    given_ = data.draw(st.dictionaries(st.sampled_from(keys), treatments, max_size=4))
    principal = data.draw(texts.filter(lambda text: text and text.isprintable()))
    text = render_policy(
        principal=principal, purpose=purpose, contracts=[contract], treatments=given_
    )
    policy = read_policy(document(text))
    assert policy.rules[0].columns == given_
    assert policy.rules[0].data == contract.name
    assert policy.roles["analyst"].members == (principal,)
    assert list(policy.purposes) == [purpose]
    assert policy.digest == policy_digest(replace(policy, source="elsewhere"))


urls = texts.filter(lambda text: text and text.isprintable() and ":/" not in text)
forms = st.one_of(
    st.builds(
        SourceFormat,
        st.just("csv"),
        st.sampled_from([None, "gzip", "zstd"]),
        st.sampled_from([",", ";", "\t", "|", ":", "#", "\x01"]),
        st.sampled_from(['"', "'", ""]),
        st.sampled_from(["utf-8", "cp1252", "utf-16"]),
        st.booleans(),
    ),
    st.builds(SourceFormat, st.just("jsonl"), st.sampled_from([None, "gzip", "zstd"])),
    st.sampled_from([SourceFormat("parquet"), SourceFormat("arrow"), SourceFormat("sql")]),
)
databases = st.sampled_from(["sqlite:///a b.db", "postgresql://me@host/shop?sslmode=require"])
queries = texts.filter(lambda text: text.strip())
partitions = st.lists(columns_of_steps, max_size=2, unique=True).map(tuple)


@st.composite
def sources(draw, name):
    form = draw(forms)
    in_database = form.name == "sql"
    places = st.lists(urls, min_size=1, max_size=3).map(tuple)
    later = st.none() | watermarks | st.sampled_from([None] if in_database else [Incremental()])
    incremental = draw(later)
    return SourceSpec(
        name,
        (draw(databases),) if in_database else draw(places),
        form,
        query=draw(queries) if in_database else None,
        partitions=() if in_database else draw(partitions),
        clean=tuple(draw(st.lists(steps(), max_size=3))),
        incremental=incremental,
        drift=draw(drifts),
        keep=draw(st.sampled_from(["rows"] if incremental else ["rows", "quarantine"])),
    )


@st.composite
def pipelines(draw):
    data = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    kinds = st.sampled_from(["csv", "parquet", "jsonl", "arrow"])
    releases = tuple(ReleaseSpec(name, draw(kinds)) for name in data)
    read = {name: draw(sources(name)) for name in data}
    to = draw(st.none() | names)
    return PipelineSpec(draw(names), draw(names), draw(names), read, releases, to, draw(urls))


@given(pipelines())
def test_a_pipeline_reads_back(spec):
    assert read_pipeline(document(render_pipeline(spec))) == spec


@given(texts, texts)
def test_a_name_means_the_same_to_another_reader_of_yaml(key, value):
    """PyYAML reads YAML 1.1: neither it nor a 1.2 reader may see anything but our text."""
    text = f"{entry(key, scalar(value))}\nflow: [{scalar(value)}, {quote(key)}]\n"
    expected = {key: value, "flow": [value, key]}
    if key == "flow":
        return
    assert document(text).data == expected
    assert yaml.safe_load(text) == expected


@given(texts | st.text(max_size=300))
def test_nothing_gets_out_of_a_comment(text):
    assert document(comment(text) + "\na: 1").data == {"a": 1}
    assert all(line.startswith("#") for line in comment(text).splitlines())
