"""The words of privacy loss: units, epsilon and delta, and events: what a mechanism did.

An event says which mechanism ran and with how much noise, relative to what one unit can change;
never a total. `privet.accounting` says what events cost together. Numbers are exact fractions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from math import ceil, floor, log10
from typing import Any, Literal, TypeAlias

from privet.model.canonical import Json
from privet.model.errors import IntegrityError

VERSION = 1
_DIGITS = 4
_DEEPEST = 16
_MOST_PARTS = 10_000
_LARGEST = 10**40

Neighbours: TypeAlias = Literal["add-or-remove", "replace"]
"""Two data sets are neighbours if one has one unit more, or if one unit's rows are others."""

Period: TypeAlias = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Whom a claim protects: all rows of a subject, or those of one period."""

    subject: str
    period: Period | None = None

    def __str__(self) -> str:
        return self.subject if self.period is None else f"{self.subject} per {self.period}"


@total_ordering
@dataclass(frozen=True, slots=True)
class Epsilon:
    """An epsilon of 0 or more, exact; None is without bound. Two do not add up: see accounting."""

    value: Fraction | None

    def __post_init__(self) -> None:
        if self.value is not None and self.value < 0:
            raise ValueError("epsilon is 0 or more")

    @classmethod
    def of(cls, value: str | int | Decimal | Fraction) -> Epsilon:
        """An epsilon of exactly this value.

        Raises:
            ValueError: it is no number, or below 0.
        """
        return cls(Fraction(value))

    def __lt__(self, other: Epsilon) -> bool:
        if self.value is None or other.value is None:
            return self.value is not None and other.value is None
        return self.value < other.value

    def __str__(self) -> str:
        """At least it, in four digits."""
        return "unbounded" if self.value is None else _rounded_up(self.value)


UNBOUNDED = Epsilon(None)


@dataclass(frozen=True, slots=True, order=True)
class Delta:
    """A delta from 0 to below 1, exact."""

    value: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.value < 1:
            raise ValueError("delta is at least 0 and below 1")

    @classmethod
    def of(cls, value: str | int | Decimal | Fraction) -> Delta:
        """A delta of exactly this value.

        Raises:
            ValueError: it is no number from 0 to below 1.
        """
        return cls(Fraction(value))

    def __str__(self) -> str:
        """At least it, in four digits."""
        return _rounded_up(self.value)


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Gaussian noise on numbers of bounded L2 sensitivity.

    Attributes:
        ratio: standard deviation / sensitivity.
        discrete: on whole numbers. Its Renyi divergences are below those of the continuous one
            (Canonne, Kamath, Steinke 2020, Theorem 14); its hockey-stick divergences need not be.
    """

    ratio: Fraction
    discrete: bool = False


@dataclass(frozen=True, slots=True)
class Laplace:
    """Continuous Laplace noise on one number; `ratio` is scale / sensitivity."""

    ratio: Fraction


@dataclass(frozen=True, slots=True)
class Pure:
    """Anything that is `epsilon`-DP: discrete Laplace noise under an L1 bound, for example."""

    epsilon: Fraction


@dataclass(frozen=True, slots=True)
class Concentrated:
    """Anything that is `rho`-zCDP (Bun, Steinke 2016), of which no more is known."""

    rho: Fraction


@dataclass(frozen=True, slots=True)
class PoissonSampled:
    """Gaussian noise over units of which each was drawn by itself with probability `rate`."""

    rate: Fraction
    of: Gaussian


@dataclass(frozen=True, slots=True)
class Additional:
    """`of`, but for something of probability `delta`: a key of one unit that passed a threshold."""

    delta: Fraction
    of: Event


@dataclass(frozen=True, slots=True)
class Repeated:
    """`of`, so many times; later ones may be chosen with earlier ones in view."""

    times: int
    of: Event


@dataclass(frozen=True, slots=True)
class Together:
    """All of these, over the same units; none is free."""

    parts: tuple[Event, ...]


