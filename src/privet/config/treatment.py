"""Short forms of the policy: `token`, `{band: 5y}`, `{dp: {epsilon: 1}}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, TypeAlias, get_args

from pydantic import PlainValidator, WithJsonSchema

from privet.config.anonymity_form import DATE_LEVELS, generalisation, k_anonymous
from privet.config.field import matching, plain_decimal
from privet.config.form import nearest, stray, wrong
from privet.model.policy import Guarantee, GuaranteeName, Scalar, Treatment
from privet.model.promise import DISTANCES, METHODS

MAIN_PARAMETER: Mapping[str, str | None] = {
    "keep": None,
    "drop": None,
    "redact": "text",
    "mask": "show_last",
    "token": "bits",
    "encrypt": "form",
    "format": "alphabet",
    "vault": "form",
    "band": "width",
    "truncate": "length",
    "shift": "days",
    "text": "how",
}
"""The transforms, each with the parameter that `{name: value}` sets."""

ROLES: Mapping[str, str | None] = {"generalise": None, "sensitive": None, "harmless": "because"}
"""What a column can be under `k-anonymous`, spelled as treatments are."""

GUARANTEES: tuple[str, ...] = get_args(GuaranteeName)
REFUSED = "refused"
"""What a policy test expects when the column may not leave at all."""

_KNOWN: Mapping[str, str | None] = {**MAIN_PARAMETER, **ROLES}
_LARGEST = 2**53 - 1
_PARAMETER = matching(r"[a-z][a-z0-9_]{0,30}", "a parameter's name")
_FORMS = "a transform: `token`, `{band: 5y}` or `{mask: {show_last: 4}}`"


def treatment(value: object) -> Treatment:
    """Read a treatment: a transform's name, or a mapping of that one name to its parameters."""
    name, inner = _one(value, _FORMS)
    if name not in _KNOWN:
        raise wrong("the name of a transform", nearest(name, list(_KNOWN)))
    if inner is None:
        return Treatment(name)
    if name in ("generalise", "sensitive"):
        return Treatment(name, generalisation(inner))
    if isinstance(inner, dict):
        params = ((_PARAMETER(key), _scalar(each, name)) for key, each in inner.items())
        return Treatment(name, tuple(sorted(params)))
    main = _KNOWN[name]
    if main is None:
        raise wrong(f"`{name}` alone", "it takes no parameter")
    return Treatment(name, ((main, _scalar(inner, name)),))


def expectation(value: object) -> str:
    """Read what a policy test expects: a treatment, or `refused`."""
    return REFUSED if value == REFUSED else str(treatment(value))


def guarantee(value: object) -> Guarantee:
    """Read a guarantee: `pseudonymous`, `{aggregate: 10}`, `{k-anonymous: {k: 5}}`, `{dp: ...}`."""
    name, inner = _one(value, "a guarantee: `pseudonymous` or `{dp: {epsilon: 1, delta: 1e-6}}`")
    if name not in GUARANTEES:
        raise wrong("the name of a guarantee", nearest(name, GUARANTEES))
    if name == "k-anonymous":
        return k_anonymous(inner)
    known = _PARAMETERS.get(name)
    if known is None:
        if inner is not None:
            raise wrong(f"`{name}` alone", "it takes no parameter")
        return Guarantee(name)  # type: ignore[arg-type]  # checked against GUARANTEES above
    given = inner if isinstance(inner, dict) else {next(iter(known)): inner}
    for key in given:
        if key not in known:
            raise stray(key, f"`{name}`", list(known))
    params = []
    for key, (needed, read) in known.items():
        if given.get(key) is not None:
            params.append((key, read(given[key])))
        elif needed:
            raise wrong(f"`{name}` with its `{key}`", f"write {_EXAMPLES[name]}")
    return Guarantee(name, tuple(params))  # type: ignore[arg-type]  # as above


