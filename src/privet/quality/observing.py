"""What the columns of a sample are like: the counts that rules are suggested from.

Columns are taken in as read. Texts are looked at without the white space around them, and what
stands for nothing (`?`, `N/A`) apart from the values; so what is found holds of cleaned rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.row_hash import hash_rows
from privet.model.contract import Column
from privet.ports.arrow_types import parse_type
from privet.quality.casting import as_type, check_text, hopeless, is_text, null_where
from privet.quality.cleaning.whitespace import stripped
from privet.quality.date_mix import DateMix, DateOrders
from privet.quality.failing import failing
from privet.quality.text_shape import TextShape
from privet.transforms.arrow import Values, pc

MOST_VALUES: Final = 50
"""Different values that are told apart; of more, only how many rows have one."""
MOST_HASHES: Final = 5_000_000
"""Rows in which it is looked for values that come twice: 40 MB for each column without one yet."""
_SECRET: Final = bytes(range(32))

MARKERS: Final = frozenset(
    {"?", "??", "-", "--", "---", ".", "n/a", "#n/a", "n.a.", "na", "nan", "null", "(null)", "nil"}
    | {"none", "<na>", "<null>", "\\n", "missing", "unknown", "undefined", "not available"}
    | {"not specified", "not applicable", "k. a.", "k.a."}
)
"""Texts that people and tools write for no value, in lower case."""
SENTINELS: Final = tuple(f"-{nines}" for nines in ("99", "999", "9999", "99999", "999999"))
"""Numbers that do so where no other value is negative."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One column of the sample.

    Attributes:
        rows: rows looked at.
        nulls: nulls and blank texts.
        padded: texts with white space around them, or with nothing else.
        unread: values that are not of the column's type.
        markers: rows by marker, as it is spelled.
        sentinels: rows by sentinel, where they are the only negative numbers.
        present: rows with a value: no null, no marker, no sentinel, of the column's type.
        values: rows by value, as text; None: there are too many.
        unique: whether no value comes twice; None: not known.
        least: the smallest value (numbers, dates, times); None: it has no order.
        most: the largest.
        odd: whether NaN or an infinity is among them.
        shortest: characters of the shortest text; None: no text.
        longest: of the longest.
        pattern: that all texts have.
        dates: how texts that are dates are written; None: they are none.
    """

    column: Column
    rows: int
    nulls: int
    padded: int
    unread: int
    markers: Mapping[str, int]
    sentinels: Mapping[str, int]
    present: int
    values: Mapping[str, int] | None = field(repr=False)
    unique: bool | None
    least: Any = field(repr=False)
    most: Any = field(repr=False)
    odd: bool
    shortest: int | None
    longest: int | None
    pattern: str | None
    dates: DateOrders | None


class ColumnObserver:
    """Takes the values of one column in, array by array."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._kind = parse_type(column.type)
        self._counts: Counter[str] = Counter()
        self._markers: Counter[str] = Counter()
        self._sentinels: Counter[str] = Counter()
        self._values: Counter[str] | None = Counter()
        self._unique = Repeats()
        self._bounds = _Bounds()
        self._shape = TextShape()
        self._dates = DateMix()

    def add(self, values: Values) -> None:
        """Take values in: text, or of the column's type."""
        self._counts["rows"] += len(values)
        if is_text(values.type):
            values = self._real_texts(values)
        else:
            self._counts["nulls"] += values.null_count
            values = values.drop_null()
        values = self._typed(values)
        if is_text(self._kind):
            self._shape.add(values)
            self._dates.add(values)
        elif _is_number(self._kind):
            values = self._without_sentinels(values)
        self._counts["present"] += len(values)
        self._bounds.add(values)
        self._unique.add([values])
        self._count_values(values)

    def observed(self) -> Observed:
        """What was seen so far."""
        counts, bounds = self._counts, self._bounds
        present, least, values = counts["present"], bounds.least, self._values
        sentinels, unique = dict(self._sentinels), self._none_twice()
        if sentinels and (least is None or least < 0):
            # Negative numbers are at home here, and -999 is one of them.
            present += sum(sentinels.values())
            numbers = [int(text) for text in sentinels]
            least = min(numbers if least is None else [least, *numbers])
            sentinels, unique, values = {}, None, None
        return Observed(
            column=self._column,
            rows=counts["rows"],
            nulls=counts["nulls"],
            padded=counts["padded"],
            unread=counts["unread"],
            markers=dict(self._markers),
            sentinels=sentinels,
            present=present,
            values=None if values is None else dict(values),
            unique=unique,
            least=least,
            most=bounds.most,
            odd=bounds.odd,
            shortest=self._shape.shortest,
            longest=self._shape.longest,
            pattern=self._shape.pattern(),
            dates=self._dates.orders(),
        )

    def _none_twice(self) -> bool | None:
        repeats = self._unique.count()
        return None if repeats is None else repeats == 0

    def _real_texts(self, texts: Values) -> Values:
        """Texts that stand for a value, without white space around them."""
        texts = texts.cast(pa.string())
        readable = _readable(texts)
        self._counts["unread"] += readable.null_count - texts.null_count
        self._counts["nulls"] += texts.null_count
        readable = readable.drop_null()
        bare = stripped(readable)
        lengths = pc.binary_length(bare)
        some = pc.greater(lengths, 0)
        self._counts["nulls"] += len(bare) - some.true_count
        same = pc.and_(some, pc.equal(lengths, pc.binary_length(readable)))
        self._counts["padded"] += len(bare) - same.true_count
        bare = bare.filter(some)
        marked = pc.is_in(pc.utf8_lower(bare), pa.array(sorted(MARKERS)))
        _count(self._markers, bare.filter(marked))
        return bare.filter(pc.invert(marked)) if marked.true_count else bare

    def _typed(self, values: Values) -> Values:
        if values.type == self._kind:
            return values
        try:
            return as_type(values, self._kind)
        except pa.ArrowException:
            bad = failing(values, lambda part: as_type(part, self._kind))
        if is_text(values.type):
            bad = pc.or_(bad, hopeless(values, self._kind))
        self._counts["unread"] += bad.true_count
        return as_type(null_where(bad, values), self._kind).drop_null()

    def _without_sentinels(self, numbers: Values) -> Values:
        plain = numbers.cast(pa.float64(), safe=False)
        found = pc.is_in(plain, pa.array([float(text) for text in SENTINELS]))
        if not found.true_count:
            return numbers
        _count(self._sentinels, plain.filter(found).cast(pa.int64()).cast(pa.string()))
        return numbers.filter(pc.invert(found))

    def _count_values(self, values: Values) -> None:
        if self._values is None:
            return
        if pa.types.is_floating(self._kind) or pa.types.is_binary(self._kind):
            self._values = None
            return
        if pc.count_distinct(values).as_py() <= MOST_VALUES:
            _count(self._values, values.cast(pa.string()))
            if len(self._values) <= MOST_VALUES:
                return
        self._values = None


