"""Duplicates, uniqueness and references against a plain loop over the rows in source order.

Random rows, rules, batches and memory (down to many partitions, and partitions parted again), with
and without subjects, and on top of an earlier snapshot.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep, QualityRule, Refers, Unique
from privet.quality.key_rules import key_judges
from tests.unit.vault.vaults import CONTRACT, SOURCES, House, house, kept
from tests.world import SeededEntropy

COLUMNS = (
    Column(ColumnPath.of("customer"), "string"),
    Column(ColumnPath.of("note"), "string"),
    Column(ColumnPath.of("visits"), "int64"),
    Column(ColumnPath.of("amount"), "double"),
    Column(ColumnPath.parse("tags[]"), "string"),
    Column(ColumnPath.parse("place.city"), "string"),
)
NAMES = ["customer", "note", "visits", "amount", "tags", "place"]
SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("note", pa.string()),
        ("visits", pa.int64()),
        ("amount", pa.float64()),
        ("tags", pa.list_(pa.string())),
        ("place", pa.struct([("city", pa.string())])),
        ("_privet_file", pa.int64()),
        ("_privet_position", pa.int64()),
        ("_privet_reason", pa.string()),
        ("_privet_record", pa.binary()),
    ]
)
NAN = float("nan")
PARENTS = [0, 1, 2, None]

CELLS: Sequence[Sequence[Any]] = [
    [None, "a", "a", "a", "b", "c"],
    [None, "", "x", "X ", "y", "é", "E\u0301", "z" * 200],
    [None, 0, 1, 2, 3, 4],
    [None, 0.0, -0.0, NAN, 1.5],
    [None, [], ["t"], [None]],
    [None, {"city": None}, {"city": "Ulm"}],
]


def some_rows(chance: random.Random) -> list[tuple[Any, ...]]:
    """Many rows of few kinds, so that there are duplicates, and some do not fit into memory."""
    pool = [tuple(map(chance.choice, CELLS)) for _ in range(chance.choice([2, 9, 40]))]
    return chance.choices(pool, k=chance.choice([0, 1, 20, 200, 600]))


BY = [("customer",), ("note",), ("visits",), ("customer", "visits"), ("amount",), ("place.city",)]


@dataclass(frozen=True)
class Rules:
    """Some steps and rules, as the configuration gives them and as plain tuples."""

    steps: Sequence[tuple[str, tuple[str, ...], str]]
    rules: Sequence[tuple[str, tuple[str, ...], str]]

    def clean(self) -> list[CleanStep]:
        return [
            CleanStep(
                "deduplicate",
                tuple(map(ColumnPath.parse, by)),
                (
                    ("keep", keep),
                    ("kind", kind),
                    *([("latest", "visits")] if keep == "latest" else []),
                ),
            )
            for kind, by, keep in self.steps
        ]

    def contract(self, *, subject: bool) -> Contract:
        made = []
        for number, (kind, by, action) in enumerate(self.rules):
            check = Unique() if kind == "unique" else Refers("parents", (ColumnPath.of("key"),))
            columns = tuple(map(ColumnPath.parse, by if kind == "unique" else ("visits",)))
            made.append(
                QualityRule(
                    f"r{number}",
                    check,
                    columns,
                    action="report" if action == "report" else "quarantine",
                )
            )
        return Contract(
            name="d",
            version="1",
            columns=COLUMNS,
            subjects=(SubjectRef("customer", ColumnPath.of("customer")),) if subject else (),
            rules=tuple(made),
        )


def some_rules(chance: random.Random, keeps: Sequence[str]) -> Rules:
    steps = []
    for _ in range(chance.randrange(3)):
        kind = chance.choice(["exact", "key", "key", "near"])
        by = {"exact": (), "key": chance.choice(BY), "near": chance.choice([BY[1], BY[1] + BY[2]])}
        steps.append((kind, by[kind], chance.choice(keeps) if kind == "key" else "first"))
    rules = [
        (
            chance.choice(["unique", "refers"]),
            chance.choice(BY),
            chance.choice(["hold", "hold", "report"]),
        )
        for _ in range(chance.randrange(4))
    ]
    return Rules(steps, rules)


def parents(_: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    assert list(columns) == ["key"]
    yield pa.record_batch({"key": pa.array(PARENTS[:2], pa.int64())})
    yield pa.record_batch({"key": pa.array(PARENTS[2:], pa.int64())})


def table(rows: Sequence[tuple[Any, ...]], files: int) -> pa.RecordBatch:
    """The rows, in files of equal size; the last rows of all are held back already."""
    size = max(1, -(-len(rows) // files))
    places = [(number // size, number % size) for number in range(len(rows))]
    columns = [list(one) for one in zip(*rows, strict=True)] or [[] for _ in NAMES]
    more = [[file for file, _ in places], [place for _, place in places]]
    more += [[None] * len(rows), [None] * len(rows)]
    arrays = [pa.array(one, field.type) for one, field in zip(columns + more, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def value(row: tuple[Any, ...], path: str) -> Any:
    if path == "place.city":
        return row[5] and row[5]["city"]
    return plain(row[NAMES.index(path)])


def plain(cell: Any) -> Any:
    """A cell as something that is equal, and hashed, as the judges count it equal."""
    if isinstance(cell, float):
        return "not a number" if cell != cell else cell
    if isinstance(cell, list):
        return ("list", *cell)
    return tuple(cell.items()) if isinstance(cell, dict) else cell


NEAR = {"": None, "x": "x", "X ": "x", "é": "e", "E\u0301": "e"}


def near(cell: Any) -> Any:
    return NEAR.get(cell, cell) if isinstance(cell, str) else cell


def key(row: tuple[Any, ...], kind: str, by: tuple[str, ...]) -> Any:
    """The key of a row, or None where it has none."""
    if kind == "exact":
        return tuple(map(plain, row))
    parts = tuple(near(value(row, path)) if kind == "near" else value(row, path) for path in by)
    return None if None in parts else parts


def losers(rows: dict[int, tuple[Any, ...]], kind: str, by: tuple[str, ...], keep: str) -> set[int]:
    """Of the rows, by place in source order, all but the one that stands for its key."""
    groups: dict[Any, list[int]] = {}
    for place, row in rows.items():
        if (its := key(row, kind, by)) is not None:
            groups.setdefault(its, []).append(place)
    lost: set[int] = set()
    for places in groups.values():
        best = places[0]
        if keep == "last":
            best = places[-1]
        elif keep == "latest":
            best = max(places, key=lambda p: (-1 if rows[p][2] is None else rows[p][2], -p))
        lost |= set(places) - {best}
    return lost


def judged(
    rows: Sequence[tuple[Any, ...]], rules: Rules, base: Sequence[tuple[Any, ...]] = ()
) -> tuple[dict[int, str], dict[str, int], dict[str, int]]:
    """By a plain loop: the reason of each row that goes, and failed and judged rows by rule."""
    left = {place - len(base): row for place, row in enumerate([*base, *rows])}
    gone: dict[int, str] = {}
    failed: dict[str, int] = {}
    heard: dict[str, int] = {}

    def drop(places: set[int], reason: str) -> None:
        for place in places:
            gone[place] = reason
            del left[place]

    for kind, by, keep in rules.steps:
        label = ", ".join(by) or "whole row"
        lost = {place for place in losers(left, kind, by, keep) if place >= 0}
        drop(lost, f"duplicate:{'near ' if kind == 'near' else ''}{label}")
    numbered = list(enumerate(rules.rules))
    for wanted in ("unique", "refers"):
        for number, (kind, by, action) in numbered:
            if kind != wanted:
                continue
            if kind == "unique":
                lost = losers(left, kind, by, "first")
            else:
                lost = {p for p, row in left.items() if row[2] not in PARENTS}
            lost = {place for place in lost if place >= 0}
            failed[f"r{number}"] = len(lost)
            heard[f"r{number}"] = sum(place >= 0 for place in left)
            if action != "report":
                drop(lost, f"rule:r{number}")
    return gone, failed, heard


def commit(
    home: House,
    rows: Sequence[tuple[Any, ...]],
    rules: Rules,
    *,
    subject: bool,
    step: int,
    files: int,
    memory: int,
    base: Any = None,
) -> tuple[Any, Any]:
    judges = key_judges(
        rules.contract(subject=subject), rules.clean(), SeededEntropy(), parents, appending=False
    )
    batch = table(rows, files)
    with home.vault.begin(
        "d",
        SCHEMA,
        subject_type="customer" if subject else None,
        memory_bytes=memory,
        judges=judges,
        base=base,
    ) as writer:
        for start in range(0, batch.num_rows, step):
            part = batch.slice(start, step)
            writer.write(part, part.column("customer") if subject else None)
        writer.finish()
        before = [tuple(row.values()) for row in rows_of(home.vault.read_uncommitted(writer))]
        snapshot = home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
    after = [tuple(row.values()) for row in kept(home.vault, snapshot).to_pylist()]
    assert repr(before) == repr(after)
    return writer, snapshot


def rows_of(batches: Iterator[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("seed", range(60))
def test_judged_as_a_plain_loop_judges(seed: int) -> None:
    chance = random.Random(seed)
    rows, rules = some_rows(chance), some_rules(chance, ["first", "last", "latest", "latest"])
    step, files = chance.randint(1, 90), chance.randint(1, 3)
    memory, subject = chance.choice([1, 1, 1 << 30]), chance.random() < 0.6
    with tempfile.TemporaryDirectory() as folder:
        home = house(Path(folder))
        writer, snapshot = commit(
            home, rows, rules, subject=subject, step=step, files=files, memory=memory
        )
        gone, failed, heard = judged(rows, rules)
        require(home, writer, snapshot, rows, gone)
        assert dict(writer.key_failed) == failed
        assert dict(writer.key_judged) == heard
        stay = [row for place, row in enumerate(rows) if place not in gone]
        got = [tuple(row.values()) for row in kept(home.vault, snapshot).to_pylist()]
        if not subject:
            assert repr(got) == repr(stay)
        for who in {row[0] for row in stay}:
            assert repr([r for r in got if r[0] == who]) == repr([r for r in stay if r[0] == who])
        assert len(got) == len(stay)
        home.catalog.close()


@pytest.mark.parametrize("seed", range(30))
def test_rows_that_were_there_come_first(seed: int) -> None:
    chance = random.Random(seed)
    first, second, rules = some_rows(chance), some_rows(chance), some_rules(chance, ["first"])
    memory, subject = chance.choice([1, 1, 1 << 30]), chance.random() < 0.5
    with tempfile.TemporaryDirectory() as folder:
        home = house(Path(folder))
        options: dict[str, Any] = {"subject": subject, "step": 50, "files": 1, "memory": memory}
        _, base = commit(home, first, rules, **options)
        there = [tuple(row.values()) for row in kept(home.vault, base).to_pylist()]
        writer, snapshot = commit(home, second, rules, base=base, **options)
        gone, failed, heard = judged(second, rules, there)
        assert dict(writer.key_failed) == failed
        assert dict(writer.key_judged) == heard
        stay = [row for place, row in enumerate(second) if place not in gone]
        got = [tuple(row.values()) for row in kept(home.vault, snapshot).to_pylist()]
        assert repr(got[: len(there)]) == repr(there)
        assert Counter(map(repr, got[len(there) :])) == Counter(map(repr, stay))
        assert snapshot.manifest.quarantined == base.manifest.quarantined + sum(
            reason.startswith("rule:") for reason in gone.values()
        )
        assert writer.counts.read == len(second)
        assert writer.counts.balanced()
        home.vault.verify()
        assert home.vault.collect_garbage() == 0
        home.catalog.close()


def require(
    home: House, writer: Any, snapshot: Any, rows: Sequence[tuple[Any, ...]], gone: dict[int, str]
) -> None:
    """Every row is accounted for once, by the reason that the loop gives."""
    counts = writer.counts
    reasons = Counter(gone.values())
    assert counts.balanced()
    assert counts.read == len(rows)
    assert counts.out == snapshot.manifest.rows == len(rows) - len(gone)
    assert dict(counts.quarantined) == {r: n for r, n in reasons.items() if r.startswith("rule")}
    assert dict(counts.merged) == {r: n for r, n in reasons.items() if r.startswith("dup")}
    held = rows_of(home.vault.read_quarantine(snapshot))
    ends = [place for place, reason in gone.items() if reason.startswith("rule:")]
    assert Counter(repr([row[name] for name in NAMES]) for row in held) == Counter(
        repr(list(rows[place])) for place in ends
    )
    assert Counter(row["_privet_reason"] for row in held) == Counter(gone[place] for place in ends)
    assert all(row["_privet_record"] is None for row in held)
    home.vault.verify()
