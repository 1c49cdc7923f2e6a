"""The data files that a list of paths, patterns, folders and URLs names."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

from privet.adapters.stores import local_path, open_store, scheme_of
from privet.adapters.stores.credentials import refuse_credentials
from privet.adapters.stores.faults import local_error
from privet.adapters.stores.local import LocalStore
from privet.adapters.stores.patterns import Pattern, is_hidden, parse_pattern
from privet.model.errors import SourceError
from privet.ports.store import ObjectInfo, ObjectStore

_BUFFER_BYTES = 8 * 1024 * 1024
"""How much one request to an object store reads ahead."""


@dataclass(frozen=True, slots=True)
class SourceObject:
    """One data file, or one database.

    Attributes:
        url: how messages name it: the path relative to the project, or the URL.
        store: where it lies; a database lies in none.
        key: its key there.
        size: bytes.
        stamp: what tells that it has changed: `mtime_ns:inode`, the ETag, or a date; empty where a
            server gives none.
    """

    url: str
    store: ObjectStore | None
    key: str
    size: int
    stamp: str


def expand(urls: Sequence[str], base: Path) -> tuple[SourceObject, ...]:
    """Every file that `urls` name, once, sorted by name.

    Each is a file, a folder (all in it, but names that begin with `.` or `_`), or a pattern
    (`data/*.csv`, `data/**/part-?.parquet`), as a path or below a bucket. A file whose own name
    holds special characters is taken as it is.

    Args:
        urls: paths and URLs, in any order.
        base: the folder that relative paths start from.

    Raises:
        SourceError: one of them names nothing, or what it names cannot be read.
        UsageError: a URL's scheme is not known, or it holds credentials.
    """
    found: dict[str, SourceObject] = {}
    for url in urls:
        for source in _expand_one(url, base):
            found.setdefault(source.url, source)
    return tuple(found[name] for name in sorted(found))


def has_changed(source: SourceObject) -> bool:
    """Whether a file is another by now, or gone; a database answers from one state of its own."""
    if source.store is None:
        return False
    now = source.store.head(source.key)
    return now is None or (now.size, now.stamp) != (source.size, source.stamp)


def open_readable(source: SourceObject) -> BinaryIO:
    """A seekable file over the source's bytes; the caller closes it.

    Raises:
        SourceError: it is no longer there, or another is in its place.
        StorageError: it cannot be read.
    """
    if source.store is None:
        raise SourceError(
            f"{source.url} is a database, and no file",
            hint="Read it by `format: sql` and a `query:`.",
        )
    if isinstance(source.store, LocalStore):
        return source.store.open(source.key)
    raw = _RangeFile(source, source.store)
    return cast("BinaryIO", io.BufferedReader(raw, _BUFFER_BYTES))


def expand_in_store(store: ObjectStore, path: str) -> Iterator[SourceObject]:
    """The objects that `path` (a key, a prefix or a pattern) names in `store`.

    Raises:
        SourceError: there are none.
    """
    whole = store.head(path) if path and not path.endswith("/") else None
    if whole is not None:
        found: Iterable[ObjectInfo] = (whole,)
    else:
        found = tuple(_below(store, path))
    if not found:
        raise _nothing(f"{store.url.rstrip('/')}/{path}")
    for info in found:
        url = f"{store.url.rstrip('/')}/{info.key}"
        yield SourceObject(url, store, info.key, info.size, info.stamp)


def _expand_one(url: str, base: Path) -> Iterator[SourceObject]:
    scheme = scheme_of(url)
    if scheme == "file":
        yield from _local(url, local_path(url, base), base)
        return
    host, _, path = url.partition("://")[2].partition("/")
    store = open_store(f"{scheme}://{host}", base)
    if scheme in {"http", "https"}:
        yield _on_the_web(store, url)
    else:
        yield from expand_in_store(store, path)


def _on_the_web(store: ObjectStore, url: str) -> SourceObject:
    """The one file of a URL, in which `%20` is a space and `*` is no pattern."""
    refuse_credentials(url)
    info = store.head(unquote(urlsplit(url).path).lstrip("/"))
    if info is None:
        raise SourceError(
            f"{url} is not there", hint="A web server lists no files: name each one by its URL."
        )
    return SourceObject(url, store, info.key, info.size, info.stamp)


def _below(store: ObjectStore, path: str) -> Iterator[ObjectInfo]:
    pattern = parse_pattern(path)
    folder = (path if pattern is None else pattern.root).strip("/")
    for info in store.list(folder):
        name = info.key[len(folder) :].lstrip("/")
        if not is_hidden(name) if pattern is None else pattern.matches(name):
            yield info


def _local(url: str, path: Path, base: Path) -> Iterator[SourceObject]:
    with _readable(url):
        mode = path.stat().st_mode if _is_there(path) else 0
    if mode and not stat.S_ISDIR(mode):
        yield _local_source(path.parent, path.name, base)
        return
    pattern = None if mode else parse_pattern(str(path))
    root = Path(pattern.root) if pattern is not None else path
    with _readable(url):
        names = sorted(_walk(root, pattern)) if root.is_dir() else []
    if not names:
        raise _nothing(url)
    for name in names:
        yield _local_source(root, name, base)


def _is_there(path: Path) -> bool:
    """Whether the path exists, be it as a link to nothing; raises where that cannot be known."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _walk(root: Path, pattern: Pattern | None) -> Iterator[str]:
    """Names below `root`, relative to it, that the pattern matches, or that are not hidden."""
    for folder, inner, names in os.walk(root, onerror=_raise):
        below = Path(folder).relative_to(root)
        if pattern is not None and pattern.depth is not None:
            inner[:] = inner if len(below.parts) + 1 < pattern.depth else []
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = (below / name).as_posix()
            if not is_hidden(path) if pattern is None else pattern.matches(path):
                yield path


def _local_source(root: Path, name: str, base: Path) -> SourceObject:
    path = root / name
    shown = str(path.relative_to(base)) if path.is_relative_to(base) else str(path)
    with _readable(shown):
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(
                f"{shown} is no regular file", hint="Name a file, a folder or a pattern."
            )
        path.open("rb").close()  # so that a file that may not be read stops before any work
    store = LocalStore(root)
    info = store.head(name)
    if info is None:
        raise _nothing(shown)
    return SourceObject(shown, store, name, info.size, info.stamp)


def _nothing(url: str) -> SourceError:
    return SourceError(f"{url} names no file", hint="Check the path; quote patterns in the shell.")


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """What the operating system says about a data file is a `SourceError`."""
    try:
        yield
    except OSError as error:
        fault = local_error(error, name, "read")
        raise SourceError(fault.message, hint=fault.hint) from error


def _raise(error: OSError) -> None:
    raise error


class _RangeFile(io.RawIOBase):
    """An object as a seekable file; each read is one request for a range of that very object."""

    def __init__(self, source: SourceObject, store: ObjectStore) -> None:
        self._source = source
        self._store = store
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        end = self._source.size
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: end}[whence]
        if start + offset < 0:
            raise ValueError("a position cannot be negative")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        source = self._source
        part = self._store.read_at(source.key, self._position, len(view), stamp=source.stamp)
        view[: len(part)] = part
        self._position += len(part)
        return len(part)
