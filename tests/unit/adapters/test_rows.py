"""A declared source as a stream of rows: folders of files, and databases."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privet.adapters.rows import named, open_batches
from privet.model.contract import Column
from privet.model.errors import ConfigError, PrivetError, SourceError, UsageError
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, Incremental, SourceFormat, SourceFormatName, SourceSpec
from privet.quality.typing import enforce

TYPES = {"year": "int64", "id": "int64", "region": "string"}


def columns(types: Mapping[str, str] = TYPES) -> list[Column]:
    return [Column(ColumnPath.of(name), kind) for name, kind in types.items()]


def spec(*urls: str, form: SourceFormatName = "csv", **more: Any) -> SourceSpec:
    return SourceSpec("orders", urls, SourceFormat(form), **more)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def rows(source: SourceSpec, base: Path, wanted: list[Column]) -> list[dict[str, Any]]:
    found = []
    items = named(source, base)
    for item in items:
        with open_batches(source, item, wanted, several=len(items) > 1) as opened:
            for raw in opened.batches:
                typed = enforce(raw.rows, wanted)
                assert typed.reasons.null_count == raw.rows.num_rows
                found += typed.rows.to_pylist()
            assert opened.position() >= 0
    return found


PARTED = (ColumnPath.of("year"), ColumnPath.of("region"))


def test_a_partitioned_folder_is_one_table(tmp_path: Path) -> None:
    put(tmp_path / "orders/year=2023/region=eu/a.csv", "id\n1\n2\n")
    put(tmp_path / "orders/year=2023/region=__HIVE_DEFAULT_PARTITION__/a.csv", "id\n3\n")
    put(tmp_path / "orders/year=2024/region=k%C3%B6/a.csv", "id\n4\n")
    put(tmp_path / "orders/year=2024/region=eu/empty.csv", "id\n")
    put(tmp_path / "orders/year=2024/region=eu/none.csv", "")
    put(tmp_path / "orders/_SUCCESS", "")
    assert sorted(rows(spec("orders", partitions=PARTED), tmp_path, columns()), key=str) == [
        {"year": 2023, "id": 1, "region": "eu"},
        {"year": 2023, "id": 2, "region": "eu"},
        {"year": 2023, "id": 3, "region": None},
        {"year": 2024, "id": 4, "region": "kö"},
    ]


def test_partitioned_parquet(tmp_path: Path) -> None:
    pq.write_to_dataset(
        pa.table({"year": [2023, 2024, 2024], "id": [1, 2, 3], "region": ["a", "b", None]}),
        tmp_path / "orders",
        partition_cols=["year", "region"],
    )
    found = rows(spec("orders", form="parquet", partitions=PARTED), tmp_path, columns())
    assert sorted(found, key=str) == [
        {"year": 2023, "id": 1, "region": "a"},
        {"year": 2024, "id": 2, "region": "b"},
        {"year": 2024, "id": 3, "region": None},
    ]


def test_a_file_outside_of_the_partitions_is_found_before_any_is_read(tmp_path: Path) -> None:
    put(tmp_path / "orders/year=2023/region=eu/a.csv", "id\n1\n")
    put(tmp_path / "orders/year=2023/b.csv", "id\n1\n")
    with pytest.raises(SourceError, match=r"orders/year=2023/b\.csv. has no folder `region=…`"):
        named(spec("orders", partitions=PARTED), tmp_path)


def test_a_partition_that_stands_in_the_file_too_is_a_column_too_many(tmp_path: Path) -> None:
    put(tmp_path / "orders/year=2023/region=eu/a.csv", "id,year\n1,2022\n")
    source = spec("orders", partitions=PARTED)
    with pytest.raises(SourceError, match="`year`"):
        rows(source, tmp_path, columns())
    let = spec("orders", partitions=PARTED, drift=Drift(added="ignore"))
    assert rows(let, tmp_path, columns()) == [{"year": 2023, "id": 1, "region": "eu"}]


def test_a_partition_of_another_type_holds_its_rows_back(tmp_path: Path) -> None:
    put(tmp_path / "orders/year=late/region=eu/a.csv", "id\n1\n2\n")
    source = spec("orders", partitions=PARTED)
    [item] = named(source, tmp_path)
    with open_batches(source, item, columns()) as opened:
        [raw] = opened.batches
    assert enforce(raw.rows, columns()).reasons.to_pylist() == ["type:year"] * 2


def test_an_empty_file_alone_is_an_error(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "id\n")
    with pytest.raises(SourceError, match="no rows"):
        rows(spec("a.csv"), tmp_path, columns({"id": "int64"}))


@pytest.mark.parametrize("change", ["grows", "shrinks", "is replaced", "is removed"])
def test_a_file_that_changes_while_it_is_read(change: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    put(path, "id\n" + "1\n" * 1000)
    source, wanted = spec("a.csv"), columns({"id": "int64"})
    [item] = named(source, tmp_path)

    def read_while() -> None:
        with open_batches(source, item, wanted, block_bytes=256) as opened:
            next(opened.batches)
            if change == "grows":
                path.write_text(path.read_text() + "2\n")
            elif change == "shrinks":
                os.truncate(path, 100)
            elif change == "is replaced":
                put(tmp_path / "b.csv", "id\n" + "2\n" * 1000)
                (tmp_path / "b.csv").replace(path)
            else:
                path.unlink()
            list(opened.batches)

    with pytest.raises(SourceError, match=r"`a\.csv` changed while it was read"):
        read_while()


# ---- databases


def shop(base: Path, values: list[int]) -> None:
    with closing(sqlite3.connect(base / "shop.db")) as connection:
        connection.execute("create table t(id integer)")
        connection.executemany("insert into t values (?)", [(value,) for value in values])
        connection.commit()


ONE = columns({"id": "int64"})


def test_a_database_is_one_object_with_the_stamp_of_its_file(tmp_path: Path) -> None:
    shop(tmp_path, [1, 2])
    source = spec("sqlite:///shop.db", form="sql", query="select * from t")
    [item] = named(source, tmp_path)
    assert (item.url, item.store) == ("sqlite:///shop.db", None)
    assert item.size == (tmp_path / "shop.db").stat().st_size
    assert rows(source, tmp_path, ONE) == [{"id": 1}, {"id": 2}]
    assert named(source, tmp_path) == (item,)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as writer:
        writer.execute("pragma journal_mode = wal")
        writer.execute("insert into t values (3)")
        writer.commit()
        [logged] = named(source, tmp_path)
        writer.execute("insert into t values (4)")
        writer.commit()
        [later] = named(source, tmp_path)
        assert len({item.stamp, logged.stamp, later.stamp}) == 3
        assert len(rows(source, tmp_path, ONE)) == 4


def test_rows_beyond_a_value(tmp_path: Path) -> None:
    shop(tmp_path, [1, 2, 3])
    source = spec("sqlite:///shop.db", form="sql", query="select * from t")
    [item] = named(source, tmp_path)
    with open_batches(source, item, ONE, after=("id", "2"), several=True) as opened:
        assert [raw.rows.to_pylist() for raw in opened.batches] == [[{"id": "3"}]]
        assert opened.position() == 0
    with open_batches(source, item, ONE, after=("id", "9"), several=True) as opened:
        assert list(opened.batches) == []


def test_a_server_has_no_stamp() -> None:
    source = spec("postgresql://ana@db:5433/shop", form="sql", query="select 1 as id")
    [item] = named(source, Path())
    assert (item.url, item.size, item.stamp) == ("postgresql://db:5433/shop", 0, "")


@pytest.mark.parametrize(
    ("urls", "more", "said"),
    [
        (["sqlite:///shop.db"], {}, "no query"),
        (["sqlite:///shop.db"], {"query": "drop table t"}, "not one SELECT"),
        (["sqlite:///nowhere.db"], {"query": "select 1"}, "names no file"),
        (["sqlite:///a.db", "sqlite:///b.db"], {"query": "select 1"}, "one database"),
        (["shop.db"], {"query": "select 1"}, "a database's URL"),
        (["postgresql://u:hunter2@h/d"], {"query": "select 1"}, "holds a password"),
        (["sqlite:///shop.db"], {"query": "select 1", "partitions": PARTED}, "no files"),
        (["sqlite:///shop.db"], {"query": "select 1", "incremental": Incremental()}, "no files"),
    ],
)
def test_a_database_that_is_not_stated_well(
    urls: list[str], more: dict[str, Any], said: str, tmp_path: Path
) -> None:
    shop(tmp_path, [1])
    with pytest.raises(PrivetError, match=said) as caught:
        named(spec(*urls, form="sql", **more), tmp_path)
    assert isinstance(caught.value, (ConfigError, SourceError, UsageError))
    assert "hunter2" not in str(caught.value)
