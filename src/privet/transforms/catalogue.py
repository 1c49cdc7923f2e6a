"""The transforms by name: what each takes, which columns it fits, and the check of a treatment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import get_args

from privet.model.policy import Treatment
from privet.transforms import (
    bands,
    format_preserving,
    free_text,
    mask,
    reversible,
    shift,
    tokens,
    truncation,
    whole,
)
from privet.transforms.check_digits import CHECKS
from privet.transforms.column_types import Family, family_of, parse_type
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import (
    Choice,
    Integer,
    Param,
    Text,
    Width,
    check_params,
    nearest,
)

_ALL: frozenset[Family] = frozenset(get_args(Family))
_DATES: frozenset[Family] = frozenset({"date", "timestamp"})
_EXACT: frozenset[Family] = _DATES | {"string", "integer", "decimal", "binary"}
"""Types whose values have one spelling each."""


@dataclass(frozen=True, slots=True)
class TransformSpec:
    """What the policy's author can say of one transform.

    Attributes:
        name: as it stands in the policy.
        summary: what it does, in one line, for `plan` and the reference.
        families: column types that it fits.
        params: what it can be told.
        shorthand: the parameter meant by `{band: 5y}`.
        identifying: whether a value can come out whole, at least with some parameters
            (`lets_through` decides for one treatment).
        keyed: whether it needs a linkage key.
        needs_subjects: whether it must know whose each value is.
        reversible: whether `privet reveal` can give its values back.
        unfit: what to do instead where it does not fit a column's type.
        prepare: reads the parameters; None for `drop`, which leaves nothing.
    """

    name: str
    summary: str
    families: frozenset[Family]
    params: tuple[Param, ...] = ()
    shorthand: str | None = None
    identifying: bool = False
    keyed: bool = False
    needs_subjects: bool = False
    reversible: bool = False
    unfit: str = ""
    prepare: Callable[[Treatment, Input], Prepared] | None = field(default=None, repr=False)


_FORM = Param("form", Choice(("hex", "binary")), "hex text, or half as many bytes")

_SPECS = (
    TransformSpec(
        name="keep",
        summary="lets the value through",
        families=_ALL,
        identifying=True,
        prepare=whole.prepare_keep,
    ),
    TransformSpec(name="drop", summary="leaves the column out", families=_ALL),
    TransformSpec(
        name="redact",
        summary="puts a fixed text, or null, in the place of every value",
        families=_ALL,
        params=(Param("text", Text(0, 100), "what stands in the place of every text"),),
        shorthand="text",
        prepare=whole.prepare_redact,
    ),
    TransformSpec(
        name="mask",
        summary="shows the first or last few characters",
        families=frozenset({"string", "integer"}),
        params=(
            Param("show_last", Integer(0, 64), "characters shown at the end"),
            Param("show_first", Integer(0, 64), "characters shown at the start"),
            Param("with", Text(1, 1), "the mask character, shown four times"),
        ),
        shorthand="show_last",
        unfit="use redact, or band for a number or date",
        prepare=mask.prepare,
    ),
    TransformSpec(
        name="token",
        summary="a keyed pseudonym, the same for the same value within the linkage domain",
        families=_EXACT,
        params=(
            Param("bits", Integer(128, 256, 8), "length of the token"),
            _FORM,
        ),
        shorthand="bits",
        keyed=True,
        unfit="its values are too few or have no one spelling; use band, redact or drop",
        prepare=tokens.prepare,
    ),
    TransformSpec(
        name="encrypt",
        summary="a token that `privet reveal` decrypts; the same for the same value in the domain",
        families=_EXACT,
        params=(_FORM,),
        shorthand="form",
        keyed=True,
        reversible=True,
        unfit="use band, redact or drop",
        prepare=reversible.prepare_encrypt,
    ),
    TransformSpec(
        name="format",
        summary="another value of the same form, which `privet reveal` decrypts",
        families=frozenset({"string"}),
        params=(
            Param("alphabet", Text(2, 65_536), "its characters, or a name such as `digits`"),
            Param("radix", Integer(2, 36), "instead: the first so many of 0-9a-z"),
            Param("keep_first", Integer(1, 64), "characters of the alphabet that stay"),
            Param("check", Choice(tuple(CHECKS)), "check digits that stay valid"),
            Param("unfit", Choice(("stop", "null")), "what becomes of a value not of the form"),
        ),
        shorthand="alphabet",
        keyed=True,
        reversible=True,
        unfit="declare the column as string, or use encrypt or token",
        prepare=format_preserving.prepare,
    ),
    TransformSpec(
        name="vault",
        summary="a random token, whose value is kept sealed in the catalog for `privet reveal`",
        families=_EXACT,
        params=(_FORM,),
        shorthand="form",
        keyed=True,
        reversible=True,
        unfit="use band, redact or drop",
        prepare=reversible.prepare_vault,
    ),
    TransformSpec(
        name="band",
        summary="the interval that a number or date falls into",
        families=_DATES | {"integer", "double", "decimal"},
        params=(Param("width", Width(), "how wide each interval is", required=True),),
        shorthand="width",
        unfit="declare the column's true type in the contract, or use truncate, redact or drop",
        prepare=bands.prepare,
    ),
    TransformSpec(
        name="truncate",
        summary="the leading, coarser part of a value",
        families=_DATES | {"string", "double", "decimal"},
        params=(
            Param("length", Integer(1, 64), "characters kept at the start of a text"),
            Param("kind", Choice(("ip",)), "what the text holds"),
            Param("v4", Integer(1, 31), "bits kept of an IPv4 address"),
            Param("v6", Integer(1, 127), "bits kept of an IPv6 address"),
            Param("decimals", Integer(0, 12), "digits kept after the point"),
            Param("to", Choice(("year", "month", "day", "hour")), "what a date is cut to"),
        ),
        shorthand="length",
        identifying=True,
        unfit="use band, redact or drop",
        prepare=truncation.prepare,
    ),
    TransformSpec(
        name="text",
        summary="replaces personal data that is found in free text; the rest stays",
        families=frozenset({"string"}),
        params=(Param("how", Choice(free_text.HOWS), "what takes the place of what is found"),),
        shorthand="how",
        identifying=True,
        keyed=True,
        unfit="it is for text; use token, band, redact or drop",
        prepare=free_text.prepare,
    ),
    TransformSpec(
        name="shift",
        summary="moves all dates of a subject by the same secret number of days",
        families=_DATES,
        params=(Param("days", Integer(1, 3650), "the furthest that a date is moved"),),
        shorthand="days",
        keyed=True,
        needs_subjects=True,
        unfit="it moves dates; declare the column as date32 or timestamp[us], or use drop",
        prepare=shift.prepare,
    ),
)

TRANSFORMS: Mapping[str, TransformSpec] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""Every transform, by name."""


