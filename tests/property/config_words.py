"""Random rules and cleaning steps, as `privet.config` reads them, however odd the values."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from privet.config.column_type import logical_of
from privet.config.quality_file import ordered
from privet.config.quality_terms import OPERATORS, default_action
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, Incremental
from privet.model.quality import (
    CleanStep,
    External,
    Fresh,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    QualityRule,
    Query,
    Range,
    Refers,
    RowCount,
    SetCheck,
    Steady,
    Threshold,
    Unique,
)

ODD_TEXTS = ["", "N/A", "?", "null", "yes", "007", "1e5", "a: b", "é", "\u2028", "\x00", "🙂", "-"]
texts = st.sampled_from(ODD_TEXTS) | st.text(max_size=20) | st.just("a" * 1500)
words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,20}", fullmatch=True)
data_names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
PATTERNS = ["", "^[a-z]+$", r"\d{2}", '"', "^(?i)x|é$", "#: x"]
QUERIES = ["SELECT 1", "SELECT count(*)\nFROM ${table} -- x: {'a': 1}", 'SELECT max("a b") FROM t']
BOUNDS = {
    "integer": [("-9223372036854775808", "9223372036854775807"), ("0", "5"), ("5", "6")],
    "number": [("-0.5", "12"), ("0", "1000000000000"), ("0.01", "99.9")],
    "date": [("1900-01-01", "2030-12-31"), ("2024-02-29", "2024-03-01")],
}
TIMES = [
    ("2020-01-01T00:00:00", "2020-01-01T00:00:00.001"),
    ("1900-01-01 00:00", "2100-12-31T23:59"),
]
VALUES = {"integer": ["1", "-7"], "number": ["0.5", "1"], "boolean": ["true", "false"]}
VALUES["date"] = ["2020-02-29", "1999-12-31"]


def paths(path: ColumnPath) -> tuple[ColumnPath, ...]:
    return (path,)


@st.composite
def checks(draw, column):
    """A check that a column of this type and place can have."""
    kind = logical_of(column.type)
    known = [st.just(NotNull()), st.builds(NotMissing, st.lists(texts, max_size=3).map(tuple))]
    if kind == "string":
        known += [
            st.builds(OneOf, st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple)),
            st.builds(Matches, st.sampled_from(PATTERNS)),
            st.builds(Length, st.none() | st.integers(0, 5), st.integers(5, 2**53 - 1)),
        ]
    if kind in VALUES:
        some = st.lists(st.sampled_from(VALUES[kind]), min_size=1, unique=True)
        known.append(st.builds(OneOf, some.map(tuple)))
    if kind in BOUNDS or kind == "timestamp":
        known.append(ranges(column.type, kind))
    if not column.path.repeated:
        targets = st.builds(Refers, data_names, st.just(paths(ColumnPath.of("odd.name", "id"))))
        known += [st.just(Unique()), targets, st.builds(Steady, st.floats(0.001, 10).map(plain))]
        known += [st.builds(Fresh, st.integers(1, 10**9))] * (kind in {"date", "timestamp"})
        known.append(st.builds(Query, st.sampled_from(QUERIES)))
    return draw(st.one_of(known))


@st.composite
def ranges(draw, column_type, kind):
    low, high = draw(st.sampled_from(TIMES if kind == "timestamp" else BOUNDS[kind]))
    if column_type.startswith("timestamp") and "," in column_type:
        low, high = f"{low}Z", f"{high}-02:00"
    low, high = draw(st.sampled_from([(low, high), (None, high), (low, None)]))
    above, below = draw(st.booleans()), draw(st.booleans())
    return Range(low, high, above and low is not None, below and high is not None)


def plain(figure: float) -> float:
    """A figure as somebody would write it: no 1e-310, no -0."""
    return round(figure, 9) + 0.0


figures = st.integers(0, 10**12).map(float)


@st.composite
def thresholds(draw, check):
    operator = draw(st.sampled_from(OPERATORS))
    unit = "rows" if isinstance(check, RowCount) else draw(st.sampled_from(["rows", "percent"]))
    numbers = st.floats(0, 100).map(plain) if unit == "percent" else figures
    if isinstance(check, Query):
        numbers = st.floats(-(2**50), 2**50).map(plain)
    values = [draw(numbers) for _ in range(2 if operator.endswith("Between") else 1)]
    return Threshold(operator, tuple(sorted(values)), unit)


@st.composite
def rules(draw, check, columns):
    """A rule as it is read: where a threshold says nothing more, there is none."""
    severity = draw(st.sampled_from(["error", "warning", "info"]))
    on_set = isinstance(check, SetCheck)
    actions = ["stop", "report"] if on_set else ["stop", "report", "quarantine"]
    action = draw(st.just(default_action(severity, check)) | st.sampled_from(actions))
    if isinstance(check, RowCount | Query):
        threshold = draw(thresholds(check))
    elif on_set:
        threshold = None
    elif action == "stop":
        threshold = draw(thresholds(check))
    else:
        threshold = draw(st.none() | thresholds(check).filter(says_something))
    dimension = draw(st.sampled_from([None, "accuracy", "uniqueness"]))
    return QualityRule("", check, columns, severity, action, threshold, dimension)


def says_something(threshold: Threshold) -> bool:
    return (threshold.operator, threshold.values) != ("mustBeGreaterOrEqualTo", (0.0,))


@st.composite
def rule_sets(draw, columns, data):
    """The rules of a data set, in a contract's order, each with a name of its own."""
    found = []
    for column in draw(st.lists(st.sampled_from(columns), max_size=4)):
        check = draw(checks(column))
        found.append(draw(rules(check, paths(column.path))))
    plain = [column.path for column in columns if not column.path.repeated]
    whole = [
        st.just((RowCount(), ())),
        st.sampled_from(QUERIES).map(lambda sql: (Query(sql), ())),
        st.just((External("pandera", "checks/a b.py:schema"), ())),
    ]
    if len(plain) > 1:
        pair = (plain[0], plain[-1])
        target = (ColumnPath.of("a"), ColumnPath.of("b", "c.d"))
        whole += [st.just((Unique(), pair)), st.just((Refers(data, target), pair))]
    for check, on in draw(st.lists(st.one_of(whole), max_size=3)):
        found.append(draw(rules(check, on)))
    names = draw(st.lists(words, min_size=len(found), max_size=len(found), unique=True))
    named = [replace(rule, name=name) for rule, name in zip(found, names, strict=True)]
    return tuple(ordered(named, [column.path for column in columns]))


