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

from privet.kernels.compiled import lean
from privet.kernels.scan import codes
from privet.kernels.scan.official_tables import (
    AGAINST,
    ALONE,
    BUCKETS,
    COMPETING,
    COUNTRY,
    CROSS,
    DAY,
    FULL,
    HYBRID,
    IDENTITY,
    LEAST,
    LONGEST,
    NEGATIVE,
    NEUTRAL,
    OTHERS,
    REPEATS,
    SITUATIONS,
    SUM,
    TOPIC,
    V_ANYWHERE,
    V_CHECKED,
    V_CODE,
    V_COUNTRIES,
    V_FORMS,
    V_RULES,
    V_RULES_END,
    V_SCORES,
    V_TOPICS,
    V_WRITTEN,
    VERHOEFF,
    WEAK,
    WITHIN,
    OfficialTables,
)

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

_OTHER = 63
SIGN = 64
_MOST_SIGNS = 7
IN_ONE = 10


def _symbols() -> Bytes:
    table = np.full(256, _OTHER, np.uint8)
    for place, symbol in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        table[symbol] = place
        table[ord(chr(symbol).lower())] = place
    for sign, byte in enumerate(b" -./+(", 1):
        table[byte] = SIGN + sign
    table[ord(")")] = SIGN
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


SYMBOL = _symbols()
_TIMES = _dihedral()
_PERMUTED = _permutations()
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.uint8)


@lean
def measure(data: Bytes, start: int, end: int) -> tuple[int, int, int]:
    """Letters and digits, letters alone, and the written form as a number.

    The form is -1 where it is none that anybody declares: other signs, or two beside one another.
    More than LONGEST letters and digits give LONGEST + 1.
    """
    count, letters, form, signs, last = 0, 0, 0, 0, -1
    at = start
    while at < end:
        symbol = np.int64(SYMBOL[data[at]])
        size = 1
        if symbol < 36:
            letters += symbol >= 10
            count += 1
            if count > LONGEST:
                return count, letters, -1
            at += 1
            continue
        if data[at] == 0xC2 and at + 1 < end and data[at + 1] == 0xA0:
            symbol, size = np.int64(SIGN + 1), 2
        elif data[at] == 0xE2 and at + 2 < end and data[at + 1] == 0x80:
            if data[at + 2] == 0xAF:
                symbol, size = np.int64(SIGN + 1), 3
            elif 0x90 <= data[at + 2] <= 0x93:
                symbol, size = np.int64(SIGN + 2), 3
        if symbol == _OTHER:
            return count, letters, -1
        sign = symbol - SIGN
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


@lean
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
    held, count, letters, form = _matching(data, start, end, tables.program)
    if held == 0:
        return 0, 0, 0
    small = letters > 0 and is_small(data, start, end)
    about, places = np.int64(topics), np.int64(countries)
    return likeliest(held, count, letters, form, small, about, places, tables.program)


@lean
def possible(data: Bytes, start: int, end: int, tables: OfficialTables) -> bool:
    """Whether `data[start:end]` may be an official number in any context; soon told."""
    held, _, _, _ = _matching(data, start, end, tables.program)
    return held != 0


@lean
def _matching(data: Bytes, start: int, end: int, program: Integers) -> tuple[int, int, int, int]:
    """What `holding` gives for `data[start:end]`; symbols, letters and written form."""
    count, letters, form = measure(data, start, end)
    if form < 0 or count > LONGEST:
        return np.int64(0), count, letters, form
    read, one, two = _read(data, start, end, letters)
    return holding(read, letters, form, one, two, program), read, letters, form


@lean
def holding(count: int, letters: int, form: int, one: int, two: int, program: Integers) -> int:
    """The variants that hold, as bits at their places in the list of this many symbols.

    Args:
        count: how many symbols; 0 holds nothing.
        letters: how many of them are letters.
        form: the written form.
        one: the first ten symbols, six bits each.
        two: those after.
        program: see `official_tables`.
    """
    bucket = program[BUCKETS + 2 * count + (letters > 0)] if count else np.int64(0)
    if bucket == 0:
        return np.int64(0)
    table = bucket + 1 + program[bucket]
    left, forms = np.int64(0), program[table]
    for at in range(table + 1, table + 1 + 2 * forms, 2):
        if program[at] == form:
            left = program[at + 1]
            break
    table += 1 + 2 * forms
    wide = 36 if letters else 10
    for place in range(count):
        if left == 0:
            break
        left &= program[table + place * wide + _symbol(one, two, place)]
    held, bit, at = np.int64(0), np.int64(1), bucket + 1
    while left:
        if left & 1 and _holds(program, program[at], one, two):
            held |= bit
        left >>= 1
        bit <<= 1
        at += 1
    return held


