"""Random dirty files, rules and cleaning steps through whole projects.

The kept rows satisfy every rule, as DuckDB sees it; every row is accounted for once, and as a plain
loop over the rows says; and rows that pass through are released as rows that are kept.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from privet.config.project_file import load_contracts
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import (
    CleanStep,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    QualityRule,
    Range,
    Refers,
    Unique,
)
from privet.pipeline.summary import RunSummary
from tests.kept import bag, counts, kept, released, told
from tests.projects import Made, make_project, use_cheap_passphrase
from tests.property.quality_oracle import FLAG, Fates, fates

PERSON, NAME, CITY, AMOUNT, DAY = (
    ColumnPath.of(name) for name in ("person", "name", "city", "amount", "day")
)
COLUMNS = (
    Column(PERSON, "string", "user.unique_id"),
    Column(NAME, "string", "none"),
    Column(CITY, "string", "none"),
    Column(AMOUNT, "int64", "none"),
    Column(DAY, "date32", "none"),
)
PUT = Column(ColumnPath.of(FLAG), "bool", "none")
TOWNS = Contract("towns", "1.0.0", (Column(CITY, "string", "none"),))
KNOWN = {"ulm", "Ulm", "bonn"}
RESTRICTED = "p3"
AS_DRAWN = (Phase.explicit, Phase.generate)
"""A failing example is not made smaller: each try is two runs."""
TREATMENTS = {"people.person": Treatment("token")}

CELLS = (
    st.sampled_from(["p1", "p2", "p3", "p4", ""]),
    st.sampled_from(["Ann", "ann ", " Bo", "BO", "x-y", "xy", "?", "-", ""]),
    st.sampled_from(["ulm", "Ulm", " bonn", "rom", "N/A", ""]),
    st.sampled_from(["1", "2", " 3", "-4", "50", "1.000", "1,5", "?", "", "many"]),
    st.sampled_from(
        ["2024-01-02", "02.01.2024", "2024-12-31", "31.02.2024", "2024-02-30", "?", "", "soon"]
    ),
)
FITS = ("p1", "ann", "ulm", "1", "2024-01-02")
"""A row that no rule and no step of these holds back."""
ROWS = st.lists(st.tuples(*CELLS), max_size=14)
FILES = st.tuples(ROWS, ROWS)


def step(name: str, *columns: ColumnPath, **params: Any) -> CleanStep:
    return CleanStep(name, columns, tuple(sorted(params.items())))


def dedupe(kind: str, *columns: ColumnPath, keep: str = "first", **latest: str) -> CleanStep:
    return step("deduplicate", *columns, kind=kind, keep=keep, **latest)


EARLY = (
    step("trim"),
    step("missing", markers=("?", "N/A")),
    step("normalise", NAME, CITY, case="lower"),
    step("date", DAY, formats=("ymd", "dmy")),
    step("number", AMOUNT, decimal=",", thousands="."),
)
LATE = (
    step("impute", AMOUNT, **{"with": "7"}),
    step("impute", AMOUNT, **{"with": "7", "flag": FLAG}),
    step("impute", CITY, **{"with": "rom"}),
    step("clip", AMOUNT, low=0.0, high=10.0),
)
MERGING = (
    dedupe("exact"),
    dedupe("key", PERSON),
    dedupe("key", CITY, AMOUNT, keep="last"),
    dedupe("key", NAME, keep="latest", latest="day"),
    dedupe("near", NAME),
)
STEPS = st.builds(
    lambda early, late, merging: (*early, *late, *merging),
    st.lists(st.sampled_from(EARLY), unique_by=lambda step: step.name),
    st.lists(st.sampled_from(LATE), max_size=2, unique_by=lambda step: (step.name, step.columns)),
    st.lists(st.sampled_from(MERGING), max_size=2, unique_by=lambda step: step.columns),
)
CHECKS = (
    (NotNull(), AMOUNT),
    (NotMissing(("?", "none")), NAME),
    (OneOf(("ulm", "Ulm", "bonn", "rom")), CITY),
    (Matches("^[a-z]"), NAME),
    (Length(2, 3), NAME),
    (Range("0", "50", exclusive_maximum=True), AMOUNT),
    (Range(minimum="2024-01-02", maximum="2024-06-30"), DAY),
    (Unique(), PERSON, DAY),
    (Unique(), AMOUNT),
    (Refers("towns", (CITY,)), CITY),
)
RULES = st.lists(
    st.tuples(st.sampled_from(CHECKS), st.sampled_from(["quarantine", "quarantine", "report"])),
    max_size=6,
    unique_by=lambda pair: pair[0],
).map(
    lambda pairs: tuple(
        QualityRule(f"r{number}", check, tuple(columns), action=action)
        for number, ((check, *columns), action) in enumerate(pairs)
    )
)


@dataclass(frozen=True)
class Case:
    """One project: its files, rules and steps, and whether its rows are about somebody."""

    files: tuple[list[tuple[str, ...]], ...]
    rules: tuple[QualityRule, ...]
    steps: tuple[CleanStep, ...]
    owned: bool

    @property
    def contract(self) -> Contract:
        flagged = any(step.param("flag") for step in self.steps)
        return Contract(
            "people",
            "1.0.0",
            (*COLUMNS, PUT) if flagged else COLUMNS,
            subjects=(SubjectRef("customer", PERSON),) if self.owned else (),
            rules=self.rules,
        )

    @property
    def named(self) -> dict[str, list[tuple[str, ...]]]:
        first, second = self.files
        return {"people-a.csv": [FITS, *first], "people-b.csv": [*second, FITS]}


CASES = st.builds(Case, FILES, RULES, STEPS, st.booleans())


def csv(rows: Sequence[Sequence[str]]) -> str:
    """The number in German has a comma in it."""
    lines = (",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)
    return "person,name,city,amount,day\n" + "".join(f"{line}\n" for line in lines)


def project(root: Path, case: Case, keep: str) -> Made:
    texts = {name: csv(rows) for name, rows in case.named.items()}
    towns = "city\n" + "".join(f"{town}\n" for town in sorted(KNOWN))
    source = SourceSpec(
        "people", ("people-*.csv",), SourceFormat("csv"), clean=case.steps, keep=keep
    )
    return make_project(
        root,
        {"towns.csv": towns, **texts},
        contracts=(case.contract, TOWNS),
        treatments=TREATMENTS,
        form="parquet",
        sources=[source],
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project that has its keys, and somebody who is restricted."""
    with pytest.MonkeyPatch.context() as patch:
        use_cheap_passphrase(patch)
        root = tmp_path_factory.mktemp("template")
        made = project(root, Case(([], []), (), (), owned=True), "rows")
        made.open().run("research")
        made.open().restrict("customer", RESTRICTED)
        yield root


