from __future__ import annotations

from pathlib import Path

import pytest

from privet.adapters.databases.address import is_database, parse_address
from privet.model.errors import UsageError

BASE = Path("/projects/shop")


def test_sqlite_files_are_relative_with_three_slashes_and_absolute_with_four() -> None:
    near = parse_address("sqlite:///data/a b.db", BASE)
    assert (near.shown, near.path) == ("sqlite:///data/a b.db", BASE / "data/a b.db")
    assert near.uri == "file:/projects/shop/data/a%20b.db?mode=ro"
    assert parse_address(near.url, Path("/elsewhere")).path == near.path
    far = parse_address("sqlite:////var/x.db", BASE)
    assert (far.shown, far.path) == ("sqlite:////var/x.db", Path("/var/x.db"))


def test_a_server_is_shown_without_its_user_and_options() -> None:
    made = parse_address("postgresql://ana@db.example.org:5433/shop?sslmode=require", BASE)
    assert made.shown == "postgresql://db.example.org:5433/shop"
    assert "ana" not in repr(made)
    for told in ("ana@db.example.org:5433/shop?", "sslmode=require", "client_encoding=UTF8"):
        assert told in made.uri
    mine = parse_address("postgres://h/shop?connect_timeout=3", BASE)
    assert mine.uri.count("connect_timeout") == 1
    assert mine.uri.startswith("postgresql://h/shop?connect_timeout=3&")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hunter2@db/shop",
        "postgresql://db/shop?password=hunter2",
        "postgresql://db/shop?user=ana&sslpassword=hunter2",
    ],
)
def test_a_password_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="holds a password") as caught:
        parse_address(url, BASE)
    assert "PGPASSWORD" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["shop.db", "mysql://db/shop", "sqlite://shop.db", "sqlite:///", "sqlite:///a.db?mode=rwc"],
)
def test_what_is_no_database_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        parse_address(url, BASE)


def test_a_broken_url_is_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        parse_address("postgresql://[hunter2/shop", BASE)
    assert "hunter2" not in str(caught.value)


def test_databases_are_told_from_files() -> None:
    urls = ["sqlite:///a", "postgresql://h/d", "POSTGRES://h/d", "a.csv", "s3://b/k", "sqlite"]
    assert [is_database(url) for url in urls] == [True, True, True, False, False, False]
