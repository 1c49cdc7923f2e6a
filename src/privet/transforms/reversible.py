"""`encrypt` and `vault`: tokens that come back, by a key or by what is kept of them.

`encrypt` is AES-SIV (RFC 5297) of the value, bound to the linkage domain and the key's id: nothing
is kept, the key alone gives the value back, and a changed token gives nothing. `vault` draws a
random token for each new value and keeps both in the catalog, the value sealed: without that row
nothing gives the value back.
"""

from __future__ import annotations

import pyarrow as pa

from privet.model.errors import IntegrityError
from privet.model.policy import Treatment
from privet.transforms.arrow import Values
from privet.transforms.exact import from_bytes, token_array, token_bytes, value_bytes
from privet.transforms.linkage import LinkageKey
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import text

CONTEXT = "value"


def prepare_encrypt(treatment: Treatment, column: Input) -> Prepared:
    """Replace every value by its AES-SIV ciphertext, as hex text or binary."""
    kind = _token_type(treatment)

    def run(values: Values, _: Values | None) -> Values:
        from privet.crypto.siv import ValueCipher  # noqa: PLC0415 (loads OpenSSL)

        key = _key(column)
        cipher = ValueCipher(key.secret, (CONTEXT, key.domain, key.key_id))
        spelled = value_bytes(values)
        return token_array([None if s is None else cipher.encrypt(s) for s in spelled], kind)

    def restore(tokens: Values) -> Values:
        from privet.crypto.siv import ValueCipher  # noqa: PLC0415 (loads OpenSSL)

        key = _key(column)
        cipher = ValueCipher(key.secret, (CONTEXT, key.domain, key.key_id))

        def value(token: bytes | None) -> bytes | None:
            try:
                return None if token is None else cipher.decrypt(token)
            except IntegrityError:
                return None

        return from_bytes([value(token) for token in token_bytes(tokens)], column.type)

    return Prepared(kind, run, "AES-256-SIV", per_value=True, reverse=restore)


def prepare_vault(treatment: Treatment, column: Input) -> Prepared:
    """Replace every value by a random token of 128 bits, as hex text or binary."""
    kind = _token_type(treatment)

    def run(values: Values, _: Values | None) -> Values:
        if column.store is None:
            raise ValueError("`vault` needs where tokens are kept")
        spelled = value_bytes(values)
        distinct = list(dict.fromkeys(value for value in spelled if value is not None))
        made = dict(zip(distinct, column.store.tokens(_key(column), distinct), strict=True))
        return token_array([None if value is None else made[value] for value in spelled], kind)

    def restore(tokens: Values) -> Values:
        if column.store is None:
            raise ValueError("`vault` needs where tokens are kept")
        given = token_bytes(tokens)
        known = [token for token in given if token is not None]
        found = dict(zip(known, column.store.values(_key(column), known), strict=True))
        values = [None if token is None else found[token] for token in given]
        return from_bytes(values, column.type)

    return Prepared(kind, run, "random-128", per_value=True, reverse=restore)


def _token_type(treatment: Treatment) -> pa.DataType:
    return pa.string() if text(treatment, "form", "hex") == "hex" else pa.binary()


def _key(column: Input) -> LinkageKey:
    if column.key is None:
        raise ValueError("a token needs the key of its linkage domain")
    return column.key
