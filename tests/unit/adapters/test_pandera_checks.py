from __future__ import annotations

import io
import random
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from privet.adapters.checks.pandera import PanderaChecks, load
from privet.model.contract import Column
from privet.model.errors import ConfigError, Location
from privet.model.paths import ColumnPath
from privet.ports.checks import RowChecks

KINDS = {"id": "int64", "name": "string", "amount": "double", "day": "date32", "ok": "bool"}
COLUMNS = tuple(Column(ColumnPath.of(name), kind) for name, kind in KINDS.items())
WHERE = Location("contracts/orders.yaml", 12, "quality")
HEAD = "import pandera.pandas as pa\nfrom pandera.pandas import Check, Column, DataFrameSchema\n"


def rows(**columns: list[Any]) -> pa.RecordBatch:
    given = {
        "id": [1, 2, 3, 4],
        "name": ["Ana", "Bo", None, "Cleo"],
        "amount": [1.5, -2.0, None, 4.0],
        "day": [date(2024, 1, n) for n in range(1, 5)],
        "ok": [True, False, True, None],
    } | columns
    types = {"int64": pa.int64(), "string": pa.string(), "double": pa.float64()}
    types |= {"date32": pa.date32(), "bool": pa.bool_()}
    return pa.record_batch({name: pa.array(given[name], types[KINDS[name]]) for name in KINDS})


@pytest.fixture
def schema(tmp_path: Path) -> Callable[[str], PanderaChecks]:
    def made(text: str) -> PanderaChecks:
        (tmp_path / "orders.py").write_text(f"{HEAD}schema = {text}\n")
        return load("orders.py:schema", tmp_path, COLUMNS, WHERE)

    return made


def failing(checks: RowChecks, batch: pa.RecordBatch) -> dict[str, list[int]]:
    """The rows that fail, by check."""
    found = checks.judge(batch)
    return {
        name: [row for row, fails in enumerate(mask.to_pylist()) if fails]
        for name, mask in found.items()
    }


def test_each_check_says_which_rows_fail(schema: Any) -> None:
    checks = schema(
        """DataFrameSchema({
            "id": Column(int, Check.isin([1, 2])),
            "name": Column(str, [Check.str_length(3, 9), Check.str_matches("^A")], nullable=True),
            "amount": Column(float, Check.ge(0)),
            "ok": Column("boolean", nullable=True),
        }, checks=Check(lambda rows: rows["amount"] < rows["id"], name="less"))"""
    )
    assert checks.names == (
        "id:not_null",
        "id:isin",
        "name:str_length",
        "name:str_matches",
        "amount:not_null",
        "amount:greater_than_or_equal_to",
        "row:less",
    )
    assert failing(checks, rows()) == {
        "id:isin": [2, 3],
        "name:str_length": [1],
        "name:str_matches": [1, 3],
        "amount:not_null": [2],
        "amount:greater_than_or_equal_to": [1],
        "row:less": [0, 2, 3],
    }
    assert failing(checks, rows().slice(1, 1)) == {
        "name:str_length": [0],
        "name:str_matches": [0],
        "amount:greater_than_or_equal_to": [0],
    }
    assert failing(checks, rows().slice(0, 0)) == {}


def test_it_fails_the_rows_that_pandera_fails(schema: Any) -> None:
    """Pandera's own lazy report, row by row."""
    import pandas as pd
    import pandera.pandas as pandera

    text = """DataFrameSchema({
        "id": Column(checks=[Check.in_range(10, 90), Check(lambda n: n % 7 != 0, name="seven")]),
        "name": Column(checks=Check.str_startswith("a"), nullable=True),
        "amount": Column(checks=Check.gt(-50)),
    })"""
    draw = random.Random(2)
    made = {
        "id": [draw.randrange(100) for _ in range(500)],
        "name": [draw.choice(("a1", "b2", None)) for _ in range(500)],
        "amount": [draw.choice((draw.uniform(-99, 99), None)) for _ in range(500)],
        "day": [None] * 500,
        "ok": [None] * 500,
    }
    found = failing(schema(text), rows(**made))
    names: dict[str, Any] = {}
    exec(f"{HEAD}schema = {text}", names)
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        names["schema"].validate(pd.DataFrame(made), lazy=True)
    report = caught.value.failure_cases
    expected = {
        (column, index) for column, index in zip(report["column"], report["index"], strict=True)
    }
    told = {(name.split(":")[0], row) for name, places in found.items() for row in places}
    assert told == expected


