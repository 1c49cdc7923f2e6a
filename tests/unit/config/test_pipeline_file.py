from __future__ import annotations

import pytest

from privet.config.pipeline_file import read_pipeline
from privet.config.yaml_document import Document
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, Incremental, ReleaseSpec, SourceFormat, SourceSpec
from privet.model.quality import CleanStep
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


def test_a_source_of_each_other_kind():
    spec = read("""\
version: 1
name: research
purpose: research
role: analyst
sources:
  events:
    from: events/
    format: arrow
    partitions: [year, place.country]
    incremental: files
    drift: {added: ignore, lost: null}
  orders:
    from: postgresql://ana@db.example.org/shop?sslmode=require
    format: sql
    query: |
      SELECT *
      FROM orders
    incremental: {after: updated_at}
    drift: {lost: "null"}
  visits: {from: "sqlite:///visits.db", format: sql, query: TABLE visits, keep: quarantine}
  people: {from: people.csv, format: csv, incremental: {after: id}, clean: [trim]}
release: [{data: events, format: arrow}]
""")
    events, orders, visits, people = spec.sources.values()
    assert events == SourceSpec(
        "events",
        ("events/",),
        SourceFormat("arrow"),
        partitions=(ColumnPath.of("year"), ColumnPath.of("place", "country")),
        incremental=Incremental(),
        drift=Drift("ignore", "null"),
    )
    assert orders.urls == ("postgresql://ana@db.example.org/shop?sslmode=require",)
    assert orders.query == "SELECT *\nFROM orders\n"
    assert orders.incremental == Incremental(ColumnPath.of("updated_at"))
    assert orders.drift == Drift("refuse", "null")
    assert (visits.format.name, visits.keep) == ("sql", "quarantine")
    assert people.clean == (CleanStep("trim"),)
    assert (people.drift, people.keep) == (Drift(), "rows")
    assert spec.releases == (ReleaseSpec("events", "arrow"),)


SHOP = 'from: "sqlite:///shop.db"'


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (f"{SHOP}, format: sql", "an sql source needs `query:`"),
        (f"{SHOP}, format: sql, query: ''", "expected one SELECT"),
        (f"{SHOP}, format: csv", "a database is not read as a file"),
        (f"{SHOP}, format: sql, query: x, header: true", "an sql source has no `header`"),
        (f"{SHOP}, format: sql, query: x, compression: gzip", "an sql source has no `compression`"),
        (f"{SHOP}, format: sql, query: x, partitions: [a]", "an sql source has no `partitions`"),
        (f"{SHOP}, format: sql, query: x, incremental: files", "no files to go on from"),
        ("from: shop.db, format: sql, query: x", "comes from one database"),
        ("from: 'mysql://h/d', format: sql, query: x", "comes from one database"),
        ("from: ['sqlite:///a', 'sqlite:///b'], format: sql, query: x", "from one database"),
        ("from: 'postgresql://u:pw@h/d', format: sql, query: x", "without a password"),
        ("from: 'postgresql://h/d?password=pw', format: sql, query: x", "without a password"),
        ("from: a, format: csv, query: x", "a csv source has no `query`"),
        ("from: a, format: arrow, query: x", "an arrow source has no `query`"),
        ("from: a, format: arrow, compression: zstd", "an arrow source has no `compression`"),
        ("from: a, format: arrow, delimiter: ';'", "an arrow source has no `delimiter`"),
        ("from: a, format: csv, partitions: year", "expected a list, found text"),
        ("from: a, format: csv, partitions: [a, a]", "a column stands twice"),
        ("from: a, format: csv, partitions: ['a.']", "expected a column's path"),
        ("from: a, format: csv, incremental: file", "did you mean `files`?"),
        ("from: a, format: csv, incremental: {}", "expected `files` or `{after: COLUMN}`"),
        ("from: a, format: csv, incremental: {afer: id}", "did you mean `after`?"),
        ("from: a, format: csv, incremental: {after: 7}", "expected text, found a number"),
        ("from: a, format: csv, incremental: files, keep: quarantine", "does not keep"),
        ("from: a, format: csv, drift: ignore", "expected a mapping of keys"),
        ("from: a, format: csv, drift: {add: ignore}", "did you mean `added`?"),
        ("from: a, format: csv, drift: {added: null}", "`refuse` or `ignore`"),
        ("from: a, format: csv, drift: {lost: ignore}", "`refuse` or `null`"),
        ("from: a, format: csv, keep: row", "did you mean `rows`?"),
        ("from: a, format: csv, clean: trim", "expected a list, found text"),
    ],
)
def test_a_wrong_source_of_another_kind(source, part):
    said = refused(with_source(source))
    assert "pipelines/p.yaml:6: sources.customers" in said
    assert part in said


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
