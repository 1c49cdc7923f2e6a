"""A project's memory, made or opened: catalog, store, log, registry, vault and door, wired."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from privet.adapters.catalogs.sql import SqlCatalog
from privet.adapters.formats.write import open_writer
from privet.adapters.keys import agent
from privet.adapters.releases import open_target
from privet.adapters.stores import open_store
from privet.adapters.stores.local import LocalStore
from privet.adapters.stores.probing import is_probe, probe
from privet.adapters.world import SystemClock, SystemEntropy
from privet.config.project_file import (
    PRIVATE_FOLDER,
    ProjectConfig,
    load_contracts,
    load_own_kinds,
    load_policy,
)
from privet.crypto.notes import NoteSigner
from privet.crypto.signing import SigningKey
from privet.gate import Gate, Means
from privet.ledger import Log
from privet.ledger.budgets.replay import budget_entries
from privet.ledger.budgets.replay import verify as verify_budgets
from privet.model.errors import IntegrityError, Missing, StorageError
from privet.ports.catalog import Catalog
from privet.ports.store import ObjectStore
from privet.project.anonymous_releases import AnonymousReleases
from privet.project.answering import Answers
from privet.project.identity import (
    PUBLIC_KEY_FILE,
    ProjectIdentity,
    has_identity,
    insert_identity,
    publish_key,
    read_identity,
)
from privet.project.populations import StoredPeople
from privet.project.unlocking import Ask, passphrase
from privet.registry.registry import Registry
from privet.transforms.finding import TextFinder
from privet.vault import Keyring, KeyTable, Vault

LOG_PREFIX = "log/"
_SIGNING, _REGISTRY = "log", "subjects"


@dataclass(frozen=True)
class Memory:
    """Everything a run works with, unlocked."""

    config: ProjectConfig
    identity: ProjectIdentity
    catalog: Catalog
    store: ObjectStore
    log: Log
    registry: Registry
    vault: Vault
    gate: Gate

    def mend(self) -> None:
        """Bring catalog, log, vault and releases in step after a crash, or refuse what differs.

        Raises:
            IntegrityError: the catalog is older than what was published, or something was changed.
        """
        self.log.catch_up()
        self.registry.verify()
        drawn = list(budget_entries(self.log.entries()))
        with self.catalog.write() as connection:
            verify_budgets(connection, drawn)
        self.vault.recover()
        self.gate.recover()
        if isinstance(self.store, LocalStore):
            self.store.sweep()


def exists(config: ProjectConfig) -> bool:
    """Whether the project's memory has been made; a part of it missing is never a fresh start.

    Raises:
        IntegrityError: keyring, store or public key are there, and their catalog is not.
        StorageError: the catalog is there and cannot be used.
    """
    trouble, keyring = "it names no project", False
    try:
        with SqlCatalog(config.catalog, create=False, base=config.root) as catalog:
            if has_identity(catalog):
                return True
    except Missing as error:
        # A first run that was cut short leaves a keyring, but always behind a readable catalog.
        trouble, keyring = error.message, (config.root / config.keyring).exists()
    signs = {
        config.keyring: keyring,
        config.store: not all(
            is_probe(info.key) for info in open_store(config.store, config.root).list("")
        ),
        PUBLIC_KEY_FILE: (config.root / PUBLIC_KEY_FILE).exists(),
    }
    left = ", ".join(name for name, found in signs.items() if found)
    if left:
        raise IntegrityError(
            f"the catalog is gone ({trouble}), and there was a project here: {left}",
            hint=f"put the catalog back from a backup; to start anew, move away: {left}",
        )
    return False


@contextmanager
def opened(config: ProjectConfig, ask: Ask | None) -> Iterator[Memory]:
    """Open the project's memory for a run, making it if this is the first; mend after a crash.

    The caller holds the run lock.

    Raises:
        Locked: no passphrase, a wrong one, or another project's keyring.
        IntegrityError: the catalog is older than what was published, or something was changed.
    """
    fresh = not exists(config)
    catalog = SqlCatalog(config.catalog, create=fresh, base=config.root)
    try:
        with catalog.hold():
            memory = _make(config, catalog, ask) if fresh else _open(config, catalog, ask)
            memory.mend()
            publish_key(config.root, memory.identity)
            yield memory
    finally:
        catalog.close()


def root_key(config: ProjectConfig, identity: ProjectIdentity, ask: Ask | None) -> bytes:
    """The root key: from the unlock agent if it holds it, else by the passphrase.

    Raises:
        Locked: neither gives it.
    """
    kept = agent.fetch(identity.id)
    if kept is not None:
        return kept
    keyring = Keyring.load(config.root / config.keyring, identity.id)
    return keyring.unlock(passphrase(config.passphrase, config.root, ask, new=False))


def _open(config: ProjectConfig, catalog: Catalog, ask: Ask | None) -> Memory:
    with catalog.read() as connection:
        identity = read_identity(connection)
    root = root_key(config, identity, ask)
    keys = KeyTable(identity.id, root, SystemEntropy(), SystemClock())
    with catalog.read() as connection:
        seed = keys.current(connection, "signing", _SIGNING)
    if seed is None:
        raise IntegrityError("the catalog has no signing key", hint="restore the catalog")
    signer = NoteSigner(identity.origin, SigningKey.from_seed(seed.secret))
    if signer.verifier_key() != identity.public_key:
        raise IntegrityError(
            "the catalog's public key is not that of its signing key", hint="restore the catalog"
        )
    return _wire(config, identity, catalog, keys, signer)


def _make(config: ProjectConfig, catalog: Catalog, ask: Ask | None) -> Memory:
    """Make the memory: keyring, keys and genesis entry. It exists once the log is published.

    Raises:
        StorageError: the store cannot be written, or does not keep create-only writes.
    """
    entropy, clock = SystemEntropy(), SystemClock()
    words = passphrase(config.passphrase, config.root, ask, new=True)
    probe(open_store(config.store, config.root))
    project_id = entropy.token_bytes(16).hex()
    path = config.root / config.keyring
    _set_aside(path)
    _, root = Keyring.create(path, project_id, words, entropy)
    keys = KeyTable(project_id, root, entropy, clock)
    signing = SigningKey.generate(entropy)
    signer = NoteSigner(config.log_origin, signing)
    identity = ProjectIdentity(project_id, config.log_origin, signer.verifier_key())
    with catalog.write() as connection:
        insert_identity(connection, identity)
        keys.create(connection, "signing", _SIGNING, secret=signing.seed)
        keys.create(connection, "registry", _REGISTRY)
        log = _log(config, catalog, signer)
        log.append(connection, "genesis", {"project": project_id, "key": identity.public_key})
    log.publish()
    return _wire(config, identity, catalog, keys, signer)


def _set_aside(keyring: Path) -> None:
    """Rename the keyring of a first run that was cut short: nothing was ever sealed under it."""
    if keyring.exists():
        unused = f"{keyring.name}.unused-{SystemEntropy().token_bytes(4).hex()}"
        with _writable(keyring):
            keyring.rename(keyring.with_name(unused))


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}", hint="let this user write there"
        ) from error


def _wire(
    config: ProjectConfig,
    identity: ProjectIdentity,
    catalog: Catalog,
    keys: KeyTable,
    signer: NoteSigner,
) -> Memory:
    entropy, clock = SystemEntropy(), SystemClock()
    store = open_store(config.store, config.root)
    log = _log(config, catalog, signer)
    with catalog.read() as connection:
        registry_key = keys.current(connection, "registry", _REGISTRY)
    if registry_key is None:
        raise IntegrityError("the catalog has no registry key", hint="restore the catalog")
    registry = Registry(catalog, log, registry_key.secret, clock)
    spool = config.root / PRIVATE_FOLDER / "spool"
    with _writable(spool):
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    vault = Vault(
        project_id=identity.id,
        catalog=catalog,
        store=store,
        log=log,
        keys=keys,
        signer=signer,
        entropy=entropy,
        clock=clock,
        spool_folder=spool,
    )
    means = Means(
        catalog=catalog,
        log=log,
        registry=registry,
        vault=vault,
        keys=keys,
        signer=signer,
        clock=clock,
        entropy=entropy,
        policy=lambda: load_policy(config.root),
        contracts=lambda: load_contracts(config.root),
        targets=lambda url: open_target(url, config.root),
        open_writer=open_writer,
        origin=identity.origin,
        finder=lambda: _finder(config),
        anonymiser=AnonymousReleases(
            config.root,
            entropy,
            config.engine.memory_bytes,
            stored=StoredPeople(vault, registry.withheld_mask, lambda: load_contracts(config.root)),
        ),
        answerer=Answers(config.engine.memory_bytes, catalog, log, keys, vault),
    )
    return Memory(config, identity, catalog, store, log, registry, vault, Gate(means))


def _finder(config: ProjectConfig) -> TextFinder:
    from privet.project.text_protection import personal_text  # noqa: PLC0415 (loads Numba)

    return personal_text(own=load_own_kinds(config))


def _log(config: ProjectConfig, catalog: Catalog, signer: NoteSigner) -> Log:
    store = open_store(config.store, config.root)
    return Log(catalog, store, signer, SystemClock(), prefix=LOG_PREFIX)
