"""Open the door: decide, write the grant to the log, and mend what a crash left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, insert, select

from privet.crypto.notes import NoteSigner
from privet.gate.grant import Grant
from privet.gate.recovery import abandon_open, publish_sealed
from privet.gate.tables import GRANT, OPEN
from privet.gate.terms import Terms
from privet.ledger import Log
from privet.model.canonical import Json
from privet.model.errors import IntegrityError, Refused
from privet.model.policy import Policy
from privet.policy.decide import decide
from privet.ports.catalog import Catalog
from privet.ports.release import OpenBatchWriter, ReleaseTarget, ReleaseTargets
from privet.ports.world import Clock, Entropy
from privet.registry import Registry
from privet.vault.keys import KeyTable
from privet.vault.vault import Vault

LIFETIME = timedelta(hours=12)
"""How long a grant can be drawn on; a run that takes longer is refused and starts again."""


@dataclass(frozen=True)
class Gate:
    """The only maker of releases.

    Attributes:
        policy: reads the policy that is in force now; asked again at every draw.
        origin: name of the project's log, stated in receipts.
    """

    catalog: Catalog
    log: Log
    registry: Registry
    vault: Vault
    keys: KeyTable
    signer: NoteSigner
    clock: Clock
    entropy: Entropy
    policy: Callable[[], Policy]
    targets: ReleaseTargets
    open_writer: OpenBatchWriter
    origin: str

    def open(self, terms: Terms, into: str) -> Grant:
        """Decide on `terms` and open a grant on them, durably, before anything is read.

        Args:
            terms: what is asked for; the policy in force must decide exactly as they say.
            into: URL of the folder where the release will appear, under its pipeline and number.

        Raises:
            Refused: the policy in force decides otherwise, or the data sets' promises differ.
            IntegrityError: something that this project does not know of is where the release goes.
        """
        terms.require_one_promise()
        policy = self.require_decided(terms)
        registry_version = self.registry.version()
        grant_id = self.entropy.token_bytes(16).hex()
        with self.catalog.write() as connection:
            newest = select(func.max(GRANT.c.number)).where(GRANT.c.pipeline == terms.pipeline)
            number = (connection.execute(newest).scalar() or 0) + 1
            target = f"{into.rstrip('/')}/{terms.pipeline}/{number:06d}"
            _require_free(self.targets(target))
            connection.execute(
                insert(GRANT).values(
                    id=grant_id, pipeline=terms.pipeline, number=number, state=OPEN, target=target
                )
            )
            body: dict[str, Json] = {
                "grant": grant_id,
                "pipeline": terms.pipeline,
                "plan": terms.plan_sha256,
                "policy": policy.digest,
                "registry": registry_version,
            }
            self.log.append(connection, "grant", body)
        self.log.publish()
        return Grant(
            gate=self,
            id=grant_id,
            number=number,
            terms=terms,
            policy_version=policy.version,
            registry_version=registry_version,
            expires=self.clock.now() + LIFETIME,
            target=self.targets(target),
        )

    def require_decided(self, terms: Terms) -> Policy:
        """The policy in force, if it decides exactly as `terms` say.

        Raises:
            Refused: it refuses, or it decides otherwise than when the plan was made.
        """
        policy = self.policy()
        today = self.clock.now().date()
        for decision in terms.decisions.values():
            contract = terms.contracts[decision.request.data]
            if decide(policy, decision.request, contract, today) != decision:
                raise Refused(
                    f"the policy now decides otherwise on {decision.request.data} than planned",
                    hint="look at `privet plan` again, then run once more",
                )
        return policy

    def recover(self) -> None:
        """Finish what a crash interrupted: a sealed release appears, an open one is abandoned."""
        publish_sealed(self)
        abandon_open(self)


def _require_free(target: ReleaseTarget) -> None:
    """Insist that nothing lies where a new release goes.

    Numbers only grow, so what lies there was made under a history that this catalog does not have,
    and publishing would take it for the new release.
    """
    if target.state() != "absent":
        raise IntegrityError(
            f"{target.url} is there, and this project has not made it",
            hint="an older database was restored, or another project releases here: "
            "put the newest database back, or move that release away",
        )