def check(treatment: Treatment, column_type: str) -> None:
    """Refuse a treatment that cannot be carried out on a column of this type.

    Args:
        treatment: what the policy says.
        column_type: as the contract spells it.

    Raises:
        ValueError: an unknown name, parameter or type, a value that a parameter cannot have, or a
            transform that does not fit; the message says what would do.
    """
    spec = TRANSFORMS.get(treatment.name)
    if spec is None:
        raise ValueError(f"no transform `{treatment.name}`{nearest(treatment.name, TRANSFORMS)}")
    check_params(treatment, spec.params)
    kind = parse_type(column_type)
    family = family_of(kind)
    if family not in spec.families:
        raise ValueError(f"`{spec.name}` does not fit a {column_type} column; {spec.unfit}")
    if spec.prepare is not None:
        spec.prepare(treatment, Input(kind, family))


def read_treatment(text: str) -> Treatment:
    """The treatment whose `str` is `text`, as plans and receipts spell it.

    Raises:
        ValueError: it is none.
    """
    name, bracket, inner = text.partition("(")
    spec = TRANSFORMS.get(name)
    if spec is None:
        raise ValueError("not a treatment of this version")
    params = {param.name: param for param in spec.params}
    parts = re.split(rf"(?:^|, )({'|'.join(params)})=", inner[:-1]) if bracket else [""]
    read = [
        (key, int(value) if isinstance(params[key].takes, Integer) else value)
        for key, value in zip(parts[1::2], parts[2::2], strict=True)
    ]
    treatment = Treatment(name, tuple(read))
    if str(treatment) != text:
        raise ValueError("not a treatment as it is spelled")
    return treatment


def lets_through(treatment: Treatment) -> bool:
    """Whether a checked treatment can let a value come out whole."""
    spec = TRANSFORMS[treatment.name]
    return spec.identifying and (treatment.name != "truncate" or truncation.lets_through(treatment))
