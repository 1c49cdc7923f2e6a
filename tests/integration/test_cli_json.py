"""`--json`: one object on standard output, of the shape that docs/json.md states, for every verb.

The page's tables are read and compared with what the verbs print, both ways: no field is printed
that the page does not have, and no field is on the page that no verb prints.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typer

from privet.cli.app import app
from tests.command_line import Outcome, privet
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
TYPES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "list",
    dict: "object",
    type(None): "null",
}
ROWS = [(f"C{i:03}", f"c{i}@example.org", f"secret {i}", "Ulm", i) for i in range(30)]
TERMS = "    until: 2999-01-01\n    where: amount > 3\n"
AS_ANALYST = ("--role", "analyst", "--for", "research")
QUARANTINE = """
  - allow: quarantine
    role: analyst
    purpose: research
    data: customers
    as: pseudonymous
    columns:
      customers.customer_id: token
      customers.email: drop
      customers.secret: drop
      customers.city: keep
      customers.amount: keep
"""
QUESTION = """
  - allow: query
    role: analyst
    purpose: research
    data: customers
    as: {dp: {epsilon: 1, delta: 1e-6}}
budgets:
  customers: {unit: customer, epsilon: 3, delta: 1e-6, per: {role: 2}, max_norm: 3, max_groups: 1}
"""
HELD = (
    "C100,x\n",
    "C101,c@example.org,s,Ulm,many\n",
    "C102,d@example.org,s,Ulm,few\n",
    "C102,d@example.org,s,Ulm,few\n",
    "C103,e@example.org,s,Ulm,-1\n",
    "C103,e@example.org,s,Ulm,-1\n",
)
STEPS = "clean: [missing: {markers: [none], columns: [amount]}, deduplicate]"
CLEAN = ("    header: true\n", f"    header: true\n    {STEPS}\n")
RULE = (
    "physicalType: int64\n",
    "physicalType: int64\n        logicalTypeOptions: {minimum: 0}\n",
)
COUNTED = (
    "    properties:\n",
    "    quality: [{type: library, metric: rowCount, mustBeGreaterThan: 1}]\n    properties:\n",
)
OTHER_SOURCES = {
    "shop": "from: 'sqlite:///shop.db'\n    format: sql\n    query: SELECT 1\n"
    "    incremental: {after: amount}\n",
    "years": "from: data\n    format: parquet\n    partitions: [city]\n",
}
IDLE = {("run", "data[].suppressed.*")}
"""On the page, and nothing yet that fills it: no guarantee suppresses rows."""
FREE = {
    "data[].quarantined",
    "data[].withheld",
    "data[].merged",
    "data[].suppressed",
    "data[].cleaning[].changed",
    "facts",
    "rows[].values",
    "withheld",
    "merged",
    "held",
}
"""Objects whose field names are not fixed."""


def documented() -> dict[str, dict[str, set[str]]]:
    """By heading: each field's path, and the types that it may have."""
    shapes: dict[str, dict[str, set[str]]] = {}
    for section in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE):
        heading = section.splitlines()[0].strip()
        rows = re.findall(r"^\| `([^`]+)` \| ([a-z, ]+) \|", section, flags=re.MULTILINE)
        shapes[heading] = {path: set(types.split(", ")) for path, types in rows}
    return shapes


SHAPES = documented()
COMMON, ERROR = SHAPES.pop("# The output of `--json`"), SHAPES.pop("An error")
SHAPES["init"] |= {
    path: types
    for path, types in SHAPES["scan"].items()
    if path.startswith("tables[]") and ".suggested" not in path
}


