"""At most one false alarm for each megabyte of hard negatives, at the default threshold."""

from __future__ import annotations

import math
from collections import Counter

import pyarrow as pa

from privet.detect.kinds.registry import by_code
from privet.detect.text.detector import Detector
from tests.texts import negatives

MEGABYTES = 4.2
ALLOWED = 1.0
"""False alarms for each MB (10**6 bytes)."""
SHOWN = 4
"""Alarms of each sort that a failure shows: nobody is in these texts."""


def upper(count: int, confidence: float = 0.95) -> float:
    """The largest mean at which `count` events or fewer are not yet unlikely (Poisson)."""
    low, high = 0.0, 2.0 * count + 20
    for _ in range(60):
        mean = (low + high) / 2
        total = math.fsum(
            math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
            for number in range(count + 1)
        )
        low, high = (mean, high) if total > 1 - confidence else (low, mean)
    return high


def test_the_bound_is_that_of_the_tables():
    assert round(upper(0), 3) == 2.996
    assert round(upper(4), 3) == 9.154


def test_negatives_hold_no_more_than_one_alarm_for_each_megabyte():
    rows = list(negatives.rows(int(MEGABYTES * 1e6)))
    texts = [text for _, text in rows]
    size = sum(len(text.encode()) for text in texts) / 1e6
    assert size >= 4
    spans = Detector().detect(pa.array(texts))

    alarms: Counter[tuple[str, str]] = Counter()
    shown = []
    for row, start, end, code in zip(
        spans.row.tolist(),
        spans.start.tolist(),
        spans.end.tolist(),
        spans.kind.tolist(),
        strict=True,
    ):
        sort = (rows[row][0], by_code(code).name)
        alarms[sort] += 1
        if alarms[sort] <= SHOWN:
            value = texts[row].encode()
            shown.append(f"  {sort}: {value[max(start - 12, 0) : start]!r} + {value[start:end]!r}")

    rate, bound = len(spans) / size, upper(len(spans)) / size
    counts = "\n".join(f"  {n} x {what}" for what, n in alarms.most_common(30))
    told = f"{rate:.2f} alarms for each MB over {size:.1f} MB; 95 % sure: below {bound:.2f}"
    assert rate <= ALLOWED, "\n".join((told, counts, *shown))
