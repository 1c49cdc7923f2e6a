"""The report's file: whole or not there, and for nobody else to read."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from privet.model.errors import StorageError
from privet.pipeline.summary import RunSummary
from privet.report.page import render

_FOLDER_MODE = 0o700


def write(summary: RunSummary, folder: Path) -> Path:
    """Write the report of a run to `<folder>/<pipeline>-<number>.html` and return its path.

    A later run that finds the release unchanged writes it anew. The folder is made if it is missing
    and closed to others if it is open to them.

    Raises:
        IntegrityError: a data set's counts do not add up.
        StorageError: the folder cannot be written to; the report of before, if any, is as it was.
    """
    page = render(summary).encode("utf-8")
    path = folder / f"{_plain(summary.pipeline)}-{summary.number:06d}.html"
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(_FOLDER_MODE)
        _replace(path, page)
    except OSError as error:
        raise StorageError(
            f"the report cannot be written to {folder}: {error.strerror}",
            hint="the release is made and is not affected; make room or mend the folder's "
            "permissions, and run again",
        ) from error
    return path


def _replace(path: Path, page: bytes) -> None:
    """Write beside the place, then take it: a reader sees the old page or the new one."""
    descriptor, partial = tempfile.mkstemp(prefix=".report-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(partial).unlink()
        raise


def _plain(pipeline: str) -> str:
    """The pipeline's name as part of a file's name: it must not lead out of the folder."""
    if not pipeline or Path(pipeline).name != pipeline or "\x00" in pipeline:
        raise StorageError("the pipeline's name is no file name", hint="rename it in pipelines/")
    return pipeline
