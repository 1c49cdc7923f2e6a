"""Exact spans of six kinds in messages whose templates nobody tuned on."""

from __future__ import annotations

import pyarrow as pa
import pytest

from privet.detect.kinds.registry import by_code
from privet.detect.text.detector import Detector
from tests.texts import labelled
from tests.texts.scoring import Span, by_characters, score

FLOORS = {None: 0.95, "card": 0.95, "phone": 0.88, "email": 0.98, "iban": 0.97, "ip": 0.97}
"""F1 of all kinds and of each; of `ssn` there are too few templates to say."""
EACH = 16


def _found(texts: list[str]) -> list[set[Span]]:
    found: list[set[Span]] = [set() for _ in texts]
    spans = Detector().detect(pa.array(texts, pa.string()))
    columns = (spans.row, spans.start, spans.end, spans.kind)
    for row, start, end, code in zip(*(column.tolist() for column in columns), strict=True):
        place = by_characters(texts[row], [start], [end])[0]
        found[row].add((*place, by_code(code).name))
    return [{span for span in spans if span[2] in labelled.KINDS} for spans in found]


@pytest.fixture(scope="module")
def held_out() -> tuple[list[set[Span]], list[set[Span]], list[int]]:
    messages = labelled.messages(labelled.HELD_OUT, EACH)
    gold: list[set[Span]] = [
        {(span.start, span.end, span.kind) for span in message.spans} for message in messages
    ]
    return gold, _found([one.text for one in messages]), [one.template for one in messages]


def test_a_message_says_where_its_values_stand():
    for message in labelled.messages(labelled.TUNING[:20], 3):
        ends = [span.end for span in message.spans]
        assert [span.start for span in message.spans] == sorted(s.start for s in message.spans)
        assert all(end <= len(message.text) for end in ends)
    assert not set(labelled.TUNING) & set(labelled.HELD_OUT)


def test_a_perfect_detector_scores_one_and_a_blind_one_nothing(held_out):
    gold, _, clusters = held_out
    assert score(gold, gold, clusters, resamples=50).counts.f1 == 1
    blind = score(gold, [set() for _ in gold], clusters, resamples=50)
    assert blind.counts.f1 == 0
    assert (blind.low, blind.high) == (0, 0)


@pytest.mark.parametrize("kind", FLOORS, ids=lambda kind: kind or "all")
def test_held_out_messages_are_read_exactly(held_out, kind):
    gold, found, clusters = held_out
    had = score(gold, found, clusters, kind=kind, resamples=400)
    assert had.counts.f1 >= FLOORS[kind], str(had)
