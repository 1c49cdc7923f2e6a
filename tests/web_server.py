"""A web server on loopback, as public data lies on: files in parts, and what tells a change."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class WebFile:
    """A file, and what the server says of it.

    Attributes:
        etag: as sent; None sends none.
        modified: seconds since 1970; None says nothing.
        status: anything but 200 is sent without the data.
        ranges: whether a part can be had.
    """

    data: bytes
    etag: str | None = '"v1"'
    modified: float | None = 1767323045.0
    status: int = 200
    ranges: bool = True


@dataclass
class WebServer:
    """A running server. `before_get` is called before a file is sent, with the file's path."""

    files: dict[str, WebFile] = field(default_factory=dict)
    before_get: Callable[[str], None] = lambda _: None
    url: str = ""


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Start a server on a free port of loopback, and end it."""
    state = WebServer()

    class Handler(_Handler):
        server_state = state

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_state: WebServer

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self.server_state.before_get(self.path)
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        file = self.server_state.files.get(unquote(self.path), WebFile(b"", status=404))
        part = file.data if file.status == 200 else b""
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        partial = asked is not None and file.status == 200 and file.ranges
        self.send_response(206 if partial else file.status)
        if asked is not None and partial:
            start, end = int(asked[1]), min(int(asked[2]) + 1, len(part))
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(part)}")
            part = part[start:end]
        self.send_header("Content-Length", str(len(part)))
        if file.etag is not None:
            self.send_header("ETag", file.etag)
        if file.modified is not None:
            self.send_header("Last-Modified", formatdate(file.modified, usegmt=True))
        self.end_headers()
        if body:
            self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        pass
