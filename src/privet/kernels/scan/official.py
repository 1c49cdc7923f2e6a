"""National, tax and health numbers: one small interpreter over the tables of all of them.

    code, score, evidence = official(data, start, end, topics, countries, tables)

`data[start:end]` is a whole candidate: letters, digits and the separators between groups. How many
letters and digits there are chooses a few declared variants; most candidates end there. Separators
are one blank (also a no-break one), `-`, `.`, `/`, `+` or `(`, with blanks around it or not.

Sources of the methods: ISO/IEC 7064 (MOD 11,10), Verhoeff, Error Detecting Decimal Codes (1969);
those of each number stand in `privet/detect/kinds/numbers.txt`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled
from privet.kernels.scan import codes
from privet.kernels.scan.official_tables import (
    AGAINST,
    ALONE,
    COMPETING,
    COUNTRY,
    CROSS,
    DAY,
    FULL,
    HYBRID,
    LONGEST,
    NEUTRAL,
    REPEATS,
    SUM,
    TOPIC,
    VERHOEFF,
    WEAK,
    WITHIN,
    OfficialTables,
)

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_OTHER = 63
_SIGN = 64
_MOST_SIGNS = 7


def _symbols() -> Bytes:
    table = np.full(256, _OTHER, np.uint8)
    for place, symbol in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        table[symbol] = place
        table[ord(chr(symbol).lower())] = place
    for sign, byte in enumerate(b" -./+(", 1):
        table[byte] = _SIGN + sign
    table[ord(")")] = _SIGN
    return table


def _dihedral() -> Bytes:
    """The multiplication table of the dihedral group of order ten: Verhoeff's table D."""
    table = np.zeros((10, 10), np.uint8)
    for left in range(10):
        for right in range(10):
            turned = (left + right if left < 5 else left - right) % 5
            table[left, right] = turned + 5 * ((left >= 5) != (right >= 5))
    return table


def _permutations() -> Bytes:
    """Verhoeff's permutation, applied no times to seven times."""
    once = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4], np.uint8)
    rows = [np.arange(10, dtype=np.uint8)]
    for _ in range(7):
        rows.append(once[rows[-1]])
    return np.stack(rows)


_SYMBOL = _symbols()
_TIMES = _dihedral()
_PERMUTED = _permutations()
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.uint8)


@compiled
def measure(data: Bytes, start: int, end: int) -> tuple[int, int, int]:
    """Letters and digits, letters alone, and the written form as a number.

    The form is -1 where it is none that anybody declares: other signs, or two beside one another.
    More than LONGEST letters and digits give LONGEST + 1.
    """
    count, letters, form, signs, last = 0, 0, 0, 0, -1
    at = start
    while at < end:
        symbol = np.int64(_SYMBOL[data[at]])
        size = 1
        if symbol < 36:
            letters += symbol >= 10
            count += 1
            if count > LONGEST:
                return count, letters, -1
            at += 1
            continue
        if data[at] == 0xC2 and at + 1 < end and data[at + 1] == 0xA0:
            symbol, size = np.int64(_SIGN + 1), 2
        elif data[at] == 0xE2 and at + 2 < end and data[at + 1] == 0x80:
            if data[at + 2] == 0xAF:
                symbol, size = np.int64(_SIGN + 1), 3
            elif 0x90 <= data[at + 2] <= 0x93:
                symbol, size = np.int64(_SIGN + 2), 3
        if symbol == _OTHER:
            return count, letters, -1
        sign = symbol - _SIGN
        if count == last:
            held = form & 7
            if sign > 1 and held > 1:
                return count, letters, -1
            form += sign - held if sign > held else 0
        elif sign > 0:
            signs += 1
            if signs > _MOST_SIGNS:
                return count, letters, -1
            form = form * 256 + count * 8 + sign
            last = count
        at += size
    return count, letters, form


