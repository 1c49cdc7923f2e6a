"""No value of a dropped or tokenised column is readable anywhere but in the source.

Every such value of a planted source contains one tag of high entropy: in rows that are released, in
rows held back (a bad number, no subject, too few fields, no JSON), in nested fields and in fields
that no contract names. The tag is looked for in every file of the project and of the temporary
folder, as it is, in other encodings and as the hashes that are easily guessed back, after a run,
after runs that were killed, and in every write and file name that the kernel sees of a whole run
(but memory maps, which leave no system call; SQLite's index of its write-ahead log is one).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from blake3 import blake3

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import CleanStep, Matches, QualityRule, Range, Steady, Unique
from privet.project.verifying import verify_path
from tests.attack.victim import run_in_child
from tests.projects import (
    CUSTOMERS,
    PASSPHRASE,
    Made,
    customers_csv,
    make_project,
    use_cheap_passphrase,
)

TAG = "q7zk0v4xw9j2m8hd3ynb"
"""In lower case, since e-mail addresses are: so a folded copy is found too."""

ENOUGH_TO_SPILL = 110_000
"""Rows that do not fit into the smallest memory that a project can name."""

PLAIN_FORMATS = (b"PAR1", b"ARROW1", b"\x28\xb5\x2f\xfd", b"\x1f\x8b")
"""How files begin in which rows would be readable without the tag's bytes showing: Parquet, Arrow,
zstd, gzip."""

NOTES = Contract(
    name="notes",
    version="1.0.0",
    columns=(
        Column(ColumnPath.parse("id"), "string", "user.unique_id"),
        Column(ColumnPath.parse("from.mail"), "string", "user.contact.email"),
        Column(ColumnPath.parse("from.name"), "string", "user.name"),
        Column(ColumnPath.parse("messages[].body"), "string", "user.content.private"),
        Column(ColumnPath.parse("stars"), "int64", "none"),
    ),
    subjects=(SubjectRef("customer", ColumnPath.of("id")),),
)


SECRET, EMAIL, AMOUNT = (ColumnPath.of(name) for name in ("secret", "email", "amount"))
JUDGED = replace(
    CUSTOMERS,
    rules=(
        QualityRule("text", Matches("^[^!]*$"), (SECRET,)),
        QualityRule("once", Unique(), (EMAIL,)),
        QualityRule("steady", Steady(50.0), (SECRET,), action="report"),
        QualityRule("small", Range(maximum="100000"), (AMOUNT,), action="report"),
    ),
)
CLEANED = (
    CleanStep("trim"),
    CleanStep("normalise", (EMAIL,), (("case", "lower"),)),
    CleanStep("deduplicate", params=(("keep", "first"), ("kind", "exact"))),
    CleanStep("deduplicate", (EMAIL, SECRET), (("keep", "first"), ("kind", "near"))),
)
"""Rules and steps on columns that must not be readable, which compare, keep and profile values."""


@pytest.fixture(autouse=True)
def watched_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, so that whatever is laid there is seen."""
    use_cheap_passphrase(monkeypatch)
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def planted_csv(count: int) -> str:
    rows = [
        (f"c{i % 700}{TAG}", f"m{i}.{TAG}@example.org", f"{TAG} {i}", f"city {i % 5}", i)
        for i in range(count)
    ]
    held_back = [
        rows[-1],
        (*rows[-1][:2], f"{TAG} again", "Bonn", 1),
        (f"c2{TAG}", f"x.{TAG}@example.org", f"!{TAG}", "Bonn", 2),
        (f"c1{TAG}", f"{TAG}@example.org", f"s {TAG}", "Bonn", f"{TAG} is no number"),
        ("", f"nobody.{TAG}@example.org", f"{TAG}", "Bonn", 5),
    ]
    return customers_csv(rows + held_back) + f"{TAG},too few\n"


def planted_jsonl() -> str:
    good = [
        {
            "id": f"c{i}{TAG}",
            "from": {"mail": f"n{i}.{TAG}@example.org", "name": f"{TAG} {i}"},
            "messages": [{"body": f"{TAG} first"}, {"body": f"and {TAG}"}],
            "stars": i,
        }
        for i in range(300)
    ]
    more = [
        good[0] | {"stars": TAG},
        good[1] | {"id": None},
        good[2] | {"unnamed": TAG, TAG: 1},
        good[3] | {"messages": TAG},
    ]
    lines = [json.dumps(row) for row in good + more]
    return "\n".join([*lines, f'{{"id": "{TAG}', f'["{TAG}"]', TAG]) + "\n"


def planted(folder: Path, kind: str, count: int = 500) -> Made:
    if kind == "csv":
        return make_project(folder, {"customers.csv": planted_csv(count)})
    if kind == "passing":
        source = SourceSpec(
            "customers",
            ("customers.csv",),
            SourceFormat("csv"),
            clean=CLEANED,
            keep="quarantine",
        )
        files = {"customers.csv": planted_csv(count)}
        return make_project(folder, files, contracts=(JUDGED,), sources=[source])
    return make_project(
        folder,
        {"notes.jsonl": planted_jsonl()},
        contracts=(NOTES,),
        treatments={
            "notes.id": Treatment("token"),
            "notes.from.mail": Treatment("token"),
            "notes.from.name": Treatment("drop"),
            "notes.messages[].body": Treatment("drop"),
        },
        source_format=SourceFormat("jsonl"),
        form="jsonl",
    )


