"""`pv.detect`, `pv.redact` and `pv.scan` as somebody calls them from Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import privet as pv
from privet.model.errors import ConfigError, SourceError
from privet.ports.span_model import ModelSpan

TEXTS = ["😀 mail ana@example.org", None, "客户邮箱 li@example.cn。谢谢", "nothing"]
FOUND = [(0, "email", "ana@example.org"), (2, "email", "li@example.cn")]
KINDS = """\
version: 1
kinds:
  badge:
    pattern: 'E-\\d{5}'
    category: user.unique_id
    examples:
      must_match: ['badge E-12345']
      must_not_match: ['E-1']
"""


def named(table: pa.Table, texts: list[str | None] = TEXTS) -> list[tuple[int, str, str]]:
    """Row, kind and text of each span."""
    return [
        (span["row"], span["kind"], (texts[span["row"]] or "")[span["start"] : span["end"]])
        for span in table.to_pylist()
    ]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "kinds.yaml"
    path.write_text(KINDS)
    return path


def test_importing_privet_loads_nothing_heavy() -> None:
    program = (
        "import privet, sys; "
        "print([m for m in ('pyarrow', 'numba', 'numpy', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.parametrize(
    "column",
    [
        TEXTS,
        tuple(TEXTS),
        pa.array(TEXTS),
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS, pa.string_view()),
        pa.array(TEXTS).dictionary_encode(),
        pa.chunked_array([TEXTS[:1], TEXTS[1:]]),
        pa.table({"body": TEXTS}),
        pd.Series(TEXTS, dtype=pd.ArrowDtype(pa.string())),
        pa.array(["x", *TEXTS])[1:],
    ],
)
def test_spans_are_told_in_characters_whatever_the_form(column: object) -> None:
    table = pv.detect(column)
    assert table.column_names == ["row", "start", "end", "kind", "score"]
    assert named(table) == FOUND
    assert all(0.5 <= score <= 1 for score in table["score"].to_pylist())


@pytest.mark.parametrize("column", [[], pa.array([], pa.string()), [None, None], [""]])
def test_of_nothing_there_is_nothing(column: object) -> None:
    for threads in (1, 2, None):
        table = pv.detect(column, threads=threads)
        assert table.num_rows == 0
        assert table.column_names == ["row", "start", "end", "kind", "score"]


def test_kinds_families_threshold_and_evidence() -> None:
    texts = ["mail ana@example.org, she has diabetes, key AKIAIOSFODNN7REALKEY"]
    assert {kind for _, kind, _ in named(pv.detect(texts), texts)} >= {"email"}
    assert named(pv.detect(texts, kinds=["special"]), texts) == [(0, "health", "diabetes")]
    assert named(pv.detect(texts, kinds=["email"]), texts) == [(0, "email", "ana@example.org")]
    assert pv.detect(texts, kinds=["email"], threshold=1).num_rows == 0
    (span,) = pv.detect(texts, kinds=["email"], evidence=True).to_pylist()
    assert span["evidence"] == "format"


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ("secret-value", "pass a list"),
        ([1, 2], "turn other values into text"),
        (["a", 7919], "turn other values into text"),
        (7919, "not int"),
        (pa.array([7919]), "not int64"),
        (pa.table({"a": ["x"], "b": ["y"]}), "pick it"),
        (["\ud800"], "surrogate"),
    ],
)
def test_what_is_no_text_is_refused_without_a_value(texts: object, says: str) -> None:
    with pytest.raises(TypeError, match=says) as refused:
        pv.detect(texts)
    assert "secret-value" not in str(refused.value)
    assert "7919" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_wrong_choices_are_refused() -> None:
    with pytest.raises(ValueError, match="did you mean `email`"):
        pv.detect(TEXTS, kinds=["emial"])
    with pytest.raises(ValueError, match="0 to 1"):
        pv.detect(TEXTS, threshold=50)


def test_own_kinds_are_found_and_replaced_by_name(own: Path) -> None:
    texts = ["badge E-12345 of ana@example.org", "E-1"]
    found = [(0, "badge", "E-12345"), (0, "email", "ana@example.org")]
    assert named(pv.detect(texts, own=own), texts) == found
    assert named(pv.detect(texts, own=own, kinds=["badge"]), texts) == found[:1]
    assert pv.redact(texts, own=own, how="tag") == ["badge [BADGE] of [EMAIL]", "E-1"]
    ways = {"badge": "redact", "*": "keep"}
    assert pv.redact(texts[0], own=own, how=ways) == "badge [REDACTED] of ana@example.org"
    assert pv.redact(texts[0], own=own, kinds=["badge"]) == "badge [REDACTED] of ana@example.org"


def test_own_kinds_that_break_their_examples_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "kinds.yaml"
    path.write_text(KINDS.replace("must_not_match: ['E-1']", "must_not_match: ['E-54321']"))
    with pytest.raises(ConfigError, match="must not match"):
        pv.detect(["x"], own=path)
    with pytest.raises(ConfigError, match="missing"):
        pv.detect(["x"], own=tmp_path / "none.yaml")


class Namer:
    """A model that knows one name."""

    name = "namer"

    def detect_batch(self, texts: list[str]) -> list[list[ModelSpan]]:
        return [
            [ModelSpan(at, at + 3, "PERSON", 0.9)] if (at := text.find("Ana")) >= 0 else []
            for text in texts
        ]


def test_a_model_finds_names_beside_the_patterns() -> None:
    texts = ["please write to Ana about it: ana@example.org"]
    found = named(pv.detect(texts, models=[Namer()], evidence=True), texts)
    assert found == [(0, "name", "Ana"), (0, "email", "ana@example.org")]
    out = pv.redact(texts, models=[Namer()], how="tag")
    assert out == ["please write to [NAME] about it: [EMAIL]"]


def test_redacting_gives_the_form_that_came() -> None:
    assert pv.redact("mail ana@example.org") == "mail [REDACTED]"
    out = pv.redact(pa.array(TEXTS), how="tag")
    assert isinstance(out, pa.Array)
    assert out.to_pylist() == ["😀 mail [EMAIL]", None, "客户邮箱 [EMAIL]。谢谢", "nothing"]
    sick = "she has diabetes"
    assert pv.redact(sick) == sick
    assert pv.redact(sick, how={"special": "tag"}) == "she has [SPECIAL]"
    key = bytes(range(32))
    first, again = (pv.redact(TEXTS, how="surrogate", key=key) for _ in range(2))
    assert first == again != TEXTS


def frame() -> pa.Table:
    return pa.table(
        {
            "email": pa.array([f"person{n}@example.org" for n in range(50)]).dictionary_encode(),
            "amount": pa.array([n / 7 for n in range(50)]),
            "address": pa.array([{"city": "Paris", "zip": f"750{n:02}"} for n in range(50)]),
            "tags": pa.array([["a", "b"] for _ in range(50)]),
        }
    )


@pytest.mark.parametrize("make", [frame, lambda: frame().select(["email"]).to_pandas()])
def test_a_frame_is_judged_as_a_file_is(make) -> None:
    (found,) = pv.scan(make())
    kinds = {str(finding.path): finding.kind for finding in found.findings}
    assert kinds["email"] == "email"
    assert kinds.get("amount") is None
    assert (found.name, found.rows, found.whole) == ("frame", 50, True)


def test_files_and_frames_go_together_and_what_is_neither_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\nana@example.org\n")
    found = pv.scan(str(path), frame(), path, frame())
    assert [each.name for each in found] == ["people", "frame", "people", "frame_2"]
    with pytest.raises(TypeError, match="speaks Arrow"):
        pv.scan(7919)
    with pytest.raises(TypeError, match="no table") as refused:
        pv.scan(pd.DataFrame({"a": [7919, "x"]}))
    assert "7919" not in str(refused.value)
    assert refused.value.__cause__ is None
    with pytest.raises(SourceError, match="row"):
        pv.scan(frame().slice(0, 0))
