"""Official numbers without a header: a share of one kind that no other numbers have.

One number in ten has the check digit of some country's number by chance, but hardly one column in
which most numbers are of the same kind. Only values of the length and signs that such numbers have
are given to the detector, which is compiled when it is first asked.
"""

from __future__ import annotations

import numpy as np

from privet.detect.columns.checks import matches
from privet.detect.columns.shares import Share
from privet.detect.kinds.registry import by_code
from privet.transforms.arrow import Values

_FAMILIES = frozenset({"national_id", "tax_id", "health_id"})
_WORTH_A_LOOK = r"[A-Z0-9][A-Z0-9 ./-]{6,20}[A-Z0-9]"
_DIGITS = r"(?:[^\d]*\d){5,}.*"
_WEAK = 40
"""Score of a lone check digit: enough, since it is the column that is judged."""
_MOST = 500
_FEWEST = 10


def official_share(texts: Values) -> Share:
    """The share of distinct values that are official numbers of one kind; of the commonest."""
    some = texts.slice(0, _MOST)
    if len(some) < _FEWEST:
        return Share(0, len(some))
    shaped = matches(some, _WORTH_A_LOOK) & matches(some, _DIGITS)
    if shaped.mean() < 0.5:
        return Share(0, len(some))
    from privet.detect.text.detector import Detector  # noqa: PLC0415 - compiled code loads with it

    spans = Detector(sorted(_FAMILIES), threshold=_WEAK, threads=1).detect(some)
    sizes = np.array([len(text.encode()) for text in some.to_pylist()])
    whole = (spans.start == 0) & (spans.end == sizes[spans.row])
    codes, counts = np.unique(spans.kind[whole], return_counts=True)
    hits = [int(n) for code, n in zip(codes, counts, strict=True) if _is_official(int(code))]
    return Share(max(hits, default=0), len(some))


def _is_official(code: int) -> bool:
    return by_code(code).family in _FAMILIES
