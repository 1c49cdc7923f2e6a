"""Where a report lies, who can read it, and that it is whole."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from privet.model.errors import IntegrityError, StorageError
from privet.model.release import RowCounts
from privet.pipeline.summary import RunSummary
from privet.report import render, write
from tests.unit.report.summaries import customers, summary


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_named_after_pipeline_and_release_and_for_nobody_else(
    tmp_path: Path, sample_summary: RunSummary
) -> None:
    path = write(sample_summary, tmp_path / "project" / "reports")
    assert path == tmp_path / "project" / "reports" / "research-000003.html"
    assert path.read_text(encoding="utf-8") == render(sample_summary)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_an_open_folder_and_an_open_report_are_closed(
    tmp_path: Path, sample_summary: RunSummary
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    folder.chmod(0o777)
    before = folder / "research-000003.html"
    before.write_text("before")
    before.chmod(0o644)
    write(sample_summary, folder)
    assert (mode(folder), mode(before)) == (0o700, 0o600)


def test_a_later_unchanged_run_takes_its_place(tmp_path: Path, sample_summary: RunSummary) -> None:
    write(sample_summary, tmp_path)
    path = write(replace(sample_summary, unchanged=True), tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert "Nothing new left the vault" in path.read_text(encoding="utf-8")


def test_a_link_in_its_place_is_replaced_and_not_followed(
    tmp_path: Path, sample_summary: RunSummary
) -> None:
    folder, target = tmp_path / "reports", tmp_path / "target"
    folder.mkdir()
    target.write_text("mine")
    (folder / "research-000003.html").symlink_to(target)
    path = write(sample_summary, folder)
    assert target.read_text() == "mine"
    assert not path.is_symlink()


def test_what_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, sample_summary: RunSummary
) -> None:
    (tmp_path / "research-000003.html" / "full").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be written"):
        write(sample_summary, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["research-000003.html"]


def test_a_file_in_the_folders_place_is_an_error_with_a_way_out(
    tmp_path: Path, sample_summary: RunSummary
) -> None:
    (tmp_path / "reports").write_text("")
    with pytest.raises(StorageError) as caught:
        write(sample_summary, tmp_path / "reports")
    assert caught.value.hint is not None


def test_counts_that_do_not_add_up_leave_no_file(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError):
        write(summary(customers(RowCounts(read=20, out=5))), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("pipeline", ["../outside", "a/b", "", "nul\x00"])
def test_a_pipelines_name_leads_nowhere_else(tmp_path: Path, pipeline: str) -> None:
    with pytest.raises(StorageError):
        write(summary(pipeline=pipeline), tmp_path / "reports")
