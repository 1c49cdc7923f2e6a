"""The Adult table, coded by the hierarchies beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyarrow import csv

from privet.protect.combinations import Combinations
from privet.protect.encoding import encode
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.csv_files import read_csv
from privet.protect.hierarchies.hierarchy import Hierarchy

ADULT = Path(__file__).parents[4] / "shared" / "data" / "adult"


@cache
def adult(sensitive: str = "") -> tuple[Combinations, tuple[Hierarchy, ...]]:
    """Its combinations of all nine columns but the sensitive one, and their hierarchies."""
    table = csv.read_csv(ADULT / "adult.csv", parse_options=csv.ParseOptions(delimiter=";"))
    hierarchies = {
        name: build(read_csv(ADULT / f"adult_hierarchy_{name}.csv"), column=name)
        for name in table.column_names
    }
    own = {sensitive: hierarchies.pop(sensitive)} if sensitive else {}
    return encode(table, hierarchies, own)[0], tuple(hierarchies.values())
