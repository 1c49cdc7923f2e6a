"""`python -m tests.held_verb PLACE VERB…`: the command line, standing still once at a place.

It says `held`, and goes on when a line comes in on standard input, or a signal.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

import privet.adapters.rows
import privet.vault.keyring
from privet.adapters.releases.local import LocalRelease
from privet.cli.app import main
from privet.crypto.passphrase import Argon2idParams
from privet.vault.vault import Vault

# Whoever runs the tests in the background may have had Ctrl-C ignored, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def stand_still() -> None:
    print("held", flush=True)  # noqa: T201
    sys.stdin.readline()


def before_first(function: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    def held(*given: Any, **named: Any) -> Iterator[Any]:
        for number, item in enumerate(function(*given, **named)):
            if number == 0:
                stand_still()
            yield item

    return held


def before(function: Callable[..., Any]) -> Callable[..., Any]:
    def held(*given: Any) -> Any:
        stand_still()
        return function(*given)

    return held


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    def held(*given: Any) -> Any:
        result = function(*given)
        stand_still()
        return result

    return held


PLACES: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "reading the source": (privet.adapters.rows, "read_batches", before_first),
    "writing the release": (Vault, "read", before_first),
    "before it is shown": (LocalRelease, "publish", before),
    "after it is shown": (LocalRelease, "publish", after),
}

if __name__ == "__main__":
    owner, name, how = PLACES[sys.argv[1]]
    setattr(owner, name, how(getattr(owner, name)))
    privet.vault.keyring.Argon2idParams = lambda: Argon2idParams(64 * 1024, 3)  # type: ignore
    sys.argv = ["privet", *sys.argv[2:]]
    main()