@compiled
def official(
    data: Bytes,
    start: int,
    end: int,
    topics: np.uint64,
    countries: np.uint64,
    tables: OfficialTables,
) -> tuple[int, int, int]:
    """What official number `data[start:end]` is: kind, score and evidence; kind 0 for none.

    Args:
        data: bytes; nothing outside [start, end) is looked at.
        start: the first byte of the candidate, a letter or digit.
        end: the byte after its last.
        topics: bits of what its context speaks of (`privet.kernels.scan.context`).
        countries: bits of the countries that its context speaks of.
        tables: `privet.detect.kinds.numbers.tables()`.
    """
    count, letters, form = measure(data, start, end)
    if form < 0 or count > LONGEST:
        return 0, 0, 0
    bucket = 2 * count + (1 if letters > 0 else 0)
    low, high = tables.buckets[bucket], tables.buckets[bucket + 1]
    if low == high:
        return 0, 0, 0
    first = np.uint64(_SYMBOL[data[start]])
    if (tables.starts[bucket] >> first) & _ONE == _ZERO:
        return 0, 0, 0
    symbols = np.empty(LONGEST, np.int64)
    if not _read(data, start, end, letters, symbols):
        return 0, 0, 0
    small = letters > 0 and _small(data, start, end)
    best, score, why = 0, 0, 0
    for place in range(low, high):
        variant = tables.order[place]
        level = _level(variant, form, tables)
        if level < 0:
            continue
        if small and level != WEAK:
            level = NEUTRAL
        context = _situation(variant, topics, countries, tables)
        reachable = np.int64(tables.scores[variant, level, context])
        if reachable <= score or not _holds(symbols, count, variant, tables):
            continue
        best, score = tables.codes[variant], reachable
        why = _evidence(tables.checked[variant] == 1, context)
    return best, score, why


@compiled
def _read(data: Bytes, start: int, end: int, letters: int, symbols: Integers) -> bool:
    """Write the symbols; false for one digit over and over, and for letters of both cases."""
    count, upper, lower = 0, 0, 0
    same = True
    for at in range(start, end):
        symbol = np.int64(_SYMBOL[data[at]])
        if symbol >= 36:
            continue
        if symbol >= 10:
            upper += data[at] < 97
            lower += data[at] >= 97
        symbols[count] = symbol
        same = same and symbol == symbols[0]
        count += 1
    return not same and (letters == 0 or upper == 0 or lower == 0)


@compiled
def _small(data: Bytes, start: int, end: int) -> bool:
    """Whether the first letter is a small one."""
    for at in range(start, end):
        if data[at] >= 65 and data[at] < 128:
            return data[at] >= 97
    return False


@compiled
def _level(variant: int, form: int, tables: OfficialTables) -> int:
    """What the written form says of this variant; -1 where it is never written so."""
    for place in range(tables.forms.shape[1]):
        if tables.forms[variant, place] == form:
            return np.int64(tables.levels[variant, place])
    return -1


@compiled
def _situation(
    variant: int, topics: np.uint64, countries: np.uint64, tables: OfficialTables
) -> int:
    """What context says of this variant."""
    own = topics & tables.topics[variant] != _ZERO
    if tables.anywhere[variant]:
        return FULL if own else ALONE
    here = countries & tables.countries[variant] != _ZERO
    if own and here:
        return FULL
    if here and topics & tables.topic_sets[0] != _ZERO:
        return CROSS
    if own:
        return TOPIC if countries == _ZERO else ALONE
    if topics & tables.topic_sets[2] != _ZERO:
        return AGAINST
    if topics & tables.topic_sets[1] != _ZERO:
        return COMPETING
    return COUNTRY if here else ALONE


@compiled
def _evidence(checked: bool, context: int) -> int:  # noqa: FBT001 - compiled code has no keywords
    if TOPIC <= context <= FULL:
        return codes.CHECKSUM_AND_CONTEXT if checked else codes.CONTEXT
    return codes.CHECKSUM if checked else codes.FORMAT


