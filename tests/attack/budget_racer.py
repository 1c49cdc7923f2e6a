"""A process that asks for as much as it can, for `test_budget_races`: it may be killed anywhere.

Arguments: the folder of the catalog (or its URL), how often, and a number for its grants' names.
Each answer that it "gives" is a line of its own file, written after the charge was committed.
"""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path

from privet.adapters.catalogs.sql import SqlCatalog
from privet.adapters.stores.local import LocalStore
from privet.adapters.world import SystemClock
from privet.crypto.notes import NoteSigner
from privet.crypto.signing import SigningKey
from privet.ledger import Log
from privet.ledger.budgets import Account, Asked, Budgets, Limit
from privet.model.errors import Busy, Refused
from privet.model.privacy_loss import Claim, Delta, Epsilon, Pure, Unit

EVENT = Pure(Fraction(1, 1000))
ACCOUNT = Account("visits", "customer")


def limit(answers: int) -> Limit:
    """What lets exactly so many answers out."""
    return Limit(ACCOUNT, Epsilon(Fraction(answers, 1000)), Delta.of(0))


def open_log(url: str, folder: Path, *, create: bool = False) -> tuple[SqlCatalog, Log]:
    catalog = SqlCatalog(url, create=create, busy_seconds=60)
    signer = NoteSigner("example.org/race", SigningKey.from_seed(b"\x07" * 32))
    return catalog, Log(catalog, LocalStore(folder / "store"), signer, SystemClock(), "log/")


def main(url: str, folder: Path, times: int, answers: int, name: str) -> None:
    catalog, log = open_log(url, folder)
    budgets, given = Budgets(log), limit(answers)
    answered = os.open(folder / f"answers-{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(times):
        grant = f"{name}-{os.getpid()}-{number}"
        try:
            with catalog.write() as connection:
                claim = Claim(EVENT, "add-or-remove", Unit("customer"))
                budgets.reserve(connection, Asked(grant, claim, (given,)))
            with catalog.write() as connection:
                budgets.charge(connection, grant, "answer", EVENT)
            os.write(answered, f"{grant}\n".encode())
            with catalog.write() as connection:
                budgets.settle(connection, grant)
        except (Refused, Busy):
            continue


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
