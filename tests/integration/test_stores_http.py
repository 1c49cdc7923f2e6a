"""Sources on a web server, read over a real socket."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from privet.adapters.stores.sources import expand, open_readable
from privet.model.errors import SourceError, StorageError

DATA = b"n\n" + b"".join(b"%d\n" % number for number in range(10_000))


class _Handler(BaseHTTPRequestHandler):
    """One file, with ranges; another behind a locked door."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        status = {"/raw/n.csv": 200, "/locked.csv": 403}.get(self.path, 404)
        part = DATA if status == 200 else b""
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        self.send_response(206 if asked and status == 200 else status)
        if asked and status == 200:
            start, end = int(asked[1]), min(int(asked[2]) + 1, len(DATA))
            part = DATA[start:end]
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(DATA)}")
        self.send_header("Content-Length", str(len(part)))
        self.send_header("ETag", '"v1"')
        self.send_header("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT")
        self.end_headers()
        if body:
            self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_file_on_a_web_server_is_a_source(server: str, tmp_path: Path) -> None:
    (source,) = expand([f"{server}/raw/n.csv"], tmp_path)
    assert source.url == f"{server}/raw/n.csv"
    assert (source.size, source.stamp) == (len(DATA), '"v1"')
    with open_readable(source) as file:
        assert file.read() == DATA
        file.seek(2)
        assert file.readline() == b"0\n"


def test_a_file_that_is_not_there_is_a_source_error(server: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv"):
        expand([f"{server}/none.csv"], tmp_path)


def test_a_file_behind_a_door_is_a_storage_error(server: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="credentials"):
        expand([f"{server}/locked.csv"], tmp_path)
