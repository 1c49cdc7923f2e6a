"""Official numbers as declarations: what a line of `numbers.txt` says, as frozen values.

`numbers.txt` explains the notation. Positions count the letters and digits of a number from 0;
separators do not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What a number is made of; a symbol's value is its place here."""
DIGITS, LETTERS = SYMBOLS[:10], SYMBOLS[10:]
NEUTRAL, USUAL, DISTINCTIVE, WEAK = range(4)
"""How much a written form says by itself; WEAK never suffices alone."""
LONGEST = 18
"""Letters and digits of the longest number."""
SEPARATORS = {"_": 1, "-": 2, ".": 3, "/": 4, "+": 5, "(": 6}
"""Signs of a written form and their codes; `_` stands for a blank."""

Ranges: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Within:
    """A field lies in one of the ranges (of strings as long as it), or, negated, in none."""

    at: int
    size: int
    ranges: Ranges
    negated: bool


@dataclass(frozen=True, slots=True)
class Day:
    """Year, month and day of two digits (or as told) make a day of the calendar.

    Attributes:
        year: where the year stands.
        year_size: two digits, or four (1850 to 2100).
        month: where the month stands.
        month_letter: the month is one of the letters ABCDEHLMPRST.
        month_plus: what may have been added to the month.
        day: where the day stands.
        day_plus: what may have been added to the day.
    """

    year: int
    year_size: int
    month: int
    month_letter: bool
    month_plus: tuple[int, ...]
    day: int
    day_plus: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A weighted sum, its remainder, and what that says about the check characters.

    Attributes:
        weights: one for each position, from 0 on; `0` where none counts. `a&b` takes a value as two
            digits with a weight each; `o` and `e` are Italy's columns for odd and even places.
        digits: products count by the sum of their digits.
        letters: the name of the values of letters; empty for A=10 to Z=35.
        plus: added to the sum.
        modulus: the sum is divided by it.
        targets: for each remainder what the check field must hold; empty for what is invalid.
        at: where the check field stands; -1 where the remainder alone decides: then a target is
            `ok` or empty.
        size: length of the check field.
    """

    weights: tuple[str, ...]
    digits: bool
    letters: str
    plus: int
    modulus: int
    targets: tuple[str, ...]
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Hybrid:
    """ISO 7064 MOD 11,10 over the digits [first, last); the check digit stands at `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Verhoeff:
    """Verhoeff's scheme over the digits [first, last) and the check digit at `at`."""

    first: int
    last: int
    at: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """One digit of [first, last) stands there twice or three times, every other at most once."""

    first: int
    last: int


Rule: TypeAlias = Within | Day | Sum | Hybrid | Verhoeff | Repeats


@dataclass(frozen=True, slots=True)
class Form:
    """A written form: (letters and digits before it, sign) for each separator, and what it says."""

    separators: tuple[tuple[int, str], ...]
    level: int


@dataclass(frozen=True, slots=True)
class Variant:
    """One shape of a number: which symbols may stand where, how it is written, what must hold."""

    shape: tuple[str, ...]
    forms: tuple[Form, ...]
    rules: tuple[Rule, ...]

    @property
    def checked(self) -> bool:
        """Whether it has check characters."""
        return any(isinstance(rule, Sum | Hybrid | Verhoeff) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Number:
    """One official number.

    Attributes:
        name: the kind's name.
        countries: ISO codes in lower case; empty where any country has it.
        family: `national_id`, `tax_id`, `health_id`, or its own name.
        label: what they are, in the plural.
        asked: only ever found where context speaks of it.
        variants: its shapes.
    """

    name: str
    countries: tuple[str, ...]
    family: str
    label: str
    asked: bool
    variants: tuple[Variant, ...]


_ITEM = re.compile(r"(\[[0-9A-Z-]+\]|[9A*])(?:\{(\d+)\})?")
_CLASSES = {"9": DIGITS, "A": LETTERS, "*": SYMBOLS}
_WORDS = {"usual": USUAL, "!": DISTINCTIVE, "~": USUAL, "?": WEAK}


def read_numbers(text: str) -> tuple[Number, ...]:
    """The numbers that `text` declares, in its order.

    Raises:
        ValueError: a line is not in the notation; the message names the line.
    """
    numbers: list[Number] = []
    for count, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            if line.startswith(" "):
                last = numbers[-1]
                variants = (*last.variants, _variant(line))
                numbers[-1] = Number(
                    last.name, last.countries, last.family, last.label, last.asked, variants
                )
            else:
                numbers.append(_head(line))
        except (ValueError, IndexError, KeyError) as error:
            raise ValueError(f"line {count} of the official numbers: {error}") from error
    return tuple(numbers)


def _head(line: str) -> Number:
    name, countries, family, label = (part.strip() for part in line.split("|"))
    where = () if countries == "any" else tuple(countries.split())
    return Number(name, where, family.removesuffix("?"), label, family.endswith("?"), ())


def _variant(line: str) -> Variant:
    shape, forms, *rules = (part.strip() for part in line.split(";"))
    symbols = _shape(shape)
    return Variant(
        symbols,
        tuple(_form(form, len(symbols)) for form in forms.split()),
        tuple(_rule(rule, len(symbols)) for rule in rules if rule),
    )


def _shape(text: str) -> tuple[str, ...]:
    items: list[str] = []
    at = 0
    while at < len(text):
        item = _ITEM.match(text, at)
        if item is None:
            raise ValueError("no shape")
        symbols = _CLASSES.get(item[1]) or _members(item[1][1:-1])
        items += [symbols] * int(item[2] or 1)
        at = item.end()
    if len(items) > LONGEST:
        raise ValueError("longer than the longest")
    return tuple(items)


def _members(text: str) -> str:
    spans = re.findall(r"(.)-(.)|(.)", text)
    members = {
        symbol
        for first, last, one in spans
        for symbol in SYMBOLS[SYMBOLS.index(first or one) : SYMBOLS.index(last or one) + 1]
    }
    return "".join(sorted(members))


def _form(text: str, size: int) -> Form:
    level = _WORDS.get(text[-1], NEUTRAL)
    body = text.rstrip("!~?")
    if body == "plain":
        return Form((), level)
    groups, signs = re.split(r"[^0-9]", body), re.findall(r"[^0-9]", body)
    lengths = [int(group) for group in groups]
    if sum(lengths) != size or len(signs) > 7 or not set(signs) <= set(SEPARATORS):
        raise ValueError(f"no written form: {text}")
    places = [sum(lengths[: count + 1]) for count in range(len(signs))]
    return Form(tuple(zip(places, signs, strict=True)), level)


def _rule(text: str, size: int) -> Rule:
    word, *rest = text.split()
    if word in ("in", "not"):
        at, length = (int(part) for part in rest[0].split(":"))
        spans = [span.partition("-") for span in rest[1].split(",")]
        return Within(
            at, length, tuple((low, high or low) for low, _, high in spans), word == "not"
        )
    if word == "day":
        return _day(rest)
    if word in ("sum", "num"):
        return _sum(word, rest, size)
    first, last = (int(part) for part in rest[0].split(":"))
    if word == "hybrid":
        return Hybrid(first, last)
    if word == "verhoeff":
        return Verhoeff(first, last, int(rest[1].removeprefix("@")))
    if word == "repeats":
        return Repeats(first, last)
    raise ValueError(f"no rule: {word}")


def _day(parts: list[str]) -> Day:
    found: dict[str, tuple[int, tuple[int, ...]]] = {}
    for part in parts:
        at, *plus = part[1:].split("+")
        found[part[0]] = int(at), tuple(int(number) for number in plus) or (0,)
    year, size = (found["Y"][0], 4) if "Y" in found else (found["y"][0], 2)
    month, month_plus = found.get("m") or found["M"]
    day, day_plus = found["d"]
    return Day(year, size, month, "M" in found, month_plus, day, day_plus)


@dataclass(slots=True)
class _Reading:
    """What was read of a sum so far."""

    way: str = ""
    table: str = ""
    letters: str = ""
    digits: bool = False
    plus: int = 0
    modulus: int = 0
    at: int = -1
    size: int = 1
    changes: dict[int, str] = field(default_factory=dict)

    def read(self, part: str, after: str) -> None:
        """Take in a part that stands by itself, or with the one after it."""
        if part == "mod":
            self.modulus = int(after)
        elif part == "is":
            self.way, self.table = "is", after
        elif part.startswith("letters="):
            self.letters = part.removeprefix("letters=")
        elif part.startswith("="):
            self.way, self.table = "=", part[1:]
        elif part.startswith("@"):
            where, _, wide = part[1:].partition(":")
            self.at, self.size = int(where), int(wide or 1)
        elif ">" in part:
            before, _, target = part.partition(">")
            self.changes[int(before)] = target
        elif part.startswith("+"):
            self.plus = int(part)
        elif part == "digits":
            self.digits = True
        elif part in ("r", "neg", "comp"):
            self.way = part
        else:
            raise ValueError(f"no part of a sum: {part}")

    def target(self, rest: int) -> str:
        """What the check field must hold for a remainder; empty where that is invalid."""
        if self.way == "is":
            return "ok" if str(rest) in self.table.split(",") else ""
        if self.way == "=":
            return self.table[rest] if rest < len(self.table) else ""
        lacking = self.modulus - rest
        value = {"r": rest, "neg": lacking % self.modulus, "comp": lacking}[self.way]
        text = self.changes.get(value, str(value))
        return text.zfill(self.size) if len(text) <= self.size else ""


def _sum(word: str, parts: list[str], size: int) -> Sum:
    read = _Reading()
    rest = iter(parts[1:])
    for part in rest:
        read.read(part, next(rest) if part in ("mod", "is") else "")
    weights = parts[0].split(",")
    if word == "num":
        weights = _powers(weights, size, read.modulus)
    targets = tuple(read.target(value) for value in range(read.modulus))
    return Sum(
        tuple(weights), read.digits, read.letters, read.plus, read.modulus, targets, read.at,
        read.size,
    )  # fmt: skip


def _powers(spans: list[str], size: int, modulus: int) -> list[str]:
    """The weights that read the positions in these spans as one number, reduced."""
    ends = [span.split(":") for span in spans]
    places = [place for first, last in ends for place in range(int(first), int(last))]
    weights = ["0"] * size
    for power, place in enumerate(reversed(places)):
        weights[place] = str(pow(10, power, modulus))
    return weights
