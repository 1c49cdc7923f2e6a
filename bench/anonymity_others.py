"""What `bench/anonymity.py` runs beside Privet, in an environment of its own: anjana.

Imports nothing of Privet. Adult, all nine columns, as a pandas frame of text; its hierarchies as
anjana takes them: for each level the values of all leaves, in the order of the file. The stars of
the last level are there too.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
from anjana.anonymity import k_anonymity

K = 5


def read(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def main() -> None:
    folder, suppress = Path(sys.argv[1]), float(sys.argv[2])
    names, *rows = read(folder / "adult.csv")
    table = pd.DataFrame(rows, columns=names)
    hierarchies: dict[str, dict[int, Any]] = {}
    for name in names:
        lines = read(folder / f"adult_hierarchy_{name}.csv")
        levels = zip(*lines, strict=True)
        hierarchies[name] = {number: pd.Series(level) for number, level in enumerate(levels)}
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        began = time.process_time()
        made = k_anonymity(table.copy(), [], names, K, suppress, hierarchies)
        cpu = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        said = f"{len(made)} rows left"
        print(json.dumps({"cpu": cpu, "peak": peak, "said": said}), flush=True)


if __name__ == "__main__":
    main()
