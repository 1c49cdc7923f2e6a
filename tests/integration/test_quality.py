"""Rules of a contract as somebody writes them, and what a run does with them: held back, stopped,
told; the exit code, the words, and nothing kept where a threshold is broken.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent, indent

import pytest

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import CleanStep
from privet.pipeline.summary import RunSummary
from tests.command_line import privet, visible_releases
from tests.kept import counts, kept, told
from tests.projects import Made, make_project, use_cheap_passphrase, write

ADULT = Path(__file__).parents[3] / "shared" / "data" / "adult" / "adult_raw.csv.gz"

PERSON = "C77777SECRET"
"""What no message may have: it stands in every row that fails."""
CUSTOMERS = Contract(
    "customers", "1.0.0", (Column(ColumnPath.of("customer_id"), "string", "user.unique_id"),)
)
ORDERS = Contract(
    "orders",
    "1.0.0",
    (
        Column(ColumnPath.of("number"), "int64", "none"),
        Column(ColumnPath.of("customer_id"), "string", "user.unique_id"),
        Column(ColumnPath.of("ordered"), "date32", "none"),
        Column(ColumnPath.of("amount"), "decimal128(12, 2)", "none"),
        Column(ColumnPath.of("status"), "string", "none"),
        Column(ColumnPath.of("note"), "string", "none"),
    ),
)
TREATMENTS = {
    "orders.customer_id": Treatment("token"),
    "customers.customer_id": Treatment("token"),
}
GOOD = [f"{i},C{i % 5},2026-01-{i + 1:02},{i}.50,open,ab{i:02}" for i in range(20)]
BAD = {
    "amount_given": f"21,{PERSON},2026-01-01,,open,ab21",
    "amount_range": f"22,{PERSON},2026-01-01,-77.00,open,ab22",
    "status_known": f"23,{PERSON},2026-01-01,1.00,PAYED7,ab23",
    "note_pattern": f"24,{PERSON},2026-01-01,1.00,open,XYZZY7",
    "note_length": f"25,{PERSON},2026-01-01,1.00,open,ab25xxxxxxxxx",
    "note_given": f"26,{PERSON},2026-01-01,1.00,open,n/a",
    "number_once": f"1,{PERSON},2026-01-01,1.00,open,ab01",
    "somebody_s": "28,C99999SECRET,2026-01-01,1.00,open,ab28",
}
"""For each rule one row that fails it, and no other."""
CHECKS = {
    "amount_given": ("amount", "metric: nullValues"),
    "amount_range": (
        "amount",
        "metric: invalidValues\narguments: {minimum: 0, exclusiveMaximum: 1000}",
    ),
    "status_known": (
        "status",
        "metric: invalidValues\narguments: {validValues: [open, paid]}",
    ),
    "note_pattern": (
        "note",
        "metric: invalidValues\narguments: {pattern: '^(ab[0-9]{2}|n/a)'}",
    ),
    "note_length": ("note", "metric: invalidValues\narguments: {minLength: 2, maxLength: 10}"),
    "note_given": ("note", 'metric: missingValues\narguments: {missingValues: ["", n/a]}'),
    "number_once": ("number", "metric: duplicateValues"),
    "somebody_s": ("customer_id", "customers.customer_id"),
}
"""Each rule, as it stands at its column; the last is a relationship."""
STOP = "customProperties: [{property: action, value: stop}]"
REPORT = "customProperties: [{property: action, value: report}]"
WARNING = "severity: warning"


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def contract_text(rules: dict[str, str], on_data: str = "", sla: str = "") -> str:
    """The contract of `orders`: `rules` of CHECKS with the lines that say how they act."""
    columns = ""
    for column in ORDERS.columns:
        columns += f"- name: {column.path}\n  physicalType: {column.type}\n"
        columns += f"  customProperties: [{{property: category, value: {column.category}}}]\n"
        here = [name for name in rules if CHECKS[name][0] == str(column.path)]
        quality = ""
        for name in here:
            if name == "somebody_s":
                own = "- property: name\n  value: somebody_s\n" + _as_properties(rules[name])
                columns += f"  relationships:\n    - to: {CHECKS[name][1]}\n"
                columns += "      customProperties:\n" + indent(own, " " * 8)
            else:
                item = f"name: {name}\n{CHECKS[name][1]}\n{rules[name]}".strip()
                quality += "- " + indent(item, "  ").strip() + "\n"
        columns += f"  quality:\n{indent(quality, '    ')}" if quality else ""
    text = dedent(
        """\
        apiVersion: v3.1.0
        kind: DataContract
        id: orders
        version: "1.0.0"
        status: draft
        """
    )
    text += f"slaProperties:\n{indent(sla, '  ')}\n" if sla else ""
    text += "schema:\n  - name: orders\n"
    if "somebody_s" not in rules:
        text += "    customProperties:\n      - {property: unowned, value: allow}\n"
    text += f"    quality:\n{indent(on_data, '      ')}\n" if on_data else ""
    return f"{text}    properties:\n{indent(columns, ' ' * 6)}"


def _as_properties(lines: str) -> str:
    """Where the standard has no key for it, it is a custom property."""
    if lines == STOP:
        return "- {property: action, value: stop}\n"
    pairs = (line.split(": ") for line in lines.splitlines())
    return "".join(f"- {{property: {key}, value: {value}}}\n" for key, value in pairs)


def make(
    root: Path, text: str, rows: Sequence[str] = GOOD, customers: Sequence[str] | None = None
) -> Made:
    ids = [*(f"C{i}" for i in range(5)), PERSON] if customers is None else customers
    made = make_project(
        root,
        {
            "customers.csv": "customer_id\n" + "".join(f"{each}\n" for each in ids),
            "orders.csv": orders(rows),
        },
        contracts=(CUSTOMERS, ORDERS),
        treatments=TREATMENTS,
    )
    write(made.root / "contracts/orders.yaml", text)
    return made


def orders(rows: Sequence[str]) -> str:
    return "number,customer_id,ordered,amount,status,note\n" + "".join(f"{row}\n" for row in rows)


def require_refused(made: Made, *said: str, snapshots: int = 0, releases: int = 0) -> None:
    """A run ends with exit code 1, names what is broken, tells no value and keeps nothing."""
    ran = privet(made.root, "run", "research")
    assert ran.code == 1, ran.said
    for phrase in said:
        assert re.search(phrase, " ".join(ran.said.split())), (phrase, ran.said)
    for value in ("SECRET", "PAYED7", "XYZZY7", "77.00"):
        assert value not in ran.said
    assert kept(made, "orders").number == snapshots
    assert len(visible_releases(made.root)) == releases


def outcomes(summary: RunSummary) -> dict[str, tuple[int, int, bool]]:
    (data,) = (each for each in summary.data if each.name == "orders")
    return {rule.rule: (rule.failed, rule.of, rule.holds) for rule in data.quality.rules}


def test_every_kind_of_rule_holds_its_row_back(tmp_path: Path) -> None:
    made = make(tmp_path, contract_text(dict.fromkeys(CHECKS, "")), [*GOOD, *BAD.values()])
    assert privet(made.root, "check").code == 0
    summary = made.open().run("research")
    found = counts(summary, "orders")
    assert (found.read, found.out) == (28, 20)
    assert told(found.quarantined) == {f"rule:{name}": 1 for name in CHECKS}
    assert {reason: place[1] for place, reason in kept(made, "orders").held} == {
        f"rule:{name}": position for position, name in enumerate(BAD, start=21)
    }
    assert {name: failed for name, (failed, _, _) in outcomes(summary).items()} == dict.fromkeys(
        CHECKS, 1
    )
    assert privet(made.root, "verify", ".").code == 0


def test_the_same_rules_as_warnings_let_every_row_through_and_tell(tmp_path: Path) -> None:
    made = make(tmp_path, contract_text(dict.fromkeys(CHECKS, WARNING)), [*GOOD, *BAD.values()])
    summary = made.open().run("research")
    assert counts(summary, "orders").out == 28
    assert outcomes(summary) == dict.fromkeys(CHECKS, (1, 28, True))


@pytest.mark.parametrize("name", CHECKS)
def test_a_rule_that_stops_ends_the_run(tmp_path: Path, name: str) -> None:
    made = make(tmp_path, contract_text({name: STOP}), [*GOOD, BAD[name]])
    require_refused(made, f"`{name}` on `{CHECKS[name][0]}`", "1 of 21 rows fail")
    write(made.root / "orders.csv", orders(GOOD))
    assert privet(made.root, "run", "research").code == 0


PAYED = [f"{i},C1,2026-01-01,1.00,PAYED7,ab{i}" for i in range(40, 44)]


@pytest.mark.parametrize(
    ("terms", "holds"),
    [
        ("mustBeLessThan: 4", False),
        ("mustBeLessOrEqualTo: 4", True),
        ("mustBeLessOrEqualTo: 10\nunit: percent", False),
        ("mustBeLessThan: 20\nunit: percent", True),
        (f"mustBeLessOrEqualTo: 3\n{STOP}", False),
        (f"mustBeLessOrEqualTo: 4\n{STOP}", True),
        ("mustBeBetween: [0, 2]", False),
        ("mustBe: 0", True),
    ],
)
def test_a_threshold_says_how_many_may_fail(tmp_path: Path, terms: str, holds: bool) -> None:
    made = make(tmp_path, contract_text({"status_known": terms}), [*GOOD, *PAYED])
    if not holds:
        require_refused(made, "`status_known` on `status`", "4 of 24 rows fail")
        return
    summary = made.open().run("research")
    assert told(counts(summary, "orders").quarantined) == {"rule:status_known": 4}


def test_a_broken_threshold_that_is_only_told_stops_nothing(tmp_path: Path) -> None:
    made = make(tmp_path, contract_text({"status_known": f"mustBe: 0\n{REPORT}"}), [*GOOD, *PAYED])
    ran = privet(made.root, "run", "research", "--json")
    assert ran.code == 0
    (data,) = (each for each in ran.json["data"] if each["name"] == "orders")
    (rule,) = data["rules"]
    assert (rule["failed"], rule["of"], rule["holds"]) == (4, 24, False)
    assert data["out"] == 24
    assert "status_known" in privet(made.root, "run", "research").said


ON_DATA = {
    "rowCount": (
        "- {name: some_rows, metric: rowCount, mustBeGreaterThan: 20}",
        r"`some_rows` \(.*\): it is 20",
    ),
    "sql": (
        """- {name: paid, type: sql, mustBeLessThan: 5,
            query: "SELECT count(*) FROM ${table} WHERE status = 'open'"}""",
        r"`paid` \(.*\): it is 20",
    ),
    "sql of a value": (
        """- {name: top, type: sql, mustBeLessThan: 5,
            query: "SELECT max(amount) FROM ${table}"}""",
        r"`top` \(.*\): it does not hold",
    ),
    "unique over columns": (
        """- {name: one_a_day, metric: duplicateValues,
            arguments: {properties: [status, ordered]}, mustBeLessThan: 1,
            customProperties: [{property: action, value: stop}]}""",
        r"`one_a_day` on `status`, `ordered` \(.*\): 1 of 21 rows fail",
    ),
}


@pytest.mark.parametrize("kind", ON_DATA)
def test_a_rule_on_the_data_set_stops_the_run_or_tells(tmp_path: Path, kind: str) -> None:
    text, said = ON_DATA[kind]
    rows = [*GOOD, "99,C1,2026-01-01,1.00,open,ab99"] if kind == "unique over columns" else GOOD
    made = make(tmp_path, contract_text({}, on_data=text), rows)
    require_refused(made, said)
    told_only = re.sub(r"\}$", ", severity: warning}", text).replace("value: stop", "value: report")
    write(made.root / "contracts/orders.yaml", contract_text({}, on_data=told_only))
    summary = made.open().run("research")
    assert [rule.holds for data in summary.data for rule in data.quality.rules] == [False]


def test_old_data_stops_the_run(tmp_path: Path) -> None:
    sla = "- {property: freshness, value: 3, unit: d, element: orders.ordered}"
    made = make(tmp_path, contract_text({}, sla=sla), ["1,C1,2020-01-01,1.00,open,ab01"])
    require_refused(made, "`ordered`", r"it is \d+")
    sla = sla.replace("value: 3", "value: 30000")
    write(made.root / "contracts/orders.yaml", contract_text({}, sla=sla))
    assert privet(made.root, "run", "research").code == 0


STEADY = """\
- name: status_steady
  type: custom
  engine: privet
  implementation: {steady: {distance: 0.2}}
