"""What a release was made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceRef:
    """The snapshot that a release was made from."""

    data: str
    snapshot: int
    manifest_sha256: str
