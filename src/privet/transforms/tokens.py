"""`token`: a keyed pseudonym, the same for the same subject within one linkage domain.

HMAC-SHA256 (RFC 2104, FIPS 180-4) of the value's normal form under the domain's own random key, cut
to its leading bytes (RFC 2104, section 5). Without the key nobody can make the token of a guessed
value, which is what a plain or salted hash would allow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.hmac_column import hmac_rows
from privet.model.policy import Treatment
from privet.transforms.arrow import Values, buffer, from_numpy
from privet.transforms.normalise import subject_text
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import integer, text
from privet.transforms.plain_values import null_mask

DEFAULT_BITS = 128


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Replace every value by its token: `bits` of the HMAC, as hex text or fixed-size binary."""
    bits = integer(treatment, "bits", DEFAULT_BITS)
    size = bits // 8
    as_text = text(treatment, "form", "hex") == "hex"
    output_type = pa.string() if as_text else pa.binary(size)

    def run(values: Values, _: Values | None) -> Values:
        if column.key is None:
            raise ValueError("a token needs the key of its linkage domain")
        # Imported here: the kernels load Numba, and most of the house never needs it.
        from privet.kernels.hexadecimal import hex_array  # noqa: PLC0415

        messages = values if column.family == "binary" else subject_text(values, column.category)
        digests = hmac_rows(column.key.secret, messages)[:, :size]
        if as_text:
            return hex_array(digests, null_mask(messages))
        return _fixed_binary(digests, messages)

    return Prepared(output_type, run, algorithm=f"HMAC-SHA256-{bits}", per_value=True)


def _fixed_binary(digests: npt.NDArray[np.uint8], like: Values) -> Values:
    rows, size = digests.shape
    data = buffer(digests)
    tokens = pa.Array.from_buffers(pa.binary(size), rows, [None, data])
    if not like.null_count:
        return tokens
    return tokens.take(from_numpy(np.arange(rows), null_mask(like)))
