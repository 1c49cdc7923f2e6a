"""What `apply` does whatever the transform: types in, dictionaries, repeats, slices."""

from __future__ import annotations

import subprocess
import sys

import pyarrow as pa
import pytest

from tests.unit.transforms.making import make, run


def test_importing_the_room_loads_no_numba() -> None:
    code = (
        "import sys, privet.transforms.build, privet.transforms.nested; "
        "sys.exit('numba' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_dictionary_gives_what_its_values_give() -> None:
    plain = pa.array(["b", "a", None, "b"])
    token = make("token")
    assert token.apply(plain.dictionary_encode()).equals(token.apply(plain))
    keep = make("keep")
    assert keep.apply(plain.dictionary_encode()).equals(plain)


def test_repeated_values_give_what_single_ones_give() -> None:
    token = make("token")
    few = pa.array([f"value {row % 7}" if row % 11 else None for row in range(5000)])
    assert token.apply(few).equals(
        pa.concat_arrays([token.apply(few[:2000]), token.apply(few[2000:])])
    )


def test_the_large_form_of_a_type_is_taken() -> None:
    assert run("mask", pa.array(["abcdef"], pa.large_string()), "string", show_last=2) == ["****ef"]


def test_another_type_is_refused_without_its_values() -> None:
    with pytest.raises(TypeError, match="built for int64 and met string") as refused:
        make("band", "int64", width=5).apply(pa.array(["marker-7"]))
    assert "marker-7" not in str(refused.value)


def test_slices_and_empty_arrays() -> None:
    values = pa.array(["x", "alpha", None, "beta", "y"])
    for name, params in (
        ("keep", {}),
        ("redact", {}),
        ("mask", {"show_last": 2}),
        ("token", {}),
        ("token", {"form": "binary"}),
        ("truncate", {"length": 2}),
        ("truncate", {"kind": "ip"}),
    ):
        whole = run(name, values, **params)
        assert run(name, values.slice(1, 3), **params) == whole[1:4]
        assert run(name, values[:0], **params) == []


def test_keep_lets_values_through() -> None:
    assert run("keep", pa.array([1, None, 3])) == [1, None, 3]


def test_redact_leaves_nothing_but_whether_there_was_a_value() -> None:
    assert run("redact", pa.array(["a", None, ""])) == ["[redacted]", None, "[redacted]"]
    assert run("redact", pa.array(["a"]), text="gone") == ["gone"]
    assert run("redact", pa.array([1, None])) == [None, None]
    assert run("redact", pa.array([True, None])) == [None, None]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("4111111111111234", "****1234"),
        ("1234", "****"),
        ("12345", "****2345"),
        ("  1234 ", "****"),
        ("äöüßé", "****öüßé"),
    ],
)
def test_mask_shows_the_end_and_never_the_whole(value, shown) -> None:
    assert run("mask", pa.array([value, None]), show_last=4) == [shown, None]


def test_mask_shows_both_ends_and_hides_the_length() -> None:
    values = pa.array(["abcdefgh", "abcdefghijklmnop", "abc"])
    masked = run("mask", values, show_first=1, show_last=2, **{"with": "•"})
    assert masked == ["a••••gh", "a••••op", "••••"]
    assert run("mask", pa.array([1234567]), show_last=2) == ["****67"]
