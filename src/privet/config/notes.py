"""What is wrong with one file, gathered, so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from privet.config.form import check, combined, nearest
from privet.config.odcs_parts import CustomPropertyForm
from privet.config.yaml_document import Document, KeyPath
from privet.model.errors import ConfigError

T = TypeVar("T")


class Notes:
    """The problems of one contract file; reading goes on after each."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.errors: list[ConfigError] = []

    def note(self, problem: str, hint: str, path: KeyPath) -> None:
        """Keep a problem of what stands at `path`."""
        self.errors.append(ConfigError(problem, hint=hint, where=self.document.locate(path)))

    def raise_all(self) -> None:
        """Raise what was noted, if anything was.

        Raises:
            ConfigError: all of it.
        """
        if self.errors:
            raise combined(self.errors)

    def typed(self, kind: type[T], path: KeyPath | None) -> T | None:
        """What stands at `path` as `kind`; None, and a note, where it is something else."""
        if path is None:
            return None
        try:
            return check(kind, self.document, path)
        except ConfigError as error:
            self.errors.append(error)
            return None

    def custom(
        self,
        entries: Sequence[CustomPropertyForm],
        path: KeyPath,
        known: Sequence[str],
        elsewhere: Mapping[str, str],
    ) -> dict[str, KeyPath]:
        """Where the value of each of our own properties stands; those of other tools are let be.

        Args:
            entries: the `customProperties` of what stands at `path`.
            path: where that is.
            known: the names that Privet reads here.
            elsewhere: other names of ours, each with the place where Privet reads it.
        """
        found: dict[str, KeyPath] = {}
        for number, entry in enumerate(entries):
            here: KeyPath = (*path, "customProperties", number)
            name = entry.property
            if name in known:
                if name in found:
                    self.note("a second one of this name", "keep one of the two", here)
                found[name] = (*here, "value")
            elif name in elsewhere:
                self.note("Privet does not read this here", f"move it to {elsewhere[name]}", here)
            elif (hint := nearest(name, known)).startswith("did"):
                self.note("neither a property of ours nor clearly another's", hint, here)
        return found
