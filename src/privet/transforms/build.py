"""From a treatment that the policy states to a transform that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from privet.model.contract import Column
from privet.model.policy import Treatment
from privet.transforms.arrow import Values
from privet.transforms.catalogue import TRANSFORMS, check
from privet.transforms.column_types import family_of, parse_type
from privet.transforms.finding import TextFinder
from privet.transforms.linkage import LinkageKey
from privet.transforms.operation import Input, Prepared, over_distinct
from privet.transforms.token_store import TokenStore

_WIDE = {"string": ("large_string", "string_view"), "binary": ("large_binary", "binary_view")}


@dataclass(frozen=True, slots=True)
class Transform:
    """A treatment, ready to be applied to the values of one column.

    Attributes:
        treatment: what the policy said.
        input_type: the type it takes, the column's.
        prepared: the operation.
        metadata: for the Arrow field of the output: treatment, algorithm, key id and domain; never
            the key.
        needs_subjects: whether `apply` must be told whose each value is.
    """

    treatment: Treatment
    input_type: pa.DataType
    prepared: Prepared = field(repr=False, compare=False)
    metadata: Mapping[bytes, bytes]
    needs_subjects: bool = False

    @property
    def output_type(self) -> pa.DataType:
        """The type it gives, whatever the values are."""
        return self.prepared.output_type

    def apply(self, values: Values, subjects: Values | None = None) -> Values:
        """Protect `values`.

        Args:
            values: an array of the input type, or of its dictionary or large form.
            subjects: the subject key of every value, normalised text; only `shift` uses it.

        Returns:
            An array of `output_type`, as long as `values`; null where `values` is null and where a
            value could not be read (an address that is none).

        Raises:
            TypeError: `values` is not of the input type.
            ValueError: subjects are needed and missing, or not one for each value.
        """
        if self.needs_subjects and (subjects is None or len(subjects) != len(values)):
            raise ValueError(f"`{self.treatment.name}` needs the subject of every value")
        run = self.prepared.run
        if pa.types.is_dictionary(values.type):
            if self.prepared.per_value:
                distinct = self._plain(values.dictionary)
                return run(distinct, None).take(values.indices)
            values = values.dictionary_decode()
        values = self._plain(values)
        if self.prepared.per_value:
            return over_distinct(values, lambda distinct: run(distinct, None))
        return run(values, subjects)

    def restore(self, tokens: Values) -> Values:
        """The values that `apply` made `tokens` of.

        Args:
            tokens: an array of `output_type`.

        Returns:
            An array of the input type: null for null, and where something is no token of this key
            and domain, as far as that shows.

        Raises:
            ValueError: nothing gives these values back.
        """
        if self.prepared.reverse is None:
            raise ValueError(f"`{self.treatment.name}` gives no value back")
        return self.prepared.reverse(tokens)

    def _plain(self, values: Values) -> Values:
        if values.type == self.input_type:
            return values
        if str(values.type) in _WIDE.get(str(self.input_type), ()):
            return values.cast(self.input_type)
        raise TypeError(
            f"`{self.treatment.name}` was built for {self.input_type} and met {values.type}"
        )


def build(
    treatment: Treatment,
    column: Column,
    key: LinkageKey | None,
    finder: TextFinder | None = None,
    store: TokenStore | None = None,
) -> Transform | None:
    """Build the transform of one column, or None where the column is dropped.

    Args:
        treatment: what the policy says.
        column: its type says what comes in, its category how subject keys are normalised.
        key: the linkage key of the column's domain; only what is keyed uses it.
        finder: finds what is personal in free text; only `text` uses it.
        store: keeps random tokens; only `vault` uses it.

    Raises:
        ValueError: the treatment is not one, does not fit the column's type, or lacks its key.
    """
    check(treatment, column.type)
    spec = TRANSFORMS[treatment.name]
    if spec.prepare is None:
        return None
    if spec.keyed and key is None:
        raise ValueError(f"`{treatment.name}` needs the key of its linkage domain")
    kind = parse_type(column.type)
    given = Input(kind, family_of(kind), column.category, key, finder, store, path=str(column.path))
    prepared = spec.prepare(treatment, given)
    return Transform(
        treatment=treatment,
        input_type=kind,
        prepared=prepared,
        metadata=_metadata(treatment, prepared, key if spec.keyed else None),
        needs_subjects=spec.needs_subjects,
    )


def _metadata(
    treatment: Treatment, prepared: Prepared, key: LinkageKey | None
) -> dict[bytes, bytes]:
    facts = {"privet.treatment": str(treatment)}
    if prepared.algorithm is not None:
        facts["privet.algorithm"] = prepared.algorithm
    if key is not None:
        facts["privet.key"] = key.key_id
        facts["privet.domain"] = key.domain
    return {name.encode(): fact.encode() for name, fact in facts.items()}
