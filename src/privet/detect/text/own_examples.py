"""What is wrong with the kinds that a user declared: `privet check` tries their examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from privet.detect.kinds.registry import KINDS
from privet.detect.text.own import OwnMatcher
from privet.model.own_kind import OwnKind
from privet.policy.categories import closest, is_known
from privet.policy.problem import Problem


def problems(kinds: Sequence[OwnKind]) -> tuple[Problem, ...]:
    """Everything that is wrong with `kinds`, each with its place; no example is quoted."""
    return tuple(problem for kind in kinds for problem in _of_one(kind))


def _of_one(kind: OwnKind) -> Iterator[Problem]:
    families = {each.family for each in KINDS.values()}
    if kind.name in KINDS or kind.name in families:
        hint = "give it a name of its own, such as `own_" + kind.name + "`"
        yield Problem(f"Privet has a kind `{kind.name}` already", hint, kind.where(""))
    if not is_known(kind.category):
        near = closest(kind.category)
        hint = f"did you mean `{near}`?" if near else "`privet plan` and the docs list categories"
        yield Problem(f"no category `{kind.category}`", hint, kind.where("category"))
    if fault := _fault(kind.pattern):
        yield Problem(*fault, kind.where("pattern"))
    else:
        yield from _tried(kind)


def _fault(pattern: str) -> tuple[str, str] | None:
    """What is wrong with a pattern, and what to do."""
    try:
        empty = pc.match_substring_regex(pa.array([""]), pattern=pattern)[0].as_py()
    except pa.ArrowInvalid as error:
        said = str(error).partition(": ")[2] or str(error)
        hint = "RE2 knows no look-around and no back references; see its syntax page"
        return f"the pattern cannot be compiled: {said}", hint
    if empty:
        return "the pattern matches empty text", "let it match one character at least: `+`, not `*`"
    return None


def _tried(kind: OwnKind) -> Iterator[Problem]:
    texts = pa.array([*kind.must_match, *kind.must_not_match], pa.large_string())
    found = set(OwnMatcher([kind]).detect(texts).row.tolist())
    for number in range(len(kind.must_match)):
        if number not in found:
            hint = f"change the example or {_reasons(kind)}"
            where = kind.where(f"must_match[{number}]")
            yield Problem(f"`{kind.name}` is not found in an example that must match", hint, where)
    for number in range(len(kind.must_not_match)):
        if len(kind.must_match) + number in found:
            hint = "make the pattern narrower, or add a validator or context that is required"
            where = kind.where(f"must_not_match[{number}]")
            yield Problem(f"`{kind.name}` is found in an example that must not match", hint, where)


def _reasons(kind: OwnKind) -> str:
    parts = ["the pattern"]
    if kind.validator:
        parts.append(f"the validator `{kind.validator}`")
    if kind.needs_context:
        parts.append("the words that must stand near")
    return " or ".join(parts)
