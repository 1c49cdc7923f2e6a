"""What a release is still good for: `python bench/anonymity_utility.py --with PYTHON`.

On Adult (`../shared/data/adult`), by Mondrian with published labels of the tree and no suppression:

- the loss by tree label (NCP) at k = 5 with nine quasi-identifiers, and at t = 0.2 (equal distance)
  on occupation with the other eight;
- the AUC on raw test rows of LightGBM (120 trees) trained on a release of 20,108 rows at k = 5
  (eight quasi-identifiers, salary-class to be foretold) beside one trained on the same rows raw;
  the mean over three splits. What a model could learn otherwise is not tried: no tuning.

A published cell becomes features in two ways, and raw rows are read in the same, each cell being
one leaf. *Middle*: the middle of the node's interval of leaves, which are numbered as the tree has
them (of age, in years). *Shares*: of each leaf the share that it likely has in the node, by how
often it occurs in the very table, found by expectation and maximisation (of age, the mean).

LightGBM is no part of the development environment. PYTHON is the interpreter of one that has it::

    python -m venv OTHERS
    OTHERS/bin/pip install -r bench/requirements-anonymity.txt

Without, the part that needs it is left out, and said.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ADULT = Path(__file__).parents[2] / "shared" / "data" / "adult"
TARGET = "salary-class"
ROUNDS = 5
TREES, SPLITS, TRAINED = 120, 3, 20_108
ASKED_AUC, ASKED_K, ASKED_T = 0.004, 0.085, 0.56


def adult() -> tuple[Any, dict[str, Any]]:
    """The table and the hierarchy of each column."""
    from pyarrow import csv

    from privet.protect.encoding import distinct_values
    from privet.protect.hierarchies.building import build
    from privet.protect.hierarchies.csv_files import read_csv

    table = csv.read_csv(ADULT / "adult.csv", parse_options=csv.ParseOptions(delimiter=";"))
    trees = {
        name: build(
            read_csv(ADULT / f"adult_hierarchy_{name}.csv"),
            distinct_values(table[name], name),
            name,
        )
        for name in table.column_names
    }
    return table, trees


def released(table: Any, trees: dict[str, Any], criteria: list[Any], secret: list[str]) -> Any:
    """The table as Mondrian publishes it, rows where they were; and the CPU seconds it took."""
    import numpy as np
    import pyarrow as pa

    from privet.protect.criteria import pack
    from privet.protect.encoding import encode
    from privet.protect.mondrian.solving import solve

    begin = time.process_time()
    combinations, rows = encode(table, trees, secret)
    solved = solve(combinations, list(trees.values()), pack(criteria, combinations), 0.0)
    recoding, of = solved.recoding, solved.classes[rows]
    if (of < 0).any():
        raise SystemExit("rows were suppressed although none may be")
    columns = {name: table[name] for name in table.column_names if name not in trees}
    for at, (name, tree) in enumerate(trees.items()):
        labels = [
            tree.labels[level][node]
            for level, node in zip(recoding.level[:, at], recoding.node[:, at], strict=True)
        ]
        columns[name] = pa.array(np.array(labels, object)[of], pa.string())
    return pa.table(columns).select(table.column_names), time.process_time() - begin


def features(table: Any, trees: dict[str, Any], reading: str) -> Any:
    """A matrix for the model: see the top of this file."""
    import numpy as np

    from privet.protect.risk.boxes import columns_of, vocabulary

    parts = []
    for (name, tree), cells in zip(trees.items(), columns_of(table, list(trees)), strict=True):
        low, high, _ = (part[cells.codes] for part in vocabulary(name, tree).read(cells))
        leaves = np.arange(len(tree.leaves))
        places = np.array([float(leaf) for leaf in tree.leaves]) if name == "age" else leaves
        if reading == "middle":
            parts.append((places[low] + places[high])[:, None] / 2)
            continue
        inside = (low[:, None] <= leaves) & (leaves <= high[:, None])
        often = np.ones(len(leaves)) / len(leaves)
        for _ in range(ROUNDS):
            held = inside * (often + 1e-12)
            shares = held / held.sum(axis=1, keepdims=True)
            often = shares.mean(axis=0)
        parts.append((shares @ places)[:, None] if name == "age" else shares)
    return np.hstack(parts).astype(np.float32)


def learned(
    table: Any, trees: dict[str, Any], python: str, reading: str
) -> tuple[list[float], list[float]]:
    """AUC on raw test rows, trained on raw rows and on a release of them, split by split."""
    import numpy as np

    from privet.model.anonymity import KAnonymity

    quasi = {name: tree for name, tree in trees.items() if name != TARGET}
    answers = np.array(table[TARGET].to_pylist()) == ">50K"
    raw, release = [], []
    with tempfile.TemporaryDirectory() as folder:
        for split in range(SPLITS):
            order = np.random.default_rng(split).permutation(len(table))
            train, test = order[:TRAINED], order[TRAINED:]
            made, _ = released(table.take(train).select([*quasi]), quasi, [KAnonymity(5)], [])
            file = Path(folder) / f"{split}.npz"
            np.savez(
                file,
                raw=features(table.take(train), quasi, reading),
                release=features(made, quasi, reading),
                test=features(table.take(test), quasi, reading),
                train_answers=answers[train],
                test_answers=answers[test],
            )
            done = subprocess.run(
                [python, __file__, "--train", str(file), "--seed", str(split)],
                check=True,
                capture_output=True,
                text=True,
            )
            found = json.loads(done.stdout.splitlines()[-1])
            raw.append(found["raw"])
            release.append(found["release"])
    return raw, release


def train(file: str, seed: int) -> None:
    """In the other interpreter: both models on one split."""
    import lightgbm
    import numpy as np
    from sklearn.metrics import roc_auc_score

    data = np.load(file)
    found = {}
    for kind in ("raw", "release"):
        model = lightgbm.LGBMClassifier(
            n_estimators=TREES, random_state=seed, n_jobs=1, verbosity=-1
        )
        model.fit(data[kind], data["train_answers"])
        foretold = model.predict_proba(data["test"])[:, 1]
        found[kind] = float(roc_auc_score(data["test_answers"], foretold))
    sys.stdout.write(json.dumps(found) + "\n")


def losses(table: Any, trees: dict[str, Any]) -> None:
    """NCP by label of the two releases that have a figure to meet."""
    from privet.model.anonymity import Closeness, KAnonymity
    from privet.protect.utility.measuring import utility

    eight = {name: tree for name, tree in trees.items() if name != "occupation"}
    cases = (
        ("k = 5, nine quasi-identifiers", trees, [KAnonymity(5)], [], ASKED_K),
        (
            "t = 0.2 on occupation, eight",
            eight,
            [Closeness("occupation", 0.2, "equal")],
            ["occupation"],
            ASKED_T,
        ),
    )
    for said, quasi, criteria, secret, asked in cases:
        made, seconds = released(table, quasi, criteria, secret)
        report = utility(made, table, list(quasi), hierarchies=quasi)
        print(
            f"{said}: NCP {report.loss:.4f} (asked: at most {asked}), entropy "
            f"{report.entropy:.4f}, {report.classes:,} classes, {seconds:.2f} s CPU at first"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--with", dest="python", help="an interpreter that has LightGBM")
    parser.add_argument("--train", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.train:
        train(given.train, given.seed)
        return
    if not ADULT.exists():
        raise SystemExit("shared/data/adult is not on this machine")
    table, trees = adult()
    losses(table, trees)
    if given.python is None:
        print("LightGBM: left out, for no interpreter was named (--with)")
        return
    for reading in ("middle", "shares"):
        raw, release = learned(table, trees, given.python, reading)
        lost = (sum(raw) - sum(release)) / len(raw)
        print(
            f"AUC on raw rows, cells by {reading}: raw {sum(raw) / len(raw):.4f}, release "
            f"{sum(release) / len(raw):.4f}; lost {lost:.4f} (asked: at most {ASKED_AUC}); by "
            "split " + ", ".join(f"{a - b:+.4f}" for a, b in zip(raw, release, strict=True))
        )


if __name__ == "__main__":
    main()
