"""Redaction for library users: texts in any Arrow-speaking form, or a list; the same out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from privet.detect.kinds.registry import FLAGS, KINDS, select
from privet.detect.text.arriving import as_texts
from privet.kernels.scan import codes
from privet.model.own_kind import OwnKind
from privet.ports.span_model import SpanModel
from privet.transforms.finding import SpanFinder
from privet.transforms.linkage import SECRET_BYTES, LinkageKey
from privet.transforms.text.plan import KindFacts, Plan, Rule
from privet.transforms.text.protecting import protect

Ways: TypeAlias = "str | Rule | Mapping[str, str | Rule]"

REST: Final = "*"
"""In a mapping: every kind that it does not name."""
Named: TypeAlias = "Mapping[int, tuple[str, str | None]]"
"""What kinds are called, and their categories, by code."""


def redact(
    texts: Any,
    *,
    how: Ways = "redact",
    kinds: Sequence[str] | None = None,
    key: bytes | None = None,
    own: Sequence[OwnKind] = (),
    models: Sequence[SpanModel] = (),
    today: date | None = None,
    detector: SpanFinder | None = None,
) -> Any:
    """Find personal data in texts and put something else in its place.

    Args:
        texts: one text; a list of texts, None among them allowed; a string column of pyarrow (Array
            or ChunkedArray, also large, view or dictionary); or a column of anything else that
            speaks Arrow (Polars, pandas, DuckDB, …).
        how: `redact` (`[REDACTED]`), `tag` (`[EMAIL]`), `mask` (`***@*******.***`), `token` (a
            keyed pseudonym) or `surrogate` (another value of the same kind and shape); a `Rule`
            says details. Or one for each kind: `{"email": "token", "*": "redact"}`, where names are
            those of kinds or of families, and `*`, for the rest, is `redact` unless it is given.
        kinds: which are looked for; None: all, but for words of special categories that `how` does
            not name: they say something, and name nobody.
        key: 32 secret bytes for tokens and surrogates: the same key gives the same ones. None: they
            agree within this call alone, under a key that is thrown away.
        own: kinds that the caller declared.
        models: asked about free text too, one after the other.
        today: nobody is born later.
        detector: what finds; None: the scanner of this package, with `own` and `models`. What its
            own kinds are called, and their categories, stands in its `kinds`, by code, where it
            has any.

    Returns:
        A text for a text, a list for a list, an Array for an Array, a ChunkedArray for a
        ChunkedArray, of plain string or large_string; a ChunkedArray for whatever else speaks
        Arrow, which its own library takes back in.

    Raises:
        TypeError: `texts` is none of these, or not text.
        ValueError: an unknown kind or way, or a key of another length.
    """
    column = as_texts([texts] if isinstance(texts, str) else texts)
    ways = dict(how) if isinstance(how, Mapping) else {REST: how}
    wanted = _wanted_names(kinds, ways, [kind.name for kind in own])
    finder = _scanner(wanted, own, models, today) if detector is None else detector
    extra = {
        code: named
        for code, named in getattr(finder, "kinds", {}).items()
        if code >= codes.FIRST_OWN
    }
    if detector is not None:
        wanted = _wanted_names(kinds, ways, [name for name, _ in extra.values()])
    plan = _plan(ways, key, extra)
    spans = finder.detect(column)
    spans = spans.take(np.isin(spans.kind, sorted(_codes(wanted, extra))))
    protected = protect(column, spans, plan)
    if isinstance(texts, str):
        return protected[0].as_py()
    if isinstance(texts, pa.Array) and isinstance(protected, pa.ChunkedArray):
        return pa.concat_arrays(protected.chunks)
    speaks_arrow = hasattr(texts, "__arrow_c_stream__") or hasattr(texts, "__arrow_c_array__")
    return protected if speaks_arrow else protected.to_pylist()


def _scanner(
    kinds: Sequence[str],
    own: Sequence[OwnKind],
    models: Sequence[SpanModel],
    today: date | None,
) -> SpanFinder:
    # Both load Numba.
    from privet.detect.text.detector import Detector  # noqa: PLC0415
    from privet.detect.text.models import ModelDetector  # noqa: PLC0415

    if models:
        return ModelDetector(models, kinds, own=own, today=today)
    return Detector(kinds, own=own, today=today)


def _wanted_names(
    kinds: Iterable[str] | None, ways: Mapping[str, str | Rule], own: Iterable[str]
) -> tuple[str, ...]:
    """Names of what is put to something else; words of special categories only where asked for."""
    if kinds is not None:
        return tuple(kinds)
    known = [kind.name for kind in KINDS.values() if kind.family != FLAGS]
    named = {FLAGS, *(kind.name for kind in KINDS.values() if kind.family == FLAGS)}
    return (*known, *own, *(name for name in ways if name in named))


def _codes(names: Iterable[str], own: Named) -> set[int]:
    """The codes of kinds and families.

    Raises:
        ValueError: one is not known.
    """
    mine = {name: code for code, (name, _) in own.items()}
    names = tuple(names)
    theirs = select(name for name in names if name not in mine)
    return {mine[name] for name in names if name in mine} | {kind.code for kind in theirs}


def _plan(ways: Mapping[str, str | Rule], key: bytes | None, own: Named) -> Plan:
    default = _rule(ways.get(REST, "redact"))
    rules = {
        code: _rule(way)
        # Families first, so that a member's own way wins.
        for name, way in sorted(ways.items(), key=lambda item: item[0] in KINDS)
        if name != REST
        for code in _codes([name], own)
    }
    secret = os.urandom(SECRET_BYTES) if key is None else key
    facts = {kind.code: KindFacts(kind.family, kind.category) for kind in KINDS.values()}
    facts |= {code: KindFacts(name, category) for code, (name, category) in own.items()}
    return Plan(default, rules, facts, LinkageKey("given", "texts", secret))


def _rule(way: str | Rule) -> Rule:
    return way if isinstance(way, Rule) else Rule(way)  # type: ignore[arg-type]
