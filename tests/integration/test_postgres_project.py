"""A whole project whose catalog is a PostgreSQL server: a team's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from privet.adapters.catalogs.sql import SqlCatalog
from privet.model.errors import Busy
from privet.project.verifying import verify_path
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase
from tests.servers import postgres

ROWS = [(f"C{i}", f"c{i}@example.org", "s", "Bonn", i) for i in range(50)]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Made, str]]:
    use_cheap_passphrase(monkeypatch)
    with postgres() as url:
        made = make_project(tmp_path / "project", {"customers.csv": customers_csv(ROWS)})
        config = made.root / "privet.yaml"
        config.write_text(config.read_text().replace("sqlite:///.privet/catalog.db", url))
        yield made, url


def test_the_main_job_with_a_shared_catalog(made: tuple[Made, str]) -> None:
    project, url = made
    first = project.open().run("research")
    assert project.open().run("research").unchanged
    project.open().restrict("customer", "C7")
    second = project.open().run("research")
    assert (first.data[0].counts.out, second.data[0].counts.out) == (50, 49)
    verify_path(Path(second.release))
    verify_path(project.root)
    with SqlCatalog(url, create=False) as elsewhere, elsewhere.hold(), pytest.raises(Busy):
        project.open().run("research")