class _Bounds:
    """The smallest and the largest of values that have an order."""

    def __init__(self) -> None:
        self.least: Any = None
        self.most: Any = None
        self.odd = False

    def add(self, values: Values) -> None:
        kind = values.type
        if not len(values) or not (_is_number(kind) or pa.types.is_temporal(kind)):
            return
        if pa.types.is_floating(kind):
            finite = pc.is_finite(values)
            self.odd = self.odd or finite.true_count < len(values)
            values = values.filter(finite)
        found = pc.min_max(values)
        if not found["min"].is_valid:
            return
        least, most = _plain(found["min"]), _plain(found["max"])
        self.least = least if self.least is None else min(self.least, least)
        self.most = most if self.most is None else max(self.most, most)


class Repeats:
    """How many values (or rows) are the same as one before them, by hashes of 64 bits."""

    def __init__(self, *, counted: bool = False) -> None:
        """Without `counted` it is only known whether there is one, and less is held."""
        self._counting = counted
        self._hashes: list[npt.NDArray[np.uint64]] | None = []
        self._held = 0
        self._found = 0

    def add(self, columns: Sequence[Values]) -> None:
        """Take the next rows in, as arrays of one length."""
        if self._hashes is None or not len(columns[0]):
            return
        try:
            hashes = hash_rows(columns, _SECRET, len(columns[0]))
        except TypeError:  # no hash of such values
            self._hashes = None
            return
        if not self._counting and len(np.unique(hashes)) < len(hashes):
            self._hashes, self._found = None, 1
            return
        self._hashes.append(hashes)
        self._held += len(hashes)
        if self._held > MOST_HASHES:
            self._hashes = None

    def count(self) -> int | None:
        """How many are the same as one before them; None: not known."""
        if self._hashes is None:
            return self._found or None
        if not self._hashes:
            return 0
        return self._held - len(np.unique(np.concatenate(self._hashes)))


def _readable(texts: Values) -> Values:
    """Texts, null where one is not valid UTF-8."""
    try:
        return check_text(texts)
    except pa.ArrowException:
        raw = texts.cast(pa.binary())
        bad = failing(raw, lambda part: part.cast(pa.string()))
        return null_where(bad, raw).cast(pa.string())


def _count(counter: Counter[str], texts: Values) -> None:
    for found in pc.value_counts(texts).to_pylist():
        counter[found["values"]] += found["counts"]


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _plain(value: pa.Scalar[Any]) -> Any:
    """A number as it is; a day or a time as its year: no more of it is used."""
    if pa.types.is_temporal(value.type):
        return pc.year(value).as_py()
    return value.as_py()
