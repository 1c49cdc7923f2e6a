"""Trim, missing, normalise and replace: what becomes of one text."""

from __future__ import annotations

import pyarrow as pa
import pytest

from privet.quality.cleaning.cleaning import build
from tests.unit.quality.cleaning.cleaning_steps import clean_texts, contract, step


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("ana", "ana"),
        (" ana\t", "ana"),
        ("\u00a0ana\u3000", "ana"),
        ("\ufeffana\u200b", "ana"),
        ("ana  b", "ana  b"),
        ("\u2060", None),
        ("", None),
        (" \n ", None),
        ("\x00", "\x00"),
        (" \x00 ", "\x00"),
        ("میخواهم\u200c", "میخواهم\u200c"),
        ("\u200fחם ", "\u200fחם"),
        ("и", "и"),
        ("界\u00a0", "界"),
    ],
)
def test_trim(text: str, trimmed: str | None) -> None:
    assert clean_texts(step("trim"), [text]) == ([trimmed], [False], int(text != trimmed))


def test_trim_reads_text_of_every_column_type() -> None:
    assert clean_texts(step("trim"), [" 5 ", " "], "int64") == (["5", None], [False] * 2, 2)


def test_missing_is_compared_after_trimming() -> None:
    told = step("missing", markers=("?", "N/A", " -999"))
    texts = ["?", " ? ", "N/A", "n/a", "-999", "-999.0", "??", None, "\u00a0?"]
    kept = [None, None, None, "n/a", None, "-999.0", "??", None, None]
    assert clean_texts(told, texts, "int64") == (kept, [False] * 9, 5)


@pytest.mark.parametrize(
    ("kind", "values", "markers", "kept"),
    [
        (pa.int64(), [1, -999, None], ("-999", "?"), [1, None, None]),
        (pa.float64(), [1.0, -999.0, -0.0], ("-999", "0"), [1.0, None, None]),
        (pa.float64(), [1.0, float("nan"), 2.0], ("NaN",), [1.0, None, 2.0]),
        (pa.decimal128(6, 2), ["1.00", "-999.00"], ("-999",), ["1.00", None]),
        (pa.bool_(), [True, False], ("?",), [True, False]),
        (pa.date32(), ["1990-01-01", "9999-12-31"], ("9999-12-31",), ["1990-01-01", None]),
        (pa.int8(), [1, 2], ("-999",), [1, 2]),
    ],
)
def test_missing_among_typed_values(
    kind: pa.DataType, values: list[object], markers: tuple[str, ...], kept: list[object]
) -> None:
    if any(isinstance(value, str) for value in values):
        array = pa.array(values, pa.string()).cast(kind)
        wanted = pa.array(kept, pa.string()).cast(kind)
    else:
        array, wanted = pa.array(values, kind), pa.array(kept, kind)
    done = build([step("missing", markers=markers)], contract(v="string")).before(
        pa.record_batch({"v": array})
    )
    assert done.rows.column("v").equals(wanted)
    assert sum(done.changed.values()) == wanted.null_count - array.null_count


@pytest.mark.parametrize(
    ("told", "text", "made"),
    [
        ({"unicode": "NFC"}, "e\u0301", "é"),
        ({"unicode": "NFKC"}, "ﬁ\u00a0\uff11", "fi 1"),
        ({"unicode": "NFC"}, "ﬁ", "ﬁ"),
        ({"case": "lower"}, "ÄB", "äb"),
        ({"case": "upper"}, "äb", "ÄB"),
        ({"case": "title"}, "ANA de la cruz", "Ana De La Cruz"),
        ({"case": "title"}, "ÉLAN VITAL", "Élan Vital"),
        ({"case": "fold"}, "Straße", "strasse"),
        ({"case": "fold"}, "STRASSE", "strasse"),
        ({"spaces": "collapse"}, "a  b\t\nc", "a b c"),
        ({"spaces": "collapse"}, " a\u00a0\u2003b ", " a b "),
        ({"spaces": "collapse"}, "a\u200bb", "a\u200bb"),
        (
            {"unicode": "NFKC", "case": "fold", "spaces": "collapse"},
            "\uff33tr\u00a0\u00a0ẞ",
            "str ss",
        ),
    ],
)
def test_normalise(told: dict[str, str], text: str, made: str) -> None:
    for texts in ([text], ["plain", text, None]):
        values, _, changed = clean_texts(step("normalise", **told), texts)
        assert values[texts.index(text)] == made
        assert changed == sum(a != b for a, b in zip(values, texts, strict=True))


def test_replace_is_exact_and_counts_only_what_differs() -> None:
    told = step("replace", "v", values=(("Germany", "DE"), ("DE", "DE"), ("a", "b"), ("b", "a")))
    texts = ["Germany", "DE", "germany", " Germany", "a", "b", None]
    kept = ["DE", "DE", "germany", " Germany", "b", "a", None]
    assert clean_texts(told, texts) == (kept, [False] * 7, 3)


def test_replace_reads_whole_numbers_and_booleans_as_text() -> None:
    told = step("replace", "v", values=(("1", "m"), ("true", "yes")))
    made = build([told], contract(v="string"))
    for values, kept in (([1, 2, None], ["m", "2", None]), ([True, False], ["yes", "false"])):
        done = made.before(pa.record_batch({"v": pa.array(values)}))
        assert done.rows.column("v").to_pylist() == kept
    same = pa.record_batch({"v": pa.array([2, 3])})
    assert made.before(same).rows is same
    floats = pa.record_batch({"v": pa.array([1.0])})
    assert made.before(floats).rows is floats


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), "dictionary"])
def test_text_in_any_layout(kind: object) -> None:
    texts = pa.array([" a", "b", None, " a"], pa.string())
    array = texts.dictionary_encode() if kind == "dictionary" else texts.cast(kind)
    made = build([step("trim")], contract(v="string"))
    done = made.before(pa.record_batch({"v": array}))
    assert done.rows.column("v").to_pylist() == ["a", "b", None, "a"]
    assert done.changed == {("trim", "v"): 2}


def test_steps_go_in_their_order_and_same_ones_are_told_apart() -> None:
    steps = [
        step("replace", "v", values=(("?", " x ("),)),
        step("trim"),
        step("replace", "v", values=(("x (", "y"),)),
    ]
    done = build(steps, contract(v="string")).before(pa.record_batch({"v": ["?", "y"]}))
    assert done.rows.column("v").to_pylist() == ["y", "y"]
    assert done.changed == {("replace", "v"): 1, ("trim", "v"): 1, ("replace 2", "v"): 1}
