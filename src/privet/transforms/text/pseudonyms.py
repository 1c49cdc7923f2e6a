"""`token`: a keyed pseudonym in the place of a value, `[EMAIL:3f2a…]`.

The 32 hexadecimal digits are those that `privet.transforms.tokens` gives a column of such values
under the same key, so that a text and a table can be linked by who holds the key's domain.
"""

from __future__ import annotations

from privet.model.policy import Treatment
from privet.transforms import tokens
from privet.transforms.arrow import Values, pc
from privet.transforms.column_types import family_of
from privet.transforms.linkage import LinkageKey
from privet.transforms.operation import Input


def tokens_of(values: Values, category: str | None, key: LinkageKey) -> Values:
    """The token of each value: 32 hexadecimal digits.

    Args:
        values: a string array, spelled (`spelling`), without nulls.
        category: the data category key of their kind.
        key: of the linkage domain.
    """
    kind = values.type
    run = tokens.prepare(Treatment("token"), Input(kind, family_of(kind), category, key)).run
    found = run(values, None)
    if not found.null_count:
        return found
    # A value that names nobody where it stands in a column still stood in the text.
    plain = tokens.prepare(Treatment("token"), Input(kind, "binary", None, key)).run
    return pc.coalesce(found, plain(values, None))
