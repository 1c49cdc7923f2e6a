"""A k-anonymous release the whole way: `python bench/anonymity_release.py --rows 10000000`.

A Parquet file of made-up people becomes a project, a run and a release: `privet run` ingests it
(`keep: rows`), finds classes of nine quasi-identifiers (k = 5, Mondrian), writes Parquet in an
order of its own and has the file measured in SQL; `privet verify` then looks at receipt and file.
Each is a process of its own, with all that it begins: start of Python, imports, the passphrase.

Columns are like Adult's: skewed, and tied to each other, since rows are of 30,000 profiles with
each cell drawn anew in 15 of 100. Without `--each`, each row is somebody's own; with it, somebody
has so many rows, far apart, of the same quasi-identifiers and with sensitive values of their own.

    --method full-domain   one level for a column, instead of Mondrian
    --l 3                  so many different sensitive values in each class as well
    --stages               seconds and peak memory of each stage, in one more run (Linux)
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from main_job import measured
from stages import Clock

from privet.adapters.identity.os_user import OsUser
from privet.cli import main as privet_main
from privet.config import scaffold
from privet.config.contract_text import render_contract
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec

ASKED = "asked at 10 million rows: 2,000 MB"
ROWS_AT_ONCE = 100_000
PROFILES = 30_000
REDRAWN = 0.15

QUASI = {
    "age": ("int64", 74, "{steps: [5, 10, 20]}"),
    "sex": ("string", 2, "flat"),
    "race": ("string", 5, "flat"),
    "marital": ("string", 7, "{prefix: [2]}"),
    "education": ("string", 16, "{prefix: [3, 2]}"),
    "country": ("string", 40, "{prefix: [3, 2]}"),
    "work": ("string", 8, "{prefix: [2]}"),
    "occupation": ("string", 14, "{prefix: [2]}"),
    "salary": ("string", 2, "flat"),
}
"""Type, distinct values and how it becomes coarser, of each quasi-identifier."""
ILLNESSES = tuple(f"illness {letter}" for letter in "ABCDEFGHIJKL")

STAGES = {
    "unlock": "privet.vault.slots:derive",
    "ingest": "privet.pipeline.ingest:Ingest._work",
    "see": "privet.project.anonymous_releases:AnonymousRelease.see",
    "gathered columns": "privet.protect.gathering:Gathering.coded",
    "decide: the rest": "privet.project.anonymous_releases:AnonymousRelease.decide",
    "combine": "privet.protect.combinations:combine",
    "solve": "privet.project.anonymous_releases:solve_by_method",
    "exact check": "privet.protect.holding:held_back",
    "plan": "privet.protect.fitted:FittedPlan.to_bytes",
    "risk and use": "privet.protect.assessment.whole:told_of",
    "rows that leave": "privet.protect.release_table:ReleaseTable.rows",
    "write": "privet.adapters.formats.write:_ParquetWriter.write",
    "claim": "privet.protect.release_table:ReleaseTable.claim",
    "companion": "privet.protect.release_table:ReleaseTable.companion",
    "measure: load": "privet.adapters.engines.measuring:measuring",
    "measure: read back": "privet.adapters.formats.read_back:read_back",
    "measure: SQL": "privet.protect.verifying:verify",
    "measure: the rest": "privet.project.anonymous_check:verified",
    "evidence": "privet.project.anonymous_releases:AnonymousRelease.evidence",
}
"""Where memory and time can go, and the function that takes it."""


class Peaks(Clock):
    """Seconds and the most memory of each stage, by the kernel's own mark (Linux)."""

    def __init__(self) -> None:
        super().__init__()
        self.most: defaultdict[str, int] = defaultdict(int)
        self._stack = ["all else"]

    def _run(self, stage: str, work: Callable[[], Any]) -> Any:
        self._note()
        self._stack.append(stage)
        try:
            return super()._run(stage, work)
        finally:
            self._note()
            self._stack.pop()

    def _note(self) -> None:
        status = Path("/proc/self/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+)", status)
        stage = self._stack[-1]
        self.most[stage] = max(self.most[stage], int(found[1]) if found else 0)
        Path("/proc/self/clear_refs").write_text("5")  # the mark begins anew


