"""Somebody changes a release after it was solved: the verifier, which sees the file, says so."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privet.model.anonymity import (
    Closeness,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    RecursiveDiversity,
)
from privet.model.errors import Refused
from privet.protect.verifying import Claim, Verification, Vocabulary, verify
from privet.protect.verifying_file import file_checks

K = 4
CITIES = {"Ulm": "south", "Bonn": "west", "Kiel": "north", "Hof": "south", "Essen": "west"}
ILLNESSES = ("asthma", "flu", "gout", "mumps", "null", "sepsis")
Row = dict[str, Any]
Label = tuple[str | None, ...]


def decade(age: str) -> str:
    return f"{age[0]}0-{age[0]}9"


def region(city: str | None) -> str | None:
    return None if city is None else CITIES[city]


AGES = tuple(str(age) for age in range(20, 60))
LABELS = {
    "age": Vocabulary((frozenset(AGES), frozenset(map(decade, AGES)), frozenset("*"))),
    "city": Vocabulary(
        (frozenset([*CITIES, None]), frozenset([*CITIES.values(), None]), frozenset("*"))
    ),
}
CRITERIA = (
    KAnonymity(K),
    DistinctDiversity("illness", 2),
    EntropyDiversity("illness", 1.5),
    RecursiveDiversity("illness", 4.0, 2),
    Closeness("illness", 0.6),
    Closeness("illness", 0.5, "ordered"),
    Closeness("illness", 0.6, "hierarchical"),
)


@dataclass(slots=True)
class Release:
    """Rows as they leave (`age`, `city`, `illness`, `ward`), with what only the door knows."""

    rows: list[Row]
    held: list[Row]
    claim: Claim
    path: Path
    random: random.Random
    named: list[str] = field(default_factory=lambda: ["age", "city", "illness", "ward"])
    companion: list[Row] = field(default_factory=list)
    kinds: dict[str, pa.DataType] = field(default_factory=dict)
    metadata: dict[bytes | str, bytes | str] = field(default_factory=dict)
    field_metadata: dict[str, str] = field(default_factory=dict)
    written: Callable[[Release, pa.Table], None] | None = None
    after: Callable[[bytes], bytes] | None = None

    def classes(self) -> dict[Label, list[Row]]:
        found: dict[Label, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row["age"], row["city"]].append(row)
        return found

    def least(self) -> list[Row]:
        return min(self.classes().values(), key=len)

    def table(self) -> pa.Table:
        fields = [
            pa.field(
                name,
                self.kinds.get(name, pa.string()),
                metadata={"privet.treatment": "generalise", **self.field_metadata},
            )
            for name in self.named
        ]
        columns = [pa.array([row[each.name] for row in self.rows], each.type) for each in fields]
        return pa.Table.from_arrays(columns, schema=pa.schema(fields, metadata=self.metadata))


def subjects(rows: Sequence[Row]) -> int:
    return len({row["subject"] for row in rows})


def good(rows: Sequence[Row]) -> bool:
    """Enough people and a mix of values: well inside of what is claimed."""
    ills = Counter(row["illness"] for row in rows)
    return subjects(rows) >= K and len(ills) >= 3 and max(ills.values()) <= len(rows) // 2


def honest(path: Path, seed: int, *, uniform: bool = False) -> Release:
    """A table of 300 people, some with two rows, recoded locally or with one level."""
    chance = random.Random(seed)
    raw: list[Row] = []
    for subject in range(300):
        age, city = chance.choice(AGES), chance.choice([*CITIES, None])
        for _ in range(chance.choice((1, 1, 1, 2))):
            row: Row = {"subject": subject, "raw_age": age, "raw_city": city}
            row["illness"] = chance.choice([*ILLNESSES, None])
            raw.append(row | {"ward": chance.choice("AB"), "origin": len(raw)})
    rows, held = solved(raw, uniform=uniform)
    chance.shuffle(rows)
    pairs = {(row["subject"], row["illness"]) for row in raw}
    order = (*ILLNESSES, None)
    claim = Claim(
        ("age", "city"),
        ("illness",),
        CRITERIA,
        len(rows),
        other=("ward",),
        suppressed=len(held),
        labels={name: replace(words, finest=1) for name, words in LABELS.items()},
        uniform=uniform,
        classes=frozenset(hash((row["age"], row["city"])) for row in rows),
        orders={"illness": order},
        trees={"illness": (range(7), (0, 0, 1, 1, 2, 2, 2))},
        totals={"illness": Counter(illness for _, illness in pairs)},
        subjects=True,
        origin=True,
    )
    release = Release(rows, held, claim, path, chance)
    release.companion = [dict(row) for row in rows]
    return release


def solved(raw: list[Row], *, uniform: bool) -> tuple[list[Row], list[Row]]:
    rows, waiting = [], list(raw)
    for coarse in (region, lambda _: "*")[: 1 if uniform else 2]:
        found = defaultdict(list)
        for row in waiting:
            row["age"], row["city"] = decade(row["raw_age"]), coarse(row["raw_city"])
            found[row["age"], row["city"]].append(row)
        rows += [row for each in found.values() if good(each) for row in each]
        waiting = [row for each in found.values() if not good(each) for row in each]
    return rows, waiting


def judged(release: Release, parts: int = 1) -> Verification:
    """Write the file, and ask the verifier about it as it lies there."""
    table = release.table()
    if release.written is None:
        pq.write_table(table, release.path)
    else:
        release.written(release, table)
    if release.after is not None:
        release.path.write_bytes(release.after(release.path.read_bytes()))
    checks = file_checks(lambda: release.path.open("rb"))
    companion = pa.table(
        {
            "privet_subject": [row["subject"] for row in release.companion],
            "privet_origin": [row["origin"] for row in release.companion],
        }
    )
    with duckdb.connect() as connection:

        def query(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        if checks[0].passed:
            connection.register("published", connection.read_parquet(str(release.path)))
        else:
            connection.register("published", table)
        connection.register("companion", companion)
        return verify(release.claim, query, checks, parts=parts)


Cheat = Callable[[Release], None]
CHEATS: dict[str, tuple[Cheat, str]] = {}


def cheat(*checks: str) -> Callable[[Cheat], Cheat]:
    """One that must be caught by one of the named checks."""

    def told(function: Cheat) -> Cheat:
        CHEATS[function.__name__] = (function, "|".join(checks))
        return function

    return told


def back(release: Release) -> Row:
    """A suppressed row, or one made up where none was."""
    row = dict(release.held[0] if release.held else release.rows[0])
    return row | {"age": row["raw_age"], "city": row["raw_city"], "subject": 999, "origin": 999}


@cheat("rows")
def a_row_added_back(release: Release) -> None:
    release.rows.append(back(release))


@cheat("k")
def a_row_added_back_and_counted(release: Release) -> None:
    release.rows.append(back(release))
    release.companion.append(back(release))
    release.claim = replace(release.claim, rows=len(release.rows))


@cheat("k")
def a_class_split(release: Release) -> None:
    for row in release.least()[: K - 1]:
        row["age"] = "*"


@cheat("k")
def one_label_refined(release: Release) -> None:
    release.least()[0]["age"] = "33"


@cheat("labels")
def a_whole_class_refined(release: Release) -> None:
    for row in release.least():
        row["age"] = "33"


@cheat("k")
def a_suppressed_cell_restored(release: Release) -> None:
    row = release.least()[0]
    row["city"] = row["raw_city"]
    row["age"] = row["raw_age"]


@cheat("row order")
def the_order_of_the_input(release: Release) -> None:
    release.rows.sort(key=lambda row: int(row["origin"]))
    release.companion.sort(key=lambda row: int(row["origin"]))


@cheat("row order")
def the_order_of_the_input_backwards(release: Release) -> None:
    release.rows.sort(key=lambda row: -int(row["origin"]))
    release.companion.sort(key=lambda row: -int(row["origin"]))


@cheat("row order")
def the_order_of_the_input_in_each_class(release: Release) -> None:
    for rows in (release.rows, release.companion):
        rows.sort(key=lambda row: (row["age"], str(row["city"]), row["origin"]))


@cheat("columns")
def a_column_of_ids(release: Release) -> None:
    release.named.append("origin")
    release.kinds["origin"] = pa.int64()


@cheat("numbering")
def ids_in_a_harmless_column(release: Release) -> None:
    for row in release.rows:
        row["ward"] = f"A{row['origin']}"


@cheat("columns")
def the_index_of_a_frame(release: Release) -> None:
    release.named.append("__index_level_0__")
    for place, row in enumerate(release.rows):
        row["__index_level_0__"] = str(place)


@cheat("l")
def values_swapped_between_classes(release: Release) -> None:
    victims = release.least()
    for victim in victims:
        for row in release.rows:
            if victim["illness"] != "flu" == row["illness"] and row not in victims:
                victim["illness"], row["illness"] = row["illness"], victim["illness"]
                break


@cheat("t")
def values_gathered_in_one_class(release: Release) -> None:
    values_swapped_between_classes(release)


@cheat("k", "l", "t")
def rows_moved_between_classes(release: Release) -> None:
    home = release.least()[0]
    for row in release.rows:
        if row["illness"] == home["illness"]:
            row["age"], row["city"] = home["age"], home["city"]


@cheat("k")
def a_subject_counted_twice(release: Release) -> None:
    rows = release.least()
    for row, beside in zip(release.rows, release.companion, strict=True):
        if row in rows:
            beside["subject"] = rows[0]["subject"]


@cheat("rows", "companion")
def a_row_doubled_to_lift_k(release: Release) -> None:
    release.rows.append(dict(release.least()[0]))


@cheat("companion")
def a_row_doubled_in_the_receipt_too(release: Release) -> None:
    release.rows.append(dict(release.least()[0]))
    release.claim = replace(release.claim, rows=len(release.rows))


@cheat("k")
def a_class_too_small_filled_up_with_copies(release: Release) -> None:
    small = [back(release) | {"age": "40-49", "city": "*"} for _ in range(K)]
    for row in release.rows:
        if (row["age"], row["city"]) == ("40-49", "*"):
            row["city"] = "south"
    release.rows += small
    release.companion += small
    release.claim = replace(release.claim, rows=len(release.rows))


@cheat("values")
def a_sensitive_value_made_null(release: Release) -> None:
    for row in release.rows:
        row["illness"] = None if row["illness"] == "sepsis" else row["illness"]


@cheat("values")
def a_sensitive_value_made_up(release: Release) -> None:
    release.rows[0]["illness"] = "measles"


@cheat("rows")
def rows_left_out(release: Release) -> None:
    del release.rows[:3], release.companion[:3]


@cheat("values")
def rows_left_out_and_not_told_as_suppressed(release: Release) -> None:
    kept = [place for place, row in enumerate(release.rows) if row["illness"] != "gout"]
    release.rows = [release.rows[place] for place in kept]
    release.companion = [release.companion[place] for place in kept]
    release.claim = replace(release.claim, rows=len(kept), suppressed=0)


@cheat("metadata")
def what_pandas_writes(release: Release) -> None:
    release.metadata["pandas"] = '{"index_columns": []}'


@cheat("metadata")
def a_note_on_a_column(release: Release) -> None:
    release.field_metadata["note"] = "33, 41, 57"


@cheat("labels")
def null_spelled_out(release: Release) -> None:
    for row in release.rows:
        row["city"] = "null" if row["city"] is None else row["city"]


@cheat("labels", "k")
def a_label_with_a_space_behind_it(release: Release) -> None:
    for row in max(release.classes().values(), key=len)[::2]:
        row["age"] += " "


@cheat("labels", "k")
def a_label_in_letters_that_look_alike(release: Release) -> None:
    for row in release.rows[::3]:
        row["city"] = "nоrth"  # noqa: RUF001  # the o is Cyrillic


@cheat("types")
def a_label_as_a_float(release: Release) -> None:
    release.kinds["age"] = pa.float64()
    for row in release.rows:
        row["age"] = float(row["age"][:2])


@cheat("columns")
def a_column_renamed(release: Release) -> None:
    release.named[0] = "years"
    for row in release.rows:
        row["years"] = row["age"]


@cheat("columns")
def a_column_renamed_in_case(release: Release) -> None:
    release.named[0] = "Age"
    for row in release.rows:
        row["Age"] = row["age"]


@cheat("columns")
def a_column_missing(release: Release) -> None:
    release.named.remove("illness")


@cheat("file")
def a_file_cut_off(release: Release) -> None:
    release.after = lambda content: content[: len(content) * 2 // 3]


@cheat("k", "rows")
def a_second_row_group_of_raw_values(release: Release) -> None:
    def write(release: Release, table: pa.Table) -> None:
        raw = [back(release) for _ in range(5)]
        more = pa.Table.from_pylist(
            [{name: row[name] for name in release.named} for row in raw], table.schema
        )
        with pq.ParquetWriter(release.path, table.schema) as writer:
            writer.write_table(table)
            writer.write_table(more)

    release.written = write


@cheat("dictionaries")
def raw_values_in_a_dictionary(release: Release) -> None:
    def write(release: Release, table: pa.Table) -> None:
        words = table["age"].combine_chunks().dictionary_encode()
        wider = pa.concat_arrays([words.dictionary, pa.array(["33", "41"])])
        column = pa.DictionaryArray.from_arrays(words.indices, wider)
        pq.write_table(table.set_column(0, "age", column), release.path)

    release.written = write


@cheat("bytes")
def bytes_before_the_footer(release: Release) -> None:
    def hide(content: bytes) -> bytes:
        footer = 8 + int.from_bytes(content[-8:-4], "little")
        return content[:-footer] + b"33;41;57" + content[-footer:]

    release.after = hide


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_release_passes(seed: int, tmp_path: Path) -> None:
    for uniform in (False, True):
        release = honest(tmp_path / "out.parquet", seed, uniform=uniform)
        found = judged(release)
        found.require()
        apart = judged(release, parts=7)
        assert apart.k == found.k
        assert apart.l == pytest.approx(found.l)  # sums in an order of the engine's
        assert apart.t == pytest.approx(found.t)
        assert [check.name for check in apart.checks] == [check.name for check in found.checks]
        assert found.k == min(subjects(rows) for rows in release.classes().values())


@pytest.mark.parametrize("parts", [1, 7])
@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_caught(name: str, parts: int, tmp_path: Path) -> None:
    function, checks = CHEATS[name]
    for seed in range(3):
        release = honest(tmp_path / "out.parquet", seed)
        function(release)
        found = judged(release, parts)
        assert not found.passed
        failed = {check.name for check in found.checks if not check.passed}
        assert failed & set(checks.split("|")), found.checks
        with pytest.raises(Refused, match=r"not what it claims") as refusal:
            found.require()
        assert "33" not in str(refusal.value).split()
        assert "flu" not in str(refusal.value)


def test_levels_mixed_in_a_full_domain(tmp_path: Path) -> None:
    release = honest(tmp_path / "out.parquet", 1, uniform=True)
    release.claim = replace(release.claim, classes=None)
    for row in release.least():
        row["city"] = "*"
    found = judged(release)
    assert [check.name for check in found.checks if not check.passed] == ["level"]


def test_a_class_that_the_plan_does_not_have(tmp_path: Path) -> None:
    release = honest(tmp_path / "out.parquet", 1, uniform=True)
    release.claim = replace(release.claim, uniform=False)
    for row in release.least():
        row["city"] = "*"
    assert [each.name for each in judged(release).checks if not each.passed] == ["classes"]


def test_there_are_thirty_of_them() -> None:
    assert len(CHEATS) >= 30


def test_a_verification_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="nothing was checked"):
        Verification(passed=True, k=9, l={}, t={}, checks=()).require()
