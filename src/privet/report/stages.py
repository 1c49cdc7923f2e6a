"""The way of rows through the pipeline: its stages, who leaves at each, and who is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from privet.report.disclosure import Amount, Group, Kind, Shown, total

Place: TypeAlias = Literal["read", "clean", "types", "rules", "merge", "vault", "scope", "protect"]
PLACES: tuple[Place, ...] = (
    "read",
    "clean",
    "types",
    "rules",
    "merge",
    "vault",
    "scope",
    "protect",
)

_BY_KIND: dict[Kind, Place] = {"merged": "merge", "withheld": "scope", "suppressed": "protect"}
_BY_REASON: dict[str, Place] = {
    "clean": "clean",
    "type": "types",
    "required": "types",
    "rule": "rules",
    "unowned": "rules",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage.

    Attributes:
        gone: the rows that leave here; None where that may not be shown. All are of one kind.
        some: whether a row leaves here.
        left: the rows that go on.
    """

    place: Place
    kind: Kind
    gone: Amount | None
    some: bool
    left: Amount | None


def stages(shown: Shown) -> tuple[Stage, ...]:
    """The stages in order; a stage at which nobody leaves is there too."""
    made: list[Stage] = []
    before: list[Group] = []
    for place in PLACES:
        here = [group for group in shown.groups if place_of(group) == place]
        before += here
        kind = here[0].kind if here else "quarantined"
        made.append(Stage(place, kind, total(here), bool(here), shown.left(before)))
    return tuple(made)


def place_of(group: Group) -> Place:
    """Where a row with this reason leaves."""
    reason = group.reason.partition(":")[0]
    return _BY_KIND.get(group.kind) or _BY_REASON.get(reason, "read")


def kept(shown: Shown) -> Amount | None:
    """The rows of the snapshot."""
    return shown.left(shown.of("quarantined", "merged"))


def walls(shown: Shown) -> Iterator[Amount]:
    """Every number of rows that the page tells, or that a reader adds up along the way."""
    rows = [shown.read, shown.out, *(group.rows for group in shown.groups)]
    for stage in stages(shown):
        rows += [stage.gone, stage.left]
    rows += [shown.total("quarantined"), shown.total("withheld")]
    if shown.read.exact:
        yield from (amount for amount in rows if amount is not None)
