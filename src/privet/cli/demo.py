"""Tell the whole story on made-up data: scan, init, plan, run, verify, restrict, run again."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from privet.cli import output, progress, show_plan, show_run, show_scan
from privet.demo import dataset
from privet.model.errors import Refused, UsageError
from privet.project.initialising import init
from privet.project.project import Project, open_project
from privet.project.scanning import scan
from privet.project.verifying import verify_path
from privet.report import write

_PATHS = ["customers.csv", "tickets.jsonl"]
_PASSPHRASE_FILE = "passphrase"  # noqa: S105 - a file name


def tell(folder: Path, customers: int) -> None:
    """Run the demonstration in `folder`, which must be empty or not be there.

    Raises:
        UsageError: the folder holds something.
        Refused: a check that the story shows did not hold.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", hint="name another --folder, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    here = Path.cwd()
    os.chdir(folder)
    try:
        _tell(customers)
    finally:
        os.chdir(here)
    output.say(f"\nGo on by hand:  cd {folder} && privet plan research")


def _tell(customers: int) -> None:
    _heading(f"Made-up data: {customers:,} customers of five countries, and their tickets")
    dataset.write(Path(), customers)
    _heading("privet scan customers.csv tickets.jsonl")
    show_scan.show(scan(_PATHS, Path()), json=False)
    _heading("privet init customers.csv tickets.jsonl")
    show_scan.show_init(init(Path(), _PATHS), json=False)
    _keep_passphrase()
    project = open_project()
    _heading("privet check && privet plan research")
    show_plan.show_check(project.check(), json=False)
    show_plan.show_plan(project.plan("research"), json=False)
    _heading("privet run research")
    first = _run(project)
    _heading(f"privet verify {first}")
    show_run.show_verified(verify_path(Path(first)), json=False)
    _heading("One byte of a copy of the release is changed; privet verify says")
    _show_tampering(Path(first))
    _heading("C0000001 asks that her data be no longer used:  privet subject restrict customer")
    project.restrict("customer", "C0000001")
    output.say("Restricted. The next run withholds her rows:")
    second = _run(project)
    _heading("privet verify .   (the whole store: log, manifests, every sealed object)")
    show_run.show_verified(verify_path(Path()), json=False)
    _summary(second)


def _run(project: Project) -> str:
    with progress.shown(quiet=False) as shown:
        summary = project.run("research", shown)
    show_run.show(summary, write(summary, project.reports), json=False)
    return os.path.relpath(summary.release)


def _keep_passphrase() -> None:
    """A random passphrase in a file of its own; a real project asks, or takes it from elsewhere."""
    path = Path(_PASSPHRASE_FILE)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    config = Path("privet.yaml")
    text = config.read_text(encoding="utf-8")
    wanted = text.replace("{env: PRIVET_PASSPHRASE}", f"{{file: {_PASSPHRASE_FILE}}}")
    config.write_text(wanted, encoding="utf-8")


def _show_tampering(release: Path) -> None:
    with TemporaryDirectory(dir=".") as folder:
        copy = Path(shutil.copytree(release, Path(folder) / "copy"))
        target = next(path for path in sorted(copy.iterdir()) if path.name != "receipt.json")
        data = bytearray(target.read_bytes())
        data[len(data) // 2] ^= 1
        target.write_bytes(data)
        try:
            verify_path(copy)
        except Refused as error:
            output.say(f"{error.message} (exit code {error.exit_code})")
            return
    raise Refused("the changed byte was not found")


def _heading(text: str) -> None:
    output.say(f"\n$ {text}" if text.startswith("privet") else f"\n# {text}")


def _summary(release: str) -> None:
    folder = Path.cwd().name
    number = Path(release).name
    output.say("\nIn short: personal data was found, tokenised or dropped by one policy, kept only")
    output.say("encrypted, and released with a receipt that anyone can check offline.")
    output.say(f"  release  {folder}/{release}")
    output.say(f"  receipt  {folder}/{release}/receipt.json")
    output.say(f"  report   {folder}/reports/research-{number}.html")
