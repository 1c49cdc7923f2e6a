"""The texts that tests and benches share: gold where it stands, values valid, always the same."""

from __future__ import annotations

from collections import Counter
from random import Random

import phonenumbers
import pytest

from tests.texts import corpus, labelled, negatives
from tests.texts.languages import LANGUAGES, language
from tests.texts.values import MAKERS, luhn, phone

SIZE = 400_000


@pytest.mark.parametrize("name", corpus.DENSITIES)
def test_a_corpus_has_its_spans_where_it_says(name):
    wanted = corpus.DENSITIES[name]
    made = corpus.make(wanted, SIZE)
    again = corpus.make(wanted, SIZE)
    assert made.texts.equals(again.texts)
    assert made.kind == again.kind
    assert SIZE <= made.size < SIZE + 3 * corpus.LONGEST
    rows = made.texts.to_pylist()
    for row, start, end, kind in zip(
        made.row.tolist(), made.start.tolist(), made.end.tolist(), made.kind, strict=True
    ):
        value = rows[row][start:end]
        assert value.strip() == value
        assert value
        assert kind in MAKERS
        before, after = rows[row][:start][-1:], rows[row][end : end + 1]
        for inner, outer in ((value[0], before), (value[-1], after)):
            assert not (inner.isalnum() and outer.isascii() and outer.isalnum()), kind
    if name != "sparse":
        assert made.density == pytest.approx(wanted, rel=0.1)
        assert set(made.kind) == set(MAKERS)
        counts = Counter(made.kind).values()
        assert max(counts) - min(counts) <= 1


def test_a_corpus_grows_by_repeating_its_block():
    block = corpus.make(400, 50_000).texts
    parts = list(corpus.repeated(block, 200_000))
    assert sum(part.nbytes for part in parts) >= 200_000
    assert sorted(parts[0].to_pylist()) == sorted(block.to_pylist())
    assert parts[0].to_pylist() != parts[1].to_pylist()


def test_every_language_names_every_kind():
    for name in LANGUAGES:
        one = language(name)
        assert set(one.labels) == set(MAKERS), name
        assert all("{value}" in form for form in (*one.carriers, *one.short))


def test_phones_are_valid_and_luhn_is_that_of_the_standard():
    random = Random(3)
    for _ in range(300):
        text = phone(random)
        region = "US" if text[0] in "(6" else "GB"
        number = phonenumbers.parse(text.replace("0049", "+49"), region)
        assert phonenumbers.is_valid_number(number), text
    assert luhn("7992739871") == "3"


def test_negatives_are_the_same_each_time_and_evenly_of_each_sort():
    made = list(negatives.rows(SIZE))
    assert made == list(negatives.rows(SIZE))
    sizes: Counter[str] = Counter()
    for name, text in made:
        sizes[name] += len(text.encode())
    assert set(sizes) == set(negatives.generators())
    assert max(sizes.values()) < 3 * min(sizes.values())
    assert "\u27e8" not in "".join(text for _, text in made)


def test_labelled_messages_have_their_values_where_they_say():
    made = labelled.messages(labelled.TUNING, 2)
    assert made == labelled.messages(labelled.TUNING, 2)
    for message in made:
        for span in message.spans:
            value = message.text[span.start : span.end]
            assert value
            assert "@" in value or span.kind != "email"
    assert {span.kind for message in made for span in message.spans} == set(labelled.KINDS)
