"""Whole projects against the door's promises: who is restricted stays in, and joins stop."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.errors import Refused, SourceError, UsageError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.model.policy import Treatment
from privet.project.memory import opened
from privet.vault.grouping import subject_tokens
from tests.projects import (
    CUSTOMERS,
    TREATMENTS,
    Made,
    customers_csv,
    make_project,
    use_cheap_passphrase,
)

EMAIL = "user.contact.email"
ROWS = [(f"C{i}", f"c{i}@example.org", f"secret {i}", f"city {i}", i) for i in range(60)]


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def released(folder: str, data: str = "customers") -> list[dict[str, str]]:
    with (Path(folder) / f"{data}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def table(name: str, kinds: dict[str, tuple[str, str]], *subjects: SubjectRef) -> Contract:
    columns = tuple(
        Column(ColumnPath.parse(path), kind, category) for path, (kind, category) in kinds.items()
    )
    return Contract(name, "1", columns, subjects)


def person(key: str) -> SubjectRef:
    return SubjectRef("person", ColumnPath.of(key))


def tokens_for(*contracts: Contract) -> dict[str, Treatment]:
    return {
        f"{contract.name}.{column.path}": Treatment("token")
        for contract in contracts
        for column in contract.columns
        if column.personal
    }


def edit(made: Made, name: str, *pairs: tuple[str, str]) -> None:
    path = made.root / name
    text = path.read_text()
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text)


# ---- restricted people


@pytest.mark.parametrize(
    "given", ["Ana@Example.org", " ana@example.org ", "ANA@EXAMPLE.ORG", "\uff21na@example.org"]
)
def test_a_restriction_holds_however_two_data_sets_spell_the_key(
    tmp_path: Path, given: str
) -> None:
    """The key is an e-mail address in one data set and plain text in another."""
    mails = table("mails", {"who": ("string", "user.contact.email"), "n": ("int64", "none")})
    plain = table("plain", {"who": ("string", "user.unique_id"), "n": ("int64", "none")})
    contracts = [replace(each, subjects=(person("who"),)) for each in (mails, plain)]
    made = make_project(
        tmp_path,
        {
            "mails.csv": "who,n\nana@Example.org,1\nbob@example.org,2\n",
            "plain.csv": f"who,n\n{given.strip()},1\nbob@example.org,2\n",
        },
        contracts=contracts,
        treatments=tokens_for(*contracts),
    )
    made.open().restrict("person", given)
    summary = made.open().run("research")
    for data in ("mails", "plain"):
        assert [row["n"] for row in released(summary.release, data)] == ["2"], data
    made.open().lift("person", given)
    summary = made.open().run("research")
    for data in ("mails", "plain"):
        assert len(released(summary.release, data)) == 2, data


def test_a_restriction_holds_for_numbers_and_for_texts(tmp_path: Path) -> None:
    numbers = table("numbers", {"who": ("int64", "user.unique_id"), "n": ("int64", "none")})
    texts = table("texts", {"who": ("string", "user.unique_id"), "n": ("int64", "none")})
    contracts = [replace(each, subjects=(person("who"),)) for each in (numbers, texts)]
    made = make_project(
        tmp_path,
        {"numbers.csv": "who,n\n0042,1\n7,2\n", "texts.csv": "who,n\n0042,1\n7,2\n"},
        contracts=contracts,
        treatments=tokens_for(*contracts),
    )
    made.open().restrict("person", "0042")
    summary = made.open().run("research")
    for data in ("numbers", "texts"):
        assert [row["n"] for row in released(summary.release, data)] == ["2"], data


def test_a_key_that_no_data_set_can_hold_is_refused(tmp_path: Path) -> None:
    numbers = table("numbers", {"who": ("int64", "user.unique_id")}, person("who"))
    made = make_project(
        tmp_path,
        {"numbers.csv": "who\n1\n"},
        contracts=[numbers],
        treatments=tokens_for(numbers),
    )
    with pytest.raises(UsageError, match="no data set can hold"):
        made.open().restrict("person", "C-42")
    with pytest.raises(UsageError, match="nobody of that key is restricted"):
        made.open().lift("person", "42")


def test_a_restricted_person_is_withheld_whichever_subject_of_a_row_they_are(
    tmp_path: Path,
) -> None:
    messages = table(
        "messages",
        {
            "sender": ("string", "user.unique_id"),
            "receiver": ("string", "user.unique_id"),
            "n": ("int64", "none"),
        },
        person("sender"),
        SubjectRef("person", ColumnPath.of("receiver"), "receiver"),
    )
    made = make_project(
        tmp_path,
        {"messages.csv": "sender,receiver,n\na,b,1\nb,a,2\nb,c,3\nb,,4\n"},
        contracts=[replace(messages, unowned="allow")],
        treatments=tokens_for(messages),
    )
    made.open().restrict("person", "a")
    rows = released(made.open().run("research").release, "messages")
    assert sorted(row["n"] for row in rows) == ["3", "4"]


def test_restricted_lifted_and_restricted_again_never_serves_an_old_release(
    tmp_path: Path,
) -> None:
    made = make_project(tmp_path, {"customers.csv": customers_csv(ROWS)})
    seen = [made.open().run("research")]
    for act in ("restrict", "lift", "restrict"):
        getattr(made.open(), act)("customer", "C7")
        seen.append(made.open().run("research"))
    assert [len(released(run.release)) for run in seen] == [60, 59, 60, 59]
    assert not any(run.unchanged for run in seen)
    assert made.open().run("research").unchanged


def test_a_restriction_for_another_purpose_withholds_nobody_here(tmp_path: Path) -> None:
    made = make_project(tmp_path, {"customers.csv": customers_csv(ROWS)})
    edit(made, "policy.yaml", ("purposes:\n", "purposes:\n  care: {basis: {default: contract}}\n"))
    made.open().restrict("customer", "C7", ("care",))
    assert len(released(made.open().run("research").release)) == 60
    made.open().restrict("customer", "C7", ("research",))
    assert len(released(made.open().run("research").release)) == 59


# ---- decisions that change


def test_a_column_that_becomes_personal_after_a_run_stops_the_next(tmp_path: Path) -> None:
    made = make_project(tmp_path, {"customers.csv": customers_csv(ROWS)})
    made.open().run("research")
    contract = made.root / "contracts" / "customers.yaml"
    text = contract.read_text()
    before, city, after = text.partition("name: city")
    contract.write_text(
        before + city + after.replace("value: none", "value: user.contact.address.city", 1)
    )
    with pytest.raises(Refused, match=r"no rule says what becomes of `customers\.city`"):
        made.open().run("research")


def test_a_column_taken_out_of_the_contract_stops_at_the_source(tmp_path: Path) -> None:
    """The snapshot of before still has it; nothing is released from that one."""
    made = make_project(tmp_path, {"customers.csv": customers_csv(ROWS)})
    made.open().run("research")
    less = replace(CUSTOMERS, columns=CUSTOMERS.columns[:-1])
    other = make_project(tmp_path / "other", {"customers.csv": "x\n"}, contracts=[less])
    for name in ("contracts/customers.yaml", "policy.yaml"):
        (made.root / name).write_text((other.root / name).read_text())
    with pytest.raises(SourceError, match="amount"):
        made.open().run("research")


def test_another_subject_key_is_heard_although_the_source_is_unchanged(tmp_path: Path) -> None:
    made = make_project(tmp_path, {"customers.csv": customers_csv(ROWS)})
    made.open().run("research")
    edit(made, "contracts/customers.yaml", ("key: customer_id", "key: email"))
    made.open().restrict("customer", "C7@example.org")
    rows = released(made.open().run("research").release)
    assert "7" not in [row["amount"] for row in rows]
    assert len(rows) == 59


# ---- Parquet that carries more than its columns


def _parquet(path: Path, contract_names: Sequence[str], marker: str) -> None:
    schema = pa.schema(
        [
            pa.field("customer_id", pa.string(), metadata={"example": marker}),
            pa.field("email", pa.dictionary(pa.int32(), pa.string())),
            pa.field("secret", pa.string()),
            pa.field("city", pa.dictionary(pa.int8(), pa.string())),
            pa.field("amount", pa.int64()),
        ],
        metadata={"pandas": json.dumps({"index": [marker]}), "note": marker},
    )
    columns = [
        pa.array(["C1", "C2", "C1"]),
        pa.array(["a@example.org", "b@example.org", None]).dictionary_encode(),
        pa.array([marker, marker, None]),
        pa.array(["Bonn", None, "Bonn"]).dictionary_encode().cast(schema.field("city").type),
        pa.array([1, 2, 3]),
    ]
    assert list(schema.names) == list(contract_names)
    pq.write_table(pa.table(columns, schema=schema), path)


def test_what_a_parquet_file_says_beside_its_columns_reaches_nobody(tmp_path: Path) -> None:
    marker = "Zaphod-Marker-Beeblebrox"
    source = tmp_path / "customers.parquet"
    _parquet(source, [str(column.path) for column in CUSTOMERS.columns], marker)
    made = make_project(
        tmp_path,
        {"customers.parquet": source.read_bytes()},
        form="parquet",
        source_format=SourceFormat("parquet"),
    )
    summary = made.open().run("research")
    rows = pq.read_table(Path(summary.release) / "customers.parquet")
    assert set(rows["amount"].to_pylist()) == {1, 2, 3}
    assert rows.schema.names == ["customer_id", "email", "city", "amount"]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != source:
            assert marker.encode() not in path.read_bytes(), path


def test_a_field_that_a_struct_got_later_does_not_leave(tmp_path: Path) -> None:
    people = table(
        "people",
        {"id": ("string", "user.unique_id"), "home.city": ("string", "none")},
        person("id"),
    )
    line = '{"id": "a", "home": {"city": "Bonn"}}\n'
    made = make_project(
        tmp_path,
        {"people.jsonl": line},
        contracts=[people],
        treatments=tokens_for(people),
        form="jsonl",
        source_format=SourceFormat("jsonl"),
    )
    made.open().run("research")
    (made.root / "people.jsonl").write_text(
        line + '{"id": "b", "home": {"city": "Bonn", "street": "Zaphodstr. 7"}}\n'
    )
    summary = made.open().run("research")
    text = (Path(summary.release) / "people.jsonl").read_text()
    assert "street" not in text
    assert summary.data[0].counts.quarantined == {"unknown_field": 1}


# ---- tokens and what else could join


def two_recipients(made: Made) -> Made:
    """Add a second pipeline, `unilab`, that releases the same to another recipient."""
    policy = made.root / "policy.yaml"
    head, _, rest = policy.read_text().partition("rules:\n")
    rule, gap, tests = rest.partition("\n\n")
    again = rule.replace("    as:", "    to: unilab\n    as:").rstrip("\n")
    recipients = "recipients: {unilab: {region: EU}}\n"
    policy.write_text(f"{head}rules:\n{rule}\n{again}{gap}{tests}\n{recipients}")
    pipeline = (made.root / "pipelines" / "research.yaml").read_text()
    for old, new in (("name: research", "name: unilab"), ("\nrole:", "\nto: unilab\nrole:")):
        assert pipeline.count(old) == 1
        pipeline = pipeline.replace(old, new)
    (made.root / "pipelines" / "unilab.yaml").write_text(pipeline)
    return made


def test_two_recipients_cannot_lay_their_rows_side_by_side(tmp_path: Path) -> None:
    """Neither by tokens nor by the order of rows; one recipient's releases keep both."""
    made = two_recipients(make_project(tmp_path, {"customers.csv": customers_csv(ROWS)}))
    ours, theirs = (
        released(made.open().run(pipeline).release) for pipeline in ("research", "unilab")
    )
    for name in ("customer_id", "email"):
        assert not {row[name] for row in ours} & {row[name] for row in theirs}
    one, other = ([int(row["amount"]) for row in rows] for rows in (ours, theirs))
    assert sorted(one) == sorted(other) == list(range(60))
    assert one != list(range(60)), "nor by the source's order"
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 10
    again = Path(made.root / "releases" / "research" / "000001")
    again.rename(tmp_path / "aside")
    assert released(made.open().run("research").release) == ours


