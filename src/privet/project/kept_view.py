"""The bounded view of a question, sealed in the vault: what groups and bounds alike reads it again.

It has a row for each person and group, without saying whose: as private as the rows themselves. Its
name is a digest of what chose the rows (keyed by the door) and of the SQL that bounded them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import pyarrow as pa
import pyarrow.ipc

from privet.model.errors import IntegrityError, SourceError
from privet.vault.vault import Vault

_LARGEST: Final = 256 * 2**20
"""Bytes; a larger view is computed anew each time."""
_MARK: Final = b"privet.view"


@dataclass(frozen=True, slots=True)
class KeptView:
    """One view.

    Attributes:
        vault: where it is sealed.
        of: what tells it from every other view; it starts with a keyed tag.
    """

    vault: Vault = field(repr=False)
    of: str = field(repr=False)

    @property
    def digest(self) -> str:
        """Its name."""
        return sha256(self.of.encode()).hexdigest()

    def read(self) -> pa.Table | None:
        """The view; None where it is not kept.

        Raises:
            IntegrityError: what is there is another one.
        """
        try:
            sealed = self.vault.get_sealed(f"view {self.digest}")
        except SourceError:
            return None
        with pa.ipc.open_file(pa.BufferReader(sealed)) as reader:
            table = reader.read_all()
        if (table.schema.metadata or {}).get(_MARK) != self.digest.encode():
            raise IntegrityError(
                "a sealed view is not the one that was kept",
                hint="the catalog was changed by hand: put it back, whole, from its newest backup",
            )
        return table.replace_schema_metadata(None)

    def write(self, view: pa.Table) -> None:
        """Keep it, if it is not too large."""
        if view.nbytes > _LARGEST:
            return
        sink = pa.BufferOutputStream()
        marked = view.replace_schema_metadata({_MARK: self.digest})
        with pa.ipc.new_file(sink, marked.schema) as writer:
            writer.write_table(marked)
        self.vault.put_sealed(f"view {self.digest}", sink.getvalue().to_pybytes())
