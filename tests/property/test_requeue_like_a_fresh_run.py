"""A second look at held-back rows ends where a run from the source would, once both are corrected.

Random dirty files in three formats, of which a corrected contract and cleaning steps save some
rows. The kept rows, the held-back rows with place and reason, the counts and what each rule found
are those of a project that had the corrected configuration from the start.
"""

from __future__ import annotations

import io
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from privet.config import scaffold
from privet.config.contract_text import render_contract
from privet.config.project_file import load_pipelines
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.model.policy import Treatment
from privet.model.quality import CleanStep, OneOf, QualityRule, Range
from privet.pipeline.summary import RunSummary
from tests.kept import kept, told
from tests.projects import Made, make_project, use_cheap_passphrase

PERSON, LAND, DAY, AMOUNT = (ColumnPath.of(name) for name in ("person", "land", "day", "amount"))
NAMES = ("person", "land", "day", "amount")
BEFORE = Contract(
    name="people",
    version="1.0.0",
    columns=(
        Column(PERSON, "string", "user.unique_id"),
        Column(LAND, "string", "none"),
        Column(DAY, "date32", "none"),
        Column(AMOUNT, "int64", "none"),
    ),
    subjects=(SubjectRef("person", PERSON),),
    rules=(
        QualityRule("lands", OneOf(("DE", "FR")), (LAND,)),
        QualityRule("least", Range(minimum="0"), (AMOUNT,)),
        QualityRule("told", Range(maximum="2"), (AMOUNT,), action="report"),
    ),
)
AFTER = replace(
    BEFORE,
    rules=(
        BEFORE.rules[0],
        QualityRule("least", Range(minimum="-2"), (AMOUNT,)),
        BEFORE.rules[2],
    ),
)
STEPS = (
    CleanStep("missing", (DAY, AMOUNT), (("markers", ("n/a",)),)),
    CleanStep("replace", (LAND,), (("values", (("Germany", "DE"),)),)),
    CleanStep("date", (DAY,), (("formats", ("ymd", "dmy")),)),
)
MERGE = CleanStep("deduplicate", (), (("keep", "first"), ("kind", "exact")))
ALLOW = """
  - allow: quarantine
    role: analyst
    purpose: research
    data: people
    as: pseudonymous
    columns: {people.person: token, people.land: keep, people.day: keep, people.amount: keep}
"""
FITS = ("a", "DE", "2024-01-02", "1")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", ""]),
        st.sampled_from(["DE", "FR", "Germany", "XX", ""]),
        st.sampled_from(["2024-03-04", "05.03.2024", "31.02.2024", "n/a", ""]),
        st.sampled_from(["1", "3", "-1", "-5", "n/a", "many", ""]),
    ),
    max_size=16,
)
RAGGED = st.lists(st.sampled_from(["x", '{"person": "a"}', "a,b,c,d,e", "[1]"]), max_size=3)
FORMATS = st.sampled_from(["csv", "jsonl", "parquet"])


def csv_bytes(rows: Sequence[Sequence[str]], odd: Sequence[str]) -> bytes:
    lines = [",".join(row) for row in (NAMES, *rows)]
    # A line that is one field, or five, is no row; JSON in it makes it none either.
    return "\n".join([*lines, *(line for line in odd if line.count(",") != 3), ""]).encode()


def jsonl_bytes(rows: Sequence[Sequence[str]], odd: Sequence[str]) -> bytes:
    lines = [json.dumps(dict(zip(NAMES, map(json_value, row), strict=True))) for row in rows]
    return "\n".join([*lines, *odd, ""]).encode()


def json_value(cell: str) -> object:
    if not cell:
        return None
    return int(cell) if cell.lstrip("-").isdigit() else cell


def parquet_bytes(rows: Sequence[Sequence[str]], odd: Sequence[str]) -> bytes:
    del odd
    columns = [[cell or None for cell in column] for column in zip(*rows, strict=True)]
    arrays: list[pa.Array[Any]] = [pa.array(column, pa.string()) for column in columns]
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, names=NAMES), sink)
    return sink.getvalue()


