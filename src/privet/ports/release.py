"""Where releases go: a place that shows a release whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Literal, Protocol, TypeAlias

import pyarrow as pa

from privet.model.pipeline import FormatName

TargetState: TypeAlias = Literal["absent", "staged", "published", "blocked"]
"""`published`: a release with its receipt; `blocked`: something there that is none."""


class ReleaseTarget(Protocol):
    """The place of one release. Nothing is visible there before `publish`."""

    @property
    def url(self) -> str:
        """Where the release will be, for messages and the catalog."""
        ...

    def state(self) -> TargetState:
        """What is there now."""
        ...

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file of a published release but its receipt, by name."""
        ...

    def writer(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A durable staged file of the release; not visible yet."""
        ...

    def reader(self, name: str) -> BinaryIO:
        """A staged file that was written whole, to be read again before it is visible."""
        ...

    def publish(self, receipt: bytes) -> None:
        """Add the receipt and make the whole release visible; repeating it changes nothing.

        Raises:
            IntegrityError: something else has taken the place, or what was staged is gone.
        """
        ...

    def discard(self) -> None:
        """Remove whatever is staged; a published release stays."""
        ...


class ReleaseTargets(Protocol):
    """Opens the place of a release by its URL."""

    def __call__(self, url: str) -> ReleaseTarget:
        """The target at `url`."""
        ...


class BatchWriter(Protocol):
    """Writes Arrow batches in one file format."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Append the rows."""
        ...

    def close(self) -> None:
        """Finish the file; the sink stays open."""
        ...


class OpenBatchWriter(Protocol):
    """Opens a writer of a named format on a binary sink."""

    def __call__(self, sink: BinaryIO, form: FormatName, schema: pa.Schema) -> BatchWriter:
        """A writer of `schema` to `sink`."""
        ...