def codes(size: int, count: int, random: np.random.Generator) -> npt.NDArray[np.int8]:
    """Skewed numbers below `size`."""
    if size == QUASI["age"][1]:
        return np.clip(random.normal(21, 14, count), 0, size - 1).astype(np.int8)
    shares = 1 / np.arange(1, size + 1) ** 1.2
    return random.choice(size, count, p=shares / shares.sum()).astype(np.int8)


def texts(name: str, size: int) -> list[str]:
    """The values of a column: letters that group them, and a word."""
    return [f"{'abcd'[n % 4]}{'xyz'[n % 3]}{n:02} {name} of some length" for n in range(size)]


def write_source(path: Path, rows: int, each: int) -> None:
    """The people; the same bytes for the same `rows` and `each`."""
    random = np.random.default_rng(11)
    people = max(1, rows // max(1, each))
    profile = random.integers(0, PROFILES, people, np.int32)
    columns = {}
    for name, (_, size, _) in QUASI.items():
        drawn = codes(size, PROFILES, random)[profile]
        anew = random.random(people, np.float32) < REDRAWN
        drawn[anew] = codes(size, int(anew.sum()), random)
        columns[name] = drawn
    who = random.permutation(rows).astype(np.int32) % people
    schema = pa.schema(
        [
            *([pa.field("id", pa.string())] if each else []),
            *(pa.field(name, parse(kind)) for name, (kind, _, _) in QUASI.items()),
            pa.field("illness", pa.string()),
        ]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, ROWS_AT_ONCE):
            ids = who[start : start + ROWS_AT_ONCE]
            made = {name: spelled(name, columns[name][ids]) for name in QUASI}
            ill = pa.array(codes(len(ILLNESSES), len(ids), random))
            made["illness"] = pa.array(ILLNESSES).take(ill)
            if each:
                made["id"] = pa.array([f"P{n:09d}" for n in ids.tolist()])
            writer.write_batch(pa.RecordBatch.from_pydict(made, schema))


def spelled(name: str, numbers: npt.NDArray[np.int8]) -> Any:
    """A column of the source."""
    kind, size, _ = QUASI[name]
    if kind == "int64":
        return pa.array(numbers.astype(np.int64) + 17)
    return pa.array(texts(name, size)).take(pa.array(numbers))


def parse(kind: str) -> pa.DataType:
    return pa.int64() if kind == "int64" else pa.string()


def make_project(root: Path, source: Path, options: argparse.Namespace) -> None:
    """A project that releases the source, as `privet init` would lay it out."""
    columns = [Column(ColumnPath.of(name), kind, "none") for name, (kind, _, _) in QUASI.items()]
    columns.append(Column(ColumnPath.of("illness"), "string", "user.health_and_medical"))
    subjects: tuple[SubjectRef, ...] = ()
    if options.each:
        columns.insert(0, Column(ColumnPath.of("id"), "string", "user.unique_id"))
        subjects = (SubjectRef("person", ColumnPath.of("id")),)
    contract = Contract("people", "1.0.0", tuple(columns), subjects=subjects)
    people = SourceSpec("people", (str(source),), SourceFormat("parquet"), keep="rows")
    pipeline = PipelineSpec(
        name="research",
        purpose="research",
        role="analyst",
        sources={"people": people},
        releases=(ReleaseSpec("people"),),
    )
    made = {
        "privet.yaml": scaffold.render_project("bench"),
        "policy.yaml": policy(options),
        "contracts/people.yaml": render_contract(contract, physical=str(source)),
        "pipelines/research.yaml": scaffold.render_pipeline(pipeline),
    }
    for name, text in made.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def policy(options: argparse.Namespace) -> str:
    """One rule: k = 5, and what each column is."""
    more = f", l: {options.l}" if options.l else ""
    said = [f"      people.{name}: {{generalise: {how}}}" for name, (_, _, how) in QUASI.items()]
    return f"""version: 1
purposes:
  research: {{basis: {{default: legitimate_interest, user.health_and_medical: archiving_research}}}}
roles:
  analyst: {{members: ["{OsUser().principal().name}"], purposes: [research]}}
rules:
  - allow: release
    role: analyst
    purpose: research
    data: people
    as: {{k-anonymous: {{k: 5, suppress: 0.02, method: {options.method}{more}}}}}
    columns:
{chr(10).join(said)}
      people.illness: sensitive
"""


def staged_run() -> None:
    """`privet run research` in this process, with what each stage took told at the end."""
    clock = Peaks()
    for place in clock.watch(STAGES):
        print(f"STAGE 0 0 (no {place})", flush=True)
    sys.argv = ["privet", "run", "research"]
    try:
        privet_main()
    finally:
        for seconds, stage in clock.table():
            print(f"STAGE {seconds:.2f} {clock.most[stage] * 1024 / 1e6:.0f} {stage}", flush=True)


def show_stages(folder: Path, source: Path, options: argparse.Namespace) -> None:
    project = folder / "staged"
    make_project(project, source, options)
    measured([sys.executable, __file__, "--staged"], project)
    print(f"  {'stage':22}{'CPU s':>8}{'peak MB':>9}")
    for line in (project / "said.txt").read_text(errors="replace").splitlines():
        if line.startswith("STAGE"):
            _, seconds, most, stage = line.split(maxsplit=3)
            print(f"  {stage:22}{float(seconds):8.2f}{int(most):9,}")
    shutil.rmtree(project)


def found(project: Path) -> str:
    """What the receipt says, in a line."""
    (path,) = project.glob("releases/*/*/receipt.json")
    said = json.loads(b64decode(json.loads(path.read_bytes())["envelope"]["payload"]))["predicate"]
    (measure,) = said["anonymity"]
    size = next(path.parent.glob("*.parquet")).stat().st_size / 1e6
    figures = "; ".join(f"{each['asked']}: {each['found']}" for each in measure["criteria"])
    return f"{figures}; {size:,.0f} MB of Parquet"


def classes(project: Path) -> int:
    """How many classes the file has."""
    import duckdb

    (path,) = project.glob("releases/*/*/people.parquet")
    names = ", ".join(f'"{name}"' for name in QUASI)
    sql = f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM read_parquet(?))"
    with duckdb.connect() as connection:
        row = connection.execute(sql, [str(path)]).fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=0, help="rows of each subject; 0: no subject")
    parser.add_argument("--method", choices=("mondrian", "full-domain"), default="mondrian")
    parser.add_argument("--l", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="for the temporary folder, made and removed")
    parser.add_argument("--source", type=Path, help="a folder for sources, made once")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--staged", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        write_source(options.make, options.rows, options.each)
    elif options.staged:
        staged_run()
    else:
        os.environ["PRIVET_PASSPHRASE"] = "for the benchmark alone"
        with tempfile.TemporaryDirectory(prefix="privet-bench-", dir=options.folder) as name:
            show(Path(name), options)


def show(folder: Path, options: argparse.Namespace) -> None:
    """Make the source, run, verify, and print what each costs."""
    name = f"people-{options.rows}-{options.each}.parquet"
    source = ((options.source or folder) / name).absolute()
    if not source.exists():
        make = ["--rows", str(options.rows), "--each", str(options.each), "--make", str(source)]
        measured([sys.executable, __file__, *make], folder)  # not here: a peak begins with ours
    whose = f"{options.each} rows of each subject" if options.each else "each row its own subject"
    print(f"{options.rows:,} rows, {source.stat().st_size / 1e6:,.0f} MB; {whose}", flush=True)
    project = folder / "project"
    make_project(project, source, options)
    print(f"{'':16}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}")
    for words in (["run", "research"], ["verify", "releases/research/000001"]):
        cost = measured([sys.executable, "-m", "privet", *words], project)
        label = f"privet {words[0]}"
        print(f"{label:16}{cost.cpu:8.1f}{cost.wall:8.1f}{cost.memory:9,.0f}", flush=True)
    print(f"{ASKED}\n{found(project)}; {classes(project):,} classes", flush=True)
    shutil.rmtree(project)
    if options.stages:
        show_stages(folder, source, options)


if __name__ == "__main__":
    main()
