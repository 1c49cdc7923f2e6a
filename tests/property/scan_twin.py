"""The scanner's addresses and payment numbers again, in plain Python with `re`: its oracle.

It knows e-mail, IPv4, IPv6, hardware addresses, cards, IBANs and BICs. What their words say of
dates and of neighbouring words is asked from outside: `is_date` and `topics` are given.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from privet.detect.kinds.banks import IBAN_LENGTHS
from privet.kernels.scan import codes
from privet.kernels.scan.context import (
    TOPIC_BANK,
    TOPIC_CARD,
    TOPIC_HEALTH,
    TOPIC_NATIONAL,
    TOPIC_NEGATIVE,
    TOPIC_NETWORK,
    TOPIC_PHONE,
    TOPIC_TAX,
)

_BOTH = codes.CHECKSUM_AND_CONTEXT
KINDS = ("email", "ip", "mac", "card", "iban", "bic")
Span: TypeAlias = tuple[int, int, int, int, int]
"""Start, end, kind, score, evidence."""
Topics: TypeAlias = Callable[[bytes, int, int], int]
IsDate: TypeAlias = Callable[[bytes, int], int]
Otherwise: TypeAlias = Callable[[bytes, int], bool]

_TRIGGER = re.compile(rb"(?<!\d)\d|[@:=]")
_LOCAL = re.compile(rb"(?:[\w+.-]|[\xc3-\xd7][\x80-\xbf]|(?<=[0-9A-Za-z])[!%&'^{}~])+\Z")
_DOMAIN = re.compile(
    rb"(?:[0-9A-Za-z]|[\xc3-\xd7][\x80-\xbf])(?:[0-9A-Za-z-]|[\xc3-\xd7][\x80-\xbf])*"
)
_FILES = set(
    b"avif bak bin bmp bz cfg cjs conf cpp css csv deb dll doc docx exe gif gz hpp htm html "
    b"ico ini jar java jpeg jpg js json jsx less lock log mjs mkv pdf php png ppt pptx rar rpm "
    b"scss sql svg tar tgz tmp toml tsx ttf txt webp whl woff xls xlsx xml xz yaml yml zst".split()
)
_SIGN = re.compile(
    rb"(?P<B> |\xc2\xa0|\xe2\x80[\xaf\x87\x89])|(?P<H>-|\xe2\x80[\x90-\x93])"
    rb"|(?P<D>\.)|(?P<S>/)|(?P<P>[()])"
)
_PARTED = re.compile(r"B|D|(?=.{1,3}$)B*[HS]B*|(?=.{1,3}$)B*[HDS]?B*P[BHDSP]*")
_NOT_AFTER = re.compile(rb"(?:[\w$%^~\\]|\d[.,'-]|\xc2[\xa3\xa5]|\xe2\x82\xac)\Z")
_CLOSED = re.compile(rb"(?![\w%@])(?![.,:/-]\d)(?![./-]\w)")
_UUID = re.compile(rb"[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}")
_MAC = {
    mark: re.compile(rb"(?<![\w-])" + mark.join([rb"[\da-fA-F]{2}"] * 6) + rb"(?![\w-])")
    for mark in (b"-", b":")
}
_ISSUERS = (
    (r"4", (13, 16, 19)),
    (r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)),
    (r"3[47]", (15,)),
    (r"30[0-5]|3095|36|38|39", range(14, 20)),
    (r"352[89]|35[3-8]", range(16, 20)),
    (r"1800|2131", (15,)),
    (r"6011|64[4-9]|65|60|81|82|62|220[0-4]", range(16, 20)),
    (r"5[0678]|63|67", range(12, 20)),
)


@dataclass
class Row:
    """One row being looked through."""

    data: bytes
    topics: Topics
    is_date: IsDate
    otherwise: Otherwise
    threshold: int
    spans: list[Span] = field(default_factory=list)

    def add(self, start: int, end: int, kind: int, score: int, why: int) -> bool:
        """Take a span if none that it overlaps is surer; those it overlaps go."""
        over = [span for span in self.spans if span[1] > start]
        if score < self.threshold or any(span[3] > score for span in over):
            return False
        self.spans = [*(span for span in self.spans if span[1] <= start)]
        self.spans.append((start, end, kind, score, why))
        return True

    def says(self, start: int, end: int, topic: int) -> bool:
        return bool(self.topics(self.data, start, end) & topic)

    def closed(self, end: int) -> bool:
        return end == len(self.data) or bool(_CLOSED.match(self.data, end))


def scan(
    data: bytes, topics: Topics, is_date: IsDate, otherwise: Otherwise, threshold: int = 0
) -> list[Span]:
    """The spans of one row, in order, none over another."""
    row = Row(data, topics, is_date, otherwise, threshold)
    at = 0
    while found := _TRIGGER.search(data, at):
        at = found.start()
        look = {b"@": _on_at, b":": _on_colon, b"=": _on_equals}.get(found[0], _on_digit)
        at = max(at + 1, look(row, at))
    return row.spans


def _on_at(row: Row, at: int) -> int:
    local = _local(row.data[max(0, at - 64) : at])
    size = _domain(row.data[at + 1 :])
    version = [re.fullmatch(rb"\d+", each) for each in row.data[at + 1 :][:size].split(b".")]
    if not local or not size or local == b"git" or sum(map(bool, version)) > 1:
        return at + 1
    row.add(at - len(local), at + 1 + size, codes.EMAIL, 95, codes.FORMAT)
    return at + 1 + size


def _local(before: bytes) -> bytes:
    found = _LOCAL.search(before)
    if found is None or found[0].endswith(b"."):
        return b""
    return re.sub(rb"\A[^0-9A-Za-z_\x80-\xff]+", b"", found[0].split(b"..")[-1])


def _domain(after: bytes) -> int:
    """How long the domain at the start of `after` is; 0 where what looks like one is none."""
    labels, place = [], 0
    while found := _DOMAIN.match(after, place):
        labels.append(found)
        place = found.end()
        long = found.end() - found.start() > 63
        if long or found[0].endswith(b"-") or after[place : place + 1] != b".":
            break
        place += 1
    good = 0
    for number, found in enumerate(labels):
        label = found[0].rstrip(b"-")
        if number == 0 or len(found[0]) < 2 or len(label) < 2:
            continue
        end = found.start() + len(label)
        if re.match(rb"_|[\xc3-\xd7]", after[end:]):
            continue
        tail = re.match(rb"-+[0-9A-Za-z\xc3-\xd7]", after[end:])
        good = end if _is_top(label) and not tail else 0
    return good


def _is_top(label: bytes) -> bool:
    if re.fullmatch(rb"(?i)xn--.{1,20}", label, re.DOTALL):
        return True
    named = re.fullmatch(rb"[A-Za-z\x80-\xff]{2,24}", label)
    return named is not None and label.lower() not in _FILES


def _on_colon(row: Row, at: int) -> int:
    if re.match(rb":[:\da-fA-F]", row.data[at:]) and (end := _colons(row, at)):
        return end
    if row.data[at : at + 3] == b"://":
        return at + 1
    return _on_equals(row, at)


def _on_equals(row: Row, at: int) -> int:
    found = re.compile(rb"[ \"]{0,2}(\w{0,12})").match(row.data, at + 1)
    if found and _bic(row, *found.span(1)):
        return found.end(1)
    return at + 1


def _bic(row: Row, start: int, end: int) -> bool:
    found = re.fullmatch(rb"[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?", row.data[start:end])
    if not found or found[1].decode() not in {*IBAN_LENGTHS, "US", "CA", "CN"}:
        return False
    if not row.says(start, end, TOPIC_BANK):
        return False
    return row.add(start, end, codes.BIC, 65, codes.CONTEXT)


def _colons(row: Row, at: int) -> int:
    """The end of an IPv6 or hardware address among the hex digits and colons around `at`."""
    data = row.data
    left = re.search(rb"[\da-fA-F:]*\Z", data[max(0, at - 45) : at])
    right = re.match(rb"[\da-fA-F:]*", data[at : at + 45])
    assert left is not None
    assert right is not None
    start, end = at - len(left[0]), at + len(right[0])
    if re.search(rb"(?:\w|[\xc3-\xd7][\x80-\xff])\Z", data[:start]):
        colon = re.match(rb"[\da-fA-F]*(?=:[\da-fA-F])", data[start:end])
        if colon is None:
            return 0
        start += colon.end()
    start += bool(re.match(rb":[\da-fA-F]", data[start:end]))
    if data[:end].endswith(b":") and not (end - start > 2 and data[:end].endswith(b"::")):
        end -= 1
    text = data[start:end]
    if re.match(rb"\w", data[end:]):
        return 0
    if re.fullmatch(rb"(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}", text):
        row.add(start, end, codes.MAC, 85, codes.FORMAT)
        return end
    if text.count(b":") < 2 or not _is_ipv6(text):
        return 0
    score = 85
    if b"::" in text:
        groups = [group for group in text.split(b":") if group]
        if not groups or not re.search(rb"\d", text):
            return 0
        if len(groups) < 3 or len(text) < 7:
            score = 65 if row.says(start, end, TOPIC_NETWORK) else 40
    elif row.otherwise(row.data, start):
        score = 30
    row.add(start, end, codes.IP, score, codes.FORMAT)
    return end


def _is_ipv6(text: bytes) -> bool:
    try:
        ipaddress.IPv6Address(text.decode())
    except ValueError:
        return False
    return True


def _on_digit(row: Row, at: int) -> int:
    data = row.data
    left = re.search(rb"\w*\Z", data[max(0, at - 64) : at])
    right = re.compile(rb"\w*").match(data, at)
    assert left is not None
    assert right is not None
    start, end = at - len(left[0]), right.end()
    if data[end : end + 1] == b"@":
        return end
    word = data[start:end]
    mixed = start < at or not word.isdigit()
    if mixed and re.match(rb"[A-Za-z]{2}\d", word) and at == start + 2:
        past = _iban(row, start)
        if past:
            return past
    if not mixed or re.match(rb"[\da-fA-F]", word):
        past = _hex_form(row, start, end, at)
        if past:
            return past
    if mixed:
        _bic(row, start, end)
        return end
    return _chain(row, at)


def _hex_form(row: Row, start: int, end: int, at: int) -> int:
    data = row.data
    if data[end : end + 1] == b":" or data[max(0, start - 1) : start] == b":":
        past = _colons(row, at)
        if past:
            return past
    if end - start == 2:
        for found in _MAC[b"-"].finditer(data, max(0, start - 15)):
            if found.start() <= start < found.end():
                sure = 85
                if not re.search(rb"[A-Fa-f]", found[0]):
                    sure = 65 if row.says(*found.span(), TOPIC_NETWORK) else 40
                row.add(*found.span(), codes.MAC, sure, codes.FORMAT)
                return found.end()
    uuid = _UUID.match(data, start)
    return uuid.end() if uuid and end - start == 8 else 0


def _iban(row: Row, start: int) -> int:
    data = row.data
    wanted = IBAN_LENGTHS.get(data[start : start + 2].upper().decode(), 0)
    if not wanted or len(data) - start < 15:
        return 0
    sign = rb"(?:(?:[ -]|\xc2\xa0)?[0-9A-Za-z])"
    found = re.compile(rb"[A-Za-z]{2}\d\d%b{%d}(?!\w)" % (sign, wanted - 4)).match(data, start)
    if found is None:
        return 0
    text = re.sub(rb"[^0-9A-Za-z]", b"", found[0]).decode()
    if not (text.isupper() or text.islower()):
        return 0
    number = int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4]))
    if number % 97 == 1:
        row.add(start, found.end(), codes.IBAN, 95, codes.CHECKSUM)
        return found.end()
    if text.isupper() and row.says(start, found.end(), TOPIC_BANK):
        row.add(start, found.end(), codes.IBAN, 60, codes.CONTEXT)
        return found.end()
    return 0


Group: TypeAlias = tuple[int, int, str]
"""First byte, the byte after the last, and the sign before: of B H D S P, empty for the first."""


def _read(data: bytes, at: int) -> list[Group]:
    groups: list[Group] = []
    sign = ""
    while len(groups) < 12:
        found = re.compile(rb"\d{1,25}").match(data, at)
        assert found is not None
        groups.append((at, found.end(), sign))
        if found.end() - at > 24:
            break
        signs, at = "", found.end()
        while len(signs) < 3 and (parted := _SIGN.match(data, at)):
            signs, at = signs + str(parted.lastgroup), parted.end()
        if not _PARTED.fullmatch(signs) or not re.match(rb"\d", data[at : at + 1]):
            break
        strongest = [mark for mark in "PSHDB" if mark in signs]
        sign = strongest[0]
    return groups


def _chain(row: Row, at: int) -> int:
    groups = _read(row.data, at)
    past = groups[-1][1]
    if len(groups) > 1 and re.match(rb"\w", row.data[past : past + 1]):
        past = groups.pop()[0]
    until = 0
    for number, (start, _, sign) in enumerate(groups):
        if start < until:
            continue
        joined = sign not in ("B", "P") if number else _NOT_AFTER.search(row.data[:start])
        if not joined:
            until = max(until, _from_group(row, groups[number:]))
    return max(past, until)


def _from_group(row: Row, groups: list[Group]) -> int:
    end = _ipv4(row, groups) or _card(row, groups)
    start, close, _ = groups[0]
    if not end and close - start in (1, 2, 4):
        past = row.is_date(row.data, start)
        end = past if past > start else 0
    return end


def _ipv4(row: Row, groups: list[Group]) -> int:
    if [sign for _, _, sign in groups[1:4]] != ["D"] * 3:
        return 0
    if len(groups) > 4 and groups[4][2] == "D":
        return 0
    start, end = groups[0][0], groups[3][1]
    try:
        address = ipaddress.IPv4Address(row.data[start:end].decode())
    except ValueError:
        return 0
    if not row.closed(end) and row.data[end : end + 1] not in (b":", b"/"):
        return 0
    score = 85
    if max(address.packed) < 32:
        score = 65 if row.says(start, end, TOPIC_NETWORK) else 40
    elif row.otherwise(row.data, start):
        score = 30
    row.add(start, end, codes.IP, score, codes.FORMAT)
    return end


def _card(row: Row, groups: list[Group]) -> int:
    unknown: list[Group] = []
    for count in (1, 5, 4, 3):
        some = groups[:count]
        if len(some) < count or (count > 1 and not _on_a_card(some)):
            continue
        number = b"".join(row.data[start:end] for start, end, _ in some).decode()
        if not 12 <= len(number) <= 19 or not _luhn(number):
            continue
        if not _is_issued(number):
            unknown = some if re.fullmatch("[2-6][0-9]{14,15}", number) else unknown
            continue
        goods = len(number) == 12 or (len(number) <= 14 and _is_goods(number))
        return _card_found(row, some, 90 if count > 1 else 40 if goods else 75)
    return _card_found(row, unknown, 0) if unknown else 0


def _card_found(row: Row, some: list[Group], sure: int) -> int:
    start, end = some[0][0], some[-1][1]
    if not row.closed(end):
        return 0
    official = row.says(start, end, TOPIC_NATIONAL | TOPIC_TAX | TOPIC_HEALTH)
    if row.says(start, end, TOPIC_CARD) and (sure or not official):
        return end if row.add(start, end, codes.CARD, 95 if sure else 60, _BOTH) else 0
    grouped = sure == 90
    if sure == 0 or (grouped and _torn(row.data, start, end)):
        return 0
    if grouped and row.otherwise(row.data, start):
        sure = 40
    elif row.says(start, end, TOPIC_NEGATIVE):
        sure -= 35
    elif official or row.says(start, end, TOPIC_PHONE):
        sure -= 30
    return end if row.add(start, end, codes.CARD, sure, codes.CHECKSUM) else 0


def _torn(data: bytes, start: int, end: int) -> bool:
    before = re.search(rb"[0-9][ -]\Z", data[:start])
    return bool(before or re.match(rb"[ -][0-9]{4}(?![0-9])", data[end:]))


def _on_a_card(groups: list[Group]) -> bool:
    sizes = "-".join(str(end - start) for start, end, _ in groups)
    signs = {sign for _, _, sign in groups[1:]}
    return signs in ({"B"}, {"H"}) and bool(re.fullmatch(r"4-(?:6|4|4-4|4-4-4)-[1-5]", sizes))


def _is_issued(number: str) -> bool:
    return any(re.match(begin, number) and len(number) in sizes for begin, sizes in _ISSUERS)


def _luhn(number: str) -> bool:
    return _sum(number, lambda digit: sum(divmod(2 * digit, 10)))


def _is_goods(number: str) -> bool:
    return _sum(number, lambda digit: 3 * digit)


def _sum(number: str, other: Callable[[int], int]) -> bool:
    """Whether the digits add up to tens, every second one from the right by `other`."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(map(other, digits[1::2]))) % 10 == 0
