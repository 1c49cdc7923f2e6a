"""The step `date`: one text, read in every declared way, and what comes of it."""

from __future__ import annotations

import pytest

from privet.quality.cleaning.date_forms import pattern_fault
from privet.quality.cleaning.month_names import _MONTHS, MONTHS
from tests.unit.quality.cleaning.cleaning_steps import clean_texts, step

BOTH = ("dmy", "mdy")


def read(
    text: str, *formats: str, kind: str = "date32", two_digit: object = "refuse"
) -> str | None:
    """What a text becomes; None where it is held back."""
    told = step("date", "v", formats=formats, two_digit=two_digit)
    values, unread, changed = clean_texts(told, [text], kind)
    assert changed == int(values != [text])
    assert not (unread[0] and changed)
    return None if unread[0] else values[0]


@pytest.mark.parametrize(
    ("text", "formats", "day"),
    [
        ("1990-04-03", BOTH, "1990-04-03"),
        (" 1990-04-03 ", BOTH, "1990-04-03"),
        ("03/04/1990", ("dmy",), "1990-04-03"),
        ("03/04/1990", ("mdy",), "1990-03-04"),
        ("03/04/1990", BOTH, None),
        ("03/03/1990", BOTH, "1990-03-03"),
        ("13/04/1990", BOTH, "1990-04-13"),
        ("04/13/1990", BOTH, "1990-04-13"),
        ("13/13/1990", BOTH, None),
        ("3.4.1990", ("dmy",), "1990-04-03"),
        ("3. 4. 1990", ("dmy",), "1990-04-03"),
        ("3-4-1990", ("dmy",), "1990-04-03"),
        ("3/4.1990", ("dmy",), None),
        ("1990/4/3", ("ymd",), "1990-04-03"),
        ("19900403", ("ymd",), "1990-04-03"),
        ("19900403", ("dmy",), None),
        ("30.02.1990", ("dmy",), None),
        ("29.02.1900", ("dmy",), None),
        ("29.02.2000", ("dmy",), "2000-02-29"),
        ("2021-02-29", ("ymd",), None),
        ("0000-01-01", ("ymd",), None),
        ("01.01.0000", ("dmy",), None),
        ("10000-01-01", ("ymd",), None),
        ("01.01.10000", ("dmy",), None),
        ("9999-12-31", ("dmy",), "9999-12-31"),
        ("3 April 1990", ("dmy",), "1990-04-03"),
        ("3rd of April 1990", ("dmy",), "1990-04-03"),
        ("03-Apr-1990", ("dmy",), "1990-04-03"),
        ("3. März 1990", ("dmy",), "1990-03-03"),
        ("1er avril 1990", ("dmy",), None),
        ("April 3, 1990", ("mdy",), "1990-04-03"),
        ("Apr. 3rd 1990", ("mdy",), "1990-04-03"),
        ("April 3, 1990", ("dmy",), None),
        ("1990 Apr 3", ("ymd",), "1990-04-03"),
        ("Tue, 3 Apr 1990", ("dmy",), "1990-04-03"),
        ("Wed, 3 Apr 1990", ("dmy",), None),
        ("3 Foo 1990", ("dmy",), None),
        ("٠٣/٠٤/١٩٩٠", ("dmy",), None),
        ("03/04/1990\x00", ("dmy",), None),
        ("", ("dmy",), None),
        ("x" * 10_000, ("dmy",), None),
    ],
)
def test_days(text: str, formats: tuple[str, ...], day: str | None) -> None:
    assert read(text, *formats) == day


@pytest.mark.parametrize(
    ("text", "formats", "window", "day"),
    [
        ("03/04/90", ("dmy",), 1930, "1990-04-03"),
        ("03/04/29", ("dmy",), 1930, "2029-04-03"),
        ("03/04/30", ("dmy",), 1930, "1930-04-03"),
        ("3 Apr 90", ("dmy",), 1930, "1990-04-03"),
        ("29/02/00", ("dmy",), 1930, "2000-02-29"),
        ("29/02/00", ("dmy",), 1900, None),
        ("03/04/90", ("dmy",), "refuse", None),
        ("10/11/12", ("dmy", "ymd"), 1930, None),
        ("90-04-03", ("dmy", "ymd"), 1930, "1990-04-03"),
        ("03.04.90", ("%d.%m.%y",), 1930, "1990-04-03"),
        ("03.04.70", ("%d.%m.%y",), 2000, "2070-04-03"),
        ("03.04.90", ("%d.%m.%y",), "refuse", None),
    ],
)
def test_two_digit_years(
    text: str, formats: tuple[str, ...], window: object, day: str | None
) -> None:
    assert read(text, *formats, two_digit=window) == day


