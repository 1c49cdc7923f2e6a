"""How well columns are judged, on made-up and real-shaped tables: `python bench/columns.py`.

    --half tune|held|real   one part only
    --errors                every column that was judged wrong: headers and counts, made-up data
    --speed                 CPU for a wide table instead: 5,000 columns of 10,000 rows

A column counts for its kind (the truth's) as hit, missed or false; macro-F1 is the mean of F1 over
the kinds that occur, and the same over data categories. "Nothing" is no kind: false alarms on it
lower the precision of what they were taken for.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pyarrow as pa

from bench.column_suite.real import real_tables
from bench.column_suite.tables import Labelled, tables
from privet.detect.columns.concepts import CONCEPTS, kind_of
from privet.detect.columns.scanner import ColumnScanner
from privet.model.contract import Column
from privet.model.finding import Finding
from privet.ports.arrow_types import leaf_columns, spell_type

TODAY = date(2026, 11, 23)
ASKED = 0.95


def judge(table: pa.Table) -> dict[str, Finding]:
    columns = [Column(path, spell_type(kind)) for path, kind in leaf_columns(table.schema)]
    scanner = ColumnScanner(columns, today=TODAY)
    for batch in table.to_batches():
        scanner.add(batch)
    return {finding.path.leaf: finding for finding in scanner.findings()}


@dataclass
class Score:
    hits: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)

    def add(self, truth: str | None, found: str | None) -> None:
        if truth == found:
            self.hits[truth or "-"] += 1
            return
        self.missed[truth or "-"] += 1
        self.false[found or "-"] += 1

    def f1(self, kind: str) -> float:
        wrong = self.missed[kind] + self.false[kind]
        return 2 * self.hits[kind] / (2 * self.hits[kind] + wrong)

    @property
    def kinds(self) -> list[str]:
        return sorted({*self.hits, *self.missed} - {"-"})

    @property
    def macro(self) -> float:
        return sum(map(self.f1, self.kinds)) / len(self.kinds)


@dataclass
class Result:
    """Scores over kinds and over categories, how often "sure" was right, and what went wrong."""

    kinds: Score = field(default_factory=Score)
    categories: Score = field(default_factory=Score)
    sure: Counter[bool] = field(default_factory=Counter)
    unsure: int = 0
    tables: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, labelled: Labelled) -> None:
        self.tables += 1
        for header, finding in judge(labelled.rows).items():
            truth = labelled.truth[header]
            kind = kind_of(truth) if truth else None
            category = CONCEPTS[truth].category if truth else None
            self.kinds.add(kind, finding.kind)
            self.categories.add(category, finding.category)
            right = (kind, category) == (finding.kind, finding.category)
            if finding.unsure:
                self.unsure += 1
            else:
                self.sure[right] += 1
            if not right:
                mark = "?" if finding.unsure else "!"
                self.errors.append(
                    f"{labelled.name:24} {header:24} {truth} -> {finding.kind}{mark} "
                    f"{finding.category} {'; '.join(finding.evidence)}"
                )


def scored(part: Iterable[Labelled]) -> Result:
    result = Result()
    for labelled in part:
        result.add(labelled)
    return result


def show(name: str, result: Result, *, errors: bool, every: bool) -> None:
    sure = result.sure[True] / max(1, sum(result.sure.values()))
    print(
        f"{name}: {result.tables} tables, macro-F1 {result.kinds.macro:.3f} over "
        f"{len(result.kinds.kinds)} kinds, {result.categories.macro:.3f} over "
        f"{len(result.categories.kinds)} categories (asked: {ASKED}); of "
        f"{sum(result.sure.values())} sure verdicts {100 * sure:.1f} % are right, "
        f"{result.unsure} are unsure"
    )
    kinds = result.kinds
    for kind in kinds.kinds if every else ():
        print(
            f"    {kind:18} F1 {kinds.f1(kind):.3f}  hits {kinds.hits[kind]:4} "
            f"missed {kinds.missed[kind]:3} false {kinds.false[kind]:3}"
        )
    for line in result.errors if errors else ():
        print("   ", line)


def speed() -> None:
    """CPU seconds for 5,000 columns of 10,000 rows, of five sorts of values in turn.

    What is compiled at first use is compiled before.
    """
    draw = np.random.default_rng(5)
    whole = draw.integers(0, 10**9, 10_000)
    sorts = [
        pa.array([f"{number:09d}" for number in whole]),
        pa.array([f"Anna{number % 90} Meier" for number in whole]),
        pa.array([f"user{number}@example.org" for number in whole]),
        pa.array([f"{number / 1e6:.2f}" for number in whole]),
        pa.array([f"20{number % 25:02d}-0{1 + number % 9}-1{number % 10}" for number in whole]),
    ]
    judge(pa.table({f"c{n}": sorts[n] for n in range(5)}))
    start = time.process_time()
    for block in range(10):
        table = pa.table({f"c{block}_{n}": sorts[n % 5] for n in range(500)})
        judge(table)
    print(f"5,000 columns of 10,000 rows: {time.process_time() - start:.1f} s of CPU")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--half", choices=("tune", "held", "real"))
    options.add_argument("--errors", action="store_true")
    options.add_argument("--speed", action="store_true")
    chosen = options.parse_args()
    if chosen.speed:
        speed()
        return
    parts = {"tune": lambda: tables("tune"), "held": lambda: tables("held"), "real": real_tables}
    for name, part in parts.items():
        if chosen.half in (None, name):
            show(name, scored(part()), errors=chosen.errors, every=True)


if __name__ == "__main__":
    main()
