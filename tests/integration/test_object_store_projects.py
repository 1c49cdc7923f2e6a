"""Whole projects on an S3 server: sources, vault, log and releases; what is lost when it fails."""

from __future__ import annotations

import gzip
import io
import itertools
import os
import random
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privet.adapters.stores import open_store
from privet.model.errors import IntegrityError, Unreachable
from privet.pipeline.progress import Quiet
from privet.ports.store import ObjectStore
from privet.project.project import open_project
from privet.vault.snapshots import publish_manifest
from privet_verify import verify_release
from tests.command_line import REPOSITORY, Outcome, privet
from tests.projects import PASSPHRASE, customers_csv, use_cheap_passphrase
from tests.s3_server import WAIT_SECONDS, Request, S3Server, running_server

ROWS = 60
PLACES = {
    "sources": {"sources"},
    "vault": {"vault"},
    "releases": {"releases"},
    "all": {"sources", "vault", "releases"},
}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with running_server() as server:
        yield server


@dataclass(frozen=True)
class Bucket:
    """A bucket of a test's own."""

    url: str
    server: S3Server

    @property
    def store(self) -> ObjectStore:
        return open_store(self.url, Path())

    def names(self, prefix: str = "") -> list[str]:
        return [info.key for info in self.store.list(prefix)]

    def fetch(self, prefix: str, folder: Path) -> Path:
        """Copy what lies below `prefix` into a folder."""
        folder.mkdir(parents=True)
        for key in self.names(prefix):
            (folder / key.rpartition("/")[2]).write_bytes(self.store.get(key))
        return folder


