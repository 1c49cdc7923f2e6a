"""The leaf columns of JSON objects, from what their lines hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import pyarrow as pa

from privet.adapters.formats.narrowing import ISO_TIMES, Narrowing
from privet.model.paths import Step

_EXACT = 10**15
_TEXTS = 4096
_USUAL = 10
"""A column of a table stands in a tenth of its objects at least."""

Leaf: TypeAlias = "tuple[tuple[Step, ...], str, str | None]"


class Shape:
    """What stood at one place of the objects seen: kinds of scalars, fields, items."""

    def __init__(self) -> None:
        self._kinds: set[str] = set()
        self._objects = 0
        self._seen = 0
        self._fields: dict[str, Shape] = {}
        self._items: Shape | None = None
        self._texts: list[str] = []
        self._times = Narrowing(ISO_TIMES)

    def add(self, value: Any) -> None:
        """Take one more value into account; null says nothing."""
        self._seen += 1
        if isinstance(value, dict):
            self._kinds.add("object")
            self._objects += 1
            for key, below in value.items():
                field = self._fields.get(key)
                if field is None:
                    field = self._fields[key] = Shape()
                field.add(below)
        elif isinstance(value, list):
            self._kinds.add("list")
            self._items = self._items or Shape()
            for item in value:
                self._items.add(item)
        elif value is not None:
            self._kinds.add(_scalar(value))
            self._add_text(value)

    def leaves(self, above: tuple[Step, ...], name: str) -> Iterator[Leaf]:
        """Steps, type and note of each leaf below `name`; a place of mixed kinds is text."""
        shape, lists = self, 0
        while shape._kinds == {"list"} and shape._items is not None:
            shape, lists = shape._items, lists + 1
        steps = (*above, Step(name, lists))
        if shape._kinds == {"object"} and shape._fields:
            for key, below in shape._fields.items():
                yield from below.leaves(steps, key)
        else:
            yield steps, *shape._type()

    @property
    def fields(self) -> dict[str, Shape]:
        """The fields of the objects seen here, in the order they came up."""
        return self._fields

    def names(self) -> Iterator[str]:
        """Every field name, here and below."""
        for key, below in self._fields.items():
            yield key
            yield from below.names()
        if self._items is not None:
            yield from self._items.names()

    def rare(self) -> int:
        """How many field names, here and below, most objects of their place do not have."""
        here = sum(
            below._seen * _USUAL < self._objects or self._objects == 1
            for below in self._fields.values()
        )
        beneath = sum(below.rare() for below in self._fields.values())
        return here + beneath + (self._items.rare() if self._items is not None else 0)

    def _add_text(self, value: Any) -> None:
        if isinstance(value, str):
            self._texts.append(value)
            if len(self._texts) >= _TEXTS:
                self._narrow()

    def _narrow(self) -> None:
        texts, self._texts = self._texts, []
        self._times.add(pa.array([t.encode(errors="replace") for t in texts]).cast(pa.string()))

    def _type(self) -> tuple[str, str | None]:
        self._narrow()
        if self._kinds == {"text"}:
            return self._times.type, self._times.note
        if self._kinds in ({"bool"}, {"int64"}):
            return next(iter(self._kinds)), None
        if self._kinds and self._kinds <= {"int64", "double"}:
            return "double", None
        return "string", None


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int64" if -_EXACT < value < _EXACT else "digits"
    return "double" if isinstance(value, float) else "text"
