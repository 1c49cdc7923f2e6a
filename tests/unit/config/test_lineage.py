from __future__ import annotations

import pytest

from privet.model.contract import Contract
from privet.model.errors import ConfigError
from privet.model.lineage import roots


def _world(**parents: tuple[str, ...]) -> dict[str, Contract]:
    return {
        name: Contract(name, "1.0.0", (), derived_from=above) for name, above in parents.items()
    }


def test_a_data_set_made_from_none_is_its_own_root() -> None:
    assert roots("visits", _world(visits=(), other=())) == ("visits",)


def test_roots_are_inherited_through_all_parents_and_named_once() -> None:
    world = _world(a=(), b=(), left=("a", "b"), right=("b",), end=("left", "right"))
    assert roots("end", world) == ("a", "b")


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = {f"d{n}": (f"d{n - 1}",) for n in range(1, 5000)}
    assert roots("d4999", _world(d0=(), **chain)) == ("d0",)


@pytest.mark.parametrize("name", ["a", "below"])
def test_a_circle_is_an_error(name: str) -> None:
    with pytest.raises(ConfigError, match="circle"):
        roots(name, _world(a=("b",), b=("a",), below=("a",)))


@pytest.mark.parametrize("name", ["child", "nowhere"])
def test_an_unknown_data_set_is_an_error(name: str) -> None:
    with pytest.raises(ConfigError, match="no contract"):
        roots(name, _world(child=("gone",)))


def test_the_digest_says_what_a_data_set_is_derived_from() -> None:
    assert _world(a=("b",))["a"].digest != _world(a=())["a"].digest
