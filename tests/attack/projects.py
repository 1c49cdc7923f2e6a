"""A project with a past: two data sets, two releases, a restriction, rows held back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.projects import (
    CUSTOMERS,
    TREATMENTS,
    customers_csv,
    make_project,
    use_cheap_passphrase,
)

ORDERS = "orders"
CHANGED = "Changed City"
ROWS = [(f"C{i}", f"c{i}@example.org", f"secret {i}", "Bonn", i) for i in range(40)]


def two_releases(root: Path, patch: pytest.MonkeyPatch) -> Path:
    """Make the project, release, change a source, restrict somebody, release again."""
    use_cheap_passphrase(patch)
    orders = replace(CUSTOMERS, name=ORDERS)
    treatments = dict(TREATMENTS) | {
        path.replace("customers.", "orders."): treatment for path, treatment in TREATMENTS.items()
    }
    bad = [("", "x@example.org", "s", "Bonn", 1), ("C1", "y@example.org", "s", "Bonn", "none")]
    files = {
        "customers.csv": customers_csv([*ROWS, *bad]),
        "orders.csv": customers_csv(ROWS[:10]),
    }
    made = make_project(root, files, contracts=(CUSTOMERS, orders), treatments=treatments)
    made.open().run("research")
    changed = ("C99", "c99@example.org", "secret", CHANGED, 99)
    (root / "customers.csv").write_text(customers_csv([*ROWS, *bad, changed]))
    made.open().restrict("customer", "C7")
    made.open().run("research")
    return root
