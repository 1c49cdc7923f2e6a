"""The fitted plan: what was decided on one table, frozen, to be applied to later ones.

It holds the trees, the classes with their published nodes, and which class each combination fell
into: so it has values of the table, and is kept sealed. Its canonical bytes (version 1) are
canonical JSON; arrays stand in it as base64 of little-endian numbers.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from privet.model import canonical
from privet.model.canonical import Json
from privet.model.errors import IntegrityError
from privet.protect.hierarchies.canonical import from_canonical, to_canonical
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.recoding import SUPPRESSED

VERSION = 1
KINDS = ("<i1", "<i2", "<i4")
"""How numbers of an array may be laid out, narrowest first."""


@dataclass(frozen=True, slots=True)
class FittedPlan:
    """A recoding that no longer changes.

    Attributes:
        asked: SHA-256 (hex) of what it was fitted for: promise, columns, declared hierarchies.
        promise: the guarantee in words.
        k: that was promised.
        method: by which its classes were found.
        columns: the quasi-identifiers.
        hierarchies: of each.
        level: by class and column, the level of the published node: shape (c, q), int8.
        node: its number on that level: shape (c, q), int32.
        codes: the combinations that it was made from: shape (m, q), int32.
        classes: the class of each, or `SUPPRESSED`: shape (m,), int32.
    """

    asked: str
    promise: str
    k: int
    method: str
    columns: tuple[str, ...]
    hierarchies: tuple[Hierarchy, ...] = field(repr=False)
    level: npt.NDArray[np.int8] = field(repr=False)
    node: npt.NDArray[np.int32] = field(repr=False)
    codes: npt.NDArray[np.int32] = field(repr=False)
    classes: npt.NDArray[np.int32] = field(repr=False)

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        return canonical.encode(
            {
                "version": VERSION,
                "asked": self.asked,
                "promise": self.promise,
                "k": self.k,
                "method": self.method,
                "columns": list(self.columns),
                "hierarchies": [to_canonical(each) for each in self.hierarchies],
                "level": _packed(self.level),
                "node": _packed(self.node),
                "codes": _packed(self.codes),
                "classes": _packed(self.classes),
            }
        )

    @property
    def sha256(self) -> str:
        """Digest (hex) of the canonical bytes."""
        return sha256(self.to_bytes()).hexdigest()

    def labels(self, column: int) -> list[str | None]:
        """What each class publishes for a column: one for each class."""
        names = self.hierarchies[column].labels
        pairs = zip(self.level[:, column].tolist(), self.node[:, column].tolist(), strict=True)
        return [names[level][node] for level, node in pairs]


def read_plan(data: bytes) -> FittedPlan:
    """The plan of which these are the canonical bytes.

    Raises:
        IntegrityError: they are not canonical, of another version, or no plan.
    """
    said: Any = canonical.decode(data)
    try:
        if said["version"] != VERSION:
            raise IntegrityError(
                "a fitted plan is of a version that is not known here",
                hint="Use the version of Privet that wrote it, or a later one.",
            )
        plan = FittedPlan(
            asked=said["asked"],
            promise=said["promise"],
            k=int(said["k"]),
            method=said["method"],
            columns=tuple(said["columns"]),
            hierarchies=tuple(from_canonical(each) for each in said["hierarchies"]),
            level=_unpacked(said["level"]).astype(np.int8),
            node=_unpacked(said["node"]).astype(np.int32),
            codes=_unpacked(said["codes"]).astype(np.int32),
            classes=_unpacked(said["classes"]).astype(np.int32),
        )
        _insist(plan)
    except (KeyError, TypeError, ValueError) as error:
        raise _changed() from error
    return plan


def _insist(plan: FittedPlan) -> None:
    """Every number points at something that is there."""
    width = len(plan.columns)
    shapes = (plan.level.shape[1:], plan.node.shape[1:], plan.codes.shape[1:])
    if any(shape != (width,) for shape in shapes) or len(plan.hierarchies) != width:
        raise _changed()
    if len(plan.level) != len(plan.node) or plan.classes.shape != plan.codes.shape[:1]:
        raise _changed()
    if not _within(plan.classes, SUPPRESSED, len(plan.level)):
        raise _changed()
    for place, each in enumerate(plan.hierarchies):
        sizes = np.array([len(labels) for labels in each.labels])
        level, node = plan.level[:, place], plan.node[:, place]
        if not _within(level, 0, each.levels) or not _within(
            plan.codes[:, place], 0, len(each.leaves)
        ):
            raise _changed()
        if (node < 0).any() or (node >= sizes[level]).any():
            raise _changed()


def _within(numbers: npt.NDArray[Any], low: int, end: int) -> bool:
    return bool(((numbers >= low) & (numbers < end)).all())


def _changed() -> IntegrityError:
    return IntegrityError("what should be a fitted plan is none: it was changed")


def _packed(array: npt.NDArray[Any]) -> dict[str, Json]:
    """As the narrowest of `KINDS` that has room for all numbers."""
    low, high = int(array.min(initial=0)), int(array.max(initial=0))
    kind = next(each for each in KINDS if _fits(each, low, high))
    data = np.ascontiguousarray(array, np.dtype(kind)).tobytes()
    return {"shape": list(array.shape), "kind": kind, "data": b64encode(data).decode()}


def _fits(kind: str, low: int, high: int) -> bool:
    bounds = np.iinfo(np.dtype(kind))
    return bounds.min <= low and high <= bounds.max


def _unpacked(said: Any) -> npt.NDArray[Any]:
    if said["kind"] not in KINDS:
        raise _changed()
    data = b64decode(said["data"], validate=True)
    shape = [int(size) for size in said["shape"]]
    return np.frombuffer(data, np.dtype(said["kind"])).reshape(shape)
