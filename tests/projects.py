"""Whole projects on disk for integration tests: real files, real vault, cheap passphrase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from privet.adapters.identity.os_user import OsUser
from privet.config import scaffold
from privet.config.contract_text import render_contract
from privet.crypto.passphrase import Argon2idParams
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import FormatName, PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.project.project import Project, open_project

PASSPHRASE = "correct horse battery staple"

CUSTOMERS = Contract(
    name="customers",
    version="1.0.0",
    columns=(
        Column(ColumnPath.of("customer_id"), "string", "user.unique_id"),
        Column(ColumnPath.of("email"), "string", "user.contact.email"),
        Column(ColumnPath.of("secret"), "string", "user.content.private"),
        Column(ColumnPath.of("city"), "string", "none"),
        Column(ColumnPath.of("amount"), "int64", "none"),
    ),
    subjects=(SubjectRef("customer", ColumnPath.of("customer_id")),),
)
TREATMENTS = {
    "customers.customer_id": Treatment("token"),
    "customers.email": Treatment("token"),
    "customers.secret": Treatment("drop"),
}


@dataclass(frozen=True)
class Made:
    """A project's folder, and how to open it anew."""

    root: Path

    def open(self) -> Project:
        return open_project(self.root)


def customers_csv(rows: Sequence[tuple[str, str, str, str, object]]) -> str:
    head = "customer_id,email,secret,city,amount\n"
    return head + "".join(",".join(map(str, row)) + "\n" for row in rows)


def make_project(
    root: Path,
    files: Mapping[str, str | bytes],
    *,
    contracts: Sequence[Contract] = (CUSTOMERS,),
    treatments: Mapping[str, Treatment] = TREATMENTS,
    form: FormatName = "csv",
    source_format: SourceFormat | None = None,
    sources: Sequence[SourceSpec] = (),
    memory: str = "1GB",
) -> Made:
    """Write a project whose pipeline `research` releases every contract's data set.

    `files` maps file names to contents; the data set `customers` is read from the file whose name
    begins with `customers`, unless one of `sources` says otherwise.
    """
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write(root / name, content)
    declared = {
        contract.name: SourceSpec(
            contract.name,
            tuple(name for name in files if name.startswith(contract.name)),
            source_format or SourceFormat("csv"),
        )
        for contract in contracts
    } | {source.data: source for source in sources}
    spec = PipelineSpec(
        name="research",
        purpose="research",
        role="analyst",
        sources=declared,
        releases=tuple(ReleaseSpec(contract.name, form) for contract in contracts),
    )
    texts = {
        "privet.yaml": scaffold.render_project("test").replace("memory: 1GB", f"memory: {memory}"),
        "policy.yaml": scaffold.render_policy(
            principal=OsUser().principal().name,
            purpose="research",
            contracts=contracts,
            treatments=treatments,
        ),
        "pipelines/research.yaml": scaffold.render_pipeline(spec),
    }
    for contract in contracts:
        texts[f"contracts/{contract.name}.yaml"] = render_contract(contract, physical="test")
    for name, text in texts.items():
        write(root / name, text)
    return Made(root)


def write(path: Path, content: str | bytes) -> None:
    """Write a file, in a folder that need not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def use_cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the passphrase by the environment, and stretch it as little as the floor allows."""
    monkeypatch.setenv("PRIVET_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr("privet.vault.keyring.Argon2idParams", _cheap)


def _cheap() -> Argon2idParams:
    return Argon2idParams(memory_kib=64 * 1024, iterations=3)
