"""What a step did to an array of values: the new ones, which differ, and which it could not read.

All work here leaves untouched what does not change: an array of which no value changes is handed
back as the very same object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, pc

Mask: TypeAlias = npt.NDArray[np.bool_]
Decide: TypeAlias = Callable[[str], str | None]
"""What a text becomes; None: it cannot be read."""

_VALID_UTF8: Final = (
    r"\A(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    r"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    r"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})*\z"
)
"""RFC 3629, section 4, over bytes."""


@dataclass(frozen=True, slots=True)
class Change:
    """An array after a step.

    Attributes:
        values: the values now; the same object as before where none changed.
        changed: true for each value that differs from what it was; None: no value does.
        unread: true for each value that the step could not read; None: it read them all.
    """

    values: Values = field(repr=False)
    changed: Mask | None = None
    unread: Mask | None = None


Work: TypeAlias = Callable[[Values], Change]


def whole(values: Values, made: Values) -> Change:
    """The change from `values` to `made`, which is as long and of the same type."""
    differs = _differs(values, made)
    return Change(made, differs) if differs is not None else Change(values)


def nulled(values: Values, hit: Values) -> Change:
    """Null where the Boolean array `hit` is true (it is false or null where `values` is null)."""
    if not pc.any(hit).as_py():
        return Change(values)
    return Change(pc.if_else(hit, pa.scalar(None, values.type), values), mask_of(hit))


def within(values: Values, where: Values | None, work: Work) -> Change:
    """Let `work` see only the values where `where` is true; None: all of them."""
    if where is None:
        return work(values)
    places = np.flatnonzero(mask_of(where))
    if len(places) == len(values):
        return work(values)
    if not len(places):
        return Change(values)
    done = work(values.take(pa.array(places)))
    unread = _spread(done.unread, places, len(values))
    changed = _spread(done.changed, places, len(values))
    if changed is None or done.changed is None:
        return Change(values, None, unread)
    fresh = done.values.filter(pa.array(done.changed))
    return Change(pc.replace_with_mask(values, pa.array(changed), fresh), changed, unread)


def then(first: Change, work: Work) -> Change:
    """What `first` and then `work` did; a value counts as changed where either changed it."""
    second = work(first.values)
    return Change(
        second.values,
        _either(first.changed, second.changed),
        _either(first.unread, second.unread),
    )


def readable(values: Values) -> Values | None:
    """A mask of the texts that are valid UTF-8, true for null; None where all are."""
    raw = values.cast(pa.binary())
    try:
        raw.cast(pa.string())
    except pa.ArrowInvalid:
        return pc.fill_null(pc.match_substring_regex(raw, _VALID_UTF8), fill_value=True)
    return None


def on_readable(values: Values, work: Work) -> Change:
    """`work` on the texts that are valid UTF-8; the others stay as they are."""
    return within(values, readable(values), work)


def by_value(values: Values, decide: Decide) -> Change:
    """Ask about each different text once; null and what is no valid UTF-8 stays as it is."""
    return on_readable(values, lambda part: _decided(part, decide))


def mask_of(booleans: Values) -> Mask:
    """A Boolean array as NumPy's, false where it is null."""
    filled = pc.fill_null(booleans, fill_value=False) if booleans.null_count else booleans
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _decided(values: Values, decide: Decide) -> Change:
    coded = values.dictionary_encode()
    if not len(coded.dictionary):
        return Change(values)
    texts = coded.dictionary.to_pylist()
    decided = [decide(text) for text in texts]
    bad = np.array([new is None for new in decided], dtype=np.bool_)
    made = [text if new is None else new for text, new in zip(texts, decided, strict=True)]
    codes = pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False)
    unread = bad[codes] & mask_of(values.is_valid()) if bad.any() else None
    if made == texts:
        return Change(values, None, unread)
    done = whole(values, pa.array(made, pa.string()).take(coded.indices))
    return Change(done.values, done.changed, unread)


def _differs(values: Values, made: Values) -> Mask | None:
    """Where two arrays differ; None where they are the same. NaN is like NaN."""
    differs = mask_of(pc.not_equal(values, made))
    if values.null_count or made.null_count:
        differs = differs | mask_of(pc.xor(values.is_null(), made.is_null()))
    return differs if differs.any() else None


def _either(one: Mask | None, other: Mask | None) -> Mask | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _spread(mask: Mask | None, places: npt.NDArray[np.int64], count: int) -> Mask | None:
    if mask is None:
        return None
    spread = np.zeros(count, dtype=np.bool_)
    spread[places] = mask
    return spread
