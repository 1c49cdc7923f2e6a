"""Open the door: decide, write the grant to the log, and mend what a crash left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, insert, select

from privet.gate import spending
from privet.gate.answers import Answering
from privet.gate.grant import Grant
from privet.gate.kept_answers import kept_answer, question_tag
from privet.gate.means import Means
from privet.gate.recovery import abandon_open, publish_sealed
from privet.gate.tables import GRANT, OPEN
from privet.gate.terms import Terms
from privet.model.canonical import Json
from privet.model.errors import IntegrityError, Refused
from privet.model.policy import Policy
from privet.policy.questions import allowed, is_private
from privet.ports.release import ReleaseTarget

LIFETIME = timedelta(hours=12)
"""How long a grant can be drawn on; a run that takes longer is refused and starts again."""


@dataclass(frozen=True)
class Gate:
    """The only maker of releases."""

    means: Means

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
        means = self.means
        policy = means.require_decided(terms)
        registry_version = means.registry.version()
        answering = self._understood(terms, policy)
        asked = answering
        if answering is not None and kept_answer(
            means.vault, question_tag(means, terms, registry_version)
        ):
            asked = None  # it was paid for, and is given again
        grant_id = means.entropy.token_bytes(16).hex()
        with means.catalog.write() as connection:
            newest = select(func.max(GRANT.c.number)).where(GRANT.c.pipeline == terms.pipeline)
            number = (connection.execute(newest).scalar() or 0) + 1
            target = place(into, terms.pipeline, number)
            _require_free(means.targets(target))
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
            means.log.append(connection, "grant", body)
            if asked is not None:
                spending.reserve(means, connection, grant_id, terms, asked.claim)
        means.log.publish()
        return Grant(
            means=means,
            id=grant_id,
            number=number,
            terms=terms,
            policy_version=policy.version,
            registry_version=registry_version,
            expires=means.clock.now() + LIFETIME,
            target=means.targets(target),
            answering=answering,
        )

    def _understood(self, terms: Terms, policy: Policy) -> Answering | None:
        """The question of the terms, which a promise of differential privacy has and no other."""
        question, means = terms.question, self.means
        if not is_private(terms.decision.guarantee):
            if question is not None:
                raise Refused("a question is answered under differential privacy alone")
            return None
        if question is None or means.answerer is None:
            raise Refused(
                "under differential privacy an answer leaves, and there is no question",
                hint="ask one: `privet query`",
            )
        epsilon, delta = allowed(terms.decision.guarantee)
        if question.epsilon > epsilon or question.delta > delta:
            raise Refused(
                f"the policy lets one answer cost {epsilon} (and delta {delta}) at most",
                hint=f"ask for less, or let {terms.decision.rule} allow more",
            )
        return means.answerer(question, terms.decisions, policy, means.contracts())

    def recover(self) -> None:
        """Finish what a crash interrupted: a sealed release appears, an open one is abandoned."""
        publish_sealed(self.means)
        abandon_open(self.means)


def place(into: str, pipeline: str, number: int) -> str:
    """Where a pipeline's release of that number goes, below the URL `into`."""
    return f"{into.rstrip('/')}/{pipeline}/{number:06d}"


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
