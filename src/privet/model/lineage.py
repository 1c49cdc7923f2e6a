"""Lineage: which data sets a data set was made from, as their contracts say."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from privet.model.contract import Contract
from privet.model.errors import ConfigError, Location


def roots(data: str, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """The data sets that `data` goes back to and that go back to none; `data` itself if it is one.

    Args:
        data: a data set's name.
        contracts: every contract of the project, by the name of its data set.

    Raises:
        ConfigError: a data set has no contract, or data sets are derived from one another.
    """
    parents: dict[str, tuple[str, ...]] = {}
    ahead = [(data, Location(""))] if data not in contracts else [(data, _place(contracts[data]))]
    while ahead:
        name, said_at = ahead.pop()
        if name in parents:
            continue
        if name not in contracts:
            raise ConfigError(
                "a data set, or one that it is derived from, has no contract",
                hint="add a contract for it, or correct `transformSourceObjects`",
                where=said_at if said_at.file else None,
            )
        contract = contracts[name]
        parents[name] = contract.derived_from
        ahead.extend((parent, _place(contract)) for parent in contract.derived_from)
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        raise ConfigError(
            "data sets are derived from one another in a circle",
            hint="correct `transformSourceObjects` in one of their contracts",
            where=_place(contracts[error.args[1][0]]),
        ) from None
    return tuple(sorted(name for name, above in parents.items() if not above))


def _place(contract: Contract) -> Location:
    return Location(contract.source or contract.name, None, "transformSourceObjects")
