"""A release is visible whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from privet.adapters.releases import LocalRelease, RemoteRelease
from privet.model import canonical
from privet.model.errors import IntegrityError
from privet.ports.release import ReleaseTarget
from tests.world import MemoryStore


@pytest.fixture(params=["local", "remote"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> ReleaseTarget:
    if request.param == "local":
        return LocalRelease(tmp_path / "research" / "000001")
    return RemoteRelease(MemoryStore())


def receipt(statement: str, log_size: int) -> bytes:
    return canonical.encode({"envelope": {"payload": statement}, "proof": str(log_size)})


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
    target.publish(receipt("a", 1))
    target.publish(receipt("a", 2))
    if isinstance(target, LocalRelease):
        assert Path(target.url, "receipt.json").read_bytes() == receipt("a", 1)
    assert target.state() == "published"


def test_of_two_that_release_to_one_place_the_second_hears_of_it() -> None:
    store = MemoryStore()
    for target in (RemoteRelease(store), RemoteRelease(store)):
        stage(target)
    RemoteRelease(store).publish(receipt("a", 1))
    with pytest.raises(IntegrityError, match="another release") as caught:
        RemoteRelease(store).publish(receipt("b", 1))
    assert caught.value.hint is not None
    assert store.get("receipt.json") == receipt("a", 1)


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