def test_tokens_join_the_data_sets_of_one_release_by_person(tmp_path: Path) -> None:
    orders = replace(CUSTOMERS, name="orders")
    treatments = dict(TREATMENTS) | {
        key.replace("customers.", "orders."): value for key, value in TREATMENTS.items()
    }
    respelt = [(f" {key} ", mail.upper(), secret, city, n) for key, mail, secret, city, n in ROWS]
    made = make_project(
        tmp_path,
        {"customers.csv": customers_csv(ROWS), "orders.csv": customers_csv(respelt)},
        contracts=(CUSTOMERS, orders),
        treatments=treatments,
    )
    folder = made.open().run("research").release
    one, other = (released(folder, data) for data in ("customers", "orders"))
    for name in ("customer_id", "email"):
        assert {row["amount"]: row[name] for row in one} == {
            row["amount"]: row[name] for row in other
        }


def test_a_released_token_is_nothing_that_is_kept_inside(tmp_path: Path) -> None:
    """Neither a commitment of the registry, nor what rows are clustered by, nor one in the log."""
    made = make_project(tmp_path, {"customers.csv": customers_csv(ROWS)})
    made.open().restrict("customer", "C7")
    made.open().lift("customer", "C7")
    rows = released(made.open().run("research").release)
    tokens = {row[name] for row in rows for name in ("customer_id", "email")}
    keys = pa.array([row[0] for row in ROWS])
    with opened(made.open().config, None) as memory:
        commitments = memory.registry.commitments("customer", keys)
        with memory.catalog.read() as connection:
            clustering = memory.vault.keys.current(connection, "clustering", "customers")
        log = [json.dumps(entry.body) for entry in memory.log.entries()]
    assert clustering is not None
    inside = {row.tobytes().hex()[:16] for row in commitments}
    inside |= {f"{token:016x}" for token in subject_tokens(clustering.secret, keys)}
    assert not {token[:16] for token in tokens} & inside
    assert not any(token in line for token in tokens for line in log)


# ---- what a run says about itself


def test_the_bases_of_all_data_sets_are_told(tmp_path: Path) -> None:
    visits = table("visits", {"id": ("string", "user.unique_id"), "n": ("int64", "none")})
    notes = table("notes", {"id": ("string", "user.unique_id"), "mail": ("string", EMAIL)})
    contracts = [replace(each, subjects=(person("id"),)) for each in (visits, notes)]
    made = make_project(
        tmp_path,
        {"visits.csv": "id,n\na,1\n", "notes.csv": "id,mail\na,a@example.org\n"},
        contracts=contracts,
        treatments=tokens_for(*contracts),
    )
    summary = made.open().run("research")
    assert [category for category, _ in summary.basis] == [EMAIL, "user.unique_id"]


def test_a_project_that_moved_says_where_its_unchanged_release_is_now(tmp_path: Path) -> None:
    made = make_project(tmp_path / "old", {"customers.csv": customers_csv(ROWS)})
    made.open().run("research")
    made.root.rename(tmp_path / "new")
    summary = Made(tmp_path / "new").open().run("research")
    assert summary.unchanged
    assert Path(summary.release) == tmp_path / "new" / "releases" / "research" / "000001"
