"""Words of special categories: which text flags what, phrases before words, room that runs out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.detect.kinds import flags as kinds
from privet.detect.words import read_words
from privet.kernels.scan import codes
from privet.kernels.scan.emission import FIELDS
from privet.kernels.scan.flags import CATEGORIES, SPARE, flags
from privet.kernels.scan.tables import workplace

WANTED = np.zeros(1024, np.uint8)


def flagged(texts: list[str], capacity: int = 64) -> list[tuple[int, str, int]]:
    """Row, text and kind of each flag, read by as many calls as the capacity needs."""
    rows = [text.encode() for text in texts]
    data = np.frombuffer(b"".join(rows) + b"diabetes", np.uint8)
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    out: list[tuple[int, str, int]] = []
    row, at = 0, 0
    while row < len(rows):
        found, work = np.empty((capacity, FIELDS), np.int64), workplace(WANTED, 0)
        row, at = flags(data, offsets, row, at, len(rows), found, work, kinds.flag_words())
        for number, start, end, kind, *_ in found[: work["count"][0]].tolist():
            out.append((number, bytes(data[start:end]).decode(), kind))
    return out


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("She has diabetes.", "diabetes", codes.HEALTH),
        ("He is HIV-positive now", "HIV-positive", codes.HEALTH),
        ("er ist schwerbehindert", "schwerbehindert", codes.HEALTH),
        ("elle est séropositive", "séropositive", codes.HEALTH),
        ("患有糖尿病的人", "糖尿病", codes.HEALTH),
        ("a devout Muslim", "Muslim", codes.RELIGION),
        ("römisch-katholisch", "römisch-katholisch", codes.RELIGION),
        ("a trade union member since", "trade union member", codes.UNION),
        ("członek związku zawodowego", "członek związku zawodowego", codes.UNION),
        ("был судим", "судим", codes.CRIMINAL),
        ("orientación sexual", "orientación sexual", codes.ORIENTATION),
        ("a genetic test", "genetic test", codes.GENETIC),
        ("Origine ethnique", "Origine ethnique", codes.ETHNICITY),
        ("Parteimitglied", "Parteimitglied", codes.POLITICS),
    ],
)
def test_words_flag_a_text(text: str, word: str, kind: int) -> None:
    assert flagged([text]) == [(0, word, kind)]


@pytest.mark.parametrize(
    "text", ["", "Nice weather today", "trade. Union", "cancerous", "unionised", "工会"]
)
def test_other_words_do_not(text: str) -> None:
    assert flagged([text]) == []


def test_rows_are_apart() -> None:
    assert flagged(["trade", "union member", "", "Muslim"]) == [
        (1, "union member", codes.UNION),
        (3, "Muslim", codes.RELIGION),
    ]


def test_a_pass_goes_on_where_the_room_ran_out() -> None:
    texts = ["diabetes, Muslim and 糖尿病; convicted"] * 20
    assert flagged(texts, capacity=SPARE + 3) == flagged(texts, capacity=1000)
    assert len(flagged(texts, capacity=SPARE + 1)) == 80


def test_each_category_has_words_and_its_code() -> None:
    assert {category for category, _ in read_words("kinds/flag_words.txt")} == set(kinds.CATEGORIES)
    names = {name.lower(): value for name, value in vars(codes).items() if name.isupper()}
    assert tuple(names[category] for category in kinds.CATEGORIES) == CATEGORIES


@given(st.binary(max_size=60))
def test_any_bytes_are_survived(row: bytes) -> None:
    data = np.frombuffer(row, np.uint8)
    offsets = np.array([0, len(row)], np.int64)
    found, work = np.empty((64, FIELDS), np.int64), workplace(WANTED, 0)
    assert flags(data, offsets, 0, 0, 1, found, work, kinds.flag_words()) == (1, len(row))


def test_large_text_from_arrow_buffers() -> None:
    column = pa.array(["plain words", "a Catholic priest"], pa.large_string())
    data = np.frombuffer(column.buffers()[2], np.uint8)
    offsets = np.frombuffer(column.buffers()[1], np.int64)
    found, work = np.empty((64, FIELDS), np.int64), workplace(WANTED, 0)
    assert flags(data, offsets, 0, 0, 2, found, work, kinds.flag_words())[0] == 2
    assert int(found[0, 3]) == codes.RELIGION