def fields(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every path in a JSON value, with its type."""
    if path:
        yield path, TYPES[type(value)]
    if isinstance(value, dict):
        for name, below in value.items():
            inner = "*" if path in FREE else name
            yield from fields(below, f"{path}.{inner}" if path else inner)
    elif isinstance(value, list):
        for item in value:
            if not isinstance(item, dict):
                yield f"{path}[]", TYPES[type(item)]
            else:
                for name, below in item.items():
                    yield from fields(below, f"{path}[].{name}")


def dirty_csv() -> str:
    """Rows that suggest rules and cleaning steps."""
    rows = [f"A{n:04},{('?', ' late', 'paid')[n % 3]}" for n in range(200)]
    return "\n".join(["code,state", *rows, *rows[:5], ""])


def people_csv() -> str:
    """Rows that are alone with their values in two columns together, and a category each."""
    rows = [f"p{n:03}@example.org,{18 + n % 40},{10115 + n % 37}" for n in range(400)]
    return "\n".join(["email,age,postcode", *rows, ""])


def verbs(command: object = None, above: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every verb of the command line, and its options."""
    command = command or typer.main.get_command(app)
    for name, below in getattr(command, "commands", {}).items():
        if getattr(below, "commands", None):
            yield from verbs(below, f"{above}{name} ")
        else:
            options = [option for parameter in below.params for option in parameter.opts]
            yield f"{above}{name}", options


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cheap passphrase, and a folder for the unlock agent: a socket's path must be short."""
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def test_every_verb_but_the_demonstration_has_json_and_a_table() -> None:
    found = dict(verbs())
    assert len(found) > 10
    plain = {"demo", "redact", "restore", "reveal"}
    assert {verb for verb, options in found.items() if "--json" not in options} == plain
    assert set(SHAPES) == found.keys() - plain
    assert all(SHAPES.values())


@pytest.fixture
def printed(tmp_path: Path) -> Mapping[str, list[Outcome]]:
    """What each verb prints where it goes well, in several situations."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    made = make_project(
        tmp_path / "project", {"customers.csv": customers_csv(ROWS) + "".join(HELD)}
    )
    policy = made.root / "policy.yaml"
    pipeline = made.root / "pipelines/research.yaml"
    contract = made.root / "contracts/customers.yaml"

    def call(verb: str, *words: str, given: str = "", folder: Path = made.root) -> Outcome:
        outcome = privet(folder, *verb.split(), *words, "--json", given=given)
        outcomes[verb].append(outcome)
        return outcome

    pipeline.write_text(pipeline.read_text().replace(*CLEAN))
    contract.write_text(contract.read_text().replace(*RULE).replace(*COUNTED))
    for name, source in OTHER_SOURCES.items():
        other = made.root / f"pipelines/{name}.yaml"
        own = re.sub(r"from: customers.csv\n(    .*\n)*", source, pipeline.read_text())
        other.write_text(own.replace("name: research", f"name: {name}"))
        call("plan", name)
        other.unlink()
    call("check")
    call("plan", "research")
    call("run", "research")
    call("run", "research")
    call("subject restrict", "customer", given="C001\n")
    before = contract.read_text()
    contract.write_text(before.replace("name: city", "name: town"))
    call("plan", "research")
    contract.write_text(before)
    policy.write_text(
        policy.read_text()
        .replace("as: pseudonymous\n", f"as: pseudonymous\n{TERMS}")
        .replace("customers.secret: drop", "customers.secret: redact", 1)
        .split("\n# Tests")[0]
        + "\n"
    )
    pipeline.write_text(pipeline.read_text().replace("format: csv}", "format: jsonl}"))
    call("plan", "research")
    call("run", "research")
    release = call("run", "research").json.get("release")
    assert release, outcomes["run"]
    call("verify", release)
    call("verify", ".")
    call("subject lift", "customer", given="C001\n")
    call("unlock", "--minutes", "1")
    call("lock")
    call("lock")
    slot = call("keys add", given="a further passphrase\n").json["slot"]
    call("keys list")
    call("keys remove", slot)
    call("scan", "customers.csv")
    (made.root / "dirty.csv").write_text(dirty_csv())
    call("scan", "dirty.csv", "--suggest")
    (made.root / "people.csv").write_text(people_csv())
    call("scan", "people.csv")
    call("scan", "-", given="write to ana@example.org\n")
    (made.root / "note.txt").write_text("write to ana@example.org\n")
    (made.root / "picture.bin").write_bytes(bytes(range(256)))
    call("scan", "--lines", "note.txt", "picture.bin")
    policy.write_text(policy.read_text() + QUARANTINE)
    call("subject restrict", "customer", given="C101\n")
    call("quarantine list")
    call("quarantine show", "customers", *AS_ANALYST)
    pipeline.write_text(pipeline.read_text().replace("[none]", "[few]"))
    call("quarantine reprocess", "customers", *AS_ANALYST)
    call("run", "research")
    call("quarantine release", "customers", *AS_ANALYST, "--reason", "rule:range_amount")
    policy.write_text(policy.read_text() + QUESTION)
    asked = ("SELECT city, COUNT(*) AS n FROM customers GROUP BY city", *AS_ANALYST)
    call("query", *asked)
    call("query", *asked, "--explain")
    call("budget")
    call("budget", "customers", "--tight")
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "customers.csv").write_text("name,amount\nAnna,1\nBert,2\n")
    call("init", "customers.csv", folder=fresh)
    crowd = tmp_path / "crowd"
    crowd.mkdir()
    (crowd / "people.csv").write_text(people_csv())
    call("init", "people.csv", folder=crowd)
    (fresh / "customers.csv").write_text("amount,more\n1,x\n2,y\n")
    drifting = fresh / "pipelines/research.yaml"
    allowed = "format: csv\n    drift: {added: ignore, lost: null, categories: report}\n"
    drifting.write_text(drifting.read_text().replace("format: csv\n", allowed, 1))
    assert call("run", "research", folder=fresh).code == 0
    (fresh / "customers.csv").write_text("name,amount\na@example.org,1\nb@example.org,2\n")
    assert call("run", "research", folder=fresh).code == 0
    unknown = "unowned, value: quarantine}\n      - {property: purposes, value: [marketing]}"
    contract.write_text(
        contract.read_text()
        .replace("content.private", "content.privat")
        .replace("unowned, value: quarantine}", unknown)
    )
    policy.write_text(policy.read_text().replace("members: [", "members: ['os:other', "))
    call("check")
    return outcomes


def test_what_is_printed_is_what_the_page_says(printed: Mapping[str, list[Outcome]]) -> None:
    assert printed.keys() == SHAPES.keys()
    for verb, outcomes in printed.items():
        seen: dict[str, set[str]] = defaultdict(set)
        for outcome in outcomes:
            said = '"severity": "error"' if verb == "check" else '"files": {"read": 1'
            wrong = verb in ("check", "scan") and said in outcome.out
            assert outcome.code == int(wrong), outcome.said
            assert outcome.err == ""
            assert outcome.out.isascii()
            assert (outcome.json["version"], outcome.json["verb"]) == (1, verb)
            for path, kind in fields(outcome.json):
                seen[path].add(kind)
        stated = COMMON | SHAPES[verb]
        idle = {path for name, path in IDLE if name == verb}
        assert seen.keys() | idle == stated.keys(), verb
        for path, kinds in seen.items():
            assert kinds <= stated[path], (verb, path)


def test_what_may_be_null_is_null_somewhere(printed: Mapping[str, list[Outcome]]) -> None:
    """A type on the page that never comes would be an idle promise."""
    for verb, outcomes in printed.items():
        seen = {pair for outcome in outcomes for pair in fields(outcome.json)}
        for path, kinds in SHAPES[verb].items():
            idle = {kind for kind in kinds if (path, kind) not in seen}
            assert not idle or (verb, path) in IDLE, (verb, path)


def failing(made: Made) -> Iterator[Outcome]:
    """An error of each verb, and of each kind."""
    first = {
        "scan": ["scan", "missing.csv"],
        "init": ["init", "customers.csv"],
        "plan": ["plan", "missing"],
        "run": ["run", "missing"],
        "verify": ["verify", "missing"],
        "unlock": ["unlock"],
        "lock": ["lock"],
        "keys list": ["keys", "list"],
        "keys add": ["keys", "add"],
        "keys remove": ["keys", "remove", "none"],
        "quarantine list": ["quarantine", "list", "nothing"],
        "quarantine show": ["quarantine", "show", "customers", *AS_ANALYST],
        "quarantine reprocess": ["quarantine", "reprocess", "customers", *AS_ANALYST],
        "quarantine release": [
            *("quarantine", "release", "customers"),
            *(*AS_ANALYST, "--reason", "type:amount"),
        ],
        "subject restrict": ["subject", "restrict", "nobody"],
        "subject lift": ["subject", "lift", "nobody"],
        "query": ["query", "SELECT 1", *AS_ANALYST],
        "budget": ["budget"],
    }
    for words in first.values():
        yield privet(made.root, *words, "--json", given="x\n")
    (made.root / "policy.yaml").write_text("version: 1\nrules: {\n")
    for words in (["check"], ["plan", "research"]):
        yield privet(made.root, *words, "--json")
    (made.root / "policy.yaml").write_text("version: 1\nrulez: []\n")
    yield privet(made.root, "check", "--json")


def test_errors_have_one_shape(tmp_path: Path) -> None:
    made = make_project(tmp_path / "project", {"customers.csv": customers_csv(ROWS)})
    seen: dict[str, set[str]] = defaultdict(set)
    told = set()
    for outcome in failing(made):
        assert outcome.err == ""
        assert outcome.out.isascii()
        assert outcome.json["exit"] == outcome.code != 0
        told.add(outcome.json["verb"])
        for path, kind in fields(outcome.json):
            seen[path].add(kind)
    assert told == set(SHAPES)
    stated = COMMON | ERROR
    assert seen.keys() == stated.keys()
    for path, kinds in seen.items():
        assert kinds <= stated[path], path
        assert stated[path] - kinds <= {"null"}, path


def test_a_call_that_cannot_be_understood_prints_no_json(tmp_path: Path) -> None:
    for words in (["plan"], ["run", "research", "--colour"], ["unlock", "--minutes", "0"]):
        outcome = privet(tmp_path, *words, "--json")
        assert outcome.code == 2
        assert outcome.out == ""
        assert "Usage" in outcome.err


def test_names_that_are_not_ascii_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "Käufer.csv").write_text("größe,stadt\n1,Köln\n2,Ulm\n", encoding="utf-8")
    scanned = privet(tmp_path, "scan", "Käufer.csv", "--json")
    assert scanned.out.isascii()
    assert scanned.json["tables"][0]["source"] == "Käufer.csv"
    assert scanned.json["tables"][0]["columns"][0]["column"] == "größe"
