"""The rules on the whole data set: measured on the kept rows, decided before their commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from privet.model.contract import Contract
from privet.model.paths import ColumnPath
from privet.model.quality import Query, RuleOutcome, Steady
from privet.pipeline.findings import Findings
from privet.ports.arrow_types import arrow_schema
from privet.ports.engine import Engine
from privet.quality.measures import SetMeasures
from privet.quality.outcomes import outcomes
from privet.quality.profile import Profiler
from privet.quality.shapes import Profile
from privet.quality.steady import distance


class Verdict:
    """Measures the kept rows as they go by, and says what each rule found.

    Args:
        contract: whose rules.
        engine: answers SQL rules.
        secret: 32 bytes, the data set's; texts are profiled by their keyed hashes.
        before: the profile of the snapshot before, or None.
    """

    def __init__(
        self, contract: Contract, engine: Engine, secret: bytes, before: Profile | None
    ) -> None:
        self._contract = contract
        self._engine = engine
        self._before = before
        self._schema = arrow_schema(contract.columns)
        self._measures = SetMeasures(contract)
        self._profiler = Profiler(contract.columns, secret)

    def add(self, kept: pa.RecordBatch) -> None:
        """Take kept rows in."""
        self._measures.add(kept)
        self._profiler.add(kept)

    def recall(self, kept: pa.RecordBatch) -> None:
        """Take in rows of the snapshot that this run adds to; its profile is of its own rows."""
        self._measures.add(kept)

    def profile(self) -> Profile:
        """Of the rows that were added."""
        return self._profiler.result()

    def outcomes(
        self,
        findings: Findings,
        *,
        kept: int,
        key_failed: Mapping[str, int],
        key_judged: Mapping[str, int],
        now: datetime,
        rows: Callable[[], Iterator[pa.RecordBatch]],
    ) -> tuple[RuleOutcome, ...]:
        """What each rule of the contract found, in its order.

        Args:
            findings: of the row rules.
            kept: rows of the snapshot.
            key_failed: rows that fail, by rule on keys.
            key_judged: rows that these rules looked at.
            now: what the age of the newest value counts to.
            rows: gives all kept rows, anew with each call, for SQL rules.
        """
        figures = self._measures.figures(kept=kept, now=now)
        for rule in self._contract.rules:
            if isinstance(rule.check, Steady):
                figures[rule.name] = self._distance(rule.columns)
            elif isinstance(rule.check, Query):
                figures[rule.name] = self._engine.scalar(
                    rule.check.sql, self._contract.name, self._schema, rows
                )
        return outcomes(
            self._contract,
            failed={**findings.failed, **key_failed},
            of=findings.judged,
            figures=figures,
            looked_at=key_judged,
        )

    def _distance(self, columns: Sequence[ColumnPath]) -> float | None:
        """How far the columns have moved from the snapshot before: the farthest of them."""
        if self._before is None:
            return None
        now = self.profile()
        found = [distance(self._before, now, path) for path in columns]
        return max((each for each in found if each is not None), default=None)
