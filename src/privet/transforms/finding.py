"""What finds spans in texts, as transforms and streams see it: they stand below the detector."""

from __future__ import annotations

from typing import Protocol

from privet.kernels.spans import Spans
from privet.transforms.arrow import Values


class SpanFinder(Protocol):
    """Finds what is personal in texts."""

    def detect(self, texts: Values) -> Spans:
        """Where something stands in a string or large_string array, sorted, without overlaps."""
        ...
