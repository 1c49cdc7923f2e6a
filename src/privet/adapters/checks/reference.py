"""Where a rule's schema lies: `checks/orders.py:schema` or `checks/orders.yaml`, in the project."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from privet.model.errors import ConfigError, Location

_YAML = {".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """A schema file of the project.

    Attributes:
        path: the file, absolute, links followed.
        name: what it is called in a Python module; None: the file is YAML.
        text: as the contract has it.
    """

    path: Path
    name: str | None
    text: str


def find_schema(reference: str, root: Path, where: Location | None) -> SchemaPlace:
    """The file that `reference` names, which has to lie in the project's folder.

    Raises:
        ConfigError: it is not there, lies elsewhere, or is neither Python nor YAML.
    """
    file, colon, name = reference.partition(":")
    path = (root / file).resolve()
    if Path(file).is_absolute() or not path.is_relative_to(root.resolve()):
        raise ConfigError(
            f"the schema `{file}` does not lie in the project's folder",
            hint="Put it beside the contracts, such as `checks/orders.py:schema`.",
            where=where,
        )
    if not path.is_file():
        raise ConfigError(f"there is no schema file `{file}`", hint="Check its path.", where=where)
    if path.suffix == ".py" and name.isidentifier():
        return SchemaPlace(path, name, reference)
    if path.suffix in _YAML and not colon:
        return SchemaPlace(path, None, reference)
    raise ConfigError(
        "a schema is named as `checks/orders.py:schema`, or as `checks/orders.yaml`",
        hint="In Python, the name after the colon is the variable that holds it.",
        where=where,
    )


def load_module(place: SchemaPlace, where: Location | None) -> ModuleType:
    """Run a schema's Python file; it is code of the project, and sees what a rule sees.

    Raises:
        ConfigError: it breaks; the message has the kind of error and the line.
    """
    name = f"_privet_checks_{sha256(str(place.path).encode()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(name, place.path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"`{place.text}` cannot be loaded", where=where)
    module = importlib.util.module_from_spec(spec)
    # Where classes look up the names in their annotations.
    sys.modules[name] = module
    with _no_bytecode():
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # noqa: BLE001 - the project's own code may raise anything
            fault = f"{type(error).__name__}{_line(error, place.path)}"
            raise ConfigError(
                f"`{place.text}` cannot be loaded: {fault}",
                hint="Run the file with Python to see what is wrong.",
                where=where,
            ) from None
    return module


def _line(error: Exception, path: Path) -> str:
    """The last line of the file on the way to an error."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return "" if line is None else f" in line {line}"


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Leave nothing beside the file: the project's folder is not ours to write to."""
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
