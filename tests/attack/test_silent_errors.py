"""Marked values through every error path: in no message, log, warning, report or file of ours.

Each marked value stands in the sources, in a column that does not leave in clear. Whatever goes
wrong, none of it may be found in what a verb prints, in what is logged or warned of, in an
exception (its text, its `repr`, its chain), or in any file of the project but the sources.
"""

from __future__ import annotations

import base64
import errno
import gzip
import hashlib
import io
import json
import logging
import os
import re
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from privet.adapters.stores.local import LocalStore
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.errors import PrivetError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.model.policy import Treatment
from privet.project.project import open_project
from privet.project.verifying import verify_path
from tests.command_line import half_done, held, privet, require_well, visible_releases
from tests.projects import Made, make_project, use_cheap_passphrase


def marker(name: str) -> str:
    """A value that cannot be there by chance: 80 random-looking bits behind a letter.

    In letters that hexadecimal lacks, or every digest in every file would be a chance to be it.
    """
    digest = hashlib.sha256(name.encode()).hexdigest()[:20]
    return f"m{digest.translate(str.maketrans('0123456789abcdef', 'ghijklmnopqrstuv'))}"


ID, MAIL, SECRET, NUMBER, DAY = map(marker, ["id", "mail", "secret", "number", "day"])
RAGGED, BYTES, NESTED, DEEP, KEY = map(marker, ["ragged", "bytes", "nested", "deep", "key"])
ANSWER, PHRASE = marker("answer"), marker("passphrase")
MARKERS = (ID, MAIL, SECRET, NUMBER, DAY, RAGGED, BYTES, NESTED, DEEP, KEY, ANSWER, PHRASE)


def forms_of(marked: str) -> Iterator[str]:
    """Ten characters of its beginning, middle and end, as they are, in hex and in base64."""
    for start in (0, 6, 11):
        part = marked[start : start + 10]
        yield part
        yield part.encode().hex()
        longer = marked[min(start, len(marked) - 12) :][:12]
        for shift in range(3):
            # At each of the three places that it can have in a longer text; never fewer than
            # twelve characters, which chance does not write (it did write eight).
            coded = base64.b64encode(b"\0" * shift + longer.encode()).decode()
            yield coded[4 if shift else 0 : -4].lower()


PATTERN = re.compile("|".join(re.escape(form) for mark in MARKERS for form in forms_of(mark)))


def found_in(text: str | bytes) -> list[str]:
    """The marked forms in a text or in the bytes of a file, whatever their case."""
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    return PATTERN.findall(plain.lower())


@pytest.mark.parametrize("shift", range(3))
def test_a_leak_would_be_found(shift: int) -> None:
    for mark in MARKERS:
        inside = "x" * shift + mark + "yz"
        assert found_in(f"error in '{inside}'")
        assert found_in(repr(inside.upper()))
        assert found_in(inside.encode().hex())
        assert found_in(base64.b64encode(inside.encode()))
        assert found_in(json.dumps({"x": [inside]}))
        assert found_in(inside[: 10 + shift])
    assert not found_in("0123456789abcdef" * 50)


# ---- what is listened to


@dataclass
class Heard:
    """All that was said or written while something was done."""

    texts: list[str] = field(default_factory=list)

    def say(self, *texts: str) -> None:
        self.texts += texts

    def require_silence(self, root: Path, sources: Mapping[str, object]) -> None:
        for text in self.texts:
            assert not found_in(text), text
        for path in root.rglob("*"):
            assert not found_in(str(path.relative_to(root)))
            if path.is_file() and path.name not in sources:
                assert not found_in(path.read_bytes()), path


@contextmanager
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[Heard]:
    """Note every log record at the lowest level, and every warning."""
    heard = Heard()
    caplog.clear()
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield heard
    for record in caplog.records:
        heard.say(record.getMessage(), repr(record.args), str(record.exc_info))
    heard.say(*(str(warning.message) for warning in warned))


def tell(heard: Heard, error: BaseException) -> None:
    """Text, `repr` and traceback of an exception and of all that hangs on it."""
    heard.say("".join(traceback.format_exception(error)))
    seen: list[BaseException] = []
    ahead: list[BaseException | None] = [error]
    while ahead:
        now = ahead.pop()
        if now is not None and now not in seen:
            seen.append(now)
            heard.say(str(now), repr(now), repr(now.args), *getattr(now, "__notes__", []))
            if isinstance(now, PrivetError):
                heard.say(now.message, str(now.hint), str(now.where))
            ahead += [now.__cause__, now.__context__]


