"""Sizes, times, treatments and reasons in words."""

from __future__ import annotations

import pytest

from privet.report import words
from privet.transforms.catalogue import TRANSFORMS


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "under 0.1 MB"),
        (99_999, "under 0.1 MB"),
        (123_456, "0.1 MB"),
        (2_310_440, "2.3 MB"),
        (9_960_000, "10 MB"),
        (118_204_117, "120 MB"),
        (999_600_000, "1.0 GB"),
        (3_400_000_000_000, "3.4 TB"),
        (5 * 10**18, "5,000 PB"),
    ],
)
def test_sizes_are_rough(count: int, said: str) -> None:
    assert words.size(count) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0.04, "0.0 s"),
        (59.9, "59.9 s"),
        (59.97, "60.0 s"),
        (200, "3 min 20 s"),
        (7_500, "2 h 5 min"),
    ],
)
def test_times(amount: float, said: str) -> None:
    assert words.seconds(amount) == said


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_transform_has_words(name: str) -> None:
    said, params = words.treatment(name)
    assert said != name
    assert params == ""


def test_parameters_are_shown_as_they_are_written() -> None:
    assert words.treatment("redact(text=a, (b)=c)")[1] == "text=a, (b)=c"
    assert words.treatment("odd thing") == ("odd thing", "")


def test_an_unknown_reason_is_said_as_it_is_named() -> None:
    assert words.reason("too_long:notes:de") == ("too long", "notes:de")


@pytest.mark.parametrize(
    ("guarantee", "said"),
    [
        ("k-anonymous(k=5, l=2)", "k-anonymous data (k=5, l=2)"),
        ("masked", "Masked personal data"),
        ("aggregate(m=10)", "Aggregate figures (m=10)"),
        ("something new", "Data without a guarantee"),
    ],
)
def test_guarantees_are_never_said_to_be_more(guarantee: str, said: str) -> None:
    assert words.data_of(guarantee) == said
    assert "anonymous" not in words.meaning_of(guarantee)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("rule:age_is_sane", ("it breaks the rule", "age_is_sane")),
        ("clean:date:born", ("a date could not be read for certain", "born")),
        ("clean:odd:a.b", ("the step odd could not read a value", "a.b")),
        ("duplicate:deduplicate", ("another row stands for it", "deduplicate")),
        ("unowned", ("no key says whom the row is about", "")),
    ],
)
def test_reasons_of_rules_cleaning_and_duplicates(reason: str, said: tuple[str, str]) -> None:
    assert words.reason(reason) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 10, "none"),
        (5, 0, "none"),
        (1, 100_000, "under 0.1 %"),
        (27, 1_000, "2.7 %"),
        (27, 100, "27 %"),
        (953, 1_000, "95.3 %"),
        (99_999, 100_000, "over 99.9 %"),
        (10, 10, "all"),
    ],
)
def test_shares(part: float, whole: float, said: str) -> None:
    assert words.share(part, whole) == said


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("trim", "Spaces around values removed"),
        ("trim 2", "Spaces around values removed (2)"),
        ("trim anew", "trim anew"),
        ("odd", "odd"),
    ],
)
def test_cleaning_steps(step: str, said: str) -> None:
    assert words.cleaning(step) == said
