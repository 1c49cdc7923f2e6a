"""Random nested batches: keeping every leaf changes nothing, and leaves know their rows."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from privet.model.contract import Column
from privet.model.paths import ColumnPath, Step
from privet.model.policy import Treatment
from privet.transforms.build import build
from privet.transforms.nested import apply_columns, leaf_values, output_schema, row_index

LEAVES = st.sampled_from([pa.string(), pa.int64(), pa.bool_(), pa.float64(), pa.binary()])
NAMES = st.sampled_from(["a", "b", "odd.name", 'quo"te', "d"])


def structs(children: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    fields = st.lists(st.tuples(NAMES, children), min_size=1, max_size=3, unique_by=lambda f: f[0])
    return fields.map(pa.struct)


TYPES = st.recursive(
    LEAVES,
    lambda children: structs(children) | children.map(pa.list_) | children.map(pa.large_list),
    max_leaves=6,
)


def values_of(kind: pa.DataType) -> st.SearchStrategy[object]:
    if pa.types.is_struct(kind):
        members = st.fixed_dictionaries({f.name: values_of(f.type) for f in kind.fields})
        return st.none() | members
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return st.none() | st.lists(values_of(kind.value_type), max_size=3)
    plain = {
        pa.string(): st.text(max_size=3),
        pa.int64(): st.integers(-5, 5),
        pa.bool_(): st.booleans(),
        pa.float64(): st.floats(allow_nan=False, width=16),
        pa.binary(): st.binary(max_size=3),
    }
    return st.none() | plain[kind]


@st.composite
def batches(draw: st.DrawFn) -> pa.RecordBatch:
    kinds = draw(st.dictionaries(NAMES, TYPES, min_size=1, max_size=3))
    schema = pa.schema(list(kinds.items()))
    row = st.fixed_dictionaries({name: values_of(kind) for name, kind in kinds.items()})
    batch = pa.RecordBatch.from_pylist(draw(st.lists(row, max_size=6)), schema)
    start = draw(st.integers(0, batch.num_rows))
    return batch.slice(start, draw(st.integers(0, batch.num_rows)))


def leaves(kind: pa.DataType, steps: tuple[Step, ...]) -> list[tuple[ColumnPath, pa.DataType]]:
    if pa.types.is_struct(kind):
        inner = [leaves(member.type, (*steps, Step(member.name))) for member in kind.fields]
        return [leaf for found in inner for leaf in found]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        last = Step(steps[-1].name, steps[-1].lists + 1)
        return leaves(kind.value_type, (*steps[:-1], last))
    return [(ColumnPath(steps), kind)]


def all_leaves(batch: pa.RecordBatch) -> list[tuple[ColumnPath, pa.DataType]]:
    return [leaf for f in batch.schema for leaf in leaves(f.type, (Step(f.name),))]


def keep(path: ColumnPath, kind: pa.DataType):
    return build(Treatment("keep"), Column(path, str(kind)), None)


@given(batches())
def test_keeping_every_leaf_is_the_identity(batch: pa.RecordBatch) -> None:
    transforms = {path: keep(path, kind) for path, kind in all_leaves(batch)}
    out = apply_columns(batch, transforms, None)
    out.validate(full=True)
    assert out.to_pylist() == batch.to_pylist()
    assert out.schema.types == batch.schema.types
    assert out.schema.equals(output_schema(batch.schema, transforms), check_metadata=True)


@given(batches(), st.data())
def test_what_has_no_entry_is_not_in_the_output(batch: pa.RecordBatch, data: st.DataObject) -> None:
    every = all_leaves(batch)
    chosen = data.draw(st.lists(st.sampled_from(every), unique=True))
    out = apply_columns(batch, {path: keep(path, kind) for path, kind in chosen}, None)
    assert out.num_rows == batch.num_rows
    assert set(all_leaves(out)) == set(chosen)


@given(batches())
def test_leaf_values_come_row_by_row(batch: pa.RecordBatch) -> None:
    for path, _ in all_leaves(batch):
        values, rows = leaf_values(batch, path), row_index(batch, path)
        alone = [leaf_values(batch.slice(row, 1), path) for row in range(batch.num_rows)]
        assert values.to_pylist() == [value for found in alone for value in found.to_pylist()]
        assert rows.to_pylist() == [row for row, found in enumerate(alone) for _ in found]
