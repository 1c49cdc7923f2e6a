"""`privet scan FILES`: the verdict on columns, or rules to paste."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from privet.cli import show_scan, show_suggestions
from privet.project.scanning import scan_path


def scan_tables(paths: Sequence[str], *, full: bool, suggest: bool, json: bool) -> None:
    """Scan the tables that paths name, and show what is in them.

    Raises:
        SourceError: a path names nothing, or a file is not of its form.
    """
    scans = [scan_path(path, Path.cwd(), full=full, suggest=suggest) for path in paths]
    if suggest:
        show_suggestions.show(scans, json=json)
    else:
        show_scan.show([scan.verdict for scan in scans], json=json)