def whole_way(template: Path, folder: Path, case: Case) -> None:
    root = folder / "project"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(template, root)
    made = project(root, case, "rows")
    summary = made.open().run("research")
    contract = load_contracts(root)["people"]
    expected = fates(case.named, contract, case.steps, {"towns": KNOWN})
    require_accounted(made, summary, case, expected)
    require_rules_hold(kept(made, "people").rows, contract, case.steps)
    released_before = bag(released(summary, "people"))
    assert released_before.total() == counts(summary, "people").out

    project(root, case, "quarantine")
    passed = made.open().run("research")
    assert not passed.unchanged
    assert counts(passed, "people") == counts(summary, "people")
    assert bag(released(passed, "people")) == released_before
    now = kept(made, "people")
    assert now.rows.num_rows == 0
    assert dict(now.held) == expected.held
    rules = {rule.rule: rule for rule in summary.data[0].quality.rules}
    assert {rule.rule: rule for rule in passed.data[0].quality.rules} == rules


def require_accounted(made: Made, summary: RunSummary, case: Case, expected: Fates) -> None:
    """Every row once, and as the oracle says."""
    found, now = counts(summary, "people"), kept(made, "people")
    assert found.balanced()
    assert found.read == sum(map(len, case.named.values()))
    assert found.read == found.out + sum(
        chain(found.quarantined.values(), found.merged.values(), found.withheld.values())
    )
    held = dict(now.held)
    assert len(held) == len(now.held), "a place is held back once"
    assert held == expected.held
    assert told(found.quarantined) == dict(Counter(expected.held.values()))
    assert told(found.merged) == told(expected.merged)
    names = [str(column.path) for column in case.contract.columns]
    assert now.bag == Counter(tuple(row[name] for name in names) for row in expected.kept)
    withheld = [row for row in expected.kept if case.owned and row["person"] == RESTRICTED]
    assert told(found.withheld) == ({"restricted": len(withheld)} if withheld else {})
    for rule in summary.data[0].quality.rules:
        assert rule.failed == expected.failed[rule.rule], rule.rule


