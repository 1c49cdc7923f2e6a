"""The compiled scanner beside its plain twin, on values, near misses and rubbish between them."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.detect.kinds.registry import KINDS
from privet.detect.text.detector import Detector
from privet.detect.text.tables import scan_tables
from privet.kernels.scan import dates
from privet.kernels.scan.context import context, named_otherwise
from tests.property import scan_laws as laws
from tests.property import scan_twin as twin

VALUES = st.sampled_from(
    [
        b"ana@example.com", b"x@y.co.uk", b"o'neil+a@b-c.org", "jörg@bücher.de".encode(),
        b"a..b@c.de", b"icon@2x.png", b"tool@3.10.example", b"a@10.b.example",
        b"git@host.org", b"a@b.xn--p1ai", b"a@b.co-",
        b"192.168.1.10", b"8.8.8.8", b"1.2.3.4", b"256.1.1.1", b"10.0.0.01", b"99.1.1.1.1",
        b"2001:db8::ff00:42:8329", b"::1", b"fe80::1", b"1:2:3:4:5:6:7:8", b"::", b"a::b",
        b"00:1A:2b:3C:4d:5E", b"00-1A-2b-3C-4d-5E", b"aa-bb-cc-dd-ee-ff",
        b"4111 1111 1111 1111", b"4111-1111-1111-1111", b"4111111111111111", b"378282246310005",
        b"3782 822463 10005", b"5555555555554444", b"4222222222222", b"6011 0009 9013 9424",
        b"30569309025904", b"6304000000000000", b"4111 1111-1111 1111", b"4111  1111 1111 1111",
        b"DE89 3704 0044 0532 0130 00", b"DE89370400440532013000", b"GB82WEST12345698765432",
        b"no9386011117947", b"NO93 8601 1117 948", b"DEUTDEFF500", b"BNPAFRPP", b"DEUTDEFF",
        b"123e4567-e89b-12d3-a456-426614174000", b"2024-05-06", b"1/1/1990", b"+49 (0)171 1234567",
        b"12345678901234567890123456789", b"1,000.5",
    ]
)  # fmt: skip
GLUE = st.sampled_from(
    [b" ", b" ", b"", b", ", b"-", b".", b":", b"=", b"@", b"/", b"//", b"(", b")", b"_", b"+",
     b"#", b"$", b"%", b"'", b"\n", b"\0", b"\xc2\xa0", b"\xc2\xa3", "€".encode(),
     "\N{EN DASH}".encode(),
     "字".encode(), "é".encode(), b"\xff", b"\x80", b"\xc3", b"card: ", b"IBAN: ", b"BIC=",
     b"IP ", b"order 12 ", b"x", b"7", b"F", b"::", b"--", b"xn--"]
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A value with a byte changed, put in or left out."""
    value = draw(VALUES)
    at = draw(st.integers(0, len(value) - 1))
    new = draw(st.sampled_from([b"", b"0", b"9", b"a", b"G", b" ", b".", b"-", b":", b"\xc3\xa9"]))
    return value[:at] + new + value[at + draw(st.integers(0, 1)) :]


TEXTS = st.lists(VALUES | GLUE | GLUE | spoilt() | st.binary(max_size=3), max_size=9).map(b"".join)


@cache
def detector() -> Detector:
    return Detector(twin.KINDS, threshold=0, threads=1)


def topics(data: bytes, start: int, end: int) -> int:
    words = scan_tables().words
    said, _ = context(np.frombuffer(data, np.uint8), 0, len(data), start, end, words)
    return int(said)


def is_date(data: bytes, start: int) -> int:
    calendar = scan_tables().calendar
    return int(dates.is_date(np.frombuffer(data, np.uint8), 0, len(data), start, calendar))


def otherwise(data: bytes, start: int) -> bool:
    words = scan_tables().words
    return bool(named_otherwise(np.frombuffer(data, np.uint8), 0, start, words))


def compared(text: bytes) -> None:
    found = laws.rows(detector().detect(laws.array([text])))
    assert [span[1:] for span in found] == twin.scan(text, topics, is_date, otherwise), text


@settings(max_examples=2000)
@given(TEXTS)
def test_texts_are_scanned_like_by_the_twin(text: bytes) -> None:
    compared(text)


@settings(max_examples=500)
@given(st.text(st.sampled_from("1409:.-@aFz é字 "), max_size=40))
def test_rubbish_is_scanned_like_by_the_twin(text: str) -> None:
    compared(text.encode())


@settings(max_examples=300)
@given(st.lists(st.none() | TEXTS, max_size=5))
def test_spans_hang_on_the_row_alone(texts: list[bytes | None]) -> None:
    laws.same_everywhere(texts)


@settings(max_examples=300)
@given(st.lists(VALUES.filter(laws.is_text) | st.text(max_size=4).map(str.encode), max_size=9))
def test_characters_are_pythons(pieces: list[bytes]) -> None:
    from privet.detect.text.library import detect

    text = b" ".join(pieces).decode()
    table = detect([text], threshold=0.0, threads=1)
    found = laws.detector(0).detect(laws.array([text.encode()]))
    starts, ends = table["start"].to_pylist(), table["end"].to_pylist()
    cut = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    assert cut == laws.character_spans(text, found)


def test_the_twin_knows_these_kinds() -> None:
    assert set(twin.KINDS) <= set(KINDS)
