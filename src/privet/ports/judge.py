"""A judge of rows by their keys: quality says what fails, the vault brings the rows together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Verdict: TypeAlias = Literal["merge", "hold", "tell"]
Words: TypeAlias = npt.NDArray[np.uint64]
Flags: TypeAlias = npt.NDArray[np.bool_]


class Hashes(NamedTuple):
    """A hash of each row's key.

    Attributes:
        hashes: equal keys have equal ones.
        keyed: which rows have a key at all; None: all.
    """

    hashes: Words
    keyed: Flags | None = None


class Judge(Protocol):
    """Judges rows by a key.

    Attributes:
        reason: why a row that fails is taken out.
        verdict: what becomes of it: another row stands for it (`merge`), it is held back (`hold`),
            or it stays and is counted (`tell`).
        columns: top-level columns that the judge looks at; None: all of the data.
        alone: whether a row is judged by what is `known` alone, whatever the other rows are.
        within_subject: whether rows of one key are rows of one subject.
    """

    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> Verdict: ...  # noqa: D102
    @property
    def columns(self) -> tuple[str, ...] | None: ...  # noqa: D102
    @property
    def alone(self) -> bool: ...  # noqa: D102
    @property
    def within_subject(self) -> bool: ...  # noqa: D102

    def hashes(self, rows: pa.RecordBatch) -> Hashes:
        """A hash of each row's key, of `columns`."""
        ...

    def failing(self, rows: pa.Table, hashes: Hashes) -> Flags:
        """Which rows fail; all rows of a key are among them.

        Args:
            rows: with `columns`, and with the reserved columns PLACE and NUMBER; NUMBER is
                missing where every row is one of the run's.
            hashes: of the rows.
        """
        ...

    def known(self) -> Iterator[Words]:
        """Hashes of keys that are known without being those of a row."""
        ...
