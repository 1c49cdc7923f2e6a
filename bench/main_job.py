"""CPU and memory of `privet run` beside pyarrow alone: `python bench/main_job.py --rows 2000000`.

Both turn one CSV of twelve columns into zstd Parquet. pyarrow reads it in 16 MiB blocks, writes
them, and does nothing else; privet enforces types, judges ten rules and looks for duplicates,
clusters by subject and releases: three columns tokenised, one masked, two coarsened, one dropped.
With `--keep rows` a sealed snapshot stays, and is read back for the release; with `quarantine` the
rows pass through. Each turn is a process of its own (start of Python, imports and stretching the
passphrase count), the contenders take turns, and every turn of privet is a new project. Medians.

    --cold    the kernels are compiled anew in every turn
    --twice   twice the rows as well: how memory grows
    --cores   with one core and with two: how much sooner it ends (wall time: a calm machine)
    --stages  where the CPU goes, in one more turn
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from stages import Clock

from privet.adapters.identity.os_user import OsUser
from privet.cli import main as privet_main
from privet.config import scaffold
from privet.config.contract_text import render_contract
from privet.config.treatment import treatment
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec
from privet.model.quality import (
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    QualityRule,
    Range,
    Unique,
)

ASKED = "asked at 10 million rows: 1.75 warm, 2.1 cold; 1000 MB"
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

RULES = (
    ("id-given", NotNull(), "customer_id"),
    ("id-form", Matches("^C[0-9]{9}$"), "customer_id"),
    ("name-known", NotMissing(("?", "N/A", "unknown")), "name"),
    ("email-form", Matches("^[^@ ]+@[^@ ]+[.][a-z]+$"), "email"),
    ("phone-length", Length(5, 20), "phone"),
    ("born-range", Range("1900-01-01", "2020-12-31"), "born"),
    ("postcode-length", Length(5, 5), "postcode"),
    ("country-known", OneOf(("DE", "AT", "CH", "FR", "NL", "PL")), "country"),
    ("amount-range", Range("0", "100000"), "amount"),
    ("card-form", Matches("^[0-9]{12,19}$"), "card"),
)
DUPLICATES = ("no-duplicates", Unique(), "customer_id", "at", "amount")

STAGES = {
    "unlock": "privet.vault.slots:derive",
    "read: parse CSV": "privet.adapters.formats.csv_reader:_Reader._pull",
    "read: bytes in": "privet.adapters.formats.text:TextStream.read",
    "read: positions": "privet.adapters.formats.csv_reader:_Reader._raw",
    "types": "privet.quality.typing:enforce",
    "rules": "privet.quality.rules:RowRules.judge",
    "subject keys": "privet.transforms.normalise:subject_text",
    "ingest: the rest": "privet.pipeline.ingest:Ingest._work",
    "group: tokens": "privet.vault.writer:subject_tokens",
    "group: the rest": "privet.vault.writer:SnapshotWriter.write",
    "group: partition": "privet.vault.grouping:_Partitioner.spill",
    "group: sort": "privet.vault.grouping:taken",
    "group: drain": "privet.vault.writer:SnapshotWriter.drained",
    "group: finish": "privet.vault.writer:SnapshotWriter.finish",
    "judge: keys": "privet.vault.judging:Judging.judge",
    "judge: hashes": "privet.kernels.row_hash:hash_rows",
    "spool: out": "privet.vault.spool:Spool.append",
    "spool: in": "privet.vault.spool:Spool.chunks",
    "vault: write Parquet": "privet.vault.fragments:FragmentWriter.write",
    "vault: seal": "privet.crypto.streaming:SealingWriter.write",
    "vault: hash, store": "privet.vault.fragments:HashingSink.write",
    "vault: open": "privet.crypto.streaming:SealedReader.read",
    "vault: read Parquet": "privet.vault.vault:read_fragment",
    "release: the rest": "privet.gate.grant:Grant._write_rows",
    "release: scope": "privet.gate.scope:RowScope.apply",
    "release: withheld": "privet.gate.scope:RowScope._restricted",
    "release: treat": "privet.gate.scope:apply_columns",
    "release: order": "privet.gate.order:RowOrder.apply",
    "release: Parquet": "privet.adapters.formats.write:_ParquetWriter.write",
    "release: hash, write": "privet.gate.grant:HashingSink.write",
}
"""Where CPU can go, and the function that spends it."""


class Cost(NamedTuple):
    """CPU seconds (user and system, threads and children included), wall seconds, peak MB."""

    cpu: float
    wall: float
    memory: float


def measured(
    command: list[str], folder: Path, *, cores: int | None = None, cold: bool = False
) -> Cost:
    """Run a process to its end. On Linux its peak counts from what this process had: 200 MB."""
    given = dict(os.environ)
    if cold:
        given["NUMBA_CACHE_DIR"] = str(folder / "compiled")
    if cores is not None:
        some = ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))
        command = ["taskset", "--cpu-list", some, *command]
    begin = time.monotonic()
    with (folder / "said.txt").open("wb") as said:
        child = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, env=given)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit((folder / "said.txt").read_text(errors="replace"))
    peak = usage.ru_maxrss / (1000 if sys.platform == "linux" else 1_000_000)
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - begin, peak)


def medians(costs: list[Cost]) -> Cost:
    return Cost(*map(statistics.median, zip(*costs, strict=True)))


def privet_run(
    folder: Path, source: Path, options: argparse.Namespace, *, cores: int | None = None
) -> tuple[Cost, int]:
    """A run of a new project; its cost, and the size of what it released."""
    project = folder / "project"
    make_project(project, source, options)
    try:
        command = [sys.executable, "-m", "privet", "run", "research"]
        cost = measured(command, project, cores=cores, cold=options.cold)
        return cost, next(project.glob("releases/*/*/*.parquet")).stat().st_size
    finally:
        shutil.rmtree(project)


def pyarrow_alone(folder: Path, source: Path) -> tuple[Cost, int]:
    """Its cost, and the size of what it wrote."""
    target = folder / "alone.parquet"
    cost = measured([sys.executable, __file__, "--convert", str(source), str(target)], folder)
    return cost, target.stat().st_size


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


def make_project(root: Path, source: Path, options: argparse.Namespace) -> None:
    """A project that releases the source, as `privet init` would lay it out."""
    contract = Contract(
        name="orders",
        version="1.0.0",
        columns=tuple(
            Column(ColumnPath.of(name), kind, category)
            for name, (kind, category, _) in COLUMNS.items()
        ),
        subjects=(SubjectRef("customer", ColumnPath.of("customer_id")),),
        rules=tuple(rules()) if options.rules else (),
    )
    treatments = {f"orders.{name}": treatment(how) for name, (_, _, how) in COLUMNS.items() if how}
    orders = SourceSpec("orders", (str(source),), SourceFormat("csv"), keep=options.keep)
    pipeline = PipelineSpec(
        name="research",
        purpose="research",
        role="analyst",
        sources={"orders": orders},
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


def rules() -> Iterator[QualityRule]:
    """The ten rules on rows, and the one on keys."""
    for name, check, *columns in (*RULES, DUPLICATES):
        yield QualityRule(name, check, tuple(map(ColumnPath.of, columns)))


def staged_run() -> None:
    """`privet run research` in this process, with the CPU of each stage told at the end."""
    clock = Clock()
    for place in clock.watch(STAGES):
        print(f"STAGE 0 (no {place})", flush=True)
    sys.argv = ["privet", "run", "research"]
    try:
        privet_main()
    finally:
        for seconds, stage in clock.table():
            print(f"STAGE {seconds:.2f} {stage}", flush=True)


def show_stages(folder: Path, source: Path, options: argparse.Namespace) -> None:
    """The CPU seconds of each stage of one more run, by its own clock."""
    project = folder / "staged"
    make_project(project, source, options)
    measured([sys.executable, __file__, "--staged"], project)
    for line in (project / "said.txt").read_text(errors="replace").splitlines():
        if line.startswith("STAGE"):
            _, seconds, stage = line.split(maxsplit=2)
            print(f"  {stage:26}{float(seconds):8.2f}")
    shutil.rmtree(project)


def compare(folder: Path, source: Path, options: argparse.Namespace) -> Cost:
    """Let the two take turns, and print what each costs; what privet costs."""
    alone, whole = [], []
    for _ in range(options.turns):
        alone.append(pyarrow_alone(folder, source))
        whole.append(privet_run(folder, source, options))
    print(f"{'':22}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'out MB':>8}")
    for label, turns in (("pyarrow alone", alone), ("privet run", whole)):
        cost = medians([cost for cost, _ in turns])
        figures = f"{cost.cpu:8.2f}{cost.wall:8.2f}{cost.memory:9.0f}{turns[-1][1] / 1e6:8.0f}"
        print(f"{label:22}{figures}")
    ratios = [b.cpu / a.cpu for (a, _), (b, _) in zip(alone, whole, strict=True)]
    print(f"CPU ratio {statistics.median(ratios):.2f} ({ASKED})", flush=True)
    return cost


def compare_cores(folder: Path, source: Path, options: argparse.Namespace) -> None:
    """Wall seconds with one core and with two, in turn."""
    walls: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(options.turns):
        for cores, spent in walls.items():
            spent.append(privet_run(folder, source, options, cores=cores)[0].wall)
    one, two = (statistics.median(spent) for spent in walls.values())
    print(f"wall s with one core {one:.2f}, with two {two:.2f}: {one / two:.2f} x (asked: 1.6)")


def made(folder: Path, options: argparse.Namespace, rows: int) -> Path:
    """The CSV of so many rows: the one that was kept, or a new one."""
    source = (options.csv or folder) / f"orders-{rows}.csv"
    if not source.exists():
        write_source(source, rows)
    size = source.stat().st_size / 1e6
    print(f"{rows:,} rows x {len(COLUMNS)} columns, {size:,.0f} MB; keep: {options.keep}")
    return source.absolute()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--keep", choices=("rows", "quarantine"), default="rows")
    parser.add_argument("--rules", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--folder", type=Path, help="for the temporary folder, made and removed")
    parser.add_argument("--csv", type=Path, help="a folder for CSVs to make once and use again")
    for flag in ("--cold", "--twice", "--cores", "--stages"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--convert", type=Path, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--staged", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.convert:
        convert(*options.convert)
        return
    if options.staged:
        staged_run()
        return
    os.environ["PRIVET_PASSPHRASE"] = "for the benchmark alone"
    with tempfile.TemporaryDirectory(prefix="privet-bench-", dir=options.folder) as name:
        folder = Path(name)
        source = made(folder, options, options.rows)
        cost = compare(folder, source, options)
        if options.stages:
            show_stages(folder, source, options)
        if options.cores:
            compare_cores(folder, source, options)
        if options.twice:
            more = compare(folder, made(folder, options, 2 * options.rows), options)
            growth = 100 * (more.memory / cost.memory - 1)
            print(f"twice the rows: {growth:+.0f} % memory (asked: at most +10)")


if __name__ == "__main__":
    main()
