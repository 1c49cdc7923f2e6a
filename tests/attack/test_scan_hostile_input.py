"""Texts made to hurt the scanner: it ends, reads nothing beyond a row, and its spans hold."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from privet.detect.text.detector import Detector
from tests.property import scan_laws as laws

MEGA = 1 << 20
UNITS = [
    b"@", b"1", b"a@a.", b"1-", b"1 ", b"1.", b"1:", b":", b"-", b"=", b"_", b"eyJ", b"://", b"1a",
    b"-----BEGIN PRIVATE KEY-----", b"password=", b"https://a:b@", b"\0", b"\xff", b"\xc3",
    "1é字@".encode(), b"4111 1111 ", b"::1 ", b"DE89 3704 ", b"(1) ", b"AB 12 ",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_a_megabyte_of_one_thing_ends(unit: bytes) -> None:
    text = laws.repeated(unit, MEGA)
    laws.hold(laws.detector().detect(laws.one_row(text)), [text])


def test_a_word_that_never_ends_is_read_once() -> None:
    for text in (b"1" + b"a" * 5 * MEGA, b"a1" * MEGA + b"@a.co", b"7" * 5 * MEGA):
        laws.hold(laws.detector().detect(laws.one_row(text)), [text])


def test_arrays_without_anything() -> None:
    for kind in (pa.string(), pa.large_string(), pa.binary(), pa.large_binary()):
        for made in (
            pa.array([], kind),
            pa.chunked_array([], kind),
            pa.chunked_array([pa.array([], kind)], kind),
            pa.array([None, None], kind),
            pa.array(["", "", None], kind),
            pa.array(["", "a@b.co"], kind).slice(2),
        ):
            assert len(laws.detector().detect(made)) == 0


def test_what_a_null_hides_is_not_looked_at() -> None:
    text = b"x@y.co a@b.co x@z.co"
    offsets = pa.py_buffer(np.array([0, 7, 13, 20], np.int32))
    valid = pa.py_buffer(b"\x05")
    made = pa.BinaryArray.from_buffers(pa.binary(), 3, [valid, offsets, pa.py_buffer(text)])
    assert [row[:3] for row in laws.rows(laws.detector().detect(made))] == [(0, 0, 6), (2, 1, 7)]


def test_rows_touch_and_stay_apart() -> None:
    """What stands in the next row is no part of a value, byte by byte around each cut."""
    text = (
        b"pwd=hunter2x -4111 1111 1111 1111-mac:00:1A:2b:3C:4d:5E a@b.xn--p1ai_ 1.2.3.44/5 "
        b"DE89 3704 0044 0532 0130 00 -----BEGIN X-- ::1 +49 171 1234567 \xe2\x82\xac5 \xc2\xa37"
    )
    for cut in range(len(text) + 1):
        laws.same_everywhere([text[:cut], text[cut:]])


def test_room_that_runs_out_changes_nothing() -> None:
    unit = b"99.1.1.1+x@b.co "
    found = laws.rows(laws.detector().detect(laws.one_row(unit * 20_000)))
    assert [row[1] for row in found] == list(range(0, len(unit) * 20_000, len(unit)))
    assert {row[3:] for row in found} == {laws.alone(unit)[0][3:]}


def test_threads_change_nothing() -> None:
    texts = [b"a@b.co 4111 1111 1111 1111 %d" % number for number in range(80_000)]
    one, many = (Detector(threads=count).detect(laws.array(texts)) for count in (1, 4))
    assert laws.rows(one) == laws.rows(many)


@pytest.mark.slow
def test_a_hundred_megabytes_without_a_line_end() -> None:
    text = laws.repeated(b"lorem a@b.co ipsum 4111 1111 1111 1111 dolor ", 100 * MEGA)
    found = Detector().detect(laws.one_row(text))
    assert len(found) >= 2 * (len(text) // 45)
    assert (found.start[1:] >= found.end[:-1]).all()


@pytest.mark.slow
def test_offsets_past_two_gigabytes() -> None:
    size = (2 << 30) + 4096
    data = np.zeros(size, np.uint8)
    value = np.frombuffer(b"see a@b.co, 4111 1111 1111 1111", np.uint8)
    data[-len(value) :] = value
    offsets = np.array([0, 5, size - len(value), size], np.int64)
    made = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), 3, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    wanted = [(0, *row[1:]) for row in laws.alone(value.tobytes())]
    assert [(0, *row[1:]) for row in laws.rows(laws.detector().detect(made.slice(2)))] == wanted
    assert [row[0] for row in laws.rows(laws.detector().detect(made))] == [2, 2]


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_work_grows_as_the_text_does(unit: bytes) -> None:
    """Eight times the text takes no more than about eight times the work, never sixty-four."""
    texts = [laws.one_row(laws.repeated(unit, size)) for size in (MEGA // 2, 4 * MEGA)]
    laws.detector().detect(texts[0])
    took = []
    for text in texts:
        begun = time.process_time()
        laws.detector().detect(text)
        took.append(time.process_time() - begun)
    assert took[1] < 30 * max(took[0], 0.01)


@pytest.mark.slow
def test_no_index_lies_beyond_a_buffer() -> None:
    """The kernels run by the interpreter over arrays that refuse what lies outside of them."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    script = Path(__file__).parent.parent / "property" / "scan_guarded.py"
    done = subprocess.run(
        [sys.executable, "-m", f"tests.property.{script.stem}", "400"],
        env=environment, cwd=script.parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
