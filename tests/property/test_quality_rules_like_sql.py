"""Row rules against DuckDB: random dirty tables and rules, the same rows, the same counts."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.model.quality import Length, Matches, NotMissing, NotNull, OneOf, QualityRule, Range
from privet.ports.arrow_types import arrow_schema
from privet.quality.rules import compile_rules

INT, TEXT, DAY, ZONE = "int64", "string", "date32", "timestamp[us, UTC]"
DOUBLE, MONEY, BOOL, TIME = "double", "decimal128(6, 2)", "bool", "timestamp[us]"
COLUMNS = {
    "n": INT, "x": DOUBLE, "s": TEXT, "d": DAY, "t": TIME, "z": ZONE, "m": MONEY, "b": BOOL,
    "o.i": TEXT, "o.k": INT, "l[]": TEXT, "p[].q": DOUBLE,
}  # fmt: skip
SQL_TYPES = {
    INT: "BIGINT", DOUBLE: "DOUBLE", TEXT: "VARCHAR", DAY: "DATE", TIME: "TIMESTAMP",
    ZONE: "TIMESTAMPTZ", MONEY: "DECIMAL(6, 2)", BOOL: "BOOLEAN",
}  # fmt: skip
SPELLED = {
    INT: st.integers(-3, 3).map(str) | st.sampled_from([str(2**63 - 1), str(-(2**63)), "-999"]),
    DOUBLE: st.sampled_from(
        ["0", "-0.0", "0.1", "1", "-1.5", "2.5", "1e300", "inf", "-inf", "5e-324"]
    ),
    TEXT: st.text(st.sampled_from("aAbé\U0001f600 \n?\u0301"), max_size=4) | st.just("N/A"),
    DAY: st.sampled_from(["2024-02-28", "2024-02-29", "2024-03-01", "1969-12-31", "0001-01-01"]),
    TIME: st.sampled_from(
        ["2024-01-01 00:00:00", "2024-01-01 00:00:00.000001", "1969-12-31 23:59:59.999999"]
    ),
    ZONE: st.sampled_from(
        ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+02:00", "2024-01-01T00:00:00.000001Z"]
    ),
    MONEY: st.sampled_from(["0", "0.01", "-0.01", "1.00", "9999.99", "-9999.99"]),
    BOOL: st.sampled_from(["true", "false"]),
}
FINER = {
    INT: st.sampled_from(["0.5", "-0.5", "1.5", "1.0", "9223372036854775808", "-1e3"]),
    MONEY: st.sampled_from(["0.005", "-0.005", "0.0100", "10000"]),
}
"""Bounds that are no values of the type."""
PATTERNS = st.sampled_from(
    ["a", "^a", "a$", "^[aA]{1,2}$", "é", "^.$", "[^a]", "a|b", "(?i)^A", ""]
)


def typed(kind: str, text: str):
    return (
        pa.array([text])
        .cast(arrow_schema([Column(ColumnPath.of("v"), kind)]).field("v").type)[0]
        .as_py()
    )


def cells(kind):
    known = SPELLED[kind].map(lambda text: typed(kind, text))
    return known | st.just(float("nan")) if kind == DOUBLE else known


def maybe(cell):
    return st.none() | cell


ROW = st.fixed_dictionaries(
    {name: maybe(cells(kind)) for name, kind in COLUMNS.items() if name.isalpha()}
    | {
        "o": maybe(st.fixed_dictionaries({"i": maybe(cells(TEXT)), "k": maybe(cells(INT))})),
        "l": maybe(st.lists(maybe(cells(TEXT)), max_size=3)),
        "p": maybe(st.lists(maybe(st.fixed_dictionaries({"q": maybe(cells(DOUBLE))})), max_size=2)),
    }
)
REASON = st.sampled_from([None, None, None, "type:n", "unowned"])
TABLES = st.lists(st.tuples(ROW, REASON), max_size=14)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def literal(kind, text):
    return f"CAST({quoted(text)} AS {SQL_TYPES[kind]})"


def listed(kind, texts):
    return ", ".join(literal(kind, text) for text in texts)


def bound(kind, text):
    """A bound, and the value that it is compared with, both as SQL."""
    if kind in (INT, MONEY):
        return f"CAST({float(text):.4f} AS DECIMAL(38, 4))" if "e" in text else (
            f"CAST({quoted(text)} AS DECIMAL(38, 4))"
        ), "CAST({} AS DECIMAL(38, 4))"  # fmt: skip
    return literal(kind, text), "{}"


@st.composite
def ranges(draw, kind):
    ends = FINER[kind] | FINER[kind] | SPELLED[kind] if kind in FINER else SPELLED[kind]
    low, high = draw(maybe(ends)), draw(maybe(ends))
    open_low, open_high = draw(st.booleans()), draw(st.booleans())
    faults = ["isnan({v})"] if kind == DOUBLE else []
    for text, sign in ((low, "<=" if open_low else "<"), (high, ">=" if open_high else ">")):
        if text is not None:
            end, value = bound(kind, text)
            faults.append(f"{value.format('{v}')} {sign} {end}")
    check = Range(low, high, open_low, open_high)
    return check, " OR ".join(faults) or "false"


@st.composite
def lengths(draw):
    least, most = draw(maybe(st.integers(0, 4))), draw(maybe(st.integers(0, 4)))
    faults = [f"length({{v}}) < {least}"] * (least is not None)
    faults += [f"length({{v}}) > {most}"] * (most is not None)
    return Length(least, most), " OR ".join(faults) or "false"


@st.composite
def checks(draw, kind):
    """A check, and the SQL of its failing: `{v}` is the value."""
    texts = tuple(draw(st.lists(SPELLED[kind], min_size=1, max_size=3)))
    choices = ["null", "missing", "one of"]
    choices += ["matches", "length"] if kind == TEXT else []
    choices += ["range"] * 3 if kind not in (TEXT, BOOL) else []
    match draw(st.sampled_from(choices)):
        case "null":
            return NotNull(), "{v} IS NULL"
        case "missing":
            no_value = () if kind == TEXT else ("nothing at all",)
            return NotMissing(
                texts + no_value
            ), f"{{v}} IS NULL OR {{v}} IN ({listed(kind, texts)})"
        case "one of":
            return OneOf(texts), f"{{v}} NOT IN ({listed(kind, texts)})"
        case "matches":
            pattern = draw(PATTERNS)
            return Matches(pattern), f"NOT regexp_matches({{v}}, {quoted(pattern)})"
        case "length":
            return draw(lengths())
        case _:
            return draw(ranges(kind))


def fails(path, condition):
    """The SQL of a row's failing: one of the values at the path does."""
    match path:
        case "l[]":
            source, value = "(SELECT unnest(l) AS v)", "v"
        case "p[].q":
            source, value = "(SELECT unnest(p) AS v)", "v.q"
        case _:
            return f"coalesce({condition.replace('{v}', path)}, false)"
    return (
        f"EXISTS (SELECT 1 FROM {source} WHERE coalesce({condition.replace('{v}', value)}, false))"
    )


