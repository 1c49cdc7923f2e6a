"""The compiled table of phone numbers against `phonenumbers` itself, which it is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberType, ValidationResult
from phonenumbers import phonenumberutil as util

from privet.detect.kinds.phone_walk import ABROAD, labels
from privet.detect.kinds.phones import phone_regions, phone_tables
from privet.kernels.scan.phones import EVERYWHERE, international, national, walked

TYPES = (  # noqa: SIM905
    "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail"
).split()
DIGITS = "0123456789"


def values(digits: str) -> np.ndarray:
    return np.frombuffer(digits.encode(), np.uint8) - np.uint8(48)


def of_the_library(digits: str) -> int:
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return 0
    if phonenumbers.is_valid_number(number):
        return 2
    reason = phonenumbers.is_possible_number_with_reason(number)
    return int(reason == ValidationResult.IS_POSSIBLE)


def of_the_table(digits: str) -> int:
    return int(international(values(digits), len(digits), phone_tables()))


def plain_twin(number: str, region: str) -> int:
    """What the table's entry of a region says, from the metadata by the library's own steps."""
    code = phonenumbers.country_code_for_region(region)
    about = PhoneMetadata.metadata_for_region(region)
    _, rest, _ = util._maybe_strip_national_prefix_carrier_code(number, about)
    if util._test_number_length(rest, about) not in (
        ValidationResult.IS_POSSIBLE,
        ValidationResult.TOO_LONG,
    ):
        rest = number
    if util._number_type_helper(rest, about) == PhoneNumberType.UNKNOWN:
        return 0
    if rest != number:
        return 2
    main = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(code))
    formats = about.number_format or main.number_format
    form = util._choose_formatting_pattern_for_number(formats, rest)
    if form is None or form.national_prefix_optional_when_formatting:
        return 2
    rule = (form.national_prefix_formatting_rule or "").replace("\\1", "")
    return 1 if any(sign.isdigit() for sign in rule) else 2


def examples() -> list[tuple[int, str, str, str]]:
    """Calling code, region, trunk prefix, national number: one of each type of each region."""
    found = []
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            about = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            for name in TYPES:
                kind = getattr(about, name)
                if kind is not None and kind.example_number:
                    found.append((code, region, about.national_prefix or "0", kind.example_number))
    return found


EXAMPLES = examples()


def changed(random: np.random.Generator, number: str, trunk: str) -> str:
    signs = list(number)
    for _ in range(random.integers(1, 4)):
        signs[random.integers(len(signs))] = DIGITS[random.integers(10)]
    how = random.integers(12)
    if how == 0:
        signs.insert(random.integers(len(signs)), DIGITS[random.integers(10)])
    elif how == 1 and len(signs) > 4:
        signs.pop()
    elif how == 2:
        signs.insert(0, trunk)
    return "".join(signs)


def tries(seed: int, each: int) -> Iterator[tuple[int, str, str]]:
    random = np.random.default_rng(seed)
    for code, region, trunk, number in EXAMPLES:
        yield code, region, number
        yield code, region, trunk + number
        for _ in range(each):
            yield code, region, changed(random, number, trunk)


def test_an_international_number_is_judged_as_the_library_judges_it() -> None:
    disagreeing = [
        f"+{code} {number}"
        for code, _, number in tries(seed=1, each=8)
        if of_the_table(f"{code}{number}") != of_the_library(f"{code}{number}")
    ]
    assert disagreeing == []


@given(st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), st.data())
def test_any_digits_after_any_calling_code_are_judged_alike(code: int, data: st.DataObject) -> None:
    number = str(code) + data.draw(st.text(DIGITS, min_size=4, max_size=17))
    assert of_the_table(number) == of_the_library(number)


@given(st.text(DIGITS, min_size=5, max_size=20))
def test_any_digits_after_a_plus_are_judged_alike(number: str) -> None:
    assert of_the_table(number) == of_the_library(number)


def test_a_number_valid_at_home_is_valid_to_the_library_and_mostly_the_other_way_round() -> None:
    """The library also takes off `00`, `011` and the own calling code; the table does not."""
    regions, tables = phone_regions(), phone_tables()
    judged: Counter[tuple[bool, bool]] = Counter()
    for code, region, number in tries(seed=2, each=8):
        if region not in regions:
            continue
        entry = 1 + regions.index(region)
        ours = walked(entry, values(number), len(number), tables) > 0
        try:
            read = phonenumbers.parse(number, region)
            theirs = phonenumbers.is_valid_number_for_region(read, region)
            theirs = theirs and read.country_code == code
        except phonenumbers.NumberParseException:
            theirs = False
        judged[ours, theirs] += 1
    apart = judged[True, False] + judged[False, True]
    assert apart <= 0.003 * judged.total(), judged


def test_a_number_at_home_is_judged_as_the_plain_twin_judges_it() -> None:
    regions, tables = phone_regions(), phone_tables()
    disagreeing = [
        (region, number)
        for _, region, number in tries(seed=4, each=8)
        if region in regions
        and walked(1 + regions.index(region), values(number), len(number), tables)
        != plain_twin(number, region)
    ]
    assert disagreeing == []


@given(st.sampled_from(phone_regions()), st.text(DIGITS, min_size=5, max_size=14))
def test_any_digits_at_home_are_judged_as_the_plain_twin_judges_them(
    region: str, number: str
) -> None:
    entry = 1 + phone_regions().index(region)
    ours = walked(entry, values(number), len(number), phone_tables())
    assert ours == plain_twin(number, region)


@given(st.lists(st.text(DIGITS, max_size=22)), st.sampled_from([ABROAD, *phone_regions()]))
def test_a_column_is_walked_as_each_of_its_numbers_is(numbers: list[str], entry: str) -> None:
    root = 0 if entry == ABROAD else 1 + phone_regions().index(entry)
    each = [walked(root, values(number), len(number), phone_tables()) for number in numbers]
    assert labels(pa.array(numbers, pa.string()), entry).tolist() == each
    assert labels(pa.array(["1", *numbers], pa.string())[1:], entry).tolist() == each


def test_the_look_up_by_three_digits_finds_what_walking_every_region_finds() -> None:
    tables = phone_tables()
    for _, _, number in tries(seed=3, each=1):
        if len(number) < 5:
            continue
        digits = values(number)
        walked_all = [
            bit
            for bit in range(len(phone_regions()))
            if walked(bit + 1, digits, len(number), tables) == 2
        ]
        found = int(national(digits, len(number), EVERYWHERE, tables))
        assert [bit for bit in range(64) if found >> bit & 1] == walked_all


@pytest.mark.parametrize(
    ("region", "number", "is_dialled"),
    [
        ("DE", "01711234567", True),
        ("DE", "1711234567", False),
        ("FR", "0612345678", True),
        ("FR", "612345678", False),
        ("US", "2025550123", True),
        ("US", "12025550123", True),
        ("ES", "612345678", True),
        ("IT", "0612345678", True),
        ("HU", "06201234567", True),
        ("AR", "0111523456789", True),
    ],
)
def test_the_trunk_prefix_is_asked_for_where_a_region_dials_it(
    region: str, number: str, is_dialled: bool
) -> None:
    found = int(national(values(number), len(number), EVERYWHERE, phone_tables()))
    assert bool(found >> phone_regions().index(region) & 1) == is_dialled