Event: TypeAlias = (
    Gaussian | Laplace | Pure | Concentrated | PoissonSampled | Additional | Repeated | Together
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What was done, and against whom it protects."""

    event: Event
    neighbours: Neighbours
    unit: Unit


def mechanisms(event: Event, times: int = 1) -> Iterator[str]:
    """Each mechanism of an event in words, with its noise; equal ones as one."""
    match event:
        case Together(parts):
            for part, count in Counter(parts).items():
                yield from mechanisms(part, times * count)
            return
        case Repeated(count, of):
            yield from mechanisms(of, times * count)
            return
        case Additional(delta, of):
            yield from mechanisms(of, times)
            yield f"threshold, delta {_rounded_up(delta)}"
            return
        case Gaussian(ratio, discrete):
            said = f"{'discrete ' if discrete else ''}Gaussian, scale {_decimal(ratio)}"
        case Laplace(ratio):
            said = f"Laplace, scale {_decimal(ratio)}"
        case Pure(epsilon):
            said = f"pure, epsilon {_rounded_up(epsilon)}"
        case Concentrated(rho):
            said = f"zero-concentrated, rho {_rounded_up(rho)}"
        case PoissonSampled(rate, of):
            said = f"Gaussian, scale {_decimal(of.ratio)}, of units drawn at {_decimal(rate)}"
    yield said if times == 1 else f"{times} times {said}"


def _decimal(value: Fraction) -> str:
    return f"{float(value):.6g}"


def event_json(event: Event) -> dict[str, Json]:
    """An event as canonical JSON has it (`spec/privacy-loss`)."""
    return {"v": VERSION, **_json(event)}


def _json(event: Event) -> dict[str, Json]:  # noqa: PLR0911  # one return for each event
    match event:
        case Gaussian(ratio, discrete):
            name = "discrete-gaussian" if discrete else "gaussian"
            return {"is": name, "ratio": str(ratio)}
        case Laplace(ratio):
            return {"is": "laplace", "ratio": str(ratio)}
        case Pure(epsilon):
            return {"is": "pure", "epsilon": str(epsilon)}
        case Concentrated(rho):
            return {"is": "concentrated", "rho": str(rho)}
        case PoissonSampled(rate, of):
            return {"is": "poisson-sampled", "rate": str(rate), "of": _json(of)}
        case Additional(delta, of):
            return {"is": "additional", "delta": str(delta), "of": _json(of)}
        case Repeated(times, of):
            return {"is": "repeated", "times": times, "of": _json(of)}
        case Together(parts):
            return {"is": "together", "parts": [_json(part) for part in parts]}


def parse_event(json: Mapping[str, Any]) -> Event:
    """Read an event back.

    Raises:
        IntegrityError: it is not of its form, or a number is not possible.
    """
    try:
        if json["v"] != VERSION:
            raise ValueError("an event of another version")
        return _parsed({key: value for key, value in json.items() if key != "v"}, _DEEPEST)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        raise IntegrityError(
            "an entry of the privacy ledger is not of its form",
            hint="the catalog was changed by hand, or is of a newer version",
        ) from None


def _parsed(json: Mapping[str, Any], depth: int) -> Event:  # noqa: C901, PLR0911  # as `_json`
    if not depth:
        raise ValueError("nested too deeply")
    match dict(json):
        case {"is": "gaussian" | "discrete-gaussian" as name, "ratio": ratio, **rest} if not rest:
            return Gaussian(_positive(ratio), name == "discrete-gaussian")
        case {"is": "laplace", "ratio": ratio, **rest} if not rest:
            return Laplace(_positive(ratio))
        case {"is": "pure", "epsilon": epsilon, **rest} if not rest:
            return Pure(_number(epsilon))
        case {"is": "concentrated", "rho": rho, **rest} if not rest:
            return Concentrated(_number(rho))
        case {"is": "poisson-sampled", "rate": rate, "of": of, **rest} if not rest:
            inner = _parsed(of, depth - 1)
            if not isinstance(inner, Gaussian) or inner.discrete:
                raise ValueError("only continuous Gaussian noise is sampled")
            return PoissonSampled(_share(_positive(rate)), inner)
        case {"is": "additional", "delta": delta, "of": of, **rest} if not rest:
            return Additional(_share(_number(delta)), _parsed(of, depth - 1))
        case {"is": "repeated", "times": int(times), "of": of, **rest} if not rest:
            if isinstance(times, bool) or not 0 < times <= 2**53:
                raise ValueError("so many times are not possible")
            return Repeated(times, _parsed(of, depth - 1))
        case {"is": "together", "parts": list(parts), **rest} if not rest:
            if len(parts) > _MOST_PARTS:
                raise ValueError("too many parts")
            return Together(tuple(_parsed(part, depth - 1) for part in parts))
    raise ValueError("no such event")


def _number(text: object) -> Fraction:
    """A fraction in its one spelling."""
    if not isinstance(text, str) or len(text) > 2 * _DIGITS * _DEEPEST:
        raise ValueError("no fraction")
    found = Fraction(text)
    if str(found) != text or not 0 <= found <= _LARGEST:
        raise ValueError("no fraction of 0 or more in its one spelling")
    return found


def _positive(text: object) -> Fraction:
    found = _number(text)
    if not found:
        raise ValueError("it is above 0")
    return found


def _share(found: Fraction) -> Fraction:
    if found > 1:
        raise ValueError("it is at most 1")
    return found


def _rounded_up(value: Fraction) -> str:
    """Decimal text of at least this value, of `_DIGITS` digits."""
    if not value:
        return "0"
    places = _DIGITS - 1 - floor(log10(value.numerator) - log10(value.denominator))
    digits = ceil(value * Fraction(10) ** places)
    text = Decimal(digits).scaleb(-places)
    plain = text.normalize()
    return format(plain, "f") if -7 < plain.adjusted() < 15 else str(plain).lower()
