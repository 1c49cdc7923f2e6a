"""Whether published cells are as narrow as they could be: what downcoding attacks live on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.risk.boxes import Boxes
from privet.protect.risk.intervals import Rate
from privet.protect.risk.records import Records, Work


def tight_cells(
    boxes: Boxes,
    records: Records,
    hierarchies: Sequence[Hierarchy | None],
    *,
    most: int,
    seed: int,
    work: Work,
) -> Rate:
    """Of generalised cells, how many could not be a level lower for the records in the class.

    A cell counts once for its class. Looked at are `most` classes at most, drawn by `seed`, and
    fewer where that is too much work.
    """
    random = np.random.default_rng((seed, 0))
    tight = seen = 0
    for at in random.choice(len(boxes), min(most, len(boxes)), replace=False).tolist():
        if not work.left:
            break
        inside = records.points(records.inside(boxes.low[at], boxes.high[at], work))
        for column, hierarchy in enumerate(hierarchies):
            level = int(boxes.level[at, column])
            if hierarchy is None or not level or not len(inside):
                continue
            codes = inside[:, column]
            below = hierarchy.nodes[level - 1]
            seen += 1
            tight += below[codes.min()] != below[codes.max()]
    return Rate(int(tight), seen)