@lean
def likeliest(
    held: int,
    count: int,
    letters: int,
    form: int,
    small: bool,  # noqa: FBT001
    topics: int,
    countries: int,
    program: Integers,
) -> tuple[int, int, int]:
    """Of the variants that hold the one with the highest score, or the rarest of several.

    Returns:
        Its kind, score and evidence; kind 0 where context lets none count.
    """
    at = program[BUCKETS + 2 * count + (letters > 0)] + 1
    best, score = 0, program[LEAST] - 1
    while held:
        if held & 1:
            reachable = _reachable(program, program[at], form, small, topics, countries)
            if reachable > score:
                best, score = program[at], reachable
        held >>= 1
        at += 1
    if best == 0:
        return 0, 0, 0
    context = _situation(program, best, topics, countries)
    known = TOPIC <= context <= FULL
    if program[best + V_CHECKED]:
        why = codes.CHECKSUM_AND_CONTEXT if known else codes.CHECKSUM
    else:
        why = codes.CONTEXT if known else codes.FORMAT
    return program[best + V_CODE], score, why


@lean
def _read(data: Bytes, start: int, end: int, letters: int) -> tuple[int, int, int]:
    """How many symbols, and they, ten of six bits in each of two integers.

    None for one digit over and over, and for letters of both cases.
    """
    count, upper, one, two = np.int64(0), 0, np.int64(0), np.int64(0)
    first = np.int64(SYMBOL[data[start]])
    same = True
    for at in range(start, end):
        symbol = np.int64(SYMBOL[data[at]])
        if symbol >= 36:
            continue
        upper += symbol >= 10 and data[at] < 97
        if count < IN_ONE:
            one |= symbol << (6 * count)
        else:
            two |= symbol << (6 * (count - IN_ONE))
        same = same and symbol == first
        count += 1
    if same or 0 < upper < letters:
        return np.int64(0), one, two
    return count, one, two


@lean
def _symbol(one: int, two: int, place: int) -> int:
    """The symbol at `place`."""
    if place < IN_ONE:
        return (one >> (6 * place)) & 63
    return (two >> (6 * (place - IN_ONE))) & 63


@lean
def is_small(data: Bytes, start: int, end: int) -> bool:
    """Whether the first letter is a small one."""
    for at in range(start, end):
        if data[at] >= 65 and data[at] < 128:
            return data[at] >= 97
    return False


@lean
def _reachable(
    program: Integers,
    variant: int,
    form: int,
    small: bool,  # noqa: FBT001
    topics: int,
    countries: int,
) -> int:
    """The score if the variant matches; 0 where it is never written so."""
    level = _written(program, variant, form)
    if level < 0:
        return 0
    if small and level != WEAK:
        level = NEUTRAL
    context = _situation(program, variant, topics, countries)
    return program[variant + V_SCORES + level * SITUATIONS + context]


@lean
def _written(program: Integers, variant: int, form: int) -> int:
    """The level of this written form; -1 where the variant is never written so."""
    written = variant + V_WRITTEN
    for place in range(written, written + 2 * program[variant + V_FORMS], 2):
        if program[place] == form:
            return program[place + 1]
    return -1


@lean
def _situation(program: Integers, variant: int, topics: int, countries: int) -> int:
    """What context says of this variant."""
    if topics == 0 and countries == 0:
        return ALONE
    own = topics & program[variant + V_TOPICS] != 0
    if program[variant + V_ANYWHERE]:
        return FULL if own else ALONE
    here = countries & program[variant + V_COUNTRIES] != 0
    if here and topics & program[IDENTITY] != 0:
        return FULL if own else CROSS
    if own:
        return TOPIC if countries == 0 else ALONE
    if topics & (program[NEGATIVE] | program[OTHERS]) != 0:
        return AGAINST if topics & program[NEGATIVE] != 0 else COMPETING
    return COUNTRY if here else ALONE


