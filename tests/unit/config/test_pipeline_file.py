from __future__ import annotations

import pytest

from privet.config.pipeline_file import read_pipeline
from privet.config.yaml_document import Document
from privet.model.errors import ConfigError, Location
from privet.model.pipeline import ReleaseSpec, SourceFormat, SourceSpec
from tests.unit.config.project_files import PIPELINE


def read(text: str):
    return read_pipeline(Document.parse(text.encode(), "pipelines/p.yaml"))


def with_source(text: str) -> str:
    return PIPELINE.replace("{from: customers.csv, format: csv}", f"{{{text}}}")


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


def test_the_short_form():
    spec = read(PIPELINE)
    assert (spec.name, spec.purpose, spec.role, spec.to) == (
        "research",
        "research",
        "analyst",
        None,
    )
    assert spec.sources == {
        "customers": SourceSpec("customers", ("customers.csv",), SourceFormat("csv"))
    }
    assert spec.sources["customers"].where == Location("pipelines/p.yaml", 6, "sources.customers")
    assert spec.releases == (ReleaseSpec("customers"),)
    assert (spec.into, spec.source) == ("releases", "pipelines/p.yaml")


def test_the_long_form():
    spec = read("""\
version: 1
name: research
purpose: research
role: analyst
to: unilab
sources:
  customers:
    from: [a.csv, "s3://bucket/*.csv"]
    format: csv
    delimiter: "\\t"
    quote: ""
    encoding: cp1252
    compression: zstd
    header: false
  tickets: {from: tickets/, format: jsonl, compression: gzip}
  visits: {from: visits.parquet, format: parquet}
release:
  - customers
  - {data: tickets, format: csv}
into: s3://bucket/out
""")
    assert spec.to == "unilab"
    assert spec.sources["customers"].urls == ("a.csv", "s3://bucket/*.csv")
    assert spec.sources["customers"].format == SourceFormat(
        "csv", "zstd", delimiter="\t", quote="", encoding="cp1252", header=False
    )
    assert spec.sources["tickets"].format == SourceFormat("jsonl", "gzip")
    assert spec.releases[1] == ReleaseSpec("tickets", "csv")
    assert spec.into == "s3://bucket/out"


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("from: a, format: cvs", "did you mean `csv`?"),
        ("from: a", "`format` is missing"),
        ("from: [], format: csv", "expected a path, a URL, or a list of them"),
        ("from: a, format: csv, delimiter: ';;'", "expected one character"),
        ("from: a, format: csv, encoding: utf-88", "expected a text encoding"),
        ("from: a, format: csv, encoding: hex", "expected a text encoding"),
        ("from: a, format: csv, header: yes", "expected true or false, found text"),
        ("from: a, format: jsonl, quote: x", "a jsonl source has no `quote`"),
        ("from: a, format: parquet, compression: gzip", "has no `compression`"),
        ("from: a, format: csv, compression: gz", "expected `gzip` or `zstd`"),
        ("from: 's3://k:s@b/x', format: csv", "without a password"),
        ("from: 's3:/b/x', format: csv", "a URL has `://`"),
        ("form: a, format: csv", "did you mean `from`?"),
    ],
)
def test_a_wrong_source(source, part):
    said = refused(with_source(source))
    assert "pipelines/p.yaml:6: sources.customers" in said
    assert part in said


@pytest.mark.parametrize(
    ("release", "part"),
    [
        ("[custmers]", "did you mean `customers`?"),
        ("[]", "expected at least one entry"),
        ("customers", "expected a list, found text"),
        ("[customers, customers]", "released twice"),
        ("[{data: customers, fromat: csv}]", "did you mean `format`?"),
        ("[{format: csv}]", "`data` is missing"),
        ("[7]", "expected a mapping of keys, found a number"),
    ],
)
def test_a_wrong_release(release, part):
    said = refused(PIPELINE.replace("release: [customers]", f"release: {release}"))
    assert "pipelines/p.yaml:7: release" in said
    assert part in said
