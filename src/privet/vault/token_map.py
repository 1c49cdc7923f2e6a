"""The token vault: random tokens, and the values that they stand for, sealed in the catalog.

A value is found again by its commitment (HMAC-SHA256) and opened by its token; both keys are
derived from the key of the linkage domain, so the catalog alone shows no value, and not which are
equal in two domains. A row that is deleted makes its token say nothing for good; the next release
draws another.

No entry of the log names a token: they are as many as the values. Each row is bound to its token
and domain by its seal, so that a row put in place of another does not open.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
)

from privet.crypto.mac import derive_key, hmac_sha256
from privet.crypto.siv import pad, unpad
from privet.crypto.wrapping import unwrap, wrap
from privet.model.errors import IntegrityError
from privet.ports.catalog import METADATA, Catalog
from privet.ports.world import Entropy
from privet.transforms.linkage import LinkageKey

TOKEN_BYTES = 16
_AT_ONCE = 500
"""Rows asked for by one statement: databases limit the number of parameters."""

TOKEN_MAP = Table(
    "token_map",
    METADATA,
    Column("token", LargeBinary, primary_key=True),
    Column("key", String, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("key", "commitment"),
)
"""One row per token. `key` is the id of the linkage key whose domain it belongs to."""


class TokenMap:
    """The tokens of a project.

    Args:
        catalog: where they lie; not within one of its transactions.
        entropy: where they come from.
    """

    __slots__ = ("_catalog", "_entropy")

    def __init__(self, catalog: Catalog, entropy: Entropy) -> None:
        self._catalog = catalog
        self._entropy = entropy

    def tokens(self, key: LinkageKey, values: Sequence[bytes]) -> list[bytes]:
        """The token of each value, made where there is none yet: all of them, or none.

        Two runs at once agree: looking and adding is one transaction.
        """
        secret = derive_key(key.secret, "token map/commitment")
        commitments = [hmac_sha256(secret, value) for value in values]
        with self._catalog.write() as connection:
            TOKEN_MAP.create(connection, checkfirst=True)  # a catalog made before there was one
            known = _known(connection, key.key_id, commitments)
            new = {
                commitment: value
                for commitment, value in zip(commitments, values, strict=True)
                if commitment not in known
            }
            known |= self._add(connection, key, new)
        return [known[commitment] for commitment in commitments]

    def values(self, key: LinkageKey, tokens: Sequence[bytes]) -> list[bytes | None]:
        """The value of each token; None where it is no token of this domain, or was deleted.

        Raises:
            IntegrityError: what is kept of a token was changed.
        """
        secret = derive_key(key.secret, "token map/value")
        sealed: dict[bytes, bytes] = {}
        with self._catalog.read() as connection:
            for start in range(0, len(tokens), _AT_ONCE):
                wanted = select(TOKEN_MAP.c.token, TOKEN_MAP.c.sealed).where(
                    TOKEN_MAP.c.key == key.key_id,
                    TOKEN_MAP.c.token.in_(tokens[start : start + _AT_ONCE]),
                )
                sealed |= {row.token: row.sealed for row in connection.execute(wanted)}
        return [
            _opened(secret, key, token, sealed[token]) if token in sealed else None
            for token in tokens
        ]

    def _add(
        self, connection: Connection, key: LinkageKey, new: dict[bytes, bytes]
    ) -> dict[bytes, bytes]:
        if not new:
            return {}
        secret = derive_key(key.secret, "token map/value")
        drawn = self._entropy.token_bytes(TOKEN_BYTES * len(new))
        tokens = [drawn[at : at + TOKEN_BYTES] for at in range(0, len(drawn), TOKEN_BYTES)]
        rows = [
            {
                "token": token,
                "key": key.key_id,
                "commitment": commitment,
                "sealed": wrap(secret, pad(value), _bound(key, token), self._entropy),
            }
            # By token: the order in which rows lie tells nothing of the order of values.
            for token, (commitment, value) in sorted(zip(tokens, new.items(), strict=True))
        ]
        connection.execute(insert(TOKEN_MAP), rows)
        return dict(zip(new, tokens, strict=True))


def _known(connection: Connection, key_id: str, commitments: list[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for start in range(0, len(commitments), _AT_ONCE):
        wanted = select(TOKEN_MAP.c.commitment, TOKEN_MAP.c.token).where(
            TOKEN_MAP.c.key == key_id,
            TOKEN_MAP.c.commitment.in_(commitments[start : start + _AT_ONCE]),
        )
        found |= {row.commitment: row.token for row in connection.execute(wanted)}
    return found


def _opened(secret: bytes, key: LinkageKey, token: bytes, sealed: bytes) -> bytes:
    try:
        return unpad(unwrap(secret, sealed, _bound(key, token)))
    except IntegrityError:
        raise IntegrityError(
            f"what is kept of a token of `{key.domain}` was changed",
            hint="restore the catalog; `privet verify .` says what else was changed",
        ) from None


def _bound(key: LinkageKey, token: bytes) -> bytes:
    return f"token map|{key.key_id}|{key.domain}|{token.hex()}".encode()