@pytest.mark.parametrize("kind", ["csv", "jsonl", "passing"])
def test_no_file_has_it_after_runs(kind: str, tmp_path: Path, watched_tmp: Path) -> None:
    made = planted(tmp_path / "project", kind)
    first = made.open().run("research")
    assert sum(first.data[0].counts.quarantined.values()) >= 3
    made.open().restrict("customer", f"c1{TAG}")
    second = made.open().run("research")
    assert second.data[0].counts.withheld
    require_unreadable(made.root, watched_tmp)
    verify_path(made.root)


@pytest.mark.parametrize("kind", ["csv", "passing"])
def test_no_killed_run_leaves_it(kind: str, tmp_path: Path, watched_tmp: Path) -> None:
    made = planted(tmp_path / "project", kind, 2000)
    for number in (8, 25, 40, 45, 50, 55, 60, 65, 70, 80)[:: 1 if kind == "csv" else 3]:
        child = run_in_child(made.root, number)
        child.join()
        require_unreadable(made.root, watched_tmp)
    made.open().run("research")
    require_unreadable(made.root, watched_tmp)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "passing"])
def test_the_command_line_says_none_of_it(kind: str, tmp_path: Path, watched_tmp: Path) -> None:
    """What a run prints, its report, and what a refused run says."""
    made = planted(tmp_path / "project", kind)
    made.open().run("research")
    said = privet(made.root, "run", "research") + privet(made.root, "plan", "research")
    source = next(made.root.glob("*.[cj]s*"))
    source.write_text(source.read_text().replace("c1", "c2"))
    said += privet(made.root, "run", "research", "--json")
    source.write_bytes(b"\x1f\x8b" + source.read_bytes())
    said += privet(made.root, "run", "research")
    source.write_text(f'{TAG},{TAG}\n"{TAG}')
    said += privet(made.root, "run", "research")
    assert "quarantine" in said
    assert TAG not in said.lower()
    require_unreadable(made.root, watched_tmp)


@pytest.mark.parametrize("kind", ["csv", "passing"])
def test_no_write_and_no_file_name_of_a_run_has_it(
    kind: str, tmp_path: Path, watched_tmp: Path
) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    made = planted(tmp_path / "project", kind, 1)
    made.open().run("research")
    plan = made.root / "privet.yaml"
    plan.write_text(plan.read_text().replace("memory: 1GB", "memory: 64MiB"))
    (made.root / "customers.csv").write_text(planted_csv(ENOUGH_TO_SPILL))
    trace = tmp_path / "trace"
    calls = "%file,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,ftruncate"
    watch = [strace, "-f", "-y", "-s", "100000000", "-e", f"trace={calls}", "-o", str(trace)]
    said = run([*watch, sys.executable, "-m", "privet", "run", "research"], made.root)
    if "PTRACE" in said or "ptrace" in said:
        pytest.skip("this machine lets no process be traced")
    written = trace.read_bytes()
    assert b"customers/fragments" in written
    assert written.count(b"/spool") > 10, "nothing was spilled, so less was looked at"
    assert [line[:200] for line in written.splitlines() if TAG.encode() in line.lower()] == []
    require_unreadable(made.root, watched_tmp)


@pytest.mark.parametrize(
    "data",
    [
        f"x{TAG.upper()}x".encode(),
        f"x{TAG}x".encode("utf-16-le"),
        base64.b64encode(f"x{TAG}".encode()),
        f"ab{TAG}".encode().hex().encode(),
        hashlib.sha256(f"c1{TAG}".encode()).hexdigest().encode(),
        blake3(f"m1.{TAG}@example.org".encode()).digest(),
        b"PAR1",
    ],
)
def test_the_search_finds_what_is_readable(data: bytes, tmp_path: Path, watched_tmp: Path) -> None:
    for folder in (tmp_path, watched_tmp):
        (folder / "file").write_bytes(data)
        with pytest.raises(AssertionError):
            require_unreadable(tmp_path, watched_tmp)
        (folder / "file").unlink()


def privet(root: Path, *arguments: str) -> str:
    return run([sys.executable, "-m", "privet", *arguments], root)


def run(command: list[str], root: Path) -> str:
    """Run to the end; all that it says."""
    done = subprocess.run(
        command,
        cwd=root,
        env=os.environ | {"PRIVET_PASSPHRASE": PASSPHRASE},
        capture_output=True,
        check=False,
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def require_unreadable(root: Path, tmp: Path) -> None:
    sources = {path for path in root.iterdir() if path.suffix in {".csv", ".jsonl"}}
    values = (f"c1{TAG}", f"m1.{TAG}@example.org", f"{TAG} 1")
    forms = [*spellings(TAG), *(form for value in values for form in hashes(value))]
    for path in [*root.rglob("*"), *tmp.rglob("*")]:
        assert TAG not in str(path).lower()
        if path in sources or not path.is_file():
            continue
        data = path.read_bytes()
        assert TAG.encode() not in data.lower(), path
        assert [form for form in forms if form in data] == [], path
        assert not data.startswith(PLAIN_FORMATS), path


def spellings(text: str) -> Iterator[bytes]:
    """The text in other encodings."""
    raw = text.encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield raw[::-1]
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):  # its base64, wherever it begins in a group of three bytes
        yield base64.b64encode(b"x" * shift + raw)[4:24]
        yield base64.urlsafe_b64encode(b"x" * shift + raw)[4:24]


def hashes(value: str) -> Iterator[bytes]:
    """Hashes without a key, from which a value can be guessed back."""
    raw = value.encode()
    digests = [hashlib.new(name, raw).digest() for name in ("md5", "sha1", "sha256", "sha512")]
    digests += [hashlib.blake2b(raw).digest(), blake3(raw).digest()]
    for digest in digests:
        yield digest[:16]
        yield digest.hex()[:32].encode()
        yield base64.b64encode(digest)[:20]
