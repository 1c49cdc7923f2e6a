"""YAML to plain values that remember their line.

A deliberate part of YAML 1.2: mappings with text keys, lists, and scalars. Read from parser events,
so that nothing is built from a tag, no alias multiplies a node, and depth is bounded before the
interpreter's stack is. Keys are text as written (a column may be called `yes`, `null` or `2024`);
a date stays text; a number with a point or an exponent becomes a `Decimal`, exactly as written.

Source: YAML 1.2.2, sections 5.1 (printable characters) and 10.3.2 (core schema). Stricter than the
core schema in two ways: `007` (a leading zero is a code, not a count) and `.inf` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Self, TypeAlias

import yaml

from privet.config.yaml_text import quote
from privet.model.errors import ConfigError, Location

YamlValue: TypeAlias = "str | int | bool | Decimal | list[YamlValue] | dict[str, YamlValue] | None"
KeyPath: TypeAlias = "tuple[str | int, ...]"

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 48
_MAX_DIGITS = 40
_MAX_EXPONENT = 300

_OF_VALUES = ("replace", "values")

# libyaml when the installed PyYAML has it (about ten times faster), else the same parser in Python.
_PARSER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NOT_PRINTABLE = re.compile(
    "[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(
    ("false", "False", "FALSE"), False
)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")

# What PyYAML and libyaml say, by a stable part of it, in words that help and quote nothing.
_SYNTAX = (
    ("mapping values are not allowed", "a `: ` that may not stand here",
     "put text that holds a colon in quotes, or check the indentation"),
    ("could not find expected ':'", "a key without its `:`",
     "write `key: value`, and check the indentation"),
    ("that cannot start any token", "a character that cannot start a value",
     "indent with spaces, not tabs; put text that starts with @, ` or % in quotes"),
    ("unexpected end of stream", "a quote or bracket that is never closed",
     "close it on this line or below"),
    ("tab character", "a tab where spaces belong", "indent with spaces"),
    ("escape", "a backslash inside double quotes that YAML does not know",
     "write \\\\ for a backslash, or use single quotes"),
    ("expected", "a line that does not fit the lines above it",
     "check the indentation, and that every bracket and quote is closed"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its values, and the line of each.

    Attributes:
        file: the name shown in messages, as a rule relative to the project.
        data: the values; None for an empty file.
    """

    file: str
    data: YamlValue = field(repr=False)
    _lines: dict[KeyPath, int] = field(repr=False)

    @classmethod
    def read(cls, path: Path, name: str) -> Self:
        """Read the file at `path`, called `name` in messages.

        Raises:
            ConfigError: unreadable, too large, not UTF-8, or not YAML as described above.
        """
        where = Location(name)
        try:
            with path.open("rb") as handle:
                content = handle.read(MAX_BYTES + 1)
        except OSError as error:
            problem = f"the file cannot be read: {error.strerror}"
            raise ConfigError(problem, where=where) from None
        return cls.parse(content, name)

    @classmethod
    def parse(cls, content: bytes, name: str) -> Self:
        """Parse the bytes of a file called `name` in messages.

        Raises:
            ConfigError: too large, not UTF-8, or not YAML as described above.
        """
        if len(content) > MAX_BYTES:
            problem = f"the file is larger than {MAX_BYTES >> 20} MiB"
            raise ConfigError(problem, where=Location(name))
        builder = _Builder(name, _printable(content, name))
        return cls(name, builder.document(), builder.lines)

    def value(self, path: KeyPath) -> YamlValue:
        """The value at `path`, or None where there is none."""
        value = self.data
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def locate(self, path: KeyPath = ()) -> Location:
        """Where `path` stands; for a key that is missing, where it should have been."""
        known = path
        while known and known not in self._lines:
            known = known[:-1]
        return Location(self.file, self._lines.get(known, 1), dotted(path) or None)


def dotted(path: KeyPath) -> str:
    """Spell a key path: `rules[2].columns."customers.email"`.

    Keys below `replace: {values: ...}` are values of the data: they are not told.
    """
    text = ""
    for number, step in enumerate(path):
        if path[max(number - 2, 0) : number] == _OF_VALUES:
            text += ".*"
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            plain = re.fullmatch(r"[\w-]{1,60}", step)
            text += ("." if text else "") + (step if plain else quote(step[:60]))
    return text


