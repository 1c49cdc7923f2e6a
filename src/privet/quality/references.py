"""What rules say of other data sets: whether these, and their columns, are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privet.model.contract import Contract
from privet.model.quality import QualityRule, Refers
from privet.policy.problem import Problem, nearest


def check_rules(contracts: Mapping[str, Contract]) -> tuple[Problem, ...]:
    """Find every reference between data sets that cannot be followed.

    A data set is read before those that refer to it: none may refer to itself, on whatever way.

    Args:
        contracts: every contract of the project, by data set.

    Returns:
        Problems in the order of contracts and their rules. Keys of unlike types are compared by
        their text, which is a warning.
    """
    found: list[Problem] = []
    for contract in contracts.values():
        for rule in contract.rules:
            if isinstance(rule.check, Refers):
                found += _reference(contract, rule, rule.check, contracts)
    return tuple(found)


def _reference(
    contract: Contract, rule: QualityRule, check: Refers, contracts: Mapping[str, Contract]
) -> Iterator[Problem]:
    about = f"the rule `{rule.name}` of `{contract.name}` refers to"
    target = contracts.get(check.data)
    if target is None:
        message = f"{about} data set `{check.data}`, which has no contract"
        others = (name for name in contracts if name != contract.name)
        yield Problem(message, nearest(check.data, others), rule.where)
        return
    if len(check.columns) != len(rule.columns):
        message = f"{about} {len(check.columns)} columns with {len(rule.columns)}"
        yield Problem(message, "Name as many columns on both sides.", rule.where)
        return
    way = _way(check.data, contract.name, contracts)
    if way:
        message = f"{about} `{check.data}`, and so to itself: {' > '.join((contract.name, *way))}"
        hint = "Remove one of them, or state it as a rule of type sql with severity warning."
        yield Problem(message, hint, rule.where)
    for path, own in zip(check.columns, rule.columns, strict=True):
        column, mine = target.column(path), contract.column(own)
        if column is None or path.repeated:
            message = f"{about} `{check.data}.{path}`, which is no column with one value per row"
            plain = (str(each.path) for each in target.columns if not each.path.repeated)
            yield Problem(message, nearest(str(path), plain), rule.where)
        elif mine is not None and _kind(mine.type) != _kind(column.type):
            message = f"{about} a column of type {column.type} with one of type {mine.type}"
            hint = "They are compared by their text; give both the same type."
            yield Problem(message, hint, rule.where, "warning")


def _way(start: str, end: str, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """A shortest way from `start` to `end` along references, both in; empty where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        for name in _referred(contracts.get(way[-1])):
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def _referred(contract: Contract | None) -> list[str]:
    rules = () if contract is None else contract.rules
    return [rule.check.data for rule in rules if isinstance(rule.check, Refers)]


def _kind(column_type: str) -> str:
    """The type without its precision, unit or zone."""
    return column_type.partition("(")[0].partition("[")[0]
