"""What the door works with, and the one question that every act at the door asks again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from privet.crypto.notes import NoteSigner
from privet.gate.anonymity import Anonymiser
from privet.gate.answers import Answerer
from privet.gate.terms import Terms
from privet.ledger import Log
from privet.model.contract import Contract
from privet.model.errors import Refused
from privet.model.policy import Policy
from privet.policy.decide import decide
from privet.ports.catalog import Catalog
from privet.ports.release import OpenBatchWriter, ReleaseTargets
from privet.ports.world import Clock, Entropy
from privet.registry import Registry
from privet.transforms.finding import TextFinder
from privet.vault.keys import KeyTable
from privet.vault.vault import Vault


@dataclass(frozen=True)
class Means:
    """Memory, keys, time and ways out.

    Attributes:
        policy: reads the policy that is in force now; asked again at every draw.
        contracts: reads the contracts that are in force now, by data set; likewise.
        origin: name of the project's log, stated in receipts.
        anonymiser: makes tables k-anonymous and checks them, for that guarantee.
        answerer: answers questions under differential privacy, for that guarantee.
        finder: makes what finds personal data in free text, for the treatment `text`.
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
    contracts: Callable[[], Mapping[str, Contract]]
    targets: ReleaseTargets
    open_writer: OpenBatchWriter
    origin: str
    finder: Callable[[], TextFinder] | None = None
    anonymiser: Anonymiser | None = None
    answerer: Answerer | None = None

    def require_decided(self, terms: Terms) -> Policy:
        """The policy in force, if it decides exactly as `terms` say.

        Raises:
            Refused: it refuses, or it decides otherwise than when the plan was made; or a contract
                has changed since.
        """
        policy, contracts = self.policy(), self.contracts()
        for name, contract in terms.contracts.items():
            if name not in contracts or contracts[name].digest != contract.digest:
                raise Refused(
                    f"the contract of {name} has changed since the plan was made",
                    hint="look at `privet plan` again, then run once more",
                )
        today = self.clock.now().date()
        for decision in terms.decisions.values():
            contract = terms.contracts[decision.request.data]
            if decide(policy, decision.request, contract, today) != decision:
                raise Refused(
                    f"the policy now decides otherwise on {decision.request.data} than planned",
                    hint="look at `privet plan` again, then run once more",
                )
        return policy
