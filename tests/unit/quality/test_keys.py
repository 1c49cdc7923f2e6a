from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep, QualityRule, Refers, Unique
from privet.ports.judge import Hashes
from privet.quality.key_rules import key_judges
from privet.quality.key_values import KeyColumns, canonical_text, joined_text, near_form
from privet.quality.keys import Distinct, Reference
from tests.world import SeededEntropy

NAN = float("nan")
SECRET = b"\x07\xd3" * 16


def path(text: str) -> ColumnPath:
    return ColumnPath.parse(text)


def rows(places: Sequence[tuple[int, int]] | None = None, **columns: Any) -> pa.Table:
    count = len(next(iter(columns.values())))
    places = places or [(0, number) for number in range(count)]
    columns["_privet_place"] = [file << 40 | position for file, position in places]
    return pa.table(columns)


def distinct(*by: str, near: bool = False, **options: Any) -> Distinct:
    key = KeyColumns(tuple(map(path, by)), near)
    return Distinct("rule:r", "hold", key, within_subject=False, secret=SECRET, **options)


def failing(judge: Distinct | Reference, table: pa.Table) -> list[int]:
    (batch,) = table.combine_chunks().to_batches()
    return np.flatnonzero(judge.failing(table, judge.hashes(batch))).tolist()


def test_the_first_in_source_order_stands() -> None:
    places = [(1, 0), (0, 9), (0, 10), (1, 1)]
    assert failing(distinct("id"), rows(places, id=["a", "a", "b", "a"])) == [0, 3]


def test_the_last_in_source_order_stands() -> None:
    places = [(1, 0), (0, 9), (0, 10), (1, 1)]
    judge = distinct("id", keep="last")
    assert failing(judge, rows(places, id=["a", "a", "b", "a"])) == [0, 1]


@pytest.mark.parametrize(
    ("times", "lost"),
    [
        ([1, 3, 2], [0, 2]),
        ([3, 3, 2], [1, 2]),  # ties: the first
        ([None, None, 2], [0, 1]),
        (pa.nulls(3, pa.int64()), [1, 2]),
        ([NAN, 1.0, None], [0, 2]),
        (["2020", "2021", "2019"], [0, 2]),
        ([date(2020, 1, 1), None, date(2021, 1, 1)], [0, 1]),
        ([Decimal("1.5"), Decimal("2.5"), None], [0, 2]),
    ],
)
def test_the_latest_stands(times: Any, lost: list[int]) -> None:
    judge = distinct("id", keep="latest", latest=path("at"))
    assert failing(judge, rows(id=["a", "a", "a"], at=times)) == lost
    assert judge.columns == ("id", "at")


def test_a_key_with_a_null_is_like_no_other() -> None:
    table = rows(a=[None, None, "x", "x"], b=["y", "y", None, None])
    assert failing(distinct("a", "b"), table) == []
    assert failing(distinct("a"), table) == [3]


def test_in_whole_rows_null_equals_null_and_nan_equals_nan_and_zero_equals_zero() -> None:
    table = rows(
        number=[None, None, NAN, NAN, 0.0, -0.0],
        tags=[["a", None], ["a", None], None, None, [], []],
        place=[{"x": NAN}, {"x": NAN}, None, None, {"x": 0.0}, {"x": -0.0}],
    )
    assert failing(distinct(), table) == [1, 3, 5]
    assert distinct().columns is None


def test_rows_that_only_share_a_hash_are_told_apart() -> None:
    table = rows(id=["a", "b", "a", "c", "b", "a"], n=[1, 2, 3, 4, 5, 6])
    lost = distinct("id").failing(table, Hashes(np.full(6, 9, np.uint64)))
    assert np.flatnonzero(lost).tolist() == [2, 4, 5]


def test_rows_in_several_chunks_are_judged_together() -> None:
    table = pa.concat_tables(
        [rows(id=["a"], n=[1]), rows([(0, 5), (0, 6)], id=["b", "a"], n=[2, 3])]
    )
    judge = distinct("id")
    hashes = np.concatenate([judge.hashes(batch).hashes for batch in table.to_batches()])
    assert np.flatnonzero(judge.failing(table, Hashes(hashes))).tolist() == [2]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Ana María", "anamaria"),
        ("ANA-MARIA ", "anamaria"),
        ("Straße 5", "strasse5"),
        ("Ｆｕｌｌ ﬁ", "fullfi"),  # noqa: RUF001 -- wide letters and a ligature
        ("Ίσις", "ισισ"),  # noqa: RUF001 -- a final sigma is a sigma
        ("E\u0301", "e"),
        ("\u0130", "i"),
        ("o'neill@example.org", "oneillexampleorg"),
        ("--", None),
        ("", None),
        (None, None),
        ("東京 2", "東京2"),
    ],
)
def test_near_forms(text: str | None, form: str | None) -> None:
    assert near_form(pa.array([text, "x"])).to_pylist() == [form, "x"]


def test_near_keys_are_equal_forms() -> None:
    table = rows(name=["Ana", "ÁNA ", "Anna", "-", "-"], n=[1, 1, 1, 1, 1])
    assert failing(distinct("name", "n", near=True), table) == [1]


def test_equal_values_of_unlike_types_have_one_text() -> None:
    when = datetime(2020, 2, 29, 12, tzinfo=UTC)
    for left, right in [
        (pa.array([42]), pa.array([42.0])),
        (pa.array([42]), pa.array(["42"])),
        (pa.array([Decimal("42.10")]), pa.array(["42.1"])),
        (pa.array([0.0]), pa.array([-0.0])),
        (pa.array([when]), pa.array([when], pa.timestamp("s", "UTC"))),
        (pa.array([True]), pa.array(["true"])),
        (pa.array(["é"]), pa.array(["é"], pa.large_string())),
    ]:
        assert canonical_text(left).to_pylist() == canonical_text(right).to_pylist()
    assert canonical_text(pa.array([" é"])).to_pylist() == [" é"]


