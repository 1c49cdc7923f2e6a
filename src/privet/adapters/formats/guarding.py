"""What the readers of typed files share: errors made ours, columns matched, rows counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import numpy as np
import pyarrow as pa

from privet.adapters.formats.drift import Watch
from privet.adapters.formats.header import check_names
from privet.model.contract import Column
from privet.model.errors import PrivetError, SourceError
from privet.ports.arrow_types import leaf_columns

_T = TypeVar("_T")


def guarded(act: Callable[[], _T], problem: SourceError) -> _T:
    """Run `act`; in place of pyarrow's errors, which may quote content, `problem` is raised."""
    try:
        return act()
    except PrivetError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        pass
    raise problem


def matched_roots(
    schema: pa.Schema, columns: Sequence[Column], name: str, watch: Watch
) -> list[str]:
    """The top-level columns to read, in the contract's order; leaves are compared by their paths.

    Raises:
        SourceError: a column name cannot be one, or the columns are not the contract's.
    """
    check_names(schema.names, name)
    found = [str(path) for path, _ in leaf_columns(schema)]
    watch.reconcile(found, [str(column.path) for column in columns], name)
    has = set(schema.names)
    return [root for root in dict.fromkeys(c.path.root for c in columns) if root in has]


def numbered(first: int, count: int) -> pa.Int64Array:
    """Positions from `first` on."""
    return cast("pa.Int64Array", pa.array(np.arange(first, first + count, dtype=np.int64)))
