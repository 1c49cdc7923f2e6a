"""A query read before it is run: one SELECT over the data set, and nothing else.

Only what is listed here is let through; what a later version of SqlGlot or of the engine adds is
refused until somebody has looked at it. The engine is given the text that is written anew from the
tree that was vetted, with every name quoted, and never the text as it came: the two could be read
in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from privet.model.errors import ConfigError

if TYPE_CHECKING:
    from sqlglot import exp

ROWS = "privet rows"
"""The name under which the engine finds the data set; no name that a query could write."""

_PLACEHOLDER = re.compile(r"\$\{(?:table|object)\}")
_LONGEST = 20_000  # characters
_DEEPEST = 100  # levels
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HINT = (
    "A rule's query is one SELECT that reads ${table} alone, and computes one number from it with "
    "aggregates and plain functions."
)

_PARTS: Mapping[str, frozenset[str]] = {
    "Select": frozenset(
        {"with", "expressions", "from", "joins", "where", "group", "having", "qualify", "order"}
        | {"limit", "offset", "distinct", "windows", "operation_modifiers"}
    ),
    "With": frozenset({"expressions"}),
    "CTE": frozenset({"this", "alias", "materialized"}),
    "Subquery": frozenset({"this", "alias"}),
    "Table": frozenset({"this", "alias"}),
    "Join": frozenset({"this", "on", "using", "side", "kind"}),
    "Union": frozenset({"this", "expression", "distinct"}),
    "Intersect": frozenset({"this", "expression", "distinct"}),
    "Except": frozenset({"this", "expression", "distinct"}),
    "Star": frozenset(),
    "Limit": frozenset({"expression"}),
    "Distinct": frozenset({"expressions"}),
    "Identifier": frozenset({"this", "quoted"}),
    "Column": frozenset({"this", "table", "db", "catalog"}),
    "DataType": frozenset({"this", "expressions", "nested"}),
}
"""What a construct that shapes the query may consist of; of others, each part is vetted alone."""

_TYPES = """
    BIGINT BOOLEAN DATE DECIMAL DOUBLE FLOAT HUGEINT INT INT128 SMALLINT TEXT TIME TIMESTAMP
    TIMESTAMPNTZ TIMESTAMPTZ TINYINT UBIGINT UINT USMALLINT UTINYINT VARCHAR
"""
_SHAPE = """
    Alias Between Boolean Bracket Case Cast Column CTE DataType DataTypeParam Distinct Dot Except
    Exists Filter From Group Having Identifier If Ignore IgnoreNulls In Intersect Interval Join
    Limit Literal Null Offset Order Ordered Paren Qualify Select Slice Star Subquery Table
    TableAlias TryCast Tuple Union Var Where Window WindowSpec With WithinGroup
"""
_OPERATORS = """
    Add And BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Div DPipe EQ Escape GT GTE ILike IntDiv Is
    Like LT LTE Mod Mul Neg NEQ Not NullSafeEQ NullSafeNEQ Or RegexpILike SimilarTo Sub
"""
_AGGREGATES = """
    ApproxDistinct Avg Corr Count CountIf CovarPop CovarSamp Kurtosis LogicalAnd LogicalOr Max
    Median Min PercentileCont PercentileDisc Quantile Skewness Stddev StddevPop StddevSamp Sum
    Variance VariancePop
    DenseRank FirstValue Lag LastValue Lead Ntile Rank RowNumber
"""
_FUNCTIONS = """
    Abs ArrayContains ArraySize Ceil Coalesce Concat ConcatWs Contains DateDiff DateFromParts Day
    DayOfWeek DayOfWeekIso EndsWith Exp Extract Floor Greatest Hour IsInf IsNan Least Left Length
    Levenshtein Ln Log Lower Minute Month Nullif Pow Quarter RegexpExtract RegexpFullMatch
    RegexpLike RegexpReplace Replace Reverse Right Round Second Sign Sqrt StartsWith StrPosition
    StrToTime StructExtract Substring TimestampTrunc TimeToStr TimeToUnix Trim Trunc Unicode Upper
    Week Year
