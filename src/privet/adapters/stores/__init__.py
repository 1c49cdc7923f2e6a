"""Where bytes lie: a folder of this machine, or an object store; found by the URL's scheme."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from privet.adapters.stores.local import LocalStore
from privet.model.errors import UsageError
from privet.ports.store import ObjectStore

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://|(file):")


def open_store(url: str, base: Path) -> ObjectStore:
    """The store at `url`.

    Args:
        url: a path, `file:…`, or a URL such as `s3://bucket/prefix`.
        base: the folder that a relative path starts from.

    Raises:
        UsageError: the scheme is not known, the URL holds credentials, or it is not complete.
    """
    return STORES[scheme_of(url)](url, base)


def scheme_of(url: str) -> str:
    """The URL's scheme, or `file` for a plain path.

    Raises:
        UsageError: no store here has that scheme.
    """
    match = _SCHEME.match(url)
    if match is None:
        return "file"
    scheme = (match[1] or match[2]).lower()
    if scheme not in STORES:
        raise UsageError(
            f"{scheme}:// is no store known here",
            hint=f"Known are a path and {', '.join(f'{name}://' for name in STORES)}.",
        )
    return scheme


def local_path(url: str, base: Path) -> Path:
    """The path that a plain path, `file:path` or `file:///path` names.

    Raises:
        UsageError: it names another machine, or nothing.
    """
    if _SCHEME.match(url) is None:
        path = url
    else:
        parts = urlsplit(url)
        if parts.netloc not in {"", "localhost"}:
            raise UsageError(
                f"{url} names a folder of another machine",
                hint="An absolute path has three slashes: file:///folder.",
            )
        path = unquote(parts.path)
    if not path or "\0" in path:
        raise UsageError("a path is empty or holds a zero byte", hint="Give a file or a folder.")
    return base / Path(path).expanduser()


def _local(url: str, base: Path) -> ObjectStore:
    return LocalStore(local_path(url, base))


def _remote(url: str, _: Path) -> ObjectStore:
    from privet.adapters.stores.remote import RemoteStore  # noqa: PLC0415 - loaded where it is used

    return RemoteStore.open(url)


STORES: Mapping[str, Callable[[str, Path], ObjectStore]] = {
    "file": _local,
    "s3": _remote,
    "gs": _remote,
    "az": _remote,
    "http": _remote,
    "https": _remote,
    "memory": _remote,
}
"""What opens a URL, by scheme. `memory` is for tests: it is empty each time it is opened."""
