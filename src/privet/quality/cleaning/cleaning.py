"""A source's cleaning steps, ready to work: rows in, cleaned rows out, every changed cell counted.

`before` works on rows as read, `after` on rows in their contract's types. A step judges each value
by itself, so how rows are cut into batches changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from privet.model.contract import Contract
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.quality.casting import is_text
from privet.quality.cleaning.catalogue import STEPS, check_step, columns_of, flag_of
from privet.quality.cleaning.change import Change, Decide, Mask, mask_of
from privet.quality.cleaning.date_forms import DateForms
from privet.quality.cleaning.fitting import Fitted
from privet.quality.cleaning.leaves import Rows, rewrite
from privet.quality.cleaning.number_forms import NumberForms
from privet.quality.cleaning.preparing import Kernel, Target
from privet.transforms.arrow import Values, pc


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A batch after cleaning.

    Attributes:
        rows: the batch, with as many rows; a cell that could not be read is as it was.
        reasons: one per row: null, or `clean:<step>:<path>` for the first cell, in the order of
            columns and then steps, that could not be read; after `after`, `required:<path>` too.
        changed: how many cells each step changed, by `(label, column path)`; none is zero.
    """

    rows: pa.RecordBatch = field(repr=False)
    reasons: pa.StringArray
    changed: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class _Job:
    """One step on one column: its name in counts and reasons, and its work."""

    label: str
    step: str
    kernel: Kernel
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The steps of one source, built by `build`; those of stage `apart` are not in it.

    Attributes:
        adds: columns that the steps make: no source has them.
        imputed: columns whose null is no `required` failure before `after`.
    """

    adds: tuple[ColumnPath, ...]
    imputed: frozenset[ColumnPath]
    _early: Mapping[ColumnPath, tuple[_Job, ...]] = field(repr=False)
    _late: Mapping[ColumnPath, tuple[_Job, ...]] = field(repr=False)
    _order: tuple[str, ...] = field(repr=False)
    _required: frozenset[ColumnPath] = field(repr=False)

    def before(self, rows: pa.RecordBatch) -> Cleaned:
        """Clean rows as they were read.

        Args:
            rows: the contract's top-level columns, or some of them; others pass through.
        """
        work = _Pass(rows.num_rows, self._early)
        return work.cleaned(work.columns(rows))

    def after(self, rows: pa.RecordBatch, reasons: pa.StringArray | None = None) -> Cleaned:
        """Clean rows in their contract's types, and add the flag columns at their place.

        Args:
            rows: as `privet.quality.typing.enforce` gives them.
            reasons: why rows are held back: those that are stay as they are.
        """
        good = None if reasons is None else mask_of(reasons.is_null())
        work = _Pass(rows.num_rows, self._late, good)
        done = work.columns(rows)
        for path in sorted(self._required):
            missing = mask_of(done.column(path.root).is_null())
            work.hold(f"required:{path}", missing if good is None else missing & good, None)
        return work.cleaned(self._with_flags(done, work.flags))

    def _with_flags(self, rows: pa.RecordBatch, flags: Mapping[str, Mask]) -> pa.RecordBatch:
        if not self.adds:
            return rows
        none = np.zeros(rows.num_rows, dtype=np.bool_)
        columns = dict(zip(rows.schema.names, rows.columns, strict=True))
        fields = {member.name: member for member in rows.schema}
        for path in self.adds:
            columns[path.root] = pa.array(flags.get(path.root, none))
            fields[path.root] = pa.field(path.root, pa.bool_())
        names = [name for name in self._order if name in columns]
        names += [name for name in columns if name not in self._order]
        return pa.RecordBatch.from_arrays(
            [columns[name] for name in names], schema=pa.schema([fields[name] for name in names])
        )


def build(steps: Sequence[CleanStep], contract: Contract, fitted: Fitted | None = None) -> Cleaning:
    """Make the steps ready.

    Args:
        steps: as declared, in order.
        contract: of the data set that they clean.
        fitted: what `Fit` measured, where `needs_fit` says so.

    Raises:
        ConfigError: a step does not fit the contract.
        IntegrityError: `fitted` lacks what a step needs.
    """
    return _built(steps, contract, fitted or Fitted())


def measuring(steps: Sequence[CleanStep], contract: Contract) -> Cleaning:
    """The steps as the pass of `Fit` needs them: `before` does all it will, `after` nothing.

    `adds` and `imputed` are those of all the steps.

    Raises:
        ConfigError: a step does not fit the contract.
    """
    return replace(_built(steps, contract, None), _late={}, _required=frozenset())


def _built(steps: Sequence[CleanStep], contract: Contract, fitted: Fitted | None) -> Cleaning:
    early: dict[ColumnPath, list[_Job]] = {}
    late: dict[ColumnPath, list[_Job]] = {}
    readers: dict[DateForms | NumberForms, Decide] = {}
    for step, label in zip(steps, labels(steps), strict=True):
        if problem := check_step(step, contract):
            raise ConfigError(problem.message, hint=problem.hint, where=problem.where)
        spec = STEPS[step.name]
        if spec.stage == "apart":
            continue
        jobs = early if spec.stage == "before" else late
        flag = flag_of(step)
        for column in columns_of(step, contract):
            plain = Target.of(column.path, column.type)
            target = replace(plain, fitted=fitted, readers=readers)
            job = _Job(label, step.name, _kernel(step, target), flag.root if flag else None)
            jobs.setdefault(column.path, []).append(job)
    imputed = {path for step in steps if step.name == "impute" for path in step.columns}
    flags = [flag for step in steps if (flag := flag_of(step))]
    return Cleaning(
        adds=tuple(dict.fromkeys(flags)),
        imputed=frozenset(imputed),
        _early={path: tuple(jobs) for path, jobs in early.items()},
        _late={path: tuple(jobs) for path, jobs in late.items()},
        _order=tuple(dict.fromkeys(column.path.root for column in contract.columns)),
        _required=frozenset(c.path for c in contract.columns if c.required and c.path in imputed),
    )


def labels(steps: Sequence[CleanStep]) -> tuple[str, ...]:
    """A name for each step: its own, with a number where it stands there again (`trim 2`)."""
    seen: Counter[str] = Counter()
    given = []
    for step in steps:
        seen[step.name] += 1
        number = seen[step.name]
        given.append(step.name if number == 1 else f"{step.name} {number}")
    return tuple(given)


def _kernel(step: CleanStep, target: Target) -> Kernel:
    prepare = STEPS[step.name].prepare
    try:
        return prepare(step, target) if prepare else Kernel()
    except ValueError as error:
        raise ConfigError(
            f"`{step.name}` on `{target.path}`: {error}",
            hint="a measured bound lies beyond a stated one: state both, or measure both",
            where=step.where,
        ) from None


class _Pass:
    """One batch on its way: its counts, reasons and flags."""

    def __init__(
        self, rows: int, jobs: Mapping[ColumnPath, tuple[_Job, ...]], good: Mask | None = None
    ) -> None:
        self._jobs = jobs
        self._roots = {path.root for path in jobs}
        self._good = good
        self._changed: Counter[tuple[str, str]] = Counter()
        self._codes = np.zeros(rows, dtype=np.int32)
        self._words: list[str | None] = [None]
        self.flags: dict[str, Mask] = {}

    def columns(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The batch after every job; the very same object where nothing changed."""
        before = rows.columns
        after = [
            rewrite(values, name, self._leaf) if name in self._roots else values
            for name, values in zip(rows.schema.names, before, strict=True)
        ]
        if all(new is old for new, old in zip(after, before, strict=True)):
            return rows
        fields = [
            member if values.type == member.type else pa.field(member.name, values.type)
            for member, values in zip(rows.schema, after, strict=True)
        ]
        return pa.RecordBatch.from_arrays(after, schema=pa.schema(fields))

    def cleaned(self, rows: pa.RecordBatch) -> Cleaned:
        """The batch with what was noted on the way."""
        reasons = pa.array(self._words, pa.string()).take(pa.array(self._codes, pa.int32()))
        return Cleaned(rows, reasons, dict(self._changed))

    def hold(self, word: str, bad: Mask, rows: Rows) -> None:
        """Give the rows of bad values a reason, unless they have one."""
        places = np.flatnonzero(bad)
        found = places if rows is None else rows[places]
        fresh = found[self._codes[found] == 0]
        if len(fresh):
            self._codes[fresh] = len(self._words)
            self._words.append(word)

    def _leaf(self, values: Values, path: ColumnPath, rows: Rows) -> Values:
        jobs = self._jobs.get(path, ())
        now = plain = _plain(values) if jobs else values
        for job in jobs:
            done = _work(job.kernel, now)
            if done.unread is not None:
                self.hold(f"clean:{job.step}:{path}", done.unread, rows)
            if done.changed is not None:
                now = self._note(job, path, now, done, rows)
        return values if now is plain else now

    def _note(
        self, job: _Job, path: ColumnPath, before: Values, done: Change, rows: Rows
    ) -> Values:
        """Count what a job changed in rows that are good, and give back the values now."""
        values, changed = done.values, done.changed
        if changed is None:
            return before
        if self._good is not None:
            good = self._good if rows is None else self._good[rows]
            if (changed & ~good).any():
                values, changed = pc.if_else(pa.array(good), values, before), changed & good
        count = int(np.count_nonzero(changed))
        if not count:
            return before
        self._changed[job.label, str(path)] += count
        if job.flag is not None:
            flagged = self.flags.get(job.flag)
            self.flags[job.flag] = changed if flagged is None else flagged | changed
        return values


def _work(kernel: Kernel, values: Values) -> Change:
    if pa.types.is_null(values.type):
        return Change(values)
    textual = kernel.text is not None and is_text(values.type)
    work = kernel.text if textual else kernel.typed
    return Change(values) if work is None else work(values)


def _plain(values: Values) -> Values:
    """Values without extension or dictionary, and text as Arrow's `string`."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if isinstance(values, pa.DictionaryArray):
        values = values.dictionary_decode()
    return values.cast(pa.string()) if is_text(values.type) else values
