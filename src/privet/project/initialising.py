"""`privet init`: from data files to a project that runs as it is, with nothing personal let out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from privet.adapters.identity.os_user import OsUser
from privet.config import scaffold
from privet.config.contract_text import render_contract
from privet.config.project_file import PRIVATE_FOLDER, PROJECT_FILE
from privet.config.schemas import NAMES, SCHEMA_FOLDER, file_name, schema_text
from privet.detect.columns.subjects import propose_subject
from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.errors import SourceError, StorageError, UsageError
from privet.model.finding import Finding, TableScan
from privet.model.paths import ColumnPath
from privet.model.pipeline import PipelineSpec, ReleaseSpec, SourceSpec
from privet.model.policy import Treatment
from privet.project.scanning import Scanned, scan_path

ROLE = "analyst"
MOST_LEVELS = 20
"""Of objects and lists, one in another: each takes up to two levels of a contract's YAML."""

ANY_CATEGORY = "user"
"""The category above all others: personal until a person has looked."""

TOKENISED = {
    *("bank_account", "card", "cookie", "device_id", "driver_licence", "email", "fax", "iban"),
    *("ip", "national_id", "passport", "person_id", "phone", "username", "vehicle"),
}
"""Kinds of identifiers: released as tokens, so that rows about one person still join."""


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `init` wrote, and the columns that a person should look at."""

    files: tuple[str, ...]
    pipeline: str
    unsure: tuple[str, ...]
    scans: tuple[TableScan, ...]


def init(root: Path, paths: Sequence[str], *, purpose: str = "research") -> Initialised:
    """Scan the files and write privet.yaml, contracts/, policy.yaml and pipelines/ into `root`.

    The policy grants the local user one purpose: whatever is personal is tokenised (identifiers) or
    dropped (the rest, and all that the scan is unsure of); what is not personal is kept.

    Raises:
        UsageError: there is a project already, or two files would be one data set.
        SourceError: a file is missing or not of its form.
    """
    if (root / PROJECT_FILE).exists():
        raise UsageError(
            f"{PROJECT_FILE} is already here",
            hint="edit it, or run `privet init` in another folder",
        )
    scanned = [scan_path(path, root, full=False) for path in paths]
    contracts = _contracts(scanned)
    texts = _texts(root, purpose, scanned, contracts)
    _write(root, texts)
    unsure = tuple(
        f"{item.verdict.name}.{finding.path}"
        for item in scanned
        for finding in item.verdict.findings
        if finding.unsure
    )
    return Initialised(
        files=tuple(name for name in texts if not name.startswith(".")),
        pipeline=purpose,
        unsure=unsure,
        scans=tuple(item.verdict for item in scanned),
    )


def _contracts(scanned: Sequence[Scanned]) -> dict[str, Contract]:
    contracts: dict[str, Contract] = {}
    for item in scanned:
        name = item.verdict.name
        if name in contracts:
            raise UsageError(
                f"two of the files would both be the data set {name}",
                hint="rename one, or name the folder that holds them both",
            )
        _require_flat_enough(item)
        subject = propose_subject(item.verdict.findings)
        contracts[name] = Contract(
            name=name,
            version="1.0.0",
            columns=tuple(
                _column(column, finding)
                for column, finding in zip(item.columns, item.verdict.findings, strict=True)
            ),
            subjects=(subject,) if subject else (),
            source=f"contracts/{name}.yaml",
        )
    return contracts


def _require_flat_enough(item: Scanned) -> None:
    """A contract that no reader takes would be no project that runs as it is."""
    levels = max(sum(1 + step.lists for step in column.path.steps) for column in item.columns)
    if levels > MOST_LEVELS:
        raise SourceError(
            f"`{item.urls[0]}` nests its fields {levels} levels deep; a contract has {MOST_LEVELS}",
            hint="flatten the file, or give its inner part as a data set of its own",
        )


def _column(column: Column, finding: Finding) -> Column:
    found = finding.kind is not None or finding.unsure
    category = (finding.category or ANY_CATEGORY) if found else NO_CATEGORY
    doubt = (
        "the scan is unsure: look at the data, then set the category" if finding.unsure else None
    )
    note = "; ".join(part for part in (column.note, doubt) if part)
    return replace(column, category=category, note=note or None)


def _treatments(scanned: Sequence[Scanned]) -> dict[str, Treatment]:
    """Per personal or doubtful column: a token for an identifier, else drop."""
    chosen: dict[str, Treatment] = {}
    for item in scanned:
        for finding in item.verdict.findings:
            if finding.kind is None and not finding.unsure:
                continue
            token = finding.kind in TOKENISED and not finding.unsure
            name = f"{item.verdict.name}.{finding.path}"
            chosen[name] = Treatment("token" if token else "drop")
    return chosen


def _texts(
    root: Path,
    purpose: str,
    scanned: Sequence[Scanned],
    contracts: Mapping[str, Contract],
) -> dict[str, str]:
    """Every file to write, by its name below the project."""
    pipeline = PipelineSpec(
        name=purpose,
        purpose=purpose,
        role=ROLE,
        sources={
            item.verdict.name: SourceSpec(item.verdict.name, item.urls, item.form)
            for item in scanned
        },
        releases=tuple(ReleaseSpec(name) for name in contracts),
    )
    by_name = {item.verdict.name: item for item in scanned}
    principal = OsUser().principal().name
    texts = {PROJECT_FILE: scaffold.render_project(root.absolute().name)}
    for name, contract in contracts.items():
        texts[f"contracts/{name}.yaml"] = render_contract(
            contract, physical=", ".join(by_name[name].urls), notes=_notes(by_name[name].verdict)
        )
    texts["policy.yaml"] = scaffold.render_policy(
        principal=principal,
        purpose=purpose,
        contracts=contracts.values(),
        treatments=_treatments(scanned),
        role=ROLE,
    )
    texts[f"pipelines/{purpose}.yaml"] = scaffold.render_pipeline(pipeline)
    for schema in NAMES:
        texts[f"{SCHEMA_FOLDER}/{file_name(schema)}"] = schema_text(schema)
    return texts


def _notes(verdict: TableScan) -> dict[ColumnPath, str]:
    """Why each column got its category: comments of the contract file."""
    return {
        finding.path: f"{finding.confidence} % sure: {'; '.join(finding.evidence)}"
        for finding in verdict.findings
    }


def _write(root: Path, texts: Mapping[str, str]) -> None:
    """Write all, or none where one is there; privet.yaml last, so that half a project is none.

    Schemas, under a hidden name, are ours to write anew.
    """
    for name in texts:
        if (root / name).exists() and not name.startswith("."):
            raise UsageError(f"{name} is already here", hint="move it away and run init again")
    for name in sorted(texts, key=lambda name: name == PROJECT_FILE):
        path = root / name
        try:
            _make_folder(root, path.parent)
            path.write_text(texts[name], encoding="utf-8")
        except OSError as error:
            raise StorageError(
                f"cannot write {name}: {error.strerror}",
                hint="free some space, or let this user write here; remove what init wrote, "
                "then run it again",
            ) from error


def _make_folder(root: Path, folder: Path) -> None:
    """What holds keys and sealed data belongs to its owner alone; the rest is for the team."""
    (root / PRIVATE_FOLDER).mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