@pytest.fixture
def bucket(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    use_cheap_passphrase(monkeypatch)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return Bucket(server.make_bucket(f"bucket-{next(_numbers)}"), server)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a server one chance for each request, and a step no time to rest."""
    monkeypatch.setattr("privet.adapters.stores.remote._RETRY", {"max_retries": 0})
    monkeypatch.setattr("privet.pipeline.steps.BACKOFF_SECONDS", (0.0, 0.0))


def people(count: int = ROWS) -> str:
    return customers_csv(
        [(f"C{i:03}", f"c{i}@example.org", f"secret {i}", "Ulm", i) for i in range(count)]
    )


def project(folder: Path, bucket: Bucket, *where: str, count: int = ROWS) -> Path:
    """A project that `init` made, not run yet; what `where` names lies in the bucket."""
    folder.mkdir()
    data = gzip.compress(people(count).encode(), mtime=0)
    if "sources" in where:
        source = f"{bucket.url}/data/customers.csv.gz"
        bucket.store.put("data/customers.csv.gz", data)
    else:
        source = "customers.csv.gz"
        (folder / source).write_bytes(data)
    well(folder, "init", source)
    if "vault" in where:
        edit(folder / "privet.yaml", "store: .privet/vault", f"store: {bucket.url}/vault")
    if "releases" in where:
        edit(folder / "pipelines/research.yaml", "into: releases", f"into: {bucket.url}/out")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def well(folder: Path, *words: str) -> Outcome:
    outcome = privet(folder, *words)
    assert outcome.code == 0, outcome.said
    return outcome


def run(folder: Path) -> dict[str, object]:
    return well(folder, "run", "research", "--json").json


def require_verified(folder: Path, bucket: Bucket, releases: Sequence[int], copies: Path) -> None:
    """Store and releases verify; those in the bucket once they were fetched into a folder."""
    well(folder, "verify", ".")
    key = (folder / "privet.pub").read_text().strip()
    for number in releases:
        name = f"out/research/{number:06d}"
        fetched = folder / "releases/research" / f"{number:06d}"
        if bucket.names(name):
            fetched = bucket.fetch(name, copies / f"{number:06d}")
        verify_release(fetched, key)
        well(folder, "verify", str(fetched), "--key", key)


# ---- the whole way


@pytest.mark.parametrize("where", PLACES.values(), ids=PLACES)
def test_the_whole_way(bucket: Bucket, tmp_path: Path, where: set[str]) -> None:
    folder = project(tmp_path / "project", bucket, *where)
    well(folder, "check")
    well(folder, "plan", "research")
    first = run(folder)
    assert first["data"][0]["out"] == ROWS  # type: ignore[index]
    again = run(folder)
    assert again["unchanged"]
    assert again["release"] == first["release"]
    require_verified(folder, bucket, [1], tmp_path / "copies")

    more = gzip.compress(people(ROWS + 1).encode(), mtime=0)
    if "sources" in where:
        bucket.store.put("data/customers.csv.gz", more)
    else:
        (folder / "customers.csv.gz").write_bytes(more)
    changed = run(folder)
    assert not changed["unchanged"]
    assert changed["data"][0]["out"] == ROWS + 1  # type: ignore[index]
    require_verified(folder, bucket, [1, 2], tmp_path / "more copies")


def test_prefixes_patterns_and_formats(bucket: Bucket, tmp_path: Path) -> None:
    store = bucket.store
    store.put("plain/customers.csv.gz", gzip.compress(people(10).encode()))
    for part in range(3):
        sink = io.BytesIO()
        pq.write_table(pa.table({"order": [part * 10 + i for i in range(10)]}), sink)
        store.put(f"lake/orders/year=2026/part-{part}.parquet", sink.getvalue())
        store.put(f"logs/visits/{part}.jsonl", b'{"visit": %d, "page": "home"}\n' % part * 5)
    store.put("lake/orders/_SUCCESS", b"")
    store.put("logs/visits/readme.txt", b"no data")
    sources = ["plain/customers.csv.gz", "lake/orders/", "logs/visits/*.jsonl"]
    well(tmp_path, "init", *(f"{bucket.url}/{source}" for source in sources))
    well(tmp_path, "check")
    told = {data["name"]: data for data in run(tmp_path)["data"]}  # type: ignore[attr-defined]
    assert {name: data["read"] for name, data in told.items()} == {
        "customers": 10,
        "orders": 30,
        "visits": 15,
    }
    assert run(tmp_path)["unchanged"]


def test_no_source_value_lies_readable_in_the_bucket(bucket: Bucket, tmp_path: Path) -> None:
    run(project(tmp_path / "project", bucket, "vault", "releases"))
    for key in bucket.names():
        data = bucket.store.get(key)
        for value in (b"secret 7", b"c7@example.org", b"C007"):
            assert value not in data, key


# ---- bad input


@pytest.mark.parametrize("command", ["init", "scan"])
@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("s3://user:marker@{bucket}/customers.csv", 2, "a user, a password"),
        ("{url}/none.csv", 2, "names no file"),
        ("{url}/none/*.csv", 2, "names no file"),
        ("s3://no-such-bucket/customers.csv", 3, "s3://no-such-bucket is not there"),
    ],
)
def test_a_source_that_cannot_be_named(
    bucket: Bucket, tmp_path: Path, command: str, url: str, code: int, said: str
) -> None:
    full = url.format(url=bucket.url, bucket=urllib.parse.urlsplit(bucket.url).netloc)
    outcome = privet(tmp_path, command, full)
    assert (outcome.code, said in outcome.err) == (code, True), outcome.said
    assert "marker" not in outcome.said


@pytest.mark.parametrize("file", ["privet.yaml", "pipelines/research.yaml"])
def test_credentials_in_a_file_are_refused(bucket: Bucket, tmp_path: Path, file: str) -> None:
    folder = project(tmp_path / "project", bucket, "vault", "releases")
    edit(folder / file, bucket.url, bucket.url.replace("://", "://user:marker@"))
    outcome = privet(folder, "run", "research")
    assert outcome.code == 2
    assert "marker" not in outcome.said


def test_a_vault_in_a_bucket_that_is_not_there(bucket: Bucket, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", bucket, "vault")
    edit(folder / "privet.yaml", bucket.url, "s3://no-such-bucket")
    outcome = privet(folder, "run", "research")
    assert outcome.code == 3
    assert "s3://no-such-bucket/vault is not there" in outcome.err


def test_credentials_that_may_not(bucket: Bucket, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", bucket, "vault")
    with bucket.server.faults.answering(lambda _: "403 Forbidden"):
        outcome = privet(folder, "run", "research")
    assert outcome.code == 3
    assert "does not let these credentials do that" in outcome.err
    run(folder)


@pytest.mark.parametrize("answer", [None, "501 Not Implemented"], ids=["ignored", "refused"])
def test_a_server_without_create_only_writes_is_refused(
    bucket: Bucket, tmp_path: Path, impatient: None, answer: str | None
) -> None:
    def careless(request: Request) -> str | None:
        return answer if request.environ.pop("HTTP_IF_NONE_MATCH", None) else None

    folder = project(tmp_path / "project", bucket, "vault")
    with bucket.server.faults.answering(careless):
        outcome = privet(folder, "run", "research")
    assert outcome.code == 3
    assert ("501" if answer else "does not keep create-only writes") in outcome.err
    assert bucket.names() == []
    assert not list((folder / ".privet").glob("keyring*"))
    run(folder)
    well(folder, "verify", ".")


# ---- changes behind our back


@pytest.mark.parametrize("read", [1, 2])
def test_a_source_that_changes_while_it_is_read_is_no_mixture(
    bucket: Bucket, tmp_path: Path, read: int
) -> None:
    many = "".join(f"C{i},{'x' * 90}\n" for i in range(100_000))  # two reads of 8 MiB
    bucket.store.put("notes.csv", b"customer_id,note\n" + many.encode())
    well(tmp_path, "init", f"{bucket.url}/notes.csv")
    reads = itertools.count(1)

    def change(request: Request) -> None:
        if request.method == "GET" and request.path.endswith("notes.csv") and next(reads) == read:
            bucket.store.put("notes.csv", b"customer_id,note\n" + many.replace("x", "y").encode())

    with bucket.server.faults.answering(change):
        outcome = privet(tmp_path, "run", "research")
    assert outcome.code == 2
    assert "notes.csv` changed while it was read" in outcome.err
    assert "snapshots: 0" in well(tmp_path, "verify", ".").out
    run(tmp_path)


def test_verify_finds_a_changed_and_a_removed_object(bucket: Bucket, tmp_path: Path) -> None:
    folder = project(tmp_path / "project", bucket, "vault", "releases")
    run(folder)
    store = bucket.store
    vault = bucket.names("vault")
    assert {key.split("/")[1] for key in vault} == {"datasets", "evidence", "log"}
    for key in vault:
        kept = store.get(key)
        flipped = bytearray(kept)
        flipped[len(flipped) // 2] ^= 1
        for spoil in (lambda: store.put(key, bytes(flipped)), lambda: store.delete(key)):  # noqa: B023
            spoil()
            outcome = privet(folder, "verify", ".")
            assert outcome.code == 1, key
            store.put(key, kept)
    for key in bucket.names("out"):
        copy = bucket.fetch("out/research/000001", tmp_path / key.rpartition("/")[2])
        file = copy / key.rpartition("/")[2]
        file.write_bytes(file.read_bytes()[:-1] + b"\0")
        assert privet(folder, "verify", str(copy), "--key", "privet.pub").code == 1
    require_verified(folder, bucket, [1], tmp_path / "copies")


def test_of_many_writers_of_one_manifest_one_wins(bucket: Bucket) -> None:
    won: list[int] = []
    lost: list[int] = []
    barrier = threading.Barrier(8)

    def publish(writer: int) -> None:
        store = bucket.store
        barrier.wait()
        try:
            publish_manifest(store, "customers", 1, b"manifest of %d" % writer)
        except IntegrityError:
            lost.append(writer)
        else:
            won.append(writer)

    threads = [threading.Thread(target=publish, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert (len(won), len(lost)) == (1, 7)
    (key,) = bucket.names()
    assert bucket.store.get(key) == b"manifest of %d" % won[0]


# ---- servers that do not answer, and runs that die


class Notes(Quiet):
    """Keeps what a run says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)


