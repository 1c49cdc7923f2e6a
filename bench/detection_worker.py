"""One way of detecting, in a process of its own: `bench/detection.py` starts it and says when.

`python bench/detection_worker.py WHAT FILE BYTES THREADS`; WHAT is `arrow` (an array of texts in,
spans out), `list` (Python strings in) or `stream` (record batches one after the other, BYTES of
them, as somebody reads a file that is greater than memory). Each line that comes in has the work
done once; what it cost goes out as a line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pyarrow as pa

from privet.detect.text.detector import Detector
from tests.texts.corpus import repeated


def block_of(path: str) -> pa.Array:
    """The texts of an Arrow file."""
    return pa.ipc.open_file(path).read_all().column(0).combine_chunks()


def arrow(block: pa.Array, size: int, detector: Detector) -> tuple[int, Callable[[], int]]:
    texts = pa.chunked_array(list(repeated(block, size)))
    return _bytes(texts), lambda: len(detector.detect(texts))


def strings(block: pa.Array, size: int, detector: Detector) -> tuple[int, Callable[[], int]]:
    texts = pa.chunked_array(list(repeated(block, size)))
    whole = texts.to_pylist()
    return _bytes(texts), lambda: len(detector.detect(pa.array(whole, pa.string())))


def stream(block: pa.Array, size: int, detector: Detector) -> tuple[int, Callable[[], int]]:
    return size, lambda: sum(len(detector.detect(texts)) for texts in repeated(block, size))


def _bytes(texts: pa.ChunkedArray) -> int:
    return sum(pa.compute.sum(pa.compute.binary_length(chunk)).as_py() for chunk in texts.chunks)


def main() -> None:
    what, path, size, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    block = block_of(path)
    detector = Detector(threads=threads)
    detector.detect(block.slice(0, 50))  # load what was compiled
    made, once = {"arrow": arrow, "list": strings, "stream": stream}[what](block, size, detector)
    print(json.dumps({"bytes": made}), flush=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        count = once()
        cost = {
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "spans": count,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
        print(json.dumps(cost), flush=True)


if __name__ == "__main__":
    main()
