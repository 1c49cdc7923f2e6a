"""The types that a contract may name are those that data can be given."""

from __future__ import annotations

import pytest

from privet.config.column_type import is_physical, physical_of
from privet.ports.arrow_types import parse_type
from privet.transforms.column_types import parse_type as parse_for_transforms

SPELLINGS = [
    *("string", "large_string", "str", "varchar", "binary", "large_binary", "bool"),
    *("int8", "int32", "int64", "uint64", "float", "double", "number"),
    *("date32", "date32[day]", "date64", "time32[s]", "time64[us]"),
    *("timestamp[us]", "timestamp[us, UTC]", "timestamp[ns,tz=CET]", "timestamp[h]"),
    *("decimal128(18, 2)", "decimal128(38,38)", "decimal128(39,2)", "decimal128(5,9)"),
    "decimal128(0,0)",
]


def means_something(text: str) -> bool:
    try:
        return parse_type(text) == parse_for_transforms(text)
    except ValueError:
        return False


@pytest.mark.parametrize("text", SPELLINGS)
def test_what_a_contract_accepts_can_be_read_and_treated(text):
    assert is_physical(text) == means_something(text)


@pytest.mark.parametrize(
    "logical", ["string", "integer", "number", "boolean", "date", "timestamp", "time"]
)
def test_every_logical_type_has_one_that_can_be_read(logical):
    assert means_something(physical_of(logical) or "")
