"""That history only grew: of two checkpoints of one log, the smaller is a prefix of the larger.

A log's operator holds its key and can sign anything. Who kept an earlier checkpoint finds out.
"""

from __future__ import annotations

from pathlib import Path

from privet_verify.checkpoint import Checkpoint
from privet_verify.errors import Code, VerificationError
from privet_verify.tiles import folder_reader, subtrees_from_tiles
from privet_verify.tree import ProofError, check_consistency, consistency_path


def check_history(one: Checkpoint, other: Checkpoint, log: Path | None) -> None:
    """Insist that one checkpoint continues the other, whichever is older.

    Args:
        one: a checkpoint whose signature was checked.
        other: another, of the same log.
        log: folder of the published log (`tile/` in it); needed only when the sizes differ.

    Raises:
        VerificationError: the log was rewritten (`Code.HISTORY`), or the tiles are not there
            (`Code.LOG_NEEDED`).
    """
    older, newer = sorted((one, other), key=lambda checkpoint: checkpoint.size)
    path: list[bytes] = []
    if 0 < older.size < newer.size:
        if log is None:
            raise VerificationError(
                Code.LOG_NEEDED,
                f"the checkpoints are of {older.size} and {newer.size} entries",
                hint="give the folder of the published log too (--log)",
            )
        at = subtrees_from_tiles(newer.size, folder_reader(log))
        path = consistency_path(older.size, newer.size, at)
    try:
        check_consistency(older.size, newer.size, path, older.root, newer.root)
    except ProofError as error:
        raise VerificationError(
            Code.HISTORY,
            f"the log of {newer.size} entries does not continue that of {older.size}",
            hint="its history was rewritten, or its tiles were changed: keep both checkpoints",
        ) from error
