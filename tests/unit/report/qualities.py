"""Quality made up for the report's tests: rules, cleaning, profiles and a past."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from privet.model.quality import CleanOutcome, ColumnProfile, RuleOutcome, Threshold
from privet.pipeline.summary import DataSummary, QualityPoint, QualitySummary
from tests.unit.report.summaries import customers, row_counts

_FIRST = datetime(2025, 12, 28, 3, 4, 5, tzinfo=UTC)
NONE_MAY_FAIL = Threshold("mustBe", (0,))


def rule(name: str, failed: int, of: int = 47_000, **changes: Any) -> RuleOutcome:
    """One outcome; a rule that fails rows holds them back."""
    made = RuleOutcome(
        rule=name,
        check="the value is there",
        columns=("email",),
        severity="error",
        action="quarantine",
        failed=failed,
        of=of,
        figure=None,
        holds=True,
    )
    return replace(made, **changes)


def cleaned_customers() -> DataSummary:
    """The first data set of the sample run, as real data has it: dirty, cleaned, judged."""
    counts = row_counts(
        45_190,
        {
            "ragged_row": 317,
            "clean:date:date_of_birth": 148,
            "type:date_of_birth": 34,
            "required:email": 212,
            "rule:email_has_an_at": 1_022,
            "rule:born_in_this_century_or_last": 61,
        },
        {"filter": 1_021, "restricted": 37},
        {"duplicate:deduplicate": 764},
        {"k-anonymity": 36},
    )
    judged = counts.read - 317 - 148 - 34 - 212
    rules = (
        rule("email_has_an_at", 1_022, judged, check="the value matches a pattern"),
        rule(
            "born_in_this_century_or_last",
            88,
            judged,
            check="the value lies from 1900-01-01 to 2026-01-01",
            columns=("date_of_birth",),
        ),
        rule(
            "plan_is_known",
            1_544,
            judged,
            check="the value is one of 4 that the contract lists",
            columns=("plan",),
            severity="warning",
            action="report",
            holds=False,
            threshold=Threshold("mustBeLessThan", (1,), "percent"),
        ),
        rule(
            "city_is_spelt",
            7,
            judged,
            check="the value has 2 to 80 characters",
            columns=("city",),
            severity="info",
            action="report",
            holds=False,
            threshold=NONE_MAY_FAIL,
        ),
        rule("one_row_each", 0, judged, check="no two rows are equal", columns=("customer_id",)),
        rule(
            "enough_rows",
            0,
            0,
            check="how many rows were kept",
            columns=(),
            action="stop",
            figure=46_284.0,
        ),
    )
    cleaning = (
        CleanOutcome("trim", {"city": 4_120, "email": 388, "plan": 3}),
        CleanOutcome("missing", {"city": 911, "allergies": 12_404}),
        CleanOutcome("date", {"date_of_birth": 31_077}),
        CleanOutcome("number", {"amount": 0}),
        CleanOutcome("deduplicate", {"": 764}),
    )
    data = replace(customers(counts), snapshot=12)
    kept = counts.out + 1_021 + 37 + 36
    quality = QualitySummary(rules, cleaning, profiles(kept), past(data, kept, rules))
    return replace(data, quality=quality)


def profiles(rows: int) -> tuple[ColumnProfile, ...]:
    """One of each shape."""
    third = rows // 3
    return (
        ColumnProfile("customer_id", "int64", rows, 0, rows, "ranks", (), rows),
        ColumnProfile("email", "string", rows, 0, 40_000, "ranks", (), rows),
        ColumnProfile(
            "date_of_birth",
            "date32",
            rows,
            212,
            20_000,
            "bins",
            (310, 820, 1_900, 3_850, 5_700, 6_900, 7_400, 6_800, 5_300, 3_900, 2_300, 892),
            0,
        ),
        ColumnProfile(
            "city",
            "string",
            rows,
            911,
            600,
            "ranks",
            (9_000, 6_200, 4_800, 3_000, 2_500, 2_100, 1_300, 900, 700, 610),
            third - 911,
        ),
        ColumnProfile("plan", "string", rows, 0, 4, "ranks", (third, third, third - 400), 400),
        ColumnProfile("allergies", "string", rows, rows - 3_000, 90, "ranks", (900, 700), 1_400),
        ColumnProfile("amount", "double", rows, rows, 0, "bins", (), 0),
    )


def past(data: DataSummary, kept: int, rules: tuple[RuleOutcome, ...]) -> tuple[QualityPoint, ...]:
    """Six snapshots, of which the last is this run's."""
    earlier = tuple(
        QualityPoint(
            snapshot=6 + number,
            when=_FIRST + timedelta(days=number),
            read=44_000 + 700 * number,
            kept=44_000 + 700 * number - held - 500,
            quarantined={"ragged_row": 100, "rule:email_has_an_at": held - 100},
            merged={"duplicate:deduplicate": 500},
            failed={"email_has_an_at": held - 100, "plan_is_known": 300 * number},
        )
        for number, held in enumerate((900, 1_100, 950, 2_900, 1_300))
    )
    last = QualityPoint(
        snapshot=data.snapshot,
        when=_FIRST + timedelta(days=5),
        read=data.counts.read,
        kept=kept,
        quarantined=data.counts.quarantined,
        merged=data.counts.merged,
        failed={outcome.rule: outcome.failed for outcome in rules},
    )
    return (*earlier, last)


def hostile_quality(word: str, data: DataSummary) -> QualitySummary:
    """A quality in which every name is `word`."""
    counts = data.counts
    kept = counts.read - sum(counts.quarantined.values()) - sum(counts.merged.values())
    found = rule(word, 120, counts.read, check=word, columns=(word, word), holds=False)
    steps = (CleanOutcome(word, {word: 400, f"{word}{word}": 3}), CleanOutcome(word, {}))
    shapes = (
        ColumnProfile(word, word, kept, 30, 500, "bins", (300, 200, 20), kept - 550),
        ColumnProfile(word, word, kept, 0, 3, "ranks", (500, 400), kept - 900),
        ColumnProfile(word, word, kept, kept, 0, "ranks"),
    )
    points = tuple(
        QualityPoint(number, _FIRST, 1_000, 900, {word: 60}, {word: 40}, {word: 60})
        for number in (1, 2)
    )
    return QualitySummary((found,), steps, shapes, points)
