"""Where the CPU of a run goes: named functions, timed within one process.

A stage's time is that of the thread that runs it, less that of the stages within. What no stage
has, such as the threads that Arrow keeps for itself, is `all else`. A function that is not there
any more is told and left out.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import wraps
from typing import Any


class Clock:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._local = threading.local()

    def watch(self, stages: Mapping[str, str]) -> list[str]:
        """Time the functions at these places (`module:Class.name`); those that are not there."""
        return [place for stage, place in stages.items() if not self._wrap(stage, place)]

    def table(self) -> Iterator[tuple[float, str]]:
        """Seconds and stage, most first."""
        rest = time.process_time() - sum(self.spent.values())
        rows = [(seconds, stage) for stage, seconds in self.spent.items()]
        yield from sorted([*rows, (rest, "all else")], reverse=True)

    def _wrap(self, stage: str, place: str) -> bool:
        module, _, name = place.partition(":")
        try:
            owner: Any = importlib.import_module(module)
            *path, last = name.split(".")
            for part in path:
                owner = getattr(owner, part)
            function = getattr(owner, last)
        except (ImportError, AttributeError):
            return False
        timed = self._timed(stage, function)
        setattr(owner, last, timed)
        for other in list(sys.modules.values()) if not path else ():
            if vars(other).get(last) is function:  # imported by name before
                setattr(other, last, timed)
        return True

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapper(*args: Any, **named: Any) -> Any:
            made = self._run(stage, lambda: function(*args, **named))
            return self._each(stage, made) if isinstance(made, Generator) else made

        return wrapper

    def _each(self, stage: str, made: Generator[Any, Any, Any]) -> Iterator[Any]:
        """A generator works when it is asked for more."""
        ended = object()
        try:
            while (item := self._run(stage, lambda: next(made, ended))) is not ended:
                yield item
        finally:
            made.close()

    def _run(self, stage: str, work: Callable[[], Any]) -> Any:
        within: list[float] = self._local.__dict__.setdefault("within", [])
        within.append(0.0)
        begin = time.thread_time()
        try:
            return work()
        finally:
            whole = time.thread_time() - begin
            own = whole - within.pop()
            with self._lock:
                self.spent[stage] += own
            if within:
                within[-1] += whole
