"""A declared pipeline and the sources it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from privet.model.errors import Location
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep

FormatName: TypeAlias = Literal["csv", "parquet", "jsonl", "arrow"]
SourceFormatName: TypeAlias = Literal["csv", "parquet", "jsonl", "arrow", "sql"]


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """How a source is read. For CSV, dialect and encoding are stated, never guessed again."""

    name: SourceFormatName
    compression: Literal["gzip", "zstd"] | None = None
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: bool = True

    def __str__(self) -> str:
        """In words: `csv, delimiter ';', utf-8, gzip`."""
        dialect = [f"delimiter {self.delimiter!r}", self.encoding] if self.name == "csv" else []
        packed = [self.compression] if self.compression else []
        return ", ".join([self.name, *dialect, *packed])


@dataclass(frozen=True, slots=True)
class Incremental:
    """What a later run reads: files that no earlier run has read, or rows after a watermark.

    Attributes:
        after: the column whose largest value so far is the watermark; None: by files.
    """

    after: ColumnPath | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """What happens where a source is no longer what its contract says.

    Attributes:
        added: a column that the contract does not have: `refuse` the source, or `ignore` the column
            (it is not read, and the run says so).
        lost: a column that the source no longer has: `refuse`, or take it as `null`.
        categories: personal data in a column whose contract knows of none: `stop` the run before
            anything leaves, hold the rows back (`quarantine`), or `report` it.
    """

    added: Literal["refuse", "ignore"] = "refuse"
    lost: Literal["refuse", "null"] = "refuse"
    categories: Literal["stop", "quarantine", "report"] = "stop"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source of a pipeline: the data set it fills, where it lies, how it is read and cleaned.

    Attributes:
        urls: paths relative to the project, globs, folders, object-store URLs; for SQL the one
            database (`sqlite:///shop.db`, `postgresql://host/db`).
        query: the SELECT, for SQL.
        partitions: columns that stand in the files' path (`year=2024/`), not in the files.
        clean: the cleaning steps, in order.
        incremental: how later runs go on from earlier ones; None: every run reads everything.
        keep: `rows` (a snapshot in the vault), or `quarantine` alone: the rows pass through to the
            release, and only what was held back is kept.
    """

    data: str
    urls: tuple[str, ...]
    format: SourceFormat
    query: str | None = None
    partitions: tuple[ColumnPath, ...] = ()
    clean: tuple[CleanStep, ...] = ()
    incremental: Incremental | None = None
    drift: Drift = Drift()
    keep: Literal["rows", "quarantine"] = "rows"
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ReleaseSpec:
    """One data set that the pipeline releases, and the file format of the release.

    `query` is what is asked about it where no row leaves, but an answer under differential privacy.
    """

    data: str
    format: FormatName = "parquet"
    query: str | None = None
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """A pipeline: sources in, one release out (of one or more data sets)."""

    name: str
    purpose: str
    role: str
    sources: Mapping[str, SourceSpec]
    releases: tuple[ReleaseSpec, ...]
    to: str | None = None
    into: str = "releases"
    source: str = field(default="", compare=False)
