"""What the reader of a risk report must know beside its figures."""

from __future__ import annotations

from privet.protect.risk.intervals import Rate
from privet.protect.risk.report import Homogeneity, Note

_DOWNCODING = (
    "Rows were generalised as little as the criterion allows, along a public hierarchy. That very "
    "rule can be turned around: who knows it can sometimes work out which narrower value a cell "
    "must have had, from the release alone (Cohen, 2022, Attacks on Deidentification's Defenses; "
    "shown against k-anonymity, l-diversity and t-closeness alike). Labels of the hierarchy are "
    "published for this reason, and neither the set of values nor the tight range of a class, "
    "which would tell still more. Do not publish those, nor two versions of the same table."
)


def downcoding(tight: Rate | None) -> Note:
    """The warning against recovering what was generalised away."""
    if tight is None or not tight.tries:
        return Note("downcoding", _DOWNCODING)
    part = f"{100 * tight.share:.0f} % could be no narrower."
    return Note("downcoding", f"{_DOWNCODING} Of the generalised cells that were looked at, {part}")


def without_original() -> Note:
    """No attack could be judged."""
    return Note(
        "no-original",
        "No attack was tried: whether one goes well can only be told beside the original table.",
    )


def without_control() -> Note:
    """The control is an attacker without the release."""
    return Note(
        "control",
        "The attacks are compared with somebody who has no release. Part of what they gain is what "
        "any such table teaches about people in general. Give a table of people who are not in the "
        "release as control, and only what it tells of those in it is left.",
    )


def without_population() -> Note:
    """No journalist's risk."""
    return Note(
        "no-population",
        "The risk by somebody who does not know whether the person is in the table (journalist) "
        "needs a table of the population, and none was given. It is at most the prosecutor's.",
    )


def large_population() -> Note:
    """No journalist's risk: too many comparisons."""
    return Note(
        "large-population",
        "The risk by somebody who does not know whether the person is in the table (journalist) "
        "was not measured: classes and population are too many to compare. It is at most the "
        "prosecutor's.",
    )


def modelled(share: float) -> Note:
    """The estimate of population uniques is a model's."""
    large = (
        " The table is more than a tenth of the population, where the model is known to be off."
        if share > 0.1
        else ""
    )
    return Note(
        "model",
        "The number of people alone in the population is an estimate by Pitman's formula. It takes "
        "the table for a simple random sample and all combinations for alike in kind; neither is "
        f"quite so.{large}",
    )


def homogeneous(found: Homogeneity) -> Note:
    """Classes that tell a sensitive value to whoever finds them."""
    return Note(
        "homogeneous",
        f"In {found.classes:,} classes all {found.people:,} people have the same {found.column}: "
        "who finds the class of a person knows it, however many are in it. k alone does not "
        "prevent this; ask for l-diversity or t-closeness.",
    )


def empty() -> Note:
    """Nothing was published."""
    return Note("empty", "The table has no rows: there is no risk in it, and no use.")
