"""A project on disk: its verbs, under the run lock wherever something changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from privet.adapters.catalogs.sql import SqlCatalog
from privet.adapters.identity.os_user import OsUser
from privet.adapters.keys import agent
from privet.adapters.world import SystemClock, SystemEntropy
from privet.config.project_file import (
    PRIVATE_FOLDER,
    ProjectConfig,
    find_root,
    load_contracts,
    load_policy,
    load_project,
)
from privet.model.errors import UsageError
from privet.model.release import Principal
from privet.model.version import VERSION
from privet.pipeline.progress import Progress, Quiet
from privet.pipeline.summary import RunSummary
from privet.policy.problem import Problem, nearest
from privet.project import planning, quarantine, requeueing, running
from privet.project.identity import ProjectIdentity, read_identity
from privet.project.memory import Memory, exists, opened, root_key
from privet.project.planning import Planned
from privet.project.run_lock import run_lock
from privet.project.subjects import spellings
from privet.project.unlocking import Ask, passphrase
from privet.vault import Keyring


@dataclass(frozen=True)
class Project:
    """One project, found from its folder.

    Attributes:
        config: what privet.yaml says.
        ask: asks a person for the passphrase; None where nobody is there to be asked.
    """

    config: ProjectConfig
    ask: Ask | None = None

    @property
    def principal(self) -> Principal:
        """Who is at the keyboard, as the operating system says."""
        return OsUser().principal()

    @property
    def reports(self) -> Path:
        """Where reports go: beside the releases, never in one."""
        return self.config.root / "reports"

    def check(self) -> tuple[Problem, ...]:
        """Everything that is wrong with config, contracts and policy; touches no data."""
        return planning.check(self.config, SystemClock())

    def plan(self, pipeline: str) -> Planned:
        """The declared plan of a pipeline, and the difference to its last run; touches no data.

        Raises:
            ConfigError: a file is wrong.
            Refused: the policy says no; the message gives every reason and the line to add.
        """
        return planning.plan(self.config, pipeline, self.principal, SystemClock())

    def run(self, pipeline: str, progress: Progress | None = None) -> RunSummary:
        """Run a pipeline to its release; an unchanged step is not run again.

        Raises:
            Refused: the policy, the registry or an integrity check says no.
            SourceError: a source is missing or not of its form.
            Unavailable: locked, busy, or a store that is full or out of reach.
        """
        planned = self.plan(pipeline)
        with self.held() as memory:
            changes = tuple(str(change) for change in planned.changes or ())
            summary = running.run(memory, planned.plan, progress or Quiet(), VERSION, changes)
            planning.keep_plan(memory.catalog, planned.plan)
        return summary

    def restrict(self, subject_type: str, key: str, purposes: tuple[str, ...] = ()) -> int:
        """Withhold a subject's rows from releases (for these purposes; none: for all).

        Returns:
            The registry's new version.

        Raises:
            UsageError: no contract knows the subject type or can hold the key, or the policy knows
                no such purpose.
        """
        texts = self._spellings(subject_type, key)
        self._require_purposes(purposes)
        with self.held() as memory:
            with memory.catalog.write() as connection:
                for text in texts:
                    memory.registry.restrict(connection, subject_type, text, purposes or None)
            memory.log.publish()
            return memory.registry.version()

    def lift(self, subject_type: str, key: str) -> int:
        """End a subject's restriction; returns the registry's new version.

        Raises:
            UsageError: no contract knows the subject type, or nobody of that key is restricted.
        """
        texts = self._spellings(subject_type, key)
        with self.held() as memory:
            with memory.catalog.write() as connection:
                lifted = [memory.registry.lift(connection, subject_type, text) for text in texts]
            if not any(lifted):
                raise UsageError(
                    "nobody of that key is restricted", hint="give the key as the data has it"
                )
            memory.log.publish()
            return memory.registry.version()

    def held_back(self, data: str | None = None) -> tuple[quarantine.HeldData, ...]:
        """How many rows were held back, for which reasons: of every data set, or of one.

        Raises:
            UsageError: there is no such data set, or nothing was brought in yet.
        """
        with self._made() as memory:
            return quarantine.held(memory, data)

    def show_held_back(
        self, data: str, role: str, purpose: str, reason: str | None = None, limit: int = 20
    ) -> quarantine.Shown:
        """Look at held-back rows, as far as the policy lets this role see them for this purpose.

        Args:
            data: the data set.
            role: as whom.
            purpose: what for.
            reason: rows held back for this alone.
            limit: how many rows are looked at, at most.

        Raises:
            Refused: the policy says no; the message gives every reason and the line to add.
            UsageError: there is no such data set or reason, or nothing was brought in yet.
        """
        asked = quarantine.Asked(self.principal, role, purpose, data, reason)
        planning.require_sound(self.config, SystemClock())
        with self._made() as memory:
            return quarantine.show(memory, asked, limit)

    def reprocess(
        self,
        data: str,
        role: str,
        purpose: str,
        reason: str | None = None,
        *,
        pipeline: str | None = None,
        progress: Progress | None = None,
    ) -> requeueing.LetIn:
        """Look at held-back rows again, and keep those that pass today.

        Args:
            data: the data set.
            role: as whom.
            purpose: what for.
            reason: rows held back for this alone.
            pipeline: whose source says how rows are cleaned, where several say different things.
            progress: hears of it.

        Raises:
            Refused: the policy says no; or kept rows are not what the pipeline would keep today.
            UsageError: there is no such data set, pipeline or reason.
        """
        asked = quarantine.Asked(self.principal, role, purpose, data, reason)
        planning.require_sound(self.config, SystemClock())
        with self._made() as memory:
            return requeueing.reprocess(memory, asked, pipeline, progress or Quiet())

    def let_in(
        self,
        data: str,
        role: str,
        purpose: str,
        reasons: tuple[str, ...],
        *,
        pipeline: str | None = None,
        progress: Progress | None = None,
    ) -> requeueing.LetIn:
        """Keep rows that a rule holds back, although it does; the log says so.

        Args:
            data: the data set.
            role: as whom.
            purpose: what for.
            reasons: `rule:<name>`, each.
            pipeline: as for `reprocess`.
            progress: hears of it.

        Raises:
            Refused: the policy says no; or kept rows are not what the pipeline would keep today.
            UsageError: there is no such data set or pipeline, or a reason is no rule's.
        """
        asked = quarantine.Asked(self.principal, role, purpose, data)
        planning.require_sound(self.config, SystemClock())
        with self._made() as memory:
            return requeueing.waive(memory, asked, reasons, pipeline, progress or Quiet())

    def unlock(self, seconds: int) -> None:
        """Keep the root key in the unlock agent for so many seconds."""
        identity = self._identity()
        agent.start(identity.id, root_key(self.config, identity, self.ask), seconds)

    def lock(self) -> bool:
        """Make the unlock agent forget the root key; whether it held one."""
        return agent.stop(self._identity().id)

    def slots(self) -> tuple[str, ...]:
        """Ids of the unlock slots."""
        return self._keyring().slots

    def add_slot(self, words: str) -> str:
        """Add a passphrase; returns the new slot's id."""
        keyring = self._keyring()
        current = passphrase(self.config.passphrase, self.config.root, self.ask, new=False)
        after = keyring.add_slot(keyring.unlock(current), words, SystemEntropy())
        return (set(after.slots) - set(keyring.slots)).pop()

    def remove_slot(self, slot: str) -> None:
        """Remove an unlock slot; whoever can still unlock the project must do it."""
        keyring = self._keyring()
        keyring.unlock(passphrase(self.config.passphrase, self.config.root, self.ask, new=False))
        keyring.remove_slot(slot)

    def _keyring(self) -> Keyring:
        return Keyring.load(self.config.root / self.config.keyring, self._identity().id)

    def _identity(self) -> ProjectIdentity:
        url, root = self.config.catalog, self.config.root
        with SqlCatalog(url, create=False, base=root) as catalog, catalog.read() as connection:
            return read_identity(connection)

    @contextmanager
    def _made(self) -> Iterator[Memory]:
        """The memory of a project that has run: a question makes none."""
        if not exists(self.config):
            raise UsageError(
                "nothing was brought in yet", hint="run a pipeline first: `privet run PIPELINE`"
            )
        with self.held() as memory:
            yield memory

    @contextmanager
    def held(self) -> Iterator[Memory]:
        """The project's memory, under the run lock; it is made where there is none yet."""
        with run_lock(self.config.root / PRIVATE_FOLDER / "run.lock"):
            if self.config.engine.threads:
                pa.set_cpu_count(self.config.engine.threads)
            with opened(self.config, self.ask) as memory:
                yield memory

    def _require_purposes(self, purposes: tuple[str, ...]) -> None:
        """A restriction to a misspelt purpose would withhold nobody from anything."""
        known = load_policy(self.config.root).purposes if purposes else {}
        for purpose in purposes:
            if purpose not in known:
                raise UsageError("the policy knows no such purpose", hint=nearest(purpose, known))

    def _spellings(self, subject_type: str, key: str) -> tuple[str, ...]:
        return spellings(load_contracts(self.config.root).values(), subject_type, key)


def open_project(folder: Path | str = ".", ask: Ask | None = None) -> Project:
    """The project that `folder` lies in.

    Raises:
        ConfigError: no privet.yaml there or above, or it is wrong.
    """
    return Project(load_project(find_root(Path(folder))), ask)
