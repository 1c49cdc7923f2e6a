"""The keys of the linkage domains that a decision names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privet.model.release import Decision
from privet.transforms.linkage import LinkageKey

if TYPE_CHECKING:
    from privet.gate.door import Gate


def linkage_keys(gate: Gate, decision: Decision) -> dict[str, LinkageKey]:
    """The current key of each linkage domain, made and logged where a domain has none yet."""
    domains = sorted({column.domain for column in decision.columns if column.domain})
    keys: dict[str, LinkageKey] = {}
    if not domains:
        return keys
    with gate.catalog.write() as connection:
        for domain in domains:
            key = gate.keys.ensure(connection, "linkage", domain, gate.log)
            keys[domain] = LinkageKey(key.id, domain, key.secret)
    gate.log.publish()
    return keys
