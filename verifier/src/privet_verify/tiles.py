"""C2SP tlog-tiles: where the hashes of a log lie, and reading them from a folder.

Specification: https://c2sp.org/tlog-tiles. A tile holds up to 256 hashes, each over 256 times as
many leaves as those one level below. What a folder holds is not trusted: it only helps to make a
proof, which is then checked against signed roots.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from privet_verify.errors import Code, VerificationError
from privet_verify.tree import Subtrees, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32

TileReader: TypeAlias = Callable[[int, int, int], bytes]
"""`(level, index, width)` to a tile's bytes, of which there are at least `width * 32`."""


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Key of a tile: `tile/0/x001/x234/067`, `tile/entries/000.p/12`."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    suffix = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{suffix}"


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes tile `index` of `level` holds in a tree of `size` leaves (0 to 256)."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH))


def subtrees_from_tiles(size: int, read: TileReader) -> Subtrees:
    """Subtree hashes of a tree of `size` leaves, each computed from the one tile that covers it."""

    def at(level: int, index: int) -> bytes:
        tile_level, within = divmod(level, HEIGHT)
        tile, offset = divmod(index << within, WIDTH)
        data = read(tile_level, tile, tile_width(tile_level, tile, size))
        first = offset * HASH_BYTES
        hashes = [
            data[start : start + HASH_BYTES]
            for start in range(first, first + (HASH_BYTES << within), HASH_BYTES)
        ]
        while len(hashes) > 1:
            hashes = [
                node_hash(left, right)
                for left, right in zip(hashes[::2], hashes[1::2], strict=True)
            ]
        return hashes[0]

    return at


def folder_reader(folder: Path) -> TileReader:
    """Read tiles below `folder`, where `tile/0/000` lies; a full tile stands in for a partial one.

    Raises (when called):
        VerificationError: no such tile, or not a tile (`Code.LOG_NEEDED`).
    """

    def read(level: int, index: int, width: int) -> bytes:
        for name in dict.fromkeys((tile_path(level, index, width), tile_path(level, index))):
            path = folder / name
            try:
                data = path.read_bytes() if path.is_file() else b""
            except OSError as error:
                raise _missing(name) from error
            if len(data) >= width * HASH_BYTES > 0:
                return data
        raise _missing(tile_path(level, index, width))

    return read


def _missing(name: str) -> VerificationError:
    return VerificationError(
        Code.LOG_NEEDED,
        f"the log's folder has no whole tile {name}",
        hint="give the folder in which the log is published, with `tile/` in it",
    )
