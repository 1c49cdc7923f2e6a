"""Bad input, by the command line: the exit code, the place, the way out, and nothing lost.

Exit code 1 means that the policy or a check says no, 2 that the call or a file is wrong, 3 that it
could not be decided or done. After each, a correct run goes through and everything verifies.
"""

from __future__ import annotations

import getpass
import gzip
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pyrage
import pytest

from privet.adapters.identity.os_user import OsUser
from privet.adapters.stores.local import LocalStore
from privet.cli import prompt
from privet.model.errors import Locked
from privet.model.pipeline import SourceFormat
from tests.command_line import Outcome, half_done, held, privet, require_well, visible_releases
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

SOURCE = "customers.csv"
ROWS = [(f"C{i:03}", f"c{i}@example.org", f"secret {i}", "Ulm", i) for i in range(30)]
GOOD = customers_csv(ROWS)
MANY = customers_csv(
    [(f"C{i:05}", f"c{i}@example.org", os.urandom(40).hex(), "Ulm", i) for i in range(20_000)]
)


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_project(tmp_path / "project", {SOURCE: GOOD})


def require(outcome: Outcome, code: int, *said: str) -> None:
    """The exit code, and every phrase (a pattern) in the message."""
    assert outcome.code == code, outcome.said
    for phrase in said:
        assert re.search(phrase, outcome.said), f"{phrase!r} is not in {outcome.said!r}"


def edit(made: Made, file: str, old: str, new: str) -> str:
    """Put `new` for the first `old`; returns the text before."""
    before = (made.root / file).read_text()
    assert old in before
    (made.root / file).write_text(before.replace(old, new, 1))
    return before


# ---- data files


@dataclass(frozen=True)
class BadFile:
    """A source that cannot be used: what it holds, and the message and hint that it gets."""

    content: str | bytes
    message: str
    hint: str
    name: str = SOURCE
    form: SourceFormat | None = None

    @property
    def by_itself(self) -> bool:
        """Whether it is bad whatever a contract or a pipeline says of it."""
        told = self.form is not None and self.form.compression is None
        return not told and "contract" not in self.message + self.hint and self.content != GOOD


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.csv.read_csv(io.BytesIO(GOOD.encode())), sink)
    return sink.getvalue()


def columns_of(text: str, change: Callable[[list[str]], list[str]]) -> str:
    return "".join(",".join(change(line.split(","))) + "\n" for line in text.splitlines())