"""
_PLAIN_FUNCTIONS = """
    age date_part date_sub entropy isfinite mad nfc_normalize octet_length prefix strlen suffix
    try_strptime
"""
"""Functions that SqlGlot has no class for."""
_VALUES = """
    current_catalog current_date current_role current_schema current_time current_timestamp
    current_user localtime localtimestamp session_user user
"""
"""Names that DuckDB answers itself, quoted or not, where no column has them."""
_ALLOWED = frozenset(f"{_SHAPE} {_OPERATORS} {_AGGREGATES} {_FUNCTIONS}".split())
_ALLOWED_PLAIN = frozenset(_PLAIN_FUNCTIONS.split())
_ALLOWED_TYPES = frozenset(_TYPES.split())
_ANSWERED = frozenset(_VALUES.split())


def vet(query: str, table: str, columns: Collection[str]) -> str:
    """The query as the engine may run it, over `ROWS`.

    Args:
        query: one SELECT, in DuckDB's dialect, over `${table}`, `${object}` or `table`.
        table: the data set's name.
        columns: names of its top-level columns.

    Raises:
        ConfigError: it does something else than read that data set; the message names the
            construct.
    """
    if len(query) > _LONGEST:
        raise wrong(f"it is longer than {_LONGEST} characters")
    if ROWS in query:
        raise wrong(f"it holds the words `{ROWS}`, which are kept for the data set")
    marked, marks = _PLACEHOLDER.subn(f'"{ROWS}"', query)
    try:
        select = _parse(marked)
        found = _vetted(select, table, _ANSWERED - {name.lower() for name in columns})
        if found.count(ROWS) != marks:
            raise wrong("`${table}` stands where no table belongs")
        if not found:
            raise wrong("it does not read `${table}`")
        return _written(select)
    except RecursionError:
        raise wrong("it is nested too deeply") from None


def wrong(message: str, hint: str = _HINT) -> ConfigError:
    """The error that every fault of a query is."""
    return ConfigError(f"the query cannot be used: {message}", hint=hint)


def _written(select: exp.Select) -> str:
    from sqlglot.errors import ErrorLevel, SqlglotError  # noqa: PLC0415

    try:
        return select.sql(
            dialect="duckdb", identify=True, comments=False, unsupported_level=ErrorLevel.RAISE
        )
    except SqlglotError:
        raise wrong("it uses what DuckDB does not know") from None


def _parse(text: str) -> exp.Select:
    # Loaded here: most projects have no rule in SQL.
    from sqlglot import exp, parse, tokenize  # noqa: PLC0415
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    unread = wrong("it cannot be read as SQL")
    try:
        tokens = tokenize(text, dialect="duckdb")
        first = tokens[0].text.upper() if tokens else ""
        # Looked at first: what SqlGlot does not know it would quote in a warning.
        if first not in {"SELECT", "WITH", "FROM", "("}:
            raise wrong(f"it is no SELECT but `{_word(first)}`")
        found = [statement for statement in parse(text, dialect="duckdb") if statement is not None]
    except SqlglotError:  # whose message quotes the text
        raise unread from None
    if len(found) != 1:
        raise wrong(f"it is {len(found)} statements, not one")
    select = found[0]
    if isinstance(select, exp.Subquery):
        select = select.unnest()
    if not isinstance(select, exp.Select):
        raise wrong(f"it is no SELECT but `{_construct(select)}`")
    return select


def _vetted(select: exp.Select, table: str, answered: frozenset[str]) -> list[str]:
    """The names of the data set that stand as tables, after every part was looked at."""
    read: list[str] = []
    known: set[str] = set()
    for node, depth in _walk(select):
        name = type(node).__name__
        if depth > _DEEPEST:
            raise RecursionError
        if name == "Anonymous":
            if str(node.this).lower() not in _ALLOWED_PLAIN:
                raise _refused(node)
        elif name not in _ALLOWED:
            raise _refused(node)
        _only_known_parts(node, name)
        if name == "With" and node.parent is not select:
            raise wrong("WITH stands inside the query", "Put WITH before the one SELECT.")
        if name == "CTE":
            known.add(_new_name(node, table, known))
        elif name == "Table":
            read.extend(_source(node, table, known))
        elif name == "Column":
            if not node.text("table") and node.name.lower() in answered:
                raise wrong(f"there is no column `{node.name}`", "The engine must not answer that.")
            read.extend([ROWS] if node.text("table") == ROWS else [])
    return read


def _walk(select: exp.Select) -> Iterator[tuple[exp.Expr, int]]:
    """Every part of the query, a part of WITH before what may read it, a name after its query."""
    parts: list[tuple[exp.Expr, int, bool]] = [(select, 0, False)]
    while parts:
        node, depth, met = parts.pop()
        if met or type(node).__name__ != "CTE":
            yield node, depth
        if met:
            continue
        if type(node).__name__ == "CTE":
            parts.append((node, depth, True))
        below = [
            child
            for key, value in node.args.items()
            for child in (value if isinstance(value, list) else [value])
            if hasattr(child, "args")
        ]
        # WITH is first in the text; the tree has it anywhere.
        below.sort(key=lambda child: type(child).__name__ != "With")
        parts.extend((child, depth + 1, False) for child in reversed(below))


def _only_known_parts(node: exp.Expr, name: str) -> None:
    if name == "DataType" and getattr(node.this, "name", None) not in _ALLOWED_TYPES:
        raise wrong(f"a cast to `{_word(str(node.args.get('kind') or node.this))}` is not allowed")
    if name == "Var" and _NAME.fullmatch(str(node.this)) is None:
        raise _refused(node)
    known = _PARTS.get(name)
    if known is not None:
        for key, value in node.args.items():
            if value not in (None, False, []) and key.rstrip("_") not in known:
                part = key.rstrip("_").upper()
                raise wrong(f"`{_construct(node)}` with `{part}` is not allowed")


def _new_name(node: exp.Expr, table: str, known: set[str]) -> str:
    name = str(node.alias)
    if _NAME.fullmatch(name) is None:
        raise wrong("a name in WITH is not a plain word", "Name it with letters and digits.")
    if name.lower() in known or name.lower() == table.lower():
        raise wrong(f"WITH gives the name `{name}` twice", "Give each part its own name.")
    return name.lower()


def _source(node: exp.Expr, table: str, known: set[str]) -> list[str]:
    """The data set's name if that is what a table is; else it is a part of WITH."""
    from sqlglot import exp  # noqa: PLC0415

    identifier = node.this
    if not isinstance(identifier, exp.Identifier):
        raise _refused(identifier)
    name = str(identifier.this)
    if name == ROWS:
        return [ROWS]
    if name.lower() in known:
        return []
    if name.lower() != table.lower():
        raise wrong(
            f"it reads `{_word(name)}`, which is not the data set", "It may read ${table} alone."
        )
    if not node.args.get("alias"):
        # Columns may be qualified by the data set's name.
        node.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
    node.set("this", exp.to_identifier(ROWS, quoted=True))
    return [name]


def _refused(node: exp.Expr) -> ConfigError:
    return wrong(f"`{_construct(node)}` is not allowed")


def _construct(node: exp.Expr) -> str:
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(node, exp.Anonymous):
        return f"{_word(str(node.this))}()"
    if isinstance(node, exp.Func):
        return f"{node.sql_name()}()"
    return type(node).__name__.upper()


def _word(text: str) -> str:
    """A name of the query, short enough for a message."""
    return text if len(text) <= 40 else f"{text[:40]}…"
