"""Where addresses begin and end: borders of rows, hyphens, dots, punycode, neighbours."""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import pytest

from privet.detect.text.detector import Detector


@cache
def _detector() -> Detector:
    return Detector(["email", "ip", "mac"], threads=1)


def found(text: str) -> list[str]:
    spans = _detector().detect(pa.array([text]))
    raw = text.encode()
    return [raw[a:b].decode() for a, b in zip(spans.start, spans.end, strict=True)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a@b.x1", []),
        ("a@b.com- thanks", ["a@b.com"]),
        ("a@b.com--", ["a@b.com"]),
        ("a..-b@c.com", ["b@c.com"]),
        ("a@b.xn--p1ai_", []),
        ("a@b.xn--p1ai", ["a@b.xn--p1ai"]),
        ("report@3.10.20.tgz", []),
        ("1:2:3:4:5:6:7:8::", []),
        ("IP:2001:db8::8a2e:370:7334", ["2001:db8::8a2e:370:7334"]),
        ("IP\uff1a2001:db8::8a2e:370:7334", ["2001:db8::8a2e:370:7334"]),
        ("MAC:00:1a:2b:3c:4d:5e", ["00:1a:2b:3c:4d:5e"]),
        ("12-34-56-78-90-12", []),
        ("version 93.56.51.46", []),
        ("from 93.56.51.46", ["93.56.51.46"]),
    ],
)
def test_an_address_is_cut_where_it_ends(text: str, values: list[str]) -> None:
    assert found(text) == values


def test_nothing_is_read_from_the_row_before() -> None:
    texts = pa.array(["a@b.x", "-z", "1", "-192.168.1.77"])
    spans = _detector().detect(texts)
    alone = [found(text) for text in texts.to_pylist()]
    assert [len(each) for each in alone] == [int((spans.row == row).sum()) for row in range(4)]
