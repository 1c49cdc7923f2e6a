from __future__ import annotations

import pytest

from privet.model.errors import ConfigError
from tests.unit.config.test_contract_file import read, with_properties

NESTED = """\
- {name: id, logicalType: integer, transformSourceObjects: [visits, customers]}
- name: places
  logicalType: array
  items:
    logicalType: object
    properties:
      - {name: city, logicalType: string, transformSourceObjects: [cities, visits]}
"""


def test_columns_name_what_the_data_set_is_derived_from_and_never_itself() -> None:
    (contract,) = read(with_properties(NESTED))
    assert contract.name == "customers"
    assert contract.derived_from == ("cities", "visits")


def test_without_sources_it_is_derived_from_none() -> None:
    (contract,) = read(with_properties("- {name: id, logicalType: integer}"))
    assert contract.derived_from == ()


@pytest.mark.parametrize("sources", ["visits", "[1]", "{a: b}"])
def test_sources_that_are_no_list_of_names_are_refused(sources: str) -> None:
    column = f"- {{name: id, logicalType: integer, transformSourceObjects: {sources}}}"
    with pytest.raises(ConfigError, match="transformSourceObjects"):
        read(with_properties(column))