@compiled
def _holds(symbols: Integers, count: int, variant: int, tables: OfficialTables) -> bool:
    """Whether shape and every rule of the variant hold."""
    for place in range(count):
        if (tables.masks[variant, place] >> np.uint64(symbols[place])) & _ONE == _ZERO:
            return False
    for rule in range(tables.first_rule[variant], tables.first_rule[variant + 1]):
        what = tables.rules[rule, 0]
        if what == WITHIN:
            right = _within(symbols, rule, tables)
        elif what == DAY:
            right = _day(symbols, rule, tables)
        elif what == SUM:
            right = _sum(symbols, count, rule, tables)
        elif what == HYBRID:
            right = _hybrid(symbols, rule, tables)
        elif what == VERHOEFF:
            right = _verhoeff(symbols, rule, tables)
        else:
            right = what == REPEATS and _repeats(symbols, rule, tables)
        if not right:
            return False
    return True


@compiled
def _field(symbols: Integers, at: int, size: int, base: int) -> int:
    value = 0
    for place in range(at, at + size):
        value = value * base + symbols[place]
    return value


@compiled
def _within(symbols: Integers, rule: int, tables: OfficialTables) -> bool:
    value = _field(symbols, tables.rules[rule, 1], tables.rules[rule, 2], 36)
    inside = False
    for place in range(tables.rules[rule, 3], tables.rules[rule, 4]):
        if tables.ranges[place, 0] <= value <= tables.ranges[place, 1]:
            inside = True
    return inside != (tables.rules[rule, 5] == 1)


@compiled
def _day(symbols: Integers, rule: int, tables: OfficialTables) -> bool:
    size = tables.rules[rule, 2]
    year = _field(symbols, tables.rules[rule, 1], size, 10)
    if size == 4 and not 1850 <= year <= 2100:
        return False
    letter = tables.rules[rule, 4]
    month = _field(symbols, tables.rules[rule, 3], 1 if letter else 2, 10)
    month = np.int64(tables.folds[tables.rules[rule, 5], month])
    day = _field(symbols, tables.rules[rule, 6], 2, 10)
    day = np.int64(tables.folds[tables.rules[rule, 7], day])
    if month == 0 or day == 0 or day > np.int64(_DAYS[month]):
        return False
    return month != 2 or day < 29 or (year % 4 == 0 and (year % 100 != 0 or year in (0, 2000)))


@compiled
def _sum(symbols: Integers, count: int, rule: int, tables: OfficialTables) -> bool:
    row = tables.rules[rule, 1]
    total = tables.rules[rule, 2]
    for place in range(count):
        total += tables.values[tables.columns[row, place], symbols[place]]
    target = tables.targets[tables.rules[rule, 4] + total % tables.rules[rule, 3]]
    at, size = tables.rules[rule, 5], tables.rules[rule, 6]
    if at < 0 or target < 0:
        return target >= 0
    return _field(symbols, at, size, 10) == target


@compiled
def _hybrid(symbols: Integers, rule: int, tables: OfficialTables) -> bool:
    """ISO/IEC 7064, MOD 11,10."""
    product = 10
    for place in range(tables.rules[rule, 1], tables.rules[rule, 2]):
        total = (product + symbols[place]) % 10
        product = 2 * (total if total != 0 else 10) % 11
    return (product + symbols[tables.rules[rule, 2]]) % 10 == 1


@compiled
def _verhoeff(symbols: Integers, rule: int, tables: OfficialTables) -> bool:
    last = tables.rules[rule, 2]
    check = np.int64(_PERMUTED[0, symbols[tables.rules[rule, 3]]])
    power = 1
    for back in range(last - tables.rules[rule, 1]):
        digit = np.int64(_PERMUTED[power, symbols[last - 1 - back]])
        check = np.int64(_TIMES[check, digit])
        power = (power + 1) & 7
    return check == 0


@compiled
def _repeats(symbols: Integers, rule: int, tables: OfficialTables) -> bool:
    """Counts of the digits, a byte's four bits each: one is two or three, the others less."""
    counts = np.int64(0)
    for place in range(tables.rules[rule, 1], tables.rules[rule, 2]):
        counts += np.int64(1) << (4 * symbols[place])
    repeated = 0
    for digit in range(10):
        times = (counts >> (4 * digit)) & 15
        if times > 3:
            return False
        repeated += times > 1
    return repeated == 1
