"""The scanner: batches in, one finding for each leaf column out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa

from privet.detect.columns.headers import HeaderEvidence, read_header
from privet.detect.columns.opinions import Context
from privet.detect.columns.profile import Profile, profile
from privet.detect.columns.quasi import QuasiRanker
from privet.detect.columns.sampling import DistinctSampler
from privet.detect.columns.verdict import decide, tells_of_people
from privet.model.contract import Column
from privet.model.finding import Finding, QuasiIdentifier
from privet.model.paths import ColumnPath
from privet.policy.categories import CATEGORIES
from privet.transforms.nested import leaf_values

_OWN = 0.5
"""Share of distinct values above which a column that is about nobody numbers rows."""


class ColumnScanner:
    """Looks at the columns of one table, batch by batch, in memory that does not grow with rows.

    It keeps counts and a sample of distinct values of each column (`sampling`); a finding holds
    counts and shares, never a value.
    """

    def __init__(
        self, columns: Sequence[Column], *, today: date | None = None, quasi: bool = False
    ) -> None:
        """Prepare for batches that have these leaf columns.

        Args:
            columns: the leaf columns, with their paths and types.
            today: no birth date is later; without it, any year counts.
            quasi: whether `quasi` will be asked for, which takes memory and time of its own.
        """
        self._columns = tuple(columns)
        self._samplers = [DistinctSampler() for _ in columns]
        self._today = today or date.max
        paths = [column.path for column in columns]
        self._found: tuple[Finding, ...] | None = None
        self._ranker = QuasiRanker(paths, self._nobodys) if quasi else None

    def add(self, batch: pa.RecordBatch) -> None:
        """Take rows in, as read: text or typed, nested or not; other columns are passed over.

        Raises:
            ValueError: the batch lacks a column.
        """
        self._found = None
        for column, sampler in zip(self._columns, self._samplers, strict=True):
            sampler.add(leaf_values(batch, column.path))
        if self._ranker is not None:
            self._ranker.add(batch)

    def findings(self) -> tuple[Finding, ...]:
        """The verdict on every column, in their order.

        `name`, `city` and their like mean people only in a table about people; so columns that are
        plain by themselves are judged first, and those that hang on their neighbours after.
        """
        if self._found is None:
            self._found = self._judge()
        return self._found

    def _judge(self) -> tuple[Finding, ...]:
        looked = [
            profile(column.type, sampler.sample())
            for column, sampler in zip(self._columns, self._samplers, strict=True)
        ]
        headers = [read_header(column.path) for column in self._columns]
        context = Context(
            self._today, first_names=any(header.concept == "name.first" for header in headers)
        )
        alone = self._decide(headers, looked, context)
        if not any(tells_of_people(finding) for finding in alone):
            return alone
        return self._decide(headers, looked, replace(context, about_people=True))

    def quasi(self) -> tuple[QuasiIdentifier, ...]:
        """Which columns together single out rows; nothing for a table that is about nobody."""
        return self._ranker.ranked() if self._ranker is not None else ()

    def _nobodys(self) -> list[ColumnPath]:
        """Columns that identify nobody by themselves, in a table that is about people.

        What is about nobody counts too, where rows share it: who knows what somebody bought, and
        when, knows a row. What every row has of its own is a number of the row.
        """
        findings = self.findings()
        if not any(tells_of_people(finding) for finding in findings):
            return []
        kept = []
        for finding, sampler in zip(findings, self._samplers, strict=True):
            sample = sampler.sample()
            own = sample.distinct > _OWN * max(1, sample.values - sample.missing)
            if finding.category is None:
                if not own:
                    kept.append(finding.path)
            elif not CATEGORIES[finding.category].direct_identifier:
                kept.append(finding.path)
        return kept

    def _decide(
        self, headers: Sequence[HeaderEvidence], looked: Sequence[Profile], context: Context
    ) -> tuple[Finding, ...]:
        return tuple(
            decide(column, header, values, context)
            for column, header, values in zip(self._columns, headers, looked, strict=True)
        )
