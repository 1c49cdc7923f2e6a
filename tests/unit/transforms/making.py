"""What the tests of the transforms share: a key, and a transform from a few words."""

from __future__ import annotations

import pyarrow as pa

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.policy import Scalar, Treatment
from privet.transforms.build import Transform, build
from privet.transforms.linkage import LinkageKey

KEY = LinkageKey("linkage-1", "customer/research/local", bytes(range(32)))
OTHER_KEY = LinkageKey("linkage-2", "customer/research/unilab", bytes(range(1, 33)))


def treatment(name: str, **params: Scalar) -> Treatment:
    return Treatment(name, tuple(params.items()))


def make(
    name: str,
    type_: str = "string",
    *,
    category: str | None = None,
    key: LinkageKey | None = KEY,
    **params: Scalar,
) -> Transform:
    column = Column(ColumnPath.of("c"), type_, category)
    transform = build(treatment(name, **params), column, key)
    if transform is None:
        raise ValueError("a dropped column has no transform")
    return transform


def run(name: str, values: pa.Array, type_: str | None = None, **params: Scalar) -> list:
    """Build for the array's own type, apply, and check what every transform promises."""
    transform = make(name, type_ or str(values.type), **params)
    out = transform.apply(values)
    out.validate(full=True)
    assert out.type == transform.output_type
    assert len(out) == len(values)
    nulls = zip(values.is_null().to_pylist(), out.is_null().to_pylist(), strict=True)
    assert all(after for before, after in nulls if before)
    return out.to_pylist()