def kind_of(value: YamlValue) -> str:
    """Name the kind of thing that `value` is, for a message; never the value."""
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (type(None), "nothing"),
        (bool, "true or false"),
        ((int, Decimal), "a number"),
        (list, "a list"),
        (dict, "a mapping of keys"),
    )
    named = next((name for kind, name in names if isinstance(value, kind)), "text")
    return "empty text" if value == "" else named


def _printable(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, problem, hint = content.count(b"\n", 0, error.start) + 1, "not UTF-8 text", "UTF-8"
    else:
        control = _NOT_PRINTABLE.search(text)
        if control is None:
            return text
        line, problem = text.count("\n", 0, control.start()) + 1, "a control character"
        hint = "UTF-8, with `\\x..` in double quotes for such a character"
    raise ConfigError(problem, hint=f"save the file as {hint}", where=Location(name, line))


class _Builder:
    """Builds values from parser events, and notes the line of each."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self._events = _events(text, file)

    def document(self) -> YamlValue:
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            return None
        value = self._value(next(self._events), ())
        next(self._events)
        if not isinstance(rest := next(self._events), yaml.StreamEndEvent):
            raise self._error(rest, (), "a second document (`---`)", "keep one document a file")
        return value

    def _value(self, event: yaml.Event, path: KeyPath) -> YamlValue:
        self._refuse_clever(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return event.value if not event.implicit[0] else self._plain(event, path)
        if len(path) >= MAX_DEPTH:
            problem = f"nested deeper than {MAX_DEPTH} levels"
            raise self._error(event, (), problem, "flatten this part of the file")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._mapping(path)

    def _list(self, path: KeyPath) -> list[YamlValue]:
        items: list[YamlValue] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            here = (*path, len(items))
            self.lines[here] = _line(event)
            items.append(self._value(event, here))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, YamlValue]:
        items: dict[str, YamlValue] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            self._refuse_clever(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, path, "a key that is not text", "write `key: value`")
            key, here = event.value, (*path, event.value)
            if key in items:
                problem = f"the key stands twice; it stands first in line {self.lines[here]}"
                raise self._error(event, here, problem, "keep one of the two")
            self.lines[here] = _line(event)
            items[key] = self._value(next(self._events), here)
        return items

    def _refuse_clever(self, event: yaml.Event, path: KeyPath) -> None:
        if getattr(event, "anchor", None) is not None:
            raise self._error(event, path, "an anchor or alias (`&`, `*`)", "write it out")
        if getattr(event, "tag", None) is not None:
            raise self._error(event, path, "a tag (`!`)", "remove it; put text in quotes")

    def _plain(self, event: yaml.ScalarEvent, path: KeyPath) -> YamlValue:
        text: str = event.value
        if text in _NULL:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        number = _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text)
        if number is None:
            return text
        if len(text) > _MAX_DIGITS or abs(Decimal(text).adjusted()) > _MAX_EXPONENT:
            problem = "a number too large or too long to be meant"
            raise self._error(event, path, problem, "if it is text, put it in quotes")
        return int(text) if number.re is _INTEGER else Decimal(text)

    def _error(self, event: yaml.Event, path: KeyPath, problem: str, hint: str) -> ConfigError:
        where = Location(self.file, _line(event), dotted(path) or None)
        return ConfigError(problem, hint=hint, where=where)


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _events(text: str, file: str) -> Iterator[yaml.Event]:
    """Parser events; a syntax error becomes a `ConfigError` that holds no line of the file."""
    try:
        yield from yaml.parse(text, Loader=_PARSER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        said = str(getattr(error, "problem", "") or "")
        line = None if mark is None else mark.line + 1
    else:
        return
    # Outside the `except`: PyYAML's error holds a piece of the file, and must not hang on ours.
    found = next(((what, hint) for part, what, hint in _SYNTAX if part in said), None)
    problem, hint = found or ("a line that cannot be read", "check quotes, brackets, indentation")
    raise ConfigError(f"not valid YAML: {problem}", hint=hint, where=Location(file, line))