def test_joined_texts_do_not_run_together() -> None:
    left, right = pa.array(["a:1:b", "a", None]), pa.array(["c", "1:b:1:c", "x"])
    first, second, third = joined_text([left, right]).to_pylist()
    assert first != second
    assert third is None


def reference(parents: list[pa.RecordBatch], to: str = "id") -> Reference:
    return Reference("rule:r", "hold", (path("customer"),), (path(to),), lambda: parents, SECRET)


def test_a_reference_knows_the_other_keys_by_their_text() -> None:
    parents = [pa.record_batch({"id": pa.array([1, 2, 2, None])}), pa.record_batch({"id": [3]})]
    judge = reference(parents)
    known = np.concatenate(list(judge.known()))
    assert len(known) == 3
    batch = pa.record_batch({"customer": pa.array(["1", "4", None, "3", " 1"])})
    asking = judge.hashes(batch)
    hashes = np.concatenate([known, asking.hashes])
    numbers = np.concatenate([np.full(3, -1), np.arange(5)])
    keyed = np.concatenate([np.ones(3, np.bool_), asking.keyed])
    lost = judge.failing(pa.table({"_privet_number": numbers}), Hashes(hashes, keyed))
    assert np.flatnonzero(lost).tolist() == [4, 7]


def test_keys_of_a_reference_may_stand_in_lists() -> None:
    parents = [pa.record_batch({"ids": pa.array([["a", "b"], None, ["b"]])})]
    assert len(np.concatenate(list(reference(parents, "ids[]").known()))) == 2


CONTRACT = Contract(
    name="orders",
    version="1",
    columns=(
        *(Column(path(name), "string") for name in ("id", "customer", "at", "lines[].sku")),
        Column(path("to.zip"), "string"),
        Column(path("photo"), "binary"),
    ),
    subjects=(SubjectRef("customer", path("customer")),),
)
WHERE = Location("pipelines/p.yaml", 7)


def step(*columns: str, **params: str) -> CleanStep:
    return CleanStep(
        "deduplicate", tuple(map(path, columns)), tuple(sorted(params.items())), where=WHERE
    )


def judges(
    *steps: CleanStep, rules: Sequence[QualityRule] = (), appending: bool = False
) -> tuple[Distinct | Reference, ...]:
    contract = Contract(**{**_fields(CONTRACT), "rules": tuple(rules)})
    return key_judges(contract, steps, SeededEntropy(), _parents, appending=appending)


def _fields(contract: Contract) -> dict[str, Any]:
    names = ("name", "version", "columns", "subjects")
    return {name: getattr(contract, name) for name in names}


def _parents(data: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    yield pa.record_batch({name: pa.array([data]) for name in columns})


def test_judges_speak_in_order_of_what_they_do() -> None:
    made = judges(
        step(kind="exact"),
        CleanStep("trim"),
        step("customer", "at", kind="key", keep="latest", latest="at"),
        step("to.zip", kind="near"),
        rules=[
            QualityRule("known", Refers("customers", (path("id"),)), (path("customer"),)),
            QualityRule("one", Unique(), (path("id"),), action="report"),
        ],
    )
    assert [judge.reason for judge in made] == [
        "duplicate:whole row",
        "duplicate:customer, at",
        "duplicate:near to.zip",
        "rule:one",
        "rule:known",
    ]
    assert [judge.verdict for judge in made] == ["merge", "merge", "merge", "tell", "hold"]
    assert [judge.within_subject for judge in made] == [True, True, False, False, False]
    assert [judge.columns for judge in made] == [
        None,
        ("customer", "at"),
        ("to",),
        ("id",),
        ("customer",),
    ]
    assert len({judge.secret for judge in made}) == 5
    assert "secret" not in repr(made)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (step("custmer", kind="key"), "no column `custmer`"),
        (step("lines[].sku", kind="key"), "holds lists"),
        (step("id", "photo", kind="near"), "no spelling"),
        (step(kind="near"), "needs columns"),
        (step("id", kind="key", keep="latest", latest="nope"), "no column `nope`"),
    ],
)
def test_a_step_that_cannot_be_done_is_refused(made: CleanStep, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        judges(made)
    assert caught.value.where == WHERE
    assert caught.value.hint


@pytest.mark.parametrize("keep", ["last", "latest"])
def test_an_append_cannot_take_rows_back(keep: str) -> None:
    more = {"latest": "at"} if keep == "latest" else {}
    made = step("id", kind="key", keep=keep, **more)
    with pytest.raises(ConfigError, match=f"keep the {keep} row"):
        judges(made, appending=True)
    assert judges(made)
    assert judges(step("id", kind="key", keep="first"), appending=True)


@pytest.mark.parametrize(
    ("check", "columns", "message"),
    [
        (Refers("orders", (path("id"),)), ("id",), "own data set"),
        (Refers("customers", (path("a"), path("b"))), ("id",), "1 columns to 2"),
        (Refers("customers", ()), (), "0 columns"),
        (Refers("customers", (path("a"),)), ("lines[].sku",), "holds lists"),
        (Unique(), ("nope",), "no column"),
    ],
)
def test_a_rule_that_cannot_be_judged_is_refused(
    check: Any, columns: tuple[str, ...], message: str
) -> None:
    rule = QualityRule("r", check, tuple(map(path, columns)), where=WHERE)
    with pytest.raises(ConfigError, match=message) as caught:
        judges(rules=[rule])
    assert caught.value.where == WHERE
