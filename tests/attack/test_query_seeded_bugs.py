"""Mistakes, each made in the rewrite: the check of the grey box sees every one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

import pytest
from sqlglot import exp

from privet.query.parsing import Part
from privet.query.relations import SUBJECT
from privet.query.rewrite import STEPS, Rewrite
from tests.attack.query_pairs import checked


def _sql(text: str) -> Any:
    return exp.maybe_parse(text, dialect="duckdb")


class NoClip(Rewrite):
    """The value is not held to its bounds."""

    def fixed(self, part: Part) -> Any:
        return _sql(f"TRY_CAST(x{part.value} / {float(part.half)} * {STEPS} AS BIGINT)")


class LowerBoundOnly(Rewrite):
    """The upper bound is missing."""

    def fixed(self, part: Part) -> Any:
        low = float(part.centre - part.half)
        value = f"(GREATEST(x{part.value}, {low}) - {float(part.centre)})"
        return _sql(f"TRY_CAST({value} / {float(part.half)} * {STEPS} AS BIGINT)")


class ClipBeforeArithmetic(Rewrite):
    """The column is held to its bounds, and what is computed from it is not."""

    def fixed(self, part: Part) -> Any:
        inner = super().fixed(part).sql("duckdb")
        return _sql(f"CASE WHEN x{part.value} > 20 THEN 2 ELSE 1 END * ({inner})")


class NotShifted(Rewrite):
    """Bounds [a, b] with the norm of their half width, and the value not shifted by the middle."""

    def fixed(self, part: Part) -> Any:
        low, high = float(part.centre - part.half), float(part.centre + part.half)
        value = f"GREATEST(LEAST(x{part.value}, {high}), {low})"
        return _sql(
            f"CASE WHEN x{part.value} IS NOT NULL "
            f"THEN TRY_CAST({value} / {float(part.half)} * {STEPS} AS BIGINT) END"
        )


class RaisingCast(Rewrite):
    """A cast that raises where a value is beyond a whole number."""

    def fixed(self, part: Part) -> Any:
        return _sql(f"CAST(x{part.value} * {STEPS} AS INT)")


class Overflow(Rewrite):
    """Whole numbers are multiplied in a type that is too small, after the clip."""

    def fixed(self, part: Part) -> Any:
        return _sql(f"({super().fixed(part).sql('duckdb')}) * {STEPS}::INT * 2::INT")


class Everything(Rewrite):
    """No weight at all: the bound is said, and not kept."""

    def weight(self, size: Any, limit: Fraction) -> Any:
        return _sql("1.0::DOUBLE")


class _Norm(Rewrite):
    was: ClassVar[str]
    becomes: ClassVar[str]

    def norms(self) -> Any:
        text = super().norms().sql("duckdb", identify=True)
        for was in self.was.split("~"):
            text = text.replace(was, self.becomes)
        return _sql(text)


class NormPerGroup(_Norm):
    """The greatest group is held to the norm, not all of a subject's groups together."""

    was, becomes = 'SUM(CAST("n" AS DOUBLE) * "n")~SUM(CAST("n" AS DOUBLE))', 'MAX("n" * "n")'


class NormOfOne(Rewrite):
    """A row that a join has multiplied is counted once."""

    def norms(self) -> Any:
        one = "1.0::DOUBLE"
        return _sql(f'SELECT "{SUBJECT}", {one} AS w, {one} AS v FROM "kept" GROUP BY "{SUBJECT}"')


class SumForSquares(_Norm):
    """The L1 norm is computed where the squared L2 norm is asked for."""

    was, becomes = 'CAST("n" AS DOUBLE) * "n"', '"n"'


class Average(_Norm):
    """The mean over groups in place of the sum."""

    was, becomes = "SUM(", "AVG("


class SubjectsUnweighted(Rewrite):
    """COUNT(DISTINCT) counts a subject in each of its groups in full."""

    def norms(self) -> Any:
        return _sql(super().norms().sql("duckdb", identify=True).replace("COUNT(*)", "1"))

    def kept(self) -> Any:
        return exp.select("*").from_('"cells"')