def _one(value: object, expected: str) -> tuple[str, object]:
    """Split `name` or `{name: inside}`; the inside of a bare name is None."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.items()))
    raise wrong(expected)


def _scalar(value: object, name: str) -> Scalar:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return value
    if isinstance(value, Decimal):
        return plain_decimal(value)
    raise wrong(f"text, a number, true or false as parameter of `{name}`")


def _decimal(low: str, high: str, *, low_allowed: bool, words: str) -> Callable[[object], str]:
    lowest, highest = Decimal(low), Decimal(high)

    def read(value: object) -> str:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
            if lowest < number <= highest or (low_allowed and number == lowest):
                return plain_decimal(number)
        raise wrong(words)

    return read


def _whole(low: int, high: int, words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return str(value)
        raise wrong(words)

    return read


_epsilon = _decimal("0", "1000", low_allowed=False, words="`epsilon` above 0, at most 1000")
_delta = _decimal("0", "0.1", low_allowed=True, words="`delta` from 0 to 0.1")
_unit = matching(r"[A-Za-z_][A-Za-z0-9_-]{0,62}", "the name of a subject type as `unit`")


def _subject_type(value: object) -> str:
    if isinstance(value, str):
        return _unit(value)
    raise wrong("the name of a subject type as `unit`")


_PARAMETERS: dict[str, dict[str, tuple[bool, Callable[[object], str]]]] = {
    "aggregate": {"m": (True, _whole(2, 10**6, "`m`, a whole number of 2 or more"))},
    "dp": {"epsilon": (True, _epsilon), "delta": (False, _delta), "unit": (False, _subject_type)},
}
_EXAMPLES = {
    "aggregate": "`{aggregate: 10}`",
    "dp": "`{dp: {epsilon: 1, delta: 1e-6}}`",
}


def _either(names: list[str], inside: dict[str, object]) -> dict[str, object]:
    one = {"type": "object", "properties": inside, "additionalProperties": False}
    return {"anyOf": [{"enum": names}, {**one, "minProperties": 1, "maxProperties": 1}]}


_VALUE = {"type": ["string", "integer", "number", "boolean", "object", "null"]}
_NUMBER: dict[str, object] = {"type": "number"}
_COLUMN: dict[str, object] = {"type": "string"}
_DIVERSITY: dict[str, object] = {
    "type": "object",
    "properties": {
        "column": _COLUMN,
        "distinct": {"type": "integer", "minimum": 2},
        "entropy": _NUMBER,
        "recursive": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
    },
    "required": ["column"],
    "minProperties": 2,
    "maxProperties": 2,
    "additionalProperties": False,
}
_CLOSENESS: dict[str, object] = {
    "type": "object",
    "properties": {"column": _COLUMN, "most": _NUMBER, "distance": {"enum": list(DISTANCES)}},
    "required": ["column", "most"],
    "additionalProperties": False,
}


_SHARES: dict[str, object] = {
    "type": "object",
    "properties": {"column": _COLUMN, "most": _NUMBER},
    "required": ["column", "most"],
    "additionalProperties": False,
}
_LIKENESS: dict[str, object] = {
    "type": "object",
    "properties": {"column": _COLUMN, "most": _NUMBER, "form": {"enum": ["enhanced", "basic"]}},
    "required": ["column", "most"],
    "additionalProperties": False,
}


def _one_or_more(bare: dict[str, object], full: dict[str, object]) -> dict[str, object]:
    return {"anyOf": [bare, full, {"type": "array", "items": {"anyOf": [bare, full]}}]}


_INSIDE: dict[str, object] = {
    "aggregate": {"type": "integer", "minimum": 2},
    "k-anonymous": {
        "anyOf": [
            {"type": "integer", "minimum": 2},
            {
                "type": "object",
                "properties": {
                    "k": {"type": "integer", "minimum": 2},
                    "l": _one_or_more({"type": "integer", "minimum": 2}, _DIVERSITY),
                    "t": _one_or_more(_NUMBER, _CLOSENESS),
                    "disclosure": _one_or_more(_NUMBER, _SHARES),
                    "likeness": _one_or_more(_NUMBER, _LIKENESS),
                    "k_map": {"type": "integer", "minimum": 2},
                    "delta_presence": {
                        "type": "array",
                        "items": {"type": "number", "minimum": 0, "maximum": 1},
                        "minItems": 2,
                        "maxItems": 2,
                    },
                    "population": {"type": "string"},
                    "suppress": {"type": "number", "minimum": 0, "maximum": 1},
                    "method": {"enum": list(METHODS)},
                    "quasi_identifiers": {"const": "auto"},
                },
                "required": ["k"],
                "additionalProperties": False,
            },
        ]
    },
    "dp": {
        "type": "object",
        "properties": {"epsilon": _NUMBER, "delta": _NUMBER, "unit": {"type": "string"}},
        "required": ["epsilon"],
        "additionalProperties": False,
    },
}
_LEVELS = {"type": "array", "items": {"type": ["integer", "number"]}, "minItems": 1}
_GENERALISE: dict[str, object] = _either(
    ["dates", "flat"],
    {
        "csv": {"type": "string"},
        "steps": _LEVELS,
        "prefix": _LEVELS,
        "dates": {"type": "array", "items": {"enum": list(DATE_LEVELS)}, "minItems": 1},
        "tree": {"type": "object"},
    },
)
_ENDS: dict[str, object] = {
    "type": "object",
    "properties": {"steps": _LEVELS, "bottom": _NUMBER, "top": _NUMBER},
    "anyOf": [{"required": ["bottom"]}, {"required": ["top"]}],
    "additionalProperties": False,
}
_WITH_VALUE: dict[str, object] = {
    **dict.fromkeys(_KNOWN, _VALUE),
    "generalise": {"anyOf": [_GENERALISE, _ENDS]},
    "sensitive": _GENERALISE,
}

TreatmentField: TypeAlias = Annotated[
    Treatment,
    PlainValidator(treatment),
    WithJsonSchema(_either(list(_KNOWN), _WITH_VALUE)),
]
ExpectationField: TypeAlias = Annotated[
    str,
    PlainValidator(expectation),
    WithJsonSchema(_either([*_KNOWN, REFUSED], _WITH_VALUE)),
]
GuaranteeField: TypeAlias = Annotated[
    Guarantee,
    PlainValidator(guarantee),
    WithJsonSchema(_either([name for name in GUARANTEES if name not in _INSIDE], _INSIDE)),
]
