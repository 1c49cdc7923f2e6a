"""The query engine: it answers a rule that is written in SQL with one number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import pyarrow as pa


class Engine(Protocol):
    """Answers one SELECT over one data set, in memory and nowhere else.

    The query names the data set `${table}` (or `${object}`, or by its name). It is read before it
    is run: what does more than read that data set is refused, with the construct named.
    """

    def check(self, query: str, table: str, schema: pa.Schema) -> None:
        """Insist that a query can be answered, without any row.

        Args:
            query: one SELECT that gives one number or truth value.
            table: the data set's name.
            schema: the columns that the query may read.

        Raises:
            ConfigError: it does something else than read the data set, names what is not there, or
                gives something else than one number.
        """
        ...

    def scalar(
        self,
        query: str,
        table: str,
        schema: pa.Schema,
        rows: Callable[[], Iterator[pa.RecordBatch]],
    ) -> float | None:
        """The query's answer: a number, 1 or 0 for true or false, None for null and NaN.

        Args:
            query: as for `check`.
            table: as for `check`.
            schema: as for `check`; what else the batches hold stays hidden.
            rows: gives all rows of the data set anew, each time it is called: once for each time
                that the query reads the data set. The batches are asked for from other threads, one
                at a time, and need not be read to the end.

        Raises:
            ConfigError: as `check`; or the rows cannot be computed with as the query asks (a
                text that is no number); the message tells no value.
            Unavailable: the memory given is not enough.
        """
        ...
