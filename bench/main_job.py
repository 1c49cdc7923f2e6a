"""CPU and memory of `privet run` beside pyarrow alone: `python bench/main_job.py --rows 2000000`.

Both turn one CSV of twelve columns into zstd Parquet. pyarrow reads it in 16 MiB blocks, writes
them, and does nothing else; privet enforces types, clusters by subject, seals a snapshot, opens it
again and releases it: three columns tokenised, one masked, two coarsened, one dropped. Each turn
is a process of its own (start of Python, imports and stretching the passphrase count), the two take
turns, and every turn of privet is a new project. Medians.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from privet.adapters.identity.os_user import OsUser
from privet.cli import main as privet_main
from privet.config import scaffold
from privet.config.contract_text import render_contract
from privet.config.treatment import treatment
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec

ASKED_RATIO, ASKED_MEMORY = 1.75, 1000
BLOCK_BYTES = 16 << 20
ROWS_AT_ONCE = 100_000

COLUMNS = {
    "customer_id": ("string", "user.unique_id", "token"),
    "name": ("string", "user.name", "drop"),
    "email": ("string", "user.contact.email", "token"),
    "phone": ("string", "user.contact.phone_number", "token"),
    "born": ("date32", "user.demographic.date_of_birth", {"band": "5y"}),
    "city": ("string", "none", None),
    "postcode": ("string", "user.contact.address.postal_code", {"truncate": 3}),
    "country": ("string", "none", None),
    "amount": ("double", "none", None),
    "card": ("string", "user.financial.credit_card", {"mask": {"show_last": 4}}),
    "at": ("timestamp[us]", "none", None),
    "note": ("string", "none", None),
}
"""Type, category and treatment of each column; None: it leaves as it is."""

STAGES = {
    "unlock": "privet.vault.slots:derive",
    "read CSV": "privet.adapters.formats.csv_reader:_Reader._pull",
    "read CSV: bytes in": "privet.adapters.formats.text:TextStream.read",
    "read CSV: positions": "privet.adapters.formats.csv_reader:_Reader._raw",
    "types": "privet.pipeline.ingest:enforce",
    "subject keys": "privet.pipeline.ingest:subject_text",
    "ingest: the rest": "privet.pipeline.ingest:Ingest._work",
    "cluster: tokens": "privet.vault.writer:subject_tokens",
    "cluster: hold, sort": "privet.vault.clustering:Clusterer.add",
    "cluster: partition": "privet.vault.clustering:_Partitioner.spill",
    "cluster: spool out": "privet.vault.spool:Spool.append",
    "cluster: read, sort": "privet.vault.clustering:Clusterer.finish",
    "vault: write Parquet": "privet.vault.fragments:FragmentWriter.write",
    "vault: seal": "privet.crypto.streaming:SealingWriter.write",
    "vault: hash, store": "privet.vault.fragments:HashingSink.write",
    "vault: open": "privet.crypto.streaming:SealedReader.read",
    "release: rows, vault": "privet.gate.grant:Grant._write_rows",
    "release: scope": "privet.gate.scope:RowScope.apply",
    "release: withheld": "privet.gate.scope:RowScope._restricted",
    "release: treat": "privet.gate.scope:apply_columns",
    "release: order": "privet.gate.order:RowOrder.apply",
    "release: Parquet": "privet.adapters.formats.write:_ParquetWriter.write",
    "release: hash, write": "privet.gate.grant:_DigestingFile.write",
}
"""Where CPU can go: time within a function, less that within the others of the list."""


class Cost(NamedTuple):
    """CPU seconds (user and system, threads and children included), wall seconds, peak MB."""

    cpu: float
    wall: float
    memory: float


def measured(command: list[str], folder: Path) -> Cost:
    """Run a process to its end. On Linux its peak counts from what this process had: 200 MB."""
    begin = time.monotonic()
    with (folder / "said.txt").open("wb") as said:
        child = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit((folder / "said.txt").read_text(errors="replace"))
    peak = usage.ru_maxrss / (1000 if sys.platform == "linux" else 1_000_000)
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - begin, peak)


def medians(costs: list[Cost]) -> Cost:
    return Cost(*map(statistics.median, zip(*costs, strict=True)))


def write_source(path: Path, rows: int) -> None:
    """Customers with about five rows each, in no order; the same bytes for the same `rows`."""
    random = np.random.default_rng(7)
    words = [
        "order",
        "late",
        "paid",
        "call again",
        "asked",
        "about",
        "the parcel",
        "and",
        "thanks",
    ]
    cities = [f"{letter}stadt am {river}" for letter in "ABCDEFGHIJ" for river in ("Rhein", "Main")]

    def some(values: list[str], count: int) -> pa.Array:
        return pa.array(values).take(pa.array(random.integers(0, len(values), count)))

    def table(count: int) -> pa.RecordBatch:
        ids = random.integers(0, max(rows // 5, 1), count)
        digits = random.integers(0, 10**12, count)
        times = (1_600_000_000 + random.integers(0, 10**8, count)).astype("datetime64[s]")
        text = [some(words, count) for _ in range(5)]
        columns: dict[str, Any] = {
            "customer_id": [f"C{n:09d}" for n in ids.tolist()],
            "name": [f"Person {n:x}" for n in ids.tolist()],
            "email": [f"person.{n:x}@mail{n % 50}.example" for n in ids.tolist()],
            "phone": [f"+49 {n * 7919 % 10**10:010d}" for n in ids.tolist()],
            "born": (random.integers(-14_000, 13_000, count)).astype("datetime64[D]"),
            "city": some(cities, count),
            "postcode": [f"{n:05d}" for n in random.integers(1000, 99999, count).tolist()],
            "country": some(["DE", "AT", "CH", "FR", "NL", "PL"], count),
            "amount": np.round(random.gamma(2.0, 40.0, count), 2),
            "card": [f"4111{n:012d}" for n in digits.tolist()],
            "at": times,
            "note": pc.binary_join_element_wise(*text, " "),
        }
        return pa.RecordBatch.from_arrays([pa.array(c) for c in columns.values()], list(columns))

    first = table(min(rows, ROWS_AT_ONCE))
    plain = pa.csv.WriteOptions(quoting_style="none")
    with pa.csv.CSVWriter(path, first.schema, write_options=plain) as writer:
        writer.write_batch(first)
        for done in range(first.num_rows, rows, ROWS_AT_ONCE):
            writer.write_batch(table(min(ROWS_AT_ONCE, rows - done)))


def convert(source: Path, target: Path) -> None:
    """What a user would write with pyarrow alone."""
    options = pa.csv.ReadOptions(block_size=BLOCK_BYTES)
    with (
        pa.csv.open_csv(source, read_options=options) as reader,
        pq.ParquetWriter(target, reader.schema, compression="zstd") as writer,
    ):
        for batch in reader:
            writer.write_batch(batch)


def make_project(root: Path, source: Path) -> None:
    """A project that releases the source, as `privet init` would lay it out."""
    contract = Contract(
        name="orders",
        version="1.0.0",
        columns=tuple(
            Column(ColumnPath.of(name), kind, category)
            for name, (kind, category, _) in COLUMNS.items()
        ),
        subjects=(SubjectRef("customer", ColumnPath.of("customer_id")),),
    )
    treatments = {f"orders.{name}": treatment(how) for name, (_, _, how) in COLUMNS.items() if how}
    pipeline = PipelineSpec(
        name="research",
        purpose="research",
        role="analyst",
        sources={"orders": SourceSpec("orders", (str(source),), SourceFormat("csv"))},
        releases=(ReleaseSpec("orders"),),
    )
    texts = {
        "privet.yaml": scaffold.render_project("bench"),
        "policy.yaml": scaffold.render_policy(
            principal=OsUser().principal().name,
            purpose="research",
            contracts=[contract],
            treatments=treatments,
        ),
        "contracts/orders.yaml": render_contract(contract, physical=str(source)),
        "pipelines/research.yaml": scaffold.render_pipeline(pipeline),
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def staged_run() -> None:
    """`privet run research` in this process, with the CPU of each stage told at the end."""
    spent: defaultdict[str, float] = defaultdict(float)
    within: list[float] = []

    def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*args: Any, **named: Any) -> Any:
            begin = time.process_time()
            within.append(0.0)
            try:
                return function(*args, **named)
            finally:
                whole = time.process_time() - begin
                spent[stage] += whole - within.pop()
                if within:
                    within[-1] += whole

        return wrapper

    for stage, place in STAGES.items():
        module, _, name = place.partition(":")
        owner: Any = importlib.import_module(module)
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        setattr(owner, last, timed(stage, getattr(owner, last)))
    sys.argv = ["privet", "run", "research"]
    try:
        privet_main()
    finally:
        rest = time.process_time() - sum(spent.values())
        for stage, seconds in {**spent, "all else": rest}.items():
            print(f"STAGE {seconds:8.2f} {stage}", flush=True)


def stages(project: Path) -> Iterator[tuple[float, str]]:
    """The CPU seconds of each stage of one more run, by its own clock."""
    measured([sys.executable, __file__, "--staged"], project)
    for line in (project / "said.txt").read_text(errors="replace").splitlines():
        if line.startswith("STAGE"):
            _, seconds, stage = line.split(maxsplit=2)
            yield float(seconds), stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="for the temporary folder, made and removed")
    parser.add_argument("--keep", type=Path, help="a CSV to make once and use again")
    parser.add_argument("--convert", type=Path, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--staged", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.convert:
        convert(*options.convert)
    elif options.staged:
        staged_run()
    else:
        os.environ["PRIVET_PASSPHRASE"] = "for the benchmark alone"
        with tempfile.TemporaryDirectory(prefix="privet-bench-", dir=options.folder) as name:
            compare(Path(name), options.keep or Path(name, "orders.csv"), options)


def compare(folder: Path, source: Path, options: argparse.Namespace) -> None:
    here = [sys.executable, __file__]
    if not source.exists():
        write_source(source, options.rows)
    source = source.absolute()
    print(f"{options.rows:,} rows x {len(COLUMNS)} columns, {source.stat().st_size / 1e6:,.0f} MB")
    alone, whole = [], []
    for turn in range(options.turns):
        project = folder / f"project-{turn}"
        make_project(project, source)
        target = folder / "alone.parquet"
        alone.append(measured([*here, "--convert", str(source), str(target)], folder))
        whole.append(measured([sys.executable, "-m", "privet", "run", "research"], project))
        sizes = target.stat().st_size, next(project.glob("releases/*/*/*.parquet")).stat().st_size
        shutil.rmtree(project)
    print(f"{'':22}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'out MB':>8}")
    for label, costs, size in (("pyarrow alone", alone, sizes[0]), ("privet run", whole, sizes[1])):
        cost = medians(costs)
        figures = f"{cost.cpu:8.2f}{cost.wall:8.2f}{cost.memory:9.0f}{size / 1e6:8.0f}"
        print(f"{label:22}{figures}")
    ratio = statistics.median(b.cpu / a.cpu for a, b in zip(alone, whole, strict=True))
    print(f"CPU ratio {ratio:.2f} (asked at 10 million rows: {ASKED_RATIO}; {ASKED_MEMORY} MB)")
    project = folder / "project-staged"
    make_project(project, source)
    for seconds, stage in sorted(stages(project), reverse=True):
        print(f"  {stage:26}{seconds:8.2f}")


if __name__ == "__main__":
    main()
