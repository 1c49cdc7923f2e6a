"""Makes the vector of a fitted plan, the same on every machine.

Run from the repository: `python spec/vault/make_plan_vector.py`. The key is public: for tests only.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import numpy as np

from privet.protect.fitted import FittedPlan
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.placing import known_codes
from privet.protect.hierarchies.specs import (
    DateHierarchy,
    FlatHierarchy,
    IntervalHierarchy,
    PrefixHierarchy,
    TreeHierarchy,
)
from privet.protect.recoding import SUPPRESSED

KEY = sha256(b"privet test key of fitted plans, not a secret").digest()
SPECS = {
    "age": IntervalHierarchy(widths=(Decimal(10), Decimal(20)), top=Decimal(60)),
    "city": TreeHierarchy((("Ghent", "north", "*"), ("Porto", "south", "*"))),
    "joined": DateHierarchy(("month", "year")),
    "tariff": FlatHierarchy(),
    "zip": PrefixHierarchy((2, 1)),
}
ROWS = (
    ("21", "Ghent", "2024-02-03", "basic", "9000"),
    ("25", "Ghent", "2024-02-17", "basic", "9040"),
    ("34", "Porto", "2025-01-09", None, "4050"),
    ("38", "Porto", "2025-06-30", "extra", "4420"),
    ("71", "Porto", "2023-12-24", "extra", "4050"),
)
CLASSES = (0, 0, 1, 1, SUPPRESSED)
LEVELS = ((1, 0, 1, 0, 1), (1, 1, 2, 1, 2))
"""What the first class publishes is finer than what the second does."""


def plan() -> FittedPlan:
    """Two classes of two, and one row that is in neither."""
    columns = list(zip(*ROWS, strict=True))
    trees = tuple(
        build(spec, sorted(set(texts), key=str), name)
        for (name, spec), texts in zip(SPECS.items(), columns, strict=True)
    )
    codes = np.stack(
        [known_codes(tree, texts) for tree, texts in zip(trees, columns, strict=True)], axis=1
    )
    first = [CLASSES.index(each) for each in range(len(LEVELS))]
    node = [
        [
            tree.nodes[level, leaf]
            for tree, level, leaf in zip(trees, levels, codes[row], strict=True)
        ]
        for levels, row in zip(LEVELS, first, strict=True)
    ]
    return FittedPlan(
        asked=sha256(b"what it was fitted for").hexdigest(),
        promise="k-anonymous(k=2)",
        k=2,
        method="mondrian",
        columns=tuple(SPECS),
        hierarchies=trees,
        level=np.array(LEVELS, np.int8),
        node=np.array(node, np.int32),
        codes=codes.astype(np.int32),
        classes=np.array(CLASSES, np.int32),
    )


def main(folder: Path) -> None:
    """Write `plan.vector.json`, and the key of receipts' tags, into `folder`."""
    (folder / "plan.vector.json").write_bytes(plan().to_bytes())
    (folder / "plan.vector.key").write_text(KEY.hex() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