GZIP = gzip.compress(GOOD.encode(), mtime=0)
ZSTD = bytes(pa.compress(GOOD.encode(), codec="zstd", asbytes=True))
BAD_FILES = {
    "empty": BadFile("", f"`{SOURCE}` is empty", "export it again"),
    "blank lines": BadFile("\n\n", f"`{SOURCE}` is empty", "export it again"),
    "a header without rows": BadFile(
        GOOD.splitlines()[0] + "\n", f"`{SOURCE}` has a header and no rows", "export it again"
    ),
    "rows without a header": BadFile(
        "\n".join(GOOD.splitlines()[1:]),
        "no header: field 2 of its first line looks like data",
        "a line with the column names at the top",
    ),
    "duplicate column names": BadFile(
        GOOD.replace("secret", "email", 1),
        "columns 2, 3 of its header have the same name",
        "a name of its own",
    ),
    "a column removed": BadFile(
        columns_of(GOOD, lambda cells: cells[:-1]),
        "has no column `amount`, which its contract declares",
        "take it out of the contract in contracts/",
    ),
    "a column renamed": BadFile(
        GOOD.replace("amount", "amounts", 1),
        "no column `amount`, which its contract",
        "nearest .* `amounts`",
    ),
    "an extra column": BadFile(
        columns_of(GOOD, lambda cells: [*cells, "more"]),
        "has a column `more` that its contract does not know",
        "Add it to the data set's file in contracts/, with a category",
    ),
    "another file": BadFile(
        "a,b\n1,2\n", "lacks 5 of the 5 columns of its contract", "Check that it belongs to this"
    ),
    "an open quote": BadFile(
        GOOD + 'C99,"c@example.org,s,Ulm,1\n', "a quote is opened and never closed", "Close it"
    ),
    "a wrong encoding": BadFile(
        GOOD[:-1],
        "is not text of the encoding it was said to have",
        "Correct `encoding:` in the pipeline file",
        form=SourceFormat("csv", encoding="utf-16"),
    ),
    "truncated gzip": BadFile(
        GZIP[:-9],
        "its gzip stream is not whole",
        "no row of it was used",
        name=SOURCE + ".gz",
        form=SourceFormat("csv", "gzip"),
    ),
    "no gzip at all": BadFile(
        GOOD,
        "its gzip stream is not whole",
        "no row of it was used",
        name=SOURCE + ".gz",
        form=SourceFormat("csv", "gzip"),
    ),
    "truncated zstd": BadFile(
        ZSTD[:-5],
        "its zstd stream is not whole",
        "no row of it was used",
        name=SOURCE + ".zst",
        form=SourceFormat("csv", "zstd"),
    ),
    "truncated Parquet": BadFile(
        parquet()[:-9],
        "is not a whole Parquet file",
        "Fetch or export the file again",
        name="customers.parquet",
        form=SourceFormat("parquet"),
    ),
    "a JSON array": BadFile(
        '[{"customer_id": "C1"},\n {"customer_id": "C2"}]',
        "is one JSON array, and not one object per line",
        r"jq -c '\.\[\]' 'customers.json' > 'customers.jsonl'",
        name="customers.json",
        form=SourceFormat("jsonl"),
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_named_with_the_way_out_and_a_good_one_then_goes_through(
    case: str, tmp_path: Path
) -> None:
    bad = BAD_FILES[case]
    made = make_project(
        tmp_path / "project", {bad.name: bad.content}, source_format=bad.form, form="csv"
    )
    require(privet(made.root, "run", "research"), 2, re.escape(bad.name), bad.message, bad.hint)
    assert visible_releases(made.root) == []
    # Not even an empty snapshot is left of it.
    assert "snapshots: 0" in privet(made.root, "verify", ".").out

    mended = make_project(made.root, {SOURCE: GOOD})
    (made.root / bad.name).unlink() if bad.name != SOURCE else None
    require_well(mended)


@pytest.mark.parametrize(
    ("rows", "reason", "count"),
    [
        ("C100,x\nC101,c@example.org,s,Ulm,1,2,3\n", "ragged_row", 2),
        ("C100,c@example.org,s,Ulm,many\n", "type:amount", 1),
        (",c@example.org,s,Ulm,1\n", "unowned", 1),
        (b"C100,c@example.org,s,K\xf6ln,1\n", "encoding:city", 1),
    ],
)
def test_bad_rows_go_to_quarantine_with_their_reason(
    rows: str | bytes, reason: str, count: int, tmp_path: Path
) -> None:
    more = rows.encode() if isinstance(rows, str) else rows
    made = make_project(tmp_path / "project", {SOURCE: GOOD.encode() + more})
    ran = privet(made.root, "run", "research")
    require(ran, 0, f"{30 + count} rows read, 30 out, {count} quarantined \\({reason} {count}\\)")
    require_well(made)


def test_a_missing_file(made: Made) -> None:
    (made.root / SOURCE).rename(made.root / "elsewhere.csv")
    require(privet(made.root, "run", "research"), 2, f"{SOURCE} names no file", "Check the path")
    (made.root / "elsewhere.csv").rename(made.root / SOURCE)
    require_well(made)


@pytest.mark.parametrize(
    ("path", "message"),
    [("customers", "names no file"), (f"{SOURCE}/part.csv", "names no file"), ("pipe", "regular")],
)
def test_what_is_no_file_is_not_read(path: str, message: str, made: Made) -> None:
    """An empty folder, a path through a file, a named pipe (which would wait for ever)."""
    (made.root / "customers").mkdir()
    os.mkfifo(made.root / "pipe")
    before = edit(made, "pipelines/research.yaml", f"from: {SOURCE}", f"from: {path}")
    require(privet(made.root, "run", "research"), 2, re.escape(path), message)
    require(privet(made.root, "scan", path), 2, re.escape(path), message)
    (made.root / "pipelines/research.yaml").write_text(before)
    require_well(made)


@pytest.mark.skipif(os.geteuid() == 0, reason="file modes do not bind the superuser")
def test_a_file_that_may_not_be_read(made: Made) -> None:
    (made.root / SOURCE).chmod(0)
    require(privet(made.root, "run", "research"), 2, "permission denied", "Let this user read")
    (made.root / SOURCE).chmod(0o600)
    require_well(made)


def test_a_source_that_changes_while_it_is_read(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LocalStore.open

    def open_and_append(store: LocalStore, key: str) -> io.BufferedReader:
        if key == SOURCE:
            with (made.root / SOURCE).open("a") as file:
                file.write("C200,c@example.org,s,Ulm,1\n")
        return real(store, key)  # type: ignore[return-value]

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "open", open_and_append)
        outcome = privet(made.root, "run", "research")
    require(outcome, 2, f"`{SOURCE}` changed while it was read", "when nothing writes to it")
    assert "snapshots: 0" in privet(made.root, "verify", ".").out
    require_well(made)


# ---- scan and init


@pytest.mark.parametrize("verb", ["scan", "init"])
@pytest.mark.parametrize("case", [name for name, bad in BAD_FILES.items() if bad.by_itself])
def test_scan_and_init_say_of_a_bad_file_what_run_says(
    verb: str, case: str, tmp_path: Path
) -> None:
    bad = BAD_FILES[case]
    data = bad.content.encode() if isinstance(bad.content, str) else bad.content
    (tmp_path / bad.name).write_bytes(data)
    require(privet(tmp_path, verb, bad.name), 2, re.escape(bad.name), bad.message, bad.hint)
    assert [path.name for path in tmp_path.iterdir()] == [bad.name]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.csv"], "missing.csv names no file"),
        (["ftp://host/x.csv"], "no store known here\n  Known are .*s3://"),
        ([""], "a path is empty"),
        (["https://user:pw@host/x.csv"], "credentials|password"),
    ],
)
def test_scan_of_a_path_that_names_nothing(words: list[str], message: str, tmp_path: Path) -> None:
    outcome = privet(tmp_path, "scan", *words)
    require(outcome, 2, message)
    assert "pw" not in outcome.said.replace("password", "")