def test_a_model_and_a_yaml_file_are_schemas_too(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/model.py").write_text(
        "import pandera.pandas as pa\n\nclass Orders(pa.DataFrameModel):\n"
        "    id: int = pa.Field(gt=1)\n    name: str = pa.Field(nullable=True)\n"
        "    @pa.check('name')\n    def short(cls, names):\n        return names.str.len() < 4\n"
    )
    model = load("checks/model.py:Orders", tmp_path, COLUMNS)
    assert failing(model, rows()) == {"id:greater_than": [0], "name:short": [3]}
    import pandera.pandas as pandera

    text = pandera.DataFrameSchema({"id": pandera.Column(int, pandera.Check.lt(4))}).to_yaml()
    (tmp_path / "checks/orders.yaml").write_text(text)
    assert failing(load("checks/orders.yaml", tmp_path, COLUMNS), rows()) == {"id:less_than": [3]}


def test_integers_with_nulls_stay_integers(schema: Any) -> None:
    checks = schema('DataFrameSchema({"id": Column(int, Check.isin([2**60 + 1]), nullable=True)})')
    assert failing(checks, rows(id=[2**60 + 1, 2**60, None, 2**60 + 1])) == {"id:isin": [1]}


def test_columns_by_pattern_and_optional_ones(schema: Any) -> None:
    checks = schema(
        """DataFrameSchema({
            "^(id|amount)$": Column(checks=Check.gt(1), nullable=True, regex=True),
            "more": Column(int, required=False),
        })"""
    )
    assert failing(checks, rows()) == {"id:greater_than": [0], "amount:greater_than": [1]}


def test_two_checks_of_one_name_are_told_apart(schema: Any) -> None:
    checks = schema('DataFrameSchema({"id": Column(int, [Check.gt(1), Check.gt(2)])})')
    assert checks.names == ("id:not_null", "id:greater_than", "id:greater_than 2")


def test_dates_are_compared_as_dates(schema: Any) -> None:
    since = '__import__("pandas").Timestamp("2024-01-03")'
    checks = schema(f'DataFrameSchema({{"day": Column("datetime64[ms]", Check.ge({since}))}})')
    assert failing(checks, rows()) == {"day:greater_than_or_equal_to": [0, 1]}


WHOLE_BY_WORD = [
    'DataFrameSchema({"id": Column(int, unique=True)})',
    'DataFrameSchema({"id": Column(int)}, unique=["id"])',
    'DataFrameSchema({"id": Column(int)}, checks=Check(lambda g: True, groupby="ok"))',
    'DataFrameSchema({"id": Column(int)}, index=pa.Index(int))',
]
WHOLE_BY_DEED = [
    "Check(lambda s: s.mean() < 100)",
    "Check(lambda s: s < s.mean())",
    "Check(lambda s: ~s.duplicated())",
    "Check(lambda s: s.rank() < 3)",
    "Check(lambda s: s.diff().fillna(1) > 0)",
    "Check(lambda s: s.iloc[1] > s)",
    "Check(lambda s: (s - s.mean()).abs() <= 3 * s.std())",
    "Check(lambda s: s[s > 1] > 2)",
    "Check.unique_values_eq([1, 2, 3, 4])",
]


