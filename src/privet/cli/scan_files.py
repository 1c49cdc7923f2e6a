"""`privet scan --lines`: secrets and personal data in the files of a repository, line by line."""

from __future__ import annotations

import json as encoder
from collections.abc import Sequence
from pathlib import Path

from privet.cli import output
from privet.cli.redact import listed
from privet.cli.show_sarif import sarif
from privet.detect.kinds.registry import by_code
from privet.detect.text.detector import Detector
from privet.model.errors import UsageError
from privet.project.text_files import FilesScanned, TextFinding, scan_text_files

_LIMITS = "Without a model no one is promised that names in prose are found."


def scan_lines(
    paths: Sequence[str],
    *,
    kinds: str | None,
    at_least: float,
    form: str,
    full: bool,
    suggest: bool,
) -> int:
    """`scan_files` in the folder of the call; options of tables are refused.

    Raises:
        UsageError: see `scan_files`; or an option is for tables, or `-` is named.
        SourceError: a file is missing or cannot be read.
    """
    if full or suggest:
        option = "--full" if full else "--suggest"
        raise UsageError(
            f"`{option}` is for tables, and `--lines` and `--sarif` are for lines of text",
            hint=f"leave `{option}` out",
        )
    if "-" in paths:
        raise UsageError(
            "`-` is standard input, and `--lines` and `--sarif` are for files",
            hint="`privet scan -` looks at standard input",
        )
    return scan_files(paths, Path.cwd(), kinds=kinds, at_least=at_least, form=form)


def scan_files(
    paths: Sequence[str], root: Path, *, kinds: str | None, at_least: float, form: str
) -> int:
    """Look at files as lines of text and say what is in them.

    Args:
        paths: files and folders.
        root: the folder that the call is made in.
        kinds: names of kinds and families, with commas between them; None: all.
        at_least: the least score that counts, 0 to 1.
        form: `text`, `json` or `sarif`.

    Returns:
        The exit code: 1 where something was found, else 0.

    Raises:
        UsageError: an unknown kind, or `at_least` is no share.
        SourceError: a file is missing or cannot be read.
    """
    try:
        finder = Detector(listed(kinds) or None, threshold=round(at_least * 100))
    except ValueError as error:
        raise UsageError(str(error), hint="`--of email,secret --at-least 0.5`") from None
    scanned = scan_text_files(paths, root, finder, by_code)
    if form == "sarif":
        output.say(encoder.dumps(sarif(scanned.findings), indent=2))
    elif form == "json":
        _emit(scanned)
    else:
        _show(scanned)
    return 1 if scanned.findings else 0


def _emit(scanned: FilesScanned) -> None:
    output.emit(
        "scan",
        files={
            "read": scanned.files,
            "allowed": scanned.allowed,
            "passed": [{"path": each.path, "why": each.why} for each in scanned.passed],
            "findings": [_described(finding) for finding in scanned.findings],
        },
    )


def _described(finding: TextFinding) -> dict[str, object]:
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "kind": finding.kind,
        "score": finding.score / 100,
    }


def _show(scanned: FilesScanned) -> None:
    for finding in scanned.findings:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        output.say(f"{place}: {finding.kind} ({finding.score} %)")
    for each in scanned.passed:
        output.say(f"{each.path}: passed over, {each.why}")
    found = output.counted(len(scanned.findings), "finding")
    allowed = f", {scanned.allowed:,} allowed" if scanned.allowed else ""
    output.say(f"{found} in {output.counted(scanned.files, 'file')}{allowed}")
    if scanned.findings:
        output.say("Where one is meant as it stands, write `privet: allow` on its line.")
    output.say(_LIMITS)
