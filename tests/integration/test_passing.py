"""`keep: quarantine`: rows pass through to the release, and only what was held back is kept."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from privet.config.scaffold import render_pipeline
from privet.model.contract import Column, Contract
from privet.model.errors import PrivetError, Refused, SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import (
    CleanStep,
    QualityRule,
    Query,
    Range,
    Refers,
    RowCount,
    Steady,
    Threshold,
    Unique,
)
from privet.pipeline.summary import RunSummary
from privet.project.memory import opened
from tests.command_line import half_done, privet, visible_releases
from tests.kept import bag, counts, kept, released
from tests.projects import (
    CUSTOMERS,
    TREATMENTS,
    Made,
    customers_csv,
    make_project,
    use_cheap_passphrase,
    write,
)

ID, CITY, AMOUNT = (ColumnPath.of(name) for name in ("customer_id", "city", "amount"))
ROWS = [(f"C{i % 20}", f"c{i % 20}@example.org", f"secret {i}", " Ulm", i) for i in range(60)]
DIRTY = [*ROWS, ROWS[3], ("", "x@example.org", "s", "Ulm", 1), ("C1", "c1", "s", "Ulm", "none")]
RULES = (
    QualityRule("small", Range(maximum="55"), (AMOUNT,)),
    QualityRule("once", Unique(), (ID, AMOUNT)),
    QualityRule("some", RowCount(), action="stop", threshold=Threshold("mustBeGreaterThan", (9,))),
    QualityRule("steady", Steady(1.0), (AMOUNT,), action="stop"),
)
CLEANING = (
    CleanStep("trim"),
    CleanStep("deduplicate", params=(("keep", "first"), ("kind", "exact"))),
)


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def make(
    root: Path,
    keep: str = "quarantine",
    *,
    rules: Sequence[QualityRule] = RULES,
    content: str | bytes | None = None,
    packed: bool = False,
) -> Made:
    return make_project(
        root,
        {"customers.csv": customers_csv(DIRTY) if content is None else content},
        contracts=(replace(CUSTOMERS, rules=tuple(rules)),),
        form="parquet",
        sources=[
            SourceSpec(
                "customers",
                ("customers.csv",),
                SourceFormat("csv", compression="gzip" if packed else None),
                clean=CLEANING,
                keep=keep,
            )
        ],
    )


def run(made: Made) -> RunSummary:
    summary = made.open().run("research")
    for place in (".", summary.release):
        assert privet(made.root, "verify", place).code == 0
    return summary


def objects(made: Made) -> int:
    """Sealed objects of the data set."""
    return sum(1 for _ in made.root.glob("**/datasets/customers/fragments/*"))


def require_nothing_new(made: Made, releases: int, snapshots: int) -> None:
    """No release, no snapshot, nothing half done; and the project is sound."""
    assert len(visible_releases(made.root)) == releases
    assert half_done(made.root) == []
    with opened(made.open().config, None) as memory:
        newest = memory.vault.latest("customers")
        assert (newest.number if newest else 0) == snapshots
        named = len(newest.manifest.objects) if newest else 0
        memory.vault.collect_garbage()
        assert objects(made) >= named
    if releases:
        assert privet(made.root, "verify", ".").code == 0


def test_it_releases_what_kept_rows_release_and_keeps_the_quarantine_alone(tmp_path: Path) -> None:
    made = make(tmp_path, "rows")
    before = run(made)
    make(tmp_path, "quarantine")
    after = run(made)
    assert counts(before, "customers") == counts(after, "customers")
    assert counts(after, "customers").out == 56
    assert bag(released(before, "customers")) == bag(released(after, "customers"))
    now = kept(made, "customers")
    assert now.rows.num_rows == 0
    assert len(now.held) == sum(counts(after, "customers").quarantined.values()) == 6
    assert [rule.holds for rule in after.data[0].quality.rules] == [True] * len(RULES)
    assert after.data[0].quality.profiles == before.data[0].quality.profiles


def test_an_unchanged_source_is_not_run_again(tmp_path: Path) -> None:
    made = make(tmp_path)
    first = run(made)
    again = run(made)
    assert again.unchanged
    assert again.release_id == first.release_id
    (made.root / "customers.csv").write_text(customers_csv(DIRTY[:-1]))
    assert not run(made).unchanged
    assert kept(made, "customers").number == 2


def test_a_rule_that_stops_leaves_no_release(tmp_path: Path) -> None:
    stop = QualityRule("small", Range(maximum="58"), (AMOUNT,), action="stop")
    made = make(tmp_path, rules=[stop])
    with pytest.raises(Refused, match=r"`small` on `amount`.*1 of 62 rows fail"):
        made.open().run("research")
    require_nothing_new(made, 0, 0)
    make(tmp_path, rules=[replace(stop, check=Range(maximum="59"))])
    run(made)
    make(tmp_path, rules=[stop])
    with pytest.raises(Refused):
        made.open().run("research")
    require_nothing_new(made, 1, 1)


def test_a_column_that_moved_since_the_release_before_stops_it(tmp_path: Path) -> None:
    made = make(tmp_path, rules=[RULES[-1]])
    run(made)
    moved = [(*row[:4], row[4] + 40) for row in ROWS]
    (made.root / "customers.csv").write_text(customers_csv(moved))
    with pytest.raises(Refused, match=r"`steady` on `amount`"):
        made.open().run("research")
    require_nothing_new(made, 1, 1)


def many() -> str:
    rows = [(f"C{i}", f"c{i}@example.org", "secret " * 9, "Ulm", i) for i in range(60_000)]
    return customers_csv(rows)


def test_an_archive_that_ends_too_early_leaves_nothing(tmp_path: Path) -> None:
    packed = gzip.compress(many().encode(), 1, mtime=0)
    made = make(tmp_path, rules=(), content=packed[: len(packed) * 2 // 3], packed=True)
    with pytest.raises(SourceError):
        made.open().run("research")
    require_nothing_new(made, 0, 0)
    (made.root / "customers.csv").write_bytes(packed)
    assert counts(run(made), "customers").out == 60_000


def test_a_source_that_changes_while_it_is_read_leaves_nothing(tmp_path: Path) -> None:
    made = make(tmp_path, rules=(), content=many())
    path = made.root / "customers.csv"

    class Meddler:
        """Adds a row once the run is on its way."""

        def step(self, name: str, total: int | None) -> Meddler:
            self.name = name
            return self

        def __enter__(self) -> Meddler:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def __call__(self, rows: int, size: int) -> None:
            with path.open("a") as file:
                file.write("C1,c1@example.org,s,Ulm,1\n")

        def note(self, text: str) -> None:
            pass

    with pytest.raises(PrivetError, match="changed while"):
        made.open().run("research", Meddler())
    require_nothing_new(made, 0, 0)
    run(made)


ORDERS = Contract(
    "orders",
    "1.0.0",
    (Column(ColumnPath.of("number"), "int64", "none"), Column(ID, "string", "user.unique_id")),
    rules=(QualityRule("of_somebody", Refers("customers", (ID,)), (ID,)),),
)


def two(root: Path, parent: str, child: str) -> Made:
    return make_project(
        root,
        {
            "customers.csv": customers_csv(ROWS),
            "orders.csv": "number,customer_id\n1,C1\n2,C99\n3,\n4,C2\n",
        },
        contracts=(CUSTOMERS, ORDERS),
        treatments=TREATMENTS | {"orders.customer_id": Treatment("token")},
        form="parquet",
        sources=[
            SourceSpec("customers", ("customers.csv",), SourceFormat("csv"), keep=parent),
            SourceSpec("orders", ("orders.csv",), SourceFormat("csv"), keep=child),
        ],
    )


@pytest.mark.parametrize("child", ["rows", "quarantine"])
def test_rows_that_pass_refer_to_rows_that_are_kept(tmp_path: Path, child: str) -> None:
    made = two(tmp_path, "rows", child)
    found = counts(run(made), "orders")
    assert (found.read, found.out, dict(found.quarantined)) == (4, 3, {"rule:of_somebody": 1})


def test_nothing_can_refer_to_rows_that_are_not_kept(tmp_path: Path) -> None:
    """Neither in one pipeline, nor where another one brought the rows in."""
    made = two(tmp_path, "rows", "rows")
    made.open().run("research")
    two(tmp_path, "quarantine", "rows")
    checked = privet(made.root, "check")
    assert checked.code == 1
    assert "`orders` refers to `customers`, whose rows are not kept" in checked.said
    with pytest.raises(Refused, match="whose rows are not kept"):
        made.open().run("research")
    alone(made, "customers", "quarantine")
    alone(made, "orders", "rows")
    (made.root / "pipelines/research.yaml").unlink()
    made.open().run("customers")
    with pytest.raises(SourceError, match="its last run kept none of its rows") as caught:
        made.open().run("orders")
    assert "write `keep: rows` at customers" in str(caught.value.hint)


def alone(made: Made, data: str, keep: str) -> None:
    """Write a pipeline of the data set's name that brings in and releases it alone."""
    source = SourceSpec(data, (f"{data}.csv",), SourceFormat("csv"), keep=keep)
    spec = PipelineSpec(data, "research", "analyst", {data: source}, (ReleaseSpec(data),))
    write(made.root / f"pipelines/{data}.yaml", render_pipeline(spec))


def test_a_rule_in_sql_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    query = QualityRule(
        "sql", Query("SELECT count(*) FROM ${table}"), threshold=Threshold("mustBe", (1,))
    )
    made = make(tmp_path, rules=[replace(query, action="stop")])
    checked = privet(made.root, "check")
    assert checked.code == 1
    assert "needs its rows, and they are not kept" in checked.said
    assert privet(made.root, "run", "research").code == 1
