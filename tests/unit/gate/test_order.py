from __future__ import annotations

import pyarrow as pa
import pytest

from privet.gate.order import RowOrder

ONE, OTHER = b"a" * 32, b"b" * 32
TOKENS = [None if row < 20 else f"t{row // 4}" for row in range(400)]
BATCH = pa.record_batch({"token": pa.array(TOKENS), "row": pa.array(range(400))})


def ordered(key: bytes, together: str | None = None, data: str = "orders") -> list[int]:
    rows: list[int] = RowOrder(key, data, together).apply(BATCH).column("row").to_pylist()
    return rows


@pytest.mark.parametrize("together", [None, "token"])
def test_the_order_follows_from_key_and_data_set_alone(together: str | None) -> None:
    one = ordered(ONE, together)
    assert sorted(one) == list(range(400))
    assert one == ordered(ONE, together)
    different = [list(range(400)), ordered(OTHER, together), ordered(ONE, together, "customers")]
    assert all(sum(map(int.__eq__, one, rows)) < 20 for rows in different)


def test_each_batch_has_an_order_of_its_own() -> None:
    order = RowOrder(ONE, "orders")
    first, second = (order.apply(BATCH).column("row").to_pylist() for _ in range(2))
    assert first != second


def test_rows_of_one_token_stay_together_in_an_order_of_their_own() -> None:
    rows = ordered(ONE, "token")
    tokens = [TOKENS[row] for row in rows if TOKENS[row] is not None]
    runs = [token for at, token in enumerate(tokens) if at == 0 or tokens[at - 1] != token]
    assert len(runs) == len(set(runs)) == 95
    assert runs != sorted(runs)
    within = [[row for row in rows if TOKENS[row] == token] for token in runs]
    assert sum(group != sorted(group) for group in within) > 60
    nulls = [at for at, row in enumerate(rows) if TOKENS[row] is None]
    assert nulls[-1] - nulls[0] > 100, "rows without a token are nobody's, and lie anywhere"


def test_rows_of_any_type_keep_their_values() -> None:
    numbers = list(range(99))
    batch = pa.record_batch(
        {
            "row": pa.array(numbers),
            "text": pa.array([None if n % 5 == 0 else f"\u00e9{n}" for n in numbers]),
            "list": pa.array([[n, None] if n % 3 else None for n in numbers]),
            "struct": pa.array([{"a": n, "b": str(n)} for n in numbers]),
            "code": pa.array([f"c{n % 3}" for n in numbers]).dictionary_encode(),
            "fixed": pa.array([n.to_bytes(4, "big") for n in numbers], pa.binary(4)),
        }
    ).slice(3, 90)
    ordered_batch = RowOrder(ONE, "orders").apply(batch)
    ordered_batch.validate(full=True)
    assert ordered_batch.schema == batch.schema
    back = sorted(ordered_batch.to_pylist(), key=lambda row: row["row"])
    assert back == batch.to_pylist()
    assert RowOrder(ONE, "orders").apply(batch.slice(7, 1)).equals(batch.slice(7, 1))


def test_runs_stay_together_in_a_block_of_any_size() -> None:
    rows = (1 << 20) + 5  # too many for row, run and chance in one word
    numbers = pa.array(range(rows))
    batch = pa.record_batch({"token": pa.array([row // 8 for row in range(rows)]), "row": numbers})
    after = RowOrder(ONE, "orders", "token").apply(batch)
    tokens, order = (column.to_numpy() for column in after.columns)
    assert sorted(order.tolist()) == numbers.to_pylist()
    assert (tokens[1:] != tokens[:-1]).sum() == rows // 8
    assert (order[1:] == order[:-1] + 1).mean() < 0.2


def test_no_rows_and_no_columns_pass() -> None:
    assert RowOrder(ONE, "orders", "token").apply(BATCH.slice(0, 0)).num_rows == 0
    bare = pa.RecordBatch.from_struct_array(pa.array([{}] * 3, pa.struct([])))
    assert RowOrder(ONE, "orders").apply(bare).num_rows == 3
