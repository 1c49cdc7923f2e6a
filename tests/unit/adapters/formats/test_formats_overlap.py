from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import pyarrow as pa
import pytest

from privet.adapters.formats.overlap import BehindWriter, ahead

BATCHES = [pa.record_batch({"n": [number]}) for number in range(20)]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


class Counting:
    """Numbers from 0, made by hand: how many were made, where, and whether it was closed."""

    def __init__(self, end: int, fault: BaseException | None = None) -> None:
        self.end, self.fault = end, fault
        self.made, self.closed_in = 0, ""
        self.threads: set[str] = set()

    def each(self) -> Iterator[int]:
        try:
            while self.made < self.end:
                self.threads.add(threading.current_thread().name)
                self.made += 1
                yield self.made - 1
            if self.fault is not None:
                raise self.fault
        finally:
            self.closed_in = threading.current_thread().name


@pytest.mark.parametrize("waiting", [1, 3])
def test_items_come_in_their_order_from_another_thread(waiting: int) -> None:
    source = Counting(500)
    assert list(ahead(source.each(), waiting)) == list(range(500))
    assert source.threads == {"privet-ahead"} == {source.closed_in}
    assert list(ahead([], waiting)) == []
    assert list(ahead(iter("abc"), waiting)) == ["a", "b", "c"]


def test_nothing_is_made_before_the_first_is_asked_for() -> None:
    source = Counting(5)
    with closing(ahead(source.each())) as items:
        assert source.made == 0
        assert next(items) == 0


def test_a_fault_comes_after_the_items_before_it() -> None:
    seen: list[int] = []
    with pytest.raises(KeyError, match="late"):
        seen.extend(ahead(Counting(7, KeyError("late")).each()))
    assert seen == list(range(7))


def test_only_so_many_are_made_ahead() -> None:
    source = Counting(1000)
    with closing(ahead(source.each(), 2)) as items:
        assert [next(items) for _ in range(10)] == list(range(10))
        assert source.made <= 10 + 2 + 2
    assert source.made < 20
    assert source.closed_in == "privet-ahead"


def test_who_stops_early_hears_no_fault_of_what_was_not_read() -> None:
    with closing(ahead(Counting(3, KeyError("unseen")).each(), 8)) as items:
        assert next(items) == 0


def test_a_fault_of_the_reader_ends_the_thread() -> None:
    source = Counting(1000)

    def use() -> None:
        with closing(ahead(source.each())) as items:
            [100 // (3 - item) for item in items]

    with pytest.raises(ZeroDivisionError):
        use()
    assert source.closed_in == "privet-ahead"


def test_stages_can_stand_behind_one_another() -> None:
    first = ahead(Counting(100).each())
    second = ahead(number * 2 for number in first)
    assert list(ahead(number + 1 for number in second)) == list(range(1, 201, 2))


class Sink:
    """A writer that keeps what it gets, and fails at a stated batch or at its close."""

    def __init__(self, fails_at: int | None = None, *, fails_at_close: bool = False) -> None:
        self.fails_at, self.fails_at_close = fails_at, fails_at_close
        self.written: list[pa.RecordBatch] = []
        self.closed = 0

    def write(self, batch: pa.RecordBatch) -> None:
        assert threading.current_thread() is not threading.main_thread()
        if len(self.written) == self.fails_at:
            raise OSError("the disk is full")
        self.written.append(batch)

    def close(self) -> None:
        self.closed += 1
        if self.fails_at_close:
            raise OSError("no room for the end")


def write_all(writer: BehindWriter) -> None:
    for batch in BATCHES:
        writer.write(batch)
    writer.close()


def test_batches_are_written_in_their_order_and_the_file_ended_once() -> None:
    sink = Sink()
    writer = BehindWriter(sink, 2)
    write_all(writer)
    writer.close()
    assert sink.written == BATCHES
    assert sink.closed == 1
    with pytest.raises(ValueError, match="closed"):
        writer.write(BATCHES[0])


def test_a_file_without_rows_is_ended_too() -> None:
    sink = Sink()
    BehindWriter(sink).close()
    assert sink.closed == 1


@pytest.mark.parametrize("at", [0, 5, 19])
def test_a_fault_of_the_writer_is_raised_and_later_batches_are_not_written(at: int) -> None:
    sink = Sink(at)
    writer = BehindWriter(sink)
    with pytest.raises(OSError, match="disk is full"):
        write_all(writer)
    with suppress(OSError):
        writer.close()
    assert len(sink.written) == at
    assert sink.closed == 1


def test_the_first_fault_is_told() -> None:
    writer = BehindWriter(Sink(0, fails_at_close=True))
    writer.write(BATCHES[0])
    with pytest.raises(OSError, match="disk is full"):
        writer.close()
    with pytest.raises(OSError, match="no room for the end"):
        BehindWriter(Sink(fails_at_close=True)).close()