@st.composite
def rules(draw):
    found = []
    for place in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(sorted(set(COLUMNS.values()))))
        check, condition = draw(checks(kind))
        alike = [path for path, other in COLUMNS.items() if other == kind]
        paths = draw(st.lists(st.sampled_from(alike), min_size=1, max_size=2, unique=True))
        action = draw(st.sampled_from(["quarantine", "stop", "report"]))
        columns = tuple(ColumnPath.parse(path) for path in paths)
        rule = QualityRule(f"r{place}", check, columns, action=action)
        found.append((rule, " OR ".join(fails(path, condition) for path in paths)))
    return found


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


CONTRACT = tuple(Column(ColumnPath.parse(path), kind) for path, kind in COLUMNS.items())


@settings(max_examples=250)
@given(TABLES, rules(), st.integers(0, 3))
def test_the_same_rows_fail_and_the_same_are_kept(engine, table, drawn, before):
    rows, reasons = [row for row, _ in table], [reason for _, reason in table]
    batch = pa.RecordBatch.from_pylist(rows[:before] + rows, schema=arrow_schema(CONTRACT))
    batch = batch.slice(min(before, len(rows)))
    contract = Contract("t", "1", CONTRACT, rules=tuple(rule for rule, _ in drawn))
    judged = compile_rules(contract).judge(batch, pa.array(reasons, pa.string()))

    numbered = batch.append_column("place", pa.array(range(len(rows)), pa.int64()))
    numbered = numbered.append_column("reason", pa.array(reasons, pa.string()))
    engine.register("t", pa.Table.from_batches([numbered]))
    select = ", ".join(f"({condition}) AS {rule.name}" for rule, condition in drawn)
    failing = engine.execute(
        f"SELECT {select} FROM t WHERE reason IS NULL ORDER BY place"
    ).fetchall()
    held = [f"NOT ({condition})" for rule, condition in drawn if rule.action != "report"]
    kept = engine.execute(
        f"SELECT place FROM t WHERE {' AND '.join(['reason IS NULL', *held])} ORDER BY place"
    ).fetchall()

    assert [place for place, reason in enumerate(judged.reasons.to_pylist()) if reason is None] == [
        place for (place,) in kept
    ]
    assert judged.of == len(failing) == reasons.count(None)
    assert judged.failed == {
        rule.name: sum(row[place] for row in failing) for place, (rule, _) in enumerate(drawn)
    }
    first = iter(failing)
    assert judged.reasons.to_pylist() == [
        reason or first_of(drawn, next(first)) for reason in reasons
    ]


def first_of(drawn, fails_each):
    named = zip(drawn, fails_each, strict=True)
    return next(
        (f"rule:{rule.name}" for (rule, _), fail in named if fail and rule.action != "report"), None
    )