def test_a_server_out_of_reach_is_exit_3_with_notes_and_nothing_is_lost(
    bucket: Bucket, tmp_path: Path, impatient: None
) -> None:
    folder = project(tmp_path / "project", bucket, "vault", "releases")
    run(folder)
    (folder / "customers.csv.gz").write_bytes(gzip.compress(people(ROWS + 1).encode()))
    before = {key: bucket.store.get(key) for key in bucket.names()}

    def silent(request: Request) -> str | None:
        return "503 Service Unavailable" if "/fragments/" in request.path else None

    notes = Notes()
    with bucket.server.faults.answering(silent):
        with pytest.raises(Unreachable, match="503") as caught:
            open_project(folder).run("research", notes)
        assert caught.value.exit_code == 3
        assert privet(folder, "run", "research").code == 3
    assert sum("trying again" in line for line in notes.lines) == 2
    assert before.items() <= {key: bucket.store.get(key) for key in bucket.names()}.items()
    assert run(folder)["data"][0]["out"] == ROWS + 1  # type: ignore[index]
    require_verified(folder, bucket, [1, 2], tmp_path / "copies")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/vault/datasets/customers/fragments/"),
        ("PUT", "/vault/log/tile/"),
        ("PUT", "/vault/log/checkpoints/"),
        ("PUT", "/vault/datasets/customers/snapshots/"),
        ("GET", "/vault/datasets/customers/fragments/"),
        ("PUT", "/out/research/000002/customers.parquet"),
        ("PUT", "/out/research/000002/receipt.json"),
    ],
)
def test_a_step_whose_request_fails_once_is_tried_again(
    bucket: Bucket, tmp_path: Path, impatient: None, method: str, path: str
) -> None:
    folder = project(tmp_path / "project", bucket, *PLACES["all"])
    run(folder)
    bucket.store.put("data/customers.csv.gz", gzip.compress(people(ROWS + 1).encode()))
    failed: list[str] = []

    def once(request: Request) -> str | None:
        if failed or request.method != method or path not in request.path:
            return None
        failed.append(request.path)
        return "503 Service Unavailable"

    notes = Notes()
    with bucket.server.faults.answering(once):
        summary = open_project(folder).run("research", notes)
    assert failed
    assert sum("trying again" in line for line in notes.lines) == 1
    assert summary.data[0].counts.out == ROWS + 1
    require_nothing_left_over(folder, bucket, tmp_path / "copies")


