"""Which names a pattern with `*`, `?`, `[…]` and `**` matches, on a disk and in a bucket alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

_SPECIAL = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, split where its first special part begins.

    `*`, `?` and `[…]` match within one part of a path, `**` any number of parts; none matches a
    part that begins with a dot. `root` is the fixed part before it, `depth` the most parts below
    it that can match (None: any number).
    """

    root: str
    parts: tuple[str, ...]

    @property
    def depth(self) -> int | None:
        """How deep below `root` a match can lie."""
        return None if "**" in self.parts else len(self.parts)

    def matches(self, path: str) -> bool:
        """Whether `path`, relative to `root`, matches."""
        return _matches(tuple(path.split("/")), self.parts)


def parse_pattern(path: str) -> Pattern | None:
    """The pattern in `path`, or None where it has no special character."""
    if not _SPECIAL.search(path):
        return None
    parts = path.split("/")
    first = next(index for index, part in enumerate(parts) if _SPECIAL.search(part))
    root = "/".join(parts[:first])
    if first == 1 and not root:
        root = "/"
    return Pattern(root, tuple(part for part in parts[first:] if part not in {"", "."}))


def is_hidden(path: str) -> bool:
    """Whether a part of `path` begins with a dot, or with `_` as bookkeeping files of Spark do."""
    return any(part.startswith((".", "_")) for part in path.split("/"))


def _matches(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Match part by part; `reached` holds where in the pattern the path so far may stand."""
    reached = _through_stars({0}, pattern)
    for part in path:
        step = {at for at in reached if at < len(pattern) and pattern[at] == "**"}
        step = step if not part.startswith(".") else set()
        step |= {at + 1 for at in reached if at < len(pattern) and _fits(part, pattern[at])}
        reached = _through_stars(step, pattern)
    return len(pattern) in reached


def _through_stars(places: set[int], pattern: Sequence[str]) -> set[int]:
    """`**` matches no part too, so that whoever stands before it may stand behind it."""
    found = set(places)
    for at in sorted(places):
        while at < len(pattern) and pattern[at] == "**":
            at += 1  # noqa: PLW2901
            found.add(at)
    return found


def _fits(part: str, pattern: str) -> bool:
    if pattern == "**" or (part.startswith(".") and not pattern.startswith(".")):
        return False
    return fnmatchcase(part, pattern)
