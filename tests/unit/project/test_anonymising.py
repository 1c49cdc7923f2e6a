"""`pv.anonymise` and `pv.risk` on frames: what they give, and what they say to wrong calls."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import privet as pv
from privet.model.errors import ConfigError, Refused, SourceError
from privet.protect.hierarchies.specs import IntervalHierarchy

TOWNS = {"north": ["Kiel", "Lübeck"], "south": ["Ulm", "Passau", "Lindau"]}
ILLNESSES = ("asthma", "gout", "measles", "mumps")


def people(count: int = 60) -> pa.Table:
    """Ages 20 to 49, five towns, four illnesses."""
    towns = [town for group in TOWNS.values() for town in group]
    return pa.table(
        {
            "name": [f"person {i}" for i in range(count)],
            "age": [20 + (i * 7) % 30 for i in range(count)],
            "town": [towns[(i * 3) % 5] for i in range(count)],
            "illness": [ILLNESSES[i % 4] for i in range(count)],
            "lamp": [bool(i % 2) for i in range(count)],
            "marks": [[i] for i in range(count)],
        }
    )


def made(frame: object | None = None, **changed: Any) -> Any:
    """`pv.anonymise` of the people, with what is changed."""
    said: dict[str, Any] = {
        "k": 5,
        "quasi_identifiers": ["age", "town"],
        "hierarchies": {"town": TOWNS},
        "sensitive": {"illness": None},
        "harmless": ["lamp"],
    }
    return pv.anonymise(people() if frame is None else frame, **(said | changed))


def classes(frame: pa.Table, columns: tuple[str, ...] = ("age", "town")) -> Counter[Any]:
    return Counter(zip(*(frame[name].to_pylist() for name in columns), strict=True))


@pytest.mark.parametrize("method", ["mondrian", "full-domain"])
def test_every_class_has_k_and_nothing_else_leaves(method: str) -> None:
    done = made(method=method)
    assert done.frame.column_names == ["age", "town", "illness", "lamp"]
    assert min(classes(done.frame).values()) >= 5
    assert done.frame.num_rows == 60
    assert done.measures["smallest"] == min(classes(done.frame).values())
    assert done.measures["criteria"][0]["found"] == str(done.measures["smallest"])
    assert done.plan.columns == ("age", "town")


def test_sensitive_and_harmless_columns_are_as_they_were() -> None:
    done = made()
    for name in ("illness", "lamp"):
        assert Counter(done.frame[name].to_pylist()) == Counter(people()[name].to_pylist())


def test_a_frame_of_pandas_is_the_same_to_it() -> None:
    assert classes(made(people().to_pandas()).frame) == classes(made().frame)
    assert made(pd.DataFrame(people().to_pydict())).frame.num_rows == 60


def test_each_class_has_as_many_values_as_asked() -> None:
    done = made(sensitive={"illness": [3, {"t": 0.4}]})
    values = defaultdict(set)
    for row in done.frame.to_pylist():
        values[row["age"], row["town"]].add(row["illness"])
    assert min(map(len, values.values())) >= 3
    assert len(done.measures["criteria"]) == 3


def test_people_are_counted_and_not_rows() -> None:
    table = people()
    owner = pa.array([f"{i // 6}" for i in range(60)])
    done = made(table.append_column("owner", owner), subject="owner")
    assert "owner" not in done.frame.column_names
    assert int(done.measures["criteria"][0]["found"]) >= 5


def test_the_order_of_rows_is_another_each_time() -> None:
    orders = {tuple(made().frame["illness"].to_pylist()) for _ in range(4)}
    assert len(orders) == 4  # a false alarm once in 10^20 runs


def test_a_hierarchy_is_a_file_groups_or_a_declaration(tmp_path: Path) -> None:
    file = tmp_path / "town.csv"
    file.write_text(
        "\n".join(f"{town};{group};*" for group, towns in TOWNS.items() for town in towns)
    )
    spec = IntervalHierarchy(widths=(10,))  # type: ignore[arg-type]  # a whole number will do
    for said in (file, str(file), TOWNS):
        done = made(hierarchies={"town": said, "age": spec})
        assert classes(done.frame) == classes(made(hierarchies={"town": TOWNS, "age": spec}).frame)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 9), st.sampled_from("abc"), st.integers(0, 5)),
        min_size=1,
        max_size=80,
    ),
    st.integers(2, 6),
    st.sampled_from(["mondrian", "full-domain"]),
    st.sampled_from([0.0, 0.3, 1.0]),
)
def test_no_class_of_any_table_is_below_k_people(
    rows: list[tuple[int | None, str, int]], k: int, method: str, suppress: float
) -> None:
    table = pa.table(
        dict(zip(("age", "town", "owner"), map(list, zip(*rows, strict=True)), strict=True))
    )
    try:
        done = pv.anonymise(
            table,
            k=k,
            quasi_identifiers=["age", "town"],
            harmless=[],
            subject="owner",
            method=method,
            suppress=suppress,
        )
    except Refused:
        return
    assert int(done.measures["criteria"][0]["found"]) >= k
    assert done.frame.num_rows >= len(rows) * (1 - suppress)


def test_risk_of_a_result_knows_its_hierarchies() -> None:
    table = people()
    done = made(table)
    left = pv.risk(done, original=table, sensitive=["illness"])
    assert left.prosecutor.highest <= 1 / 5
    assert left.uniqueness.unique == 0
    assert {attack.kind for attack in left.attacks} == {"singling-out", "linkability", "inference"}


def test_risk_of_a_raw_table() -> None:
    left = pv.risk(people(), ["age", "town"], population=10_000)
    assert left.prosecutor.highest > 0.2
    assert left.uniqueness.estimated is not None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"quasi_identifiers": []}, "no quasi-identifier"),
        ({"quasi_identifiers": "age"}, "is one text"),
        ({"quasi_identifiers": ["age", "height"]}, "no column 'height'"),
        ({"sensitive": {"age": 3}}, "two roles"),
        ({"subject": "age"}, "two roles"),
        ({"k": 1}, "below 2"),
        ({"k": 2.5}, "no whole number"),
        ({"suppress": "a"}, "share of the rows"),
        ({"hierarchies": {"twon": TOWNS}}, "hierarchy for 'twon'"),
        ({"sensitive": {"illness": None, "marks": None}}, "of type list"),
        ({"suppress": 2}, "share of the rows"),
        ({"method": "magic"}, "no such method"),
        ({"sensitive": {"illness": {"many": 3}}}, "no form"),
        ({"sensitive": {"illness": True}}, "no form"),
        ({"hierarchies": {"town": {"north": ["Kiel"]}}}, "lacks 4 of the values"),
        ({"hierarchies": {"town": 7}}, "no form"),
    ],
)
def test_a_wrong_call_is_told(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        made(**changed)
    assert caught.value.hint
    assert "Lübeck" not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"k": 61}, "60"),
        ({"sensitive": {"illness": 5}}, "4"),
        ({"frame": people().slice(0, 0)}, "no row"),
    ],
)
def test_what_cannot_be_met_says_what_can(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told) as caught:
        made(**changed)
    assert caught.value.hint


def test_the_whole_table_as_one_class_is_as_close_as_can_be() -> None:
    done = made(sensitive={"illness": {"t": 0.0}}, k=50)
    assert [each["found"] for each in done.measures["criteria"]] == [
        "60",
        "equal: 0 of `illness`",
    ]


def test_a_hierarchical_distance_goes_by_a_hierarchy() -> None:
    asked = {"illness": {"t": 0.3, "distance": "hierarchical"}}
    with pytest.raises(Refused, match="no hierarchy") as caught:
        made(sensitive=asked)
    assert caught.value.hint
    groups = {"lungs": ["asthma", "measles"], "other": ["gout", "mumps"]}
    done = made(sensitive=asked, hierarchies={"town": TOWNS, "illness": groups})
    figure = done.measures["criteria"][1]["found"]
    assert figure.startswith("hierarchical: ")
    assert float(figure.split()[1]) <= 0.3


def test_moments_leave_as_they_were() -> None:
    moments = pa.array([1_700_000_000 + 60 * i for i in range(60)], pa.timestamp("s"))
    done = made(people().append_column("seen", moments), sensitive={"seen": None})
    assert sorted(done.frame["seen"].to_pylist()) == moments.to_pylist()


def test_values_that_no_row_has_are_in_no_tree() -> None:
    table = people()
    towns = pa.DictionaryArray.from_arrays(
        pa.array([i % 2 for i in range(60)], pa.int32()), ["Kiel", "Ulm", "Passau"]
    )
    done = made(table.set_column(2, "town", towns), hierarchies={})
    assert set(done.plan.hierarchies[1].leaves) == {"Kiel", "Ulm"}


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceError, match=r"nowhere\.csv"):
        made(hierarchies={"town": "nowhere.csv"})


def test_a_column_of_nulls_and_one_person_with_half_the_rows() -> None:
    table = people().set_column(2, "town", pa.nulls(60, pa.string()))
    assert min(classes(made(table, hierarchies={}).frame).values()) >= 5
    owner = pa.array(["one"] * 30 + [f"{i}" for i in range(30)])
    done = made(people().append_column("owner", owner), subject="owner")
    assert int(done.measures["criteria"][0]["found"]) >= 5


def test_no_frame_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="speaks Arrow"):
        made([1, 2])
