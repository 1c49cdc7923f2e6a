"""A bounded question beside its peers: `python bench/query_peers.py --opendp …/python …`.

Count and sum by 100 cities over rows of heavy-tailed subjects, all of a subject's rows protected at
epsilon 1 and delta 1e-6: OpenDP's Polars context, SmartNoise SQL, PipelineDP's local backend, and
Privet in DuckDB on one thread. Each is a process that has loaded the rows and warmed up; in each of
the rounds each answers once. A peer's work is its whole call, and so is ours: the question is read,
bounded, summed, and noise added. Each peer lives in an environment of its own:

    python -m venv OPENDP && OPENDP/bin/pip install -r bench/requirements-query-opendp.txt
    (likewise -smartnoise and -pipelinedp)

A peer whose Python is not given is left out, and that is said.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from anonymity import Side, in_turns
from query_speed import made

PEERS = ("opendp", "smartnoise", "pipelinedp")
ASKED = 10


def main() -> None:
    """Print a line for each side, and how many times as fast ours is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    for peer in PEERS:
        parser.add_argument(f"--{peer}", help=f"a Python that has {peer}")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "visits.parquet"
        pq.write_table(made(arguments.rows, arguments.rows // 20), file)
        sides = {"privet": Side(sys.executable, "query_others.py", "privet", file)}
        for peer in PEERS:
            python = getattr(arguments, peer)
            if python is None:
                print(f"no --{peer}: it is left out")
            else:
                sides[peer] = Side(python, "query_others.py", peer, file)
        in_turns(sides, arguments.rounds)
    for peer in PEERS:
        if peer in sides:
            times = sides[peer].cpu / sides["privet"].cpu
            print(f"privet is {times:.0f} x as fast as {peer} (asked: {ASKED} x)")


if __name__ == "__main__":
    main()
