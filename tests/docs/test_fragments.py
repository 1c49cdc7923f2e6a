"""The YAML that the documents show, put where they say it belongs, and checked as a project is."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from textwrap import indent

import pytest

from privet.adapters.engines.duckdb import DuckDBEngine
from privet.adapters.world import SystemEntropy
from privet.config.contract_file import read_contracts
from privet.config.form import check
from privet.config.pipeline_file import read_pipeline
from privet.config.project_form import EngineForm
from privet.config.yaml_document import Document
from privet.project.quality_checks import check_quality

DOCS = Path(__file__).parents[2] / "docs"

COLUMNS = {
    "order_id": "int64",
    "customer_id": "string",
    "ordered": "date32",
    "updated": "timestamp[us]",
    "amount": "decimal128(12, 2)",
    "year": "int64",
    "status": "string",
}
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: "urn:privet:{name}"
name: {name}
version: "1.0.0"
status: draft
schema:
  - name: {name}
"""
COLUMN = """\
- name: {name}
  physicalType: "{kind}"
  customProperties: [{{property: category, value: none}}]
"""
PIPELINE = """\
version: 1
name: research
purpose: research
role: analyst
release: [orders]
sources:
  orders:
"""
BLOCK = re.compile(r"^```(yaml|python)\n# ([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
AT_COLUMN = re.compile(r"contracts/orders\.yaml, at the column `(\w+)`")


def blocks(language: str) -> list[tuple[str, str]]:
    """Where each block says that it belongs, and what stands in it."""
    pages = [DOCS / name for name in ("quality.md", "sources.md")]
    found = [BLOCK.findall(page.read_text(encoding="utf-8")) for page in pages if page.is_file()]
    return [(place, text) for page in found for kind, place, text in page if kind == language]


def document(text: str, name: str) -> Document:
    return Document.parse(text.encode(), name)


def contract(name: str, *, column: str = "", at_column: str = "", at_data: str = "") -> Document:
    columns = ""
    for each, kind in COLUMNS.items():
        here = at_column if each == column else ""
        columns += COLUMN.format(name=each, kind=kind) + indent(here, "  ")
    text = CONTRACT.format(name=name) + indent(at_data, "    ") + "    properties:\n"
    return document(text + indent(columns, "      "), f"contracts/{name}.yaml")


def pipeline(fragment: str) -> Document:
    given = set(re.findall(r"^(\w+):", fragment, re.MULTILINE))
    usual = {"from": "orders.csv", "format": "csv"}
    lines = "".join(f"{key}: {value}\n" for key, value in usual.items() if key not in given)
    return document(PIPELINE + indent(lines + fragment, "    "), "pipelines/research.yaml")


@pytest.mark.parametrize(("place", "text"), blocks("yaml"), ids=itertools.count())
def test_every_fragment_is_in_order(place: str, text: str, tmp_path: Path) -> None:
    if place == "privet.yaml":
        check(EngineForm, document(text, place), ("engine",))
        return
    for where, code in blocks("python"):
        file = tmp_path / where
        file.parent.mkdir(exist_ok=True)
        file.write_text(code, encoding="utf-8")
    found = AT_COLUMN.fullmatch(place)
    orders, source = contract("orders"), pipeline("")
    if found is not None:
        orders = contract("orders", column=found[1], at_column=text)
    elif place == "contracts/orders.yaml, at the data set":
        orders = contract("orders", at_data=text)
    else:
        assert place == "pipelines/research.yaml, below the source `orders`"
        source = pipeline(text)
    contracts = {
        each.name: each for file in (orders, contract("customers")) for each in read_contracts(file)
    }
    spec = read_pipeline(source)
    engine = DuckDBEngine(64 << 20)
    assert not check_quality(contracts, {spec.name: spec}, engine, SystemEntropy(), tmp_path)
