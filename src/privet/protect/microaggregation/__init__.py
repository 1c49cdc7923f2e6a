"""Micro-aggregation: numeric columns published as the means of groups of at least k."""

from __future__ import annotations

from privet.protect.microaggregation.means import MicroAggregated, micro_aggregate

__all__ = ["MicroAggregated", "micro_aggregate"]
