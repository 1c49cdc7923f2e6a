"""A release as a folder: staged beside its place under a hidden name, shown by one rename."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from privet.adapters.stores.faults import local_faults
from privet.adapters.stores.local import LocalStore, sync_folder
from privet.model.errors import IntegrityError
from privet.ports.release import TargetState

RECEIPT = "receipt.json"


class LocalRelease:
    """A `ReleaseTarget` on this machine's disk."""

    __slots__ = ("_folder", "_staging")

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._staging = self._folder.with_name(f".{self._folder.name}.partial")

    @property
    def url(self) -> str:
        """The release's folder."""
        return str(self._folder)

    def state(self) -> TargetState:
        """What is there now."""
        if (self._folder / RECEIPT).is_file():
            return "published"
        if self._staging.is_dir():
            return "staged"
        return "blocked" if os.path.lexists(self._folder) else "absent"

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each file but the receipt."""
        found = LocalStore(self._folder).list("")
        return {info.key: info.size for info in found if info.key != RECEIPT}

    def writer(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A durable file in the hidden folder."""
        return LocalStore(self._staging).writer(name)

    def reader(self, name: str) -> BinaryIO:
        """A file in the hidden folder."""
        return LocalStore(self._staging).open(name)

    def publish(self, receipt: bytes) -> None:
        """Write the receipt, then give the folder its name.

        Raises:
            IntegrityError: something else has taken the place, or what was staged is gone.
        """
        if not self._staging.is_dir():
            if self.state() != "published":
                raise IntegrityError(f"the staged files of {self.url} are gone", hint="run again")
            return
        if os.path.lexists(self._folder):
            raise IntegrityError(
                f"{self.url} is in the way of a release that is ready",
                hint="move it away, then run again",
            )
        staging = LocalStore(self._staging)
        staging.sweep()  # a crash while the receipt was written would leave a file too many
        staging.put(RECEIPT, receipt)
        with local_faults(self.url, "write"):
            self._staging.rename(self._folder)
            sync_folder(self._folder.parent)

    def discard(self) -> None:
        """Remove the hidden folder."""
        with local_faults(self.url, "delete"):
            if self._staging.is_dir():
                shutil.rmtree(self._staging)
                sync_folder(self._staging.parent)
