"""Drift: the columns of a source against those of its contract, and what is said of a difference.

What happens is the pipeline's word (`drift:`), never the reader's: a column more or less is refused
unless somebody wrote that it may be ignored or taken as null, and then it is reported.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from privet.model.errors import SourceError
from privet.model.pipeline import Drift

_SHOWN = 5
_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class Drifted:
    """How a source's columns differ from its contract, where the pipeline lets them.

    Attributes:
        added: columns of the source that the contract does not have; they are not read.
        lost: columns of the contract that the source does not have; they are null.
    """

    added: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(slots=True)
class Watch:
    """What a reader is told of the pipeline's wishes, and what it says of the source on its way.

    Attributes:
        drift: what happens where the columns are not the contract's.
        empty_ok: whether the source may have no row, as one file of many may.
        strict_keys: whether a key that no JSON object has counts as a lost column.
        drifted: complete once all batches were read; for all but JSON before the first one.
    """

    drift: Drift = field(default_factory=Drift)
    empty_ok: bool = False
    strict_keys: bool = False
    drifted: Drifted = field(default_factory=Drifted)

    def reconcile(self, found: Sequence[str], wanted: Sequence[str], name: str) -> Drifted:
        """Compare column names, of which the order does not matter, and keep what differs.

        Args:
            found: the source's.
            wanted: the contract's.
            name: the source's name, for messages.

        Raises:
            SourceError: a difference that the pipeline does not allow, or another table.
        """
        has, wants = set(found), set(wanted)
        added = tuple(column for column in found if column not in wants)
        lost = tuple(column for column in wanted if column not in has)
        if len(lost) * 2 > len(wanted):
            # Perhaps no header at all: then what was found are not names but somebody's record.
            raise SourceError(
                f"`{name}` lacks {len(lost)} of the {len(wanted)} columns of its contract",
                hint="Check that it belongs to this data set, and that its first line is a header.",
            )
        self.judge(Drifted(added, lost), name)
        return self.drifted

    def judge(self, drifted: Drifted, name: str) -> None:
        """Keep what differs.

        Raises:
            SourceError: the pipeline does not allow it.
        """
        refused_lost = drifted.lost if self.drift.lost == "refuse" else ()
        refused_added = drifted.added if self.drift.added == "refuse" else ()
        if (refused_lost and drifted.added) or (refused_added and drifted.lost):
            raise _renamed(drifted, name)
        if refused_lost:
            raise _lost(drifted.lost, name)
        if refused_added:
            raise _added(drifted.added, name)
        self.drifted = drifted


def _renamed(drifted: Drifted, name: str) -> SourceError:
    # What is there may be somebody's record and no header: a name is said only where it is nearly
    # that of a column of the contract.
    near = difflib.get_close_matches(drifted.lost[0], drifted.added, n=1, cutoff=_NEAR)
    more = "another column" if len(drifted.added) == 1 else f"{len(drifted.added):,} other columns"
    hint = (
        f"The nearest column there is `{near[0]}`: if it was renamed, correct the contract"
        if near
        else "If it was renamed, correct the contract"
    )
    return SourceError(
        f"`{name}` has no {listed(drifted.lost)}, which its contract declares, and has {more}",
        hint=f"{hint}; else say what happens with both: `drift: {{lost: null, added: ignore}}` "
        "in the pipeline file.",
    )


def _lost(lost: Sequence[str], name: str) -> SourceError:
    return SourceError(
        f"`{name}` has no {listed(lost)}, which its contract declares",
        hint="Export it again, take it out of the contract in contracts/, or say "
        "`drift: {lost: null}` in the pipeline file.",
    )


def _added(added: Sequence[str], name: str) -> SourceError:
    return SourceError(
        f"`{name}` has a {listed(added)} that its contract does not know",
        hint="Add it to the data set's file in contracts/, with a category, leave it out of the "
        "export, or say `drift: {added: ignore}` in the pipeline file.",
    )


def listed(columns: Sequence[str]) -> str:
    """Names of columns in words: ``column `a`, `b` and 3 more``."""
    shown = ", ".join(f"`{column}`" for column in columns[:_SHOWN])
    more = f" and {len(columns) - _SHOWN:,} more" if len(columns) > _SHOWN else ""
    return f"column {shown}{more}"
