"""Parameters of a treatment: which a transform takes, and what their values may be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from privet.model.policy import Scalar, Treatment


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number between two bounds, both allowed, and a multiple of `step`."""

    low: int
    high: int
    step: int = 1

    def accepts(self, value: Scalar) -> bool:
        """Whether `value` is such a number."""
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return self.low <= value <= self.high and value % self.step == 0

    def __str__(self) -> str:
        text = f"a whole number from {self.low} to {self.high}"
        return text if self.step == 1 else f"{text}, a multiple of {self.step}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def accepts(self, value: Scalar) -> bool:
        """Whether `value` is one of the words."""
        return isinstance(value, str) and value in self.words

    def __str__(self) -> str:
        return " or ".join(f"`{word}`" for word in self.words)


@dataclass(frozen=True, slots=True)
class Text:
    """Printable text of a bounded length."""

    shortest: int
    longest: int

    def accepts(self, value: Scalar) -> bool:
        """Whether `value` is such a text."""
        return (
            isinstance(value, str)
            and self.shortest <= len(value) <= self.longest
            and value.isprintable()
        )

    def __str__(self) -> str:
        if self.shortest == self.longest == 1:
            return "one printable character"
        return f"printable text of {self.shortest} to {self.longest} characters"


@dataclass(frozen=True, slots=True)
class Width:
    """The width of a band, `5`, `0.5`, `5y` or `3m`; what it may be depends on the column's type.

    `privet.transforms.bands` reads it; here it only has to be a number or a text.
    """

    def accepts(self, value: Scalar) -> bool:
        """Whether `value` could be a width."""
        return not isinstance(value, bool)

    def __str__(self) -> str:
        return "a number such as 5 or 0.5, or for dates a span such as 5y or 3m"


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its name, what it takes, whether it must be given, and what it does."""

    name: str
    takes: Integer | Choice | Text | Width
    summary: str
    required: bool = False


def check_params(treatment: Treatment, params: tuple[Param, ...]) -> None:
    """Refuse a parameter that is unknown, given twice, missing, or of a value it cannot have.

    Raises:
        ValueError: with what is accepted. The value found is not repeated: it may be long, and the
            caller knows the line.
    """
    known = {param.name: param for param in params}
    given = [name for name, _ in treatment.params]
    for name, value in treatment.params:
        if name not in known:
            raise ValueError(f"`{treatment.name}` has no parameter `{name}`{nearest(name, known)}")
        if given.count(name) > 1:
            raise ValueError(f"`{treatment.name}` is given `{name}` more than once")
        if not known[name].takes.accepts(value):
            raise ValueError(f"`{name}` of `{treatment.name}` is {known[name].takes}")
    missing = [param for param in params if param.required and param.name not in given]
    if missing:
        raise ValueError(f"`{treatment.name}` needs `{missing[0].name}`: {missing[0].takes}")


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest valid one, or all of them."""
    valid = sorted(known)
    if not valid:
        return "; it takes none"
    close = difflib.get_close_matches(name, valid, n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else f"; it can be {', '.join(valid)}"


def integer(treatment: Treatment, name: str, default: int) -> int:
    """The value of a checked whole-number parameter."""
    value = treatment.param(name, default)
    return value if isinstance(value, int) else default


def text(treatment: Treatment, name: str, default: str) -> str:
    """The value of a checked text parameter."""
    value = treatment.param(name, default)
    return value if isinstance(value, str) else default
