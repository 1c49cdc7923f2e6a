"""Columns that stand in a file's path and not in the file: `year=2024/month=01/part-0.parquet`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from privet.model.errors import SourceError

_NULL = "__HIVE_DEFAULT_PARTITION__"


def partition_values(url: str, names: Sequence[str]) -> dict[str, str | None]:
    """What each column is in all rows of a file, as Hive and Spark write it into the path.

    Names and values are percent-decoded; `__HIVE_DEFAULT_PARTITION__` is null.

    Raises:
        SourceError: the path does not have one of the columns, or has it twice.
    """
    folders = url.replace("\\", "/").split("/")[:-1]
    pairs = [folder.split("=", 1) for folder in folders if "=" in folder]
    found = [(unquote(name), unquote(value)) for name, value in pairs]
    values: dict[str, str | None] = {}
    for name in names:
        here = [value for column, value in found if column == name]
        if len(here) != 1:
            times = "no folder" if not here else f"{len(here)} folders"
            raise SourceError(
                f"`{url}` has {times} `{name}=…` in its path",
                hint=f"`partitions:` says that column `{name}` stands there: keep files without it "
                "out of the source, or take the name out of `partitions:`.",
            )
        values[name] = None if here[0] == _NULL else here[0]
    return values
