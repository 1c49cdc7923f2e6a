"""A whole door for tests: a real vault and registry, releases on disk, a policy that can change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from privet.adapters.formats.write import open_writer
from privet.adapters.releases import open_target
from privet.gate import Gate, Means, Part, SourceRef, Tally, Terms
from privet.model.contract import Contract
from privet.model.policy import Policy
from privet.model.release import Request
from privet.policy.decide import decide
from privet.registry import Registry
from tests.unit.policy.policies import allow, contract, policy, request
from tests.unit.vault.vaults import ROOT, House, house
from tests.world import FixedClock, SeededEntropy

CUSTOMERS, ORDERS = "customers", "orders"
SCHEMA = pa.schema([(name, pa.string()) for name in ("id", "email", "city", "plan")])


@dataclass
class Door:
    """A gate and what it stands on; `policy` is the one in force."""

    gate: Gate
    house: House
    clock: FixedClock
    folder: Path
    policy: Policy
    contracts: dict[str, Contract] = field(default_factory=dict)

    def terms(self, *data: str, asked: Request | None = None) -> Terms:
        """Terms on data sets (customers alone if none is named), as the policy now decides."""
        names = data or (CUSTOMERS,)
        today = self.clock.now().date()
        made = asked or request()
        return Terms(
            pipeline="research",
            decisions={
                name: decide(self.policy, _about(made, name), self.contracts[name], today)
                for name in names
            },
            contracts={name: self.contracts[name] for name in names},
            plan_sha256="1" * 64,
            code_version="0",
        )

    @property
    def into(self) -> str:
        return str(self.folder / "releases")

    def files(self) -> list[str]:
        """Names of all files below the releases' folder, hidden ones too."""
        found = (self.folder / "releases").rglob("*")
        return sorted(path.name for path in found if path.is_file())


def door(folder: Path) -> Door:
    """A door on customers and orders, both of which analysts may have for research."""
    clock, entropy = FixedClock(), SeededEntropy(9)
    stand = house(folder)
    made = Door(
        gate=None,  # type: ignore[arg-type]
        house=stand,
        clock=clock,
        folder=folder,
        policy=policy(allow(data=None)),
        contracts={name: contract(name=name) for name in (CUSTOMERS, ORDERS)},
    )
    means = Means(
        catalog=stand.catalog,
        log=stand.log,
        registry=Registry(stand.catalog, stand.log, ROOT, clock),
        vault=stand.vault,
        keys=stand.vault.keys,
        signer=stand.vault.signer,
        clock=clock,
        entropy=entropy,
        policy=lambda: made.policy,
        contracts=lambda: made.contracts,
        targets=lambda url: open_target(url, folder),
        open_writer=open_writer,
        origin="example.org/clinic",
    )
    made.gate = Gate(means)
    return made


def part(data: str = CUSTOMERS, *batches: pa.RecordBatch) -> Part:
    """Rows of one data set on their way out, as CSV."""
    rows = batches or (people("C1", "C2"),)
    tally = Tally(SourceRef(data, 1, "0" * 64), sum(batch.num_rows for batch in rows), {})
    return Part(data, SCHEMA, iter(rows), "csv", lambda: tally)


def people(*ids: str | None) -> pa.RecordBatch:
    """One row for each id."""
    return pa.record_batch([list(ids), *_columns(ids)], schema=SCHEMA)


def _columns(ids: Sequence[str | None]) -> list[list[str]]:
    return [
        [f"{word}-{number}" for number in range(len(ids))] for word in ("email", "city", "plan")
    ]


def _about(made: Request, data: str) -> Request:
    return request(
        principal=made.principal,
        role=made.role,
        purpose=made.purpose,
        recipient=made.recipient,
        data=data,
    )
