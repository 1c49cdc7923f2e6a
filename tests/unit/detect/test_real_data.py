"""The scanner on data that others made: a census, labelled texts, the demonstration."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from privet.demo.dataset import write
from privet.detect.columns.subjects import propose_subject
from privet.model.contract import SubjectRef
from privet.model.paths import ColumnPath
from tests.unit.detect.scans import scan_table

DATA = Path(__file__).parents[4] / "shared" / "data"
ADULT = DATA / "adult" / "adult_raw.csv.gz"
TEXTS = DATA / "pii" / "synth_v2.json"
ADULT_CATEGORIES = {
    "age": "user.demographic.age_range",
    "workclass": "user.workplace",
    "fnlwgt": None,
    "education": "user.demographic",
    "education-num": "user.demographic",
    "marital-status": "user.demographic.marital_status",
    "occupation": "user.job_title",
    "relationship": "user.demographic.marital_status",
    "race": "user.demographic.race_ethnicity",
    "sex": "user.demographic.gender",
    "capital-gain": "user.financial",
    "capital-loss": "user.financial",
    "hours-per-week": None,
    "native-country": "user.demographic",
    "income": "user.financial",
}
CUSTOMER_KINDS = {
    "customer_id": "person_id",
    "name": "name",
    "email": "email",
    "phone": "phone",
    "date_of_birth": "date_of_birth",
    "street": "street",
    "postcode": "postcode",
    "city": "city",
    "country": "country",
    "card_number": "card",
    "iban": "iban",
    "plan": None,
    "joined": None,
    "spent": None,
    "newsletter": None,
}
TICKET_KINDS = {
    "ticket_id": None,
    "customer_id": "person_id",
    "opened": None,
    "topic": None,
    "priority": None,
    "messages[].from": None,
    "messages[].body": "free_text",
}


@pytest.mark.skipif(not ADULT.exists(), reason="shared/data/adult is not on this machine")
@pytest.mark.parametrize("as_text", [False, True])
def test_adult(as_text: bool) -> None:
    options = pa.csv.ConvertOptions()
    if as_text:
        options.column_types = dict.fromkeys(ADULT_CATEGORIES, pa.string())
    found = scan_table(pa.csv.read_csv(ADULT, convert_options=options))
    assert {path: finding.category for path, finding in found.items()} == ADULT_CATEGORIES
    assert not any(finding.unsure for finding in found.values())
    assert propose_subject(tuple(found.values())) is None


@pytest.mark.skipif(not TEXTS.exists(), reason="shared/data/pii is not on this machine")
def test_labelled_texts() -> None:
    found = scan_table(pa.Table.from_pylist(json.loads(TEXTS.read_text(encoding="utf-8"))))
    sure = {path: finding.kind for path, finding in found.items() if not finding.unsure}
    assert sure == {
        "full_text": "free_text",
        "masked": "free_text",
        "spans[].entity_type": None,
        "spans[].start_position": None,
        "spans[].end_position": None,
        "template_id": None,
    }
    assert found["spans[].entity_value"].kind == "free_text"
    assert found["metadata"].kind is None


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write(tmp_path_factory.mktemp("demo"), 500)


def test_the_demonstrations_customers(demo: tuple[Path, Path]) -> None:
    options = pa.csv.ParseOptions(invalid_row_handler=lambda row: "skip")
    found = scan_table(pa.csv.read_csv(demo[0], parse_options=options))
    assert {path: finding.kind for path, finding in found.items()} == CUSTOMER_KINDS
    assert not any(finding.unsure for finding in found.values())
    subject = propose_subject(tuple(found.values()))
    assert subject == SubjectRef("customer", ColumnPath.of("customer_id"))


def test_the_demonstrations_tickets(demo: tuple[Path, Path]) -> None:
    lines = demo[1].read_text(encoding="utf-8").splitlines()[:-1]
    found = scan_table(pa.Table.from_pylist([json.loads(line) for line in lines]))
    assert {path: finding.kind for path, finding in found.items()} == TICKET_KINDS
    assert not any(finding.unsure for finding in found.values())
