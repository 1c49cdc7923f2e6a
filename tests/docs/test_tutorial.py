"""The pages' commands, run in their order in an empty folder, as a new user would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"

PROMISED = {
    "tutorial.md": (
        "5 rows read, 4 out, 1 quarantined (ragged_row 1)",
        "~ customers.date_of_birth: drop -> band(width=10y)",
        "ingest customers: unchanged, not run again",
        "tickets: 3 rows read, 1 out, 2 withheld (restricted 2)",
        "logged",
    ),
    "quality.md": (
        "- deduplicate",
        "Config, contracts and policy are in order.",
        "failing rows: at most 10 %): 1 of 8 rows fail",
        "refused: 1",
        "customers: 7 rows read, 5 out, 1 quarantined (clean:date:born 1), 1 merged",
        "orders: 10 rows read, 4 out, 5 quarantined (clean:date:ordered 1, clean:number:amount 1,",
        "rule:range_amount 1, rule:refers_customer_id 1, rule:status_known 1), 1 merged (dup",
        "rule:unique_order_id 1), 2 merged (duplicate:whole row 2)",
        "6 of 6 rows held back",
        "orders: 13 rows read, 7 out, 4 quarantined",
        "verified: project",
    ),
    "detection.md": (
        "user.contact.email",
        "settings.txt:1:10: email (95 %)",
        "settings.txt:2:13: password",
        "found: 1",
        "'kind': 'badge'",
        "badge [BADGE]",
        "('e-mail', 'email')",
    ),
    "anonymity.md": (
        "Config, contracts and policy are in order.",
        "generalise(steps=5, 10, 20)",
        "patients: 400 rows read",
        "at least 5 subjects | ",
        "at least 2 distinct values of `illness` | distinct: ",
        "patients: 401 rows read",
        "(class below k",
        "and that release beside this one",
        "refused: 1",
    ),
    "text.md": (
        "Dear Ana, please write to [EMAIL] again.",
        "1:27-42",
        "the same",
        "map `letters`: 2 values sealed for 30 days",
        "refused: 1",
        "Write to ana@example.org first, then to bert@example.net.",
        "restored: 2 values at 2 places",
        "verified: project",
        "text(how=surrogate)",
        "guarantee: masked",
        "shelf: e-mail addresses in 100 % of 2 values looked at",
        "3 rows read, 1 out, 2 quarantined (drift:shelf 2)",
    ),
    "reversible.md": (
        "guarantee: pseudonymous",
        ",ana@example.org",
        ",4111 1111 1111 1111",
        "revealed: 2 values",
        "1 of 1 are no tokens of `customers.email`",
        "refused: 1",
        "verified: project",
    ),
    "sources.md": (
        "orders: 3 rows read, 3 out",
        "has a column `card_number` that its contract does not know",
        "refused: 2",
        "orders: 4 rows read, 4 out",
        "orders: 5 rows read, 5 out",
    ),
}
"""What a page says that its commands print."""


def commands(text: str) -> list[str]:
    """The commands of the page, here-documents whole."""
    found: list[str] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        found += [part.strip() for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return found


@pytest.mark.parametrize("page", PROMISED)
def test_every_command_of_the_page_works_in_order(page: str, tmp_path: Path) -> None:
    script = "set -e\n" + "\n".join(
        f"echo '### {number}'\n{command}"
        for number, command in enumerate(commands((DOCS / page).read_text(encoding="utf-8")))
    )
    tools = Path(sys.executable).parent
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "LANG": "C.UTF-8",
    }
    folder = tmp_path / "project"
    folder.mkdir()
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    for promised in PROMISED[page]:
        assert promised in done.stdout, promised
