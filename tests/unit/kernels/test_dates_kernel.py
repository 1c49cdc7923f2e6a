# ruff: noqa: RUF001 -- letters and signs as they are written

"""Dates, times, dates of birth and ages, as people of many languages write them."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.detect.kinds.context import context_words
from privet.detect.kinds.dates import calendar
from privet.detect.words import read_words
from privet.kernels.scan import births, codes, dates
from privet.kernels.scan.words import key_of

CALENDAR = calendar(20260101)


def digits(row: bytes) -> list[int]:
    return [
        at
        for at, byte in enumerate(row)
        if 48 <= byte <= 57 and not (at and 48 <= row[at - 1] <= 57)
    ]


def first(text: str) -> tuple[str, int, int]:
    """What is found at the first number where something is: its text, kind and score."""
    row = text.encode()
    data = np.frombuffer(b"born 9 " + row + b" 9 years old", np.uint8)
    for at in digits(row):
        start, end, kind, score, _ = births.found(
            data, 7, 7 + len(row), 7 + at, context_words(), CALENDAR
        )
        if end:
            return row[start - 7 : end - 7].decode(), kind, score
    return "", 0, 0


def day(text: str) -> tuple[str, int]:
    row = text.encode()
    data = np.frombuffer(row, np.uint8)
    start, end, value = dates.read_date(data, 0, len(row), digits(row)[0], CALENDAR)
    return row[start:end].decode(), value


@pytest.mark.parametrize(
    "text",
    [
        "1990-03-12", "1990/3/12", "1990.03.12", "12.03.1990", "12. 3. 1990", "3/12/1990",
        "12-03-1990", "12 March 1990", "12th of March, 1990", "March 12, 1990", "Mar 12 1990",
        "12. März 1990", "12 mars 1990", "12 de marzo de 1990", "12 marzo 1990", "12 marca 1990",
        "12 de março de 1990", "12 maart 1990", "12 марта 1990", "12 березня 1990", "12-Mar-1990",
        "12 Mart 1990", "12. března 1990", "12 martie 1990", "12 Μαρτίου 1990", "12 مارس 1990",
        "1990年3月12日", "1990년 3월 12일", "3/12/90",
    ],
)  # fmt: skip
def test_one_day_in_many_forms(text: str) -> None:
    assert day(text) == (text, 19900312)


@pytest.mark.parametrize(
    "text",
    ["10.1.12.5", "06.12.34.56", "555-12-34", "1990-03-12-01", "30.02.1990", "0/3/1990",
     "+12-03-1990",
     "12.03-1990", "1990-13-01", "12345", "a12-03-1990"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert day(text) == ("", 0)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("2024-03-12T12:34:56.789+02:00 x", "2024-03-12T12:34:56.789+02:00"),
        ("2024-03-12 12:34 x", "2024-03-12 12:34"),
        ("2024-03-12T12:34Z", "2024-03-12T12:34Z"),
        ("12:34:56 x", "12:34:56"),
        ("12/31/99, 7:05", "12/31/99, 7:05"),
    ],
)
def test_times_belong_to_a_date(text: str, whole: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    assert dates.is_date(data, 0, len(data), 0, CALENDAR) == len(whole)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("DOB: 1990-03-12", "1990-03-12"),
        ("born on March 12, 1990 in Ulm", "March 12, 1990"),
        ("née le 12 mars 1990", "12 mars 1990"),
        ("geb. 12.3.1990", "12.3.1990"),
        ("生年月日：1990年3月12日", "1990年3月12日"),
        ("生于1990年3月12日", "1990年3月12日"),
        ("dob 19900312", "19900312"),
        ("Ada (* 12.3.1990)", "12.3.1990"),
    ],
)
def test_a_date_of_birth_is_one_where_birth_is_spoken_of(text: str, span: str) -> None:
    found, kind, score = first(text)
    assert (found, kind) == (span, codes.DATE_OF_BIRTH)
    assert score >= 60


@pytest.mark.parametrize(
    "text", ["on 1990-03-12", "born 2030-03-12", "born 1790-03-12", "born 19901312"]
)
def test_other_dates_are_not(text: str) -> None:
    assert first(text)[0] == ""


@pytest.mark.parametrize(
    "text",
    [
        "45 years old", "a 45-year-old man", "aged 45", "45 y/o", "Marie, 45 ans, habite",
        "45 Jahre alt",
        "edad 45", "tiene 45 años de edad", "年齢：45", "年龄45", "45歳",
        '{"age": "45"}', "age=45", "나이 45",
        "45-летний", "ma 45 lat, wiek 45", "45-jährige Frau", "45 anni di età", "Alter: 45", "45살",
    ],
)  # fmt: skip
def test_ages(text: str) -> None:
    found, kind, score = first(text)
    assert (found, kind) == ("45", codes.AGE)
    assert score >= 40


@pytest.mark.parametrize(
    "text", ["45 old books", "age 18-25", "aged 45%", "age 130", "page 45", "$45", "45", "3 of 45"]
)
def test_other_numbers_are_no_ages(text: str) -> None:
    assert first(text)[0] == ""


def test_a_span_of_years_is_below_the_threshold() -> None:
    assert first("depuis 45 ans")[2] < 50


def test_each_word_names_one_month() -> None:
    told: dict[int, set[str]] = {}
    for topic, word in read_words("kinds/date_words.txt"):
        if topic.startswith("month"):
            told.setdefault(key_of(word), set()).add(topic)
    assert {word for word, topics in told.items() if len(topics) > 1} == set()


@given(
    st.dates(),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%Y%m%d"]),
)
def test_every_day_is_read(value: datetime.date, form: str) -> None:
    if value.year < 1000 or value.year > 2999 or form == "%Y%m%d":
        return
    text = value.strftime(form)
    assert day(text) == (text, value.year * 10000 + value.month * 100 + value.day)


@given(st.binary(max_size=40))
def test_any_bytes_are_survived(row: bytes) -> None:
    data = np.frombuffer(row, np.uint8)
    for at in digits(row):
        start, end, *_ = births.found(data, 0, len(row), at, context_words(), CALENDAR)
        assert end == 0 or 0 <= start <= at < end <= len(row)
        assert dates.is_date(data, 0, len(row), at, CALENDAR) <= len(row)
