"""What finds spans in texts, as transforms and streams see it: they stand below the detector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from privet.kernels.spans import Spans
from privet.transforms.arrow import Values


class SpanFinder(Protocol):
    """Finds what is personal in texts."""

    def detect(self, texts: Values) -> Spans:
        """Where something stands in a string or large_string array, sorted, without overlaps."""
        ...


class TextFinder(SpanFinder, Protocol):
    """Finds what is to be replaced, and knows what it is called."""

    @property
    def kinds(self) -> Mapping[int, tuple[str, str | None]]:
        """Name and category of each kind, by its code in the spans."""
        ...