@lean
def _holds(program: Integers, variant: int, one: int, two: int) -> bool:
    """Whether every rule of the variant holds."""
    rule, last = program[variant + V_RULES], program[variant + V_RULES_END]
    while rule < last:
        what = program[rule + 1]
        if what == SUM:
            right = _sum(program, rule + 2, one, two)
        elif what == WITHIN:
            right = _within(program, rule + 2, one, two)
        elif what == DAY:
            right = _day(program, rule + 2, one, two)
        elif what == HYBRID:
            right = _hybrid(program, rule + 2, one, two)
        elif what == VERHOEFF:
            right = _verhoeff(program, rule + 2, one, two)
        else:
            right = what == REPEATS and _repeats(program, rule + 2, one, two)
        if not right:
            return False
        rule = program[rule]
    return True


@lean
def _field(one: int, two: int, at: int, size: int, base: int) -> int:
    value = np.int64(0)
    for place in range(at, at + size):
        value = value * base + _symbol(one, two, place)
    return value


@lean
def _within(program: Integers, at: int, one: int, two: int) -> bool:
    """Parameters: place, size, whether negated, ranges, then first and last of each."""
    value = _field(one, two, program[at], program[at + 1], 36)
    for place in range(at + 4, at + 4 + 2 * program[at + 3], 2):
        if program[place] <= value <= program[place + 1]:
            return program[at + 2] == 0
    return program[at + 2] != 0


@lean
def _day(program: Integers, at: int, one: int, two: int) -> bool:
    """Parameters: place and size of year, of month, place of day, tables of month and day."""
    size = program[at + 1]
    year = _field(one, two, program[at], size, 10)
    if size == 4 and not 1850 <= year <= 2100:
        return False
    month = program[program[at + 5] + _field(one, two, program[at + 2], program[at + 3], 10)]
    day = program[program[at + 6] + _field(one, two, program[at + 4], 2, 10)]
    if month == 0 or day == 0 or day > np.int64(_DAYS[month]):
        return False
    return month != 2 or day < 29 or (year % 4 == 0 and (year % 100 != 0 or year in (0, 2000)))


@lean
def _sum(program: Integers, at: int, one: int, two: int) -> bool:
    """Parameters: start, modulus, targets, check field's place and size, then the terms."""
    total = program[at]
    for term in range(at + 6, at + 6 + 2 * program[at + 5], 2):
        total += program[program[term + 1] + _symbol(one, two, program[term])]
    target = program[program[at + 2] + total % program[at + 1]]
    if program[at + 3] < 0 or target < 0:
        return target >= 0
    return _field(one, two, program[at + 3], program[at + 4], 10) == target


@lean
def _hybrid(program: Integers, at: int, one: int, two: int) -> bool:
    """ISO/IEC 7064, MOD 11,10."""
    product = np.int64(10)
    for place in range(program[at], program[at + 1]):
        total = (product + _symbol(one, two, place)) % 10
        product = 2 * (total if total != 0 else 10) % 11
    return (product + _symbol(one, two, program[at + 1])) % 10 == 1


@lean
def _verhoeff(program: Integers, at: int, one: int, two: int) -> bool:
    last = program[at + 1]
    check = _symbol(one, two, program[at + 2])
    power = 1
    for back in range(last - program[at]):
        digit = np.int64(_PERMUTED[power, _symbol(one, two, last - 1 - back)])
        check = np.int64(_TIMES[check, digit])
        power = (power + 1) & 7
    return check == 0


@lean
def _repeats(program: Integers, at: int, one: int, two: int) -> bool:
    """Counts of the digits, four bits each: one is two or three, the others less."""
    counts = np.int64(0)
    for place in range(program[at], program[at + 1]):
        counts += np.int64(1) << (4 * _symbol(one, two, place))
    repeated = 0
    for digit in range(10):
        times = (counts >> (4 * digit)) & 15
        if times > 3:
            return False
        repeated += times > 1
    return repeated == 1
