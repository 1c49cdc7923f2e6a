"""Claims about other neighbours: converted where that is sound, refused where it is not.

An account speaks of one unit and one relation. What is claimed of a smaller unit is converted by
group privacy, if it is said how many of them one larger unit holds at most; nothing else is added.
"""

from __future__ import annotations

from fractions import Fraction

from privet.model.errors import Refused
from privet.model.privacy_loss import (
    Claim,
    Concentrated,
    Event,
    Gaussian,
    Laplace,
    Neighbours,
    Pure,
    Repeated,
    Together,
    Unit,
)


def matching(claim: Claim, unit: Unit, neighbours: Neighbours, most: int | None = None) -> Event:
    """The event of a claim, as it holds for an account's unit and relation.

    Args:
        claim: what was done.
        unit: of the account.
        neighbours: of the account.
        most: how many of the claim's units one unit of the account holds at most, where they
            differ.

    Raises:
        Refused: it says nothing about that unit or that relation.
    """
    event = claim.event
    if claim.neighbours != neighbours:
        if claim.neighbours == "replace":
            # One that is not there at all is no neighbour of one that is, under `replace`.
            raise Refused(
                "what is claimed for replaced rows says nothing of rows added or removed",
                hint="claim it for `add-or-remove`",
            )
        event = grouped(event, 2)  # one is removed, another is added
    if claim.unit == unit:
        return event
    if most is None:
        raise Refused(
            f"what is claimed for each {claim.unit} says nothing of each {unit}",
            hint="say how many of the one the other holds at most",
        )
    return grouped(event, most)


def grouped(event: Event, size: int) -> Event:  # noqa: PLR0911  # one return for each event
    """The event as it is for a group of so many units.

    A shift of `size` sensitivities: noise over sensitivity falls by `size`, epsilon grows by it,
    rho by its square (Bun, Steinke 2016, Proposition 1.9).

    Raises:
        Refused: sampled noise and thresholds have no such rule here.
        ValueError: fewer than one.
    """
    if size < 1:
        raise ValueError("a group has one unit or more")
    many = Fraction(size)
    match event:
        case Gaussian(ratio, discrete):
            return Gaussian(ratio / many, discrete)
        case Laplace(ratio):
            return Laplace(ratio / many)
        case Pure(epsilon):
            return Pure(epsilon * many)
        case Concentrated(rho):
            return Concentrated(rho * many * many)
        case Repeated(times, of):
            return Repeated(times, grouped(of, size))
        case Together(parts):
            return Together(tuple(grouped(part, size) for part in parts))
    if size == 1:
        return event
    raise Refused(
        "what was sampled, or may fail, is not converted to groups",
        hint="claim it for the account's own unit",
    )
