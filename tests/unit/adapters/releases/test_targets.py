"""A release is visible whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from privet.adapters.releases import LocalRelease, RemoteRelease
from privet.ports.release import ReleaseTarget
from tests.world import MemoryStore


@pytest.fixture(params=["local", "remote"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> ReleaseTarget:
    if request.param == "local":
        return LocalRelease(tmp_path / "research" / "000001")
    return RemoteRelease(MemoryStore())


def stage(target: ReleaseTarget, name: str = "customers.csv") -> None:
    with target.writer(name) as file:
        file.write(b"id\n")


def test_a_release_goes_from_absent_to_staged_to_published(target: ReleaseTarget) -> None:
    assert target.state() == "absent"
    stage(target)
    assert target.state() == "staged"
    target.publish(b"{}")
    assert target.state() == "published"


def test_publishing_twice_changes_nothing(target: ReleaseTarget) -> None:
    stage(target)
    target.publish(b"first")
    target.publish(b"second")
    if isinstance(target, LocalRelease):
        assert Path(target.url, "receipt.json").read_bytes() == b"first"
    assert target.state() == "published"


def test_discard_removes_what_is_staged_and_spares_what_is_published(target: ReleaseTarget) -> None:
    stage(target)
    target.discard()
    assert target.state() == "absent"
    stage(target)
    target.publish(b"{}")
    target.discard()
    assert target.state() == "published"


def test_nothing_shows_under_the_release_name_before_it_is_published(tmp_path: Path) -> None:
    target = LocalRelease(tmp_path / "research" / "000001")
    stage(target)
    assert not [path for path in tmp_path.rglob("*") if path.name == "000001"]
