"""What changed between two declared plans, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One change: where (`customers.email`, `guarantee of customers`), before and after."""

    what: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.what}: {self.after}"
        if self.after is None:
            return f"- {self.what}: was {self.before}"
        return f"~ {self.what}: {self.before} -> {self.after}"


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes from one described plan (`DeclaredPlan.describe`) to another, sorted by place."""
    old, new = _facts(before), _facts(after)
    return tuple(
        Change(place, old.get(place), new.get(place))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    )


def _facts(plan: Mapping[str, Any]) -> dict[str, str]:
    facts = {name: str(plan[name]) for name in ("role", "purpose", "recipient", "into")}
    for source in plan["sources"]:
        data = source["data"]
        facts[f"source of {data}"] = ", ".join(source["from"])
        for name in ("query", "incremental", "keep"):
            if source.get(name):
                facts[f"{name} of {data}"] = str(source[name])
        for number, step in enumerate(source.get("clean", ()), start=1):
            facts[f"cleaning of {data}, step {number}"] = step["what"]
        for rule in source.get("rules", ()):
            facts[f"rule {rule['rule']} of {data}"] = f"{rule['what']} ({rule['action']})"
    for release in plan["releases"]:
        data = release["data"]
        facts[f"guarantee of {data}"] = release["guarantee"]
        facts[f"format of {data}"] = release["format"]
        if release.get("query"):
            facts[f"question about {data}"] = release["query"]
        facts[f"rows of {data}"] = release["where"] or "all"
        for column in release["columns"]:
            facts[f"{data}.{column['column']}"] = column["treatment"]
    return facts