def require_rules_hold(people: pa.Table, contract: Contract, steps: Sequence[CleanStep]) -> None:
    """No kept row breaks a rule that holds back, in SQL."""
    towns = pa.table({"city": sorted(KNOWN)})
    with duckdb.connect() as database:
        database.register("people", people)
        database.register("towns", towns)

        def wrong(condition: str) -> int:
            asked = f"SELECT count(*) FROM people WHERE {condition}"
            return int(database.execute(asked).fetchall()[0][0])

        for rule in contract.rules:
            if rule.action != "report":
                assert wrong(broken(rule)) == 0, rule
        for each in steps:
            if each.name == "deduplicate" and each.param("kind") != "near":
                names = [str(path) for path in each.columns] or people.column_names
                shared = ", ".join(names)
                keyed = " AND ".join(f"{name} IS NOT NULL" for name in map(str, each.columns))
                rows = f"FROM people {f'WHERE {keyed}' if keyed else ''}"
                asked = f"SELECT count(*) {rows} GROUP BY {shared} HAVING count(*) > 1"
                assert database.execute(asked).fetchall() == [], each


def broken(rule: QualityRule) -> str:
    """What a row that breaks the rule is, in SQL."""
    names = [str(path) for path in rule.columns]
    name = names[0]
    match rule.check:
        case NotNull():
            return f"{name} IS NULL"
        case NotMissing(markers):
            return f"{name} IS NULL OR {name} IN {markers}"
        case OneOf(values):
            return f"{name} NOT IN {values}"
        case Matches(pattern):
            return f"NOT regexp_matches({name}, '{pattern}')"
        case Length(minimum, maximum):
            return f"length({name}) NOT BETWEEN {minimum} AND {maximum}"
        case Range(minimum, maximum, _, below):
            return f"{name} < '{minimum}' OR {name} {'>=' if below else '>'} '{maximum}'"
        case Unique():
            same = " AND ".join(f"twin.{name} = people.{name}" for name in names)
            return f"(SELECT count(*) FROM people AS twin WHERE {same}) > 1"
        case Refers():
            return f"{name} NOT IN (SELECT city FROM towns)"
    raise AssertionError(rule)


@settings(max_examples=3, phases=AS_DRAWN)
@given(case=CASES)
def test_rows_are_cleaned_judged_and_accounted_for(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    use_cheap_passphrase(monkeypatch)
    whole_way(template, tmp_path, case)


@pytest.mark.slow
@settings(max_examples=150, phases=AS_DRAWN)
@given(case=CASES)
def test_rows_are_cleaned_judged_and_accounted_for_in_many_cases(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    use_cheap_passphrase(monkeypatch)
    whole_way(template, tmp_path, case)


STRIDES = (1, 5, 7, 11, 13)
"""Prime, so that every cell of a column meets every other of the next."""


def test_all_rules_and_steps_at_once(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_cheap_passphrase(monkeypatch)
    rules = tuple(
        QualityRule(f"r{number}", check, tuple(columns))
        for number, (check, *columns) in enumerate(CHECKS)
    )
    pools = (
        ["p1", "p2", "p3", "p4", ""],
        ["Ann", "ann ", " Bo", "BO", "x-y", "xy", "?", "-", ""],
        ["ulm", "Ulm", " bonn", "rom", "N/A", ""],
        ["1", "2", " 3", "-4", "50", "1.000", "1,5", "?", "", "many", "5", "6"],
        ["2024-01-02", "02.01.2024", "2024-12-31", "31.02.2024", "2024-03-04", "?", ""],
    )
    rows = [
        tuple(
            pool[number * stride % len(pool)] for pool, stride in zip(pools, STRIDES, strict=True)
        )
        for number in range(600)
    ]
    case = Case((rows[:300], rows[300:]), rules, (*EARLY, LATE[1], LATE[3], MERGING[0]), owned=True)
    whole_way(template, tmp_path, case)
