"""Files of a repository as text: which are read, and on which line something stands."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.detect.kinds.registry import KINDS, by_code
from privet.kernels.scan import codes
from privet.kernels.spans import Spans
from privet.model.errors import SourceError
from privet.project import text_files
from privet.project.text_files import FilesScanned, Passed, scan_text_files


class Letters:
    """Takes every run of X for a password and every run of Y for an e-mail address."""

    def detect(self, texts: pa.Array[Any] | pa.ChunkedArray[Any]) -> Spans:
        found = [
            (row, *match.span(), codes.PASSWORD if match[0].startswith(b"X") else codes.EMAIL)
            for row, text in enumerate(texts.to_pylist())
            for match in re.finditer(rb"X(?:\n?X)*|Y+", text)
        ]
        row, start, end, kind = (
            np.array([each[at] for each in found], np.int64) for at in range(4)
        )
        score = np.full(len(found), 75, np.uint8)
        return Spans(row, start, end, kind.astype(np.uint16), score, score)


def scan(root: Path, *paths: str, most_bytes: int = text_files.MOST_BYTES) -> FilesScanned:
    return scan_text_files(paths, root, Letters(), by_code, most_bytes=most_bytes)


def places(scanned: FilesScanned) -> list[tuple[str, int, int, int, int, str]]:
    return [
        (each.path, each.line, each.column, each.end_line, each.end_column, each.kind)
        for each in scanned.findings
    ]


def test_lines_and_columns_are_counted_in_characters(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("XX\néé YYY\r\n\nno\n  X", encoding="utf-8")
    scanned = scan(tmp_path, "a.py")
    assert places(scanned) == [
        ("a.py", 1, 1, 1, 3, "password"),
        ("a.py", 2, 4, 2, 7, "email"),
        ("a.py", 5, 3, 5, 4, "password"),
    ]
    assert (scanned.files, scanned.allowed, scanned.passed) == (1, 0, ())
    first = scanned.findings[0]
    assert (first.family, first.label, first.score) == ("secret", KINDS["password"].label, 75)


def test_what_stands_on_several_lines(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("a X\nXX\nX b")
    assert places(scan(tmp_path, "key.pem")) == [("key.pem", 1, 3, 3, 2, "password")]


def test_a_line_may_say_that_it_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "x = 'XX'  # privet: allow\nXX\nX\nX privet: allow\n# privet: allow"
    )
    scanned = scan(tmp_path, "a.py")
    assert [finding.line for finding in scanned.findings] == [2]
    assert scanned.allowed == 1


def test_files_below_folders_in_order(tmp_path: Path) -> None:
    for name in (
        "b/z.md",
        "b/a.csv",
        "a.json",
        ".git/config",
        "node_modules/x.js",
        ".github/w.yml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("X")
    (tmp_path / "b" / "link").symlink_to(tmp_path / "a.json")
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    scanned = scan(tmp_path, ".")
    assert [each.path for each in scanned.findings] == [
        "a.json",
        ".github/w.yml",
        "b/a.csv",
        "b/z.md",
    ]
    assert scan(tmp_path, "b", "b/a.csv").files == 3
    assert [each.path for each in scan(tmp_path / "b", "../a.json").findings] == [
        (tmp_path / "a.json").as_posix()
    ]


def test_a_notebooks_outputs_are_read(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(
        '{"cells": [\n {"outputs": [\n  {"text": ["YY\\n"]}\n ]}\n]}\n'
    )
    assert places(scan(tmp_path, "n.ipynb")) == [("n.ipynb", 3, 14, 3, 16, "email")]


def test_what_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"XX\0X")
    (tmp_path / "b.txt").write_bytes(b"X" * 2_000_000)
    (tmp_path / "c.txt").write_bytes(b"")
    scanned = scan(tmp_path, "a.bin", "b.txt", "c.txt", most_bytes=1 << 20)
    assert scanned == FilesScanned(
        1, (), 0, (Passed("a.bin", "not text"), Passed("b.txt", "larger than 1 MiB"))
    )


def test_bytes_that_are_no_utf_8_and_utf_16(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"\xe9\xe9 X\n")
    (tmp_path / "wide.txt").write_bytes("é\nX".encode("utf-16"))
    assert places(scan(tmp_path, "latin.txt", "wide.txt")) == [
        ("latin.txt", 1, 4, 1, 5, "password"),
        ("wide.txt", 2, 1, 2, 2, "password"),
    ]


def test_many_files_are_looked_at_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "_BATCH_BYTES", 10)
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text("a X\n")
    scanned = scan(tmp_path, ".")
    assert [each.path for each in scanned.findings] == [f"{number:02}.txt" for number in range(30)]
    assert scanned.files == 30


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file 'gone\.txt'"):
        scan(tmp_path, "gone.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("X")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(SourceError, match=r"a\.txt cannot be read"):
        scan(tmp_path, "a.txt")


def test_no_files_at_all(tmp_path: Path) -> None:
    assert scan(tmp_path, ".") == FilesScanned(0, (), 0, ())
