"""Whether progress is shown: on a terminal, unless it is not wanted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from privet.pipeline.progress import Progress, Quiet


@contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """A progress display on standard error, if that is a terminal and `quiet` is not asked for."""
    if quiet or not sys.stderr.isatty():
        yield Quiet()
        return
    from privet.cli.bars import bars  # loads rich

    with bars() as display:
        yield display
