"""Whatever the rows are, the rules that they suggest hold on them, once cleaned as suggested."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.paths import ColumnPath
from privet.model.quality import Unique
from privet.quality.cleaning.cleaning import build
from privet.quality.rules import compile_rules
from privet.quality.suggest import Suggester
from privet.quality.typing import enforce

TEXTS = st.one_of(
    st.text(max_size=6),
    st.from_regex(r"[A-Z]{2}-?[0-9]{1,4}", fullmatch=True),
    st.from_regex(r"[0-3]?[0-9][./][01]?[0-9][./](19|20)?[0-9]{2}", fullmatch=True),
    st.integers(-(10**6), 10**6).map(str),
    st.floats().map(str),
    st.sampled_from(["?", "N/A", "NA", "-999", "-99", "unknown", " ", "", "\u00a0x", "2024-02-30"]),
)
KINDS = ["string", "int64", "double", "date32", "bool", "decimal128(9, 2)", "timestamp[us]"]
POOLS = st.lists(TEXTS, min_size=1, max_size=40)


@given(
    pool=POOLS,
    kind=st.sampled_from(KINDS),
    nulls=st.booleans(),
    distinct=st.booleans(),
    personal=st.booleans(),
    seed=st.integers(0, 9),
)
@settings(max_examples=50)
def test_no_row_fails_what_it_suggested(
    pool: list[str], kind: str, nulls: bool, distinct: bool, personal: bool, seed: int
) -> None:
    draw = random.Random(seed)
    values: list[Any] = [draw.choice([*pool, None] if nulls else pool) for _ in range(230)]
    if distinct:
        values += [f"K{n:04}" for n in range(200)]
    column = Column(ColumnPath.of("x"), kind, NO_CATEGORY)
    rows = pa.record_batch({"x": pa.array(values, pa.string())})
    suggester = Suggester([column])
    for start in range(0, len(values), 97):
        suggester.add(rows.slice(start, 97))
    found = suggester.suggestions({column.path} if personal else ())
    rules = tuple(each.rule for each in found.rules)
    contract = Contract("t", "1.0.0", (column,), rules=rules)
    cleaned = build([each.step for each in found.steps], contract).before(rows)
    typed = enforce(cleaned.rows, contract.columns)
    judged = compile_rules(contract).judge(typed.rows, typed.reasons)
    assert not any(judged.failed.values()), (rules, judged.failed)
    if any(isinstance(rule.check, Unique) for rule in rules):
        good = typed.rows.column(0).drop_null().to_pylist()
        assert len(set(good)) == len(good)
