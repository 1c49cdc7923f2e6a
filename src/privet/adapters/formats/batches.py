"""What a reader hands on: rows with their positions, and the records that are no rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be read as a row.

    Attributes:
        position: 1-based record number in its file (for JSON Lines: line number).
        reason: `ragged_row`, `not_json`, `wrong_shape`, `duplicate_key`, `unknown_field`,
            `encoding` or `type:<column path>`.
        raw: the record as it stands in the file (as UTF-8, where the file's encoding is another).
    """

    position: int
    reason: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RawBatch:
    """A few thousand rows as read, before their types are enforced.

    Attributes:
        rows: one column per top-level column of the contract, in its order. Text formats leave
            their text: a string column may hold invalid UTF-8 until `privet.quality` looks at it.
        positions: int64, one per row; see `Reject.position`.
        rejects: records among or before these rows that could not be read.
    """

    rows: pa.RecordBatch = field(repr=False)
    positions: pa.Int64Array = field(repr=False)
    rejects: tuple[Reject, ...] = ()
