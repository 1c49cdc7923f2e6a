"""The dialect of a delimited text file, from its first lines: which delimiter, which quote."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

DELIMITERS = ",;\t|"
_QUOTES = "\"'"
_LINES = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """How fields are parted and quoted."""

    delimiter: str
    quote: str


def detect(sample: str) -> Dialect:
    """The dialect under which most records of `sample` have the same number of fields.

    Ties go to more fields, then to the earlier of `,` `;` tab `|`, and to the double quote. A file
    of one column has no delimiter, and is stated as a comma file.

    Args:
        sample: the beginning of the file; its last line may be cut.
    """
    quote = _quote(sample)
    scored = [(_score(sample, d, quote), -rank, d) for rank, d in enumerate(DELIMITERS)]
    (share, fields), _, delimiter = max(scored)
    return Dialect(delimiter if fields > 1 and share > 0 else ",", quote)


def records(sample: str, dialect: Dialect, limit: int = _LINES) -> list[list[str]]:
    """The first records of `sample` that are whole, blank lines left out."""
    reader = csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) == limit:
                return rows
    except csv.Error:
        return rows
    cut = len(rows) > 1 and not sample.endswith(("\n", "\r"))
    return rows[:-1] if cut else rows


def _quote(sample: str) -> str:
    """The quote that more fields begin with."""
    begins = {
        quote: sum(sample.count(before + quote) for before in (*DELIMITERS, "\n"))
        + sample.startswith(quote)
        for quote in _QUOTES
    }
    return "'" if begins["'"] > begins['"'] else '"'


def _score(sample: str, delimiter: str, quote: str) -> tuple[float, int]:
    """(share of records with the usual number of fields, that number); one field scores nothing."""
    counts = Counter(len(row) for row in records(sample, Dialect(delimiter, quote)))
    if not counts:
        return (0.0, 1)
    fields, rows = max(counts.items(), key=lambda item: (item[1], item[0]))
    if fields == 1:
        return (0.0, 1)
    # A few ragged rows do not make a wrong delimiter look better: shares are compared in tenths.
    return (round(rows / counts.total(), 1), fields)
