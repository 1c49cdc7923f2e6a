"""Try to find planted people, or how many they are, in what a k-anonymous run writes of itself.

A few people who are like nobody are planted beside many. A run leaves them out, and measures risk
and use with them. Then report, receipt, log, evidence, messages and file names are searched for
their values; and worlds with one to nine of them are compared: what is told of risk and use must be
the same in all, but for attacks, which draw other people in each.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import privet.protect.assessment.whole as measuring
from privet.project.memory import opened
from privet.protect.assessment.told import Told, tell
from privet.protect.recoding import SUPPRESSED
from privet.protect.risk.decided import Decided
from privet.protect.risk.report import Note
from privet.report import render
from tests.integration.test_k_anonymous_release import person, policy, project
from tests.projects import use_cheap_passphrase
from tests.unit.report.reading import Element, read

MANY = 240
PROMISE = "{k: 5, method: full-domain, suppress: 0.1}"
ZIP, ILL = "zqxjw", "qzkvx"
"""Marks of planted values: texts that nothing else has. No digits: a log has random ones."""


@dataclass(frozen=True)
class World:
    """A run with so many planted people, and all that it wrote or said."""

    planted: int
    told: dict[str, Any]
    page: Element
    written: dict[str, bytes]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


Run = Callable[[int], World]


@pytest.fixture
def run(tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Run:
    def world(planted: int) -> World:
        root = tmp_path / f"world-{planted}"
        crowd = [person(n, age=20 + n % 4, zip=f"1{n % 3}000") for n in range(MANY)]
        alone = [
            person(9_000 + n, age=101 + n, zip=f"{ZIP}{n}", illness=f"{ILL}{n}")
            for n in range(planted)
        ]
        made = project(root, crowd + alone, policy(PROMISE))
        caplog.set_level(logging.DEBUG)
        summary = made.open().run("research")
        with opened(made.open().config, None) as memory:
            evidence = json.loads(memory.vault.get_sealed(summary.release_id))
        page = render(summary)
        out, err = capfd.readouterr()
        written = {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and path.name != "people.csv"
        }
        written |= {
            "people.csv as it left": (Path(summary.release) / "people.csv").read_bytes(),
            "evidence": json.dumps(evidence, ensure_ascii=False).encode(),
            "page": page.encode(),
            "log": caplog.text.encode(),
            "summary": repr(summary).encode(),
            "messages": (out + err).encode(),
            "names": "\n".join(written).encode(),
        }
        told = evidence["anonymity"]["people"]["assessment"]
        return World(planted, told, read(page), written)

    return world


def planted_in(world: World) -> list[str]:
    """Where a planted value stands: a zip, an illness, an age."""
    ages = [f"{101 + n}" for n in range(world.planted)]
    found = [
        place
        for place, data in world.written.items()
        for mark in (ZIP, ILL)
        if mark.encode() in data
    ]
    said = world.page.part("risk").text + world.page.part("use").text + json.dumps(world.told)
    return found + [f"{age} is told" for age in ages if f"{age}-" in said or f'"{age}"' in said]


def compared(told: dict[str, Any]) -> dict[str, Any]:
    """What must not hang on how many were planted: all but attacks, and the entropy beside them.

    Entropy goes by how often values were in the original; it is a mean over all rows, told to a
    tenth here.
    """
    use = {name: each for name, each in told["use"].items() if name not in {"entropy", "columns"}}
    columns = [
        {name: said for name, said in each.items() if name != "entropy"}
        for each in told["use"]["columns"]
    ]
    left = {name: each for name, each in told.items() if name not in {"attacks", "use"}}
    return {**left, "use": {**use, "columns": columns}}


def test_no_value_of_who_was_left_out_is_anywhere(run: Run) -> None:
    world = run(3)
    assert world.told["use"]["suppressed"] == "few"
    assert planted_in(world) == []


def test_one_to_nine_planted_people_are_told_alike(run: Run) -> None:
    worlds = [run(planted) for planted in (1, 2, 4, 5, 9)]
    for world in worlds:
        assert compared(world.told) == compared(worlds[0].told)
        assert world.told["unique"] == {"before": "few", "now": "none"}
        assert world.page.part("risk").text.count("fewer than 10 people before, none now") == 1
        for attack in world.told["attacks"]:
            whole = attack["tries"] % 10 == 0
            assert whole, "tries on all rows would tell how many rows there are"
    # What the page says of rows is made from the same parts, but for the attacks' own.
    uses = {world.page.part("use").one("dl").text for world in worlds}
    assert len(uses) == 1


def test_a_page_that_printed_a_raw_combination_would_be_caught(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = measuring.told_of
    monkeypatch.setattr(
        measuring,
        "told_of",
        lambda table, k: replace(
            made := original(table, k), notes=(*made.notes, Note("empty", _raw(table)))
        ),
    )
    caught = planted_in(run(3))
    assert "page" in caught
    assert "evidence" in caught


def _raw(table: Decided) -> str:
    """A combination that was left out: a planted one."""
    codes = table.codes[table.of[table.classes == SUPPRESSED][0]]
    leaves = zip(table.plan.hierarchies, codes.tolist(), strict=True)
    return ", ".join(str(tree.leaves[code]) for tree, code in leaves)


@pytest.mark.parametrize("what", ["uniques", "suppressed", "difference"])
def test_a_count_that_was_told_would_be_caught(
    run: Run, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The number itself, or two numbers whose difference it is."""

    def exactly(table: Decided, k: int) -> Told:
        risk, use = measuring.both(table, k)
        told = tell(risk, use, k)
        said = {
            "uniques": f"{risk.uniqueness.before}",
            "suppressed": f"{use.suppressed}",
            "difference": f"{use.rows} of {use.published}",
        }[what]
        return replace(told, notes=(*told.notes, Note("empty", said)))

    monkeypatch.setattr(measuring, "told_of", exactly)
    assert compared(run(2).told) != compared(run(3).told)


def test_the_exact_figures_differ_so_that_there_is_something_to_hide(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int | None, int]] = []
    original = measuring.tell

    def noting(risk: Any, use: Any, k: int) -> Told:
        seen.append((risk.uniqueness.before, use.suppressed))
        return original(risk, use, k)

    monkeypatch.setattr(measuring, "tell", noting)
    run(3)
    run(4)
    assert seen == [(3, 3), (4, 4)]
