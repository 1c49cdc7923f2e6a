"""A release that is only shown: it lives in this process and is never written anywhere."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO

from privet.ports.release import TargetState

SCHEME = "memory"


class MemoryRelease:
    """A `ReleaseTarget` for what goes to a screen.

    Attributes:
        files: the released files by name, once published.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._staged: dict[str, bytes] = {}
        self.files: Mapping[str, bytes] = {}

    @property
    def url(self) -> str:
        """`memory:` and what the release is called."""
        return self._url

    def state(self) -> TargetState:
        """What is there now; another process never finds anything."""
        if self.files:
            return "published"
        return "staged" if self._staged else "absent"

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file."""
        return {name: len(data) for name, data in self.files.items()}

    def writer(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A staged file."""
        return self._writer(name)

    def reader(self, name: str) -> BinaryIO:
        """A staged file."""
        return io.BytesIO(self._staged[name])

    def publish(self, receipt: bytes) -> None:
        """Let the files be read; the receipt is in the log, and goes nowhere else."""
        del receipt
        self.files, self._staged = dict(self._staged), {}

    def discard(self) -> None:
        """Forget what is staged."""
        self._staged = {}

    @contextmanager
    def _writer(self, name: str) -> Iterator[BinaryIO]:
        sink = io.BytesIO()
        yield sink
        self._staged[name] = sink.getvalue()
