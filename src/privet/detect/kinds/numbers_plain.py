"""The compiled interpreter of official numbers once more, in plain Python: its oracle in tests.

It reads the declarations themselves, over text, and shares neither tables nor arithmetic with
`privet.kernels.scan.official`; only the scores have one source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from privet.detect.kinds.numbers_declared import (
    LONGEST,
    NEUTRAL,
    SYMBOLS,
    WEAK,
    Day,
    Hybrid,
    Number,
    Repeats,
    Rule,
    Sum,
    Variant,
    Verhoeff,
    Within,
)
from privet.detect.kinds.numbers_letters import LETTER_VALUES
from privet.detect.kinds.numbers_scores import passing, scores
from privet.detect.kinds.numbers_topics import AGAINST_ALL, COMPETING_TOPICS, IDENTITY, topics_of
from privet.kernels.scan import codes
from privet.kernels.scan.official_tables import (
    AGAINST,
    ALONE,
    COMPETING,
    COUNTRY,
    CROSS,
    FULL,
    TOPIC,
)

_BLANKS = re.compile("[\u00a0\u202f]")
_HYPHENS = re.compile("[\u2010-\u2013]")
_MONTHS = "ABCDEHLMPRST"
_ITALIAN = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3,
         6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
_DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_PERMUTATION = "1576283094"


def official_plain(
    text: str, topics: int, countries: Sequence[str], numbers: Sequence[Number]
) -> tuple[str, int, int]:
    """Name, score and evidence of the best of `numbers` for the candidate `text`; "" for none.

    Args:
        text: the whole candidate.
        topics: bits of what context speaks of.
        countries: ISO codes of the countries it speaks of.
        numbers: what there is.
    """
    read = _read(text)
    if read is None:
        return "", 0, 0
    symbols, form, small = read
    best = ("", 0, 0)
    rank = (0, 0.0)
    for number, variant, level in _alike(symbols, form, numbers):
        lowered = NEUTRAL if small and level != WEAK else level
        context = _situation(number, topics, countries)
        score = scores(number, variant)[lowered][context]
        mine = (score, -passing(number, variant))
        if score > 0 and mine > rank and all(_right(rule, symbols) for rule in variant.rules):
            known = context in (TOPIC, COUNTRY, CROSS, FULL)
            if variant.checked:
                why = codes.CHECKSUM_AND_CONTEXT if known else codes.CHECKSUM
            else:
                why = codes.CONTEXT if known else codes.FORMAT
            best, rank = (number.name, score, why), mine
    return best


def _read(text: str) -> tuple[str, tuple[tuple[int, str], ...], bool] | None:
    """Symbols, separators and whether letters are small; nothing where it can be no number."""
    plain = _HYPHENS.sub("-", _BLANKS.sub(" ", text))
    symbols = "".join(re.findall("[0-9A-Za-z]", plain))
    letters = re.sub("[0-9]", "", symbols)
    if not 0 < len(symbols) <= LONGEST or (letters not in (letters.upper(), letters.lower())):
        return None
    if len(set(symbols)) == 1:
        return None
    form = []
    for parting in re.finditer("[^0-9A-Za-z]+", plain):
        sign = parting[0].replace(")", "")
        if not re.fullmatch(" *[-./+(]? *", sign):
            return None
        if sign:
            before = len(re.findall("[0-9A-Za-z]", plain[: parting.start()]))
            form.append((before, sign.strip() or "_"))
    return symbols.upper(), tuple(form), letters != letters.upper()


def _alike(
    symbols: str, form: tuple[tuple[int, str], ...], numbers: Sequence[Number]
) -> Iterator[tuple[Number, Variant, int]]:
    """The variants of this shape and written form."""
    for number in numbers:
        for variant in number.variants:
            if len(variant.shape) != len(symbols):
                continue
            if any(one not in of for one, of in zip(symbols, variant.shape, strict=True)):
                continue
            for declared in variant.forms:
                if declared.separators == form:
                    yield number, variant, declared.level


def _situation(number: Number, topics: int, countries: Sequence[str]) -> int:
    own = bool(topics & topics_of(number))
    if not number.countries:
        return FULL if own else ALONE
    here = any(place.lower() in number.countries for place in countries)
    if here and own:
        return FULL
    if here and topics & IDENTITY:
        return CROSS
    if own:
        return ALONE if countries else TOPIC
    against = AGAINST if topics & AGAINST_ALL else COMPETING
    if topics & (AGAINST_ALL | COMPETING_TOPICS):
        return against
    return COUNTRY if here else ALONE


def _right(rule: Rule, symbols: str) -> bool:
    if isinstance(rule, Within):
        field = symbols[rule.at : rule.at + rule.size]
        return any(low <= field <= high for low, high in rule.ranges) != rule.negated
    if isinstance(rule, Day):
        return _day(rule, symbols)
    if isinstance(rule, Sum):
        return _sum(rule, symbols)
    if isinstance(rule, Hybrid):
        return _hybrid(symbols[rule.first : rule.last + 1])
    if isinstance(rule, Verhoeff):
        return _verhoeff(symbols[rule.first : rule.last] + symbols[rule.at])
    return _repeats(rule, symbols)


def _day(rule: Day, symbols: str) -> bool:
    year = int(symbols[rule.year : rule.year + rule.year_size])
    if rule.year_size == 4 and not 1850 <= year <= 2100:
        return False
    if rule.month_letter:
        month = _MONTHS.index(symbols[rule.month]) + 1
    else:
        month = _without(int(symbols[rule.month : rule.month + 2]), rule.month_plus, 12)
    day = _without(int(symbols[rule.day : rule.day + 2]), rule.day_plus, 31)
    try:
        date(year if rule.year_size == 4 else 2000 + year, month, day)
    except ValueError:
        return False
    return True


def _without(value: int, plus: tuple[int, ...], most: int) -> int:
    return next((value - more for more in plus if 1 <= value - more <= most), 0)


def _sum(rule: Sum, symbols: str) -> bool:
    total = rule.plus
    for weight, symbol in zip(rule.weights, symbols, strict=False):
        if weight == "o":
            total += _ITALIAN[symbol]
        elif weight == "e":
            total += int(symbol) if symbol.isdigit() else ord(symbol) - ord("A")
        elif weight == "d":
            double = 2 * _value(rule, symbol)
            total += double - 9 if double > 9 else double
        elif "&" in weight:
            tens, ones = divmod(_value(rule, symbol), 10)
            left, right = map(int, weight.split("&"))
            total += sum(_counted(rule, product) for product in (left * tens, right * ones))
        else:
            total += _counted(rule, int(weight) * _value(rule, symbol))
    target = rule.targets[total % rule.modulus]
    if rule.at < 0:
        return target == "ok"
    return target != "" and symbols[rule.at : rule.at + rule.size] == target


def _value(rule: Sum, symbol: str) -> int:
    return int(symbol) if symbol.isdigit() else LETTER_VALUES[rule.letters].get(symbol, 0)


def _counted(rule: Sum, product: int) -> int:
    return product // 10 + product % 10 if rule.digits else product


def _hybrid(digits: str) -> bool:
    """ISO/IEC 7064, 7.2: MOD 11,10 as recursive sums and products."""
    product = 10
    for digit in digits[:-1]:
        total = (product % 11 + int(digit)) % 10 or 10
        product = total * 2
    return (product % 11 + int(digits[-1])) % 10 == 1


def _verhoeff(digits: str) -> bool:
    check = 0
    for power, digit in enumerate(reversed(digits)):
        turned = digit
        for _ in range(power % 8):
            turned = _PERMUTATION[int(turned)]
        check = int(_DIHEDRAL[check][int(turned)])
    return check == 0


def _repeats(rule: Repeats, symbols: str) -> bool:
    counts = sorted(symbols[rule.first : rule.last].count(digit) for digit in SYMBOLS[:10])
    return counts[-1] in (2, 3) and counts[-2] <= 1
