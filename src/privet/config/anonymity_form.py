"""What a policy says of anonymity: `{k-anonymous: {...}}` and `{generalise: ...}`, to texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from privet.config.field import plain_decimal
from privet.config.form import stray, wrong
from privet.model.canonical import encode
from privet.model.policy import Guarantee, Scalar
from privet.model.promise import (
    DISTANCES,
    K_ANONYMOUS,
    K_MAP,
    MEANS,
    METHOD,
    METHODS,
    OF_COLUMNS,
    POPULATION,
    PRESENCE,
    PROPOSE,
    SUPPRESS,
)

EXAMPLE = "`{k-anonymous: {k: 5, l: {column: illness, distinct: 3}, suppress: 0.02}}`"
DATE_LEVELS = ("month", "quarter", "year", "decade", "century")

_DIVERSITY = "`l: 3`, or `{column: illness, distinct: 3}` (or `entropy: 3`, `recursive: [2, 3]`)"
_CLOSENESS = "`t: 0.2`, or `{column: illness, most: 0.2, distance: equal}`"
_DISCLOSURE = "`disclosure: 1.5`, or `{column: illness, most: 1.5}`, above 0"
_LIKENESS = "`likeness: 2`, or `{column: illness, most: 2, form: enhanced}` (or `basic`), above 0"
_GENERALISE = (
    "`{generalise: {csv: hierarchies/age.csv}}`, `{steps: [5, 10]}`, `{prefix: [3, 2]}`, `dates`, "
    "`{tree: {...}}` or `flat`"
)
_ENDS = "`{steps: [5, 10], bottom: 18, top: 90}`: numbers, `bottom` below `top`, `steps` or none"
_MOST_LEVELS, _MOST_K, _DEEPEST, _FARTHEST = 24, 10**6, 24, 10**12
_COLUMN = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_FILE = re.compile(r"(?!/)(?!.*(?:^|/)\.\.(?:/|$))[^\x00-\x1f\x7f\\:]{1,200}")


def k_anonymous(inner: object) -> Guarantee:
    """Read `5` or `{k: 5, l: ..., t: ..., suppress: 0.02, method: mondrian}`."""
    given = inner if isinstance(inner, dict) else {"k": inner}
    known = ["k", *OF_COLUMNS, K_MAP, PRESENCE, POPULATION, SUPPRESS, METHOD, PROPOSE]
    for key in given:
        if key not in known:
            raise stray(key, f"`{K_ANONYMOUS}`", known)
    if given.get("k") is None:
        raise wrong(f"`{K_ANONYMOUS}` with its `k`", f"write {EXAMPLE}")
    params = [("k", _whole(given["k"], 2, _MOST_K, "`k`, a whole number of 2 or more"))]
    for key, read in _OF_COLUMNS.items():
        said = given.get(key)
        each = said if isinstance(said, list) else [] if said is None else [said]
        params += [
            (f"{key}.{number}" if number > 1 else key, read(one))
            for number, one in enumerate(each, start=1)
        ]
    params += _of_population(given)
    if given.get(SUPPRESS) is not None:
        words = "`suppress`, a share of the rows from 0 to 1"
        params.append((SUPPRESS, _decimal(given[SUPPRESS], 0, 1, words, low_allowed=True)))
    for key, allowed in ((METHOD, METHODS), (PROPOSE, ("auto",))):
        if given.get(key) == MEANS:
            raise wrong(
                "`mondrian`, `full-domain` or `local-suppression`",
                "means of a later release would tell who came: `pv.anonymise` alone has them",
            )
        if given.get(key) is not None:
            params.append((key, _word(given[key], allowed)))
    return Guarantee("k-anonymous", tuple(params))


def _diversity(said: object) -> str:
    if not isinstance(said, dict):
        return _whole(said, 2, _MOST_K, _DIVERSITY)
    column, how, value = _about(said, ("distinct", "entropy", "recursive"), _DIVERSITY)
    if how == "distinct":
        number = _whole(value, 2, _MOST_K, "`distinct`, a whole number of 2 or more")
    elif how == "entropy":
        number = _decimal(value, 1, _MOST_K, "`entropy`, a number above 1")
    else:
        c, least = value if isinstance(value, list) and len(value) == len("cl") else (None, None)
        words = "`recursive: [c, l]`, a number above 0 and a whole number of 2 or more"
        number = f"{_decimal(c, 0, _MOST_K, words)} {_whole(least, 2, _MOST_K, words)}"
    return f"{how} {number} of {column}"


def _closeness(said: object) -> str:
    words = "`t` from 0 to 1"
    if not isinstance(said, dict):
        return _decimal(said, 0, 1, words, low_allowed=True)
    distance = _word(said.get("distance", "equal"), DISTANCES)
    rest = {key: value for key, value in said.items() if key != "distance"}
    column, _, value = _about(rest, ("most",), _CLOSENESS)
    return f"{distance} {_decimal(value, 0, 1, words, low_allowed=True)} of {column}"


def _disclosure(said: object) -> str:
    if not isinstance(said, dict):
        return _decimal(said, 0, _MOST_K, _DISCLOSURE)
    column, _, value = _about(said, ("most",), _DISCLOSURE)
    return f"below {_decimal(value, 0, _MOST_K, _DISCLOSURE)} of {column}"


def _likeness(said: object) -> str:
    if not isinstance(said, dict):
        return _decimal(said, 0, _MOST_K, _LIKENESS)
    form = _word(said.get("form", "enhanced"), ("enhanced", "basic"))
    rest = {key: value for key, value in said.items() if key != "form"}
    column, _, value = _about(rest, ("most",), _LIKENESS)
    return f"{form} {_decimal(value, 0, _MOST_K, _LIKENESS)} of {column}"


_OF_COLUMNS: Mapping[str, Callable[[object], str]] = {
    "l": _diversity,
    "t": _closeness,
    "disclosure": _disclosure,
    "likeness": _likeness,
}


def _of_population(given: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """What compares with a population, and the population."""
    asked = [key for key in (K_MAP, PRESENCE) if given.get(key) is not None]
    if K_MAP in asked:
        yield K_MAP, _whole(given[K_MAP], 2, _MOST_K, f"`{K_MAP}`, a whole number of 2 or more")
    if PRESENCE in asked:
        words = f"`{PRESENCE}: [0, 0.5]`, the least and the greatest share, from 0 to 1"
        said = given[PRESENCE]
        low, high = said if isinstance(said, list) and len(said) == len("lh") else (None, None)
        shares = [_decimal(each, 0, 1, words, low_allowed=True) for each in (low, high)]
        if Decimal(shares[0]) > Decimal(shares[1]):
            raise wrong(words)
        yield PRESENCE, " to ".join(shares)
    people = given.get(POPULATION)
    if bool(asked) != (people is not None):
        raise wrong(
            f"`{POPULATION}` together with `{K_MAP}` or `{PRESENCE}`",
            "name the file (CSV, Parquet) or the data set that has all people",
        )
    if people is not None:
        yield POPULATION, _file(people, "a data set, or a file of the project: `people.csv`")


def _about(said: Mapping[Any, Any], hows: tuple[str, ...], words: str) -> tuple[str, str, object]:
    """The column that a criterion is about, which of `hows` it says, and how much."""
    column, named = said.get("column"), [how for how in hows if how in said]
    if not isinstance(column, str) or not _COLUMN.fullmatch(column) or len(named) != 1:
        raise wrong(words)
    for key in said:
        if key not in ("column", *named):
            raise stray(key, "a criterion", ["column", *hows])
    return column, named[0], said[named[0]]


def generalisation(inner: object) -> tuple[tuple[str, Scalar], ...]:
    """Read how a quasi-identifier becomes coarser, as the parameters of `generalise`."""
    if inner in ("dates", "flat"):
        return (("how", str(inner)),)
    if isinstance(inner, dict) and not {"top", "bottom"}.isdisjoint(inner):
        return tuple(_ends(inner))
    if not isinstance(inner, dict) or len(inner) != 1:
        raise wrong(_GENERALISE)
    how, said = next(iter(inner.items()))
    read = _HOW.get(str(how))
    if read is None:
        raise stray(how, "`generalise`", [*_HOW, "top", "bottom"])
    return ((str(how), read(said)),)


def _ends(said: Mapping[Any, Any]) -> Iterator[tuple[str, Scalar]]:
    """Top and bottom coding, beside the steps between them."""
    if not {"steps", "top", "bottom"}.issuperset(said):
        raise wrong(_ENDS)
    if "steps" in said:
        yield "steps", _steps(said["steps"])
    ends = {key: _number(said[key]) for key in ("bottom", "top") if key in said}
    if len(ends) == len(("bottom", "top")) and ends["bottom"] >= ends["top"]:
        raise wrong(_ENDS)
    for key, number in ends.items():
        yield key, plain_decimal(number)


def _number(said: object) -> Decimal:
    if isinstance(said, int | Decimal) and not isinstance(said, bool):
        number = Decimal(said)
        if number.is_finite() and abs(number) <= _FARTHEST:
            return number
    raise wrong(_ENDS)


def _csv(said: object) -> str:
    return _file(said, "a file of the project, such as `hierarchies/age.csv`")


def _file(said: object, words: str) -> str:
    if isinstance(said, str) and _FILE.fullmatch(said):
        return said
    raise wrong(words)


def _steps(said: object) -> str:
    words = "widths that rise, each a multiple of the one before, such as `[5, 10, 20]`"
    widths = [Decimal(_decimal(each, 0, 10**12, words)) for each in _levels(said, words)]
    if any(wide % narrow or wide <= narrow for narrow, wide in pairwise(widths)):
        raise wrong(words)
    return ", ".join(plain_decimal(width) for width in widths)


def _prefix(said: object) -> str:
    words = "how many characters stay, fewer each time, such as `[3, 2]`"
    lengths = [int(_whole(each, 1, 200, words)) for each in _levels(said, words)]
    if any(more <= fewer for more, fewer in pairwise(lengths)):
        raise wrong(words)
    return ", ".join(map(str, lengths))


def _dates(said: object) -> str:
    words = "levels of a date, each coarser, such as `[month, year, decade]`"
    named = [_word(each, DATE_LEVELS) for each in _levels(said, words)]
    places = [DATE_LEVELS.index(name) for name in named]
    if places != sorted(set(places)):
        raise wrong(words)
    return ", ".join(named)


def _tree(said: object) -> str:
    if not isinstance(said, dict) or not said:
        raise wrong("a tree: groups of groups, and lists of values at its ends")
    return encode(list(_branches(said, 0))).decode()


def _branches(said: Mapping[Any, Any], depth: int) -> Iterator[Any]:
    """`[name, [branches or values]]` of each group, in the order of the file."""
    if depth > _DEEPEST:
        raise wrong(f"a tree of at most {_DEEPEST} levels")
    for name, inside in said.items():
        if isinstance(inside, dict) and inside:
            yield [str(name), list(_branches(inside, depth + 1))]
        elif isinstance(inside, list) and inside:
            yield [str(name), [_leaf(each) for each in inside]]
        else:
            raise wrong("a group of groups, or a list of values")


def _leaf(said: object) -> str | None:
    if said is None or isinstance(said, str):
        return said
    if isinstance(said, bool):
        return "true" if said else "false"
    if isinstance(said, int | Decimal):
        return plain_decimal(Decimal(said))
    raise wrong("a value: text, a number, true, false or null")


_HOW: Mapping[str, Callable[[object], str]] = {
    "csv": _csv,
    "steps": _steps,
    "prefix": _prefix,
    "dates": _dates,
    "tree": _tree,
}


def _levels(said: object, words: str) -> list[object]:
    each = said if isinstance(said, list) else [said]
    if not 0 < len(each) <= _MOST_LEVELS:
        raise wrong(words)
    return each


def _whole(said: object, low: int, high: int, words: str) -> str:
    if isinstance(said, int) and not isinstance(said, bool) and low <= said <= high:
        return str(said)
    raise wrong(words)


def _decimal(said: object, low: int, high: int, words: str, *, low_allowed: bool = False) -> str:
    if isinstance(said, int | Decimal) and not isinstance(said, bool):
        number = Decimal(said)
        if low < number <= high or (low_allowed and number == low):
            return plain_decimal(number)
    raise wrong(words)


def _word(said: object, known: tuple[str, ...]) -> str:
    if isinstance(said, str) and said in known:
        return said
    raise wrong(" or ".join(f"`{word}`" for word in known))
