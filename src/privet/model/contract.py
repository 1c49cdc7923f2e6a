"""The contract of a data set, as the rest of the house sees it (the file is ODCS v3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from hashlib import sha256

from privet.model import canonical
from privet.model.errors import Location
from privet.model.paths import ColumnPath
from privet.model.quality import QualityRule

NO_CATEGORY = "none"
"""What a person writes to state that a column is not about anybody."""


@dataclass(frozen=True, slots=True)
class Column:
    """One leaf column.

    Attributes:
        path: where it stands; a list of scalars is `tags[]`.
        type: the physical type of one value, spelled as Arrow does: `string`, `int64`, `double`,
            `bool`, `date32`, `timestamp[us]`, `timestamp[us, UTC]`, `decimal128(18, 2)`, `binary`.
        category: a data category key, `none` set by a person, or None while nobody has said.
        required: whether a null puts the row in quarantine.
        note: what `init` was unsure of, for the person who reads the file.
        where: the line of the contract that declares it.
    """

    path: ColumnPath
    type: str
    category: str | None = None
    required: bool = False
    note: str | None = None
    where: Location | None = field(default=None, compare=False)

    @property
    def personal(self) -> bool:
        """Whether the column is about somebody (a column nobody spoke for counts as personal)."""
        return self.category != NO_CATEGORY


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """Whom a row is about: a subject type and the column that holds the subject's key."""

    type: str
    key: ColumnPath
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """Schema, categories, subjects and terms of one data set.

    Attributes:
        name: the data set's name, a plain identifier.
        version: the version its owner gave it.
        columns: every leaf column, in file order.
        subjects: whom rows are about; empty means that each row is its own subject.
        unowned: `quarantine` (a row with a null subject key is held back) or `allow`.
        purposes: what the data was collected for; empty means that the policy alone decides.
        retention: an ISO 8601 duration, as stated; nothing enforces it yet, and `check` says so.
        residency: region keys where the data may lie.
        rules: what the data must be, beyond its types.
        derived_from: the data sets that it was made from; see `privet.model.lineage`.
        source: the file it was read from, for messages.
    """

    name: str
    version: str
    columns: tuple[Column, ...]
    subjects: tuple[SubjectRef, ...] = ()
    unowned: str = "quarantine"
    purposes: tuple[str, ...] = ()
    retention: str | None = None
    residency: tuple[str, ...] = ()
    rules: tuple[QualityRule, ...] = ()
    derived_from: tuple[str, ...] = ()
    source: str = field(default="", compare=False)
    _by_path: Mapping[ColumnPath, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The first of a path counts, as in a walk along them; wide tables have thousands.
        by_path = {column.path: column for column in reversed(self.columns)}
        object.__setattr__(self, "_by_path", by_path)

    def column(self, path: ColumnPath) -> Column | None:
        """The column at `path`, or None."""
        return self._by_path.get(path)

    @property
    def subject(self) -> SubjectRef | None:
        """The first subject: the one that rows are clustered by."""
        return self.subjects[0] if self.subjects else None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the contract says; comments and order of keys do not count."""
        said: dict[str, canonical.Json] = {
            "name": self.name,
            "version": self.version,
            "columns": [
                [str(column.path), column.type, column.category, column.required]
                for column in self.columns
            ],
            "subjects": [
                [subject.type, str(subject.key), subject.role] for subject in self.subjects
            ],
            "unowned": self.unowned,
            "purposes": list(self.purposes),
            "retention": self.retention,
            "residency": list(self.residency),
        }
        if self.rules:
            said["rules"] = [_spelled(rule) for rule in self.rules]
        if self.derived_from:
            said["derived_from"] = list(self.derived_from)
        return sha256(canonical.encode(said)).hexdigest()


def _spelled(value: object) -> canonical.Json:
    """A rule, or a part of one, for the digest: numbers and paths are text, classes have names."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return repr(int(value) if value == value // 1 else value)
    if isinstance(value, ColumnPath):
        return str(value)
    if isinstance(value, tuple):
        return [_spelled(item) for item in value]
    if is_dataclass(value):
        inside = [part.name for part in fields(value) if part.compare]
        return [type(value).__name__, {name: _spelled(getattr(value, name)) for name in inside}]
    raise TypeError(f"{type(value).__name__} has no place in a rule")
