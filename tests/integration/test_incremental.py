"""Runs that go on from earlier ones: files that are new, rows after a watermark; nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.config.contract_text import render_contract
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.errors import Refused, SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import Incremental, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import (
    CleanStep,
    Fresh,
    NotNull,
    QualityRule,
    Range,
    RowCount,
    Steady,
    Threshold,
    Unique,
)
from privet.pipeline.summary import RunSummary
from tests.command_line import privet, visible_releases
from tests.kept import bag, counts, kept, released, told
from tests.projects import Made, make_project, use_cheap_passphrase, write

PERSON, AT, AMOUNT = (ColumnPath.of(name) for name in ("person", "at", "amount"))
EVENTS = Contract(
    name="events",
    version="1.0.0",
    columns=(
        Column(PERSON, "string", "user.unique_id"),
        Column(AT, "date32", "none"),
        Column(AMOUNT, "int64", "none"),
    ),
    subjects=(SubjectRef("customer", PERSON),),
)
TREATMENTS = {"events.person": Treatment("token")}
HEAD = "person,at,amount\n"
BY_FILES, BY_DATE = Incremental(), Incremental(AT)
WHOLE_ROW = CleanStep("deduplicate", params=(("keep", "first"), ("kind", "exact")))
YEARS = 100 * 366 * 86_400


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def csv(*rows: str) -> str:
    return HEAD + "".join(f"{row}\n" for row in rows)


def make(
    root: Path,
    files: dict[str, str],
    incremental: Incremental | None,
    *,
    rules: Sequence[QualityRule] = (),
    clean: Sequence[CleanStep] = (),
) -> Made:
    """A project that reads `in/*.csv`."""
    return make_project(
        root,
        {f"in/{name}.csv": text for name, text in files.items()},
        contracts=(replace(EVENTS, rules=tuple(rules)),),
        treatments=TREATMENTS,
        form="parquet",
        sources=[source(incremental, clean)],
    )


def source(
    incremental: Incremental | None, clean: Sequence[CleanStep] = (), url: str = "in/*.csv"
) -> SourceSpec:
    return SourceSpec(
        "events", (url,), SourceFormat("csv"), incremental=incremental, clean=tuple(clean)
    )


def put(made: Made, name: str, *rows: str) -> None:
    write(made.root / f"in/{name}.csv", csv(*rows))


def run(made: Made, pipeline: str = "research") -> RunSummary:
    """Run; counts balance, and are those of the release."""
    summary = made.open().run(pipeline)
    assert all(data.counts.balanced() for data in summary.data)
    assert released(summary, "events").num_rows == counts(summary, "events").out
    return summary


def require_verified(made: Made) -> None:
    """Everything that is there verifies."""
    for place in (".", *map(str, visible_releases(made.root))):
        assert privet(made.root, "verify", place).code == 0, place


def amounts(summary: RunSummary) -> list[int]:
    return sorted(released(summary, "events").column("amount").to_pylist())


# ---- by files


def test_only_new_files_are_read_and_counts_add_up(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1", "p2,2024-01-01,bad")}, BY_FILES)
    first = run(made)
    assert amounts(first) == [1]
    put(made, "b", "p1,2024-01-02,2", ",2024-01-02,3", "p3,2024-01-02,4")
    second = run(made)
    assert amounts(second) == [1, 2, 4]
    found = counts(second, "events")
    assert (found.read, found.out) == (5, 3)
    assert told(found.quarantined) == {"type:amount": 1, "unowned": 1}
    now = kept(made, "events")
    assert now.held == ((("in/a.csv", 2), "type:amount"), (("in/b.csv", 2), "unowned"))
    require_verified(made)
    # The one person of both files is one person in the release.
    tokens = dict(
        zip(*released(second, "events").select(["amount", "person"]).columns, strict=True)
    )
    by_amount = {amount.as_py(): person.as_py() for amount, person in tokens.items()}
    assert by_amount[1] == by_amount[2] != by_amount[4]


def test_without_a_new_file_nothing_is_done(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1")}, BY_FILES)
    first = run(made)
    again = run(made)
    assert again.unchanged
    assert again.release_id == first.release_id
    assert [step.unchanged for step in again.steps] == [True, True]


def test_an_earlier_file_that_changed_is_refused_with_the_way_out(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1")}, BY_FILES)
    run(made)
    put(made, "a", "p1,2024-01-01,1", "p2,2024-01-01,2")
    with pytest.raises(SourceError, match=r"in/a.csv has changed since") as caught:
        made.open().run("research")
    assert "incremental: {after: COLUMN}" in str(caught.value.hint)
    pipeline = made.root / "pipelines/research.yaml"
    text = pipeline.read_text()
    pipeline.write_text(text.replace("    incremental: files\n", ""))
    assert amounts(run(made)) == [1, 2]
    pipeline.write_text(text)
    assert amounts(run(made)) == [1, 2]
    put(made, "b", "p3,2024-01-01,3")
    assert amounts(run(made)) == [1, 2, 3]
    assert kept(made, "events").number == 3
    require_verified(made)


def test_rows_of_a_file_that_was_removed_stay(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1"), "b": csv("p2,2024-01-01,2")}, BY_FILES)
    run(made)
    (made.root / "in/a.csv").unlink()
    assert amounts(run(made)) == [1, 2]
    put(made, "c", "p3,2024-01-01,3")
    assert amounts(run(made)) == [1, 2, 3]


def test_the_newest_file_taken_away_leaves_its_rows(tmp_path: Path) -> None:
    """The files are then those of a run before: its snapshot is not the newest."""
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1")}, BY_FILES)
    run(made)
    put(made, "b", "p2,2024-01-01,2")
    second = run(made)
    (made.root / "in/b.csv").unlink()
    third = run(made)
    assert amounts(third) == [1, 2]
    assert third.unchanged
    assert third.release_id == second.release_id


def test_a_new_file_without_rows_adds_none(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1")}, BY_FILES)
    run(made)
    put(made, "b")
    assert amounts(run(made)) == [1]
    put(made, "c", "p2,2024-01-01,2")
    assert amounts(run(made)) == [1, 2]
    assert amounts(run(made)) == [1, 2]


def test_what_another_pipeline_adds_from_elsewhere_is_not_gone_on_from(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1")}, BY_FILES)
    text = (made.root / "pipelines/research.yaml").read_text()
    other = text.replace("name: research", "name: other").replace("in/*.csv", "there/*.csv")
    write(made.root / "pipelines/other.yaml", other)
    write(made.root / "there/a.csv", csv("p2,2024-01-01,2"))
    assert amounts(run(made)) == [1]
    assert amounts(run(made, "other")) == [2]
    put(made, "b", "p3,2024-01-01,3")
    assert amounts(run(made)) == [1, 3]
    write(made.root / "there/b.csv", csv("p4,2024-01-01,4"))
    assert amounts(run(made, "other")) == [2, 4]
    assert run(made).unchanged
    require_verified(made)


def test_pipelines_that_read_the_same_files_share_the_step(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1")}, BY_FILES)
    text = (made.root / "pipelines/research.yaml").read_text()
    write(made.root / "pipelines/other.yaml", text.replace("name: research", "name: other"))
    run(made)
    shared = run(made, "other")
    assert {step.name: step.unchanged for step in shared.steps} == {
        "ingest events": True,
        "release other": False,
    }
    put(made, "b", "p2,2024-01-01,2")
    assert amounts(run(made, "other")) == amounts(run(made)) == [1, 2]


# ---- rows after a watermark


def test_rows_after_the_watermark_are_taken_and_earlier_ones_skipped(tmp_path: Path) -> None:
    """Late rows, those at the watermark, those without a date, torn ones; in a file that grows."""
    start = ["p1,2024-01-01,1", "p1,2024-01-03,3", "p2,,50", "torn,row"]
    made = make(tmp_path, {"a": csv(*start)}, BY_DATE)
    assert amounts(run(made)) == [1, 3, 50]
    late_and_equal = ["p3,2024-01-02,90", "p4,2024-01-03,91"]
    new = ["p5,2024-01-04,4", "p6,,60", "torn,too", "p7,2024-01-05,5"]
    put(made, "a", *start, *late_and_equal, *new)
    second = run(made)
    assert amounts(second) == [1, 3, 4, 5, 50, 60]
    found = counts(second, "events")
    assert (found.read, told(found.quarantined)) == (8, {"ragged_row": 2})
    assert [place for place, _ in kept(made, "events").held] == [("in/a.csv", 4), ("in/a.csv", 9)]
    assert run(made).unchanged


def test_a_file_written_anew_with_more_rows_gives_the_new_ones(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1", "p1,2024-01-02,2")}, BY_DATE)
    run(made)
    put(made, "a", "p1,2024-01-03,3", "p1,2024-01-02,2")
    put(made, "b", "p9,2024-01-09,9")
    assert amounts(run(made)) == [1, 2, 3, 9]
    put(made, "a")
    put(made, "b", "p9,2024-01-10,10")
    assert amounts(run(made)) == [1, 2, 3, 9, 10]
    require_verified(made)


def test_late_rows_are_taken_by_one_run_that_reads_everything(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1", "p1,2024-01-05,5")}, BY_DATE)
    run(made)
    put(made, "a", "p1,2024-01-01,1", "p1,2024-01-05,5", "p2,2024-01-02,2", "p2,soon,9")
    found = run(made)
    assert amounts(found) == [1, 5]
    pipeline = made.root / "pipelines/research.yaml"
    text = pipeline.read_text()
    assert "    incremental: {after: at}\n" in text
    pipeline.write_text(text.replace("    incremental: {after: at}\n", ""))
    assert amounts(run(made)) == [1, 2, 5]
    pipeline.write_text(text)
    assert amounts(run(made)) == [1, 2, 5]
    put(made, "b", "p3,2024-01-09,7")
    found = run(made)
    assert amounts(found) == [1, 2, 5, 7]
    assert told(counts(found, "events").quarantined) == {"type:at": 1}
    assert run(made).unchanged


# ---- rules and cleaning over base and new rows


def test_duplicates_of_earlier_rows_are_merged_and_keys_stay_unique(tmp_path: Path) -> None:
    unique = QualityRule("one_amount_a_day", Unique(), (PERSON, AT))
    made = make(
        tmp_path,
        {"a": csv("p1,2024-01-01,1", "p1,2024-01-01,1", "p2,2024-01-01,2")},
        BY_FILES,
        rules=[unique],
        clean=[WHOLE_ROW],
    )
    run(made)
    put(made, "b", "p1,2024-01-01,1", "p2,2024-01-01,77", "p3,2024-01-01,3", "p3,2024-01-01,3")
    found = counts(second := run(made), "events")
    assert amounts(second) == [1, 2, 3]
    assert told(found.merged) == {"duplicate:whole row": 3}
    assert told(found.quarantined) == {"rule:one_amount_a_day": 1}
    assert kept(made, "events").held == ((("in/b.csv", 2), "rule:one_amount_a_day"),)


def test_how_many_and_how_new_is_asked_of_earlier_and_new_rows(tmp_path: Path) -> None:
    rules = [
        QualityRule("enough", RowCount(), (), action="stop", threshold=at_least(2)),
        QualityRule("fresh", Fresh(YEARS), (AT,), action="stop"),
        QualityRule("steady", Steady(100.0), (AMOUNT,), action="report"),
    ]
    made = make(tmp_path, {"a": csv("p1,2024-01-05,1", "p1,2024-01-06,2")}, BY_FILES, rules=rules)
    first = {rule.rule: rule.figure for rule in run(made).data[0].quality.rules}
    put(made, "b", "p2,2023-01-01,3")
    second = {rule.rule: rule.figure for rule in run(made).data[0].quality.rules}
    assert (first["enough"], second["enough"]) == (2, 3)
    assert first["steady"] is None
    assert second["steady"] is not None
    assert first["fresh"] is not None
    assert second["fresh"] is not None
    assert abs(second["fresh"] - first["fresh"]) < 86_400, "the newest row is the earlier run's"


def at_least(rows: int) -> Threshold:
    return Threshold("mustBeGreaterOrEqualTo", (rows,))


def test_a_broken_rule_adds_nothing_and_the_corrected_file_is_taken(tmp_path: Path) -> None:
    positive = QualityRule("positive", Range(minimum="0"), (AMOUNT,), action="stop")
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1")}, BY_FILES, rules=[positive])
    run(made)
    put(made, "b", "p2,2024-01-01,2", "p2,2024-01-01,-2")
    with pytest.raises(Refused, match=r"`positive` on `amount`.*1 of 2 rows fail"):
        made.open().run("research")
    assert kept(made, "events").number == 1
    put(made, "b", "p2,2024-01-01,2")
    assert amounts(run(made)) == [1, 2]


def test_new_files_may_hold_nothing_to_keep_but_must_fit(tmp_path: Path) -> None:
    """Rows that are there already, or that a rule holds back; not rows of another form."""
    made = make(tmp_path, {"a": csv(FITS)}, BY_FILES, rules=RULES, clean=CLEANING)
    run(made)
    put(made, "b", FITS)
    put(made, "c", "p2,2024-01-01,-2")
    found = counts(run(made), "events")
    assert (found.read, found.out) == (3, 1)
    assert told(found.merged | found.quarantined) == {"duplicate:whole row": 1, "rule:positive": 1}
    put(made, "d", "p2;2024-01-01;2", "p2;2024-01-01;2")
    with pytest.raises(SourceError, match=r"none of 2 rows fits its contract \(ragged_row\)"):
        made.open().run("research")
    put(made, "d", "p2,2024-01-01,2")
    assert amounts(run(made)) == [1, 2]


def change_contract(made: Made) -> None:
    changed = replace(EVENTS, rules=(QualityRule("known", NotNull(), (AMOUNT,)),))
    write(made.root / "contracts/events.yaml", render_contract(changed, physical="in"))


def change_cleaning(made: Made) -> None:
    path = made.root / "pipelines/research.yaml"
    text = path.read_text()
    assert "incremental: files\n" in text
    path.write_text(text.replace("incremental: files\n", "incremental: files\n    clean: [trim]\n"))


@pytest.mark.parametrize("change", [change_contract, change_cleaning])
def test_another_contract_or_cleaning_reads_everything_anew(
    tmp_path: Path, change: Callable[[Made], None]
) -> None:
    made = make(tmp_path, {"a": csv("p1,2024-01-01,1"), "b": csv("p2,2024-01-01,2")}, BY_FILES)
    run(made)
    put(made, "a", "p1,2024-01-01,10", "p1,2024-01-01,11")
    change(made)
    assert amounts(run(made)) == [2, 10, 11]
    put(made, "c", "p3,2024-01-01,3")
    assert amounts(run(made)) == [2, 3, 10, 11]


def test_the_report_of_an_incremental_run_shows_its_past(tmp_path: Path) -> None:
    made = make(tmp_path, {"a": csv(*(f"p{i},2024-01-01,{i}" for i in range(40)))}, BY_FILES)
    made.open().run("research")
    put(made, "b", *(f"q{i},2024-01-02,{i}" for i in range(40)))
    ran = privet(made.root, "run", "research", "--json")
    assert ran.code == 0, ran.said
    report = Path(ran.json["report"]).read_text(encoding="utf-8")
    assert "<html" in report
    history = run(made).data[0].quality.history
    assert [(point.snapshot, point.read, point.kept) for point in history] == [
        (1, 40, 40),
        (2, 80, 80),
    ]


# ---- many runs are one run

ROWS = st.tuples(
    st.sampled_from(["p1", "p2", "p3", ""]),
    st.integers(1, 28).map(lambda day: f"2024-02-{day:02}"),
    st.sampled_from(["1", "2", "3", "-1", "bad", " 4", ""]),
).map(",".join)
BATCHES = st.lists(st.lists(ROWS, min_size=1, max_size=6), min_size=2, max_size=4)
RULES = (
    QualityRule("positive", Range(minimum="0"), (AMOUNT,)),
    QualityRule("one_a_day", Unique(), (PERSON, AT)),
)
CLEANING = (CleanStep("trim"), WHOLE_ROW)
FITS = "p1,2024-01-01,1"


def runs_are_one_run(folder: Path, batches: list[list[str]]) -> None:
    """Files that came one after the other, or all at once: the same rows, the same counts."""
    # A file of which no row fits would be refused.
    files = {str(number): csv(FITS, *batch) for number, batch in enumerate(batches)}
    grows = make(folder / "grows", {"0": files["0"]}, BY_FILES, rules=RULES, clean=CLEANING)
    summary = run(grows)
    for name in list(files)[1:]:
        write(grows.root / f"in/{name}.csv", files[name])
        summary = run(grows)
    whole = make(folder / "whole", files, None, rules=RULES, clean=CLEANING)
    at_once = run(whole)
    assert counts(summary, "events") == counts(at_once, "events")
    one, other = kept(grows, "events"), kept(whole, "events")
    assert one.bag == other.bag
    assert Counter(one.held) == Counter(other.held)
    assert bag(released(summary, "events")).total() == one.rows.num_rows
    require_verified(grows)


@settings(max_examples=1)
@given(batches=BATCHES)
def test_many_runs_give_what_one_run_gives(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]]
) -> None:
    runs_are_one_run(tmp_path_factory.mktemp("runs"), batches)


@pytest.mark.slow
@settings(max_examples=40)
@given(batches=BATCHES)
def test_many_runs_give_what_one_run_gives_in_more_cases(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]]
) -> None:
    runs_are_one_run(tmp_path_factory.mktemp("runs"), batches)
