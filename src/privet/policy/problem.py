"""What `check` finds, and how a wrong name is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from privet.model.errors import Location


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a policy or a contract.

    Attributes:
        message: what is wrong, without any data value.
        hint: what to do about it.
        where: the place in the user's files, if known.
        severity: an `error` stops the policy from being used; a `warning` does not.
    """

    message: str
    hint: str
    where: Location | None = None
    severity: Literal["error", "warning"] = "error"


def told(problem: Problem) -> str:
    """Where it is and what is wrong, on one line; the place's key is not said twice."""
    where = problem.where
    if where is None:
        return problem.message
    if where.key and problem.message.startswith(where.key):
        where = Location(where.file, where.line)
    return f"{where}: {problem.message}"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the known name most like `name`, or else all of them."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"Did you mean `{near[0]}`?"
    if not names:
        return "None is declared yet."
    return "Known: " + ", ".join(f"`{known_name}`" for known_name in names[:12]) + "."
