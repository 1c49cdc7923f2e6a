"""A source of which no row fits its contract stops the run: the contract is wrong, not the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from privet.model.errors import SourceError
from tests.projects import customers_csv, make_project, use_cheap_passphrase


def test_no_release_is_made_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)
    good = ("C1", "a@example.org", "s", "Bonn", 1)
    bad = [(f"C{i}", "a@example.org", "s", "Bonn", "many") for i in range(20)]
    made = make_project(tmp_path, {"customers.csv": customers_csv([good])})
    first = made.open().run("research")
    (made.root / "customers.csv").write_text(customers_csv(bad))
    with pytest.raises(SourceError, match=r"none of 20 rows fits its contract \(type:amount\)"):
        made.open().run("research")
    assert [path.name for path in Path(first.release).parent.iterdir()] == ["000001"]
    (made.root / "customers.csv").write_text(customers_csv([*bad, good]))
    assert made.open().run("research").data[0].counts.out == 1
