"""Texts and spans in, protected texts out.

What stands in the spans is cut out once, each distinct value of a kind is dealt with once, and the
results are spliced in, in one pass over the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.spans import Spans
from privet.transforms.arrow import Values, pc
from privet.transforms.linkage import LinkageKey
from privet.transforms.text.masks import masked
from privet.transforms.text.plan import Plan, Rule
from privet.transforms.text.pseudonyms import tokens_of
from privet.transforms.text.spelling import spelled
from privet.transforms.text.surrogates import surrogates
from privet.transforms.text.tags import numbers

Places: TypeAlias = npt.NDArray[np.int64]
Texts: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"


@dataclass(frozen=True, slots=True)
class Replacements:
    """What takes the place of spans.

    Attributes:
        found: what stood in each span: a large_string array.
        words: distinct things that take a place: a string array.
        choice: for each span the place in `words`.
    """

    found: Values
    words: Values
    choice: Places


@dataclass(frozen=True, slots=True)
class _Group:
    """The spans of one kind: their places, their distinct values, and which each is."""

    code: int
    places: Places
    values: Values
    value: Places


def protect(texts: Texts, spans: Spans, plan: Plan) -> Texts:
    """`texts` with every span replaced as `plan` says; nulls stay null.

    Args:
        texts: string, large_string, binary or large_binary, in one array or in chunks. What is no
            UTF-8 is carried along as it is; within a span it counts as U+FFFD.
        spans: sorted, none overlapping another; rows are counted over chunks.
        plan: what is done to which kind.

    Returns:
        As many texts, of the same type; where one array outgrows 2 GiB, of its large type.

    Raises:
        TypeError: `texts` is no text.
        ValueError: spans overlap, are out of order or lie outside of their text.
    """
    return put(texts, spans, replacements(texts, spans, plan))


def replacements(texts: Texts, spans: Spans, plan: Plan) -> Replacements:
    """What `protect` puts in the place of every span; arguments and errors are its own."""
    found = _found(texts, spans)
    words: list[Values] = []
    choice = np.zeros(len(spans), np.int64)
    count = 0
    for rule, groups in _by_rule(_groups(found, spans), plan):
        for places, which, made in _made(rule, groups, spans, plan):
            choice[places] = which + count
            words.append(made)
            count += len(made)
    return Replacements(found, _joined(words), choice)


def put(texts: Texts, spans: Spans, chosen: Replacements) -> Texts:
    """Splice in what was chosen."""
    from privet.kernels.splice import splice  # noqa: PLC0415 (loads Numba)

    parts = [
        splice(
            chunk,
            part.row,
            part.start,
            part.end,
            words=chosen.words,
            choice=chosen.choice[low : low + len(part)],
        )
        for chunk, part, low in _chunks(texts, spans)
    ]
    if isinstance(texts, pa.Array):
        return parts[0]
    kind = next((part.type for part in parts if part.type != texts.type), texts.type)
    return pa.chunked_array([part.cast(kind) for part in parts], kind)


def _chunks(texts: Texts, spans: Spans) -> Iterator[tuple[Values, Spans, int]]:
    """Every chunk, its spans with rows counted within it, and how many spans came before."""
    if isinstance(texts, pa.Array):
        yield texts, spans, 0
        return
    first = 0
    for chunk in texts.chunks:
        low, high = np.searchsorted(spans.row, [first, first + len(chunk)])
        part = spans.take(np.arange(low, high))
        yield chunk, Spans(part.row - first, *(_rest(part))), int(low)
        first += len(chunk)
    if len(spans) and (spans.row[-1] >= first or spans.row[0] < 0):
        raise ValueError("a span lies in a row that is not there")


def _rest(spans: Spans) -> tuple[Any, ...]:
    return spans.start, spans.end, spans.kind, spans.score, spans.evidence


def _found(texts: Texts, spans: Spans) -> Values:
    from privet.kernels.splice import cut  # noqa: PLC0415 (loads Numba)

    if texts.type not in (pa.string(), pa.large_string(), pa.binary(), pa.large_binary()):
        raise TypeError(f"only text can be protected, not {texts.type}")
    parts = [
        cut(chunk, part.row, part.start, part.end).view(pa.large_string())
        for chunk, part, _ in _chunks(texts, spans)
    ]
    return pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())


def _readable(values: Values) -> Values:
    """Values as valid UTF-8."""
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        raw = values.view(pa.large_binary()).to_pylist()
        return pa.array([value.decode(errors="replace") for value in raw], pa.string())
    return values.cast(pa.string())


def _groups(found: Values, spans: Spans) -> Iterator[_Group]:
    for code in np.unique(spans.kind).tolist():
        places = np.flatnonzero(spans.kind == code)
        part = found if len(places) == len(found) else found.take(pa.array(places))
        encoded = part.dictionary_encode()
        value = np.asarray(encoded.indices.to_numpy(), np.int64)
        yield _Group(code, places, encoded.dictionary, value)


def _by_rule(groups: Iterator[_Group], plan: Plan) -> Iterator[tuple[Rule, list[_Group]]]:
    """Groups that are dealt with together: kinds that share a numbered tag, or one each."""
    tagged: dict[tuple[Rule, str], list[_Group]] = {}
    for group in groups:
        rule = plan.rule(group.code)
        if rule.how == "tag" and rule.numbered:
            tagged.setdefault((rule, plan.tag(group.code)), []).append(group)
        else:
            yield rule, [group]
    for (rule, _), together in tagged.items():
        yield rule, together


def _made(
    rule: Rule, groups: list[_Group], spans: Spans, plan: Plan
) -> Iterator[tuple[Places, Places, Values]]:
    """For some places: which of the words that were made stands there."""
    if rule.how == "tag" and rule.numbered:
        yield _numbered(groups, spans, plan.tag(groups[0].code))
        return
    for group in groups:
        if rule.how in ("redact", "tag"):
            word = rule.text if rule.how == "redact" else f"[{plan.tag(group.code)}]"
            yield group.places, np.zeros(len(group.places), np.int64), pa.array([word])
        else:
            yield group.places, group.value, _by_value(rule, group, plan)


def _by_value(rule: Rule, group: _Group, plan: Plan) -> Values:
    """What takes the place of each distinct value."""
    if rule.how == "keep":
        return group.values
    values, code = _readable(group.values), group.code
    if rule.how == "mask":
        return masked(values, code, rule)
    key = _key(plan)
    if rule.how == "token":
        tokens = tokens_of(spelled(values, code), plan.facts(code).category, key)
        return pc.binary_join_element_wise(f"[{plan.tag(code)}:", tokens, "]", "")
    found = surrogates(values, code, plan.facts(code).name, key)
    return pc.fill_null(found, f"[{plan.tag(code)}]")


def _key(plan: Plan) -> LinkageKey:
    if plan.key is None:
        raise ValueError("tokens and surrogates need the key of a linkage domain")
    return plan.key


def _numbered(groups: list[_Group], spans: Spans, tag: str) -> tuple[Places, Places, Values]:
    """Tags with numbers, of one or more kinds that have one tag."""
    places = np.concatenate([group.places for group in groups])
    one = [
        spelled(_readable(group.values), group.code).take(pa.array(group.value)) for group in groups
    ]
    value = pa.concat_arrays(one).dictionary_encode().indices.to_numpy()
    order = np.argsort(places, kind="stable")
    places, value = places[order], value[order].astype(np.int64)
    number = numbers(spans.row[places], value)
    words = [f"[{tag}_{n}]" for n in range(1, int(number.max(initial=0)) + 1)]
    return places, number - 1, pa.array(words, pa.string())


def _joined(words: list[Values]) -> Values:
    kinds = [part.cast(pa.large_string()) for part in words]
    return pa.concat_arrays(kinds) if kinds else pa.array([], pa.large_string())
