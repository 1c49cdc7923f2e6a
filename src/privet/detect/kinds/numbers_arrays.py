"""From declarations of official numbers to the arrays that compiled code walks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

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
from privet.detect.kinds.numbers_scores import LEVELS, SITUATIONS, passing, scores
from privet.detect.kinds.numbers_topics import AGAINST_ALL, COMPETING_TOPICS, IDENTITY, topics_of
from privet.kernels.scan import official_tables as kernel

_MONTH_LETTERS = "ABCDEHLMPRST"
_WIDTH = 8


class _Arrays:
    """Lists that grow while rules are written down."""

    def __init__(self) -> None:
        self.rules: list[list[int]] = []
        self.columns: list[list[int]] = []
        self.values: dict[tuple[int, ...], int] = {(0,) * len(SYMBOLS): 0}
        self.targets: list[int] = []
        self.ranges: list[tuple[int, int]] = []
        self.folds: dict[tuple[int, ...], int] = {}

    def add(self, rule: Rule, variant: Variant) -> None:
        """One rule more, as a row."""
        if isinstance(rule, Within):
            row = self._within(rule)
        elif isinstance(rule, Day):
            row = self._day(rule)
            _digits_only(variant, rule.year, rule.year_size)
            _digits_only(variant, rule.day, 2)
            if not rule.month_letter:
                _digits_only(variant, rule.month, 2)
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
        self.rules.append(row + [0] * (_WIDTH - len(row)))

    def _within(self, rule: Within) -> list[int]:
        first = len(self.ranges)
        self.ranges += [(int(low, 36), int(high, 36)) for low, high in rule.ranges]
        return [kernel.WITHIN, rule.at, rule.size, first, len(self.ranges), int(rule.negated)]

    def _day(self, rule: Day) -> list[int]:
        months = [0] * 100
        if rule.month_letter:
            for month, letter in enumerate(_MONTH_LETTERS, 1):
                months[SYMBOLS.index(letter)] = month
        else:
            _fold(months, 12, rule.month_plus)
        days = [0] * 100
        _fold(days, 31, rule.day_plus)
        fold = [self.folds.setdefault(tuple(table), len(self.folds)) for table in (months, days)]
        lettered = int(rule.month_letter)
        return [
            kernel.DAY, rule.year, rule.year_size, rule.month, lettered, fold[0], rule.day, fold[1]
        ]  # fmt: skip

    def _sum(self, rule: Sum) -> list[int]:
        places = [
            tuple(contribution(weight, symbol, rule) for symbol in SYMBOLS)
            for weight in rule.weights
        ]
        row = [self.values.setdefault(place, len(self.values)) for place in places]
        self.columns.append(row + [0] * (LONGEST - len(row)))
        first = len(self.targets)
        self.targets += [_target(target, rule) for target in rule.targets]
        return [
            kernel.SUM, len(self.columns) - 1, rule.plus, rule.modulus, first, rule.at, rule.size
        ]  # fmt: skip


def _digits_only(variant: Variant, at: int, size: int) -> None:
    if not set("".join(variant.shape[at : at + size])) <= set(DIGITS):
        raise ValueError(f"a rule reads digits at {at}, where letters may stand")


def _fold(table: list[int], most: int, plus: Sequence[int]) -> None:
    for more in plus:
        for value in range(1, most + 1):
            if value + more < 100 and not table[value + more]:
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
    numbers: Sequence[Number], codes: Mapping[str, int], countries: Sequence[str]
) -> kernel.OfficialTables:
    """The tables of `numbers`; `countries` in the order of their bits."""
    pairs = [(number, variant) for number in numbers for variant in number.variants]
    grown = _Arrays()
    first_rule = [0]
    for _, variant in pairs:
        for rule in variant.rules:
            grown.add(rule, variant)
        first_rule.append(len(grown.rules))
    masks = np.zeros((len(pairs), LONGEST), np.uint64)
    for row, (_, variant) in enumerate(pairs):
        masks[row, : len(variant.shape)] = [_bits(symbols) for symbols in variant.shape]
    forms, levels = _forms(pairs)
    buckets, order, starts = _buckets(pairs, masks)
    return kernel.OfficialTables(
        buckets=buckets,
        order=order,
        starts=starts,
        masks=masks,
        forms=forms,
        levels=levels,
        codes=np.array([codes[number.name] for number, _ in pairs], np.int64),
        checked=np.array([variant.checked for _, variant in pairs], np.uint8),
        topics=np.array([topics_of(number) for number, _ in pairs], np.uint64),
        countries=np.array([_places(number, countries) for number, _ in pairs], np.uint64),
        anywhere=np.array([not number.countries for number, _ in pairs], np.uint8),
        topic_sets=np.array([IDENTITY, COMPETING_TOPICS, AGAINST_ALL], np.uint64),
        scores=_scores(pairs),
        first_rule=np.array(first_rule, np.int64),
        rules=np.array(grown.rules, np.int64).reshape(-1, _WIDTH),
        columns=np.array(grown.columns, np.int64).reshape(-1, LONGEST),
        values=np.array(list(grown.values), np.int64),
        targets=np.array(grown.targets, np.int64),
        ranges=np.array(grown.ranges, np.int64).reshape(-1, 2),
        folds=np.array(list(grown.folds), np.uint8).reshape(-1, 100),
    )


def _bits(symbols: str) -> int:
    return sum(1 << SYMBOLS.index(symbol) for symbol in symbols)


def _places(number: Number, countries: Sequence[str]) -> int:
    return sum(
        1 << countries.index(place)
        for place in map(str.upper, number.countries)
        if place in countries
    )


def _forms(
    pairs: Sequence[tuple[Number, Variant]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    most = max(len(variant.forms) for _, variant in pairs)
    forms = np.full((len(pairs), most), -1, np.int64)
    levels = np.zeros((len(pairs), most), np.uint8)
    for row, (_, variant) in enumerate(pairs):
        for column, form in enumerate(variant.forms):
            forms[row, column], levels[row, column] = form_number(form), form.level
    return forms, levels


def _scores(pairs: Sequence[tuple[Number, Variant]]) -> npt.NDArray[np.uint8]:
    found = [scores(number, variant) for number, variant in pairs]
    return np.array(found, np.uint8).reshape(-1, LEVELS, SITUATIONS)


def _buckets(
    pairs: Sequence[tuple[Number, Variant]], masks: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """Variants by length and by whether letters are in them, the strongest check first."""
    shares = [passing(*pair) for pair in pairs]
    strongest = sorted(range(len(pairs)), key=shares.__getitem__)
    firsts, order, starts = [0], [], []
    for size in range(LONGEST + 1):
        for letters in (False, True):
            members = [
                row
                for row in strongest
                if len(pairs[row][1].shape) == size and _has(pairs[row][1], letters=letters)
            ]
            order += members
            firsts.append(len(order))
            starts.append(int(np.bitwise_or.reduce(masks[members, 0])) if members else 0)
    return np.array(firsts, np.int64), np.array(order, np.int64), np.array(starts, np.uint64)


def _has(variant: Variant, *, letters: bool) -> bool:
    """Whether it may be digits alone, or may have letters."""
    if letters:
        return not set("".join(variant.shape)) <= set(DIGITS)
    return all(set(symbols) & set(DIGITS) for symbols in variant.shape)
