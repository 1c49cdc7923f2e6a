"""Redaction for library users: texts in any Arrow-speaking form, or a list; the same out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import pyarrow as pa

from privet.detect.kinds.registry import KINDS, select
from privet.detect.text.arriving import as_texts
from privet.kernels.spans import Spans
from privet.transforms.linkage import SECRET_BYTES, LinkageKey
from privet.transforms.text.plan import KindFacts, Plan, Rule
from privet.transforms.text.protecting import protect

Ways: TypeAlias = "str | Rule | Mapping[str, str | Rule]"

REST: Final = "*"
"""In a mapping: every kind that it does not name."""
FLAGS: Final = "special"
"""The family of words of special categories."""


class Detects(Protocol):
    """What finds spans: `privet.detect.text.detector.Detector`, or another."""

    def detect(self, texts: Any, /) -> Spans:
        """The spans of texts: rows counted over chunks, sorted, none overlapping another."""
        ...


def redact(
    texts: Any,
    *,
    how: Ways = "redact",
    kinds: Sequence[str] | None = None,
    key: bytes | None = None,
    detector: Detects | None = None,
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
        detector: what finds; None: the scanner of this package. What its own kinds are
            called, and their categories, stands in its `kinds`, by code, where it has any.

    Returns:
        A text for a text, a list for a list, an Array for an Array, a ChunkedArray for a
        ChunkedArray, of plain string or large_string; a ChunkedArray for whatever else speaks
        Arrow, which its own library takes back in.

    Raises:
        TypeError: `texts` is none of these, or not text.
        ValueError: an unknown kind or way, or a key of another length.
    """
    plan = _plan(how, key, getattr(detector, "kinds", {}))
    column = as_texts([texts] if isinstance(texts, str) else texts)
    finder = _scanner(kinds) if detector is None else detector
    spans = finder.detect(column)
    if kinds is None:
        flags = [kind.code for kind in select([FLAGS]) if kind.code not in plan.rules]
        wanted = ~np.isin(spans.kind, flags)
    else:
        wanted = np.isin(spans.kind, [kind.code for kind in select(kinds)])
    protected = protect(column, spans.take(wanted), plan)
    if isinstance(texts, str):
        return protected[0].as_py()
    if isinstance(texts, pa.Array) and isinstance(protected, pa.ChunkedArray):
        return pa.concat_arrays(protected.chunks)
    speaks_arrow = hasattr(texts, "__arrow_c_stream__") or hasattr(texts, "__arrow_c_array__")
    return protected if speaks_arrow else protected.to_pylist()


def _scanner(kinds: Sequence[str] | None) -> Detects:
    from privet.detect.text.detector import Detector  # noqa: PLC0415 (loads Numba)

    return Detector(kinds)


def _plan(how: Ways, key: bytes | None, own: Mapping[int, tuple[str, str | None]]) -> Plan:
    given = dict(how) if isinstance(how, Mapping) else {REST: how}
    default = _rule(given.pop(REST, "redact"))
    rules = {
        kind.code: _rule(way)
        # Families first, so that a member's own way wins.
        for name, way in sorted(given.items(), key=lambda item: item[0] in KINDS)
        for kind in select([name])
    }
    secret = os.urandom(SECRET_BYTES) if key is None else key
    facts = {kind.code: KindFacts(kind.family, kind.category) for kind in KINDS.values()}
    facts |= {code: KindFacts(name, category) for code, (name, category) in own.items()}
    return Plan(default, rules, facts, LinkageKey("given", "texts", secret))


def _rule(way: str | Rule) -> Rule:
    return way if isinstance(way, Rule) else Rule(way)  # type: ignore[arg-type]
