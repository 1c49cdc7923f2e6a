"""Forms: pydantic models of what a file may say, and their errors in the user's words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterator, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from privet.config.yaml_document import Document, KeyPath, YamlValue, kind_of
from privet.model.errors import ConfigError, Location

T = TypeVar("T")

_MOST_SHOWN = 20
_MOST_WORDS = 5
_KEY = "[key]"  # pydantic's last step for an error in a mapping's key
_SECRET = re.compile(r"passw|passphrase|secret|private|credential", re.IGNORECASE)
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "too_short": "at least one entry",
    "string_too_short": "text that is not empty",
}


class Form(BaseModel):
    """What a mapping in a file may say: no other keys, no conversion of one type to another."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, protected_namespaces=()
    )


def wrong(expected: str, hint: str | None = None) -> PydanticCustomError:
    """Return the error that a form's validator raises: what was expected, and what to do."""
    return PydanticCustomError("privet", "{expected}", {"expected": expected, "hint": hint})


def unfit(problem: str, hint: str | None = None) -> PydanticCustomError:
    """Return the error for parts that are right one by one and do not go together."""
    return PydanticCustomError("privet_unfit", "{problem}", {"problem": problem, "hint": hint})


def stray(key: object, of: str, known: Sequence[str]) -> PydanticCustomError:
    """Return the error for a key that `of` does not have."""
    return unfit(f"`{key}` is no parameter of {of}", _hint_for_key(str(key), list(known)))


def check(kind: type[T], document: Document, path: KeyPath = ()) -> T:
    """Read the part of `document` at `path` as `kind`, a form or a list or mapping of forms.

    Raises:
        ConfigError: it is not of that form; all that is wrong, each with its line.
    """
    try:
        read: T = _adapter(cast("Hashable", kind)).validate_python(document.value(path))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    else:
        return read
    # Outside the `except`: pydantic's error holds the values, and must not hang on ours.
    raise combined([_complaint(detail, kind, document, path) for detail in details])


def combined(errors: Sequence[ConfigError]) -> ConfigError:
    """Return one error that says all of `errors`, in the order of the file."""
    if len(errors) == 1:
        return errors[0]
    lines = [f"{len(errors)} things are wrong"]
    for error in sorted(errors, key=_place)[:_MOST_SHOWN]:
        lines += [f"  {line}" for line in str(error).splitlines()]
    if len(errors) > _MOST_SHOWN:
        lines.append(f"  and {len(errors) - _MOST_SHOWN} more")
    files = {error.where.file for error in errors if error.where is not None}
    return ConfigError("\n".join(lines), where=Location(files.pop()) if len(files) == 1 else None)


def nearest(name: str, valid: Sequence[str]) -> str:
    """Return the hint for an unknown name: the nearest valid one, or all of them."""
    close = difflib.get_close_matches(name, valid, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else "write one of: " + ", ".join(valid)


def _place(error: ConfigError) -> tuple[str, int]:
    return ("", 0) if error.where is None else (error.where.file, error.where.line or 0)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    if isinstance(kind, type) and issubclass(kind, Form):
        return TypeAdapter(kind)
    return TypeAdapter(kind, config=ConfigDict(strict=True, hide_input_in_errors=True))


def _complaint(
    detail: ErrorDetails, kind: object, document: Document, prefix: KeyPath
) -> ConfigError:
    name, context, steps = detail["type"], detail.get("ctx", {}), detail["loc"]
    absent = name == "missing"
    path = prefix + tuple(_steps_of_the_file(document, prefix, steps, keep_last=absent))
    where, value = document.locate(path), document.value(path)
    if absent:
        return ConfigError(f"`{steps[-1]}` is missing", where=where, hint="add it")
    if name == "extra_forbidden":
        beside = document.value(path[:-1])
        unused = [key for key in _keys_beside(kind, steps) if not _has(beside, key)]
        hint = _hint_for_key(str(steps[-1]), unused)
        return ConfigError("there is no such key here", hint=hint, where=where)
    if name == "privet_unfit":
        return ConfigError(str(context["problem"]), hint=context["hint"], where=where)
    if in_key := bool(steps) and steps[-1] == _KEY:
        value = str(path[-1])
    expected, advice = _expectation(name, context, value)
    if in_key:
        return ConfigError(f"the key should be {expected}", hint=advice, where=where)
    found = kind_of(value)
    if name == "privet" and found == _EXPECTED["dict_type"]:
        # It is what is inside of it that is wrong, and `expected` says what that is.
        return ConfigError(f"expected {expected}", hint=advice, where=where)
    return _mismatch(expected, found, advice, where)


def _expectation(name: str, context: dict[str, Any], value: YamlValue) -> tuple[str, str | None]:
    """What was expected, and what to do, for one of pydantic's error types or ours."""
    if name == "privet":
        return str(context["expected"]), context["hint"]
    words = re.findall(r"'([^']*)'|\b(\d+)\b", str(context.get("expected", "")))
    valid = [word or number for word, number in words]
    if name != "literal_error" or not valid:
        return _EXPECTED.get(name, "another form"), None
    hint = nearest(value, valid) if isinstance(value, str) and len(valid) > 1 else None
    few = " or ".join(f"`{word}`" for word in valid)
    return "another word" if hint and len(valid) > _MOST_WORDS else few, hint


def _mismatch(expected: str, found: str, hint: str | None, where: Location) -> ConfigError:
    if hint is None and found == "nothing":
        hint = "give it a value, or remove the key"
    elif hint is None and expected == "text" and found in {"a number", "true or false"}:
        hint = "put it in quotes, so that it is read as text"
    return ConfigError(f"expected {expected}, found {found}", hint=hint, where=where)


def _hint_for_key(name: str, valid: list[str]) -> str:
    if _SECRET.search(name):
        return "a secret never stands in this file; name an environment variable or a file"
    return nearest(name, valid)


def _steps_of_the_file(
    document: Document, prefix: KeyPath, steps: Sequence[str | int], *, keep_last: bool
) -> Iterator[str | int]:
    """Drop what pydantic adds to a path (the names of union branches, `[key]`)."""
    value = document.value(prefix)
    for number, step in enumerate(steps):
        known = _has(value, step)
        if known:
            value = value[step]  # type: ignore[index]  # `_has` says it can
        if known or (keep_last and number == len(steps) - 1):
            yield step


def _has(value: YamlValue, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _keys_beside(kind: object, steps: Sequence[str | int]) -> list[str]:
    """The keys that the form around the last of `steps` knows."""
    inside: list[object] = [kind]
    for step in steps[:-1]:
        inside = [part for each in inside for part in _below(each, step)]
    forms = {form for each in inside for form in _forms(each)}
    return sorted({field.alias or key for form in forms for key, field in _fields(form)})


def _below(kind: object, step: str | int) -> Iterator[object]:
    """The types that `step` leads to from `kind`."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _below(arguments[0], step)
    elif origin in {Union, UnionType}:
        for argument in arguments:
            yield from _below(argument, step)
    elif origin in {list, dict, tuple}:
        yield arguments[-1]
    elif isinstance(kind, type) and issubclass(kind, Form):
        yield from (field.annotation for key, field in _fields(kind) if step in {key, field.alias})


def _forms(kind: object) -> Iterator[type[Form]]:
    if isinstance(kind, type) and issubclass(kind, Form):
        yield kind
    elif get_origin(kind) in {Annotated, Union, UnionType}:
        for argument in get_args(kind):
            yield from _forms(argument)


def _fields(form: type[Form]) -> list[tuple[str, Any]]:
    return list(form.model_fields.items())
