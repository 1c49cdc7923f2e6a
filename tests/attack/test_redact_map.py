"""A map's values come back through the door alone: by rule, in time, few at once, and unseen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from privet.adapters.world import SystemClock
from tests.command_line import Outcome, privet
from tests.projects import CUSTOMERS, Made, customers_csv, make_project, use_cheap_passphrase

ADDRESSES = [f"marked{i}@example.org" for i in range(6)]
LETTER = "".join(f"line {i}: {address}\n" for i, address in enumerate(ADDRESSES))
ANSWER = "".join(f"[EMAIL_{i}]\n" for i in range(1, 7))
ROLE = ("--role", "analyst", "--for", "research")
RULE = """
  - allow: reveal
    role: analyst
    purpose: research
    data: letters
    rows: 6
    columns: {user: keep}
"""


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture
def made(tmp_path: Path) -> Made:
    contract = CUSTOMERS
    rows = [("C1", "somebody@example.org", "x", "Ulm", 1)]
    made = make_project(
        tmp_path / "project", {"customers.csv": customers_csv(rows)}, contracts=(contract,)
    )
    done = privet(made.root, "redact", "-", "--map", "letters", "--keep", "7d", given=LETTER)
    assert done.code == 0, done.said
    assert done.out == "".join(f"line {i}: [EMAIL_{i + 1}]\n" for i in range(6))
    return made


def allow(made: Made, rule: str = RULE) -> None:
    policy = made.root / "policy.yaml"
    head, tests = policy.read_text().split("\n# Tests")
    policy.write_text(f"{head.rstrip()}{rule}\n# Tests{tests}")


def restore(made: Made, *role: str, given: str = ANSWER) -> Outcome:
    done = privet(made.root, "restore", "--map", "letters", *(role or ROLE), given=given)
    assert "marked" not in done.err
    return done


def require_refused(done: Outcome, why: str) -> None:
    assert done.code == 1, done.said
    assert why in done.err
    assert done.out == ""


def log_kinds(made: Made) -> list[str]:
    with sqlite3.connect(made.root / ".privet" / "catalog.db") as catalog:
        leaves = catalog.execute("SELECT leaf FROM log_entry ORDER BY position").fetchall()
    return [str(json.loads(leaf)["kind"]) for (leaf,) in leaves]


def test_without_a_rule_nothing_comes_back_and_nothing_is_granted(made: Made) -> None:
    require_refused(restore(made), "allow: reveal, role: analyst, purpose: research")
    assert "grant" not in log_kinds(made)


def test_a_rule_about_another_map_or_action_is_none(made: Made) -> None:
    allow(made, RULE.replace("data: letters", "data: others"))
    require_refused(restore(made), "no rule allows it")


def test_without_the_purpose_nothing_comes_back(made: Made) -> None:
    allow(made)
    require_refused(restore(made, "--role", "analyst", "--for", "marketing"), "no purpose")


def test_in_another_role_nothing_comes_back(made: Made) -> None:
    allow(made)
    require_refused(restore(made, "--role", "auditor", "--for", "research"), "no role")


def test_who_is_no_member_gets_nothing_back(made: Made) -> None:
    allow(made)
    policy = made.root / "policy.yaml"
    mine = made.open().principal.name
    policy.write_text(policy.read_text().replace(mine, "os:somebody-else"))
    require_refused(restore(made), "is not a member")


def test_a_denial_wins(made: Made) -> None:
    allow(made, RULE + "  - deny: reveal\n    data: letters\n")
    require_refused(restore(made), "denies it")


def test_a_rule_that_ended_gives_nothing_back(made: Made) -> None:
    allow(made, RULE + "    until: 2020-01-01\n")
    require_refused(restore(made), "ended on 2020-01-01")


def test_a_map_that_ended_gives_nothing_back(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(made)
    later = datetime.now(UTC) + timedelta(days=8)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    require_refused(restore(made), "the map `letters` ended on")
    assert "grant" not in log_kinds(made)


def test_more_than_the_rule_lets_back_is_all_refused(made: Made) -> None:
    allow(made, RULE.replace("rows: 6", "rows: 5"))
    require_refused(restore(made), "more than 5 of `letters`")
    assert restore(made, given=ANSWER.replace("[EMAIL_6]\n", "")).code == 0
    assert log_kinds(made).count("grant") == 2
    assert log_kinds(made).count("abandoned") == 1


def test_what_comes_back_is_logged_before_it_is_read_and_told_nowhere(made: Made) -> None:
    allow(made)
    done = restore(made)
    assert done.out == "".join(f"{address}\n" for address in ADDRESSES)
    assert log_kinds(made)[-3:].count("release") == 1
    assert log_kinds(made).index("map") < log_kinds(made).index("grant")
    assert privet(made.root, "verify", ".").code == 0
    for path in made.root.rglob("*"):
        if path.is_file():
            assert b"marked" not in path.read_bytes(), path
    assert not list((made.root / "releases").glob("**/*"))


def test_somebody_restricted_stays_out(made: Made) -> None:
    contract = made.root / "contracts" / "customers.yaml"
    contract.write_text(contract.read_text().replace("key: customer_id", "key: email"))
    allow(made)
    given = ADDRESSES[2].upper() + "\n"
    assert privet(made.root, "subject", "restrict", "customer", given=given).code == 0
    done = restore(made)
    assert done.code == 0, done.said
    assert done.out.splitlines()[1:4] == [ADDRESSES[1], "[EMAIL_3]", ADDRESSES[3]]
    assert "left as they are, restricted: 1 value" in done.err


def test_a_changed_map_is_refused(made: Made) -> None:
    allow(made)
    for sealed in (made.root / ".privet" / "vault" / "evidence").iterdir():
        data = bytearray(sealed.read_bytes())
        data[-20] ^= 1
        sealed.chmod(0o600)
        sealed.write_bytes(data)
    done = restore(made)
    assert done.code == 1, done.said
    assert done.out == ""


def test_a_map_put_in_the_place_of_another_is_refused(made: Made) -> None:
    allow(made)
    given = "eve@example.org\n"
    assert privet(made.root, "redact", "-", "--map", "others", given=given).code == 0
    with sqlite3.connect(made.root / ".privet" / "catalog.db") as catalog:
        rows = catalog.execute(
            "SELECT name, object, key, size, blake3 FROM sealed_record"
        ).fetchall()
        records = [row for row in rows if row[0].startswith("map/")]
        assert len(records) == 2
        catalog.execute("UPDATE sealed_record SET object = object || '.old'")
        for (name, *_), (_, *other) in zip(records, reversed(records), strict=True):
            catalog.execute(
                "UPDATE sealed_record SET object = ?, key = ?, size = ?, blake3 = ? WHERE name = ?",
                (*other, name),
            )
    require_refused(restore(made), "is not the one that the log names")


def test_a_map_of_another_end_is_refused(made: Made) -> None:
    """Who can write the catalog cannot prolong a map: the log's entries are hashed and signed."""
    allow(made)
    with sqlite3.connect(made.root / ".privet" / "catalog.db") as catalog:
        row = catalog.execute(
            "SELECT position, leaf FROM log_entry ORDER BY position DESC LIMIT 1"
        ).fetchone()
        changed = row[1].replace(b'"until":"20', b'"until":"30')
        assert changed != row[1]
        catalog.execute("UPDATE log_entry SET leaf = ? WHERE position = ?", (changed, row[0]))
    done = restore(made)
    assert done.code == 1, done.said


def test_a_name_within_a_word_is_no_name(made: Made) -> None:
    allow(made)
    done = restore(made, given="x[EMAIL_1]y [EMAIL_11] [email_2] EMAIL_3\n")
    assert done.out == f"x{ADDRESSES[0]}y [EMAIL_11] [email_2] EMAIL_3\n"
