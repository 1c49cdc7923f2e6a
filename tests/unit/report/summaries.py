"""A run made up for the report's tests: two data sets, and everything a summary can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from privet.model.release import FileDigest, RowCounts
from privet.pipeline.summary import (
    ColumnSummary,
    DataSummary,
    RunSummary,
    SourceSummary,
    StepSummary,
)

_STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def row_counts(
    out: int,
    quarantined: Mapping[str, int] | None = None,
    withheld: Mapping[str, int] | None = None,
    merged: Mapping[str, int] | None = None,
    suppressed: Mapping[str, int] | None = None,
) -> RowCounts:
    """Counts that add up."""
    reasons = [quarantined or {}, withheld or {}, merged or {}, suppressed or {}]
    return RowCounts(out + sum(sum(kind.values()) for kind in reasons), out, *reasons)


def customers(counts: RowCounts | None = None) -> DataSummary:
    """The first data set: one small reason among larger ones, unless counts are given."""
    return DataSummary(
        name="customers",
        sources=(SourceSummary("data/customers-2026.csv.gz", 4_210_733, "csv, ';', utf-8, gzip"),),
        columns=(
            ColumnSummary("customer_id", "int64", "user.unique_id", "token", "analysts", "string"),
            ColumnSummary("email", "string", "user.contact.email", "token", "analysts"),
            ColumnSummary(
                "date_of_birth",
                "date32",
                "user.demographic.date_of_birth",
                "band(width=5y)",
                "analysts",
            ),
            ColumnSummary("city", "string", "user.contact.address.city", "keep", "analysts"),
            ColumnSummary("plan", "string", "none", "keep", "analysts"),
            ColumnSummary(
                "allergies",
                "string",
                "user.health_and_medical",
                "drop",
                "rules[3]",
                note="the scan was unsure: free text",
            ),
        ),
        counts=counts
        or row_counts(
            46_201,
            {"type:date_of_birth": 4, "ragged_row": 1_317, "required:email": 212},
            {"filter": 1_021, "restricted": 37},
        ),
        subjects="customer",
        row_filter="country = principal.country",
        snapshot=12,
    )


def tickets() -> DataSummary:
    """The second: nothing stayed back, nested columns."""
    return DataSummary(
        name="tickets",
        sources=(SourceSummary("data/tickets.jsonl", 91_004_117, "jsonl"),),
        columns=(
            ColumnSummary("ticket", "int64", "none", "keep", "analysts"),
            ColumnSummary("customer", "int64", "user.unique_id", "token", "analysts"),
            ColumnSummary("messages[].body", "string", "user.content.private", "drop", "analysts"),
            ColumnSummary(
                "messages[].sent", "timestamp[us]", "none", "truncate(to=day)", "analysts"
            ),
        ),
        counts=row_counts(120_455),
        subjects="customer",
        row_filter=None,
        snapshot=13,
    )


def summary(*data: DataSummary, **changes: Any) -> RunSummary:
    """The run; `data` and `changes` take the place of its fields."""
    made = RunSummary(
        project="clinic",
        pipeline="research",
        started=_STARTED,
        finished=_STARTED + timedelta(seconds=83.4),
        principal="os:ana",
        role="analyst",
        purpose="research",
        recipient="unilab",
        guarantee="pseudonymous",
        basis=(("user.contact.email", "consent"), ("user.demographic.date_of_birth", "consent")),
        data=data or (customers(), tickets()),
        steps=(
            StepSummary("ingest customers", unchanged=False, seconds=12.34),
            StepSummary("ingest tickets", unchanged=True, seconds=0.01),
            StepSummary("release", unchanged=False, seconds=70.2),
        ),
        release="/home/ana/clinic/releases/research/000003-6f1d",
        release_id="6f1d2c6e0b9a4c53a7a4d3c0c8b1f0e2",
        number=3,
        unchanged=False,
        files=(
            FileDigest("customers.parquet", 2_310_440, "0f" * 32),
            FileDigest("tickets.parquet", 40_118_204, "a7" * 32),
        ),
        public_key="clinic.example/log+8a1b2c3d+Aa0mS8F3kYl4V7h2r0x2m6mUqUq9cW3nq0Dk8wq8Hc1S",
        log_size=14,
        changes=(
            "+ customers.city: keep",
            "~ customers.email: drop -> token",
            "- customers.phone: was drop",
        ),
    )
    return replace(made, **changes)
