"""The runner: order, memory, retries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from privet.model.errors import IntegrityError, SourceError, StorageError, Unreachable
from privet.pipeline.progress import Meter, Quiet
from privet.pipeline.steps import BACKOFF_SECONDS, STEP, Output, Step, StepMemory, run_steps
from tests.world import SeededEntropy, sqlite_catalog


class Recorder:
    """Steps that note when they are done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failures: list[Exception] = []

    def step(self, name: str, *needs: str, value: int = 1) -> Step:
        def work(given: Mapping[str, Output], meter: Meter) -> Output:
            del meter
            self.done.append(name)
            if self.failures:
                raise self.failures.pop(0)
            return {"sum": value + sum(output["sum"] for output in given.values())}

        def inputs(given: Mapping[str, Output]) -> Mapping[str, Any]:
            return {"value": value, "given": sorted(o["sum"] for o in given.values())}

        return Step(name, needs, inputs, holds=lambda _: True, work=work)


@pytest.fixture
def memory(tmp_path: Path) -> StepMemory:
    return StepMemory(sqlite_catalog(tmp_path), bytes(32), SeededEntropy())


def run(
    steps: list[Step],
    memory: StepMemory,
    pauses: list[float] | None = None,
    mend: Callable[[], None] = lambda: None,
) -> dict[str, int]:
    waited = [] if pauses is None else pauses
    results = run_steps(steps, memory, Quiet(), waited.append, mend)
    return {name: result.output["sum"] for name, result in results.items()}


def test_needs_come_first_whatever_the_order_of_the_list(memory: StepMemory) -> None:
    recorder = Recorder()
    steps = [recorder.step("c", "a", "b"), recorder.step("b", "a"), recorder.step("a")]
    assert run(steps, memory) == {"a": 1, "b": 2, "c": 4}
    assert recorder.done == ["a", "b", "c"]


def test_an_unchanged_step_is_not_done_again(memory: StepMemory) -> None:
    recorder = Recorder()
    steps = [recorder.step("a"), recorder.step("b", "a")]
    assert run(steps, memory) == run(steps, memory)
    assert recorder.done == ["a", "b"]


def test_a_changed_input_redoes_the_step_and_what_follows_from_it(memory: StepMemory) -> None:
    recorder = Recorder()
    run([recorder.step("a"), recorder.step("b", "a"), recorder.step("other")], memory)
    recorder.done.clear()
    run([recorder.step("a", value=5), recorder.step("b", "a"), recorder.step("other")], memory)
    assert recorder.done == ["a", "b"]


def test_a_result_that_is_gone_is_made_again(memory: StepMemory) -> None:
    recorder = Recorder()
    step = recorder.step("a")
    run([step], memory)
    gone = Step(step.name, (), step.inputs, holds=lambda _: False, work=step.work)
    run([gone], memory)
    assert recorder.done == ["a", "a"]


def test_a_passing_fault_is_tried_again_after_a_pause(memory: StepMemory) -> None:
    recorder, pauses = Recorder(), list[float]()
    fault = Unreachable("the store did not answer")
    recorder.failures = [fault, fault]
    assert run([recorder.step("a")], memory, pauses) == {"a": 1}
    assert tuple(pauses) == BACKOFF_SECONDS


def test_what_a_failed_attempt_left_is_mended_before_the_next(memory: StepMemory) -> None:
    recorder = Recorder()
    recorder.failures = [Unreachable("no answer"), Unreachable("no answer")]
    run(
        [recorder.step("a"), recorder.step("b", "a")],
        memory,
        mend=lambda: recorder.done.append("mended"),
    )
    assert recorder.done == ["a", "mended", "a", "mended", "a", "b"]


def test_a_store_that_cannot_be_mended_yet_is_asked_again(memory: StepMemory) -> None:
    recorder = Recorder()
    recorder.failures = [Unreachable("no answer")]
    silent = [Unreachable("still no answer")]

    def mend() -> None:
        recorder.done.append("mended")
        if silent:
            raise silent.pop()

    assert run([recorder.step("a")], memory, mend=mend) == {"a": 1}
    assert recorder.done == ["a", "mended", "mended", "a"]


@pytest.mark.parametrize("fault", [StorageError("full"), SourceError("missing")])
def test_a_lasting_fault_is_raised_at_once(memory: StepMemory, fault: Exception) -> None:
    recorder, pauses = Recorder(), list[float]()
    recorder.failures = [fault]
    with pytest.raises(type(fault)):
        run([recorder.step("a")], memory, pauses)
    assert pauses == []
    assert recorder.done == ["a"]


def test_what_failed_is_not_remembered_and_what_was_done_before_it_is(memory: StepMemory) -> None:
    recorder = Recorder()
    run([recorder.step("a")], memory)
    recorder.failures = [SourceError("missing")]
    with pytest.raises(SourceError):
        run([recorder.step("a"), recorder.step("b", "a")], memory)
    recorder.done.clear()
    run([recorder.step("a"), recorder.step("b", "a")], memory)
    assert recorder.done == ["b"]


def test_inputs_that_come_back_find_what_they_gave_before(memory: StepMemory) -> None:
    recorder = Recorder()
    for value in (1, 2, 1, 2):
        run([recorder.step("a", value=value)], memory)
    assert recorder.done == ["a", "a"]


def test_what_a_step_gave_is_sealed_and_stands_for_no_other(memory: StepMemory) -> None:
    memory.keep("ingest a", "1" * 64, {"withheld": {"restricted": 7}})
    memory.keep("ingest a", "2" * 64, {"withheld": {"restricted": 8}})
    with memory.catalog.read() as connection:
        rows = list(connection.execute(select(STEP.c.output)))
    assert not any(b"restricted" in row.output for row in rows)
    assert memory.recall("ingest a", "1" * 64) == {"withheld": {"restricted": 7}}
    with memory.catalog.write() as connection:
        connection.execute(update(STEP).where(STEP.c.key == "1" * 64).values(key="3" * 64))
    with pytest.raises(IntegrityError, match="not what was written"):
        memory.recall("ingest a", "3" * 64)