class WrongLimit(Rewrite):
    """The norm's limit is squared once too often."""

    def limit(self, part: Part) -> tuple[str, Fraction]:
        size, limit = super().limit(part)
        return size, limit**2


class Slack(Rewrite):
    """Weights a little above what the norm allows."""

    def slack(self) -> Fraction:
        return 1 + Fraction(1, 2**10)


class Ceiling(Rewrite):
    """Weights are rounded away from zero."""

    def weighted(self, name: str, part: Part) -> Any:
        text = super().weighted(name, part).sql("duckdb", identify=True)
        return _sql(text.replace("TRUNC(", "1 + CEIL("))


class OneGroupMore(Rewrite):
    """The truncation of groups is off by one."""

    def kept(self) -> Any:
        return _sql(super().kept().sql("duckdb", identify=True).replace("<= 2", "<= 3"))


class NoGroups(Rewrite):
    """A subject is in as many groups as it likes."""

    def kept(self) -> Any:
        return exp.select("*").from_('"cells"')


class OthersDecide(Rewrite):
    """Which groups are kept depends on how many others are in them."""

    def kept(self) -> Any:
        text = super().kept().sql("duckdb", identify=True)
        keys = ", ".join(f'"{k}"' for k in self.keys)
        counted = f'(SELECT *, COUNT(*) OVER (PARTITION BY {keys}) AS o FROM "cells")'
        return _sql(text.replace('FROM "cells"', f"FROM {counted}").replace("MD5(", "o, MD5("))


class BoundsFromData(Rewrite):
    """Values are divided by the greatest of all that there are."""

    def cells(self) -> Any:
        text = super().cells().sql("duckdb", identify=True)
        return _sql(
            text.replace('COUNT(*) AS "n"', 'COUNT(*) * (SELECT COUNT(*) FROM "rows") AS "n"')
        )

    def weighted(self, name: str, part: Part) -> Any:
        text = super().weighted(name, part).sql("duckdb", identify=True)
        return _sql(f'({text}) * (SELECT 1 + COUNT(*) FROM "kept") / 8')


class SubjectRenamed(Rewrite):
    """A column redefined after the bound: the subject that is bounded is not the one declared."""

    def rows(self) -> Any:
        text = super().rows().sql("duckdb", identify=True)
        return _sql(text.replace(f'"who" AS "{SUBJECT}"', f'"who" || random() AS "{SUBJECT}"'))


class BinsCumulated(Rewrite):
    """A row is counted in all bins below its value too: cumulated before the noise."""

    def cell(self, name: str, part: Part, number: int) -> Any:
        if part.measure != "bin":
            return super().cell(name, part, number)
        return _sql(f"COUNT(CASE WHEN b{number} >= {part.bin} THEN 1 END)")


class BinsUnweighted(Rewrite):
    """Bins are not scaled by their subject's weight."""

    def weighted(self, name: str, part: Part) -> Any:
        if part.measure != "bin":
            return super().weighted(name, part)
        return _sql(f"kept.{name} * {STEPS}")


BUGS = [
    BinsCumulated,
    BinsUnweighted,
    NoClip, LowerBoundOnly, ClipBeforeArithmetic, NotShifted, RaisingCast, Overflow, Everything,
    NormPerGroup, NormOfOne, SumForSquares, Average, SubjectsUnweighted, WrongLimit, Slack, Ceiling,
    OneGroupMore, NoGroups, OthersDecide, BoundsFromData, SubjectRenamed,
]  # fmt: skip


RAISING = (RaisingCast, Overflow)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_seeded_bug_is_caught(bug: type[Rewrite]) -> None:
    for asked, found in checked(11, 1_600, bug):
        raised = [fault for fault in found if fault.startswith("raises")]
        assert not raised or bug in RAISING, (asked, raised)
        if found:
            return
    pytest.fail("it was not seen")
