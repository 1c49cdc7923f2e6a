"""A store is found by its URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from privet.adapters.stores import local_path, open_store
from privet.model.errors import UsageError


@pytest.mark.parametrize("url", [".privet/store", "file:.privet/store", "./.privet/store/"])
def test_a_relative_path_starts_at_the_base(tmp_path: Path, url: str) -> None:
    assert open_store(url, tmp_path).url == str(tmp_path / ".privet/store")


def test_an_absolute_path_stays(tmp_path: Path) -> None:
    for url in (str(tmp_path / "a b"), f"file://{tmp_path}/a%20b"):
        assert open_store(url, Path("/nowhere")).url == str(tmp_path / "a b")


@pytest.mark.parametrize(
    ("url", "name"), [("s3://bucket/a", "s3://bucket/a"), ("gs://b", "gs://b")]
)
def test_an_object_store_keeps_its_url(url: str, name: str) -> None:
    assert open_store(url, Path()).url == name


def test_an_unknown_scheme_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"ftp://") as caught:
        open_store("ftp://host/x", Path())
    assert caught.value.hint is not None
    assert "s3://" in caught.value.hint


@pytest.mark.parametrize("url", ["file://host/x", "", "a\0b"])
def test_a_path_that_is_none(url: str) -> None:
    with pytest.raises(UsageError):
        local_path(url, Path())


def test_az_without_an_account_says_where_to_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(UsageError, match="az://box cannot be opened") as caught:
        open_store("az://box", Path())
    assert caught.value.hint is not None
    assert "AZURE" in caught.value.hint
