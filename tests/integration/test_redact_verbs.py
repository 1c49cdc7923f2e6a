"""`privet scan -`, `privet redact`, `privet restore`: texts in, texts out, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from privet.adapters.identity.os_user import OsUser
from tests.command_line import privet
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

LETTER = "Ana writes from ana@example.org.\nBert (bert@example.net) and ANA@example.org agree.\n"
CHAT = (
    '{"id": 1.50, "messages":[{"role":"user","content":"mail ana@example.org"}],"n":"\\u00e9"}\n'
    '{"id": 2, "messages":[], "note": "bert@example.net"}\n'
)
ROLE = ("--role", "analyst", "--for", "research")
RULE = """
  - allow: reveal
    role: analyst
    purpose: research
    data: letters
    rows: {rows}
    columns: {{user: keep}}
"""


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture
def made(tmp_path: Path) -> Made:
    rows = [(f"C{i}", f"c{i}@example.org", "x", "Ulm", i) for i in range(3)]
    made = make_project(tmp_path / "project", {"customers.csv": customers_csv(rows)})
    (made.root / "letter.txt").write_text(LETTER)
    return made


def allow(made: Made, rows: int = 10, rule: str = RULE) -> None:
    policy = made.root / "policy.yaml"
    head, tests = policy.read_text().split("\n# Tests")
    policy.write_text(f"{head.rstrip()}{rule.format(rows=rows)}\n# Tests{tests}")


def test_a_text_on_standard_input_is_scanned_and_no_value_shown(tmp_path: Path) -> None:
    found = privet(tmp_path, "scan", "-", "--json", given=LETTER).json["text"]
    assert found["lines"] == 2
    assert [(kind["kind"], kind["found"]) for kind in found["kinds"]] == [("email", 3)]
    places = [(at["line"], at["column"], at["end_column"]) for at in found["kinds"][0]["places"]]
    assert places == [(1, 17, 32), (2, 7, 23), (2, 29, 44)]
    shown = privet(tmp_path, "scan", "-", given=LETTER)
    assert shown.code == 0
    assert "1:17-32" in shown.out
    assert "example" not in shown.said


def test_a_scan_takes_bytes_that_are_no_utf8_and_no_line_end(tmp_path: Path) -> None:
    given = b"\xff\xfe ana@example.org \xe9"
    found = privet(tmp_path, "scan", "-", "--json", given=given).json["text"]
    assert (found["foreign"], found["lines"]) == (3, 1)
    assert found["kinds"][0]["places"][0]["column"] == 4
    assert privet(tmp_path, "scan", "-", given=b"").code == 0


@pytest.mark.parametrize(
    ("how", "said"),
    [("tag", "[EMAIL]"), ("redact", "[REDACTED]"), ("mask", "***@"), ("token", "[EMAIL:")],
)
def test_each_way_leaves_no_address(how: str, said: str, tmp_path: Path) -> None:
    done = privet(tmp_path, "redact", "-", "--how", how, given=LETTER)
    assert done.code == 0, done.said
    assert said in done.out
    assert done.out.startswith("Ana writes from ")
    assert "ana@" not in done.out.lower()
    assert "3 e-mail addresses" in done.err


def test_surrogates_look_alike_and_are_the_same_for_the_same(tmp_path: Path) -> None:
    done = privet(tmp_path, "redact", "--how", "surrogate", given=LETTER)
    assert done.code == 0, done.said
    assert "within this call alone" in done.err
    words = [word.strip("().,\n").lower() for word in done.out.split() if "@" in word]
    assert words[0] == words[2] != words[1]
    assert "ana@example.org" not in words


def test_a_corpus_keeps_all_but_the_texts(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text(CHAT)
    done = privet(tmp_path, "redact", "chat.jsonl")
    want = CHAT.replace("ana@example.org", "[EMAIL]").replace("bert@example.net", "[EMAIL]")
    assert (done.code, done.out) == (0, want)
    some = privet(tmp_path, "redact", "chat.jsonl", "--fields", "messages[].content")
    assert some.out == CHAT.replace("ana@example.org", "[EMAIL]")


def test_kinds_limit_what_is_replaced(tmp_path: Path) -> None:
    given = "ana@example.org 192.168.7.9\n"
    assert privet(tmp_path, "redact", "--kinds", "ip", given=given).out == "ana@example.org [IP]\n"


def test_in_a_project_the_key_is_the_projects(made: Made) -> None:
    one = privet(made.root, "redact", "--how", "token", "letter.txt")
    two = privet(made.root, "redact", "--how", "token", "letter.txt")
    assert one.code == 0, one.said
    assert one.out == two.out
    assert "within this call" not in one.err
    assert privet(made.root, "verify", ".").code == 0


@pytest.mark.parametrize("how", ["tag", "token", "surrogate"])
def test_an_answer_gets_its_names_back(how: str, made: Made) -> None:
    allow(made)
    sealed = privet(made.root, "redact", "letter.txt", "--how", how, "--map", "letters")
    assert sealed.code == 0, sealed.said
    assert "values sealed" in sealed.err
    first, second = [
        word.strip("().,") for word in sealed.out.split() if "@" in word or "[" in word
    ][:2]
    answer = f"Dear {first}, and {second}: {first}!\n"
    back = privet(made.root, "restore", "--map", "letters", *ROLE, given=answer)
    assert back.code == 0, back.said
    assert back.out == "Dear ana@example.org, and bert@example.net: ana@example.org!\n"
    assert "2 values at 3 places" in back.err
    assert privet(made.root, "verify", ".").code == 0


def test_a_corpus_gets_its_values_back_as_json(made: Made) -> None:
    allow(made)
    given = '{"a": "write to ana@example.org"}\n'
    sealed = privet(made.root, "redact", "--format", "jsonl", "--map", "letters", given=given)
    assert sealed.out == '{"a": "write to [EMAIL_1]"}\n'
    back = privet(
        made.root, "restore", "--map", "letters", *ROLE, "--format", "jsonl", given=sealed.out
    )
    assert back.out == given


def test_a_map_can_be_the_first_thing_that_a_project_keeps(made: Made) -> None:
    assert privet(made.root, "redact", "--map", "letters", given=LETTER).code == 0
    ran = privet(made.root, "run", "research")
    assert ran.code == 0, ran.said


WRONG = [
    (["redact", "--how", "shout"], "`--how` is one of tag"),
    (["redact", "--kinds", "emial"], "did you mean `email`"),
    (["redact", "nowhere.txt"], "name a file that is there"),
    (["redact", "people.csv"], "the treatment `text`"),
    (["redact", "a.json"], "--format jsonl"),
    (["redact", "--fields", "a"], "write `--format jsonl`"),
    (["redact", "--fields", "a..b", "--format", "jsonl"], "messages[].content"),
    (["redact", "--fields", "b", "--format", "jsonl"], "no line has text at `b`"),
    (["redact", "--map", "m"], "privet init"),
    (["redact", "--how", "mask", "--map", "m"], "`--how` tag, token or surrogate"),
    (["redact", "--keep", "7d"], "name it: `--map`"),
    (["redact", "--map", "m", "--keep", "soon"], "--keep 7d"),
    (["redact", "-", "-"], "write `-` once"),
    (["redact", "--format", "xml"], "text or jsonl"),
    (["scan", "-", "a.csv"], "stands alone"),
    (["scan", "-", "--full"], "leave `--full` out"),
    (["scan", "-", "--suggest"], "leave `--suggest` out"),
    (["restore", "--map", "m", *ROLE], "privet init"),
]


@pytest.mark.parametrize(("words", "next_"), WRONG, ids=str)
def test_a_wrong_call_says_what_to_do(words: list[str], next_: str, tmp_path: Path) -> None:
    done = privet(tmp_path, *words, given='{"a": "ana@example.org"}\n')
    assert done.code == 2, done.said
    assert next_ in done.err
    assert "ana@" not in done.err


IN_A_PROJECT = [
    (["redact", "--map", "a b"], "such as `letters_2026`"),
    (["redact", "--map", "customers"], "take another name"),
    (["redact", "--map", "letters"], "never replaced"),
    (["restore", "--map", "leters", *ROLE], "letters"),
    (["restore", "--map", "letters", *ROLE, "--format", "csv"], "text or jsonl"),
    (["restore", "--map", "letters", *ROLE, "--format", "jsonl"], "the text:1"),
    (["restore", "nowhere.txt", "--map", "letters", *ROLE], "name a file that is there"),
    (["restore", "a.parquet", "--map", "letters", *ROLE], "parquet"),
    (["restore", "--map", "letters", "--role", "analyst"], "--for"),
    (["restore", *ROLE], "--map"),
]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        use_cheap_passphrase(patch)
        patch.setenv("XDG_RUNTIME_DIR", folder)
        made = make_project(
            tmp_path_factory.mktemp("sealed") / "project",
            {"customers.csv": customers_csv([("C1", "c1@example.org", "x", "Ulm", 1)])},
        )
        allow(made)
        assert privet(made.root, "redact", "--map", "letters", given=LETTER).code == 0
        yield made


@pytest.mark.parametrize(("words", "next_"), IN_A_PROJECT, ids=str)
def test_a_wrong_call_in_a_project_says_what_to_do(
    words: list[str], next_: str, sealed: Made
) -> None:
    done = privet(sealed.root, *words, given="no json [EMAIL_1]\n")
    assert done.code == 2, done.said
    assert next_ in done.said


RULES = [
    ("    rows: 10\n", "needs `rows:`"),
    ("    data: letters\n", None),
    ("    columns: {user: keep}\n", "no rule says what becomes of `letters.email`"),
]


@pytest.mark.parametrize(("line", "why"), RULES)
def test_what_a_rule_must_say(line: str, why: str | None, made: Made) -> None:
    assert privet(made.root, "redact", "--map", "letters", given=LETTER).code == 0
    allow(made, rule=RULE.format(rows=10).replace(line, "").replace("{", "{{").replace("}", "}}"))
    back = privet(made.root, "restore", "--map", "letters", *ROLE, given="[EMAIL_1]\n")
    if why is None:
        assert back.out == "ana@example.org\n"
    else:
        assert back.code in (1, 2)
        assert why in back.err


def test_a_rule_can_give_back_some_kinds_and_a_part_of_a_value(made: Made) -> None:
    given = "ana@example.org 192.168.7.9\n"
    assert privet(made.root, "redact", "--map", "letters", given=given).code == 0
    rule = RULE.format(rows=9).replace("user: keep", "user: drop, user.contact.email: {mask: 3}")
    allow(made, rule=rule.replace("{", "{{").replace("}", "}}"))
    back = privet(made.root, "restore", "--map", "letters", *ROLE, given="[EMAIL_1] [IP_1]\n")
    assert back.out == "****org [IP_1]\n", back.said


def test_who_asks_is_the_user_of_the_machine(made: Made) -> None:
    assert OsUser().principal().name in (made.root / "policy.yaml").read_text()


def test_a_line_that_is_no_json_stops_after_the_lines_before(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": "ana@example.org"}\n{"a": bert@example.net}\n')
    done = privet(tmp_path, "redact", "a.jsonl")
    assert done.code == 2
    assert done.out == '{"a": "[EMAIL]"}\n'
    assert "a.jsonl:2" in done.err
    assert "bert" not in done.err
    assert json.loads(done.out)
