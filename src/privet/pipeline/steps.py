"""Steps of a run: a DAG in which an unchanged step is not done again.

A step's key is the hash of all that its output follows from: code version, parameters, inputs,
policy, registry and key versions. Its output is small JSON that says where the result lies and how
many rows it has; it is kept sealed, as the evidence record is, and bound to its step and key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import Any, TypeAlias

from sqlalchemy import Column, LargeBinary, String, Table, delete, insert, select

from privet.crypto.streaming import seal, unseal
from privet.model import canonical
from privet.model.errors import IntegrityError, Unreachable
from privet.pipeline.progress import Meter, Progress
from privet.ports.catalog import METADATA, Catalog
from privet.ports.world import Entropy

STEP = Table(
    "step",
    METADATA,
    Column("name", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("output", LargeBinary, nullable=False),
)

Output: TypeAlias = dict[str, Any]
BACKOFF_SECONDS = (0.5, 2.0)
FORM = 2
"""Part of every key: another number whenever a step's output takes another form."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: unique in the run, such as `ingest customers`.
        needs: names of the steps whose outputs it reads.
        inputs: from those outputs to all that this step's output follows from.
        holds: whether an earlier output is still there to be used.
        work: does the step.
        size: bytes to go through, if known.
    """

    name: str
    needs: tuple[str, ...]
    inputs: Callable[[Mapping[str, Output]], Mapping[str, Any]]
    holds: Callable[[Output], bool]
    work: Callable[[Mapping[str, Output], Meter], Output]
    size: int | None = None


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step gave, and whether it was done now or found unchanged."""

    name: str
    output: Output
    unchanged: bool


@dataclass(frozen=True)
class StepMemory:
    """What each step gave for each key, kept in the catalog; pipelines share what is the same.

    Attributes:
        secret: 32 bytes; outputs are sealed under it.
    """

    catalog: Catalog
    secret: bytes = field(repr=False)
    entropy: Entropy

    def recall(self, step: str, key: str) -> Output | None:
        """What the step gave for this key.

        Raises:
            IntegrityError: it was changed.
        """
        query = select(STEP.c.output).where(STEP.c.name == step, STEP.c.key == key)
        with self.catalog.read() as connection:
            sealed = connection.execute(query).scalar()
        return None if sealed is None else self._opened(step, key, sealed)

    def outputs(self, step: str) -> list[Output]:
        """What the step gave for every key it had so far, in no order.

        Raises:
            IntegrityError: one of them was changed.
        """
        query = select(STEP.c.key, STEP.c.output).where(STEP.c.name == step)
        with self.catalog.read() as connection:
            rows = connection.execute(query).all()
        return [self._opened(step, key, sealed) for key, sealed in rows]

    def keep(self, step: str, key: str, output: Output) -> None:
        """Remember what the step gave, in place of what it gave for this key before."""
        text = json.dumps(output).encode()
        sealed = seal(text, self.secret, _bound(step, key), self.entropy)
        with self.catalog.write() as connection:
            connection.execute(delete(STEP).where(STEP.c.name == step, STEP.c.key == key))
            connection.execute(insert(STEP).values(name=step, key=key, output=sealed))

    def _opened(self, step: str, key: str, sealed: bytes) -> Output:
        try:
            output: Output = json.loads(unseal(sealed, self.secret, _bound(step, key)))
        except IntegrityError as error:
            raise IntegrityError(
                f"what the step `{step}` gave is not what was written",
                hint="the catalog was changed by hand: put the newest one back",
            ) from error
        return output


def _bound(step: str, key: str) -> bytes:
    """What a sealed output is bound to, so that none can stand for another."""
    return canonical.encode(["privet step", 1, step, key])


def step_key(step: Step, given: Mapping[str, Output]) -> str:
    """The hash (hex) of all that the step's output follows from."""
    return sha256(canonical.encode({"form": FORM, **step.inputs(given)})).hexdigest()


def run_steps(
    steps: Sequence[Step],
    memory: StepMemory,
    progress: Progress,
    pause: Callable[[float], None],
    mend: Callable[[], None],
) -> dict[str, StepResult]:
    """Do the steps in order of their needs; skip the unchanged, retry what a retry can help.

    Args:
        steps: the DAG; a cycle is a programming error and raises `graphlib.CycleError`.
        memory: what earlier runs left.
        progress: hears of every step.
        pause: waits so many seconds between attempts.
        mend: finishes or undoes what a failed attempt left half published, before the next one.
    """
    by_name = {step.name: step for step in steps}
    order = TopologicalSorter({step.name: step.needs for step in steps}).static_order()
    results: dict[str, StepResult] = {}
    for name in order:
        step = by_name[name]
        given = {need: results[need].output for need in step.needs}
        key = step_key(step, given)
        earlier = memory.recall(name, key)
        if earlier is not None and step.holds(earlier):
            progress.note(f"{name}: unchanged")
            results[name] = StepResult(name, earlier, unchanged=True)
            continue
        output = _attempt(step, given, progress, pause, mend)
        memory.keep(name, key, output)
        results[name] = StepResult(name, output, unchanged=False)
    return results


def _attempt(
    step: Step,
    given: Mapping[str, Output],
    progress: Progress,
    pause: Callable[[float], None],
    mend: Callable[[], None],
) -> Output:
    def once(*, again: bool) -> Output:
        if again:
            mend()
        with progress.step(step.name, step.size) as meter:
            return step.work(given, meter)

    for number, seconds in enumerate(BACKOFF_SECONDS):
        try:
            return once(again=number > 0)
        except Unreachable as error:
            progress.note(f"{step.name}: {error.message}; trying again in {seconds:g} s")
            pause(seconds)
    return once(again=True)