def test_init_where_a_project_is(made: Made) -> None:
    before = {path: path.read_bytes() for path in made.root.rglob("*") if path.is_file()}
    require(privet(made.root, "init", SOURCE), 2, "privet.yaml is already here", "another folder")
    assert {path: path.read_bytes() for path in made.root.rglob("*") if path.is_file()} == before


def test_init_over_somebody_elses_file_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / SOURCE).write_text(GOOD)
    (tmp_path / "policy.yaml").write_text("mine")
    require(privet(tmp_path, "init", SOURCE), 2, "policy.yaml is already here", "move it away")
    assert sorted(path.name for path in tmp_path.iterdir()) == [SOURCE, "policy.yaml"]
    (tmp_path / "policy.yaml").unlink()
    assert privet(tmp_path, "init", SOURCE).code == 0
    require_well(Made(tmp_path))


def test_init_of_two_files_of_one_name(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / SOURCE).write_text(GOOD)
    outcome = privet(tmp_path, "init", f"old/{SOURCE}", f"new/{SOURCE}")
    require(outcome, 2, "both be the data set customers", "rename one, or name the folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


# ---- config, contracts, policy


@dataclass(frozen=True)
class BadWord:
    """One wrong word in a file: exit codes of `check` and `plan`, place, message and hint."""

    file: str
    old: str
    new: str
    codes: tuple[int, int]
    said: tuple[str, ...]


POLICY, PIPELINE, CONTRACT = "policy.yaml", "pipelines/research.yaml", "contracts/customers.yaml"
CATEGORY = """
        customProperties:
          - {property: category, value: user.contact.email}"""
BAD_WORDS = {
    "a YAML error": BadWord(
        POLICY, "purposes:", "purposes: [", (2, 2), (r"policy\.yaml:\d+: not valid YAML", "bracket")
    ),
    "a tab": BadWord(
        PIPELINE, "  - {data", "\t- {data", (2, 2), (r"research\.yaml:\d+: not valid", "spaces")
    ),
    "an unknown key": BadWord(
        POLICY,
        "purposes:",
        "purpose:",
        (2, 2),
        (r"policy\.yaml:\d+: purpose: there is no such key here", "did you mean `purposes`"),
    ),
    "an unknown key of privet.yaml": BadWord(
        "privet.yaml", "store:", "stor:", (2, 2), (r"privet\.yaml:\d+: stor", "mean `store`")
    ),
    "an unknown key of a pipeline": BadWord(
        PIPELINE, "sources:", "source:", (2, 2), (r"research\.yaml:\d+: source: ", "mean `sources`")
    ),
    "an unknown word": BadWord(
        POLICY, "allow: release", "allow: realease", (2, 2), (r"rules\[0\]", "mean `release`")
    ),
    "an unknown treatment": BadWord(
        POLICY, "email: token", "email: tokn", (2, 2), (r"policy\.yaml:\d+", "mean `token`")
    ),
    "a second file of one name": BadWord(
        PIPELINE, "name: research", "name: reserch", (0, 2), ("no pipeline of that name", "reserch")
    ),
    "a column that is not there": BadWord(
        POLICY,
        "customers.secret: drop",
        "customers.secrte: drop",
        (1, 1),
        (r"policy\.yaml:\d+", "`customers` has no column `secrte`", "Did you mean `secret`"),
    ),
    "a column without a category": BadWord(
        CONTRACT,
        CATEGORY,
        "",
        (1, 1),
        (
            r"contracts/customers\.yaml:\d+: .*`customers\.email` has no category",
            r"customProperties: \[\{property: category, value: user\.contact\.email\}\]",
        ),
    ),
    "a category that does not exist": BadWord(
        CONTRACT,
        "user.content.private",
        "user.content.privat",
        (1, 1),
        (r"customers\.yaml:\d+", "`customers.secret` has an unknown category", "content.private"),
    ),
    "a purpose that nobody declared": BadWord(
        PIPELINE,
        "purpose: research",
        "purpose: marketing",
        (1, 1),
        ("names purpose `marketing`, which is not declared", "Known: `research`"),
    ),
    "a role that is not mine": BadWord(
        POLICY,
        OsUser().principal().name,
        "os:somebody-else",
        (0, 1),
        (r"policy\.yaml:\d+: roles\.analyst: .*is not a member", r"Add it to `roles\.analyst"),
    ),
    "an expired rule": BadWord(
        POLICY,
        "    as: pseudonymous",
        "    as: pseudonymous\n    until: 2020-01-31",
        (1, 1),
        (r"rules\[0\] ended on 2020-01-31", "later `until`"),
    ),
    "a recipient that nobody declared": BadWord(
        PIPELINE,
        "role: analyst",
        "role: analyst\nto: unilab",
        (1, 1),
        ("names recipient `unilab`, which is not declared",),
    ),
    "a recipient's key that is none": BadWord(
        POLICY,
        "rules:\n",
        "recipients: {unilab: {key: AGE-SECRET-KEY-1QQQ}}\nrules:\n",
        (2, 2),
        (r"policy\.yaml:\d+: recipients\.unilab\.key", r"an age public key \(`age1", "secret key"),
    ),
    "a contract that describes another data set": BadWord(
        CONTRACT,
        "schema:\n  - name: customers",
        "schema:\n  - name: clients",
        (1, 1),
        ("`customers`",),
    ),
    "a released data set without a source": BadWord(
        PIPELINE,
        "  customers:\n",
        "  clients:\n",
        (2, 2),
        (r"release\[0\]: not among the sources", "clients"),
    ),
}


@pytest.mark.parametrize("case", BAD_WORDS)
def test_a_wrong_word_in_a_file(case: str, made: Made) -> None:
    bad = BAD_WORDS[case]
    before = edit(made, bad.file, bad.old, bad.new)
    checked, planned = privet(made.root, "check"), privet(made.root, "plan", "research")
    ran = privet(made.root, "run", "research")
    assert (checked.code, planned.code, ran.code) == (*bad.codes, bad.codes[1])
    assert "AGE-SECRET" not in checked.said + planned.said
    require(ran, bad.codes[1])
    assert ran.err.removeprefix("privet run") == planned.err.removeprefix("privet plan")
    for phrase in bad.said:
        assert re.search(phrase, checked.said + planned.said), planned.said
    assert not (made.root / ".privet").exists(), "the data was not touched"

    (made.root / bad.file).write_text(before)
    require_well(made)


def test_a_purpose_that_nobody_granted(made: Made) -> None:
    declared = "  research: {basis: {default: legitimate_interest}}\n"
    edit(made, POLICY, declared, declared + declared.replace("research", "marketing"))
    before = edit(made, PIPELINE, "purpose: research", "purpose: marketing")
    assert privet(made.root, "check").code == 0
    for verb in ("plan", "run"):
        outcome = privet(made.root, verb, "research")
        require(outcome, 1, "2 reasons", r"roles\.analyst: .* does not work for purpose")
        require(
            outcome, 1, r"Add to `rules`: `- \{allow: release, role: analyst, purpose: marketing"
        )
    (made.root / PIPELINE).write_text(before)
    require_well(made)


def test_a_pipeline_of_another_name_gets_the_nearest(made: Made) -> None:
    require(privet(made.root, "plan", "reserch"), 2, "pipelines/: no pipeline", "mean `research`")
    require(privet(made.root, "run", "../research"), 2, "no pipeline", "`research`")


@pytest.mark.parametrize(
    "words", [["check"], ["plan", "research"], ["run", "research"], ["lock"], ["keys", "list"]]
)
def test_outside_of_any_project(words: list[str], tmp_path: Path) -> None:
    require(privet(tmp_path, *words), 2, "no privet.yaml in this folder", "privet init FILES")


@pytest.mark.parametrize("words", [["lock"], ["unlock"], ["keys", "list"], ["keys", "add"]])
def test_before_the_first_run_there_are_no_keys(words: list[str], made: Made) -> None:
    require(privet(made.root, *words, given="words\n"), 3, "no catalog at", "privet (run|init)")
    require_well(made)


# ---- passphrases and keyrings


def test_a_wrong_passphrase(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    require_well(made)
    with monkeypatch.context() as patch:
        patch.setenv("PRIVET_PASSPHRASE", "some other words")
        for words in (["run", "research"], ["keys", "add"], ["subject", "restrict", "customer"]):
            outcome = privet(made.root, *words, given="C001\n")
            require(outcome, 3, "opens no slot of this project's keyring", "PRIVET_PASSPHRASE")
            assert "some other words" not in outcome.said
    require_well(made)


def test_no_passphrase_and_no_terminal(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    require_well(made)
    with monkeypatch.context() as patch:
        patch.delenv("PRIVET_PASSPHRASE")
        outcome = privet(made.root, "run", "research")
    require(outcome, 3, "no terminal to ask on", "set PRIVET_PASSPHRASE, name a file", "unlock")
    require_well(made)


def test_no_passphrase_on_the_first_run(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delenv("PRIVET_PASSPHRASE")
        require(privet(made.root, "run", "research"), 3, "no terminal to ask on")
    require_well(made)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_ctrl_d_at_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    def end_of_file(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", end_of_file)
    for ask in (lambda: prompt.passphrase(new=False), prompt.added_passphrase, prompt.subject_key):
        with pytest.raises(Locked, match=r"nothing was typed\n.*answer the question"):
            ask()


def test_the_keyring_of_another_project(made: Made, tmp_path: Path) -> None:
    other = make_project(tmp_path / "other", {SOURCE: GOOD})
    require_well(made)
    require_well(other)
    ring = made.root / ".privet/keyring.json"
    own = ring.read_bytes()
    ring.write_bytes((other.root / ".privet/keyring.json").read_bytes())
    require(
        privet(made.root, "run", "research"), 3, "the keyring of another project", "own keyring"
    )
    ring.write_bytes(own)
    require_well(made)


def test_a_keyring_that_others_can_read(made: Made) -> None:
    require_well(made)
    ring = made.root / ".privet/keyring.json"
    ring.chmod(0o644)
    require(privet(made.root, "run", "research"), 3, "others can read", "chmod 600 .*keyring.json")
    assert stat.S_IMODE(ring.stat().st_mode) == 0o644, "only its owner mends it"
    ring.chmod(0o600)
    require_well(made)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe"])
def test_a_keyring_that_is_gone_or_damaged(content: bytes | None, made: Made) -> None:
    require_well(made)
    ring = made.root / ".privet/keyring.json"
    own = ring.read_bytes()
    ring.unlink() if content is None else ring.write_bytes(content)
    outcome = privet(made.root, "run", "research")
    require(outcome, 3 if content is None else 1, "keyring", "restore", "backup")
    ring.write_bytes(own)
    ring.chmod(0o600)
    require_well(made)


def test_a_passphrase_file_that_others_can_read(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(made, "privet.yaml", "{env: PRIVET_PASSPHRASE}", "{file: words}")
    (made.root / "words").write_text("correct horse battery staple\n")
    (made.root / "words").chmod(0o644)
    monkeypatch.delenv("PRIVET_PASSPHRASE")
    require(privet(made.root, "run", "research"), 3, "others can read .*words", "chmod 600")
    (made.root / "words").chmod(0o600)
    require_well(made)


# ---- subjects


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["custmer"], "C001\n", "no contract knows that subject type\n.*mean `customer`"),
        (["customer"], "", "subject's key is missing\n.*pipe it as one line"),
        (["customer"], "   \n", "subject's key is empty"),
        (["customer"], b"C\xff01\n", "not UTF-8 text"),
        (["customer", "--purpose", "reserch"], "C001\n", "knows no such purpose\n.*`research`"),
    ],
)
def test_a_subject_that_cannot_be_restricted(
    words: list[str], given: str | bytes, said: str, made: Made
) -> None:
    require_well(made)
    require(privet(made.root, "subject", "restrict", *words, given=given), 2, said)
    restricted = privet(made.root, "subject", "restrict", "customer", "--json", given="C001\n")
    assert restricted.json["registry_version"] == 1, "the wrong call left nothing behind"
    release = Path(require_well(made))
    assert len((release / SOURCE).read_text().splitlines()) == len(ROWS)


# ---- disks


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Callable[[str], None]]:
    """A file system of its own at `place`; yields a way to give it other options."""
    place.mkdir(parents=True, exist_ok=True)
    if _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(place)):
        pytest.skip("mounting a file system needs root and the right to mount")

    def remount(options: str) -> None:
        assert not _run("mount", "-o", f"remount,{options}", str(place))

    try:
        yield remount
    finally:
        _run("umount", "-l", str(place))


def _run(*command: str) -> int:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return 1


@pytest.mark.parametrize("size", ["4k", "16k", "64k", "150k", "300k", "600k"])
def test_a_full_disk_under_the_vault(size: str, tmp_path: Path) -> None:
    """Too small for the database, for the log, for the snapshot, for the evidence: each in turn."""
    made = make_project(tmp_path / "project", {SOURCE: MANY})
    with small_disk(made.root / ".privet", size) as remount:
        require(privet(made.root, "run", "research"), 3, "full|no room|could not be", "space|disk")
        assert visible_releases(made.root) == []
        require(privet(made.root, "run", "research"), 3)
        remount("size=200m")
        require_well(made)


def test_a_full_disk_under_the_releases(tmp_path: Path) -> None:
    made = make_project(tmp_path / "project", {SOURCE: MANY})
    with small_disk(made.root / "releases", "200k") as remount:
        outcome = privet(made.root, "run", "research")
        require(outcome, 3, f"cannot write {SOURCE}: the disk is full", "Free some space")
        assert visible_releases(made.root) == []
        assert half_done(made.root) == []
        assert privet(made.root, "verify", ".").code == 0
        remount("size=200m")
        require_well(made)


@pytest.mark.parametrize("place", [".privet", ".privet/vault", "releases"])
def test_a_read_only_disk(place: str, made: Made) -> None:
    with small_disk(made.root / place, "50m") as remount:
        require_well(made)
        before = visible_releases(made.root)
        (made.root / SOURCE).write_text(customers_csv(ROWS[:9]))
        remount("ro")
        outcome = privet(made.root, "run", "research")
        require(outcome, 3, "[Rr]ead-only", "let this user write|Mount it writable")
        assert visible_releases(made.root) == before
        remount("rw")
        require_well(made)


# ---- two runs, and runs cut short


def test_two_runs_at_once(made: Made) -> None:
    with held(made, "reading the source", "run", "research") as first:
        second = privet(made.root, "run", "research")
        require(second, 3, rf"another run holds this project \(process {first.pid}\)", "wait")
        restricted = privet(made.root, "subject", "restrict", "customer", given="C001\n")
        require(restricted, 3, "another run holds this project")
        assert privet(made.root, "plan", "research").code == 0
        out, _ = first.communicate("go on\n", timeout=60)
        assert first.returncode == 0
        assert "30 rows read, 30 out" in out
    assert len(visible_releases(made.root)) == 1
    require_well(made)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("reading the source", 0),
        ("writing the release", 0),
        ("before it is shown", 0),
        ("after it is shown", 1),
    ],
)
def test_ctrl_c_leaves_no_half_release(place: str, shown: int, made: Made) -> None:
    with held(made, place, "run", "research") as run:
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
    assert run.returncode == 3
    assert "interrupted; no release is left half made" in err
    assert "run it again" in err
    assert "Traceback" not in err
    assert len(visible_releases(made.root)) == shown
    for release in visible_releases(made.root):
        assert privet(made.root, "verify", str(release)).code == 0
    require_well(made)


