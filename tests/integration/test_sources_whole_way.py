"""Sources other than one plain file, the whole way: databases, folders, Arrow, drift."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from privet.adapters import rows as adapter
from privet.adapters.formats.batches import RawBatch
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from tests.command_line import Outcome, privet, require_well
from tests.projects import CUSTOMERS, Made, customers_csv, make_project, use_cheap_passphrase
from tests.servers import postgres

ROWS = [(f"C{i:03}", f"c{i}@example.org", f"secret {i}", "Ulm", i) for i in range(30)]
GOOD = customers_csv(ROWS)


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def source(*urls: str, form: SourceFormat | None = None, **more: Any) -> SourceSpec:
    return SourceSpec("customers", urls, form or SourceFormat("csv"), **more)


def run(made: Made) -> dict[str, Any]:
    return privet(made.root, "run", "research", "--json").json["data"][0]


def released(made: Made) -> pa.Table:
    [folder] = sorted(made.root.glob("releases/research/*"))[-1:]
    return pa.csv.read_csv(folder / "customers.csv")


def require(outcome: Outcome, code: int, *said: str) -> None:
    assert outcome.code == code, outcome.said
    for phrase in said:
        assert phrase in outcome.said
    assert "secret" not in outcome.said


# ---- databases


def shop(path: Path, rows: Sequence[tuple[str, str, str, str, object]]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table c(customer_id, email, secret, city, amount)")
        connection.executemany("insert into c values (?, ?, ?, ?, ?)", rows)
        connection.commit()


SQL = SourceFormat("sql")


def test_a_query_over_sqlite_is_released_and_not_read_again_until_the_file_changes(
    tmp_path: Path,
) -> None:
    spec = source("sqlite:///shop.db", form=SQL, query="SELECT * FROM c")
    made = make_project(tmp_path / "p", {}, sources=[spec])
    shop(made.root / "shop.db", [*ROWS, ("C900", "x@example.org", "s", "Ulm", "late")])
    first = privet(made.root, "run", "research")
    require(first, 0, "31 rows read, 30 out, 1 quarantined (type:amount 1)")
    assert sorted(released(made).column("amount").to_pylist()) == list(range(30))
    require(privet(made.root, "run", "research"), 0, "unchanged")
    with closing(sqlite3.connect(made.root / "shop.db")) as connection:
        connection.execute("update c set amount = 7 where customer_id = 'C900'")
        connection.commit()
    require(privet(made.root, "run", "research"), 0, "31 rows read, 31 out")
    require_well(made)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM nowhere", "has no such table"),
        ("SELECT nonesuch FROM c", "has no such column"),
        ("SELECT customer_id, email, secret, city FROM c", "no column `amount`"),
        ("SELECT *, 'secret' AS plan FROM c", "column `plan`"),
        ("SELECT * FROM c WHERE false", "no rows"),
    ],
)
def test_a_query_that_does_not_fit_is_named_with_the_way_out(
    query: str, said: str, tmp_path: Path
) -> None:
    spec = source("sqlite:///shop.db", form=SQL, query=query)
    made = make_project(tmp_path / "p", {}, sources=[spec])
    shop(made.root / "shop.db", ROWS)
    require(privet(made.root, "run", "research"), 2, said)
    assert "snapshots: 0" in privet(made.root, "verify", ".").out


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    psycopg = pytest.importorskip("psycopg")
    pytest.importorskip("adbc_driver_postgresql")
    with postgres() as url:
        with psycopg.connect(url) as connection:
            connection.execute(
                "create table c as select 'C' || i as customer_id, 'c' || i || '@example.org' as "
                "email, 'secret ' || md5(i::text) as secret, 'Ulm' as city, i as amount "
                "from generate_series(1, 15000) as i"
            )
        yield url


class Dropping:
    """Ends the server's session after the first batch, so many times."""

    def __init__(self, url: str, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url, self.left, self.real = url, times, adapter.read_query
        monkeypatch.setattr("privet.pipeline.steps.BACKOFF_SECONDS", (0.0, 0.0))
        monkeypatch.setattr(adapter, "read_query", self)

    def __call__(self, *given: Any, **named: Any) -> Iterator[RawBatch]:
        import psycopg

        for number, batch in enumerate(self.real(*given, **{**named, "block_bytes": 1 << 14})):
            yield batch
            if number == 0 and self.left:
                self.left -= 1
                with psycopg.connect(self.url) as connection:
                    ended = connection.execute(
                        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                        "where application_name = 'privet'"
                    ).fetchall()
                assert ended


@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_starts_over_when_the_database_drops_the_connection(
    times: int, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_project(
        tmp_path / "p", {}, sources=[source(server, form=SQL, query="select * from c")]
    )
    dropping = Dropping(server, times, monkeypatch)
    ran = privet(made.root, "run", "research")
    require(ran, 0, "15,000 rows read, 15,000 out")
    assert dropping.left == 0
    assert sorted(released(made).column("amount").to_pylist()) == list(range(1, 15_001))
    require_well(made)


def test_a_database_that_drops_every_connection_leaves_nothing(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_project(
        tmp_path / "p", {}, sources=[source(server, form=SQL, query="select * from c")]
    )
    Dropping(server, 3, monkeypatch)
    ran = privet(made.root, "run", "research")
    require(ran, 3, "dropped the connection", "Run again when the server is up")
    assert "owner" not in ran.said
    assert "snapshots: 0" in privet(made.root, "verify", ".").out
    require_well(made)  # the fourth connection holds


# ---- folders


def test_a_partitioned_folder_with_empty_files(tmp_path: Path) -> None:
    contract = replace(
        CUSTOMERS,
        columns=(*CUSTOMERS.columns, Column(ColumnPath.of("year"), "int64", "none")),
    )
    spec = source("customers", partitions=(ColumnPath.of("year"),))
    lines = GOOD.splitlines(keepends=True)
    files = {
        "customers/year=2023/a.csv": "".join(lines[:11]),
        "customers/year=2024/a.csv": lines[0] + "".join(lines[11:]),
        "customers/year=2024/b.csv": lines[0],
        "customers/year=2025/none.csv": "",
    }
    made = make_project(tmp_path / "p", files, contracts=[contract], sources=[spec])
    require(privet(made.root, "run", "research"), 0, "30 rows read, 30 out")
    years = released(made).column("year").to_pylist()
    assert {year: years.count(year) for year in set(years)} == {2023: 10, 2024: 20}
    require_well(made)
    (made.root / "customers/c.csv").write_text(GOOD)
    require(privet(made.root, "run", "research"), 2, "customers/c.csv", "no folder `year=…`")


# ---- drift

GAINED = "".join(
    line.rstrip() + (",plan\n" if i == 0 else ",secret-gold\n")
    for i, line in enumerate(GOOD.splitlines())
)
LOST = "".join(line.rpartition(",")[0] + "\n" for line in GOOD.splitlines())


@pytest.mark.parametrize(
    ("content", "drift", "said"),
    [
        (GAINED, Drift(), "column `plan` that its contract does not know"),
        (LOST, Drift(), "no column `amount`, which its contract declares"),
        (LOST.replace("city", "town", 1), Drift(), "and has another column"),
    ],
)
def test_drift_stops_the_run_and_says_how_to_go_on(
    content: str, drift: Drift, said: str, tmp_path: Path
) -> None:
    made = make_project(
        tmp_path / "p", {"customers.csv": content}, sources=[source("customers.csv", drift=drift)]
    )
    require(privet(made.root, "run", "research"), 2, said, "drift: ")


def test_drift_that_is_allowed_goes_through(tmp_path: Path) -> None:
    spec = source("customers.csv", drift=Drift(added="ignore", lost="null"))
    content = GAINED.replace("amount", "amounts", 1)
    made = make_project(tmp_path / "p", {"customers.csv": content}, sources=[spec])
    require(privet(made.root, "run", "research"), 0, "30 rows read, 30 out")
    assert released(made).column("amount").null_count == 30
    assert "plan" not in released(made).column_names
    require_well(made)


# ---- lists of structs

NESTED = Contract(
    name="customers",
    version="1.0.0",
    columns=(
        Column(ColumnPath.of("customer_id"), "string", "user.unique_id"),
        Column(ColumnPath.parse("messages[].body"), "string", "none"),
        Column(ColumnPath.parse("messages[].at"), "timestamp[us, UTC]", "none"),
        Column(ColumnPath.parse("messages[].tags[]"), "string", "none"),
    ),
    subjects=(SubjectRef("customer", ColumnPath.of("customer_id")),),
)
DOCUMENTS = [
    {
        "customer_id": f"C{i}",
        "messages": [
            {"body": f"b{n}", "at": "2024-01-01T00:00:00Z", "tags": ["x", None][: n + 1]}
            for n in range(i % 3)
        ],
    }
    for i in range(30)
]


def nested_files() -> dict[str, bytes]:
    at = pa.timestamp("us", "UTC")
    message = pa.struct([("body", pa.string()), ("at", at), ("tags", pa.list_(pa.string()))])
    schema = pa.schema([("customer_id", pa.string()), ("messages", pa.list_(message))])
    lines = "".join(json.dumps(row) + "\n" for row in DOCUMENTS).encode()
    table = pa.Table.from_pylist(
        [
            {**row, "messages": [{**m, "at": 1_704_067_200_000_000} for m in row["messages"]]}
            for row in DOCUMENTS
        ],
        schema,
    )
    parquet, arrow = io.BytesIO(), io.BytesIO()
    pq.write_table(table, parquet)
    with pa.ipc.new_stream(arrow, schema) as writer:
        writer.write_table(table, max_chunksize=7)
    return {"jsonl": lines, "parquet": parquet.getvalue(), "arrow": arrow.getvalue()}


@pytest.mark.parametrize("name", ["jsonl", "parquet", "arrow"])
def test_lists_of_structs_come_out_as_they_went_in(name: str, tmp_path: Path) -> None:
    form = SourceFormat(name)  # type: ignore[arg-type]
    made = make_project(
        tmp_path / "p",
        {f"customers.{name}": nested_files()[name]},
        contracts=[NESTED],
        treatments={"customers.customer_id": Treatment("token")},
        form="arrow",
        sources=[source(f"customers.{name}", form=form)],
    )
    require(privet(made.root, "run", "research"), 0, "30 rows read, 30 out")
    folder = Path(require_well(made))
    table = pa.ipc.open_file(io.BytesIO((folder / "customers.arrow").read_bytes())).read_all()
    found = sorted(table.column("messages").to_pylist(), key=str)
    wanted = pa.array([row["messages"] for row in DOCUMENTS])
    plain = [[{**m, "at": m["at"].strftime("%Y-%m-%dT%H:%M:%SZ")} for m in row] for row in found]
    assert sorted(plain, key=str) == sorted(wanted.to_pylist(), key=str)
    assert table.schema.field("customer_id").metadata[b"privet.treatment"] == b"token"
