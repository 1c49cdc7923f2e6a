"""Incremental ingest: what an earlier run has taken, and what is new since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from privet.adapters.stores.sources import SourceObject
from privet.model.errors import SourceError
from privet.pipeline.steps import Output
from privet.vault.snapshots import Snapshot
from privet.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Base:
    """The snapshot that a run goes on from, and what the step that made it said.

    It is the newest that was made in the same way (contract, format, cleaning), by what the steps
    remember: a snapshot that a crash left without its step is not built upon.
    """

    snapshot: Snapshot
    output: Output

    @property
    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """The files that it holds; the place in this list is a row's `_privet_file`."""
        return self.snapshot.manifest.sources

    @property
    def watermark(self) -> str | None:
        """The largest value so far of the column that a source goes on after, as text."""
        return self.output.get("watermark")

    @property
    def records(self) -> Mapping[str, int]:
        """How many records of each file were taken, by URL."""
        taken: Mapping[str, int] = self.output["records"]
        return taken


def find_base(
    vault: Vault, data: str, shapes: Collection[str], outputs: Sequence[Output]
) -> Base | None:
    """The newest snapshot of `data` that was made with one of `shapes`, or None."""
    alike = [output for output in outputs if output.get("shape") in shapes]
    if not alike:
        return None
    newest = max(alike, key=_progress)
    return Base(vault.snapshot(data, newest["snapshot"]), newest)


def unread(objects: Sequence[SourceObject], base: Base) -> tuple[SourceObject, ...]:
    """The files that no earlier run has read.

    Raises:
        SourceError: a file that was read has changed since: its rows would be there twice, or not
            at all.
    """
    taken = {source["url"]: source for source in base.sources}
    for item in objects:
        before = taken.get(item.url)
        if before is not None and (before["size"], before["stamp"]) != (item.size, item.stamp):
            raise SourceError(
                f"{item.url} has changed since an earlier run took its rows",
                hint="put new rows into a new file; or, where rows carry a time, write "
                "`incremental: {after: COLUMN}`; or leave `incremental:` out for one run, which "
                "reads all anew",
            )
    return tuple(item for item in objects if item.url not in taken)


def _progress(output: Output) -> tuple[int, int]:
    """How far a run came: its snapshot, and the records that it had seen by then."""
    return int(output["snapshot"]), sum(output["records"].values())
