"""Cleaning steps of a source: every form, and every wrong use with its message and its place."""

from __future__ import annotations

import pytest

from privet.config.cleaning_file import steps_text
from privet.config.cleaning_form import STEPS
from privet.config.pipeline_file import read_pipeline
from privet.config.yaml_document import Document
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from tests.unit.config.project_files import PIPELINE

A, NAME = ColumnPath.of("a"), ColumnPath.of("name")


def read(step: str) -> CleanStep:
    text = PIPELINE.replace("format: csv}", f"format: csv, clean: [{step}]}}")
    spec = read_pipeline(Document.parse(text.encode(), "pipelines/p.yaml"))
    (found,) = spec.sources["customers"].clean
    return found


@pytest.mark.parametrize(
    ("written", "columns", "params"),
    [
        ("trim", (), {}),
        ("{trim: }", (), {}),
        ("{trim: [name, address.city]}", (NAME, ColumnPath.of("address", "city")), {}),
        ("{trim: {columns: ['tags[]']}}", (ColumnPath.parse("tags[]"),), {}),
        ('{missing: ["?", N/A, -999, 1.50, ""]}', (), {"markers": ("?", "N/A", "-999", "1.5", "")}),
        ("{missing: {markers: ['?'], columns: [a]}}", (A,), {"markers": ("?",)}),
        (
            "{normalise: {columns: [a], unicode: NFKC, case: title, spaces: collapse}}",
            (A,),
            {"case": "title", "spaces": "collapse", "unicode": "NFKC"},
        ),
        ("{normalise: {case: fold}}", (), {"case": "fold"}),
        (
            "{replace: {columns: [a], values: {Germany: DE, Austria: AT, x: 1}}}",
            (A,),
            {"values": (("Austria", "AT"), ("Germany", "DE"), ("x", "1"))},
        ),
        (
            "{date: {columns: [a], formats: [dmy, '%d.%m.%Y']}}",
            (A,),
            {"formats": ("dmy", "%d.%m.%Y"), "two_digit": "refuse"},
        ),
        (
            "{date: {formats: [ymd], two_digit: 1930}}",
            (),
            {"formats": ("ymd",), "two_digit": 1930},
        ),
        (
            "{number: {columns: [a], decimal: ',', thousands: '. ', units: {kg: 1, g: 0.0010}}}",
            (A,),
            {"decimal": ",", "thousands": ". ", "units": (("g", "0.001"), ("kg", "1"))},
        ),
        ("number", (), {"decimal": "."}),
        ("{impute: {columns: [a], with: median, flag: b}}", (A,), {"flag": "b", "with": "median"}),
        ("{impute: {columns: [a], with: 0}}", (A,), {"with": "0"}),
        ("{clip: {columns: [a], low: 0, high: 1e3}}", (A,), {"high": 1000.0, "low": 0.0}),
        ("{clip: {low: 0.5%, high: 99%}}", (), {"high": "99%", "low": "0.5%"}),
        ("deduplicate", (), {"keep": "first", "kind": "exact"}),
        ("{deduplicate: {keep: last}}", (), {"keep": "last", "kind": "exact"}),
        ("{deduplicate: {by: [a]}}", (A,), {"keep": "first", "kind": "key"}),
        (
            "{deduplicate: {by: [a], keep: 'latest: at'}}",
            (A,),
            {"keep": "latest", "kind": "key", "latest": "at"},
        ),
        (
            "{deduplicate: {near: [a, name], keep: {latest: at}}}",
            (A, NAME),
            {"keep": "latest", "kind": "near", "latest": "at"},
        ),
    ],
)
def test_a_step(written, columns, params):
    found = read(written)
    name = written.strip("{").partition(":")[0]
    assert found == CleanStep(name, columns, tuple(sorted(params.items())))
    assert found.where == Location("pipelines/p.yaml", 6, "sources.customers.clean[0]")
    assert read(steps_text([found]).removeprefix("- ")) == found


def test_steps_keep_their_order():
    text = PIPELINE.replace(
        "format: csv}", "format: csv, clean: [trim, {missing: ['?']}, trim, deduplicate]}"
    )
    spec = read_pipeline(Document.parse(text.encode(), "p.yaml"))
    names = [step.name for step in spec.sources["customers"].clean]
    assert names == ["trim", "missing", "trim", "deduplicate"]


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("inside", ["{colums: [a]}", "7", "text"])
def test_a_step_that_is_told_something_else(name, inside):
    with pytest.raises(ConfigError) as caught:
        read(f"{{{name}: {inside}}}")
    said = str(caught.value)
    assert f"sources.customers.clean[0].{name}" in said
    near = "write one of: by, keep, near" if name == "deduplicate" else "did you mean `columns`?"
    assert (near if "colums" in inside else "expected a mapping of keys") in said


