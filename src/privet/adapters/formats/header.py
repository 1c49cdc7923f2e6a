"""Column names: those of a file against those of its contract."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence

from privet.model.errors import SourceError

RESERVED = "_privet_"
_LOOKS_LIKE_DATA = re.compile(r"\S+@\S+\.\S+|\+?\d{9,}")


def check_names(names: Sequence[str], name: str) -> None:
    """Refuse column names that cannot be those of a table.

    Raises:
        SourceError: a name is missing, twice there, reserved, or looks like data.
    """
    data = [i for i, column in enumerate(names, 1) if _LOOKS_LIKE_DATA.fullmatch(column.strip())]
    if data:
        # The first line is a person's record then, so its fields are not repeated here.
        raise SourceError(
            f"`{name}` seems to have no header: "
            f"field {_listed(data)} of its first line looks like data",
            hint="Put a line with the column names at the top of the file.",
        )
    unnamed = [i for i, column in enumerate(names, 1) if not column.strip()]
    if unnamed:
        raise SourceError(
            f"`{name}`: column {_listed(unnamed)} of {len(names)} has no name",
            hint="Name it in the header; where every line ends with a delimiter, or holds a row "
            "number that nobody asked for, export the file without it.",
        )
    twice = next((column for column, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        # By their places: without a header, what stands there twice is somebody's value.
        places = _listed([i for i, column in enumerate(names, 1) if column == twice])
        raise SourceError(
            f"`{name}`: columns {places} of its header have the same name",
            hint="Give every column of the header a name of its own.",
        )
    reserved = [column for column in names if column.startswith(RESERVED)]
    if reserved:
        raise SourceError(
            f"`{name}`: column `{reserved[0]}` has a name that Privet keeps for itself",
            hint=f"Rename the column: names that begin with `{RESERVED}` are reserved.",
        )


def match_names(found: Sequence[str], wanted: Sequence[str], name: str) -> None:
    """Refuse a file whose columns are not those of its contract; their order does not matter.

    Raises:
        SourceError: a column is missing, or one is not in the contract.
    """
    missing = [column for column in wanted if column not in set(found)]
    extra = [column for column in found if column not in set(wanted)]
    if len(missing) * 2 > len(wanted):
        # Perhaps no header at all: then what was found are not names but somebody's record.
        raise SourceError(
            f"`{name}` lacks {len(missing)} of the {len(wanted)} columns of its contract",
            hint="Check that it belongs to this data set, and that its first line is a header.",
        )
    if missing:
        near = difflib.get_close_matches(missing[0], extra, n=1)
        raise SourceError(
            f"`{name}` has no column `{missing[0]}`, which its contract declares",
            hint=f"The nearest column there is `{near[0]}`; rename it, or correct the contract."
            if near
            else "Export the column again, or take it out of the contract in contracts/.",
        )
    if extra:
        raise SourceError(
            f"`{name}` has a column `{extra[0]}` that its contract does not know",
            hint="Add it to the data set's file in contracts/, with a category, "
            "or leave it out of the export.",
        )


def empty(name: str) -> SourceError:
    """The error for a file without content."""
    return SourceError(f"`{name}` is empty", hint="Remove it from the sources, or export it again.")


def no_rows(name: str) -> SourceError:
    """The error for a file that has columns and no row."""
    return SourceError(
        f"`{name}` has a header and no rows",
        hint="Remove it from the sources, or export it again.",
    )


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:5])
    return shown if len(numbers) <= 5 else f"{shown} and {len(numbers) - 5} more"
