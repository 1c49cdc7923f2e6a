"""The report of a run: one self-contained HTML file for the person who ran it, and nobody else.

`disclosure` decides which row counts may be shown, `markup` escapes whatever is not markup, `page`
puts the sections together, `file` writes them. No script, no address on the network, no data value.
"""

from __future__ import annotations

from privet.report.file import write
from privet.report.page import render

__all__ = ["render", "write"]
