"""A file of own kinds outside of a project: read, and tried on its examples."""

from __future__ import annotations

from pathlib import Path

from privet.config.kinds_file import load_kinds
from privet.detect.text.own_examples import problems
from privet.model.errors import ConfigError
from privet.model.own_kind import OwnKind


def load_tried_kinds(path: Path) -> tuple[OwnKind, ...]:
    """The kinds of the YAML file at `path`.

    Raises:
        ConfigError: missing, not of its form, or its kinds do not hold what their examples say.
    """
    kinds = load_kinds(path, path.name)
    for problem in problems(kinds):
        raise ConfigError(problem.message, hint=problem.hint, where=problem.where)
    return kinds
