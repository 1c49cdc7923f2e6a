"""A spaCy pipeline, trained here on texts made here, finds names that no pattern could."""

from __future__ import annotations

import warnings
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from privet.detect.kinds.registry import by_code
from privet.detect.text.models import ModelDetector
from privet.model.errors import UsageError

spacy = pytest.importorskip("spacy", reason="spaCy is not installed (extra `spacy`)")

from privet.adapters.models.spacy import SpacyModel, load  # noqa: E402

FIRST = ("Ana", "Boris", "Clara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Inês", "Jonas")
LAST = ("Novak", "Berger", "Rossi", "Kowalski", "García", "Smith", "Müller", "Kaya", "Weiß")
TOWNS = ("Ulm", "Graz", "Porto", "Gdańsk", "Lyon", "Utrecht", "Malmö", "Siena", "Derby")
FORMS = (
    "Yesterday {p} called about the invoice from {t}.",
    "Please send the papers to {p} before Friday.",
    "{p} has moved from {t} to {t} last year.",
    "We met {p} and {p} at the station in {t}.",
    "The parcel for {p} was left with a neighbour.",
    "I spoke with {p}, who lives near {t}.",
    "Nothing has arrived so far, the customer wrote.",
    "The meeting in {t} was moved to Monday.",
)
ROUNDS = 12


def _person(random: Random) -> str:
    return f"{random.choice(FIRST)} {random.choice(LAST)}"


def _example(random: Random, form: str) -> tuple[str, list[tuple[int, int, str]]]:
    """A sentence and where its names and towns stand."""
    text, spans = "", []
    for part in form.replace("{", "|{").replace("}", "}|").split("|"):
        made, label = {
            "{p}": (_person(random), "PERSON"),
            "{t}": (random.choice(TOWNS), "GPE"),
        }.get(part, (part, ""))
        if label:
            spans.append((len(text), len(text) + len(made), label))
        text += made
    return text, spans


@pytest.fixture(scope="module")
def pipeline() -> Any:
    from spacy.training import Example
    from spacy.util import fix_random_seed, minibatch

    random = Random(7)
    fix_random_seed(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        language = spacy.blank("en")
        language.add_pipe("ner")
        made = [_example(random, random.choice(FORMS)) for _ in range(240)]
        examples = [
            Example.from_dict(language.make_doc(text), {"entities": spans}) for text, spans in made
        ]
        optimiser = language.initialize(lambda: examples)
        for _ in range(ROUNDS):
            random.shuffle(examples)
            for batch in minibatch(examples, 16):
                language.update(batch, sgd=optimiser, drop=0.1)
    return language


def _found(model: SpacyModel, texts: list[str | None]) -> list[tuple[int, str, str]]:
    spans = ModelDetector([model]).detect(pa.array(texts))
    columns = (spans.row, spans.start, spans.end, spans.kind)
    return [
        (row, by_code(code).name, (texts[row] or "").encode()[start:end].decode())
        for row, start, end, code in zip(*(column.tolist() for column in columns), strict=True)
    ]


def test_names_and_places_are_found_in_prose(pipeline):
    texts: list[str | None] = [
        "Yesterday Clara Kaya called about the invoice from Gdańsk.",
        None,
        "I spoke with Jonas Weiß, who lives near Porto.",
        "C17",
    ]
    assert _found(SpacyModel(pipeline), texts) == [
        (0, "name", "Clara Kaya"),
        (0, "place", "Gdańsk"),
        (2, "name", "Jonas Weiß"),
        (2, "place", "Porto"),
    ]


def test_what_has_a_validator_stays_beside_what_the_model_says(pipeline):
    texts: list[str | None] = [
        "Please send the papers to Greta Rossi at greta.rossi@example.org before Friday."
    ]
    found = _found(SpacyModel(pipeline), texts)
    assert (0, "name", "Greta Rossi") in found
    assert (0, "email", "greta.rossi@example.org") in found


def test_sentences_that_were_not_seen_are_read_mostly(pipeline):
    random = Random(8)
    there = [_example(random, random.choice(FORMS)) for _ in range(100)]
    wanted = {
        (row, "name" if label == "PERSON" else "place", text[start:end])
        for row, (text, spans) in enumerate(there)
        for start, end, label in spans
    }
    found = set(_found(SpacyModel(pipeline), [text for text, _ in there]))
    assert len(wanted & found) / len(wanted) > 0.95
    assert len(wanted & found) / len(found) > 0.95


def test_a_pipeline_is_loaded_from_a_folder_and_has_a_name(pipeline, tmp_path):
    pipeline.to_disk(tmp_path / "names")
    model = load(str(tmp_path / "names"))
    assert model.name.startswith("spacy:en_")
    assert model.detect_batch([]) == []
    assert model.detect_batch(["Nothing has arrived so far, the customer wrote."]) == [[]]


def test_a_pipeline_that_is_not_there_is_said():
    with pytest.raises(UsageError, match="there is no spaCy pipeline `xx_no_such`"):
        load("xx_no_such")
