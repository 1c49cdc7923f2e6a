"""Files of a repository as text: what is secret or personal in them, on which line.

Source, notebooks, fixtures and pages are read as they stand, not as tables: the line of a finding
is the line of the file, also in a notebook's JSON. A line that says `privet: allow` is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.detect.kinds.registry import Kind
from privet.kernels.spans import Spans
from privet.model.errors import SourceError
from privet.transforms.finding import SpanFinder

MOST_BYTES = 16 * 1024 * 1024
"""A larger file is passed over, and that is said."""
ALLOW = b"privet: allow"
"""What a line says that is meant as it stands."""

_BATCH_BYTES = 32 * 1024 * 1024
_LOOKED_AT = 8192
_PASSED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".privet",
        ".venv",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".hypothesis",
        "__pycache__",
        "node_modules",
    }
)
"""Folders of a repository that hold what is not its own."""


@dataclass(frozen=True, slots=True)
class TextFinding:
    """Something secret or personal in a file; never what it says.

    Attributes:
        path: the file, relative to where the scan began, with `/`.
        line: from 1.
        column: from 1, in characters.
        end_line: of the character after the last.
        end_column: of the character after the last.
        kind: name of the kind.
        family: what the kind is one of.
        label: what they are, in the plural.
        score: 0 to 100.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    kind: str
    family: str
    label: str
    score: int


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that was not looked at, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class FilesScanned:
    """What came of looking at files.

    Attributes:
        files: how many were read.
        findings: by file in the order given, then by place.
        allowed: findings on lines that say `privet: allow`; they are not among `findings`.
        passed: files that were not read.
    """

    files: int
    findings: tuple[TextFinding, ...]
    allowed: int
    passed: tuple[Passed, ...]


def scan_text_files(
    paths: Sequence[str],
    root: Path,
    finder: SpanFinder,
    kind_of: Callable[[int], Kind],
    *,
    most_bytes: int = MOST_BYTES,
) -> FilesScanned:
    """Look at files, and at all files below folders; symbolic links in folders are not followed.

    Args:
        paths: files and folders, relative to `root` or absolute.
        root: what the paths of findings are relative to, where they are below it.
        finder: what finds spans.
        kind_of: the kind that a code of the finder means.
        most_bytes: a larger file is passed over.

    Raises:
        SourceError: a path is missing or cannot be read.
    """
    findings: list[TextFinding] = []
    passed: list[Passed] = []
    files = allowed = size = 0
    batch: list[tuple[str, bytes]] = []

    def look() -> int:
        more, fewer = _found(batch, finder, kind_of)
        findings.extend(more)
        batch.clear()
        return fewer

    for path in _files(paths, root):
        name = _name(path, root)
        content = _content(path, name, most_bytes)
        if isinstance(content, Passed):
            passed.append(content)
            continue
        files, size = files + 1, size + len(content)
        batch.append((name, content))
        if size >= _BATCH_BYTES:
            allowed, size = allowed + look(), 0
    allowed += look()
    return FilesScanned(files, tuple(findings), allowed, tuple(passed))


def _files(paths: Sequence[str], root: Path) -> Iterator[Path]:
    for given in paths:
        path = root / given
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield path
        else:
            raise SourceError(
                f"there is no file {given!r}", hint="name files or folders of this machine"
            )


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _PASSED)
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _name(path: Path, root: Path) -> str:
    whole = Path(os.path.normpath(path))
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.as_posix()


def _content(path: Path, name: str, most_bytes: int) -> bytes | Passed:
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        problem = f"{name} cannot be read: {error.strerror}"
        raise SourceError(problem, hint="leave it out, or let it be read") from None
    if len(content) > most_bytes:
        return Passed(name, f"larger than {most_bytes >> 20} MiB")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace").encode()
    return Passed(name, "not text") if b"\0" in content[:_LOOKED_AT] else content


def _found(
    batch: Sequence[tuple[str, bytes]], finder: SpanFinder, kind_of: Callable[[int], Kind]
) -> tuple[list[TextFinding], int]:
    """The findings of some files, and how many more were on lines that allow them."""
    if not batch:
        return [], 0
    spans = finder.detect(pa.array([content for _, content in batch], pa.large_binary()))
    findings: list[TextFinding] = []
    for row in np.unique(spans.row).tolist():
        name, content = batch[row]
        findings += _of_file(name, content, spans.take(spans.row == row), kind_of)
    return findings, len(spans) - len(findings)


def _of_file(
    name: str, content: bytes, spans: Spans, kind_of: Callable[[int], Kind]
) -> Iterator[TextFinding]:
    breaks = np.flatnonzero(np.frombuffer(content, np.uint8) == 10)
    for start, end, code, score in zip(
        spans.start.tolist(),
        spans.end.tolist(),
        spans.kind.tolist(),
        spans.score.tolist(),
        strict=True,
    ):
        line, column, begin = _place(content, breaks, start)
        stop = content.find(b"\n", start)
        if ALLOW in content[begin : len(content) if stop < 0 else stop]:
            continue
        kind = kind_of(code)
        end_line, end_column, _ = _place(content, breaks, end)
        yield TextFinding(
            name, line, column, end_line, end_column, kind.name, kind.family, kind.label, score
        )


def _place(content: bytes, breaks: npt.NDArray[np.int64], at: int) -> tuple[int, int, int]:
    """Line and column of a byte, from 1, and the byte at which its line begins."""
    line = int(np.searchsorted(breaks, at))
    begin = int(breaks[line - 1]) + 1 if line else 0
    return line + 1, len(content[begin:at].decode(errors="replace")) + 1, begin