@pytest.mark.parametrize(
    ("text", "pattern", "day"),
    [
        ("1990|04|03", "%Y|%m|%d", "1990-04-03"),
        ("1990-04-03", "%Y-%d-%m", "1990-03-04"),
        ("03041990", "%d%m%Y", "1990-04-03"),
        ("341990", "%d%m%Y", None),
        ("1121990", "%d%m%Y", None),
        ("1990-093", "%Y-%j", "1990-04-03"),
        ("٠٣.٠٤.١٩٩٠", "%d.%m.%Y", None),
    ],
)
def test_patterns(text: str, pattern: str, day: str | None) -> None:
    assert read(text, pattern) == day


@pytest.mark.parametrize(
    ("text", "kind", "made"),
    [
        ("1990-04-03 10:00:00", "date32", None),
        ("3.4.1990 00:00", "date32", "1990-04-03"),
        ("1990-04-03T00:00:00Z", "date32", "1990-04-03"),
        ("1990-04-03T00:00:00+02:00", "date32", None),
        ("3.4.1990 10:05", "timestamp[us]", "1990-04-03 10:05:00"),
        ("3.4.1990 10:05:06,25", "timestamp[us]", "1990-04-03 10:05:06.25"),
        ("3.4.1990, 3:05 PM", "timestamp[us]", "1990-04-03 15:05:00"),
        ("3.4.1990 12:05 am", "timestamp[us]", "1990-04-03 00:05:00"),
        ("3.4.1990 13:05 PM", "timestamp[us]", None),
        ("3.4.1990 10:05Z", "timestamp[us]", None),
        ("3.4.1990 10:05 CET", "timestamp[us]", None),
        ("1990-04-03T10:05:06.123456", "timestamp[us]", "1990-04-03T10:05:06.123456"),
        ("1990-04-03", "timestamp[us]", "1990-04-03"),
        ("3.4.1990", "timestamp[us]", "1990-04-03"),
        ("30.6.2015 23:59:60", "timestamp[us]", None),
        ("2015-06-30 23:59:60", "timestamp[us]", None),
        ("2015-06-30 24:00:00", "timestamp[us]", None),
        ("3.4.1990 10:05 +0200", "timestamp[us, UTC]", "1990-04-03 10:05:00+02:00"),
        ("3 Apr 1990 10:05:00 GMT", "timestamp[us, UTC]", "1990-04-03 10:05:00Z"),
        ("1990-04-03T10:05:06Z", "timestamp[us, UTC]", "1990-04-03T10:05:06Z"),
        ("3.4.1990 10:05", "timestamp[us, UTC]", None),
        ("3.4.1990 10:05+15:30", "timestamp[us, UTC]", None),
        ("1990-04-03T10:05:06+15:30", "timestamp[us, UTC]", None),
        ("3.4.1990 10:05", "string", "1990-04-03 10:05:00"),
        ("3.4.1990", "string", "1990-04-03"),
    ],
)
def test_times_and_zones(text: str, kind: str, made: str | None) -> None:
    assert read(text, "dmy", kind=kind) == made


def test_pattern_with_time_and_zone() -> None:
    pattern = "%d.%m.%Y %H:%M:%S.%f%z"
    text = "03.04.1990 10:05:06.250000+0230"
    assert read(text, pattern, kind="timestamp[us, UTC]") == "1990-04-03 10:05:06.25+02:30"


@pytest.mark.parametrize(
    "pattern",
    [
        "%d.%m",
        "%Y",
        "%Y-%m",
        "%Y-%y-%m-%d",
        "%Y-%m-%d %Z",
        "%c",
        "%d.%m.%Y %I:%M",
        "x",
        "%",
        "%d%d%m%Y",
    ],
)
def test_a_pattern_that_names_no_day(pattern: str) -> None:
    assert pattern_fault(pattern)


def test_no_month_has_the_name_of_another() -> None:
    assert len(MONTHS) == sum(len(names.split()) for names in _MONTHS)