# ---- verify


def test_verify_of_what_is_no_release(made: Made) -> None:
    require_well(made)
    (made.root / "folder").mkdir()
    require(privet(made.root, "verify", "folder"), 1, "no receipt.json", "folder of one release")
    require(privet(made.root, "verify", SOURCE), 2, "is not a folder", "a release's folder")
    require(privet(made.root, "verify", "missing"), 2, "is not a folder", "a release's folder")


def test_verify_without_a_public_key(made: Made, tmp_path: Path) -> None:
    require(privet(made.root, "verify", "."), 3, "no public key to trust", "--key")
    release = require_well(made)
    copy = tmp_path / "sent"
    shutil.copytree(release, copy)
    # A key inside the release is the sender's word for itself, and counts for nothing.
    shutil.copy(made.root / "privet.pub", copy)
    require(privet(tmp_path, "verify", "sent"), 3, "no public key to trust", "pass --key")
    (copy / "privet.pub").unlink()
    key = (made.root / "privet.pub").read_text()
    assert privet(tmp_path, "verify", "sent", "--key", key).code == 0
    assert privet(tmp_path, "verify", "sent", "--key", str(made.root / "privet.pub")).code == 0


@pytest.mark.parametrize("key", ["x" * 5000, "missing.pub", "a\0b", ".", SOURCE, "bytes"])
def test_verify_with_a_key_that_is_none(key: str, made: Made) -> None:
    release = require_well(made)
    (made.root / "bytes").write_bytes(b"\xff\xfe\x00")
    for path in (release, "."):
        outcome = privet(made.root, "verify", path, "--key", key)
        require(outcome, 2, "neither a public key nor a file that holds one", "name.*base64")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"somebody+else"])
