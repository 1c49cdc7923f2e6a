"""Reading, working and writing at the same time, with a few batches waiting in between.

Arrow parses, compresses and hashes without the interpreter's lock, so a second core has something
to do. No more than a stated number of batches waits, so memory stays bounded; a fault on one side
is raised on the other; and whoever stops early leaves no thread behind.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from typing import Generic, TypeVar

import pyarrow as pa

from privet.ports.release import BatchWriter

T = TypeVar("T")

_PATIENCE_SECONDS = 20
"""How long who stops early waits for the next item to be made, and then for no more."""


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class _End:
    """The last word of a thread: why it stopped, or None where there was no more to do."""

    fault: BaseException | None = None


def ahead(items: Iterable[T], waiting: int = 1) -> Generator[T, None, None]:
    """The items, in their order, made in a thread of their own while the caller uses earlier ones.

    Close it (`contextlib.closing`) where it may not be read to its end: then `items` is closed in
    its thread, and the thread has ended when `close` returns; but one that hangs in a read is left
    to end with the process.

    Args:
        items: iterated in the thread alone, from the first `next` on.
        waiting: how many items may wait; one more may be ready and one in the making.

    Raises:
        BaseException: what making the items raises, after the items before it.
    """
    queue: Queue[_Item[T] | _End] = Queue(waiting)
    stop: list[bool] = []
    thread = Thread(target=_make, args=(items, queue, stop), name="privet-ahead", daemon=True)
    thread.start()
    said: _Item[T] | _End | None = None
    try:
        while isinstance(said := queue.get(), _Item):
            yield said.value
        if said.fault is not None:
            raise said.fault
    finally:
        stop.append(True)
        with suppress(Empty):
            while not isinstance(said, _End):
                said = queue.get(timeout=_PATIENCE_SECONDS)
            thread.join()


def _make(items: Iterable[T], queue: Queue[_Item[T] | _End], stop: list[bool]) -> None:
    fault: BaseException | None = None
    try:
        each = iter(items)
        try:
            for item in each:
                queue.put(_Item(item))
                if stop:
                    break
        finally:
            if isinstance(each, Generator):
                each.close()
    except BaseException as error:  # noqa: BLE001 (it is raised in the caller's thread)
        fault = error
    queue.put(_End(fault))


class BehindWriter:
    """A writer whose work is done in a thread of its own, batches behind the caller.

    A fault is raised by the `write` or `close` after it. `close` always ends the thread, and always
    closes the writer within.

    Args:
        writer: used in the thread alone from now on; nobody else touches its sink before `close`.
        waiting: how many batches may wait; one more is being written.
    """

    def __init__(self, writer: BatchWriter, waiting: int = 1) -> None:
        self._writer = writer
        self._queue: Queue[pa.RecordBatch | None] = Queue(waiting)
        self._fault: BaseException | None = None
        self._thread: Thread | None = None
        self._closed = False

    def write(self, batch: pa.RecordBatch) -> None:
        """Hand a batch over; waits while too many others do."""
        if self._closed:
            raise ValueError("the writer was closed")
        if self._thread is None:
            self._thread = Thread(target=self._work, name="privet-behind", daemon=True)
            self._thread.start()
        if self._fault is not None:
            raise self._fault
        self._queue.put(batch)

    def close(self) -> None:
        """Write what waits, and what ends the file."""
        if self._closed:
            return
        self._closed = True
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
        if self._fault is None:
            self._writer.close()
            return
        # What ends the file of a failed writer goes nowhere; the first fault is the one to tell.
        with suppress(Exception):
            self._writer.close()
        raise self._fault

    def _work(self) -> None:
        while (batch := self._queue.get()) is not None:
            if self._fault is None:
                try:
                    self._writer.write(batch)
                except BaseException as error:  # noqa: BLE001 (raised in the caller's thread)
                    self._fault = error