BYTES = {"csv": csv_bytes, "jsonl": jsonl_bytes, "parquet": parquet_bytes}


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose memory is made."""
    use_cheap_passphrase(monkeypatch)
    made = make_project(
        tmp_path / "template",
        {"people.csv": csv_bytes([FITS], [])},
        contracts=[BEFORE],
        treatments={"people.person": Treatment("token")},
        form="parquet",
    )
    policy = made.root / "policy.yaml"
    head, tests = policy.read_text().split("\n# Tests")
    policy.write_text(f"{head.rstrip()}{ALLOW}\n# Tests{tests}")
    made.open().run("research")
    return made.root


def project(template: Path, name: str, form: str, data: bytes) -> Made:
    root = template.with_name(name)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(template, root)
    (root / f"people.{form}").write_bytes(data)
    return Made(root)


def configure(made: Made, form: Any, contract: Contract, steps: Sequence[CleanStep]) -> None:
    (made.root / "contracts/people.yaml").write_text(render_contract(contract, physical="test"))
    spec = load_pipelines(made.root)["research"]
    source = replace(
        spec.sources["people"],
        urls=(f"people.{form}",),
        format=SourceFormat(form),
        clean=tuple(steps),
    )
    text = scaffold.render_pipeline(replace(spec, sources={"people": source}))
    (made.root / "pipelines/research.yaml").write_text(text)


CASES = st.tuples(ROWS, RAGGED, FORMATS, st.booleans(), st.integers(0, 9))
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""A failing example is not made smaller: each try is many runs."""
Case: TypeAlias = tuple[list[tuple[str, ...]], list[str], str, bool, int]


@settings(max_examples=3, phases=PHASES)
@given(case=CASES)
def test_it_ends_where_a_run_from_the_source_does(template: Path, case: Case) -> None:
    require_the_same_end(template, *case)


@pytest.mark.slow
@settings(max_examples=40, phases=PHASES)
@given(case=CASES)
def test_it_ends_there_for_many_tables(template: Path, case: Case) -> None:
    require_the_same_end(template, *case)


def require_the_same_end(
    template: Path,
    rows: list[tuple[str, ...]],
    odd: list[str],
    form: str,
    merging: bool,
    first: int,
) -> None:
    data = BYTES[form]([FITS, *rows], odd)
    merge = (MERGE,) if merging else ()
    looked = project(template, "looked", form, data)
    configure(looked, form, BEFORE, merge)
    before = looked.open().run("research")
    configure(looked, form, AFTER, (*STEPS, *merge))
    reasons = sorted(told(before.data[0].counts.quarantined))
    if reasons and first < 5:
        looked.open().reprocess("people", "analyst", "research", reasons[first % len(reasons)])
    done = looked.open().reprocess("people", "analyst", "research")
    after = looked.open().run("research")

    fresh = project(template, "fresh", form, data)
    configure(fresh, form, AFTER, (*STEPS, *merge))
    expected = fresh.open().run("research")

    assert kept(looked, "people").bag == kept(fresh, "people").bag
    assert Counter(kept(looked, "people").held) == Counter(kept(fresh, "people").held)
    assert fates(after) == fates(expected)
    assert told(done.held) == fates(expected)[2]
    if not merging:  # a row that was merged is gone, and no rule hears of it again
        assert found(after) == found(expected)
    assert not looked.open().reprocess("people", "analyst", "research").let_in


def fates(summary: RunSummary) -> tuple[int, int, dict[str, int], dict[str, int]]:
    counts = summary.data[0].counts
    assert counts.balanced()
    return counts.read, counts.out, told(counts.quarantined), told(counts.merged)


def found(summary: RunSummary) -> list[tuple[str, int, int, bool]]:
    rules = summary.data[0].quality.rules
    return [(rule.rule, rule.failed, rule.of, rule.holds) for rule in rules]
