"""What `as: k-anonymous` demands of columns: each has a role in it, or does not leave.

A quasi-identifier is generalised, a sensitive column leaves as it is and is spread by the criteria,
a harmless one leaves as it is for a reason that somebody writes down. Nothing else leaves: a token
would single out whom the classes hide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privet.model.anonymity import Closeness
from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.errors import Location
from privet.model.paths import ColumnPath
from privet.model.policy import Guarantee, Treatment
from privet.model.promise import K_ANONYMOUS, PROPOSE, named_columns, promise_of, speaks_of_all
from privet.model.release import ColumnDecision
from privet.policy.categories import ancestors, category, is_known
from privet.policy.problem import Problem

GENERALISE, SENSITIVE, HARMLESS, DROP = "generalise", "sensitive", "harmless", "drop"
ROLES = frozenset({GENERALISE, SENSITIVE, HARMLESS})
"""Treatments that mean something under this guarantee alone."""

SUPPRESSED = "class below k"
"""The reason for which a row is left out whose class does not meet the criteria."""

_FREE_TEXT = "user.content"
_NUMBERS = ("int64", "double", "decimal128")
_DATES = ("date32", "timestamp")
_HINT = "Write `{generalise: ...}` (quasi-identifier), `sensitive`, `{harmless: reason}` or `drop`."


def is_anonymous(guarantee: Guarantee | None) -> bool:
    """Whether the guarantee is one of this family."""
    return guarantee is not None and guarantee.name == K_ANONYMOUS


def part_problem(
    guarantee: Guarantee | None, treatment: Treatment, column: Column, contract: Contract
) -> Problem | None:
    """Why a treatment does not go with the guarantee, as far as anonymity is concerned."""
    if is_anonymous(guarantee):
        return _role_problem(treatment, column, contract)
    return _outside_problem(treatment, column, contract)


def _role_problem(  # noqa: PLR0911  # one reason after the other
    treatment: Treatment, column: Column, contract: Contract
) -> Problem | None:
    """Why a column cannot have this part in a k-anonymous release, if it cannot."""
    name, where = f"`{contract.name}.{column.path}`", column.where
    if treatment.name == DROP:
        return None
    if treatment.name not in ROLES:
        message = f"`{treatment}` does not go with `as: {K_ANONYMOUS}` ({name})"
        return Problem(message, _HINT, where)
    if column.path.nested:
        hint = "Make it a column of its own, or drop it."
        return Problem(f"{name} is inside of a list or struct: no class knows it", hint, where)
    if _about(column, _FREE_TEXT):
        message = f"{name} is free text, which no class hides"
        return Problem(message, "Write `drop`: free text never leaves under this promise.", where)
    if any(subject.key == column.path for subject in contract.subjects):
        message = f"{name} says who somebody is"
        return Problem(message, "Write `drop`: the subject's key never leaves here.", where)
    if treatment.name != GENERALISE and _direct(column):
        message = f"`{treatment.name}` would let {name} ({column.category}) out as it is"
        return Problem(message, "Write `drop`, or `{generalise: ...}`.", where)
    if treatment.name == HARMLESS and not str(treatment.param("because") or "").strip():
        message = f"{name} is called harmless without a reason"
        return Problem(message, "Write `{harmless: why it tells nothing of anybody}`.", where)
    if _is(column, ("list", "struct", "binary")):
        message = f"{name} is of type {column.type}, which no class can hold"
        return Problem(message, "Write `drop`, or make it text, a number or a date.", where)
    if treatment.name == SENSITIVE and (treatment.param("top") or treatment.param("bottom")):
        message = f"{name} is sensitive and leaves as it is: it has no top or bottom"
        return Problem(message, "Take `top` and `bottom` out.", where)
    return _unfit(treatment, column, name) if treatment.name == GENERALISE else None


def _outside_problem(treatment: Treatment, column: Column, contract: Contract) -> Problem | None:
    """Why a part in anonymity has no meaning under another guarantee, if this is one."""
    if treatment.name not in ROLES:
        return None
    message = f"`{treatment.name}` of `{contract.name}.{column.path}` is for `as: {K_ANONYMOUS}`"
    return Problem(message, "Promise that, or write a transform such as `band`.", column.where)


def whole_problems(
    guarantee: Guarantee,
    columns: Iterable[ColumnDecision],
    contract: Contract,
    where: Location | None = None,
) -> Iterator[Problem]:
    """What is wrong with columns and criteria together.

    Args:
        guarantee: of k-anonymity.
        columns: all of the data set's, each with its treatment.
        contract: the data set's.
        where: the rule, for messages.
    """
    roles = {str(each.path): each.treatment.name for each in columns}
    sensitive = [name for name, role in roles.items() if role == SENSITIVE]
    if dict(guarantee.params).get(PROPOSE):
        message = f"`{PROPOSE}: auto` only proposes: write down what each column is"
        hint = f"Take it out, and write under `columns`: {proposal(contract)}."
        yield Problem(message, hint, where)
    elif GENERALISE not in roles.values():
        message = f"`{contract.name}` has no quasi-identifier: k-anonymity is about those"
        hint = f"Write for example: {proposal(contract)}."
        yield Problem(message, hint, where)
    leaving = [name for name, role in roles.items() if role != DROP]
    for name in leaving:
        alike = [each for each in leaving if each.casefold() == name.casefold()]
        if alike[0] != name:
            message = f"`{alike[0]}` and `{name}` differ in capital letters alone"
            yield Problem(message, "Drop one of them, or rename it: SQL reads them as one.", where)
    for name in named_columns(guarantee):
        if roles.get(name) == GENERALISE:
            message = f"`{contract.name}.{name}` is named as sensitive and as quasi-identifier"
            yield Problem(message, "It is one of the two: choose.", where)
        elif roles.get(name) != SENSITIVE:
            message = f"a criterion is about `{name}`, which is no sensitive column that leaves"
            yield Problem(message, f"Write `{contract.name}.{name}: sensitive`.", where)
    if speaks_of_all(guarantee) and not sensitive:
        message = f"`l` or `t` is promised, and `{contract.name}` has no sensitive column"
        yield Problem(message, "Write `sensitive` for the column that it is about.", where)
    try:
        promise = promise_of(guarantee, sensitive)
    except ValueError as error:
        yield Problem(f"the promise cannot be read: {error}", "Correct `as`.", where)
        return
    treated = {str(each.path): each.treatment for each in columns}
    for criterion in promise.criteria:
        if isinstance(criterion, Closeness) and criterion.column in treated:
            yield from _distance(criterion, treated[criterion.column], contract, where)


def _distance(
    criterion: Closeness, treatment: Treatment, contract: Contract, where: Location | None
) -> Iterator[Problem]:
    """Why a distance means nothing for a column, if it does not."""
    name = f"`{contract.name}.{criterion.column}`"
    column = contract.column(ColumnPath.parse(criterion.column))
    if criterion.distance == "ordered" and column and not _is(column, (*_NUMBERS, *_DATES)):
        message = f"{name} is of type {column.type}, which has no order for an ordered distance"
        yield Problem(message, "Write `distance: equal`, or `hierarchical` with a tree.", where)
    if criterion.distance == "hierarchical" and not treatment.params:
        message = f"{name} has no hierarchy, which a hierarchical distance needs"
        yield Problem(message, f"Write {name[:-1]}: {{sensitive: {{tree: ...}}}}`.", where)


def proposal(contract: Contract) -> str:
    """What the columns might be, as lines for the policy; a person decides."""
    said = []
    for column in contract.columns:
        name = f"{contract.name}.{column.path}"
        key = any(subject.key == column.path for subject in contract.subjects)
        if key or column.path.nested or _direct(column) or _about(column, _FREE_TEXT):
            continue
        if column.category in (None, NO_CATEGORY) and not _is(column, _DATES):
            continue
        how = "sensitive" if _special(column) else f"{{generalise: {_guess(column)}}}"
        said.append(f"`{name}: {how}`")
    return ", ".join(said) or "`DATA.COLUMN: {generalise: flat}`"


def _guess(column: Column) -> str:
    if _is(column, _DATES):
        return "dates"
    return "{steps: [5, 10, 20]}" if _is(column, _NUMBERS) else "flat"


def _unfit(treatment: Treatment, column: Column, name: str) -> Problem | None:
    if not treatment.params:
        hint = "Write `{generalise: {csv: FILE}}`, `{steps: [5, 10]}`, `{prefix: [3]}`, `dates`, "
        message = f"{name}: `generalise` does not say how"
        return Problem(message, f"{hint}`{{tree: ...}}` or `flat`.", column.where)
    dates = treatment.param("dates") or treatment.param("how") == "dates"
    wrong = ""
    numeric = [name for name in ("steps", "top", "bottom") if treatment.param(name)]
    if numeric and not _is(column, _NUMBERS):
        wrong = f"`{numeric[0]}` is for numbers"
    elif dates and not _is(column, _DATES):
        wrong = "`dates` is for dates"
    elif treatment.param("prefix") and not _is(column, ("string", "int64")):
        wrong = "`prefix` is for text"
    elif _is(column, ("binary",)):
        wrong = "bytes cannot be generalised"
    if not wrong:
        return None
    hint = "Declare the column's true type in the contract, or use another hierarchy."
    return Problem(f"{name} is of type {column.type}, and {wrong}", hint, column.where)


def _is(column: Column, kinds: tuple[str, ...]) -> bool:
    return column.type.startswith(kinds)


def _direct(column: Column) -> bool:
    given = column.category
    return given is not None and is_known(given) and category(given).direct_identifier


def _special(column: Column) -> bool:
    given = column.category
    return given is not None and is_known(given) and category(given).special


def _about(column: Column, key: str) -> bool:
    given = column.category
    return given is not None and is_known(given) and key in ancestors(given)
