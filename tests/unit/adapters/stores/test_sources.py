"""Paths, patterns, folders and prefixes become a sorted list of files."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.csv
import pytest
from obstore.store import MemoryStore as ObstoreMemory

from privet.adapters.stores.patterns import parse_pattern
from privet.adapters.stores.remote import RemoteStore
from privet.adapters.stores.sources import expand, expand_in_store, open_readable
from privet.model.errors import SourceError, UsageError

SHOWN = ["a.csv", "b.csv", "c.txt", "d/e.csv", "d/f/g.csv"]
FILES = [*SHOWN, "d/_SUCCESS", ".hidden.csv", "d/.x/y.csv"]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"h\n1\n")
    return tmp_path


def names(base: Path, *urls: str) -> list[str]:
    return [source.url for source in expand(urls, base)]


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (["a.csv"], ["a.csv"]),
        (["b.csv", "a.csv", "b.csv", "*.csv"], ["a.csv", "b.csv"]),
        (["*.csv"], ["a.csv", "b.csv"]),
        (["?.*"], ["a.csv", "b.csv", "c.txt"]),
        (["[bc].*"], ["b.csv", "c.txt"]),
        (["**/*.csv"], ["a.csv", "b.csv", "d/e.csv", "d/f/g.csv"]),
        (["d/**"], ["d/_SUCCESS", "d/e.csv", "d/f/g.csv"]),
        (["*/*.csv"], ["d/e.csv"]),
        (["d"], ["d/e.csv", "d/f/g.csv"]),
        (["file:a.csv"], ["a.csv"]),
        ([".hidden.csv"], [".hidden.csv"]),
        ([".*.csv"], [".hidden.csv"]),
    ],
)
def test_what_is_named_is_found(base: Path, urls: list[str], expected: list[str]) -> None:
    assert names(base, *urls) == expected


def test_a_pattern_may_be_absolute(base: Path) -> None:
    assert names(base, f"{base}/*.csv") == ["a.csv", "b.csv"]
    assert names(Path("/nowhere"), f"{base}/*.csv") == [f"{base}/a.csv", f"{base}/b.csv"]


def test_a_name_with_special_characters_is_taken_as_it_is(base: Path) -> None:
    (base / "x[1]*.csv").write_bytes(b"h\n")
    assert names(base, "x[1]*.csv") == ["x[1]*.csv"]


def test_a_source_has_size_and_stamp(base: Path) -> None:
    (source,) = expand(["a.csv"], base)
    state = (base / "a.csv").stat()
    assert (source.size, source.stamp) == (4, f"{state.st_mtime_ns}:{state.st_ino}")


@pytest.mark.parametrize("url", ["none.csv", "*.parquet", "none/**", "a.csv/x", "empty"])
def test_nothing_found_is_an_error(base: Path, url: str) -> None:
    (base / "empty").mkdir()
    with pytest.raises(SourceError, match=r"names no file|not there") as caught:
        expand([url], base)
    assert caught.value.hint is not None


def test_a_dangling_link_is_an_error(base: Path) -> None:
    (base / "link.csv").symlink_to(base / "gone.csv")
    with pytest.raises(SourceError, match=r"link\.csv is not there"):
        expand(["link.csv"], base)


def test_a_pipe_is_no_data_file(base: Path) -> None:
    os.mkfifo(base / "pipe.csv")
    with pytest.raises(SourceError, match="no regular file"):
        expand(["pipe.csv"], base)


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder of a user who is not root: root may read everything."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        if root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if root:
                os.seteuid(0)


@pytest.mark.parametrize("url", ["d", "d/*.csv", "**/*.csv", "d/a.csv", "e.csv"])
def test_what_may_not_be_read_is_an_error(nobody: Path, url: str) -> None:
    (nobody / "e.csv").write_bytes(b"h\n")
    (nobody / "e.csv").chmod(0)
    (nobody / "d").mkdir()
    (nobody / "d/a.csv").write_bytes(b"h\n")
    (nobody / "d").chmod(0)
    try:
        with pytest.raises(SourceError, match=r"permission denied") as caught:
            expand([url], nobody)
        assert caught.value.hint is not None
    finally:
        (nobody / "d").chmod(0o700)


def test_an_unknown_scheme_is_an_error(base: Path) -> None:
    with pytest.raises(UsageError, match="hdfs"):
        expand(["hdfs://x/y"], base)


@pytest.fixture
def bucket() -> RemoteStore:
    store = RemoteStore(ObstoreMemory(), "s3://bucket")
    for name in FILES:
        store.put(f"raw/{name}", b"h\n1\n")
    return store


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("raw/a.csv", ["raw/a.csv"]),
        ("raw/*.csv", ["raw/a.csv", "raw/b.csv"]),
        ("raw/d", ["raw/d/e.csv", "raw/d/f/g.csv"]),
        ("raw/d/", ["raw/d/e.csv", "raw/d/f/g.csv"]),
        ("**/g.*", ["raw/d/f/g.csv"]),
        ("", [f"raw/{name}" for name in SHOWN]),
    ],
)
def test_a_bucket_is_expanded_alike(bucket: RemoteStore, path: str, expected: list[str]) -> None:
    found = list(expand_in_store(bucket, path))
    assert [source.key for source in found] == expected
    assert found[0].url == f"s3://bucket/{expected[0]}"
    with pytest.raises(SourceError, match="s3://bucket/none"):
        list(expand_in_store(bucket, "none"))


def test_an_object_reads_like_a_file(bucket: RemoteStore) -> None:
    data = b"n\n" + b"".join(b"%d\n" % number for number in range(100_000))
    bucket.put("n.csv", data)
    (source,) = expand_in_store(bucket, "n.csv")
    with open_readable(source) as file:
        assert pyarrow.csv.read_csv(file).num_rows == 100_000
    with open_readable(source) as file:
        assert file.seek(-4, io.SEEK_END) == len(data) - 4
        assert file.read() == data[-4:]
        file.seek(3)
        assert file.read(5) == data[3:8]


def test_a_local_source_opens_as_a_plain_file(base: Path) -> None:
    (source,) = expand(["a.csv"], base)
    with open_readable(source) as file:
        assert file.read() == b"h\n1\n"
    (base / "a.csv").unlink()
    with pytest.raises(SourceError):
        open_readable(source)


@pytest.mark.parametrize(
    ("pattern", "root", "yes", "no"),
    [
        ("/data/*.csv", "/data", ["a.csv"], ["x/a.csv", ".a.csv", "a.tsv"]),
        ("/*.csv", "/", ["a.csv"], []),
        ("a/**/b/*.csv", "a", ["b/x.csv", "c/b/x.csv", "c/d/b/x.csv"], ["x.csv", ".c/b/x.csv"]),
        ("**", "", ["a", "a/b"], [".a", "a/.b"]),
        ("a**b", "", ["axb"], ["a/b"]),
    ],
)
def test_patterns(pattern: str, root: str, yes: list[str], no: list[str]) -> None:
    parsed = parse_pattern(pattern)
    assert parsed is not None
    assert parsed.root == root
    assert all(map(parsed.matches, yes))
    assert not any(map(parsed.matches, no))
