"""k-anonymous releases beside a population, with ends, stars and other criteria: the whole way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privet.model.errors import ConfigError, Refused
from privet.project.verifying import verify_path
from tests.integration.test_k_anonymous_release import (
    COLUMNS,
    classes,
    people_csv,
    person,
    policy,
    project,
    released,
    statement,
)
from tests.projects import use_cheap_passphrase, write


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def begun(root: Path, promise: str, everybody: int = 300, **more: Any) -> Any:
    made = project(root, [person(n) for n in range(120)], policy(promise, **more))
    write(root / "everybody.csv", people_csv([person(n) for n in range(everybody)]))
    return made


@pytest.mark.parametrize("method", ["mondrian", "full-domain", "local-suppression"])
def test_a_file_is_a_population(tmp_path: Path, method: str) -> None:
    promise = f"{{k: 3, k_map: 8, population: everybody.csv, suppress: 0.9, method: {method}}}"
    summary = begun(tmp_path, promise).open().run("research")
    asked = statement(summary)["anonymity"][0]["criteria"]
    assert asked[1]["asked"] == "at least 8 of the population"
    assert int(asked[1]["found"].split()[0]) >= 8
    assert min(classes(released(summary)).values()) >= 3
    assert statement(summary)["guarantee"]["params"]["population"] == "everybody.csv"
    assert verify_path(tmp_path)


def test_a_data_set_is_a_population(tmp_path: Path) -> None:
    """Nobody outside of it is in the table: all shares are 1."""
    promise = "{k: 3, delta_presence: [0.5, 1], population: people}"
    made = begun(tmp_path, promise)
    summary = made.open().run("research")
    found = statement(summary)["anonymity"][0]["criteria"][1]["found"]
    assert found == "shares from 1 to 1"


def test_everybody_has_to_be_somewhere_where_a_least_share_is_asked(tmp_path: Path) -> None:
    promise = "{k: 3, delta_presence: [0.9, 1], population: everybody.csv, suppress: 1}"
    with pytest.raises(Refused, match=r"share of 0\.4 of the population"):
        begun(tmp_path, promise).open().run("research")


def test_later_rows_are_held_against_the_population_of_then(tmp_path: Path) -> None:
    promise = "{k: 3, k_map: 8, population: everybody.csv, suppress: 0.5, method: full-domain}"
    made = begun(tmp_path, promise)
    first = made.open().run("research")
    write(tmp_path / "everybody.csv", people_csv([person(n) for n in range(120)]))
    second = made.open().run("research")
    assert len(released(second)) <= len(released(first))
    found = statement(second)["anonymity"][0]["criteria"][1]["found"]
    assert int(found.split()[0]) >= 8


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,age\nP1,30\n", "no column 'zip'"),
        ("id,age,zip\nP1,secret-77,10000\n", "not of its form"),
    ],
)
def test_a_wrong_file_is_told_without_its_values(tmp_path: Path, text: str, told: str) -> None:
    made = begun(tmp_path, "{k: 3, k_map: 8, population: everybody.csv}")
    write(tmp_path / "everybody.csv", text)
    with pytest.raises(Exception, match=told) as caught:
        made.open().run("research")
    assert "secret-77" not in str(caught.value)


@pytest.mark.parametrize("name", ["nobody.csv", "nobody"])
def test_a_population_that_is_not_there_is_told_by_check(tmp_path: Path, name: str) -> None:
    made = begun(tmp_path, f"{{k: 3, k_map: 8, population: {name}}}")
    assert any(name in str(problem.message) for problem in made.open().check())


def test_ends_and_shares_in_a_policy(tmp_path: Path) -> None:
    columns = COLUMNS.replace("{steps: [5, 10, 20]}", "{steps: [10, 20], bottom: 25, top: 50}")
    promise = (
        "{k: 5, disclosure: {column: illness, most: 2}, "
        "likeness: [{column: illness, most: 2}, {column: illness, most: 3, form: basic}]}"
    )
    summary = begun(tmp_path, promise, columns=columns).open().run("research")
    ages = {row["age"] for row in released(summary)}
    assert ages & {"<25", ">=50", "*"}
    assert not ages & {str(age) for age in [*range(20, 25), *range(50, 60)]}
    criteria = statement(summary)["anonymity"][0]["criteria"]
    assert [each["found"].split()[0] for each in criteria[1:]] == ["delta", "enhanced:", "basic:"]


def test_means_are_for_the_library(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="local-suppression") as caught:
        begun(tmp_path, "{k: 5, method: microaggregation}").open().run("research")
    assert "pv.anonymise" in f"{caught.value} {caught.value.hint}"
