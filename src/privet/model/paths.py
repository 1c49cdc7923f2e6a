"""Column paths: `city`, `address.city`, `messages[].body`, `"odd.name"[].x`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_STEP = re.compile(r'(?:"((?:[^"\\]|\\.)+)"|([^."\[\]\\]+))((?:\[\])*)(\.|\Z)')


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One field of a path; `lists` counts the list levels to go through below it."""

    name: str
    lists: int = 0

    def __str__(self) -> str:
        plain = re.fullmatch(r'[^."\[\]\\]+', self.name)
        escaped = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return (self.name if plain else f'"{escaped}"') + "[]" * self.lists


@dataclass(frozen=True, slots=True, order=True)
class ColumnPath:
    """A leaf column, addressed through structs (`.`) and lists (`[]`)."""

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a dotted path.

        Raises:
            ValueError: the text is not a path; the message names no data.
        """
        steps: list[Step] = []
        position = 0
        while True:
            match = _STEP.match(text, position)
            if match is None:
                raise ValueError("not a column path; write `name`, `outer.inner` or `list[].inner`")
            quoted, bare, lists, dot = match.groups()
            name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare
            steps.append(Step(name, len(lists) // 2))
            position = match.end()
            if not dot:
                return cls(tuple(steps))

    @classmethod
    def of(cls, *names: str) -> Self:
        """Build a path of plain struct fields."""
        return cls(tuple(Step(name) for name in names))

    @property
    def root(self) -> str:
        """Name of the top-level column."""
        return self.steps[0].name

    @property
    def leaf(self) -> str:
        """Name of the innermost field."""
        return self.steps[-1].name

    @property
    def nested(self) -> bool:
        """Whether the path goes below a top-level column."""
        return len(self.steps) > 1 or self.steps[0].lists > 0

    @property
    def repeated(self) -> bool:
        """Whether a row may hold several values at this path."""
        return any(step.lists for step in self.steps)

    def __str__(self) -> str:
        return ".".join(str(step) for step in self.steps)
