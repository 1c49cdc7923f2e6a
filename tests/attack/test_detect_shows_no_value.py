"""Values planted in columns of every kind come out of no finding, repr or error; headers may."""

from __future__ import annotations

import itertools
import random
import traceback

import pyarrow as pa
import pytest

from privet.detect.columns.profile import profile
from privet.detect.columns.sampling import DistinctSampler
from privet.detect.columns.scanner import ColumnScanner
from privet.detect.columns.subjects import propose_subject
from privet.model.contract import Column
from privet.model.finding import Finding
from privet.model.paths import ColumnPath

MARK = "Zorblax"
DRAW = random.Random(11)
HEADERS = (
    "email phone card_number iban date_of_birth customer_id name city country age gender race note "
    "ip password lat x17 id product_name is_email author 电话 ssn"
)
PLANTED = {
    "emails": [f"{MARK}{n}@example.org" for n in range(30)],
    "names": [f"{MARK} Number{chr(65 + n % 26)}" for n in range(30)],
    "prose": [f"My name is {MARK} and I live at number {n} of the street." for n in range(30)],
    "codes": [f"{MARK}-{n}" for n in range(30)],
    "labels": [MARK] * 30,
    "mixed": [f"{MARK}{n}@example.org" if n % 3 else f"{MARK}{n}" for n in range(30)],
    "numbers": [f"77{n:02d}0099{n:02d}77" for n in range(30)],
    "cards": ["4111111111111111"] * 30,
    "dates": [f"19{n:02d}-03-07" for n in range(40, 70)],
    "words": ["male", "female", MARK] * 10,
}


def findings(header: str, values: list[str]) -> tuple[Finding, ...]:
    columns = [Column(ColumnPath.of(name), "string") for name in (header, "customer_id_")]
    scanner = ColumnScanner(columns)
    ids = [f"C{DRAW.randrange(10**6)}" for _ in values]
    scanner.add(pa.record_batch({header: values, "customer_id_": ids}))
    return scanner.findings()


@pytest.mark.parametrize(("header", "planted"), list(itertools.product(HEADERS.split(), PLANTED)))
def test_no_finding_holds_a_value(header: str, planted: str) -> None:
    values = PLANTED[planted]
    found = findings(header, values)
    text = repr(found) + repr(propose_subject(found))
    assert MARK not in text
    assert not [value for value in values if value in text]


def test_what_the_scanner_holds_is_not_in_its_reprs() -> None:
    sampler = DistinctSampler()
    sampler.add(pa.array(PLANTED["emails"]))
    assert MARK not in repr(profile("string", sampler.sample()))
    assert MARK not in repr(sampler.sample())
    assert MARK not in repr(sampler)


def test_an_error_names_the_column_and_no_value() -> None:
    scanner = ColumnScanner([Column(ColumnPath.parse("a.b"), "string")])
    with pytest.raises(ValueError, match=r"a\.b") as caught:
        scanner.add(pa.record_batch({"a": PLANTED["emails"]}))
    assert MARK not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "value",
    [
        "a@" + "a." * 4000,
        "1 " * 5000,
        "+" * 10_000,
        "(" * 10_000,
        "A " * 5000,
        "x@" * 4000,
        "0" * 10_000,
    ],
)
def test_hostile_values_cost_no_more_than_others(value: str) -> None:
    found = findings("x17", [value[: len(value) - n] for n in range(200)])
    assert len(found) == 2


def test_a_hostile_header_is_only_read() -> None:
    header = 'email"; DROP TABLE x; {0.__class__} %s \x1b[31m' + "a" * 5000
    assert findings(header[:200], PLANTED["emails"])[0].kind == "email"


def test_a_sampled_column_of_random_bytes_stays_bounded() -> None:
    sampler = DistinctSampler(100)
    for _ in range(20):
        sampler.add(pa.array([DRAW.randbytes(50) for _ in range(500)], pa.binary()))
    assert len(sampler.sample().texts) <= 100
