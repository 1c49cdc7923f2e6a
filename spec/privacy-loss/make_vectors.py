"""Make `vectors.json`: `python spec/privacy-loss/make_vectors.py`."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from privet.accounting.renyi import ORDERS, cost, epsilon
from privet.model import canonical
from privet.model.privacy_loss import (
    Additional,
    Concentrated,
    Delta,
    Event,
    Gaussian,
    Laplace,
    Pure,
    Repeated,
    Together,
    event_json,
)

DELTA = Delta.of("1e-6")
SHOWN = (Fraction(3, 2), Fraction(8), Fraction(64))
EVENTS: tuple[Event, ...] = (
    Gaussian(Fraction(30)),
    Gaussian(Fraction(7, 2), discrete=True),
    Laplace(Fraction(20)),
    Pure(Fraction(1, 10)),
    Concentrated(Fraction(1, 200)),
    Additional(Fraction(1, 10**8), Gaussian(Fraction(12), discrete=True)),
    Repeated(40, Laplace(Fraction(20))),
    Together((Pure(Fraction(1, 3)), Repeated(3, Gaussian(Fraction(9))))),
)


def vectors() -> list[dict[str, Any]]:
    """Each event with its bytes, its cost at some orders, and its epsilon."""
    found = []
    for event in EVENTS:
        curve = cost(event)
        places = [*(ORDERS.index(order) for order in SHOWN), len(ORDERS)]
        found.append(
            {
                "event": canonical.encode(event_json(event)).decode(),
                "curve": {
                    "infinity" if place == len(ORDERS) else str(ORDERS[place]): curve.curve[place]
                    for place in places
                },
                "delta": curve.delta,
                "epsilon": str(epsilon(curve, DELTA)),
            }
        )
    return found


if __name__ == "__main__":
    path = Path(__file__).with_name("vectors.json")
    path.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
