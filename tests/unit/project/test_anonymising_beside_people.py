"""`pv.anonymise` with a population, ends, other methods and criteria; columns it cannot have."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import privet as pv
from privet.model.errors import ConfigError, Refused

QUASI = ["age", "town"]
TREES = {"town": {"north": ["a", "b"], "south": ["c", "d"]}}


def frame(rows: list[tuple[int, str]], **more: list[Any]) -> pa.Table:
    ages, towns = zip(*rows, strict=True)
    return pa.table({"age": list(ages), "town": list(towns), **more})


def patients(count: int = 60) -> list[tuple[int, str]]:
    return [(20 + i * 7 % 30, "abcd"[i * 3 % 4]) for i in range(count)]


def made(table: pa.Table, **said: Any) -> Any:
    return pv.anonymise(
        table, **({"k": 3, "quasi_identifiers": QUASI, "hierarchies": TREES} | said)
    )


def inside(label: str, age: int) -> bool:
    """Whether an age is what a label says."""
    if label[:1] == "[":
        low, high = label[1:-1].split(",")
        return int(low) <= age < int(high)
    return label in ("*", str(age))


def fits(label: tuple[str, str], person: tuple[int, str]) -> bool:
    groups = {"*": "abcd", "north": "ab", "south": "cd"}
    return inside(label[0], person[0]) and person[1] in groups.get(label[1], label[1])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(20, 35), st.sampled_from("abcd")), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(18, 40), st.sampled_from("abcd")), max_size=60),
    st.sampled_from(["mondrian", "full-domain", "local-suppression"]),
    st.sampled_from([{"k_map": 6}, {"delta_presence": (0, 0.5)}, {"delta_presence": (0.2, 0.8)}]),
    st.sampled_from([0.0, 0.4]),
)
def test_classes_keep_what_is_asked_beside_the_population(
    rows: list[tuple[int, str]],
    others: list[tuple[int, str]],
    method: str,
    asked: dict[str, Any],
    suppress: float,
) -> None:
    """By a plain count of who fits each label; with full-domain nobody fits two."""
    everybody = [*rows, *others]
    try:
        done = made(
            frame(rows), population=frame(everybody), method=method, suppress=suppress, **asked
        )
    except Refused:
        return
    sizes = Counter(zip(*(done.frame[name].to_pylist() for name in QUASI), strict=True))
    fitting = {label: sum(fits(label, each) for each in everybody) for label in sizes}
    assert min(sizes.values()) >= 3
    if "k_map" in asked:
        assert min(fitting.values()) >= 6
    elif method == "full-domain":
        low, high = asked["delta_presence"]
        shares = [sizes[label] / fitting[label] for label in sizes]
        assert max(shares) <= high + 1e-9
        assert min(shares) >= low - 1e-9
        if low > 0:
            assert sum(fitting.values()) == len(everybody)


def test_people_of_a_population_are_counted_once() -> None:
    rows = patients()
    owner = [str(n) for n in range(60)]
    table = frame(rows, owner=owner)
    twice = frame(rows * 3, owner=owner * 3)
    said = {"subject": "owner", "k_map": 61}
    with pytest.raises(Refused, match="k = 60 of the population"):
        made(table, population=twice, **said)
    assert made(table, population=frame(rows * 3), **said).frame.num_rows == 60


def test_the_journalist_goes_by_the_population() -> None:
    rows = patients()
    everybody = frame(rows * 4)
    done = made(frame(rows), population=everybody, k_map=12)
    assert done.measures["criteria"][1]["asked"] == "at least 12 of the population"
    assert int(done.measures["criteria"][1]["found"].split()[0]) >= 12
    left = pv.risk(done, population=everybody)
    assert left.journalist is not None
    assert left.journalist.highest <= 1 / 12


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"k_map": 5}, "go together"),
        ({"population": frame(patients())}, "go together"),
        ({"population": frame(patients()), "k_map": 1}, "k_map"),
        ({"population": frame(patients()), "delta_presence": (0.5, 0.2)}, "pair of shares"),
        ({"population": frame(patients()).select(["age"]), "k_map": 5}, "no column 'town'"),
        ({"population": frame(patients()).slice(0, 0), "k_map": 5}, "no row"),
        ({"population": frame([(20, "zz")] * 9), "k_map": 5}, "'town of the population'"),
        ({"hierarchies": {"age": {"top": "old"}}}, "`top` or `bottom`"),
        ({"hierarchies": {"age": {"top": 5, "bottom": 9}}}, "`bottom` is below `top`"),
        ({"hierarchies": {"age": {"top": 5, "width": 9}}}, "`top` or `bottom`"),
        ({"sensitive": {"town": {"disclosure": 0}}, "quasi_identifiers": ["age"]}, "no form"),
    ],
)
def test_a_wrong_call_is_told(said: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        made(frame(patients()), **({"hierarchies": TREES} | said))
    assert caught.value.hint
    assert "zz" not in str(caught.value)


def test_nobody_beyond_an_end_is_told_apart() -> None:
    rows = [*patients(), (93, "a"), (97, "a"), (99, "a"), (3, "b"), (7, "b"), (8, "b")]
    said = {"hierarchies": {**TREES, "age": {"top": 90, "bottom": 18, "steps": [10, 20]}}}
    done = made(frame(rows), **said)
    found = set(done.frame["age"].to_pylist())
    assert {">=90", "<18"} <= found
    assert not found & {"93", "97", "99", "3", "7", "8"}
    assert pv.risk(done, original=frame(rows)).uniqueness.unique == 0


def test_cells_are_as_they_were_or_stars() -> None:
    rows = patients()
    done = made(frame(rows), method="local-suppression")
    assert done.measures["method"] == "local-suppression"
    ages = {str(age) for age, _ in rows} | {"*"}
    assert set(done.frame["age"].to_pylist()) <= ages
    assert "*" in done.frame["age"].to_pylist()
    sizes = Counter(zip(*(done.frame[name].to_pylist() for name in QUASI), strict=True))
    assert min(sizes.values()) >= 3


@pytest.mark.parametrize(
    "asked", [{"disclosure": 1.2}, {"likeness": 0.8}, {"likeness": 0.5, "form": "basic"}]
)
@pytest.mark.parametrize("method", ["mondrian", "full-domain"])
def test_shares_of_values_are_as_near_as_asked(asked: dict[str, Any], method: str) -> None:
    values = ["flu" if i % 3 else "gout" if i % 2 else "cold" for i in range(90)]
    done = made(frame(patients(90), ill=values), sensitive={"ill": asked}, method=method)
    usual = {value: count / 90 for value, count in Counter(values).items()}
    classes = defaultdict(list)
    for row in done.frame.to_pylist():
        classes[row["age"], row["town"]].append(row["ill"])
    for members in classes.values():
        for value, share in usual.items():
            here = members.count(value) / len(members)
            if "disclosure" in asked:
                assert abs(math.log(here / share)) < 1.2
            else:
                most = asked["likeness"]
                most = most if asked.get("form") else min(most, -math.log(share))
                assert here <= share * (1 + most) + 1e-9
    assert len(done.measures["criteria"]) == 2


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("s", "UTC"), pa.date32()])
def test_time_has_its_order(kind: pa.DataType) -> None:
    days = [date(1999, 12, 30) + timedelta(i % 9) for i in range(60)]
    table = frame(patients()).append_column("seen", pa.array(days).cast(kind))
    done = made(table, sensitive={"seen": {"t": 0.2, "distance": "ordered"}})
    assert done.measures["criteria"][1]["found"].startswith("ordered: ")


def test_views_of_text_are_text() -> None:
    table = frame(patients())
    views = table.set_column(1, "town", table["town"].cast(pa.string_view()))
    assert made(views).frame.num_rows == 60


def test_columns_that_no_result_can_have_are_named() -> None:
    table = frame(patients(), Age=[1] * 60, marks=[[1]] * 60)
    with pytest.raises(ConfigError, match="'age' and 'Age' differ in capital letters"):
        made(table, harmless=["Age"])
    with pytest.raises(ConfigError, match="'marks' is of type list"):
        made(table, harmless=["marks"])


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(-5, 5), st.sampled_from("xyz"), st.integers(0, 9)),
        min_size=1,
        max_size=50,
    ),
    st.integers(2, 5),
    st.booleans(),
    st.sampled_from([None, 2]),
)
def test_numbers_become_means_of_k_people(
    rows: list[tuple[int, float, str, int]], k: int, several: bool, least: int | None
) -> None:
    a, b, ill, owner = map(list, zip(*rows, strict=True))
    table = pa.table({"a": a, "b": b, "ill": ill, "owner": owner})
    try:
        done = pv.anonymise(
            table,
            k=k,
            quasi_identifiers=["a", "b"],
            sensitive={"ill": least},
            subject="owner" if several else None,
            suppress=0.5,
            method="microaggregation",
        )
    except Refused:
        return
    assert done.plan is None
    classes = defaultdict(list)
    for row in done.frame.to_pylist():
        classes[row["a"], row["b"]].append(row["ill"])
    assert int(done.measures["criteria"][0]["found"]) >= k
    assert min(map(len, classes.values())) >= k
    if least:
        assert min(len(set(members)) for members in classes.values()) >= least
    elif not done.measures["suppressed"]:
        for name, before in (("a", a), ("b", b)):
            assert math.isclose(sum(done.frame[name].to_pylist()), sum(before), abs_tol=1e-6)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "only numbers have a mean"),
        ({"quasi_identifiers": ["age"], "hierarchies": {"age": {"top": 9}}}, "no hierarchy"),
        ({"quasi_identifiers": ["age"], "population": frame(patients()), "k_map": 9}, "population"),
    ],
)
def test_means_are_for_numbers_alone(said: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        made(frame(patients()), **({"method": "microaggregation", "hierarchies": {}} | said))


def test_risk_of_means() -> None:
    done = made(
        frame(patients()), method="microaggregation", quasi_identifiers=["age"], hierarchies={}
    )
    assert pv.risk(done, ["age"]).prosecutor.highest <= 1 / 3
    with pytest.raises(ConfigError, match="means cover no values"):
        pv.risk(done, ["age"], original=frame(patients()))
