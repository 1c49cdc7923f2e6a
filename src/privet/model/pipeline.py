"""A declared pipeline and the sources it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from privet.model.errors import Location

FormatName: TypeAlias = Literal["csv", "parquet", "jsonl"]


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """How a source is read. For CSV, dialect and encoding are stated, never guessed again."""

    name: FormatName
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
class SourceSpec:
    """One source of a pipeline: the data set it fills, where it lies, how it is read.

    `urls` holds paths relative to the project, globs, folders or object-store URLs.
    """

    data: str
    urls: tuple[str, ...]
    format: SourceFormat
    where: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ReleaseSpec:
    """One data set that the pipeline releases, and the file format of the release."""

    data: str
    format: FormatName = "parquet"
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