def do_all(made: Made, heard: Heard, *, given: str = "C1\n") -> set[int]:
    """Every verb that reads data or config, as text, as JSON and in Python; its exit codes."""
    codes = set()
    for words in (["run", "research"], ["plan", "research"], ["check"], ["verify", "."]):
        for more in ([], ["--json"]):
            outcome = privet(made.root, *words, *more, given=given)
            heard.say(outcome.out, outcome.err)
            codes.add(outcome.code)
    for act in (lambda: made.open().run("research"), lambda: verify_path(made.root)):
        try:
            heard.say(repr(act()))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be silent
            tell(heard, error)
    return codes


# ---- sources full of marks

HEAD = "customer_id,email,secret,city,amount\n"
ROW = f"{ID},{MAIL}@example.org,{SECRET},Ulm,1\n"
PLAIN = "".join(f"C{i},c{i}@example.org,s{i},Ulm,{i}\n" for i in range(20))
MARKED = (HEAD + PLAIN + ROW).encode()
CASE = tuple[dict[str, bytes], SourceFormat | None]


def csv(*rows: str, head: str = HEAD) -> bytes:
    return (head + PLAIN + "".join(rows)).encode()


def as_parquet(data: bytes) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.csv.read_csv(io.BytesIO(data)), sink, compression="none")
    return sink.getvalue()


def only(data: bytes, name: str = "customers.csv", form: SourceFormat | None = None) -> CASE:
    return {name: data}, form