@pytest.mark.parametrize(
    ("step", "key", "part"),
    [
        ("trm", "clean[0]", "did you mean `trim`?"),
        ("xyz", "clean[0]", "write one of: trim, missing"),
        ("{trm: [a]}", "clean[0].trm", "did you mean `trim`?"),
        ("{trim: [a], deduplicate: {}}", "clean[0]", "one step an entry"),
        ("{}", "clean[0]", "one step an entry"),
        ("7", "clean[0]", "expected a mapping of keys, found a number"),
        ("[trim]", "clean[0]", "expected a mapping of keys, found a list"),
        ("{trim: []}", "trim", "expected at least one entry"),
        ("{trim: [a..b]}", "trim[0]", "expected a column's path"),
        ("{trim: [7]}", "trim[0]", "put it in quotes"),
        ("missing", "clean[0]", "`markers` is missing"),
        ("{missing: []}", "missing", "expected at least one entry"),
        ("{missing: [null]}", "missing[0]", "expected text or a number"),
        ("{missing: [true]}", "missing[0]", "in quotes"),
        ("{missing: {markers: '?'}}", "markers", "expected a list, found text"),
        ("normalise", "clean[0]", "nothing to do"),
        ("{normalise: {columns: [a]}}", "normalise", "say one of `unicode`, `case`, `spaces`"),
        ("{normalise: {case: loewr}}", "case", "did you mean `lower`?"),
        ("{normalise: {unicode: NFD}}", "unicode", "`NFC` or `NFKC`"),
        ("{normalise: {spaces: remove}}", "spaces", "expected `collapse`"),
        ("{replace: {columns: [a]}}", "values", "`values` is missing"),
        ("{replace: {values: {}}}", "values", "expected at least one entry"),
        ("{replace: {values: [a]}}", "values", "expected a mapping of keys"),
        ("{replace: {values: {a: null}}}", "values.*", "expected text or a number"),
        ("{date: {columns: [a]}}", "formats", "`formats` is missing"),
        ("{date: {formats: []}}", "formats", "expected at least one entry"),
        ("{date: {formats: dmy}}", "formats", "expected a list"),
        ("{date: {formats: [ydm]}}", "formats[0]", "did you mean"),
        ("{date: {formats: [dmy], two_digit: 30.5}}", "two_digit", "expected `refuse`, or"),
        ("{date: {formats: [dmy], two_digit: refus}}", "two_digit", "expected `refuse`, or"),
        ("{number: {decimal: x}}", "decimal", "one character or a few"),
        ("{number: {thousands: ''}}", "thousands", "one character or a few"),
        ("{number: {units: {kg: heavy}}}", "units.kg", "expected a number"),
        ("{number: {units: [kg]}}", "units", "expected a mapping of keys"),
        ("impute", "clean[0]", "`with` is missing"),
        ("{impute: {with: [a]}}", "with", "expected text or a number"),
        ("{impute: {with: mean, flag: _privet_f}}", "flag", "Privet's own"),
        ("{impute: {with: mean, flag: ''}}", "flag", "expected a column's name"),
        ("clip", "clean[0]", "say `low`, `high` or both"),
        ("{clip: {low: 2, high: 1}}", "clip", "`low` is not below `high`"),
        ("{clip: {low: 9%, high: 8%}}", "clip", "`low` is not below `high`"),
        ("{clip: {low: 101%}}", "low", "a percentile such as `1%`"),
        ("{clip: {low: true}}", "low", "expected a number"),
        ("{deduplicate: {by: [a], near: [b]}}", "deduplicate", "`by` and `near`"),
        ("{deduplicate: {by: [a], keep: frist}}", "keep", "did you mean `first`?"),
        ("{deduplicate: {by: [a], keep: {newest: b}}}", "keep", "`first`, `last` or"),
        ("{deduplicate: {by: [a], keep: {latest: b..c}}}", "keep", "a column's path"),
        ("{deduplicate: {keep: {latest: b}}}", "deduplicate", "equally late"),
        ("{deduplicate: [a]}", "deduplicate", "expected a mapping of keys, found a list"),
    ],
)
def test_a_wrong_step(step, key, part):
    with pytest.raises(ConfigError) as caught:
        read(step)
    said = str(caught.value)
    assert "pipelines/p.yaml:6: sources.customers.clean[0]" in said
    assert key in said
    assert part in said
