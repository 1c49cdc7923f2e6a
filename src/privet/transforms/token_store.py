"""What keeps random tokens and their values, as transforms see it: they stand below the vault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from privet.transforms.linkage import LinkageKey


class TokenStore(Protocol):
    """Gives each value a random token, once, and remembers both."""

    def tokens(self, key: LinkageKey, values: Sequence[bytes]) -> list[bytes]:
        """The token of each value in the domain of `key`, made where there is none yet."""
        ...

    def values(self, key: LinkageKey, tokens: Sequence[bytes]) -> list[bytes | None]:
        """The value of each token; None where it is no token of that domain, or was deleted.

        Raises:
            IntegrityError: what is kept of a token was changed.
        """
        ...
