"""`redact` as a library: what comes in comes out. The finder here knows one word."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd
import pyarrow as pa
import pytest

from privet.detect.text.redacting import redact
from privet.kernels.scan import codes
from privet.kernels.spans import Spans
from privet.transforms.text.plan import Rule
from tests.unit.transforms.spans_by_hand import of


class Finder:
    """Finds `a@x.org` (e-mail) and `42` (age)."""

    def detect(self, texts: pa.Array | pa.ChunkedArray) -> Spans:
        found = []
        for row, text in enumerate(texts.to_pylist()):
            for value, code in (("a@x.org", codes.EMAIL), ("42", codes.AGE)):
                if value in (text or ""):
                    start = text.encode().index(value.encode())
                    found.append((row, start, start + len(value), code))
        return of(found)


FIND = Finder()
TEXTS = ["é a@x.org", None, "is 42"]
OUT = ["é [EMAIL]", None, "is [AGE]"]


def test_a_list_gives_a_list_and_a_text_a_text() -> None:
    assert redact(TEXTS, how="tag", detector=FIND) == OUT
    assert redact("a@x.org, 42", detector=FIND) == "[REDACTED], [REDACTED]"
    assert redact([], detector=FIND) == []


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_arrow_gives_arrow(kind) -> None:
    array = pa.array(TEXTS, kind)
    assert redact(array, how="tag", detector=FIND).equals(pa.array(OUT, kind))
    chunks = pa.chunked_array([array, array.slice(2)])
    out = redact(chunks, how="tag", detector=FIND)
    assert isinstance(out, pa.ChunkedArray)
    assert (out.type, out.to_pylist()) == (kind, OUT + OUT[2:])


def test_dictionaries_and_views_become_plain_text() -> None:
    array = pa.array(TEXTS)
    assert redact(array.dictionary_encode(), how="tag", detector=FIND).to_pylist() == OUT
    assert redact(array.cast(pa.string_view()), how="tag", detector=FIND).to_pylist() == OUT


def test_what_speaks_arrow_gives_a_chunked_array() -> None:
    series = pd.Series(pa.chunked_array([TEXTS]), dtype=pd.ArrowDtype(pa.string()))
    out = redact(series, how="tag", detector=FIND)
    assert isinstance(out, pa.ChunkedArray)
    assert out.to_pylist() == OUT


def test_kinds_and_ways() -> None:
    both = ["a@x.org is 42"]
    assert redact(both, kinds=["age"], detector=FIND) == ["a@x.org is [REDACTED]"]
    ways = {"email": "tag", "*": Rule("redact", text="")}
    assert redact(both, how=ways, detector=FIND) == ["[EMAIL] is "]
    assert redact(both, how={"age": "keep"}, detector=FIND) == ["[REDACTED] is 42"]


def test_a_member_has_its_own_way_in_a_family() -> None:
    class Numbers:
        def detect(self, texts: object) -> Spans:
            return of([(0, 0, 1, codes.SSN), (0, 1, 2, codes.JWT), (0, 2, 3, codes.API_KEY)])

    ways = {"jwt": "tag", "secret": Rule("redact", text="")}
    assert redact(["abc"], how=ways, detector=Numbers()) == ["[REDACTED][SECRET]"]


def test_a_key_makes_tokens_agree_and_none_does_not() -> None:
    key = bytes(range(32))
    first, again = (redact(["a@x.org"], how="token", key=key, detector=FIND) for _ in range(2))
    assert first == again
    assert redact(["a@x.org"], how="token", detector=FIND) != first
    a, b = redact(["a@x.org", "a@x.org"], how="token", detector=FIND)
    assert a == b


@pytest.mark.parametrize(
    "texts", [[1, 2], 5, pa.array([1]), pa.table({"a": ["x"], "b": ["y"]}), ["\ud800"]]
)
def test_what_is_no_text_is_refused_without_repeating_it(texts) -> None:
    with pytest.raises(TypeError, match="text") as refused:
        redact(texts, detector=FIND)
    assert refused.value.__cause__ is None


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="did you mean `email`"):
        redact(TEXTS, how={"emial": "tag"}, detector=FIND)
    with pytest.raises(ValueError, match="one of"):
        redact(TEXTS, how="hide", detector=FIND)
    with pytest.raises(ValueError, match="32 bytes"):
        redact(TEXTS, how="token", key=b"short", detector=FIND)


class Flags:
    """Finds one word of health, and an own kind."""

    kinds = MappingProxyType({codes.FIRST_OWN: ("badge", None)})

    def detect(self, texts: object) -> Spans:
        return of([(0, 0, 4, codes.HEALTH), (0, 5, 8, codes.FIRST_OWN)])


def test_words_that_name_nobody_stay_unless_they_are_asked_for() -> None:
    text = "sick E-7"
    assert redact(text, how="tag", detector=Flags()) == "sick [BADGE]"
    assert redact(text, kinds=["health"], how="tag", detector=Flags()) == "[SPECIAL] E-7"
    assert redact(text, how={"special": "mask"}, detector=Flags()) == "**** [REDACTED]"
