"""The keys of the linkage domains that a decision names."""

from __future__ import annotations

from privet.gate.means import Means
from privet.model.release import Decision, Request
from privet.transforms.linkage import LinkageKey


def linkage_keys(means: Means, decision: Decision) -> dict[str, LinkageKey]:
    """The current key of each linkage domain, made and logged where a domain has none yet."""
    named = {column.domain for column in decision.columns if column.domain}
    domains = sorted({*named, order_domain(decision.request)})
    keys: dict[str, LinkageKey] = {}
    with means.catalog.write() as connection:
        for domain in domains:
            key = means.keys.ensure(connection, "linkage", domain, means.log)
            keys[domain] = LinkageKey(key.id, domain, key.secret)
    means.log.publish()
    return keys


def order_domain(request: Request) -> str:
    """The domain of the order of rows; no subject type or category has a space in it."""
    return f"row order/{request.purpose}/{request.recipient}"
