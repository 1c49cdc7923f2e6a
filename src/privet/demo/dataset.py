"""Write the demonstration's files: customers.csv and tickets.jsonl, with a few rows that are wrong.

The generator is seeded, so that everybody who runs the demonstration sees the same.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from privet.demo.people import person

CUSTOMER_COLUMNS = (
    *("customer_id", "name", "email", "phone", "date_of_birth", "street", "postcode", "city"),
    *("country", "card_number", "iban", "plan", "joined", "spent", "newsletter"),
)
_SEED = 20261123
_TOPICS = ("billing", "delivery", "login", "refund", "bug")
_OPENINGS = (
    "Hello, this is {name}. My order never came to {street}, {city}.",
    "Please call me back on {phone}, I cannot log in.",
    "Bonjour, mon e-mail est {email} et ma facture est fausse.",
    "Guten Tag, meine IBAN ist {iban}; bitte erstatten Sie den Betrag.",
    "The app crashes whenever I open the statistics page.",
)


def write(folder: Path, customers: int) -> tuple[Path, Path]:
    """Write both files into `folder`; about three tickets for every two customers.

    Returns:
        The paths of customers.csv and tickets.jsonl.
    """
    draw = random.Random(_SEED)  # noqa: S311 - data to look at, not a secret
    people = [person(number, draw) for number in range(1, customers + 1)]
    table, log = folder / "customers.csv", folder / "tickets.jsonl"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(CUSTOMER_COLUMNS)
        writer.writerows(people)
        writer.writerows(_wrong(people[0]))
    with log.open("w", encoding="utf-8") as file:
        for ticket in _tickets(people, draw):
            file.write(json.dumps(ticket, ensure_ascii=False) + "\n")
        file.write('{"ticket_id": "T9999999", "customer_id": "C00000\n')
    return table, log


def _wrong(like: list[str]) -> Iterator[list[str]]:
    """Rows as real files have them: a date that is none, a number that is none, a row cut short."""
    yield [*like[:4], "31/02/1990", *like[5:]]
    yield [*like[:13], "n/a", *like[14:]]
    yield like[:6]


def _tickets(people: list[list[str]], draw: random.Random) -> Iterator[dict[str, Any]]:
    start = datetime(2026, 1, 1)
    for number in range(1, len(people) * 3 // 2 + 1):
        customer = dict(zip(CUSTOMER_COLUMNS, draw.choice(people), strict=True))
        opened = start + timedelta(minutes=draw.randrange(460_000))
        yield {
            "ticket_id": f"T{number:07d}",
            "customer_id": customer["customer_id"],
            "opened": opened.isoformat(),
            "topic": draw.choice(_TOPICS),
            "priority": draw.randrange(1, 5),
            "messages": [
                {"from": "customer", "body": draw.choice(_OPENINGS).format(**customer)},
                {"from": "agent", "body": "Thank you, we are looking into it."},
            ],
        }
