"""Hierarchies as the policy declares them: read from its words and from the project's files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privet.model.errors import ConfigError, PrivetError
from privet.model.policy import Scalar, Treatment
from privet.model.promise import POPULATION
from privet.model.release import Decision
from privet.policy.anonymity import is_anonymous
from privet.project.populations import is_file

if TYPE_CHECKING:
    from privet.protect.hierarchies.specs import HierarchySpec


def hierarchy_spec(  # noqa: PLR0911  # one form after the other
    treatment: Treatment, root: Path
) -> HierarchySpec:
    """How a quasi-identifier is declared to become coarser.

    Raises:
        ConfigError: its file is missing or not of its form; or the treatment says nothing.
    """
    from privet.protect.hierarchies import specs  # noqa: PLC0415
    from privet.protect.hierarchies.csv_files import read_csv  # noqa: PLC0415
    from privet.protect.hierarchies.trees import tree  # noqa: PLC0415

    how, said = next(iter(treatment.params), ("", ""))
    bottom, top = (_end(treatment.param(name)) for name in ("bottom", "top"))
    words = [word.strip() for word in str(said).split(",")]
    match how, said:
        case "csv", _:
            return read_csv(root / str(said))
        case "steps", _:
            return specs.IntervalHierarchy(tuple(map(Decimal, words)), bottom=bottom, top=top)
        case (("top" | "bottom"), _):
            return specs.IntervalHierarchy(bottom=bottom, top=top)
        case "prefix", _:
            return specs.PrefixHierarchy(kept=tuple(map(int, words)))
        case "dates", _:
            return specs.DateHierarchy(units=tuple(words))  # type: ignore[arg-type]  # of the form
        case "how", "dates":
            return specs.DateHierarchy()
        case "how", "flat":
            return specs.FlatHierarchy()
        case "tree", _:
            return tree(_groups(json.loads(str(said))))
    raise ConfigError(
        "`generalise` does not say how", hint="Write for example `{generalise: {steps: [5, 10]}}`."
    )


def _end(said: Scalar | None) -> Decimal | None:
    return None if said is None else Decimal(str(said))


def hierarchy_files(decision: Decision, root: Path) -> list[list[str]]:
    """The files that a decision names (hierarchies, people), and the SHA-256 (hex) of each."""
    if not is_anonymous(decision.guarantee):
        return []
    people = dict(decision.guarantee.params).get(POPULATION, "")
    named = {str(each.treatment.param("csv") or "") for each in decision.columns} - {""}
    named |= {people} if is_file(people) else set()
    found = []
    for name in sorted(named):
        path = root / name
        content = path.read_bytes() if path.is_file() else b""
        found.append([name, sha256(content).hexdigest()])
    return found


def hierarchy_problems(treatment: Treatment, column: str, root: Path) -> Iterator[PrivetError]:
    """What is wrong with a declared hierarchy, as far as it can be seen without data."""
    from privet.protect.hierarchies.building import build  # noqa: PLC0415
    from privet.protect.hierarchies.specs import CsvHierarchy, TreeHierarchy  # noqa: PLC0415

    try:
        spec = hierarchy_spec(treatment, root)
        if isinstance(spec, CsvHierarchy | TreeHierarchy):
            build(spec, (), column)
    except PrivetError as error:
        yield error


def _groups(branches: list[Any]) -> Any:
    """Nested pairs, as the policy's parameter has them, as nested mappings and lists."""
    if branches and isinstance(branches[0], list):
        return {name: _groups(inside) for name, inside in branches}
    return branches
