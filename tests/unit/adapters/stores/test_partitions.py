from __future__ import annotations

import pytest

from privet.adapters.stores.partitions import partition_values
from privet.model.errors import SourceError


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("data/year=2024/month=01/part-0.parquet", {"year": "2024", "month": "01"}),
        ("s3://b/month=1/x/year=2024/part.csv", {"year": "2024", "month": "1"}),
        ("year=2024/month=__HIVE_DEFAULT_PARTITION__/a.csv", {"year": "2024", "month": None}),
        ("year=20%2F24/month=K%C3%B6ln%3D1/a.csv", {"year": "20/24", "month": "Köln=1"}),
        ("%79ear=1/month=/a.csv", {"year": "1", "month": ""}),
        ("year=1/month=a=b/region=x/a.csv", {"year": "1", "month": "a=b"}),
    ],
)
def test_values_stand_in_the_folders(url: str, found: dict[str, str | None]) -> None:
    assert partition_values(url, ["year", "month"]) == found
    assert partition_values(url, []) == {}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("data/year=2024/part-0.parquet", "no folder `month=…`"),
        ("data/year=2024/month=1", "no folder `month=…`"),
        ("year=1/month=1/month=2/a.csv", "2 folders `month=…`"),
        ("year=1/Month=1/a.csv", "no folder `month=…`"),
    ],
)
def test_a_path_without_the_column_is_refused(url: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        partition_values(url, ["year", "month"])
