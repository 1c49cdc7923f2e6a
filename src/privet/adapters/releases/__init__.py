"""Where releases appear: a folder, a prefix of an object store, or only this process's memory."""

from __future__ import annotations

from pathlib import Path

from privet.adapters.releases.local import LocalRelease
from privet.adapters.releases.memory import SCHEME, MemoryRelease
from privet.adapters.releases.remote import RemoteRelease
from privet.adapters.stores import local_path, open_store, scheme_of
from privet.ports.release import ReleaseTarget

__all__ = ["LocalRelease", "MemoryRelease", "RemoteRelease", "open_target"]


def open_target(url: str, base: Path) -> ReleaseTarget:
    """The place of one release: `releases/research/000001` below `base`, or `s3://bucket/…`."""
    if url.startswith(f"{SCHEME}:"):
        return MemoryRelease(url)
    if scheme_of(url) == "file":
        return LocalRelease(local_path(url, base))
    return RemoteRelease(open_store(url, base))
