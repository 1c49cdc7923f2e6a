"""Small checks of the shape of parsed JSON, put together as values.

A check takes a value and the place where it stands, and raises `ShapeError` with that place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from privet_verify.canonical import Json

Check: TypeAlias = Callable[[Json, str], None]


class ShapeError(ValueError):
    """A value is missing, or not of its form; the message names the place."""


def text(value: Json, where: str) -> None:
    """A string that is not empty."""
    if not isinstance(value, str) or not value:
        raise ShapeError(f"{where}: not a text")


def count(value: Json, where: str) -> None:
    """An integer that is not negative (JSON `true` is none)."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ShapeError(f"{where}: not a count")


def pattern(expression: str, what: str) -> Check:
    """A string that is, as a whole, of the given form."""
    compiled = re.compile(expression, re.ASCII)

    def check(value: Json, where: str) -> None:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            raise ShapeError(f"{where}: not {what}")

    return check


def equal(expected: str | int) -> Check:
    """One value, and of its very type."""

    def check(value: Json, where: str) -> None:
        if type(value) is not type(expected) or value != expected:
            raise ShapeError(f"{where}: not {expected!r}")

    return check


def nullable(inner: Check) -> Check:
    """Null, or what `inner` takes."""

    def check(value: Json, where: str) -> None:
        if value is not None:
            inner(value, where)

    return check


def list_of(inner: Check) -> Check:
    """A list whose every item `inner` takes."""

    def check(value: Json, where: str) -> None:
        if not isinstance(value, list):
            raise ShapeError(f"{where}: not a list")
        for index, item in enumerate(value):
            inner(item, f"{where}[{index}]")

    return check


def map_of(inner: Check) -> Check:
    """An object of any keys, whose every value `inner` takes."""

    def check(value: Json, where: str) -> None:
        if not isinstance(value, dict):
            raise ShapeError(f"{where}: not an object")
        for item in value.values():
            inner(item, f"{where}.*")

    return check


def record(fields: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields, and others beside them.

    A later version adds fields, and a consumer passes over what it does not know (in-toto
    attestation framework, parsing rules).
    """

    def check(value: Json, where: str) -> None:
        if not isinstance(value, dict):
            raise ShapeError(f"{where}: not an object")
        for name, inner in fields.items():
            if name not in value:
                raise ShapeError(f"{where}.{name}: missing")
            inner(value[name], f"{where}.{name}")
        for name, inner in (optional or {}).items():
            if name in value:
                inner(value[name], f"{where}.{name}")

    return check
