"""Which words stand around a number: lines, keys, scripts, what belongs to the next one."""

# ruff: noqa: RUF001 -- letters and signs as they are written

from __future__ import annotations

import numpy as np
import pytest

from privet.detect.kinds.context import COUNTRIES, context_words
from privet.kernels.scan.context import TOPICS, before, context
from privet.kernels.scan.words import key_of, slot_of, table_of


def told(text: str) -> tuple[set[str], set[str]]:
    """Topics and countries for the candidate that stands in square brackets."""
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    data = np.frombuffer(plain.encode(), np.uint8)
    at, after = len(plain[:start].encode()), len(plain[:end].encode())
    topics, countries = context(data, 0, len(data), at, after, context_words())
    return (
        {name for place, name in enumerate(TOPICS) if int(topics) >> place & 1},
        {code for place, code in enumerate(COUNTRIES) if int(countries) >> place & 1},
    )


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Phone: [5551234]", "phone"),
        ('{"mobilePhone": "[5551234]"}', "phone"),
        ("<tel>[5551234]</tel>", "phone"),
        ("Telefonnummer [030 123]", "phone"),
        ("Numéro de téléphone : [0612]", "phone"),
        ("NUMERO DE TE\u0301LE\u0301PHONE [0612]", "phone"),
        ("ＴＥＬ：[03]", "phone"),
        ("我的电话号码是[138]。", "phone"),
        ("전화번호 [010]", "phone"),
        ("رقم الهاتف: [05]", "phone"),
        ("मोबाइल नंबर [98]", "phone"),
        ("Mobile:\r\n[123]", "phone"),
        ("date_of_birth=[1990]", "birth"),
        ("dateOfBirth [1990]", "birth"),
        ("né le [12]", "birth"),
        ("Дата рождения: [12]", "birth"),
        ("[45] ans", "age"),
        ("[45]歳", "age"),
        ("Tax-ID [123]", "tax"),
        ("driver's licence # [D1]", "licence"),
        ("order no. [123]", "negative"),
        ("iPhone [15]", "negative"),
        ("[100] euros", "negative"),
    ],
)
def test_the_topic_is_told_and_no_other(text: str, topic: str) -> None:
    assert told(text)[0] == {topic}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("SSN [1]", "US"),
        ("German number [1]", "DE"),
        ("PESEL: [1]", "PL"),
        ("주민등록번호 [9]", "KR"),
    ],
)
def test_words_tell_a_country(text: str, country: str) -> None:
    assert told(text)[1] == {country}


def test_what_belongs_to_the_next_number_is_left_alone() -> None:
    assert told("order [123], phone: 555")[0] == {"negative"}
    assert told('{"id": [123], "phone": 555}')[0] == {"negative"}
    assert told("订单号：[123]，手机：555")[0] == {"negative"}


def test_the_line_above_counts_only_where_nothing_stands_between() -> None:
    assert told("Phone:\n[123]")[0] == {"phone"}
    assert told("Phone: 555\n[123]")[0] == set()
    assert told("Phone\nmine [123]")[0] == set()


def test_a_negative_word_counts_when_it_is_nearest() -> None:
    assert told("phone 5, order [1]")[0] == {"phone", "negative"}
    assert told("order by phone [1]")[0] == {"phone"}


def test_a_word_cut_by_the_reach_does_not_count() -> None:
    assert told("telephone " + "." * 58 + "[1]")[0] == set()
    assert told("x phone " + "." * 58 + "[1]")[0] == {"phone"}


def test_the_neighbours_of_a_row_are_not_looked_at() -> None:
    data = np.frombuffer(b"phone 123 phone", np.uint8)
    assert context(data, 6, 9, 6, 9, context_words()) == (0, 0)
    assert before(data, 0, 6, context_words())[0] == 1


def test_broken_text_is_survived() -> None:
    for broken in (b"\xff\xfe\xe9\x9b\xf0\x9f", b"\x80" * 70, b"phone\xc3", b"\xe9\x9b"):
        data = np.frombuffer(broken + b"5" + broken, np.uint8)
        context(data, 0, len(data), len(broken), len(broken) + 1, context_words())


def test_a_phrase_is_one_key_however_it_is_written() -> None:
    assert key_of("date of birth") == key_of("Date_Of-Birth") == key_of("dateofbirth")
    assert key_of("café") == key_of("CAFE\u0301") != key_of("caf")


def test_every_word_of_a_table_is_found_in_it() -> None:
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in range(2000)]
    table = table_of((word, place, 0) for place, word in enumerate(words))
    found = [int(table.topics[slot_of(np.uint64(key_of(word)), table)]) for word in words]
    assert found == list(range(2000))
    assert slot_of(np.uint64(key_of("nowhere")), table) == -1
