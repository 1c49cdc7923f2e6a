"""Answers that were given, sealed: the same question is answered by them, and costs nothing again.

Noise is never drawn twice for one question: two answers to it would tell more than one.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.ipc

from privet.crypto.mac import hmac_sha256
from privet.gate.means import Means
from privet.gate.terms import Terms
from privet.model import canonical
from privet.model.canonical import Json
from privet.model.errors import IntegrityError, SourceError
from privet.vault.vault import Vault

_TAGS = "questions"
"""The name of the key (kind `evidence`) under which questions are told apart."""
_TAG = b"privet.question"


def question_tag(means: Means, terms: Terms, registry: int) -> str:
    """What tells one question from another (hex), keyed: nobody guesses what was asked.

    Whatever could make the exact answer differ, or another person pay, makes another tag.
    """
    question, first = terms.question, terms.decision
    if question is None:
        raise ValueError("no question is asked")
    with means.catalog.write() as connection:
        key = means.keys.ensure(connection, "evidence", _TAGS, means.log)
    request = first.request
    asked: list[Json] = [
        *(question.sql, str(question.epsilon), str(question.delta)),
        *(request.principal.name, request.role, request.purpose, first.recipient.name),
        sorted(map(list, request.principal.attributes.items())),
        *(first.policy_digest, registry, terms.code_version),
        [[each.data, each.snapshot, each.manifest_sha256] for each in question.sources],
        sorted(contract.digest for contract in terms.contracts.values()),
    ]
    return hmac_sha256(key.secret, canonical.encode(asked)).hex()


def keep_answer(vault: Vault, tag: str, table: pa.Table) -> None:
    """Seal an answer, so that its noise is never drawn again."""
    sink = pa.BufferOutputStream()
    marked = table.replace_schema_metadata({_TAG: tag})
    with pa.ipc.new_file(sink, marked.schema) as writer:
        writer.write_table(marked)
    vault.put_sealed(_record(tag), sink.getvalue().to_pybytes())


def kept_answer(vault: Vault, tag: str) -> pa.Table | None:
    """The answer that was sealed under a tag; None if there is none.

    Raises:
        IntegrityError: what is there is another one.
    """
    try:
        sealed = vault.get_sealed(_record(tag))
    except SourceError:
        return None
    with pa.ipc.open_file(pa.BufferReader(sealed)) as reader:
        table = reader.read_all()
    if (table.schema.metadata or {}).get(_TAG) != tag.encode():
        raise IntegrityError(
            "a sealed answer is not the one that was kept",
            hint="the catalog was changed by hand: put it back, whole, from its newest backup",
        )
    return table.replace_schema_metadata(None)


def _record(tag: str) -> str:
    return f"answer {tag}"
