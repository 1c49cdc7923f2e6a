"""Sources on a web server, read over a real socket: alone, and through a whole project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from privet.adapters.stores.sources import expand, open_readable
from privet.model.errors import SourceError, StorageError, UsageError
from tests.command_line import privet
from tests.projects import customers_csv, use_cheap_passphrase
from tests.web_server import WebFile, WebServer, web_server

DATA = b"n\n" + b"".join(b"%d\n" % number for number in range(10_000))
PERSON = ("C{0:03}", "c{0}@example.org", "secret {0}", "Ulm", "{0}")


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as server:
        server.files["/raw/n.csv"] = WebFile(DATA)
        server.files["/locked.csv"] = WebFile(b"", status=403)
        yield server


def people(count: int) -> bytes:
    cells = [tuple(cell.format(number) for cell in PERSON) for number in range(count)]
    return customers_csv(cells).encode()  # type: ignore[arg-type]


def test_a_file_on_a_web_server_is_a_source(server: WebServer, tmp_path: Path) -> None:
    (source,) = expand([f"{server.url}/raw/n.csv"], tmp_path)
    assert source.url == f"{server.url}/raw/n.csv"
    assert (source.size, source.stamp) == (len(DATA), '"v1"')
    with open_readable(source) as file:
        assert file.read() == DATA
        file.seek(2)
        assert file.readline() == b"0\n"


def test_a_url_is_no_pattern_and_may_have_escapes(server: WebServer, tmp_path: Path) -> None:
    server.files["/a b/[1]*.csv"] = WebFile(DATA)
    (source,) = expand([f"{server.url}/a%20b/%5B1%5D*.csv"], tmp_path)
    with open_readable(source) as file:
        assert file.read() == DATA


def test_a_file_that_is_not_there_is_a_source_error(server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv"):
        expand([f"{server.url}/none.csv"], tmp_path)


def test_a_file_behind_a_door_is_a_storage_error(server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="credentials"):
        expand([f"{server.url}/locked.csv"], tmp_path)


def test_a_url_that_is_signed_is_refused_and_not_repeated(
    server: WebServer, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="a query") as caught:
        expand([f"{server.url}/raw/n.csv?X-Signature=marker"], tmp_path)
    assert "marker" not in str(caught.value)


def test_a_server_without_ranges_is_a_storage_error(server: WebServer, tmp_path: Path) -> None:
    server.files["/whole.csv"] = WebFile(DATA, ranges=False)
    (source,) = expand([f"{server.url}/whole.csv"], tmp_path)
    with (
        open_readable(source) as file,
        pytest.raises(StorageError, match=r"cannot do that.*Range request"),
    ):
        file.read()


@pytest.fixture
def project(server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose customers lie on the server; made by `init`, and not run yet."""
    use_cheap_passphrase(monkeypatch)
    server.files["/customers.csv"] = WebFile(people(30))
    assert privet(tmp_path, "init", f"{server.url}/customers.csv").code == 0
    return tmp_path


def run(project: Path) -> tuple[int, bool]:
    """Rows that the run released, and whether it found everything unchanged."""
    ran = privet(project, "run", "research", "--json")
    assert ran.code == 0, ran.said
    return ran.json["data"][0]["out"], ran.json["unchanged"]


@pytest.mark.parametrize("etag", ['"{0}"', 'W/"{0}"', None], ids=["strong", "weak", "none"])
def test_a_changed_file_is_noticed_and_an_unchanged_one_too(
    server: WebServer, project: Path, etag: str | None
) -> None:
    def show(version: int) -> None:
        told = None if etag is None else etag.format(version)
        server.files["/customers.csv"] = WebFile(people(30 + version), told, 1.7e9 + version)

    show(1)
    assert run(project) == (31, False)
    assert run(project) == (31, True)
    show(2)
    assert run(project) == (32, False)
    assert privet(project, "verify", ".").code == 0


def test_a_server_that_tells_nothing_is_asked_for_everything_each_time(
    server: WebServer, project: Path
) -> None:
    server.files["/customers.csv"] = WebFile(people(30), etag=None, modified=None)
    assert run(project) == (30, False)
    assert run(project) == (30, False)


@pytest.mark.parametrize("etag", ['"{0}"', 'W/"{0}"', None], ids=["strong", "weak", "none"])
def test_a_file_that_changes_while_it_is_read_is_no_mixture(
    server: WebServer, project: Path, etag: str | None
) -> None:
    def change(path: str) -> None:
        told = None if etag is None else etag.format(2)
        server.files[path] = WebFile(people(31), told, 1.7e9)

    server.before_get = change
    outcome = privet(project, "run", "research")
    assert outcome.code == 2
    assert "customers.csv` changed while it was read" in outcome.err
    server.before_get = lambda _: None
    assert run(project) == (31, False)
