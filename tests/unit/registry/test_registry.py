from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import delete, update

from privet.model.errors import IntegrityError
from privet.registry import Registry
from privet.registry.commitments import commit_text
from privet.registry.registry import RESTRICTIONS, verify_registry
from tests.unit.vault.vaults import house
from tests.world import FixedClock

KEY = b"r" * 32


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    home = house(tmp_path)
    return Registry(home.catalog, home.log, KEY, FixedClock())


def restrict(registry: Registry, text: str, *purposes: str, kind: str = "customer") -> int:
    with registry.catalog.write() as connection:
        return registry.restrict(connection, kind, text, purposes or None)


def lift(registry: Registry, text: str) -> int:
    with registry.catalog.write() as connection:
        return registry.lift(connection, "customer", text)


def masked(
    registry: Registry, purpose: str, values: pa.Array, kind: str = "customer"
) -> list[bool]:
    return registry.withheld_mask(values, kind, purpose).to_pylist()


VALUES = pa.array(["ana", "ben", None, "", "eva"])


def test_nobody_is_withheld_at_first(registry: Registry) -> None:
    assert registry.version() == 0
    assert masked(registry, "research", VALUES) == [False] * 5
    assert registry.verify() == 0


def test_a_restriction_holds_for_its_purposes(registry: Registry) -> None:
    restrict(registry, "ana")
    restrict(registry, "eva", "research", "ads")
    assert masked(registry, "research", VALUES) == [True, False, False, False, True]
    assert masked(registry, "care", VALUES) == [True, False, False, False, False]
    assert registry.verify() == registry.version() == 2


def test_a_lift_ends_every_restriction_of_one_subject(registry: Registry) -> None:
    restrict(registry, "ana")
    restrict(registry, "ana", "ads")
    restrict(registry, "ben")
    assert lift(registry, "ana") == 2
    assert lift(registry, "ana") == 0
    assert masked(registry, "ads", VALUES) == [False, True, False, False, False]
    assert registry.verify() == registry.version() == 5
    restrict(registry, "ana")
    assert masked(registry, "ads", VALUES)[0]
    assert registry.verify() == 6


def test_the_same_restriction_is_made_once(registry: Registry) -> None:
    first = restrict(registry, "ana", "ads", "research")
    assert restrict(registry, "ana", "research", "ads") == first
    assert registry.version() == 1


def test_subject_types_do_not_meet(registry: Registry) -> None:
    restrict(registry, "ana")
    assert masked(registry, "research", VALUES, kind="employee") == [False] * 5
    one = registry.commitments("customer", VALUES)
    other = registry.commitments("employee", VALUES)
    assert not np.array_equal(one[0], other[0])
    assert one[0].tobytes() == commit_text(KEY, "customer", "ana")
    assert not one[2].any()


def test_slices_and_large_strings_are_matched(registry: Registry) -> None:
    restrict(registry, "eva")
    assert masked(registry, "x", VALUES.slice(3)) == [False, True]
    assert masked(registry, "x", VALUES.cast(pa.large_string())) == [False] * 4 + [True]
    assert masked(registry, "x", pa.array([], pa.string())) == []


def test_an_empty_list_of_purposes_is_refused(registry: Registry) -> None:
    with registry.catalog.write() as connection, pytest.raises(ValueError, match="purposes"):
        registry.restrict(connection, "customer", "ana", [])


def test_the_log_has_commitments_and_no_key(registry: Registry, tmp_path: Path) -> None:
    restrict(registry, "ana.zq8marker@example.org")
    registry.log.publish()
    (entry,) = [entry for entry in registry.log.entries() if entry.kind == "restriction"]
    assert (
        entry.body["commitment"] == commit_text(KEY, "customer", "ana.zq8marker@example.org").hex()
    )
    registry.catalog.close()
    for file in tmp_path.glob("catalog.db*"):
        assert b"zq8marker" not in file.read_bytes()
    assert "zq8marker" not in repr(registry)
    assert "rrrr" not in repr(registry)


@pytest.mark.parametrize(
    "change",
    [
        delete(RESTRICTIONS).where(RESTRICTIONS.c.id == 1),
        delete(RESTRICTIONS).where(RESTRICTIONS.c.id == 3),
        update(RESTRICTIONS).where(RESTRICTIONS.c.id == 1).values(lifted=9),
        update(RESTRICTIONS).where(RESTRICTIONS.c.id == 2).values(lifted=None),
        update(RESTRICTIONS).where(RESTRICTIONS.c.id == 1).values(purposes=["other"]),
        update(RESTRICTIONS).where(RESTRICTIONS.c.id == 1).values(subject_type="employee"),
        update(RESTRICTIONS).where(RESTRICTIONS.c.id == 1).values(commitment=b"0" * 32),
        update(RESTRICTIONS).where(RESTRICTIONS.c.id == 3).values(id=7),
    ],
)
def test_a_table_changed_by_hand_is_found(registry: Registry, change: object) -> None:
    restrict(registry, "ana")
    restrict(registry, "ben")
    restrict(registry, "eva")
    lift(registry, "ben")
    registry.verify()
    with registry.catalog.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    with pytest.raises(IntegrityError, match="not as the log has them"):
        verify_registry(registry.catalog, registry.log.entries())


def test_a_change_that_fails_later_leaves_neither_row_nor_entry(registry: Registry) -> None:
    with suppress(RuntimeError), registry.catalog.write() as connection:
        registry.restrict(connection, "customer", "ana")
        raise RuntimeError
    assert registry.version() == 0
    assert list(registry.log.entries()) == []
