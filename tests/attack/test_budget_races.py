"""Eight processes race for one budget and are killed at random: it is never overspent.

And no answer is without its entry: what a process wrote down after its charge is in the ledger,
whatever happened to the process. The ledger is then what its log says, entry by entry.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import select

from privet.accounting.renyi import cost
from privet.ledger.budgets import Budgets
from privet.ledger.budgets.replay import budget_entries, verify
from privet.ledger.budgets.tables import CHARGE, create
from privet.model.privacy_loss import Delta, Epsilon, Repeated
from tests.attack.budget_racer import ACCOUNT, EVENT, limit, open_log
from tests.servers import postgres

PROCESSES = 8


def start(url: str, folder: Path, times: int, answers: int, name: int) -> subprocess.Popen[bytes]:
    words = [url, str(folder), str(times), str(answers), str(name)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.attack.budget_racer", *words],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
    )


def race(url: str, folder: Path, times: int, answers: int, kills: int) -> None:
    """`times` admissions are tried by each process, and `answers` fit into the budget."""
    catalog, log = open_log(url, folder, create=True)
    with catalog.write() as connection:
        create(connection)
    chance = random.Random(11)  # whom to kill, and when
    running = [start(url, folder, times, answers, name) for name in range(PROCESSES)]
    killed = 0
    while any(process.poll() is None for process in running):
        time.sleep(chance.uniform(0.05, 0.4))
        if killed < kills:
            name = chance.randrange(PROCESSES)
            if running[name].poll() is None:
                os.kill(running[name].pid, signal.SIGKILL)
                running[name].communicate()
                killed += 1
                running[name] = start(url, folder, times, answers, name)
    assert killed == kills, "the race was over before all were killed"
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()[-2000:]
    given = [line for path in folder.glob("answers-*") for line in path.read_text().split()]
    entries = list(budget_entries(log.entries()))
    with catalog.write() as connection:
        verify(connection, entries)
        charged = set(connection.execute(select(CHARGE.c.grant)).scalars())
        standing = Budgets(log).standing(connection, ACCOUNT)
    assert len(given) == len(set(given)), "one grant answered twice"
    assert set(given) <= charged, "an answer without its entry"
    spent = Fraction(len(charged), 1000)
    assert standing.spent == cost(Repeated(len(charged), EVENT))
    most = limit(answers).epsilon.value
    assert most is not None
    assert spent <= most, "overspent"
    # What a killed process had reserved is lost until it is settled; all else was let out.
    assert spent >= most - Fraction(kills, 1000)
    catalog.close()


def test_a_short_race(tmp_path: Path) -> None:
    race(f"sqlite:///{tmp_path}/catalog.db", tmp_path, times=60, answers=200, kills=6)


@pytest.mark.slow
def test_a_long_race(tmp_path: Path) -> None:
    """10,000 admissions are tried by each of eight processes; 6,000 fit."""
    race(f"sqlite:///{tmp_path}/catalog.db", tmp_path, times=10_000, answers=6_000, kills=60)


@pytest.mark.slow
def test_a_race_in_postgresql(tmp_path: Path) -> None:
    with postgres() as url:
        race(url, tmp_path, times=150, answers=400, kills=6)


def test_the_limit_is_that_of_so_many_answers() -> None:
    assert limit(200).epsilon == Epsilon.of(Fraction(1, 5))
    assert limit(200).delta == Delta.of(0)
