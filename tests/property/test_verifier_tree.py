"""The Merkle tree against its definition, word for word from RFC 6962, section 2.1."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet_verify.tiles import subtrees_from_tiles
from privet_verify.tree import (
    ProofError,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
)

LEAVES = [f"leaf {number}".encode() for number in range(600)]


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], complete: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if complete else [mth(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], complete), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def largest_power_below(count: int) -> int:
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def subtrees(leaves: list[bytes]):
    return lambda level, index: mth(leaves[index << level : (index + 1) << level])


def tiles(leaves: list[bytes]):
    """A reader of tiles, each from its definition in tlog-tiles."""

    def read(level: int, index: int, width: int) -> bytes:
        span = 256**level
        first = index * 256
        return b"".join(
            mth(leaves[number * span : (number + 1) * span])
            for number in range(first, first + width)
        )

    return read


sizes = st.integers(1, 80) | st.sampled_from([127, 128, 129, 255, 256, 257, 511, 512, 513, 600])


@given(sizes, st.data())
def test_inclusion_by_definition_and_by_tiles(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    index = data.draw(st.integers(0, size - 1))
    expected = path(index, leaves)
    for at in (subtrees(leaves), subtrees_from_tiles(size, tiles(leaves))):
        assert root(size, at) == mth(leaves)
        assert inclusion_path(index, size, at) == expected
    check_inclusion(leaf_hash(leaves[index]), index, size, expected, mth(leaves))


@given(sizes, st.data())
def test_consistency_by_definition_and_by_tiles(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    old = data.draw(st.integers(0, size))
    expected = subproof(old, leaves, True) if 0 < old < size else []
    for at in (subtrees(leaves), subtrees_from_tiles(size, tiles(leaves))):
        assert consistency_path(old, size, at) == expected
    check_consistency(old, size, expected, mth(leaves[:old]), mth(leaves))


@given(st.integers(1, 70), st.data())
def test_no_other_proof_of_inclusion_is_taken(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    index = data.draw(st.integers(0, size - 1))
    right = path(index, leaves)
    leaf, top = leaf_hash(leaves[index]), mth(leaves)
    wrong = [(leaf_hash(b"x"), index, right, top), (leaf, index, right, mth(LEAVES[:71]))]
    wrong += [(leaf, other, right, top) for other in {index - 1, index + 1, size} if other != index]
    wrong.append((leaf, index, [*right, right[-1] if right else leaf], top))
    if right:
        wrong.append((leaf, index, right[:-1], top))
        place = data.draw(st.integers(0, len(right) - 1))
        changed = [bytes(32) if number == place else item for number, item in enumerate(right)]
        wrong.append((leaf, index, changed, top))
    for one_leaf, number, proof, one_root in wrong:
        with pytest.raises(ProofError):
            check_inclusion(one_leaf, number, size, proof, one_root)


@given(st.integers(2, 70), st.data())
def test_no_other_proof_of_consistency_is_taken(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    old = data.draw(st.integers(1, size - 1))
    right = subproof(old, leaves, True)
    roots = mth(leaves[:old]), mth(leaves)
    forged = mth([b"x", *leaves[1:old]])
    wrong = [(old, right, forged, roots[1]), (old, right, roots[0], forged)]
    wrong += [(old, right[:-1], *roots), (old, [*right, bytes(32)], *roots)]
    wrong += [(other, right, *roots) for other in {0, old - 1, old + 1, size} - {old}]
    place = data.draw(st.integers(0, len(right) - 1))
    changed = [bytes(32) if number == place else item for number, item in enumerate(right)]
    wrong.append((old, changed, *roots))
    for one_old, proof, old_root, new_root in wrong:
        with pytest.raises(ProofError):
            check_consistency(one_old, size, proof, old_root, new_root)
    with pytest.raises(ProofError):
        check_consistency(size + 1, size, right, *roots)


def test_there_is_no_path_beyond_the_tree() -> None:
    for index, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_path(index, size, subtrees(LEAVES))
    with pytest.raises(ValueError, match="no prefix"):
        consistency_path(4, 3, subtrees(LEAVES))
