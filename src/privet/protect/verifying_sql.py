"""The queries of the verifier: SQL (DuckDB's) over the columns of a release as they were published.

They read these relations:

- `published`: the file's rows, in its order;
- `companion`: row by row beside it, where the caller has one: `privet_subject`, a number for the
  subject, and `privet_origin`, the row's place in the input;
- `population`: the population's rows, generalised as the table's were, where it is asked for;
  `privet_subject` there counts people.

A class is what looks alike: labels are compared as text, and null is a value like others.
"""

# ruff: noqa: S608  # names and values are quoted, by `name` and `literal`

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SUBJECT = "privet_subject"
ORIGIN = "privet_origin"


_INFINITY = "CAST('infinity' AS DOUBLE)"


def name(column: str) -> str:
    """A column's name, quoted."""
    return '"' + column.replace('"', '""') + '"'


def literal(value: str | None) -> str:
    """A text, quoted; NULL, as a text, for None."""
    return "CAST(NULL AS VARCHAR)" if value is None else "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Queries:
    """The queries of one release.

    Attributes:
        quasi_identifiers: the columns that make classes.
        subjects: whether people are counted, by `companion`, and not rows.
        companion: whether there is a `companion` at all.
        part: of how many parts, which. Questions about classes are asked of one part: all rows of a
            class are in the same, since what is alike has the same hash.
    """

    quasi_identifiers: tuple[str, ...]
    subjects: bool = False
    companion: bool = False
    part: tuple[int, int] = (0, 1)

    def columns(self) -> str:
        """Name and type of each column."""
        return "SELECT column_name, column_type FROM (DESCRIBE published)"

    def rows(self) -> str:
        """How many rows there are; and how many of them without a row or a subject beside them."""
        if not self.companion:
            return "SELECT count(*), 0 FROM published"
        missing = f"count(*) FILTER ({f'{SUBJECT} IS NULL' if self.subjects else 'false'})"
        return (
            f"SELECT (SELECT count(*) FROM published), (SELECT {missing} FROM companion) + "
            "abs((SELECT count(*) FROM published) - (SELECT count(*) FROM companion))"
        )

    def labels(self, column: str) -> str:
        """The distinct texts of a column."""
        text = f"CAST(published.{name(column)} AS VARCHAR)"
        return f"SELECT DISTINCT {text} FROM published"

    def classes(self) -> str:
        """The distinct classes, column by column."""
        texts = ", ".join(
            f"CAST(published.{name(each)} AS VARCHAR)" for each in self.quasi_identifiers
        )
        return f"SELECT DISTINCT {texts} FROM published"

    def in_part(self) -> str:
        """How many rows the part has."""
        return f"SELECT count(*) FROM published{self._of_part('published')}"

    def sizes(self) -> str:
        """People in the least class; classes; people in the mean class."""
        return (
            f"WITH {self._rows()}, sizes AS "
            f"(SELECT {self._people()} AS n FROM rows GROUP BY class) "
            "SELECT min(n), count(*), avg(n) FROM sizes"
        )

    def diversity(self, column: str) -> str:
        """The fewest values of a class; the least l that an entropy has."""
        return (
            f"WITH {self._pairs(column)}, figures AS (SELECT count(*) AS distinct_values, "
            "ln(sum(n)) - sum(n * ln(n)) / sum(n) AS entropy FROM pairs GROUP BY class) "
            "SELECT min(distinct_values), exp(min(entropy)) FROM figures"
        )

    def recursive(self, column: str, length: int) -> str:
        """The greatest ratio of the most frequent value to the tail."""
        return (
            f"WITH {self._pairs(column)}, ranked AS (SELECT class, n, "
            "row_number() OVER (PARTITION BY class ORDER BY n DESC) AS rank FROM pairs), "
            f"tails AS (SELECT max(n) AS most, coalesce(sum(n) FILTER (rank >= {length}), 0) "
            "AS tail FROM ranked GROUP BY class) "
            f"SELECT max(CASE WHEN tail > 0 THEN most / tail ELSE {_INFINITY} END) FROM tails"
        )

    def totals(self, column: str) -> str:
        """How often each value of a column occurs, in all parts."""
        rows = self._rows(column, whole=True)
        return f"WITH {rows} SELECT value, {self._people()} FROM rows GROUP BY value"

    def equal(self, column: str, totals: Mapping[str | None, int]) -> str:
        """The greatest distance where all values are 1 apart."""
        return (
            f"WITH {self._shares(column, totals)}, moved AS (SELECT sum(greatest(share - "
            "coalesce(usual, 0), 0)) AS distance FROM shares GROUP BY class) "
            "SELECT max(distance) FROM moved"
        )

    def ordered(
        self, column: str, totals: Mapping[str | None, int], order: Sequence[str | None]
    ) -> str:
        """The greatest distance where values are as far apart as in `order`."""
        places = ", ".join(f"({n}, {literal(value)})" for n, value in enumerate(order))
        return (
            f"WITH {self._shares(column, totals)}, "
            f"places(place, value) AS (VALUES {places}), "
            "grid AS (SELECT class, place, value FROM (SELECT DISTINCT class FROM pairs), places), "
            "here AS (SELECT class, value, share FROM shares), "
            "filled AS (SELECT grid.class AS class, grid.place AS place, coalesce(here.share, 0) "
            "- coalesce(usuals.usual, 0) AS extra FROM grid "
            "LEFT JOIN here ON here.class IS NOT DISTINCT FROM grid.class "
            "AND here.value IS NOT DISTINCT FROM grid.value "
            "LEFT JOIN usuals ON usuals.value IS NOT DISTINCT FROM grid.value), "
            "carried AS (SELECT class, abs(sum(extra) OVER (PARTITION BY class ORDER BY place)) "
            "AS carry FROM filled), "
            f"moved AS (SELECT sum(carry) / {max(1, len(order) - 1)} AS distance "
            "FROM carried GROUP BY class) SELECT max(distance) FROM moved"
        )

    def hierarchical(
        self,
        column: str,
        totals: Mapping[str | None, int],
        order: Sequence[str | None],
        tree: Sequence[Sequence[int]],
    ) -> str:
        """The greatest distance on a tree: `tree[level][n]` is the node of `order[n]`."""
        nodes = ", ".join(
            f"({literal(value)}, {level}, {numbers[place]})"
            for level, numbers in enumerate(tree)
            for place, value in enumerate(order)
        )
        return (
            f"WITH {self._shares(column, totals)}, tree(value, level, node) AS (VALUES {nodes}), "
            "usual_nodes AS (SELECT level, node, sum(usual) AS usual FROM usuals JOIN tree "
            "ON tree.value IS NOT DISTINCT FROM usuals.value GROUP BY level, node), "
            "nodes AS (SELECT class, level, node, sum(share) AS share FROM shares JOIN tree "
            "ON tree.value IS NOT DISTINCT FROM shares.value GROUP BY class, level, node), "
            "moved AS (SELECT sum(greatest(nodes.share - coalesce(usual_nodes.usual, 0), 0)) / "
            f"{max(1, len(tree))} AS distance FROM nodes LEFT JOIN usual_nodes "
            "ON nodes.level = usual_nodes.level AND nodes.node = usual_nodes.node GROUP BY class) "
            "SELECT max(distance) FROM moved"
        )

    def disclosure(self, column: str, totals: Mapping[str | None, int]) -> str:
        """The greatest |ln| of a value's share in a class over its share in the table."""
        return (
            f"WITH {self._shares(column, totals)}, grid AS (SELECT class, value, usual FROM "
            "(SELECT DISTINCT class FROM pairs), usuals WHERE usual > 0), "
            f"told AS (SELECT CASE WHEN shares.share IS NULL THEN {_INFINITY} "
            "ELSE abs(ln(shares.share / grid.usual)) END AS apart FROM grid LEFT JOIN shares "
            "ON shares.class IS NOT DISTINCT FROM grid.class "
            "AND shares.value IS NOT DISTINCT FROM grid.value "
            f"UNION ALL SELECT {_INFINITY} FROM shares WHERE coalesce(usual, 0) = 0) "
            "SELECT max(apart) FROM told"
        )

    def likeness(self, column: str, totals: Mapping[str | None, int], *, enhanced: bool) -> str:
        """The greatest part of its share in the table by which a value is more frequent."""
        above = (
            f"WHEN (share - usual) / usual > 1e-9 - ln(usual) THEN {_INFINITY} " if enhanced else ""
        )
        return (
            f"WITH {self._shares(column, totals)}, gains AS (SELECT CASE "
            f"WHEN coalesce(usual, 0) = 0 THEN {_INFINITY} WHEN share <= usual THEN 0 {above}"
            "ELSE (share - usual) / usual END AS gain FROM shares) SELECT max(gain) FROM gains"
        )

    def presence(self, *, people: bool) -> str:
        """The population's least number in a class of the table; least and greatest share.

        Of all parts: a class that only the population has is in none of the table's.

        Args:
            people: whether `population` says who is who, so that nobody counts twice.
        """
        who = f"DISTINCT {SUBJECT}" if people else "*"
        return (
            f"WITH {self._rows(whole=True)}, sizes AS "
            f"(SELECT class, {self._people()} AS n FROM rows GROUP BY class), "
            f"all_of_them AS (SELECT {self._class('population')} AS class, count({who}) AS n "
            "FROM population GROUP BY class), "
            "beside AS (SELECT sizes.n AS here, coalesce(all_of_them.n, 0) AS there FROM sizes "
            "FULL JOIN all_of_them ON sizes.class IS NOT DISTINCT FROM all_of_them.class) "
            "SELECT min(there) FILTER (here IS NOT NULL), "
            f"min(CASE WHEN there > 0 THEN coalesce(here, 0) / there ELSE {_INFINITY} END), "
            f"max(CASE WHEN there > 0 THEN coalesce(here, 0) / there ELSE {_INFINITY} END) "
            "FROM beside"
        )

    def numbering(self, column: str) -> str:
        """Distinct values of a column; rows; rows not below, and not above, the row before."""
        placed = (
            "SELECT value, lag(value) OVER (ORDER BY place) AS before FROM (SELECT "
            f"published.{name(column)} AS value, row_number() OVER () AS place FROM published)"
        )
        return (
            "SELECT count(DISTINCT value), count(*), count(*) FILTER (value >= before), "
            f"count(*) FILTER (value <= before) FROM ({placed})"
        )

    def order(self) -> str:
        """How the order of the file follows the input's.

        Rows; those that came after the row above them in the input too; the same among the rows of
        one class: pairs, those in the input's order, and the variance that chance gives.

        Every row is held here, so its class is a hash of 64 bits; two that share one add to chance.
        """
        rows = self._rows(origin=True, alike=True, whole=True)
        return (
            f"WITH {rows}, placed AS (SELECT class, origin, "
            "origin > lag(origin) OVER (ORDER BY place) AS after, "
            "origin > lag(origin) OVER (PARTITION BY class ORDER BY place) AS after_alike "
            "FROM rows), each AS (SELECT count(*) AS n, count(*) FILTER (after) AS rising, "
            "count(after_alike) AS pairs, count(*) FILTER (after_alike) AS alike "
            "FROM placed GROUP BY class) "
            "SELECT sum(n), sum(rising), sum(pairs), sum(alike), "
            "sum(CASE WHEN n > 1 THEN (n + 1) / 12 ELSE 0 END) FROM each"
        )

    def _people(self) -> str:
        """How many a group of `rows` has."""
        return "count(DISTINCT who)" if self.subjects else "count(*)"

    def _class(self, relation: str = "published") -> str:
        texts = (
            f"'c{n}': CAST({relation}.{name(each)} AS VARCHAR)"
            for n, each in enumerate(self.quasi_identifiers)
        )
        return "{" + ", ".join(texts) + "}"

    def _of_part(self, relation: str) -> str:
        number, parts = self.part
        return f" WHERE hash({self._class(relation)}) % {parts} = {number}" if parts > 1 else ""

    def _rows(
        self,
        sensitive: str | None = None,
        *,
        origin: bool = False,
        alike: bool = False,
        whole: bool = False,
        called: str = "rows",
    ) -> str:
        who = f", companion.{SUBJECT} AS who" if self.subjects else ""
        beside = " POSITIONAL JOIN companion" if self.companion else ""
        value = (
            "" if sensitive is None else f", CAST(published.{name(sensitive)} AS VARCHAR) AS value"
        )
        place = f", companion.{ORIGIN} AS origin, row_number() OVER () AS place" if origin else ""
        which = f"hash({self._class()})" if alike else self._class()
        some = "" if whole else self._of_part("published")
        taken = f"SELECT {which} AS class{who}{value}{place} FROM published{beside}{some}"
        return f"{called} AS ({taken})"

    def _pairs(self, column: str) -> str:
        return (
            f"{self._rows(column)}, pairs AS "
            f"(SELECT class, value, {self._people()} AS n FROM rows GROUP BY class, value)"
        )

    def _shares(self, column: str, totals: Mapping[str | None, int]) -> str:
        """Share of each value in its class, and in the table: as given, else as published."""
        everybody = self._rows(column, whole=True, called="everybody")
        counted = (
            f"WITH {everybody} SELECT value, {self._people()} AS n FROM everybody GROUP BY value"
        )
        if totals:
            given = ", ".join(f"({literal(value)}, {count})" for value, count in totals.items())
            counted = f"SELECT value, n FROM (VALUES {given}) AS given(value, n)"
        return (
            f"{self._pairs(column)}, counted AS ({counted}), "
            "usuals AS (SELECT value, n / sum(n) OVER () AS usual FROM counted), "
            "shares AS (SELECT class, pairs.value AS value, "
            "n / sum(n) OVER (PARTITION BY class) AS share, usual FROM pairs "
            "LEFT JOIN usuals ON usuals.value IS NOT DISTINCT FROM pairs.value)"
        )