@pytest.mark.parametrize("text", WHOLE_BY_WORD)
def test_what_needs_all_rows_is_refused(schema: Any, text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        schema(text)
    assert caught.value.where == WHERE


@pytest.mark.parametrize("check", WHOLE_BY_DEED)
def test_what_turns_out_to_look_at_several_rows_is_refused(schema: Any, check: str) -> None:
    checks = schema(f'DataFrameSchema({{"id": Column(int, {check})}})')
    with pytest.raises(ConfigError, match="each row by itself") as caught:
        checks.judge(rows(id=[1, 1, 3, 40]))
    assert "duplicateValues" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        'DataFrameSchema({"id": Column(str)})',
        'DataFrameSchema({"name": Column(int)})',
        'DataFrameSchema({"id": Column("int64")}, dtype=str)',
        'DataFrameSchema({"none": Column(int)})',
        'DataFrameSchema({"id": Column(int)}, strict=True)',
        'DataFrameSchema({"name": Column(str), "id": Column(int)}, ordered=True)',
        'DataFrameSchema({"id": Column(int, default=1)})',
        'DataFrameSchema({"id": Column(int, parsers=pa.Parser(abs))})',
        'DataFrameSchema({"id": Column(int, Check.gt(1, raise_warning=True))})',
        "DataFrameSchema({}, add_missing_columns=True)",
        "pa.SeriesSchema(int)",
        "42",
    ],
)
def test_what_would_be_judged_otherwise_is_refused(schema: Any, text: str) -> None:
    with pytest.raises(ConfigError, match=r"orders\.py:schema"):
        schema(text)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("../outside.py:schema", "does not lie in the project"),
        ("/etc/hostname", "does not lie in the project"),
        ("link.py:schema", "does not lie in the project"),
        ("none.py:schema", "no schema file"),
        ("orders.py", "is named as"),
        ("orders.py:a b", "is named as"),
        ("orders.txt", "is named as"),
        ("broken.py:schema", "SyntaxError in line 2"),
        ("raises.py:schema", "KeyError in line 2"),
        ("orders.py:other", "no Pandera schema"),
        ("broken.yaml", "no schema that Pandera reads"),
    ],
)
def test_a_reference_that_leads_nowhere(tmp_path: Path, reference: str, message: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.py").write_text("schema = 1\n")
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    (root / "orders.py").write_text("schema = 1\n")
    (root / "orders.txt").write_text("schema\n")
    (root / "broken.py").write_text("x = 1\nschema = (\n")
    (root / "raises.py").write_text("x = {}\nschema = x['secret']\n")
    (root / "broken.yaml").write_text("schema_type: [\n")
    with pytest.raises(ConfigError, match=message) as caught:
        load(reference, root, COLUMNS, WHERE)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_check_that_breaks_tells_no_value(schema: Any, capfd: Any) -> None:
    checks = schema(
        """DataFrameSchema({"name": Column(str, nullable=True, checks=Check(
            lambda names: names.map(lambda name: int(name)), name="number"))})"""
    )
    marked = rows(name=["Zorblax"] * 4)
    with pytest.raises(ConfigError, match="`name:number` breaks on the data: ValueError") as caught:
        checks.judge(marked)
    told = io.StringIO()
    traceback.print_exception(caught.value, file=told)
    assert "Zorblax" not in told.getvalue() + "".join(capfd.readouterr())


def test_what_pandera_warns_of_is_not_shown(schema: Any, capfd: Any) -> None:
    checks = schema(
        """DataFrameSchema({"name": Column(str, nullable=True, checks=Check(
            lambda it: (__import__("warnings").warn(f"{it.tolist()}"), it.str.len() < 4)[1]))})"""
    )
    assert failing(checks, rows()) == {"name:check": [3]}
    assert "Ana" not in "".join(capfd.readouterr())


def test_failures_are_all_found_whatever_pandera_would_report(schema: Any) -> None:
    checks = schema('DataFrameSchema({"id": Column(int, Check.gt(9, n_failure_cases=1))})')
    assert failing(checks, rows()) == {"id:greater_than": [0, 1, 2, 3]}


def test_nothing_is_written_beside_the_schema(schema: Any, tmp_path: Path) -> None:
    schema('DataFrameSchema({"id": Column(int)})')
    assert [path.name for path in tmp_path.iterdir()] == ["orders.py"]
