"""The people that a policy compares a table with: a file of the project, or a data set it holds.

Nothing of them leaves: they are counted. People who restricted their data are not counted either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from privet.adapters.formats.read_back import read_back
from privet.model.contract import Contract
from privet.model.errors import ConfigError, Refused, SourceError
from privet.model.policy import Guarantee
from privet.model.promise import POPULATION, Promise
from privet.model.release import Decision
from privet.policy.anonymity import GENERALISE
from privet.ports.arrow_types import parse_type
from privet.transforms.arrow import Values, pc
from privet.transforms.normalise import subject_text

if TYPE_CHECKING:
    from privet.gate.scope import WithheldMask
    from privet.model.pipeline import FormatName
    from privet.vault.vault import Vault

Rows = Iterator[tuple[pa.RecordBatch, Values | None]]
_FORMS: Mapping[str, FormatName] = {".csv": "csv", ".parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class StoredPeople:
    """Reads a data set that is in the vault, as it was last taken in.

    Attributes:
        vault: holds it.
        withheld: the registry's answer on a subject.
        contracts: the project's, by data set.
    """

    vault: Vault
    withheld: WithheldMask
    contracts: Callable[[], Mapping[str, Contract]] = field(repr=False)

    def rows(self, name: str, decision: Decision) -> Rows:
        """Its rows, and whom each is about.

        Raises:
            ConfigError: no contract has that name.
            Refused: nothing of it is in the vault.
        """
        from privet.gate.scope import RowScope  # noqa: PLC0415

        contract, snapshot = self.contracts().get(name), self.vault.latest(name)
        if contract is None:
            raise ConfigError(
                f"there is no data set {name!r} to take as population",
                hint="Name a data set of the project, or a file: `people.csv`, `people.parquet`.",
            )
        if snapshot is None:
            raise Refused(
                f"the data set {name!r}, named as population, was never taken in",
                hint="Run a pipeline that has it as a source first.",
            )
        request = decision.request
        scope = RowScope(contract, request.purpose, request.principal, None, self.withheld, {})
        for batch in self.vault.read(snapshot):
            kept, _ = scope.scoped(batch)
            yield kept, scope.subjects(kept)


def is_file(name: str) -> bool:
    """Whether a population is named by a file."""
    return Path(name).suffix.lower() in _FORMS


def stored_population(decision: Decision, vault: Vault) -> list[list[str]]:
    """The data set that a decision names as population, and its newest snapshot."""
    name = dict(decision.guarantee.params).get(POPULATION, "")
    if not name or is_file(name):
        return []
    snapshot = vault.latest(name)
    return [[name, "" if snapshot is None else str(snapshot.number)]]


def population_problems(
    guarantee: Guarantee | None, root: Path, contracts: Mapping[str, Contract]
) -> Iterator[str]:
    """What is wrong with the population that a promise names, as far as it is seen without data."""
    name = "" if guarantee is None else dict(guarantee.params).get(POPULATION, "")
    if name and is_file(name) and not (root / name).is_file():
        yield f"the population `{name}` is no file of the project"
    elif name and not is_file(name) and name not in contracts:
        yield f"the population `{name}` is neither a CSV or Parquet file nor a data set"


def people_of(
    promise: Promise,
    decision: Decision,
    contract: Contract,
    root: Path,
    stored: StoredPeople | None,
) -> Callable[[], Rows] | None:
    """What reads the population of a promise; None where nothing compares with one."""
    name = promise.population
    if name is None:
        return None
    columns = [str(each.path) for each in decision.columns if each.treatment.name == GENERALISE]
    types = {str(each.path): parse_type(each.type) for each in contract.columns}
    key = None if contract.subject is None else str(contract.subject.key)

    def read() -> Rows:
        if is_file(name):
            found = _file_rows(root / name, {each: types[each] for each in columns}, key)
        elif stored is not None:
            found = stored.rows(name, decision)
        else:
            raise ConfigError("nothing here reads a data set", hint="Name a file.")
        return with_columns(found, columns)

    return read


def with_columns(rows: Rows, columns: list[str]) -> Rows:
    """The same rows, each batch with these columns.

    Raises:
        ConfigError: one is missing, or there twice.
    """
    for batch, subjects in rows:
        for name in columns:
            if batch.schema.names.count(name) != 1:
                raise ConfigError(
                    f"the population has {batch.schema.names.count(name) or 'no'} column {name!r}",
                    hint="It needs every quasi-identifier, as the table has it.",
                )
        yield batch.select(columns), subjects


def _file_rows(path: Path, types: Mapping[str, pa.DataType], key: str | None) -> Rows:
    """A file's rows in the types of the table's contract; people where it has the subject's key."""
    problem = ""
    try:
        with path.open("rb") as file:
            for batch in read_back(file, _FORMS[path.suffix.lower()]):
                whose = None
                if key is not None and batch.schema.names.count(key) == 1:
                    whose = subject_text(batch.column(key), None)
                yield _typed(batch, types), whose
    except OSError as error:
        problem = f"the population cannot be read ({error.strerror})"
    except pa.ArrowException:  # Not chained: the message may repeat a value.
        problem = "the population is not of its form, or not of the types that the contract has"
    if problem:
        raise SourceError(
            f"{path.name}: {problem}",
            hint="Name a CSV or Parquet file with every quasi-identifier, in the contract's types.",
        )


def _typed(batch: pa.RecordBatch, types: Mapping[str, pa.DataType]) -> pa.RecordBatch:
    arrays: list[Any] = []
    for name, values in zip(batch.schema.names, batch.columns, strict=True):
        kind = types.get(name)
        arrays.append(values if kind is None else pc.cast(values, kind))
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)
