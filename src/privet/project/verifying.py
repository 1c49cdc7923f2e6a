"""Verify a release, or the whole store, with the public key alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from privet.adapters.catalogs.sql import SqlCatalog
from privet.adapters.stores import open_store
from privet.config.project_file import PROJECT_FILE, ProjectConfig, load_project
from privet.ledger import audit
from privet.ledger.log import entries
from privet.model.errors import IntegrityError, Unavailable, UsageError
from privet.project.identity import PUBLIC_KEY_FILE, find_public_key, read_identity
from privet.project.memory import LOG_PREFIX
from privet.registry.registry import verify_registry
from privet.vault.verification import verify_vault
from privet_verify import VerificationError, verify_release
from privet_verify.notes import VerifierKey


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, in lines to show; a failure raises instead."""

    what: str
    facts: tuple[tuple[str, str], ...]


def verify_path(path: Path, key: str | None = None) -> Verified:
    """Check a release's folder, or a project's whole store.

    Args:
        path: a release, or a folder that holds a privet.yaml.
        key: the public key to trust, as text or as a file's path; without it, the project's own
            `privet.pub`, found above a release (never inside it) or in the project.

    Raises:
        IntegrityError: something is not as it was written.
        Unavailable: there is no public key to trust.
        UsageError: there is nothing at `path` that can be verified.
    """
    if not path.is_dir():
        raise UsageError(
            f"{path} is not a folder",
            hint="name a release's folder, or `.`; copy one from an object store here first",
        )
    if (path / PROJECT_FILE).is_file():
        return _verify_store(load_project(path.absolute()), key)
    return _verify_release(path, key)


def _verify_release(path: Path, key: str | None) -> Verified:
    trusted = _trusted_key(key) if key else find_public_key(path)
    if trusted is None:
        raise Unavailable(
            f"no public key to trust: no {PUBLIC_KEY_FILE} above {path}",
            hint="pass --key with the key that the sender gave you by another way",
        )
    try:
        verified = verify_release(path, trusted)
    except VerificationError as error:
        kinds = {1: IntegrityError, 2: UsageError, 3: Unavailable}
        raise kinds[error.code.exit_code](error.message, hint=error.hint) from error
    predicate = verified.statement.predicate
    return Verified(
        what=f"release {predicate['release']}",
        facts=(
            ("guarantee", predicate["guarantee"]["name"]),
            ("purpose", predicate["purpose"]),
            ("recipient", predicate["recipient"]["name"]),
            ("issued", predicate["issued"]),
            ("files", str(len(verified.statement.files))),
            ("log", f"{predicate['origin']}, index {verified.index} of {verified.checkpoint.size}"),
        ),
    )


def _verify_store(config: ProjectConfig, key: str | None) -> Verified:
    beside = config.root / PUBLIC_KEY_FILE
    if not key and not beside.is_file():
        raise Unavailable(
            f"no public key to trust: {PUBLIC_KEY_FILE} is not here",
            hint="run a pipeline first, or pass --key",
        )
    trusted = _trusted_key(key or str(beside))
    store = open_store(config.store, config.root)
    with SqlCatalog(config.catalog, create=False, base=config.root) as catalog:
        with catalog.read() as connection:
            identity = read_identity(connection)
        if identity.public_key != trusted:
            raise IntegrityError(
                "the catalog names another public key than the one that is trusted",
                hint="restore the catalog of this project, or check the key",
            )
        with catalog.read() as connection:
            size = audit.verify(connection, store, LOG_PREFIX, _parsed(trusted))
        verify_registry(catalog, entries(catalog))
        checked = verify_vault(identity.id, catalog, store, entries(catalog), trusted)
    return Verified(
        what=f"project {config.name}",
        facts=(
            ("log", f"{size} entries"),
            ("snapshots", str(checked.snapshots)),
            ("sealed objects", str(checked.objects)),
            ("bytes", f"{checked.bytes:,}"),
        ),
    )


def _trusted_key(key: str) -> str:
    try:
        text = Path(key).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        text = key  # no file's name, so it should be the key itself
    _parsed(text.strip())
    return text.strip()


def _parsed(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except VerificationError as error:
        raise UsageError(
            "that is neither a public key nor a file that holds one", hint=error.hint
        ) from error
