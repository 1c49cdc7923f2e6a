"""Spans by models: what is shown to them, how often, in what pieces, and who goes before whom."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.detect.kinds.registry import KINDS, by_code
from privet.detect.text.free_text import OVERLAP, WINDOW, is_free_text, windows
from privet.detect.text.merging import merged
from privet.detect.text.model_labels import _known, kind_of
from privet.detect.text.models import UNSURE, ModelDetector
from privet.kernels.scan import codes
from privet.kernels.spans import Spans
from privet.model.errors import UsageError
from privet.ports.span_model import ModelSpan


class Namer:
    """Takes every one of its words for a label, wherever it stands, and remembers what it saw."""

    def __init__(self, words: dict[str, str], score: float | None = None) -> None:
        self.words = words
        self.score = score
        self.seen: list[str] = []

    @property
    def name(self) -> str:
        return "namer"

    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        self.seen += texts
        return [
            [
                ModelSpan(match.start(), match.end(), label, self.score)
                for word, label in self.words.items()
                for match in re.finditer(word, text)
            ]
            for text in texts
        ]


def read(spans: Spans, texts: Sequence[str | None]) -> list[tuple[int, str, str]]:
    """Row, kind and value of each span; the bytes have to be whole characters."""
    return [
        (row, by_code(code).name, (texts[row] or "").encode()[start:end].decode())
        for row, start, end, code in zip(
            spans.row.tolist(),
            spans.start.tolist(),
            spans.end.tolist(),
            spans.kind.tolist(),
            strict=True,
        )
    ]


def one(row: int, start: int, end: int, kind: int, score: int, evidence: int) -> Spans:
    array = pa.array
    return Spans(
        *(array([n], pa.int64()).to_numpy() for n in (row, start, end)),
        array([kind], pa.uint16()).to_numpy(),
        array([score], pa.uint8()).to_numpy(),
        array([evidence], pa.uint8()).to_numpy(),
    )


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("Please call Ana in Ulm", True),
        ("I met a man", True),
        ("Ana Novak", False),
        ("2024-05-01 12:00:03 0x1f", False),
        ("C17;44.2;9;x", False),
        ("请今天下午给王小明打电话", True),
        ("王小明", False),
        ("", False),
    ],
)
def test_free_text_has_words(text, free):
    assert is_free_text(text) is free


@given(st.text(alphabet="ab  \n", max_size=9_000))
def test_windows_cover_a_text_and_overlap_a_little(text):
    borders = list(windows(text))
    assert borders[0][0] == 0
    assert borders[-1][1] == len(text)
    for (start, end), (later, _) in itertools.pairwise(borders):
        assert start < later <= end
        assert end - later <= OVERLAP
    assert all(end - start <= WINDOW for start, end in borders)


def test_names_are_found_in_every_row_that_has_the_text():
    texts = ["Could you call Zoë Müller today?", None, "Could you call Zoë Müller today?", "12"]
    model = Namer({"Zoë Müller": "PERSON"}, 0.9)
    spans = ModelDetector([model]).detect(pa.array(texts))
    assert read(spans, texts) == [(0, "name", "Zoë Müller"), (2, "name", "Zoë Müller")]
    assert spans.score.tolist() == [90, 90]
    assert spans.evidence.tolist() == [codes.MODEL] * 2
    assert model.seen == ["Could you call Zoë Müller today?"]


def test_only_free_text_is_shown():
    model = Namer({"Ana": "PER"})
    texts = ["Ana", "C17", "Ana Novak lives here now", "44.20"]
    spans = ModelDetector([model]).detect(pa.array(texts))
    assert read(spans, texts) == [(2, "name", "Ana")]
    assert spans.score.tolist() == [UNSURE]
    assert model.seen == ["Ana Novak lives here now"]


def test_rows_are_numbered_over_chunks_and_bytes_that_are_no_text_are_not_shown():
    chunks = [[b"nobody is here at all"], [], [b"\xff is here with Ana", b"now Ana is here too"]]
    model = Namer({"Ana": "PER"})
    found = ModelDetector([model], ["name"]).detect(pa.chunked_array(chunks, pa.binary()))
    assert found.row.tolist() == [2]
    assert found.start.tolist() == [4]


def test_a_slice_is_read_where_it_lies():
    texts = ["Eve is not in it, surely", "but Ana is here today", "and so is our Ana today"]
    found = ModelDetector([Namer({"Ana|Eve": "PER"})], ["name"]).detect(pa.array(texts)[1:])
    assert read(found, texts[1:]) == [(0, "name", "Ana"), (1, "name", "Ana")]


@given(st.integers(0, 6_000), st.sampled_from(["Ana", "Zoë Müller-Łukasiewicz", "王小明"]))
def test_a_name_is_found_once_wherever_windows_are_cut(place, name):
    words = "so we went on and on, " * 300
    text = f"{words[:place]} {name} {words[place:]}"
    found = ModelDetector([Namer({re.escape(name): "PER"})], ["name"]).detect(pa.array([text]))
    assert read(found, [text]) == [(0, "name", name)]


def test_labels_are_read_in_many_spellings():
    for label in ("PER", "B-PER", "I-PERSON", "full name", "Person", "FIRSTNAME"):
        assert kind_of(label, {}) is KINDS["name"], label
    assert kind_of("PATIENT-NR", {"PATIENT-NR": "gb_nhs"}) is KINDS["gb_nhs"]
    assert kind_of("MISC", {}) is None
    assert set(_known().values()) <= set(KINDS)


def test_a_label_may_mean_what_the_caller_says():
    texts = ["the ward of Ana was closed"]
    detector = ModelDetector([Namer({"Ana": "MISC"})], labels={"MISC": "health"})
    assert read(detector.detect(pa.array(texts)), texts) == [(0, "health", "Ana")]
    with pytest.raises(ValueError, match="no kind `helth`"):
        ModelDetector([], labels={"MISC": "helth"})


def test_kinds_that_are_not_wanted_and_scores_that_are_too_low_are_left_out():
    texts = pa.array(["Ana went to Ulm by train"])
    words = {"Ana": "PER", "Ulm": "LOC"}
    assert len(ModelDetector([Namer(words, 0.4)]).detect(texts)) == 0
    assert len(ModelDetector([Namer(words, 0.4)], threshold=40).detect(texts)) == 2
    assert len(ModelDetector([Namer(words)], ["name"]).detect(texts)) == 1


def test_a_validator_goes_before_a_model_and_a_model_before_a_pattern():
    card = one(0, 10, 29, codes.CARD, 85, codes.CHECKSUM)
    shape = one(0, 40, 52, codes.STREET, 55, codes.CONTEXT)
    by_model = Spans.concat(
        [
            one(0, 8, 29, codes.NAME, 99, codes.MODEL),
            one(0, 42, 60, codes.PLACE, 60, codes.MODEL),
            one(1, 0, 4, codes.NAME, 60, codes.MODEL),
        ]
    )
    both = merged(Spans.concat([card, shape]), by_model)
    assert both.kind.tolist() == [codes.CARD, codes.PLACE, codes.NAME]
    assert both.row.tolist() == [0, 0, 1]


def test_an_address_that_is_valid_stays_an_address():
    texts = ["Please write to ana.novak@example.org or to Ana Novak"]
    model = Namer({"ana.novak": "PER", "Ana Novak": "PER"}, 0.99)
    found = ModelDetector([model]).detect(pa.array(texts))
    assert read(found, texts) == [(0, "email", "ana.novak@example.org"), (0, "name", "Ana Novak")]


def test_spans_of_two_models_do_not_overlap():
    texts = ["yesterday Ana Maria Novak left us"]
    first, second = Namer({"Ana Maria": "PER"}, 0.9), Namer({"Ana Maria Novak": "PER"}, 0.6)
    found = ModelDetector([first, second]).detect(pa.array(texts))
    assert read(found, texts) == [(0, "name", "Ana Maria Novak")]


class Breaks(Namer):
    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        raise RuntimeError(f"cannot read {texts[0]}")


class Outside(Namer):
    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        return [[ModelSpan(0, len(text) + 1, "PER")] for text in texts]


class Fewer(Namer):
    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        return []


@pytest.mark.parametrize("model", [Breaks, Outside, Fewer])
def test_a_model_that_breaks_is_named_and_no_text_is(model):
    with pytest.raises(UsageError, match="the model `namer`") as caught:
        ModelDetector([model({})]).detect(pa.array(["my secret word is xyzzy here"]))
    assert "xyzzy" not in str(caught.value)
    assert caught.value.__cause__ is None


LETTERS = "aAnéß王 \n.\U0001f600"


@given(st.lists(st.text(LETTERS, max_size=60).map(lambda text: text + " we Ana you")))
def test_spans_cut_whole_characters_and_never_overlap(texts):
    model = Namer({"[A-Z]n?": "PER", "n.": "LOC", "[^ ]+": "ORG"})
    found = ModelDetector([model]).detect(pa.array(texts, pa.string()))
    assert all(value.strip() == value and value for _, _, value in read(found, texts))
    places = list(zip(found.row.tolist(), found.start.tolist(), found.end.tolist(), strict=True))
    assert places == sorted(places)
    for (row, _, end), (later, start, _) in itertools.pairwise(places):
        assert row < later or end <= start
