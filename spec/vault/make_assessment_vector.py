"""Makes the vector of what is told of a release's risk and use, the same on every machine.

Run from the repository: `python spec/vault/make_assessment_vector.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from privet.model import canonical
from privet.protect.assessment.told import (
    Part,
    Told,
    ToldAttack,
    ToldChance,
    ToldColumn,
    ToldUse,
    to_json,
)
from privet.protect.risk import notes


def told() -> Told:
    """A release of people with several rows each, in which every word of the form stands."""
    return Told(
        k=5,
        by_subject=True,
        few=10,
        quasi_identifiers=("age", "zip"),
        sensitive=("illness",),
        classes=140,
        smallest=5,
        sizes=((1, 1, Part("none")), (5, 9, Part("0.31")), (10, None, Part("most"))),
        threshold=0.2,
        prosecutor=ToldChance(0.2, 0.11, Part("none")),
        journalist=ToldChance(0.05, 0.012, Part("few")),
        marketer=0.11,
        unique_before=Part("0.4"),
        unique=Part("none"),
        singling=((("age", "zip"), Part("few")),),
        homogeneity=(("illness", Part("0.02")),),
        attacks=(
            ToldAttack(
                kind="singling-out",
                about=("age", "zip"),
                how="How.",
                tries=1_000,
                every=False,
                attack=Part("none"),
                control=Part("few"),
            ),
            ToldAttack(
                kind="inference",
                about=("illness",),
                how="How.",
                tries=940,
                every=True,
                attack=Part("0.4"),
                control=Part("all"),
            ),
        ),
        notes=(notes.without_control(),),
        use=ToldUse(
            loss=0.08,
            entropy=0.15,
            average_class=8.9,
            average_by_k=1.8,
            alike=14_000.0,
            suppressed=Part("few"),
            columns=(
                ToldColumn("age", 0.07, 0.1, (Part("0.2"), Part("0.8"), Part("none"))),
                ToldColumn("zip", 0.09, 0.2, (Part("all"), Part("none"))),
            ),
        ),
    )


def main(folder: Path) -> None:
    """Write the file."""
    (folder / "assessment.vector.json").write_bytes(canonical.encode(to_json(told())))


if __name__ == "__main__":
    main(Path(sys.argv[0]).parent)
