"""Row filters against SQLite: random tables, random filters, the same rows."""

from __future__ import annotations

import sqlite3

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.model.release import Principal
from privet.policy.where import parse_filter

COLUMNS = {
    "n": "int64",
    "k": "int64",
    "s": "string",
    "o.i": "string",
    "x": "double",
    "b": "bool",
    "d": "date32",
}
ARROW = {
    "n": pa.int64(),
    "k": pa.int64(),
    "s": pa.string(),
    "o.i": pa.string(),
    "x": pa.float64(),
    "b": pa.bool_(),
    "d": pa.string(),
}
ANA = Principal("os:ana", {"country": "a%", "team": "it's"})

whole = st.integers(-3, 3) | st.sampled_from([2**53, 2**53 + 1, -(2**63), 2**63 - 1])
text = st.text(st.sampled_from("aAb%_\\'é\n ."), max_size=4)
number = st.sampled_from([-1.5, -0.0, 0.0, 0.1, 1.0, 2.5, 1e300])
day = st.dates().map(str)
cells = {
    "n": whole,
    "k": whole,
    "s": text,
    "o.i": text,
    "x": number | st.sampled_from([float("nan"), float("inf")]),
    "b": st.booleans(),
    "d": day,
}
tables = st.lists(
    st.fixed_dictionaries({name: st.none() | cell for name, cell in cells.items()}),
    min_size=6,
    max_size=12,
)


def quote(value):
    return "'" + value.replace("'", "''") + "'"


LITERALS = {
    "n": whole.map(str),
    "k": whole.map(str),
    "s": text.map(quote),
    "o.i": text.map(quote),
    "x": number.map(repr) | st.integers(-3, 3).map(str),
    "b": st.sampled_from(["TRUE", "FALSE"]),
    "d": day.map(quote),
}
OURS = {"o.i": "o.i", **{name: name for name in COLUMNS if name != "o.i"}}


@st.composite
def leaves(draw):
    """A predicate as we write it and as SQLite does."""
    name = draw(st.sampled_from(sorted(COLUMNS)))
    ours, theirs, literal = OURS[name], f'"{name}"', LITERALS[name]
    comparison = draw(
        st.sampled_from(["=", "<>"] if name == "b" else ["=", "<>", "!=", "<", "<=", ">", ">="])
    )
    match draw(st.sampled_from(["literal", "swapped", "null", "in", "between", "like", "pair"])):
        case "swapped":
            value = draw(literal)
            return f"{value} {comparison} {ours}", f"{value} {comparison} {theirs}"
        case "null":
            tail = draw(st.sampled_from(["IS NULL", "IS NOT NULL"]))
        case "in":
            tail = draw(st.sampled_from(["", "NOT "]))
            tail += f"IN ({', '.join(draw(st.lists(literal, min_size=1, max_size=3)))})"
        case "between" if name != "b":
            tail = draw(st.sampled_from(["", "NOT "]))
            tail += f"BETWEEN {draw(literal)} AND {draw(literal)}"
        case "like" if name in ("s", "o.i"):
            tail = draw(st.sampled_from(["", "NOT "])) + f"LIKE {draw(literal)}"
        case "pair" if name in ("s", "n"):
            right = {"s": ("o.i", '"o.i"'), "n": ("k", '"k"')}[name]
            if name == "s" and draw(st.booleans()):
                attribute = draw(st.sampled_from(sorted(ANA.attributes)))
                right = (f"principal.{attribute}", quote(ANA.attributes[attribute]))
            return f"{ours} {comparison} {right[0]}", f"{theirs} {comparison} {right[1]}"
        case _:
            tail = f"{comparison} {draw(literal)}"
    return f"{ours} {tail}", f"{theirs} {tail}"


def joined(parts):
    def join(pieces):
        word, (one, two) = pieces
        return tuple(f"({a}) {word} ({b})" for a, b in zip(one, two, strict=True))

    def flat(pieces):
        word, (one, two) = pieces
        return tuple(f"{a} {word} {b}" for a, b in zip(one, two, strict=True))

    pairs = st.tuples(st.sampled_from(["AND", "OR"]), st.tuples(parts, parts))
    negated = parts.map(lambda part: tuple(f"NOT ({side})" for side in part))
    return pairs.map(join) | pairs.map(flat) | negated


filters = st.recursive(leaves(), joined, max_leaves=6)


def in_sqlite(rows, condition):
    names = ", ".join(f'"{name}" {kind}' for name, kind in KINDS.items())
    with sqlite3.connect(":memory:") as database:
        database.execute("PRAGMA case_sensitive_like = ON")
        database.execute(f"CREATE TABLE t (place INTEGER, {names})")
        marks = ", ".join("?" * (len(KINDS) + 1))
        database.executemany(
            f"INSERT INTO t VALUES ({marks})",
            [(i, *(row[name] for name in KINDS)) for i, row in enumerate(rows)],
        )
        found = {i for (i,) in database.execute(f"SELECT place FROM t WHERE {condition}")}
    database.close()
    return [i in found for i in range(len(rows))]


KINDS = {
    "n": "INTEGER",
    "k": "INTEGER",
    "s": "TEXT",
    "o.i": "TEXT",
    "x": "REAL",
    "b": "INTEGER",
    "d": "TEXT",
}


def as_batch(rows, layout):
    arrays = {name: pa.array([row[name] for row in rows], kind) for name, kind in ARROW.items()}
    arrays["d"] = arrays["d"].cast(pa.date32())
    arrays["s"] = arrays["s"].cast(layout)
    inner = arrays.pop("o.i")
    arrays["o"] = pa.StructArray.from_arrays([inner], names=["i"])
    return pa.record_batch(arrays)


@settings(max_examples=1000)
@given(tables, filters, st.sampled_from([pa.string(), pa.large_string()]))
def test_the_same_rows_as_sqlite(rows, condition, layout):
    ours, theirs = condition
    found = parse_filter(ours, COLUMNS)
    mask = found.mask(as_batch(rows, layout), ANA)
    assert mask.null_count == 0
    assert mask.to_pylist() == in_sqlite(rows, theirs)
    again = parse_filter(str(found), COLUMNS)
    assert (again, str(again)) == (found, str(found))


@given(tables, filters, st.integers(0, 12))
def test_a_slice_gives_a_slice(rows, condition, start):
    found = parse_filter(condition[0], COLUMNS)
    batch = as_batch(rows, pa.string())
    whole_mask = found.mask(batch, ANA).to_pylist()
    assert found.mask(batch.slice(start), ANA).to_pylist() == whole_mask[start:]
