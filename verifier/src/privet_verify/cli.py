"""`privet-verify RELEASE --key KEY [--checkpoint FILE [--log FOLDER]]`.

Exit code 0: whole, signed and logged. 1: it is not. 2: the call is wrong. 3: not decided.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from privet_verify.errors import Code, VerificationError
from privet_verify.release import VerifiedRelease, verify_release


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        verified = verify_release(
            options.release,
            _key(options.key),
            checkpoint=None if options.checkpoint is None else _read(options.checkpoint),
            log=options.log,
        )
    except VerificationError as error:
        if options.json:
            _write(json.dumps({"ok": False, "code": error.code, "message": error.message}))
        sys.stderr.write(f"privet-verify: {error}\n")
        return error.code.exit_code
    _write(json.dumps(_summary(verified)) if options.json else _report(verified, options))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="privet-verify", description="Check a Privet release and its receipt, offline."
    )
    parser.add_argument("release", type=Path, help="folder of the release, with its receipt.json")
    parser.add_argument(
        "--key", required=True, help="the issuer's verifier key, or a file that holds it"
    )
    parser.add_argument(
        "--checkpoint", type=Path, help="another checkpoint of the log: show that it only grew"
    )
    parser.add_argument("--log", type=Path, help="folder of the published log, with `tile/` in it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _key(option: str) -> str:
    """The key itself; base64 and names may hold `/`, so a key is known by its two `+`."""
    return option if option.count("+") >= 2 else _read(Path(option)).strip()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise VerificationError(Code.UNREADABLE, f"{path} is not a text file") from error
    except (OSError, ValueError) as error:
        raise VerificationError(
            Code.UNREADABLE, f"{path} cannot be read", hint="check the path and its permissions"
        ) from error


def _summary(verified: VerifiedRelease) -> dict[str, object]:
    return {
        "ok": True,
        "release": verified.statement.release,
        "files": [file.name for file in verified.statement.files],
        "origin": verified.checkpoint.origin,
        "index": verified.index,
        "size": verified.checkpoint.size,
        "logged": verified.logged,
        "statement": verified.statement.predicate,
    }


def _report(verified: VerifiedRelease, options: argparse.Namespace) -> str:
    statement = verified.statement
    guarantee = statement.predicate["guarantee"]
    what = f"{statement.predicate['kind']}, {guarantee['name']}"
    lines = [
        f"whole      {len(statement.files)} files, each as the receipt names it",
        f"signed     by {verified.checkpoint.origin}: release {statement.release} ({what})",
        f"logged     {verified.logged}, entry {verified.index} of {verified.checkpoint.size}",
    ]
    if options.checkpoint is not None:
        lines.append("history    only grew between the two checkpoints")
    return "\n".join(lines)


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
