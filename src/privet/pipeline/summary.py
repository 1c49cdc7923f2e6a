"""What a run did, for the person who ran it: the command line and the report show it.

It holds counts and column names and no value. The command line tells whoever runs it every count;
the report, a file that may travel, merges groups of fewer than ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from privet.model.quality import CleanOutcome, ColumnProfile, RuleOutcome
from privet.model.release import FileDigest, RowCounts
from privet.protect.assessment.told import Told


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column: what it is, what became of it and which rule said so.

    `released_type` is None for a column that did not leave.
    """

    path: str
    type: str
    category: str
    treatment: str
    rule: str
    released_type: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """One source file: name as the user gave it, bytes, and how it was read."""

    name: str
    size: int
    form: str


@dataclass(frozen=True, slots=True)
class QualityPoint:
    """What became of a data set's rows when one snapshot was made; the report shows them in time.

    Attributes:
        failed: rows that failed, by rule.
    """

    snapshot: int
    when: datetime
    read: int
    kept: int
    quarantined: Mapping[str, int]
    merged: Mapping[str, int]
    failed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QualitySummary:
    """The quality of one data set in this run.

    Attributes:
        history: one point for each snapshot that is known, oldest first; the last is this run's.
        late: rows that were not taken because they lie at or below the watermark, though they stand
            where no earlier run has seen a record.
        ignored: columns of the source that its contract does not have; they were not read.
        absent: columns of the contract that the source did not have; they are null.
        unknown: what columns show that the contract does not know, in words.
        profiles: of the kept rows; empty where none was made.
    """

    rules: tuple[RuleOutcome, ...] = ()
    cleaning: tuple[CleanOutcome, ...] = ()
    profiles: tuple[ColumnProfile, ...] = ()
    history: tuple[QualityPoint, ...] = ()
    late: int = 0
    ignored: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSummary:
    """One data set of the run; `assessed` is what is left of risk and use, if it was measured."""

    name: str
    sources: tuple[SourceSummary, ...]
    columns: tuple[ColumnSummary, ...]
    counts: RowCounts
    subjects: str | None
    row_filter: str | None
    snapshot: int
    assessed: Told | None = None
    quality: QualitySummary = field(default_factory=QualitySummary)


@dataclass(frozen=True, slots=True)
class StepSummary:
    """One step: whether it was done now or found unchanged, and how long it took in seconds."""

    name: str
    unchanged: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run of a pipeline.

    Attributes:
        release: folder or URL of the release; `number` counts a pipeline's releases.
        unchanged: whether the release is the one that was there before.
        public_key: what `privet verify --key` wants, stated for the recipient.
        log_size: entries in the log after the run.
        changes: the difference to the plan of the last run, in words.
    """

    project: str
    pipeline: str
    started: datetime
    finished: datetime
    principal: str
    role: str
    purpose: str
    recipient: str
    guarantee: str
    basis: tuple[tuple[str, str], ...]
    data: tuple[DataSummary, ...]
    steps: tuple[StepSummary, ...]
    release: str
    release_id: str
    number: int
    unchanged: bool
    files: tuple[FileDigest, ...]
    public_key: str
    log_size: int
    changes: tuple[str, ...] = ()
