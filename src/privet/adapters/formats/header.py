"""Column names: what cannot be one, and sources that have names or nothing at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from privet.model.errors import SourceError

RESERVED = "_privet_"
_LOOKS_LIKE_DATA = re.compile(r"\S+@\S+\.\S+|\+?\d{9,}")


def looks_like_data(name: str) -> bool:
    """Whether a column name is rather somebody's value: an address, or a number of a person."""
    return _LOOKS_LIKE_DATA.fullmatch(name.strip()) is not None


def check_names(names: Sequence[str], name: str) -> None:
    """Refuse column names that cannot be those of a table.

    Raises:
        SourceError: a name is missing, twice there, reserved, or looks like data.
    """
    data = [i for i, column in enumerate(names, 1) if looks_like_data(column)]
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


class Empty(SourceError):
    """A source without a row; one file of many may be so."""


def empty(name: str) -> Empty:
    """The error for a file without content."""
    return Empty(f"`{name}` is empty", hint="Remove it from the sources, or export it again.")


def no_rows(name: str) -> Empty:
    """The error for a file that has columns and no row."""
    return Empty(
        f"`{name}` has a header and no rows",
        hint="Remove it from the sources, or export it again.",
    )


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:5])
    return shown if len(numbers) <= 5 else f"{shown} and {len(numbers) - 5} more"
