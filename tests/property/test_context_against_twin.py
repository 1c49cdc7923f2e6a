"""The compiled context look-up beside a plain one over strings, on made-up neighbourhoods."""

# ruff: noqa: RUF001 -- letters and signs as they are written

from __future__ import annotations

import re
import unicodedata

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.kernels.scan.context import TOPIC_NEGATIVE, context
from privet.kernels.scan.words import key_of, table_of

PHONE, BIRTH, CARD, NEGATIVE = 1, 1 << 9, 1 << 2, TOPIC_NEGATIVE
ENTRIES = [
    ("phone", PHONE, 0), ("téléphone", PHONE, 2), ("numéro de téléphone", PHONE, 2),
    ("date of birth", BIRTH, 0), ("né le", BIRTH, 2), ("geb", BIRTH, 4), ("łódź", 0, 8),
    ("order", NEGATIVE, 0), ("order phone", CARD, 0), ("id", NEGATIVE, 0), ("tax id", 1 << 5, 0),
    ("тел", PHONE, 16), ("電話", PHONE, 32), ("电话号码", PHONE, 64), ("订单号", NEGATIVE, 0),
    ("号", CARD, 0), ("전화", PHONE, 128), ("τηλέφωνο", PHONE, 256), ("फोन", PHONE, 512),
    ("โทร", PHONE, 0), ("iphone", NEGATIVE, 0), ("هاتف", PHONE, 0), ("straße", 1 << 10, 0),
]  # fmt: skip
TABLE = table_of(ENTRIES)
STROKES = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "ŧ": "t", "ς": "σ"}
ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
)
UNPARTED = re.compile(
    "[\u0e01-\u0e3a\u0e40-\u0e4e\u3041-\u3096\u3099\u309a\u309d-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
)
CAMEL = re.compile(r"(?<=[A-Za-z\u0080-\U0010ffff][a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def letter(char: str) -> str:
    """The folded letter, "" for an accent, a space for what is no letter."""
    if ACCENTS.match(char):
        return ""
    if UNPARTED.match(char):
        return char
    if "\uff21" <= char <= "\uff3a" or "\uff41" <= char <= "\uff5a":
        return unicodedata.normalize("NFKC", char).lower()
    if char >= "\u2000" or unicodedata.category(char)[0] not in "LM":
        return " "
    if "\u0900" <= char < "\u1e00":
        return char
    base = unicodedata.normalize("NFD", char.lower())[0]
    return STROKES.get(base, base)


def words_of(text: str) -> list[tuple[str, int]]:
    """The words of `text` and, each for itself, its characters that no space parts, with places.

    A word's place is -1, or -2 where it stands right behind a digit; a digit is ("", -3).
    """
    out: list[tuple[str, int]] = []
    word, kind, behind = "", -1, False
    places = [match.start() for match in CAMEL.finditer(text)]
    for place, char in enumerate(text):
        folded = letter(char)
        apart = folded == " " or bool(UNPARTED.match(char))
        if (apart or place in places) and word:
            out.append((word, kind))
            word = ""
        if "0" <= char <= "9":
            out.append(("", -3))
        if apart:
            if folded != " ":
                out.append((char, place))
        elif folded and not word:
            kind = -2 if behind else -1
        if not apart:
            word += folded
        behind = "0" <= char <= "9" or (behind and not folded)
    return [*out, (word, kind)] if word else out


def line_of(text: str) -> str:
    """The part that counts: the last line with a word, unless a number stands between."""
    lines = text.split("\n")
    for back, line in enumerate(reversed(lines)):
        plain = "".join("L" if letter(char).strip() else char for char in line)
        tail = plain[plain.rfind("L") + 1 :]
        if back and re.search("[0-9]", tail):
            return ""
        if "L" in plain:
            return line
    return ""


def gathered(text: str, most: int) -> tuple[int, int, list[int], list[int]]:
    keys = {key_of(word): (topics, countries) for word, topics, countries in ENTRIES}
    topics = countries = 0
    positive: list[int] = []
    negative: list[int] = []
    hits: list[tuple[str, int]] = []
    previous: list[str] = []
    count = 0
    place = 0
    for word, position in reversed(words_of(text)):
        if count == most:
            break
        if position == -3:
            previous = []
            continue
        place += 1
        if position == -2:
            count += 1
            previous = []
        elif position < 0:
            count += 1
            previous = [word, *previous][:3]
            hits += [("".join(previous[: n + 1]), place - n) for n in range(len(previous))]
        else:
            previous = []
            for length in range(1, 7):
                piece = text[position : position + length]
                if len(piece) == length and all(UNPARTED.match(char) for char in piece):
                    hits.append((piece, place - length + 1))
    for phrase, place in hits:
        if key_of(phrase) not in keys:
            continue
        told, where = keys[key_of(phrase)]
        topics |= told
        countries |= where
        if told & NEGATIVE:
            negative.append(place)
        elif told:
            positive.append(place)
    return topics, countries, positive, negative


def cut(data: bytes) -> str:
    return re.sub(rb"^[\x80-\xbf]+", b"", data).decode()


def ahead(rest: bytes) -> str:
    """The words after the candidate that are its own."""
    at = words = 0
    inside = False
    while at < min(len(rest), 24):
        byte = rest[at : at + 1]
        if byte in b":=@0123456789" or rest[at:].startswith("：".encode()):
            return ""
        if byte in b"\n\r\t\"'<>{}|;&":
            return rest[:at].decode()
        is_letter = byte >= b"\x80" or byte.isalpha()
        words += inside and not is_letter
        inside = is_letter
        if words == 3:
            return rest[:at].decode()
        at += 1
    while 0 < at < len(rest) and (
        rest[at] & 0xC0 == 0x80 or re.fullmatch(rb"[A-Za-z]{2}", rest[at - 1 : at + 1])
    ):
        at -= 1
    return rest[:at].decode()


def twin(text: str, start: str) -> tuple[int, int]:
    before = start.encode()
    limit = max(0, len(before) - 64)
    while 0 < limit < len(before) and before[limit] & 0xC0 == 0x80:
        limit += 1
    left = before[limit:].decode()
    split_word = limit > 0 and (before[limit - 1] >= 128 or before[limit - 1 : limit].isalpha())
    if split_word:
        left = without_first(left)
    topics, countries, positive, negative = gathered(line_of(left), 8)
    more, there, ahead_yes, _ = gathered(line_of(ahead(text.encode())), 3)
    if ahead_yes or positive:
        more &= ~NEGATIVE
    else:
        negative.append(1)
    if ahead_yes:
        positive.append(2)
    topics |= more
    if min(negative, default=99) >= min(positive, default=99):
        topics &= ~NEGATIVE
    return topics, countries | there


def without_first(text: str) -> str:
    """`text` with the word blanked that touches its beginning."""
    places = [match.start() for match in CAMEL.finditer(text)]
    for place, char in enumerate(text):
        if place in places or letter(char) == " " or UNPARTED.match(char):
            return re.sub(r"[^\W\d_]|[^\x00-\x7f]", "\x00", text[:place]) + text[place:]
    return ""


PIECES = st.one_of(
    st.sampled_from([word for word, _, _ in ENTRIES]),
    st.sampled_from(["Phone", "PHONE", "dateOfBirth", "DATE_OF_BIRTH", "OrderID", "IDNumber"]),
    st.sampled_from([" ", " ", ", ", ": ", "\n", "=", "_", '"', "<", "7", "12", "：", "e\u0301"]),
    st.text(st.sampled_from("aZ é号電ÉñΣЖ 1\n-.ß한ท"), max_size=4),
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=14), st.lists(PIECES, max_size=8))
def test_context_like_its_twin(before: list[str], after: list[str]) -> None:
    left, right = "".join(before), "".join(after)
    row = f"{left}555{right}".encode()
    data = np.frombuffer(b"phone " + row + b" phone", np.uint8)
    start = 6 + len(left.encode())
    topics, countries = context(data, 6, 6 + len(row), start, start + 3, TABLE)
    assert (int(topics), int(countries)) == twin(right, left)
