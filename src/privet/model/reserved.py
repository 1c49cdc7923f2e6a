"""Names of the columns that travel with a row until it is kept: no contract may use them."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "_privet_"
"""How they all begin."""

FILE: Final = "_privet_file"
"""Number of the row's file within its source."""

POSITION: Final = "_privet_position"
"""Number of the record within its file."""

REASON: Final = "_privet_reason"
"""Why the row is held back; null for one that is kept."""

RECORD: Final = "_privet_record"
"""The record as it came, for a row that is held back; null for one that only a rule on keys holds
back: by then it was cleaned and typed, and its columns say it all."""

PLACE: Final = "_privet_place"
"""File and position in one number, in source order; -1 for a row of an earlier snapshot."""

NUMBER: Final = "_privet_number"
"""Number of the row among those of one run, in the order in which they came; -1 for a row that
is only known of, and is none of the run's."""
