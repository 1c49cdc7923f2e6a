"""Which Pandera schemas can be used: what would be judged otherwise than it reads is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

from privet.model.contract import Column
from privet.model.errors import ConfigError, Location
from privet.ports.arrow_types import parse_type

_Test: TypeAlias = Callable[[Any], bool]

_WHOLE = "it looks at more than one row; use Privet's own rule (`duplicateValues`, `type: sql`)"
_CLEAN = "it changes rows; use a cleaning step of the pipeline"


def checked_schema(
    found: Any, reference: str, columns: Sequence[Column], where: Location | None
) -> Any:
    """A DataFrameSchema for pandas of which every check judges single rows of these columns.

    Raises:
        ConfigError: it is none, or has a part that cannot be used.
    """
    from pandera.pandas import DataFrameModel, DataFrameSchema  # noqa: PLC0415

    schema = found
    if isinstance(found, type) and issubclass(found, DataFrameModel):
        schema = found.to_schema()
    if type(schema) is not DataFrameSchema:
        raise ConfigError(
            f"`{reference}` is no Pandera schema for pandas",
            hint="Name a `DataFrameSchema` or a `DataFrameModel` of `pandera.pandas`.",
            where=where,
        )
    for problem in (*_unfit(schema), *_mismatches(schema, columns)):
        raise ConfigError(f"`{reference}`: {problem}", where=where)
    return schema


def _unfit(schema: Any) -> Iterator[str]:
    """Parts of the schema that cannot be kept."""
    if schema.unique:
        yield f"`unique` cannot be used: {_WHOLE}"
    if schema.index is not None:
        yield "`index` cannot be used: rows have none here; check columns"
    if schema.parsers or schema.add_missing_columns:
        yield f"`parsers` and `add_missing_columns` cannot be used: {_CLEAN}"
    for check in schema.checks:
        yield from _unfit_check("the schema", check)
    for name, part in schema.columns.items():
        if part.unique:
            yield f"`unique` of column `{name}` cannot be used: {_WHOLE}"
        if part.parsers or part.default is not None:
            yield f"`parsers` and `default` of column `{name}` cannot be used: {_CLEAN}"
        for check in part.checks:
            yield from _unfit_check(f"column `{name}`", check)


def _unfit_check(of: str, check: Any) -> Iterator[str]:
    from pandera.pandas import Hypothesis  # noqa: PLC0415

    if isinstance(check, Hypothesis) or check.groupby is not None:
        yield f"a hypothesis or grouped check of {of} cannot be used: {_WHOLE}"
    if check.raise_warning:
        yield (
            f"a check of {of} that only warns cannot be used; leave `raise_warning` out, and give "
            "the rule the action `report` or `severity: warning`"
        )


def _mismatches(schema: Any, columns: Sequence[Column]) -> Iterator[str]:
    """Where schema and contract speak of different columns or types."""
    roots = list(dict.fromkeys(column.path.root for column in columns))
    types = {str(column.path): column.type for column in columns}
    plain = {name for name, part in schema.columns.items() if not part.regex}
    for name in sorted(map(str, plain - set(roots))):
        if schema.columns[name].required:
            yield f"the contract has no column `{name}`"
    if schema.strict is True and len(plain) == len(schema.columns) and (more := set(roots) - plain):
        yield f"it is strict, and the contract has {len(more)} more columns"
    known = [name for name in schema.columns if name in roots]
    if schema.ordered and known != [name for name in roots if name in known]:
        yield "it wants its columns in another order than the contract's"
    for name, part in schema.columns.items():
        wanted = schema.dtype or part.dtype
        kind = types.get(str(name))
        if wanted is not None and kind is not None and not _fits(wanted, kind):
            yield (
                f"column `{name}` is `{kind}` in the contract and `{wanted}` in the schema; types "
                "are the contract's matter: say the same in both"
            )


def _fits(wanted: Any, kind: str) -> bool:
    """Whether a Pandera type says what the contract's does, whatever its width."""
    from pandera import dtypes  # noqa: PLC0415

    families: tuple[tuple[_Test, tuple[_Test, ...]], ...] = (
        (pa.types.is_integer, (dtypes.is_int, dtypes.is_float)),
        (pa.types.is_floating, (dtypes.is_float,)),
        (pa.types.is_boolean, (dtypes.is_bool,)),
        (pa.types.is_string, (dtypes.is_string, dtypes.is_category, _is_object)),
        (pa.types.is_temporal, (dtypes.is_datetime, _is_object)),
        (pa.types.is_decimal, (_is_decimal, _is_object)),
        (pa.types.is_binary, (dtypes.is_binary, _is_object)),
    )
    arrow = parse_type(kind)
    return any(fits(arrow) and any(test(wanted) for test in tests) for fits, tests in families)


def _is_object(wanted: Any) -> bool:
    return str(wanted) == "object"


def _is_decimal(wanted: Any) -> bool:
    return "decimal" in str(wanted).lower()
