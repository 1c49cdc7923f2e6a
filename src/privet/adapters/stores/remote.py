"""Objects on a server: S3, Google Cloud Storage, Azure, plain HTTP, through obstore.

Credentials come from the environment, as obstore finds them (`AWS_*`, `GOOGLE_*`, `AZURE_*`, the
instance's own role), and never from a URL, because URLs end up in messages and receipts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore import exceptions as faults
from obstore import store as stores

from privet.adapters.stores.credentials import refuse_credentials
from privet.adapters.stores.faults import changed
from privet.adapters.stores.keys import check_key, check_prefix
from privet.adapters.stores.remote_faults import first_line, remote_error
from privet.model.errors import PrivetError, StorageError, UsageError
from privet.ports.store import ObjectInfo

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta, WritableFile
    from typing_extensions import Buffer

_PART_BYTES = 8 * 1024 * 1024
"""Size of one part of a multipart upload: at most 12 of them are on their way at once."""

_RETRY: stores.RetryConfig = {"max_retries": 5, "retry_timeout": timedelta(seconds=60)}
_READ_ONLY = frozenset({"http", "https"})
_WEAK = ("W/", "modified ")
"""How a stamp begins that `If-Match` cannot take: a weak ETag (RFC 9110, 13.1.1), or a date."""


class RemoteStore:
    """An `ObjectStore` over an obstore store.

    A write is one request, or a multipart upload that the server makes visible whole when it is
    completed; an upload that fails is aborted. Creation (`put(..., create=True)`) is the server's
    own `If-None-Match`, which a few S3 look-alikes accept and ignore: `probing` finds those.

    Args:
        store: obstore's store, with the root that keys start from.
        url: the root as messages name it, without credentials.
        read_only: refuse writes here, with a clear message, rather than at the server.
    """

    __slots__ = ("_read_only", "_store", "_url")

    def __init__(self, store: stores.ObjectStore, url: str, *, read_only: bool = False) -> None:
        self._store = store
        self._url = url
        self._read_only = read_only

    @classmethod
    def open(cls, url: str) -> RemoteStore:
        """The store at `url`; nothing is sent yet.

        Raises:
            UsageError: the URL holds credentials or is not complete.
        """
        refuse_credentials(url)
        scheme = urlsplit(url).scheme
        try:
            if scheme in _READ_ONLY:
                options: stores.ClientConfig = {"allow_http": scheme == "http"}
                store = stores.from_url(url, retry_config=_RETRY, client_options=options)
            else:
                store = stores.from_url(url, retry_config=_RETRY)
        except (faults.BaseError, ValueError) as error:
            raise UsageError(
                f"{url} cannot be opened: {first_line(error)}",
                hint="Give what is missing in the environment (AWS_*, GOOGLE_*, AZURE_*).",
            ) from None
        return cls(store, url, read_only=scheme in _READ_ONLY)

    @property
    def url(self) -> str:
        """The root's URL."""
        return self._url

    def __repr__(self) -> str:
        return f"RemoteStore({self._url!r})"

    def get(self, key: str) -> bytes:
        """The whole object; `SourceError` where there is none."""
        with self._faults(key, "read"):
            return obstore.get(self._store, check_key(key)).bytes().to_bytes()

    def read_at(self, key: str, start: int, length: int, *, stamp: str | None = None) -> bytes:
        """`length` bytes from `start`, fewer at the end; of the object that `stamp` tells of.

        Raises:
            SourceError: there is none, or it is another one by now.
        """
        if length <= 0:
            return b""
        options: GetOptions = {"range": (start, start + length)}
        if stamp and not stamp.startswith(_WEAK):
            options["if_match"] = stamp
        with self._faults(key, "read"):
            try:
                return obstore.get(self._store, check_key(key), options=options).bytes().to_bytes()
            except faults.PreconditionError:
                raise changed(key) from None
            except faults.GenericError:
                info = self.head(key)  # servers answer 416 to a range that starts at the end
                if info is not None and start >= info.size:
                    return b""
                raise

    def head(self, key: str) -> ObjectInfo | None:
        """Size and ETag, or None where there is no such object."""
        with self._faults(key, "read"):
            try:
                return _info(obstore.head(self._store, check_key(key)))
            except FileNotFoundError:
                return None

    def put(self, key: str, data: bytes, *, create: bool = False) -> bool:
        """Write the whole object. With `create`, leave an existing one alone and return False."""
        with self._faults(key, "write"):
            self._check_writable()
            try:
                obstore.put(
                    self._store, check_key(key), data, mode="create" if create else "overwrite"
                )
            except faults.AlreadyExistsError:
                return False
        return True

    @contextmanager
    def writer(self, key: str) -> Iterator[BinaryIO]:
        """A writable file that becomes visible under `key` on a clean exit, and not otherwise.

        The parts of an upload that a killed process began stay on the server, unseen by all but its
        own rules (on S3: `AbortIncompleteMultipartUpload`).
        """
        with self._faults(key, "write"):
            self._check_writable()
            upload = obstore.open_writer(self._store, check_key(key), buffer_size=_PART_BYTES)
        try:
            yield cast("BinaryIO", _UploadFile(upload, lambda: self._faults(key, "write")))
        except BaseException as fault:
            with suppress(faults.BaseError, OSError):  # a server out of reach shows no part either
                upload.__exit__(type(fault), fault, fault.__traceback__)
            raise
        with self._faults(key, "write"):
            upload.close()

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects below the folder `prefix` (empty: all), sorted by key."""
        folder = check_prefix(prefix)
        with self._faults(folder or "/", "list"):
            metas = [meta for page in obstore.list(self._store, folder or None) for meta in page]
        # Azure and S3 sort; a local or WebDAV server need not.
        yield from sorted(map(_info, metas), key=lambda info: info.key)

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens where there is none."""
        with self._faults(key, "delete"):
            self._check_writable()
            try:
                obstore.delete(self._store, check_key(key))
            except FileNotFoundError:
                return

    def _check_writable(self) -> None:
        if self._read_only:
            raise StorageError(
                f"{self._url} is read-only", hint="Choose another store to write to."
            )

    @contextmanager
    def _faults(self, key: str, verb: str) -> Iterator[None]:
        try:
            yield
        except PrivetError:
            raise
        except (faults.BaseError, OSError, NotImplementedError) as error:
            raise remote_error(error, key, verb, self._url) from None


class _UploadFile(io.RawIOBase):
    """An upload as the kind of file that pyarrow and `io` write to; closing it completes nothing.

    Only a clean end of `writer` completes it, so that a library that closes its file in a
    `finally` cannot make half an object visible.
    """

    def __init__(
        self, upload: WritableFile, faults: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._upload = upload
        self._faults = faults
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Buffer, /) -> int:
        # The upload keeps what it is given until a part is full: a buffer of the caller's own would
        # have changed by then.
        kept = data if isinstance(data, bytes) else bytes(memoryview(data))
        with self._faults():
            written = self._upload.write(kept)
        self._position += written
        return written


def _info(meta: ObjectMeta) -> ObjectInfo:
    return ObjectInfo(meta["path"], meta["size"], meta["e_tag"] or _dated(meta["last_modified"]))


def _dated(modified: datetime) -> str:
    """A stamp from a date; none from the epoch, which obstore gives where a server says nothing."""
    return f"modified {modified.isoformat()}" if modified.timestamp() else ""
