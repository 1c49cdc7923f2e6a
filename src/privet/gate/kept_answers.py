"""Answers that were given, sealed: the same question is answered by them, and costs nothing again.

Noise is never drawn twice for one question: two answers to it would tell more than one.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.ipc

from privet.crypto.mac import hmac_sha256
from privet.gate.means import Means
from privet.gate.sources import SourceRef
from privet.gate.terms import Terms
from privet.model import canonical
from privet.model.canonical import Json
from privet.model.errors import IntegrityError, SourceError
from privet.vault.vault import Vault

_TAGS = "questions"
"""The name of the key (kind `evidence`) under which questions are told apart."""
_MARK = b"privet.question"


def question_tag(means: Means, terms: Terms, registry: int) -> str:
    """What tells one question from another (hex), keyed: nobody guesses what was asked.

    Whatever could make the exact answer differ, or another person pay, makes another tag.
    """
    question, first = terms.question, terms.decision
    if question is None:
        raise ValueError("no question is asked")
    asked: list[Json] = [
        *(question.sql, str(question.epsilon), str(question.delta)),
        *(first.request.principal.name, first.request.role, first.recipient.name),
        *(first.policy_digest, *_scope(terms, registry)),
    ]
    return _tag(means, asked)


def scope_tag(means: Means, terms: Terms, registry: int) -> str:
    """What tells one choice of rows from another (hex), keyed likewise."""
    return _tag(means, ["rows", *_scope(terms, registry)])


def _scope(terms: Terms, registry: int) -> list[Json]:
    """Whatever decides which rows are counted, and what stands in them."""
    question, request = terms.question, terms.decision.request
    filters: list[Json] = [
        [data, decision.where or ""] for data, decision in sorted(terms.decisions.items())
    ]
    return [
        *(request.purpose, registry, terms.code_version, filters),
        sorted(map(list, request.principal.attributes.items())),
        [] if question is None else [_source(each) for each in question.sources],
        sorted(contract.digest for contract in terms.contracts.values()),
    ]


def _source(source: SourceRef) -> list[Json]:
    return [source.data, source.snapshot, source.manifest_sha256]


def _tag(means: Means, said: list[Json]) -> str:
    with means.catalog.write() as connection:
        key = means.keys.ensure(connection, "evidence", _TAGS, means.log)
    return hmac_sha256(key.secret, canonical.encode(said)).hex()


def keep_answer(vault: Vault, tag: str, table: pa.Table) -> None:
    """Seal an answer, so that its noise is never drawn again."""
    sink = pa.BufferOutputStream()
    marked = table.replace_schema_metadata({_MARK: tag})
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
    if (table.schema.metadata or {}).get(_MARK) != tag.encode():
        raise IntegrityError(
            "a sealed answer is not the one that was kept",
            hint="the catalog was changed by hand: put it back, whole, from its newest backup",
        )
    return table.replace_schema_metadata(None)


def _record(tag: str) -> str:
    return f"answer {tag}"
