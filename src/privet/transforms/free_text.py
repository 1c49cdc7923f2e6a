"""`text`: what is personal in free text is found and replaced; the rest of the text stays.

What is not found stays too: without a model nobody is promised that names in prose are found.
"""

from __future__ import annotations

from typing import cast

import pyarrow as pa

from privet.model.policy import Treatment
from privet.transforms.arrow import Values
from privet.transforms.finding import TextFinder
from privet.transforms.linkage import LinkageKey
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import text
from privet.transforms.text.plan import How, KindFacts, Plan, Rule

HOWS = ("tag", "redact", "mask", "token", "surrogate")
DEFAULT = "tag"


def text_plan(how: How, finder: TextFinder, key: LinkageKey | None) -> Plan:
    """One way for all kinds that `finder` knows."""
    facts = {code: KindFacts(name, category) for code, (name, category) in finder.kinds.items()}
    return Plan(Rule(how), kinds=facts, key=key)


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Put a tag, mask, token, surrogate or fixed mark in the place of whatever is found."""
    how = cast("How", text(treatment, "how", DEFAULT))

    def run(values: Values, _: Values | None) -> Values:
        finder = column.finder
        if finder is None:
            raise ValueError("`text` needs what finds personal data in texts")
        # Imported here: it loads Numba, and most of the house never needs it.
        from privet.transforms.text.protecting import protect  # noqa: PLC0415

        if not len(values):
            return values
        plan = text_plan(how, finder, column.key)
        protected = protect(values, finder.detect(values), plan)
        return protected if protected.type == pa.string() else protected.cast(pa.string())

    return Prepared(pa.string(), run, algorithm=f"text-{how}", per_value=True)
