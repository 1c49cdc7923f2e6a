"""`privet.yaml`, and the way from a project's root to each of its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from privet.config.contract_file import read_contracts
from privet.config.form import check, combined, nearest
from privet.config.kinds_file import load_kinds
from privet.config.pipeline_file import read_pipeline
from privet.config.policy_file import read_policy
from privet.config.project_form import PassphraseSource, ProjectForm
from privet.config.yaml_document import Document
from privet.model.contract import Contract
from privet.model.errors import ConfigError, Location
from privet.model.own_kind import OwnKind
from privet.model.pipeline import PipelineSpec
from privet.model.policy import Policy

PROJECT_FILE = "privet.yaml"
POLICY_FILE = "policy.yaml"
CONTRACTS_FOLDER = "contracts"
PIPELINES_FOLDER = "pipelines"
PRIVATE_FOLDER = ".privet"
"""Keys, sealed data and the log; for the project's owner alone."""

_INIT = "run `privet init FILES` to make one"

Named = TypeVar("Named", Contract, PipelineSpec)


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """What a run may use of the machine: sizes in bytes; `threads` None is one per core."""

    block_bytes: int
    memory_bytes: int
    threads: int | None


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """What `privet.yaml` says. Paths and URLs are as written; relative ones start at `root`.

    Attributes:
        root: the folder that holds `privet.yaml`.
        name: the project's name.
        store: URL or path of the object store of the vault and the log.
        catalog: SQLAlchemy URL of the database.
        keyring: path of the file with the unlock slots.
        passphrase: where the passphrase comes from.
        engine: what a run may use of the machine.
        log_origin: the log's name in its checkpoints (C2SP tlog-checkpoint).
        kinds: path of the file of own kinds; None: there is none.
    """

    root: Path
    name: str
    store: str
    catalog: str
    keyring: str
    passphrase: PassphraseSource
    engine: EngineConfig
    log_origin: str
    kinds: str | None = None


def find_root(start: Path) -> Path:
    """Return the nearest folder, from `start` upward, that holds a `privet.yaml`.

    Raises:
        ConfigError: there is none.
    """
    folder = start.absolute()
    for candidate in (folder, *folder.parents):
        if (candidate / PROJECT_FILE).is_file():
            return candidate
    problem = f"no {PROJECT_FILE} in this folder or in one above it"
    raise ConfigError(problem, hint="run `privet init FILES` to start a project here")


def load_project(root: Path) -> ProjectConfig:
    """Read `privet.yaml` in `root`.

    Raises:
        ConfigError: missing, or not of its form.
    """
    form = check(ProjectForm, _document(root, PROJECT_FILE))
    return ProjectConfig(
        root=root,
        name=form.project,
        store=form.store,
        catalog=form.catalog,
        keyring=form.keys.keyring,
        passphrase=form.keys.passphrase,
        engine=EngineConfig(form.engine.block, form.engine.memory, form.engine.threads),
        log_origin=form.log.origin if form.log else f"privet.local/{form.project}",
        kinds=form.kinds,
    )


def load_own_kinds(config: ProjectConfig) -> tuple[OwnKind, ...]:
    """Read the file of own kinds that the project names; none where it names none.

    Raises:
        ConfigError: missing, or not of its form.
    """
    return () if config.kinds is None else load_kinds(config.root / config.kinds, config.kinds)


def load_policy(root: Path) -> Policy:
    """Read `policy.yaml` in `root`.

    Raises:
        ConfigError: missing, or not of its form.
    """
    return read_policy(_document(root, POLICY_FILE))


def load_contracts(root: Path) -> dict[str, Contract]:
    """Read every contract in `contracts/`, by the name of the data set, sorted.

    Raises:
        ConfigError: none there, one not of its form, or two for one data set.
    """
    found: list[Contract] = []
    errors: list[ConfigError] = []
    for file in _files(root, CONTRACTS_FOLDER):
        try:
            found += read_contracts(_document(root, file))
        except ConfigError as error:
            errors.append(error)
    return _by_name(found, errors, "data set")


def load_pipelines(root: Path) -> dict[str, PipelineSpec]:
    """Read every pipeline in `pipelines/`, by name, sorted.

    Raises:
        ConfigError: none there, one not of its form, or two of one name.
    """
    found: list[PipelineSpec] = []
    errors: list[ConfigError] = []
    for file in _files(root, PIPELINES_FOLDER):
        try:
            found.append(read_pipeline(_document(root, file)))
        except ConfigError as error:
            errors.append(error)
    return _by_name(found, errors, "pipeline")


def load_pipeline(root: Path, name: str) -> PipelineSpec:
    """Read the pipeline called `name`.

    Raises:
        ConfigError: no such pipeline, or a file in `pipelines/` is not of its form.
    """
    pipelines = load_pipelines(root)
    if name not in pipelines:
        where = Location(f"{PIPELINES_FOLDER}/")
        hint = nearest(name, sorted(pipelines))
        raise ConfigError("no pipeline of that name", hint=hint, where=where)
    return pipelines[name]


def _document(root: Path, file: str) -> Document:
    path = root / file
    if not path.is_file():
        raise ConfigError("the file is missing", hint=_INIT, where=Location(file))
    return Document.read(path, file)


def _files(root: Path, folder: str) -> Iterator[str]:
    found = sorted(path for path in (root / folder).glob("*") if path.suffix in {".yaml", ".yml"})
    if not found:
        raise ConfigError("no .yaml file in this folder", hint=_INIT, where=Location(f"{folder}/"))
    return (f"{folder}/{path.name}" for path in found)


def _by_name(found: Iterable[Named], errors: list[ConfigError], what: str) -> dict[str, Named]:
    named: dict[str, Named] = {}
    for item in found:
        if item.name in named:
            problem = f"a second {what} of the same name; the first is in {named[item.name].source}"
            where = Location(item.source)
            errors.append(ConfigError(problem, hint="rename or remove one", where=where))
        named[item.name] = item
    if errors:
        raise combined(errors)
    return dict(sorted(named.items()))
