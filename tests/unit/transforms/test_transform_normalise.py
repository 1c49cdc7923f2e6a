from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from privet.transforms.normalise import normalise, subject_text


@pytest.mark.parametrize(
    ("category", "raw", "normal"),
    [
        (None, " Ana ", "Ana"),
        (None, "ﬁsh\u00a0", "fish"),
        (None, "e\u0301", "é"),
        (None, "   ", None),
        (None, "", None),
        ("user.contact.email", " Ana@Example.ORG\n", "ana@example.org"),
        ("user.contact.email", "ÄRGER@x.de", "ärger@x.de"),
        ("user.contact.email.work", "A@B.C", "a@b.c"),
        ("user.contact.phone_number", " +49 (30) 123-4 ", "+49301234"),
        ("user.contact.phone_number", "0049 30 1234", "+49301234"),
        ("user.contact.phone_number", "(+49) 30", "+4930"),
        ("user.contact.phone_number", "030/1234", "0301234"),
        ("user.contact.phone_number", "030+12", "03012"),
        ("user.contact.phone_number", "++49", "+49"),
        ("user.contact.phone_number", "+\uff14\uff19 \uff13\uff10", "+4930"),
        ("user.contact.phone_number", "٠٠٤٩٣٠", "+4930"),
        ("user.contact.phone_number", "unknown", None),
        ("user.contact.phone_number", "+", None),
        ("user.contact.phone_number", "00", "00"),
    ],
)
def test_one_spelling(category, raw, normal) -> None:
    for others in ([], ["filler 1", None, "x"]):
        values = pa.array([*others, raw, *others])
        assert normalise(values, category).to_pylist()[len(others)] == normal


def test_slices_nulls_and_other_forms() -> None:
    values = pa.array(["skip", " +1 ", None, "002", "skip"])
    for form in (values, values.cast(pa.large_string()), values.dictionary_encode()):
        phones = normalise(form.slice(1, 3), "user.contact.phone_number")
        phones.validate(full=True)
        assert phones.type == pa.string()
        assert phones.to_pylist() == ["+1", None, "+2"]
    assert normalise(values[:0], "user.contact.phone_number").to_pylist() == []


def test_the_bytes_below_a_null_are_not_read() -> None:
    text = pa.array(["+1", "+2", "+3"])
    hidden = pa.Array.from_buffers(
        pa.string(), 3, [pa.py_buffer(b"\x05"), text.buffers()[1], text.buffers()[2]]
    )
    assert normalise(hidden, "user.contact.phone_number").to_pylist() == ["+1", None, "+3"]


def test_keys_of_other_types_have_one_text() -> None:
    noon = datetime(2020, 2, 29, 12, tzinfo=UTC)
    for values, text in (
        (pa.array([42]), "42"),
        (pa.array([42], pa.uint8()), "42"),
        (pa.array([date(2020, 2, 29)]), "2020-02-29"),
        (pa.array([noon], pa.timestamp("s", tz="UTC")), "2020-02-29 12:00:00.000000"),
        (pa.array([noon], pa.timestamp("ns", tz="Asia/Tokyo")), "2020-02-29 12:00:00.000000"),
        (pa.array([Decimal("42.00")], pa.decimal128(10, 2)), "42"),
        (pa.array([Decimal("42.50")], pa.decimal128(10, 2)), "42.5"),
        (pa.array([Decimal(100)], pa.decimal128(10, 0)), "100"),
        (pa.array([Decimal("100.00")], pa.decimal128(10, 2)), "100"),
        (pa.array([Decimal("0.0000001")], pa.decimal128(10, 7)), "0.0000001"),
        (pa.array([None, Decimal("-10.05")]).slice(1), "-10.05"),
        (pa.array([Decimal("-0.5")]), "-0.5"),
        (pa.array([Decimal("0.00")]), "0"),
        (pa.array([" 42 "]), "42"),
        (pa.array([42]).dictionary_encode(), "42"),
    ):
        assert subject_text(values, None).to_pylist() == [text]


@pytest.mark.parametrize("values", [pa.array([1.5]), pa.array([True]), pa.array([b"x"])])
def test_types_without_one_spelling_are_refused(values) -> None:
    with pytest.raises(TypeError, match="no canonical text"):
        subject_text(values, None)
