"""The Merkle tree of RFC 6962: hashing, and proofs made and checked.

A proof is made from the hashes of *complete subtrees*: `at(level, index)` is the hash over the
leaves `[index * 2**level, (index + 1) * 2**level)`. Checking follows RFC 9162, sections 2.1.3.2
and 2.1.4.2, which gives the algorithms that RFC 6962 leaves out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

Subtrees: TypeAlias = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without leaves (RFC 6962, section 2.1)."""


class ProofError(ValueError):
    """A proof does not show what it should."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(size: int, at: Subtrees) -> bytes:
    """Root of the tree over the first `size` leaves."""
    return _range_hash(0, size, at) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, at: Subtrees) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1: from the leaf's sibling to the root's child.

    Raises:
        ValueError: no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, at))
            end = middle
        else:
            path.append(_range_hash(start, middle, at))
            start = middle
    return path[::-1]


def consistency_path(old: int, new: int, at: Subtrees) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty where there is nothing to show.

    Raises:
        ValueError: `old` is beyond `new`.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is no prefix of a tree of {new}")
    if old in {0, new}:
        return []
    path = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, at))
            end = middle
        else:
            path.append(_range_hash(start, middle, at))
            start = middle
    if start:
        path.append(_range_hash(start, end, at))
    return path[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes
) -> None:
    """Insist that the leaf with hash `leaf` is number `index` of the tree (RFC 9162, 2.1.3.2).

    Raises:
        ProofError: the path does not lead from the leaf to the root.
    """
    if not 0 <= index < size:
        raise ProofError("index beyond the tree")
    node, last, current = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofError("path too long")
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or current != expected_root:
        raise ProofError("path does not lead to the root")


def check_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Insist that the tree of `old` leaves is a prefix of that of `new` (RFC 9162, 2.1.4.2).

    Raises:
        ProofError: the path does not connect the two roots.
    """
    if not 0 <= old <= new:
        raise ProofError("the older tree is larger")
    if old in {0, new}:
        same = old_root == (EMPTY_ROOT if old == 0 else new_root)
        if path or not same:
            raise ProofError("roots differ")
        return
    # A complete older tree is itself the first hash of the proof.
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        raise ProofError("path too short")
    _walk_consistency(old, new, hashes, (old_root, new_root))


def _walk_consistency(old: int, new: int, hashes: list[bytes], roots: tuple[bytes, bytes]) -> None:
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError("path too long")
        if node & 1 or node == last:
            older = node_hash(sibling, older)
            newer = node_hash(sibling, newer)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or (older, newer) != roots:
        raise ProofError("path does not connect the roots")


def _split(width: int) -> int:
    """The largest power of two below `width`, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _range_hash(start: int, end: int, at: Subtrees) -> bytes:
    """Hash over the leaves `[start, end)`, as RFC 6962 cuts them (so `start` is aligned)."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return at(level, start >> level)
    middle = start + _split(width)
    return node_hash(_range_hash(start, middle, at), _range_hash(middle, end, at))
