"""From declarations of official numbers to the array that compiled code walks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from privet.detect.kinds.numbers_declared import (
    DIGITS,
    LONGEST,
    SEPARATORS,
    SYMBOLS,
    Day,
    Form,
    Hybrid,
    Number,
    Rule,
    Sum,
    Variant,
    Verhoeff,
    Within,
)
from privet.detect.kinds.numbers_letters import contribution
from privet.detect.kinds.numbers_scores import passing, scores
from privet.detect.kinds.numbers_topics import AGAINST_ALL, COMPETING_TOPICS, IDENTITY, topics_of
from privet.kernels.scan import official_tables as kernel

_MONTH_LETTERS = "ABCDEHLMPRST"
_DAY_TABLE = 100
_MOST_VARIANTS = 62


class _Program:
    """The array while it grows; lists that are alike are kept once."""

    def __init__(self, head: Iterable[int]) -> None:
        self.integers = list(head)
        self._kept: dict[tuple[int, ...], int] = {}

    def add(self, integers: Iterable[int]) -> int:
        """Append integers; where they begin."""
        at = len(self.integers)
        self.integers += integers
        return at

    def keep(self, integers: Iterable[int]) -> int:
        """The same, for what others may share."""
        key = tuple(integers)
        if key not in self._kept:
            self._kept[key] = self.add(key)
        return self._kept[key]

    def rules(self, variant: Variant) -> tuple[int, int]:
        """Append the rules of a variant, after the tables that they share: first place and end."""
        rows = [self._row(rule, variant) for rule in variant.rules]
        first = len(self.integers)
        for row in rows:
            self.add([len(self.integers) + 1 + len(row), *row])
        return first, len(self.integers)

    def _row(self, rule: Rule, variant: Variant) -> list[int]:
        if isinstance(rule, Within):
            ends = [int(end, 36) for span in rule.ranges for end in span]
            row = [kernel.WITHIN, rule.at, rule.size, int(rule.negated), len(ends) // 2, *ends]
        elif isinstance(rule, Day):
            row = self._day(rule, variant)
        elif isinstance(rule, Sum):
            row = self._sum(rule)
        elif isinstance(rule, Verhoeff):
            row = [kernel.VERHOEFF, rule.first, rule.last, rule.at]
            _digits_only(variant, rule.first, rule.last - rule.first)
            _digits_only(variant, rule.at, 1)
        else:
            hybrid = isinstance(rule, Hybrid)
            row = [kernel.HYBRID if hybrid else kernel.REPEATS, rule.first, rule.last]
            _digits_only(variant, rule.first, rule.last - rule.first + hybrid)
        return row

    def _day(self, rule: Day, variant: Variant) -> list[int]:
        _digits_only(variant, rule.year, rule.year_size)
        _digits_only(variant, rule.day, 2)
        months = [0] * _DAY_TABLE
        if rule.month_letter:
            for month, letter in enumerate(_MONTH_LETTERS, 1):
                months[SYMBOLS.index(letter)] = month
        else:
            _digits_only(variant, rule.month, 2)
            _fold(months, 12, rule.month_plus)
        days = [0] * _DAY_TABLE
        _fold(days, 31, rule.day_plus)
        month_size = 1 if rule.month_letter else 2
        row = [kernel.DAY, rule.year, rule.year_size, rule.month, month_size, rule.day]
        return [*row, self.keep(months), self.keep(days)]

    def _sum(self, rule: Sum) -> list[int]:
        terms: list[int] = []
        for place, weight in enumerate(rule.weights):
            values = [contribution(weight, symbol, rule) for symbol in SYMBOLS]
            if any(values):
                terms += [place, self.keep(values)]
        targets = self.keep(_target(target, rule) for target in rule.targets)
        head = [kernel.SUM, rule.plus, rule.modulus, targets, rule.at, rule.size]
        return [*head, len(terms) // 2, *terms]


def _digits_only(variant: Variant, at: int, size: int) -> None:
    if not set("".join(variant.shape[at : at + size])) <= set(DIGITS):
        raise ValueError(f"a rule reads digits at {at}, where letters may stand")


def _fold(table: list[int], most: int, plus: Sequence[int]) -> None:
    for more in plus:
        for value in range(1, most + 1):
            if value + more < _DAY_TABLE and not table[value + more]:
                table[value + more] = value


def _target(target: str, rule: Sum) -> int:
    if target == "":
        return -1
    if rule.at < 0:
        return 0
    return SYMBOLS.index(target) if rule.size == 1 else int(target)


def form_number(form: Form) -> int:
    """A written form as compiled code measures it."""
    number = 0
    for place, sign in form.separators:
        number = number * 256 + place * 8 + SEPARATORS[sign]
    return number


def arrays(
    numbers: Sequence[Number], codes: Mapping[str, int], countries: Sequence[str], least: int
) -> kernel.OfficialTables:
    """The tables of `numbers`; `countries` in the order of their bits, `least` the lowest score."""
    sizes = LONGEST + 1
    head = [IDENTITY, COMPETING_TOPICS, AGAINST_ALL, least, *[0] * (2 * sizes)]
    program = _Program(head)
    pairs = [(number, variant) for number in numbers for variant in number.variants]
    placed = [
        (_variant(program, number, variant, codes, countries), variant, passing(number, variant))
        for number, variant in pairs
    ]
    placed.sort(key=lambda one: one[2])
    for size in range(sizes):
        for letters in (False, True):
            members = [
                (at, variant)
                for at, variant, _ in placed
                if len(variant.shape) == size and _has(variant, letters=letters)
            ]
            if members:
                place = program.add(_list([at for at, _ in members], [one for _, one in members]))
                wide = len(SYMBOLS if letters else DIGITS)
                program.add(_fitting([one for _, one in members], size, wide))
                program.integers[kernel.BUCKETS + 2 * size + letters] = place
    return kernel.OfficialTables(np.array(program.integers, np.int64))


def _list(places: Sequence[int], variants: Sequence[Variant]) -> list[int]:
    """The list of the variants of one length, with their written forms, the plain one first."""
    written: dict[int, int] = {0: 0}
    for bit, variant in enumerate(variants):
        for form in variant.forms:
            number = form_number(form)
            written[number] = written.get(number, 0) | 1 << bit
    if len(variants) > _MOST_VARIANTS:
        raise ValueError(f"{len(variants)} variants of one length are more than a word has bits")
    pairs = [part for pair in written.items() for part in pair]
    return [len(variants), *places, len(written), *pairs]


def _fitting(variants: Sequence[Variant], size: int, wide: int) -> list[int]:
    """For each position and symbol bits of the variants that have it there."""
    return [
        sum(1 << bit for bit, variant in enumerate(variants) if symbol in variant.shape[place])
        for place in range(size)
        for symbol in SYMBOLS[:wide]
    ]


def _variant(
    program: _Program,
    number: Number,
    variant: Variant,
    codes: Mapping[str, int],
    countries: Sequence[str],
) -> int:
    """Write down a variant; where it begins."""
    first, last = program.rules(variant)
    head = {
        kernel.V_CODE: codes[number.name],
        kernel.V_CHECKED: int(variant.checked),
        kernel.V_TOPICS: topics_of(number),
        kernel.V_COUNTRIES: _places(number, countries),
        kernel.V_ANYWHERE: int(not number.countries),
        kernel.V_RULES: first,
        kernel.V_RULES_END: last,
        kernel.V_FORMS: len(variant.forms),
    }
    every = [score for level in scores(number, variant) for score in level]
    forms = [part for form in variant.forms for part in (form_number(form), form.level)]
    return program.add([*(head[place] for place in range(kernel.V_SCORES)), *every, *forms])


def _places(number: Number, countries: Sequence[str]) -> int:
    """Bits of its countries, as a signed integer."""
    upper = [place.upper() for place in number.countries]
    bits = sum(1 << countries.index(place) for place in upper if place in countries)
    return bits - (1 << 64) if bits >> 63 else bits


def _has(variant: Variant, *, letters: bool) -> bool:
    """Whether it may be digits alone, or may have letters."""
    if letters:
        return not set("".join(variant.shape)) <= set(DIGITS)
    return all(set(symbols) & set(DIGITS) for symbols in variant.shape)