def test_a_public_key_file_that_was_changed(content: bytes, made: Made) -> None:
    release = require_well(made)
    key = made.root / "privet.pub"
    own = key.read_bytes()
    key.write_bytes(content)
    assert privet(made.root, "verify", release).code in {1, 2}
    assert privet(made.root, "verify", ".").code in {1, 2}
    require(privet(made.root, "run", "research"), 1, "not this project's public key", "remove it")
    key.write_bytes(own)
    require_well(made)


# ---- sealed for a recipient


def seal_for(made: Made, recipient: str) -> None:
    edit(made, POLICY, "rules:\n", f"recipients: {{unilab: {{key: {recipient}}}}}\nrules:\n")
    edit(made, POLICY, "    purpose: research\n", "    purpose: research\n    to: unilab\n")
    policy = made.root / POLICY
    policy.write_text(policy.read_text().split("\n# Tests")[0] + "\n")
    edit(made, PIPELINE, "# to: RECIPIENT", "to: unilab")


def test_a_release_for_a_recipient_opens_with_their_key_alone(made: Made) -> None:
    theirs, others = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    seal_for(made, str(theirs.to_public()))
    release = Path(require_well(made))
    assert sorted(path.name for path in release.iterdir()) == [f"{SOURCE}.age", "receipt.json"]
    sealed = (release / f"{SOURCE}.age").read_bytes()
    opened = pyrage.decrypt(sealed, [theirs]).decode()
    assert opened.splitlines()[0] == '"customer_id","email","city","amount"'
    assert len(opened.splitlines()) == len(ROWS) + 1
    assert "@example.org" not in opened
    for row in opened.splitlines():
        assert row.encode() not in sealed
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [others])


def test_a_recipient_without_a_key_gets_an_open_release(made: Made) -> None:
    """What is declared decides: no key, no sealing, and the file's name says which it is."""
    seal_for(made, "age1x")
    edit(made, POLICY, "{key: age1x}", "{region: EU}")
    release = Path(require_well(made))
    assert (release / SOURCE).is_file()