SOURCES: dict[str, CASE] = {
    "well": only(MARKED),
    "a number that is none": only(csv(f"{ID},{MAIL}@x.org,{SECRET},Ulm,{NUMBER}\n")),
    "only numbers that are none": only(f"{HEAD}{ID},{MAIL},{SECRET},Ulm,{NUMBER}\n".encode()),
    "ragged rows": only(csv(f"{RAGGED}\n", f"{ID},{MAIL},{SECRET},Ulm,1,{RAGGED},{RAGGED}\n")),
    "only ragged rows": only(f"{HEAD}{RAGGED}\n{RAGGED},{SECRET}\n".encode()),
    "no subject": only(csv(f",{MAIL}@x.org,{SECRET},Ulm,1\n")),
    "bad bytes": only(csv(ROW) + b"C\xff" + BYTES.encode() + b",a@b.org,s,K\xf6ln,1\n"),
    "no header": only(ROW.encode() * 3),
    "no header, no address": only(f"{ID},{SECRET},{SECRET},{DAY},{NUMBER}\n".encode() * 3),
    "no header, twice the same": only(f"{SECRET},{SECRET},{SECRET}\n".encode() * 3),
    "a header half of data": only(csv(ROW, head=f"customer_id,email,secret,{SECRET},{ID}\n")),
    "an open quote": only(csv(f'{ID},"{SECRET}\n', ROW)),
    "a quote inside": only(csv(f'{ID},{MAIL}"{SECRET}",x"y,Ulm,1\n', ROW)),
    "zero bytes": only(csv(f"{ID}\0,{MAIL},\0{SECRET},Ulm,1\n")),
    "another delimiter": only(MARKED.replace(b",", b";")),
    "not that encoding": only(MARKED[:-1], form=SourceFormat("csv", encoding="utf-16")),
    "cut gzip": only(gzip.compress(MARKED)[:-9], "customers.csv.gz", SourceFormat("csv", "gzip")),
    "no gzip": only(MARKED, "customers.csv.gz", SourceFormat("csv", "gzip")),
    "no zstd": only(MARKED, "customers.csv.zst", SourceFormat("csv", "zstd")),
    "no Parquet": only(MARKED, "customers.parquet", SourceFormat("parquet")),
    "cut Parquet": only(
        as_parquet(MARKED)[:-9], "customers.parquet", SourceFormat("parquet")
    ),
    "Parquet of other types": only(
        as_parquet(csv(f"{ID},{MAIL},{SECRET},Ulm,{NUMBER}\n")),
        "customers.parquet",
        SourceFormat("parquet"),
    ),
    "CSV as JSON Lines": only(MARKED, "customers.jsonl", SourceFormat("jsonl")),
    "a JSON array": only(
        json.dumps([{"customer_id": ID, "secret": SECRET}]).encode(),
        "customers.json",
        SourceFormat("jsonl"),
    ),
    "JSON as CSV": only(json.dumps({"customer_id": ID, "secret": SECRET}).encode()),
    "a long record": only(csv(f"{ID},{'x' * (5 << 20)},{SECRET},Ulm,1\n")),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_project(tmp_path / "project", {"customers.csv": MARKED})


SOURCE = {"customers.csv": None}


@pytest.mark.parametrize("case", SOURCES)
def test_no_bad_source_is_quoted(
    case: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files, form = SOURCES[case]
    made = make_project(tmp_path / "project", files, source_format=form)
    with listening(caplog) as heard:
        codes = do_all(made, heard)
    assert codes <= {0, 2}
    heard.require_silence(made.root, files)


TAKEN_FOR_A_HEADER = {"no header, no address", "a header half of data"}
"""Nobody can tell without a contract that these first lines are no column names."""


@pytest.mark.parametrize("case", sorted(SOURCES.keys() - TAKEN_FOR_A_HEADER))
def test_no_bad_source_is_quoted_by_scan_and_init(
    case: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files, _ = SOURCES[case]
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with listening(caplog) as heard:
        for verb in (["scan"], ["scan", "--full"], ["init"]):
            for more in ([], ["--json"]):
                outcome = privet(tmp_path, *verb, *files, *more)
                heard.say(outcome.out, outcome.err)
                assert outcome.code in {0, 2}, outcome.said
    heard.require_silence(tmp_path, files)


NOTES = Contract(
    name="notes",
    version="1.0.0",
    columns=(
        Column(ColumnPath.of("person"), "string", "user.unique_id"),
        Column(ColumnPath.of("born"), "date32", "user.demographic.date_of_birth"),
        Column(ColumnPath.parse("notes[].text"), "string", "user.content.private"),
        Column(ColumnPath.parse("notes[].score"), "double", "none"),
    ),
    subjects=(SubjectRef("person", ColumnPath.of("person")),),
)
GOOD_LINE = {"person": "P1", "born": "2001-02-03", "notes": [{"text": "t", "score": 1.5}]}
BAD_LINES = [
    json.dumps({**GOOD_LINE, "person": ID, "born": DAY}),
    json.dumps({**GOOD_LINE, "notes": [{"text": NESTED, "score": DEEP}]}),
    json.dumps({**GOOD_LINE, "notes": {"text": NESTED}}),
    json.dumps({**GOOD_LINE, "notes": NESTED}),
    json.dumps({**GOOD_LINE, KEY: DEEP}),
    json.dumps({**GOOD_LINE, "notes": [{KEY: NESTED}]}),
    json.dumps({**GOOD_LINE, "person": {KEY: [{KEY: DEEP}]}}),
    json.dumps({**GOOD_LINE, "born": {KEY: DAY}}),
    f'{{"person": "{ID}", "person": "{SECRET}"}}',
    f'{{"person": "{ID}", "born": ',
    f'"{SECRET}"',
    f'{{"person": "{ID}\\ud800"}}',
    SECRET,
]


def test_no_bad_line_of_json_is_quoted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lines = "\n".join([json.dumps(GOOD_LINE)] * 3 + BAD_LINES)
    made = make_project(
        tmp_path / "project",
        {"notes.jsonl": lines},
        contracts=[NOTES],
        treatments={"notes.person": Treatment("token"), "notes.born": Treatment("drop"),
                    "notes.notes[].text": Treatment("drop")},
        form="jsonl",
        source_format=SourceFormat("jsonl"),
    )  # fmt: skip
    with listening(caplog) as heard:
        assert do_all(made, heard) == {0}
        ran = privet(made.root, "run", "research", "--json")
    heard.require_silence(made.root, {"notes.jsonl": None})
    data = ran.json["data"][0]
    assert data["read"] == 3 + len(BAD_LINES)
    assert sum(data["quarantined"].values()) >= len(BAD_LINES) - 1


# ---- faults of the machine


def failing_write(monkeypatch: pytest.MonkeyPatch, number: int, fault: OSError | None) -> list[str]:
    """Let the n-th write of any local store fail; returns a list that grows with each write."""
    real = LocalStore._temporary
    begun: list[str] = []

    def temporary(store: LocalStore, path: Path) -> Any:
        begun.append(path.name)
        if len(begun) == number and fault is not None:
            raise fault
        return real(store, path)

    monkeypatch.setattr(LocalStore, "_temporary", temporary)
    return begun


def writes_of_a_run(tmp_path: Path) -> int:
    made = make_project(tmp_path / "counted", {"customers.csv": MARKED})
    with pytest.MonkeyPatch.context() as patch:
        begun = failing_write(patch, 0, None)
        assert privet(made.root, "run", "research").code == 0
    return len(begun)


def require_a_failed_write_is_told(folder: Path, number: int, heard: Heard) -> None:
    """It is said with its place, nothing is lost, and a later run goes through."""
    made = make_project(folder, {"customers.csv": MARKED})
    code = (errno.ENOSPC, errno.EIO, errno.EROFS)[number % 3]
    with pytest.MonkeyPatch.context() as patch:
        failing_write(patch, number, OSError(code, os.strerror(code)))
        outcome = privet(made.root, "run", "research", *["--json"][: number % 2])
    heard.say(outcome.out, outcome.err)
    assert outcome.code == 3, (number, outcome.said)
    assert "unexpected" not in outcome.said
    assert "disk" in outcome.said
    heard.require_silence(made.root, SOURCE)
    require_well(made)


@pytest.mark.parametrize(
    "every", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "every one"]
)
def test_each_write_to_a_store_fails_in_turn(
    every: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    total = writes_of_a_run(tmp_path)
    assert total > 8
    for number in range(1, total + 1, every):
        with listening(caplog) as heard:
            require_a_failed_write_is_told(tmp_path / str(number), number, heard)


# ---- faults of ours


class Unforeseen(Exception):
    """An error that nobody thought of, with a value in its text, its notes and its chain."""


def unforeseen(kind: str) -> Exception:
    if kind == "unicode":
        return UnicodeDecodeError("utf-8", f"\0{SECRET}".encode(), 0, 1, f"bad {SECRET}")
    if kind == "arrow":
        return pa.ArrowInvalid(f"cannot convert {NUMBER}")
    if kind == "os":
        return OSError(errno.EPERM, f"no {SECRET}", f"/tmp/{SECRET}")
    if kind == "memory":
        return MemoryError(SECRET)
    error = Unforeseen(f"row {ID} of {MAIL}@example.org")
    error.add_note(SECRET)
    error.__cause__ = KeyError(SECRET)
    return error


KINDS = ("own", "unicode", "arrow", "memory", "os")
PLACES = [
    "privet.pipeline.inspection.enforce",
    "privet.pipeline.inspection.subject_text",
    "privet.vault.writer.SnapshotWriter.write",
    "privet.vault.fragments.FragmentWriter.write",
    "privet.vault.vault.Vault.commit",
    "privet.vault.vault.Vault.read",
    "privet.gate.scope.RowScope.apply",
    "privet.gate.grant.Grant.close",
    "privet.registry.registry.Registry.withheld_mask",
    "privet.adapters.releases.local.LocalRelease.publish",
    "privet.ledger.log.Log.publish",
    "privet.pipeline.steps.StepMemory.keep",
    "privet.report.write",
]


@pytest.mark.parametrize("place", PLACES)
def test_an_error_that_nobody_foresaw_shows_its_type_and_place_alone(
    place: str, made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    for kind in KINDS if place in {PLACES[0], PLACES[-1]} else KINDS[:1]:

        def fail(*_: object, kind: str = kind, **__: object) -> Any:
            raise unforeseen(kind)

        for more in ([], ["--json"]):
            (made.root / "customers.csv").write_bytes(MARKED)  # so that nothing is unchanged
            with pytest.MonkeyPatch.context() as patch, listening(caplog) as heard:
                patch.setattr(place, fail)
                outcome = privet(made.root, "run", "research", *more)
                heard.say(outcome.out, outcome.err)
            heard.require_silence(made.root, SOURCE)
            assert outcome.code in {2, 3}, outcome.said
            if kind == "own":
                shown = outcome.json["error"]["message"] if more else outcome.err
                assert re.search(r"unexpected Unforeseen at \w+\.py:\d+", shown)
    require_well(made)


def test_an_unforeseen_error_of_scan_and_of_subject(
    made: Made, caplog: pytest.LogCaptureFixture
) -> None:
    require_well(made)

    def fail(*_: object, **__: object) -> Any:
        raise unforeseen("own")

    for place, words in {
        "privet.project.scanning.read_batches": ["scan", "customers.csv"],
        "privet.project.scanning.infer_columns": ["scan", "customers.csv"],
        "privet.registry.registry.Registry.restrict": ["subject", "restrict", "customer"],
        "privet.registry.registry.commit_text": ["subject", "restrict", "customer"],
        "privet.project.subjects.subject_text": ["subject", "lift", "customer"],
        "privet.policy.check.failed_tests": ["check"],
    }.items():
        for more in ([], ["--json"]):
            with pytest.MonkeyPatch.context() as patch, listening(caplog) as heard:
                patch.setattr(place, fail)
                outcome = privet(made.root, *words, *more, given=f"{ANSWER}\n")
                heard.say(outcome.out, outcome.err)
            assert outcome.code == 3
            assert "unexpected Unforeseen at" in outcome.said
            heard.require_silence(made.root, SOURCE)


# ---- whom it is about, and secrets


def test_the_key_of_a_restricted_subject_is_nowhere(
    made: Made, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_well(made)
    with listening(caplog) as heard:

        def subject(verb: str, *words: str, given: str | bytes = f"{ANSWER}\n") -> int:
            codes = set()
            for more in ([], ["--json"]):
                outcome = privet(made.root, "subject", verb, *words, *more, given=given)
                heard.say(outcome.out, outcome.err)
                codes.add(outcome.code)
            assert len(codes) == 1
            return codes.pop()

        assert subject("restrict", "customer") == 0
        assert subject("restrict", "customer", "--purpose", "research", given=f"{ID}\n") == 0
        assert subject("restrict", "nobody") == 2
        assert subject("restrict", "customer", "--purpose", "nothing") == 2
        assert subject("restrict", "customer", given=f"{ANSWER}\xff\n".encode("latin-1")) == 2
        assert subject("lift", "nobody") == 2
        lifted = privet(made.root, "subject", "lift", "customer", given=f"{ANSWER}\n")
        heard.say(lifted.out, lifted.err)
        assert lifted.code == 0
        assert subject("lift", "customer") == 2, "nobody of that key is restricted any more"
        (made.root / "customers.csv").write_bytes(MARKED + ROW.encode())
        with held(made, "reading the source", "run", "research"):
            assert subject("restrict", "customer") == 3
        with monkeypatch.context() as patch:
            patch.setenv("PRIVET_PASSPHRASE", PHRASE)
            assert subject("restrict", "customer") == 3
        with monkeypatch.context() as patch:
            failing_write(patch, 1, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
            assert privet(made.root, "subject", "restrict", "customer", given=f"{KEY}\n").code == 3
        do_all(made, heard, given=f"{ANSWER}\n")
    heard.require_silence(made.root, SOURCE)
    assert "withheld" in privet(made.root, "run", "research").out


def test_a_passphrase_is_nowhere(
    made: Made, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(caplog) as heard:
        with monkeypatch.context() as patch:
            patch.setenv("PRIVET_PASSPHRASE", PHRASE)
            do_all(made, heard)
            added = privet(made.root, "keys", "add", "--json", given=f"{ANSWER}\n")
            heard.say(added.out, added.err)
            bad = privet(made.root, "keys", "add", given=f"{ANSWER}\xff\n".encode("latin-1"))
            heard.say(bad.out, bad.err)
            heard.say(repr(made.open()), repr(open_project(made.root, ask=lambda _: PHRASE)))
        do_all(made, heard)  # with another passphrase, which is refused
        text = (made.root / "privet.yaml").read_text()
        (made.root / "privet.yaml").write_text(
            text.replace("{env: PRIVET_PASSPHRASE}", "{file: words}")
        )
        for content in (PHRASE.encode() + b"\xff", PHRASE.encode() + b"x"):
            (made.root / "words").write_bytes(content)
            (made.root / "words").chmod(0o600)
            do_all(made, heard)
    assert added.code == 0
    assert bad.code == 2
    heard.require_silence(made.root, {**SOURCE, "words": None})


# ---- receipts and reports


def test_receipts_and_reports_hold_no_value(made: Made) -> None:
    """Parsed too: what is base64 inside of a receipt is opened first."""
    release = Path(require_well(made))
    receipt = json.loads((release / "receipt.json").read_bytes())
    texts = [json.dumps(receipt)]
    envelope = json.dumps(receipt)
    for coded in re.findall(r'"([A-Za-z0-9+/]{16,}=*)"', envelope):
        with suppress(ValueError):
            texts.append(base64.b64decode(coded).decode("latin-1"))
    assert any("predicateType" in text for text in texts), "the statement was opened"
    texts += [path.read_text() for path in (made.root / "reports").iterdir()]
    assert len(texts) > 3
    for text in texts:
        assert not found_in(text)
    assert half_done(made.root) == []
    assert len(visible_releases(made.root)) == 1
