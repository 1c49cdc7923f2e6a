"""Privet: privacy and security for AI data pipelines.

The verbs of the command line, in Python. Nothing heavy is loaded before the first of them is used::

    import privet as pv

    project = pv.open(".")
    plan = project.plan("research")      # the declared plan: print it, diff it, assert on it
    summary = project.run("research")    # summary.release, summary.data[0].counts
    pv.verify(summary.release)           # raises, and never returns False
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from privet.model.version import VERSION as __version__  # noqa: N811

if TYPE_CHECKING:
    from collections.abc import Sequence

    from privet.model.finding import TableScan
    from privet.project.project import Project
    from privet.project.verifying import Verified

__all__ = ["__version__", "open", "scan", "verify"]


def open(folder: Path | str = ".") -> Project:  # noqa: A001 - `pv.open` reads as it should
    """The project that `folder` lies in; see `privet.project.Project` for its verbs.

    Raises:
        privet.model.errors.ConfigError: there is no privet.yaml there or above, or it is wrong.
    """
    from privet.project.project import open_project  # noqa: PLC0415 - keeps `import privet` light

    return open_project(folder)


def scan(*paths: str, full: bool = False) -> Sequence[TableScan]:
    """The verdict on every column of every file: what personal data it holds, how sure, and why.

    Raises:
        privet.model.errors.SourceError: a path names nothing, or a file is not of its form.
    """
    from privet.project.scanning import scan as scan_files  # noqa: PLC0415

    return scan_files(paths, Path.cwd(), full=full)


def verify(path: Path | str, key: str | None = None) -> Verified:
    """Check a release, or a project's whole store, offline; what was checked.

    Raises:
        privet.model.errors.IntegrityError: something is not as it was written.
        privet.model.errors.Unavailable: there is no public key to trust.
    """
    from privet.project.verifying import verify_path  # noqa: PLC0415

    return verify_path(Path(path), key)