def test_no_server_at_all(
    bucket: Bucket, tmp_path: Path, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(tmp_path / "project", bucket, *PLACES["all"])
    run(folder)
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        for words in (("run", "research"), ("verify", ".")):
            outcome = privet(folder, *words)
            assert outcome.code == 3, outcome.said
            assert "Is it the right server, is it reachable" in outcome.err
    assert run(folder)["unchanged"]


FAILING = {
    "once": lambda number, failing: number == failing,
    "from then on": lambda number, failing: number >= failing,
}


def fail_at(
    number: int, how: Callable[[int, int], bool], bucket: Bucket, folder: Path, copies: Path
) -> bool:
    """Let a run's n-th request fail, then run again; False if it has no so many requests."""
    count = itertools.count(1)
    reached = False

    def answer(_: Request) -> str | None:
        nonlocal reached
        fails = how(next(count), number)
        reached = reached or fails
        return "503 Service Unavailable" if fails else None

    with bucket.server.faults.answering(answer):
        outcome = privet(folder, "run", "research")
    assert outcome.code in {0, 3}, outcome.said
    assert reached or outcome.code == 0
    run(folder)
    require_nothing_left_over(folder, bucket, copies)
    return reached


def require_nothing_left_over(folder: Path, bucket: Bucket, copies: Path) -> None:
    """Every release in the bucket has its receipt and verifies, and the vault holds no orphan."""
    released = {key.rpartition("/")[0] for key in bucket.names("out")}
    assert released
    for release in released:
        assert "receipt.json" in {key.rpartition("/")[2] for key in bucket.names(release)}
    require_verified(folder, bucket, sorted(int(name[-6:]) for name in released), copies)
    sealed = [key for key in bucket.names("vault") if "/fragments/" in key or "/evidence/" in key]
    assert f"sealed objects: {len(sealed)}" in well(folder, "verify", ".").out
    assert run(folder)["unchanged"]


@pytest.mark.parametrize("how", FAILING.values(), ids=FAILING)
def test_some_request_fails(
    bucket: Bucket, tmp_path: Path, impatient: None, how: Callable[[int, int], bool]
) -> None:
    for number in random.Random(5).sample(range(1, 70), 3):
        place = Bucket(f"{bucket.url}/{number}", bucket.server)
        folder = project(tmp_path / str(number), place, *PLACES["all"])
        fail_at(number, how, place, folder, tmp_path / f"copies {number}")


@pytest.mark.slow
@pytest.mark.parametrize("how", FAILING.values(), ids=FAILING)
def test_every_single_request_fails(
    bucket: Bucket, tmp_path: Path, impatient: None, how: Callable[[int, int], bool]
) -> None:
    for number in itertools.count(1):
        place = Bucket(f"{bucket.url}/{number}", bucket.server)
        folder = project(tmp_path / str(number), place, *PLACES["all"])
        if not fail_at(number, how, place, folder, tmp_path / f"copies {number}"):
            break
    assert number > 30


_RUN = """
import sys
from pathlib import Path
from privet.crypto.passphrase import Argon2idParams
from privet.project.project import open_project
from privet.vault import keyring
keyring.Argon2idParams = lambda: Argon2idParams(memory_kib=64 * 1024, iterations=3)
open_project(Path(sys.argv[1])).run("research")
"""


@pytest.mark.parametrize(
    "stopped_at",
    [
        "/log/checkpoint",
        "/snapshots/0000000001.json",
        "/customers.parquet",
        "/receipt.json",
    ],
)
def test_kill_9_leaves_no_receipt_and_the_next_run_finishes(
    bucket: Bucket, tmp_path: Path, stopped_at: str
) -> None:
    folder = project(tmp_path / "project", bucket, *PLACES["all"])
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PRIVET_PASSPHRASE": PASSPHRASE}
    with (
        bucket.server.faults.holding("PUT", stopped_at) as reached,
        subprocess.Popen([sys.executable, "-c", _RUN, str(folder)], env=environment) as child,
    ):
        try:
            assert reached.wait(WAIT_SECONDS)
        finally:
            child.kill()
    assert not [key for key in bucket.names() if key.endswith("receipt.json")]
    assert run(folder)["data"][0]["out"] == ROWS  # type: ignore[index]
    require_nothing_left_over(folder, bucket, tmp_path / "copies")
