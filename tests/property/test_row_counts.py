"""Every row that comes in is out, quarantined or withheld, each with its reason."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.project.memory import opened
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

IDS = st.sampled_from(["", "C1", "C2", "C3", "C4"])
AMOUNTS = st.one_of(st.integers(-5, 5), st.sampled_from(["", "n/a", "1.5", "9" * 30]))
ROWS = st.lists(
    st.tuples(IDS, IDS, IDS, st.sampled_from(["Berlin", "Paris"]), AMOUNTS), max_size=40
)
RAGGED = st.lists(st.sampled_from(["only,two", "1,2,3,4,5,6", "x"]), max_size=4)


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A project with its keys made, C4 restricted, and a filter on the city."""
    use_cheap_passphrase(monkeypatch)
    made = make_project(
        tmp_path / "template", {"customers.csv": customers_csv([("C1", "e", "s", "Berlin", 1)])}
    )
    policy = made.root / "policy.yaml"
    text = policy.read_text()
    marker = "    as: pseudonymous\n"
    policy.write_text(text.replace(marker, marker + "    where: \"city = 'Berlin'\"\n"))
    made.open().run("research")
    made.open().restrict("customer", "C4")
    return made


@settings(max_examples=12)
@given(rows=ROWS, ragged=RAGGED)
def test_rows_in_are_rows_out_quarantined_or_withheld(
    template: Made,
    rows: list[tuple[str, str, str, str, object]],
    ragged: list[str],
) -> None:
    root = template.root.with_name("example")
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(template.root, root)
    good = ("C1", "e", "s", "Berlin", 1)
    text = customers_csv([good, *rows]) + "".join(f"{line}\n" for line in ragged)
    (root / "customers.csv").write_text(text)

    project = Made(root).open()
    summary = project.run("research")

    expected = Counter(_fate(row) for row in [good, *rows]) + Counter(
        {"ragged_row": len(ragged)} if ragged else {}
    )
    counts = summary.data[0].counts
    assert counts.balanced()
    assert counts.read == 1 + len(rows) + len(ragged)
    assert counts.out == expected["out"]
    found = dict(counts.quarantined) | dict(counts.withheld)
    assert found == {reason: n for reason, n in expected.items() if reason != "out"}
    released = pyarrow.csv.read_csv(Path(summary.release) / "customers.csv")
    assert released.num_rows == counts.out
    with opened(project.config, None) as memory:
        record = json.loads(memory.vault.get_sealed(summary.release_id))
    (stated,) = record["rows"]
    assert stated["read"] == stated["out"] + sum(
        entry["rows"] for entry in stated["quarantined"] + stated["withheld"]
    )
    assert stated["out"] == counts.out


def _fate(row: tuple[str, str, str, str, object]) -> str:
    subject, _, _, city, amount = row
    if isinstance(amount, str) and amount:
        return "type:amount"
    if not subject:
        return "unowned"
    if subject == "C4":
        return "restricted"
    return "out" if city == "Berlin" else "filter"
