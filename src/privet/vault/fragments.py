"""One sealed Parquet object, written and read as a stream; no plaintext touches a disk.

Rows → Parquet (zstd level 1, row groups of 131,072 rows) → Tink's streaming AES-256-GCM → the
store, with BLAKE3 of the ciphertext taken on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from privet.crypto.hashing import HashingSink
from privet.crypto.streaming import SealedReader, SealingWriter, seal, unseal
from privet.model.canonical import encode
from privet.model.errors import IntegrityError
from privet.ports.store import ObjectStore
from privet.ports.world import Entropy
from privet.vault.keys import Key
from privet.vault.manifest import SealedObject

ROW_GROUP_ROWS = 131_072


class FragmentWriter:
    """Writes tables into one sealed object, which is visible in the store after `close` only.

    A fault in `write` or `close` abandons the object before it is raised.

    Args:
        store: where to.
        object_key: the object's name; random, told to nobody but the manifest.
        key: the object's own key, which no other object may share.
        project_id: bound into the ciphertext together with the object's name.
        schema: of every table.
        entropy: for the object's salt and nonce prefix.
    """

    def __init__(
        self,
        store: ObjectStore,
        object_key: str,
        key: Key,
        *,
        project_id: str,
        schema: pa.Schema,
        entropy: Entropy,
    ) -> None:
        self._object_key = object_key
        self._key_id = key.id
        self._rows = 0
        with ExitStack() as stack:
            self._sink = HashingSink(stack.enter_context(store.writer(object_key)), blake3())
            bound = associated_data(project_id, object_key)
            self._sealing = SealingWriter(cast("BinaryIO", self._sink), key.secret, bound, entropy)
            self._parquet = pq.ParquetWriter(
                pa.PythonFile(self._sealing, mode="w"),
                schema,
                compression="zstd",
                compression_level=1,
                # Rows of one subject lie together, so zstd finds what repeats, sooner and smaller
                # than dictionaries do (half the CPU, a tenth less space). Nothing reads statistics.
                use_dictionary=False,
                write_statistics=False,
            )
            self._stack = stack.pop_all()

    def write(self, table: pa.Table) -> None:
        """Append the rows; give it many at once, since each call ends a row group."""
        with self._abandoned_on_fault():
            self._parquet.write_table(table, row_group_size=ROW_GROUP_ROWS)
        self._rows += table.num_rows

    def close(self) -> SealedObject:
        """Make the object visible, whole; what the manifest says of it."""
        with self._abandoned_on_fault():
            self._parquet.close()
            self._sealing.close()
            self._stack.close()
        return SealedObject(
            self._object_key, self._key_id, self._sink.size, self._sink.hexdigest(), self._rows
        )

    def abandon(self) -> None:
        """Give the object up."""
        with suppress(_Abandoned), self._abandoned_on_fault():
            raise _Abandoned

    @contextmanager
    def _abandoned_on_fault(self) -> Iterator[None]:
        try:
            yield
        except BaseException as fault:
            self._sealing.abandon()
            # Parquet's own footer has nowhere to go any more, which is what we want.
            with suppress(ValueError, OSError, pa.ArrowException):
                self._parquet.close()
            # The store hears of the fault, so that nothing becomes visible and a full disk is
            # called one.
            self._stack.__exit__(type(fault), fault, fault.__traceback__)
            raise


class _Abandoned(Exception):
    """Thrown into a store's writer so that nothing becomes visible."""


def read_fragment(
    store: ObjectStore,
    sealed: SealedObject,
    key: Key,
    *,
    project_id: str,
    columns: Sequence[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """The rows of a sealed object; only the segments that hold `columns` are read.

    Raises:
        IntegrityError: the object was changed, cut short or exchanged. Batches already given were
            whole.
    """

    def read_at(start: int, length: int) -> bytes:
        return store.read_at(sealed.object, start, length)

    wanted = None if columns is None else list(columns)
    count = 0
    try:
        reader = SealedReader(
            read_at, sealed.size, key.secret, associated_data(project_id, sealed.object)
        )
        with pq.ParquetFile(pa.PythonFile(reader, mode="r")) as parquet:
            for group in range(parquet.num_row_groups):
                # By the group: a batch over several could be as large as all of them.
                for batch in parquet.iter_batches(ROW_GROUP_ROWS, [group], columns=wanted):
                    count += batch.num_rows
                    yield batch
    except IntegrityError as error:
        raise _changed(sealed) from error
    except (pa.ArrowException, OSError) as error:
        raise _changed(sealed) from error
    if count != sealed.rows:
        raise _changed(sealed)


def seal_record(
    store: ObjectStore, object_key: str, data: bytes, key: Key, *, project_id: str, entropy: Entropy
) -> SealedObject:
    """Put a small record (evidence) into the store as one sealed object."""
    sealed = seal(data, key.secret, associated_data(project_id, object_key), entropy)
    store.put(object_key, sealed)
    return SealedObject(object_key, key.id, len(sealed), blake3(sealed).hexdigest())


def open_record(store: ObjectStore, sealed: SealedObject, key: Key, project_id: str) -> bytes:
    """A record that `seal_record` put there.

    Raises:
        IntegrityError: it was changed.
    """
    try:
        data = store.get(sealed.object)
        return unseal(data, key.secret, associated_data(project_id, sealed.object))
    except IntegrityError as error:
        raise _changed(sealed) from error


def check_object(store: ObjectStore, sealed: SealedObject) -> None:
    """Compare an object with its digest; needs no key.

    Raises:
        IntegrityError: it is missing, or not what was written.
    """
    info = store.head(sealed.object)
    if info is None:
        raise IntegrityError(f"object {sealed.object} is missing", hint=_RESTORE)
    if info.size != sealed.size:
        raise _changed(sealed)
    digest = blake3()
    step = 8 << 20
    for start in range(0, sealed.size, step):
        digest.update(store.read_at(sealed.object, start, min(step, sealed.size - start)))
    if digest.hexdigest() != sealed.blake3:
        raise _changed(sealed)


def associated_data(project_id: str, object_key: str) -> bytes:
    """What a sealed object is bound to."""
    return encode(["privet object", 1, project_id, object_key])


_RESTORE = "restore the store from a copy; `privet verify .` says what else is hurt"


def _changed(sealed: SealedObject) -> IntegrityError:
    return IntegrityError(f"object {sealed.object} is not what was written", hint=_RESTORE)
