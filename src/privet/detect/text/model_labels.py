"""What models call the kinds; the words stand in `model_labels.txt`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

from privet.detect.kinds.registry import KINDS, Kind
from privet.detect.words import read_words

Labels: TypeAlias = Mapping[str, str]
"""What a model's labels mean: label to name of a kind."""
_SIGNS = re.compile(r"[^a-z0-9]+")


def kind_of(label: str, own: Labels) -> Kind | None:
    """The kind that a model's label means; None: none that is known here.

    Args:
        label: as the model has it; case, signs and a leading `B-` or `I-` do not count.
        own: what the caller says that labels mean, first.
    """
    name = own.get(label) or _known().get(_plain(label))
    return KINDS.get(name) if name else None


def _plain(label: str) -> str:
    folded = _SIGNS.sub("_", label.casefold()).strip("_")
    return folded[2:] if folded[:2] in ("b_", "i_") else folded


@cache
def _known() -> Mapping[str, str]:
    return {label: kind for kind, label in read_words("text/model_labels.txt")}
