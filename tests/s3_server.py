"""A real S3 server on loopback (moto's), with faults on demand. It is there after `make setup-s3`.

It runs in threads of the test's process, so that a test can look into each request before the
server does: count it, answer it with an error, or hold it while somebody dies.
"""

from __future__ import annotations

import logging
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
REGION = "us-east-1"
WAIT_SECONDS = 60.0
"""How long a test waits for a request that must come."""


@dataclass(frozen=True)
class Request:
    """What a client asks for: method, path (`/bucket/key`), headers as WSGI spells them."""

    method: str
    path: str
    environ: dict[str, Any] = field(repr=False)


Answer: TypeAlias = Callable[[Request], str | None]
"""From a request to the status line to give instead of the server's own answer, or None."""


class Faults:
    """Stands before the server: keeps a record of the requests, and answers some of them itself."""

    def __init__(self, server: Application) -> None:
        self.requests: list[Request] = []
        self._server = server
        self._answer: Answer = lambda _: None

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        request = Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ)
        self.requests.append(request)
        status = self._answer(request)
        if status is None:
            return self._server(environ, start_response)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(status, [("Content-Length", "0")])
        return [b""]

    @contextmanager
    def answering(self, answer: Answer) -> Iterator[None]:
        """Let `answer` see every request first."""
        before, self._answer = self._answer, answer
        try:
            yield
        finally:
            self._answer = before

    @contextmanager
    def holding(self, method: str, path_end: str) -> Iterator[threading.Event]:
        """Hold such requests until the block ends, then refuse them; the event says one is here."""
        reached, release = threading.Event(), threading.Event()

        def hold(request: Request) -> str | None:
            if request.method != method or not request.path.endswith(path_end):
                return None
            reached.set()
            release.wait(WAIT_SECONDS)
            return "503 Service Unavailable"

        with self.answering(hold):
            try:
                yield reached
            finally:
                release.set()


@dataclass(frozen=True)
class S3Server:
    """A running server: its endpoint, and what stands before it."""

    endpoint: str
    faults: Faults

    @property
    def environment(self) -> dict[str, str]:
        """What points obstore to it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def make_bucket(self, name: str) -> str:
        """A new, empty bucket; its URL."""
        request = urllib.request.Request(f"{self.endpoint}/{name}", method="PUT")
        urllib.request.urlopen(request, timeout=WAIT_SECONDS).close()
        return f"s3://{name}"


@contextmanager
def running_server() -> Iterator[S3Server]:
    """Start the server on a free port of loopback, and end it; skip where it is not installed."""
    server = pytest.importorskip("moto.server", reason="needs moto's S3 server: make setup-s3")
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    faults = Faults(server.DomainDispatcherApplication(server.create_backend_app))
    with make_server("127.0.0.1", 0, faults, threaded=True) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield S3Server(f"http://127.0.0.1:{listening.server_port}", faults)
        finally:
            listening.shutdown()
            thread.join()