columns_of_steps = st.sampled_from(["city", "address.city", '"odd.name"', "tags[]", "a b"]).map(
    ColumnPath.parse
)
some_columns = st.lists(columns_of_steps, min_size=1, max_size=2).map(tuple)
any_columns = st.just(()) | some_columns
pairs = st.dictionaries(texts, texts, min_size=1, max_size=3)
UNITS = {"": "1", "g": "0.001", "kg": "1", "t": "1000", "µg": "0.000000001"}
units = st.sets(st.sampled_from(sorted(UNITS)), min_size=1)
orders = st.sampled_from(["ymd", "dmy", "mdy", "%d.%m.%Y", "%Y/%m/%d"])
ends = st.floats(-1e9, -1) | st.sampled_from(["0.5%", "1%"])
PARAMETERS = {
    "trim": {},
    "missing": {"markers": st.lists(texts, min_size=1, max_size=3).map(tuple)},
    "replace": {"values": pairs.map(lambda found: tuple(sorted(found.items())))},
    "date": {
        "formats": st.lists(orders, min_size=1, max_size=3).map(tuple),
        "two_digit": st.just("refuse") | st.integers(1, 9900),
    },
}
OPTIONAL = {
    "normalise": {
        "unicode": st.sampled_from(["NFC", "NFKC"]),
        "case": st.sampled_from(["lower", "upper", "title", "fold"]),
        "spaces": st.just("collapse"),
    },
    "clip": {"low": ends, "high": st.floats(1, 1e9) | st.sampled_from(["99%", "100%"])},
}
MORE = {
    "number": {
        "thousands": st.sampled_from([".", "'", " "]),
        "units": units.map(lambda found: tuple((name, UNITS[name]) for name in sorted(found))),
    },
    "impute": {"flag": texts.filter(lambda text: text and not text.startswith("_privet_"))},
}


@st.composite
def steps(draw):
    name = draw(st.sampled_from([*PARAMETERS, *OPTIONAL, *MORE, "deduplicate"]))
    if name == "deduplicate":
        return draw(deduplications())
    told = {key: draw(value) for key, value in PARAMETERS.get(name, {}).items()}
    optional = OPTIONAL.get(name) or MORE.get(name) or {}
    least = 1 if name in OPTIONAL else 0
    chosen = draw(st.sets(st.sampled_from(sorted(optional)), min_size=least)) if optional else ()
    told |= {key: draw(optional[key]) for key in chosen}
    if name == "number":
        told["decimal"] = draw(st.sampled_from([",", ".", ".,"]))
    if name == "impute":
        told["with"] = draw(st.sampled_from(["median", "mean", "mode", "0"]) | texts)
    return CleanStep(name, draw(any_columns), tuple(sorted(told.items())))


@st.composite
def deduplications(draw):
    kind = draw(st.sampled_from(["exact", "key", "near"]))
    keep = draw(st.sampled_from(["first", "last"] + ["latest"] * (kind != "exact")))
    params = {"kind": kind, "keep": keep}
    if keep == "latest":
        params["latest"] = str(draw(columns_of_steps))
    columns = () if kind == "exact" else draw(some_columns)
    return CleanStep("deduplicate", columns, tuple(sorted(params.items())))


drifts = st.builds(
    Drift, st.sampled_from(["refuse", "ignore"]), st.sampled_from(["refuse", "null"])
)
watermarks = st.builds(Incremental, columns_of_steps)