"""


def test_a_column_that_moved_since_the_snapshot_before_stops_the_run(tmp_path: Path) -> None:
    text = contract_text({"status_known": ""}).replace(
        "quality:\n", f"quality:\n{indent(STEADY, ' ' * 10)}"
    )
    made = make(tmp_path, text)
    assert privet(made.root, "run", "research").code == 0
    write(made.root / "orders.csv", orders([row.replace("26-01-01", "26-01-02") for row in GOOD]))
    assert privet(made.root, "run", "research").code == 0
    write(made.root / "orders.csv", orders([row.replace("open", "paid") for row in GOOD]))
    require_refused(made, r"`status_steady` on `status` \(.*\): it is", snapshots=2, releases=2)


def test_who_is_referred_to_must_have_been_brought_in(tmp_path: Path) -> None:
    """In the same run, by an earlier run of another pipeline, or not at all."""
    made = make(tmp_path, contract_text({"somebody_s": ""}), [*GOOD, BAD["somebody_s"]])
    both = (made.root / "pipelines/research.yaml").read_text()
    parts = re.split(r"^  (?=customers:|orders:)|^(?=\n# What leaves)", both, flags=re.MULTILINE)
    assert [part.split(":")[0] for part in parts[1:3]] == ["customers", "orders"]
    alone = f"{parts[0]}  {parts[2]}{parts[3]}".replace("  - customers\n", "")
    alone = re.sub(r"  - \{data: customers.*\n", "", alone)
    write(made.root / "pipelines/research.yaml", alone)
    ran = privet(made.root, "run", "research")
    assert ran.code == 2
    assert "orders refers to customers, and the vault has no snapshot of it" in ran.said
    assert "run a pipeline that brings customers in" in " ".join(ran.said.split())
    write(made.root / "pipelines/research.yaml", both)
    assert privet(made.root, "run", "research").code == 0
    write(made.root / "pipelines/research.yaml", alone)
    write(made.root / "orders.csv", orders([*GOOD, *GOOD[:0], BAD["somebody_s"], *PAYED]))
    summary = made.open().run("research")
    assert told(counts(summary, "orders").quarantined) == {"rule:somebody_s": 1}


# ---- what somebody gets wrong, and is told before any data is read

WRONG = {
    "a misspelt metric": ("quality: [{metric: nullValue}]", "did you mean `nullValues`"),
    "a threshold in words": (
        "quality: [{metric: nullValues, mustBeLessThan: five}]",
        "mustBeLessThan: expected a number",
    ),
    "a unit of its own": (
        'quality: [{metric: nullValues, mustBeLessThan: 5, unit: "%"}]',
        "expected `rows` or `percent`",
    ),
    "a metric at the wrong place": (
        "quality: [{metric: rowCount}]",
        "is a metric of the data set move it there",
    ),
    "bounds of a text": ("logicalTypeOptions: {minimum: 3}", "text has `pattern` and `minLength`"),
    "a pattern of another kind": (
        "logicalTypeOptions: {pattern: '(?=a)'}",
        "it has no look-ahead",
    ),
    "a reference to nobody": ("relationships: [{to: custmers.id}]", "Did you mean `customers`"),
    "a reference to no column": (
        "relationships: [{to: customers.customer}]",
        "Did you mean `customer_id`",
    ),
    "SQL that is none": (
        "quality: [{name: q, type: sql, mustBe: 0, query: 'SELECT count() FRM ${table}'}]",
        "cannot be read as SQL",
    ),
    "SQL of no column": (
        "quality: [{name: q, type: sql, mustBe: 0, query: 'SELECT sum(total) FROM ${table}'}]",
        '"total" not found',
    ),
    "SQL that reads files": (
        """quality: [{name: q, type: sql, mustBe: 0,
          query: "SELECT count(*) FROM read_csv('x.csv')"}]""",
        r"`READ_CSV\(\)` is not allowed",
    ),
}
WRONG_SOURCES = {
    "a misspelt step": ("clean: [trimm]", "did you mean `trim`"),
    "a step that does not fit": ("clean: [clip: {columns: [status], low: 0}]", "works on numbers"),
    "a key of no column": ("clean: [deduplicate: {by: [customer]}]", "Did you mean `customer_id`"),
    "a misspelt way": ("incremental: file", "did you mean `files`"),
    "a watermark of no column": ("incremental: {after: orderd}", "Did you mean `ordered`"),
    "a watermark without order": ("incremental: {after: status2}", "Did you mean `status`"),
    "adding to nothing": ("incremental: files\n    keep: quarantine", "does not keep"),
    "keeping the latest of what is there": (
        "incremental: files\n    clean: [deduplicate: {by: [status], keep: last}]",
        "rows that are there stay",
    ),
}


@pytest.mark.parametrize("mistake", [*WRONG, *WRONG_SOURCES])
def test_a_mistake_is_told_with_its_place_and_the_way_out(tmp_path: Path, mistake: str) -> None:
    made = make(tmp_path, contract_text({}))
    if mistake in WRONG:
        written, said = WRONG[mistake]
        name, place = "contracts/orders.yaml", "      - name: status\n"
        added = indent(written, " " * 8)
    else:
        written, said = WRONG_SOURCES[mistake]
        name, place = "pipelines/research.yaml", "    from: orders.csv\n"
        added = f"    {written}"
    text = (made.root / name).read_text()
    assert text.count(place) == 1
    write(made.root / name, text.replace(place, f"{place}{added}\n"))
    for verb in (["check"], ["run", "research"]):
        outcome = privet(made.root, *verb)
        assert outcome.code in {1, 2}
        assert re.search(said, " ".join(outcome.said.split())), outcome.said
        assert re.search(rf"{name}:\d+", outcome.said), outcome.said


# ---- the Adult data set, as it is


@pytest.mark.skipif(not ADULT.is_file(), reason="the real data sets are not beside the project")
def test_adult_cleaned_counts_as_plain_python_counts(tmp_path: Path) -> None:
    text = gzip.decompress(ADULT.read_bytes()).decode()
    header, *lines = csv.reader(io.StringIO(text))
    rows = [tuple(line) for line in lines if line]
    # More dirt: blanks around, and rows that stand there again but for the blanks.
    again = [tuple(f" {cell}  " for cell in row) for row in rows[:100]]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows, *again])

    trimmed = [tuple(cell.strip() for cell in row) for row in [*rows, *again]]
    missing = Counter(
        name for row in trimmed for name, cell in zip(header, row, strict=True) if cell == "?"
    )
    assert missing
    nulled = [tuple(None if cell == "?" else cell for cell in row) for row in trimmed]
    duplicates = len(nulled) - len(set(nulled))
    blanks = Counter(
        name
        for row in [*rows, *again]
        for name, cell in zip(header, row, strict=True)
        if cell != cell.strip()
    )

    contract = Contract(
        "adult",
        "1.0.0",
        tuple(Column(ColumnPath.of(name), "string", "none") for name in header),
    )
    exact = CleanStep("deduplicate", params=(("keep", "first"), ("kind", "exact")))
    markers = CleanStep("missing", params=(("markers", ("?",)),))
    made = make_project(
        tmp_path,
        {"adult.csv.gz": gzip.compress(buffer.getvalue().encode(), 1)},
        contracts=(contract,),
        treatments={},
        sources=[
            SourceSpec(
                "adult",
                ("adult.csv.gz",),
                SourceFormat("csv", compression="gzip"),
                clean=(CleanStep("trim"), markers, exact),
            )
        ],
    )
    summary = made.open().run("research")
    found = counts(summary, "adult")
    assert found.read == len(rows) + 100 == 48_942
    assert told(found.merged) == {"duplicate:whole row": duplicates}
    assert found.out == len(set(nulled))
    steps = {step.step: dict(step.changed) for step in summary.data[0].quality.cleaning}
    assert steps["missing"] == dict(missing)
    assert steps["trim"] == dict(blanks)
    assert steps["deduplicate"] == {"": duplicates}
    assert kept(made, "adult").bag == Counter(dict.fromkeys(nulled, 1))
