"""A spool: rows laid aside on disk, sealed under a key that exists in this process's memory alone.

The file has no name from the start (or loses it at once), so it is gone when the process is, and
what a crash leaves on the disk's blocks cannot be read by anybody: the key is gone too.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from privet.crypto.streaming import seal, unseal
from privet.model.errors import StorageError
from privet.ports.world import Entropy


@dataclass(slots=True)
class Lane:
    """The chunks of one partition within a spool.

    Attributes:
        starts, sizes: where its chunks lie in the file; packed, since a large input has many.
        nbytes: bytes that its rows take in memory once they are back.
        low, high: least and greatest token in it, to tell a lane of one subject.
    """

    starts: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("q"))
    rows: int = 0
    nbytes: int = 0
    low: int = 2**64
    high: int = -1


class Spool:
    """An unnamed, sealed file of Arrow chunks of one schema. Close it to give the space back."""

    def __init__(self, folder: Path, entropy: Entropy) -> None:
        self._entropy = entropy
        self._schema = pa.schema([])
        self._key = entropy.token_bytes(32)
        self._end = 0
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = _unnamed_file(folder)
        except OSError as error:
            raise _fault(error) from error

    def append(self, lane: Lane, batch: pa.RecordBatch) -> None:
        """Seal `batch` and add it to `lane`."""
        self._schema = batch.schema
        # The place in the file is bound in, so that no two chunks can change places.
        sealed = seal(memoryview(batch.serialize()), self._key, _place(self._end), self._entropy)
        try:
            self._file.seek(self._end)
            self._file.write(sealed)
        except OSError as error:
            raise _fault(error) from error
        lane.starts.append(self._end)
        lane.sizes.append(len(sealed))
        lane.rows += batch.num_rows
        lane.nbytes += batch.nbytes
        self._end += len(sealed)

    def chunks(self, lane: Lane) -> Iterator[pa.RecordBatch]:
        """The batches of `lane`, in the order they were added."""
        for start, size in zip(lane.starts, lane.sizes, strict=True):
            try:
                self._file.seek(start)
                sealed = self._file.read(size)
            except OSError as error:
                raise _fault(error) from error
            plain = unseal(sealed, self._key, _place(start))
            yield pa.ipc.read_record_batch(pa.py_buffer(plain), self._schema)

    def close(self) -> None:
        """Forget the file."""
        with suppress(OSError):
            self._file.close()


def _place(start: int) -> bytes:
    return b"privet spool %d" % start


def _unnamed_file(folder: Path) -> BinaryIO:
    tmpfile = getattr(os, "O_TMPFILE", 0)
    if tmpfile:
        with suppress(OSError):
            descriptor = os.open(folder, tmpfile | os.O_RDWR | os.O_EXCL, 0o600)
            return os.fdopen(descriptor, "w+b", buffering=0)
    # File systems without O_TMPFILE (NFS, overlays, macOS): a name for an instant.
    descriptor, name = tempfile.mkstemp(prefix=".tmp-spool-", dir=folder)
    Path(name).unlink()
    return os.fdopen(descriptor, "w+b", buffering=0)


def _fault(error: OSError) -> StorageError:
    return StorageError(
        f"the spool cannot be used: {error.strerror}",
        hint="free some space on the disk that holds .privet, and run again; nothing was lost",
    )
