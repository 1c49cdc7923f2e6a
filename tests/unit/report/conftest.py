"""The sample run, as a fixture."""

from __future__ import annotations

import pytest

from privet.pipeline.summary import RunSummary
from tests.unit.report.summaries import summary


@pytest.fixture
def sample_summary() -> RunSummary:
    return summary()
