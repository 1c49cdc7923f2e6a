"""What obstore says of a server's answer, in our words: can the same request go through later?"""

from __future__ import annotations

import re

from obstore import exceptions as faults

from privet.model.errors import PrivetError, SourceError, StorageError, Unreachable

_STATUS = re.compile(r"(?<=status code: )(?P<code>\d{3})[A-Za-z -]*")
_PASSING = frozenset(["408", "425", "429", "500", "502", "503", "504", "507"])
"""Answers after which the same request may go through in a moment (RFC 9110, 15; RFC 6585)."""

_FORBIDDEN = (PermissionError, faults.PermissionDeniedError, faults.UnauthenticatedError)
_UNABLE = (NotImplementedError, faults.NotSupportedError)


def remote_error(error: BaseException, key: str, verb: str, url: str) -> PrivetError:
    """The error to raise for what obstore said about an object.

    obstore has an error of its own for the commonest answers to the commonest requests; for the
    others, its message holds the status.

    Args:
        error: from obstore.
        key: the object's key, or the folder's where `verb` is `list`.
        verb: what was tried: `read`, `write`, `list`, `delete`.
        url: the store's root, without credentials.
    """
    status = _STATUS.search(str(error))
    code = status["code"] if status else None
    what = f"cannot {verb} {key}"
    if isinstance(error, FileNotFoundError) or code == "404":
        return _missing(what, key, verb, url)
    if isinstance(error, _FORBIDDEN) or code in {"401", "403"}:
        return StorageError(
            f"{what}: {url} does not let these credentials do that",
            hint="Check the credentials in the environment and what they are allowed to do.",
        )
    if isinstance(error, _UNABLE):
        return StorageError(
            f"{what}: {url} cannot do that ({first_line(error)})",
            hint="Choose another server, or copy the file to this machine first.",
        )
    kind = Unreachable if code is None or code in _PASSING else StorageError
    return kind(
        f"{what} at {url}: {f'it answered {status[0]}' if status else first_line(error)}",
        hint="Is it the right server, is it reachable, and has it room?",
    )


def first_line(error: BaseException) -> str:
    """What obstore says first; below it stand debug lines."""
    return str(error).partition("\n")[0][:400]


def _missing(what: str, key: str, verb: str, url: str) -> PrivetError:
    """What a server lacks that says so: an object to read, else the bucket around it."""
    if verb == "read":
        return SourceError(f"{key} is not there", hint=f"Check the path below {url}.")
    return StorageError(f"{what}: {url} is not there", hint="Make the bucket, or check its name.")
