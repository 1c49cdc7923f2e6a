"""A release below a prefix of an object store, where nothing can be renamed.

The receipt is written last and by create-only: files without one are no release, and `verify` says
so. The prefix belongs to one grant, so that two releases cannot mix.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from privet.adapters.releases.local import RECEIPT
from privet.model import canonical
from privet.model.errors import IntegrityError
from privet.ports.release import TargetState
from privet.ports.store import ObjectStore


class RemoteRelease:
    """A `ReleaseTarget` on an object store."""

    __slots__ = ("_store",)

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @property
    def url(self) -> str:
        """The release's prefix."""
        return self._store.url

    def state(self) -> TargetState:
        """What is there now."""
        if self._store.head(RECEIPT) is not None:
            return "published"
        return "staged" if any(True for _ in self._store.list("")) else "absent"

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file but the receipt."""
        return {info.key: info.size for info in self._store.list("") if info.key != RECEIPT}

    def writer(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file of the release; without the receipt it counts for nothing."""
        return self._store.writer(name)

    def reader(self, name: str) -> BinaryIO:
        """A file below the prefix."""
        return io.BytesIO(self._store.get(name))

    def publish(self, receipt: bytes) -> None:
        """Write the receipt: from here on it is a release.

        Raises:
            IntegrityError: the receipt of another release is there.
        """
        if self._store.put(RECEIPT, receipt, create=True):
            return
        # One of ours from before a crash may prove its entry in a shorter log: the signed statement
        # is what must agree.
        if _signed(self._store.get(RECEIPT)) != _signed(receipt):
            raise IntegrityError(
                f"the receipt of another release is in {self.url}",
                hint="another project releases here too, and files of both may be mixed: move them "
                "away, give each project a place of its own, and run again",
            )

    def discard(self) -> None:
        """Remove the files of a release that was never receipted."""
        if self.state() != "staged":
            return
        for info in list(self._store.list("")):
            self._store.delete(info.key)


def _signed(receipt: bytes) -> Any:
    """The signed part of a receipt."""
    return canonical.decode(receipt)["envelope"]
