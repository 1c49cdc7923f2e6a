"""Where releases appear: a folder of this machine, or a prefix of an object store."""

from __future__ import annotations

from pathlib import Path

from privet.adapters.releases.local import LocalRelease
from privet.adapters.releases.remote import RemoteRelease
from privet.adapters.stores import local_path, open_store, scheme_of
from privet.ports.release import ReleaseTarget

__all__ = ["LocalRelease", "RemoteRelease", "open_target"]


def open_target(url: str, base: Path) -> ReleaseTarget:
    """The place of one release: `releases/research/000001` below `base`, or `s3://bucket/…`."""
    if scheme_of(url) == "file":
        return LocalRelease(local_path(url, base))
    return RemoteRelease(open_store(url, base))
