"""The text of a contract file: ODCS, one comment for each column that needs a look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from privet.config.column_type import logical_of
from privet.config.quality_text import rules_text
from privet.config.schemas import schema_line
from privet.config.yaml_text import comment, indent, scalar
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath, Step
from privet.model.quality import QualityRule

_HEAD = """\
# The contract of one data set, in the Open Data Contract Standard (ODCS v3.1): what its columns
# are, what they say about people, and whom the rows are about. Correct it where Privet guessed
# wrong; from then on it is enforced.
apiVersion: v3.1.0
kind: DataContract
id: {id}
name: {name}
version: {version}
status: draft
"""
_RETENTION = """\

# How long the data may be kept (ISO 8601: P3Y is three years).
slaProperties:
  - {{property: retention, value: {retention}}}
"""
_SCHEMA = """\

schema:
  - name: {name}
    physicalName: {physical}
    physicalType: file
    customProperties:
"""
_SUBJECTS = """\
# Whom a row is about: a kind of person, and the column that tells them apart.
- property: subjects
  value:
"""
_NO_SUBJECTS = """\
# Whom a row is about. Without this every row counts as a person of its own. Name the column that
# tells people apart, if there is one:
# - property: subjects
#   value: [{type: customer, key: customer_id}]
"""
_UNOWNED = """\
# What becomes of a row without that key: `quarantine` holds it back, `allow` lets it in.
- {{property: unowned, value: {unowned}}}
"""
_COLUMNS = """\
    # Each column: its type, and its category: what it says about a person, such as
    # user.contact.email, or `none` if it is about nobody. Without a category a column is refused.
    properties:
"""
_NO_CATEGORY = "# NO CATEGORY YET: add one, or `none` if the column is about nobody.\n"
_EXAMPLE = "# customProperties: [{property: category, value: none}]\n"

_Branch = tuple[tuple[Step, ...], Column]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands at columns: comments above them, rules below."""

    notes: Mapping[ColumnPath, str]
    rules: Mapping[ColumnPath, Sequence[QualityRule]]


def render_contract(
    contract: Contract, *, physical: str, notes: Mapping[ColumnPath, str] | None = None
) -> str:
    """Return the file of a contract; loaded, it holds one contract, equal to `contract`.

    Args:
        contract: what to write; the columns of one object or list stand next to each other. Rules
            come in the order of `privet.config.quality_file.ordered`, whatever theirs is here.
        physical: where the data lies (a file, a table), for the reader.
        notes: for a column, why it got its category and how sure that is: a comment above it.
            (`Column.note` is part of the contract instead, and is read back.)

    Raises:
        ValueError: two columns share a path, or a rule has a column that is not there.
    """
    name = scalar(contract.name)
    text = schema_line("contract", folder_up=True) + _HEAD.format(
        id=scalar(f"urn:privet:{contract.name}"), name=name, version=scalar(contract.version)
    )
    if contract.retention is not None:
        text += _RETENTION.format(retention=scalar(contract.retention))
    text += _SCHEMA.format(name=name, physical=scalar(physical))
    text += indent(_terms(contract), 3)
    paths = {column.path for column in contract.columns}
    at = {rule.columns[0]: rule for rule in contract.rules if len(rule.columns) == 1}
    if not paths >= set(at):
        raise ValueError("a rule on a column that the contract does not have")
    text += indent(rules_text(_rules_at(contract, None), contract.name), 2) + _COLUMNS
    beside = _Beside(notes or {}, {path: _rules_at(contract, path) for path in at})
    branches = [(column.path.steps, column) for column in contract.columns]
    return text + indent(_fields(branches, beside), 3)


def _rules_at(contract: Contract, path: ColumnPath | None) -> list[QualityRule]:
    """The rules on one column alone; None: those on several, or on the whole data set."""
    one = None if path is None else (path,)
    return [
        rule for rule in contract.rules if (rule.columns == one if one else len(rule.columns) != 1)
    ]


def _terms(contract: Contract) -> str:
    text = _NO_SUBJECTS
    if contract.subjects:
        text = _SUBJECTS + "".join(f"    - {_subject(each)}\n" for each in contract.subjects)
    text += _UNOWNED.format(unowned=scalar(contract.unowned))
    if contract.purposes:
        text += "# What the data was collected for.\n" + _listed("purposes", contract.purposes)
    if contract.residency:
        text += "# Where the data may lie.\n" + _listed("residency", contract.residency)
    return text


def _subject(subject: SubjectRef) -> str:
    role = "" if subject.role is None else f", role: {scalar(subject.role)}"
    return f"{{type: {scalar(subject.type)}, key: {scalar(str(subject.key))}{role}}}"


def _listed(name: str, values: Iterable[str]) -> str:
    return f"- {{property: {name}, value: [{', '.join(scalar(value) for value in values)}]}}\n"


def _fields(branches: Sequence[_Branch], beside: _Beside) -> str:
    """The entries of a `properties` list; `branches` are the rest of each column's path."""
    text = ""
    for step, group in groupby(branches, key=lambda branch: branch[0][0]):
        below = [(steps[1:], column) for steps, column in group]
        inside = f"name: {scalar(step.name)}\n" + _shape(step.lists, below, beside)
        is_leaf = not all(steps for steps, _ in below)
        if is_leaf and len(below) > 1:
            raise ValueError("two columns of one contract share a path")
        above = _note(below[0][1], beside) if is_leaf else ""
        text += above + "- " + indent(inside, 1).removeprefix("  ")
    return text


def _shape(lists: int, below: Sequence[_Branch], beside: _Beside) -> str:
    if lists:
        return "logicalType: array\nitems:\n" + indent(_shape(lists - 1, below, beside), 1)
    if below[0][0]:
        return "logicalType: object\nproperties:\n" + indent(_fields(below, beside), 1)
    return _leaf(below[0][1], beside)


def _leaf(column: Column, beside: _Beside) -> str:
    logical = logical_of(column.type)
    text = "" if logical is None else f"logicalType: {logical}\n"
    text += f"physicalType: {scalar(column.type)}\n"
    if column.required:
        text += "required: true\n"
    own = [("category", column.category), ("note", column.note)]
    lines = [
        f"  - {{property: {name}, value: {scalar(value)}}}\n"
        for name, value in own
        if value is not None
    ]
    if column.category is None:
        text += _NO_CATEGORY + ("" if lines else _EXAMPLE)
    text += "customProperties:\n" + "".join(lines) if lines else ""
    return text + rules_text(beside.rules.get(column.path, ()))


def _note(column: Column, beside: _Beside) -> str:
    note = beside.notes.get(column.path)
    return "" if note is None else comment(note) + "\n"
