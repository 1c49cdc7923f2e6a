"""The form of `privet.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from privet.config.field import Bytes, DatabaseUrl, Name, StoreUrl, Text, matching
from privet.config.form import Form, wrong

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

_ENVIRONMENT = r"[A-Z][A-Z0-9_]{1,63}"
_PATH = r"[^\x00-\x1f\x7f]{1,1000}"
_ORIGIN = r"[!-*,-~]{1,200}"  # no white space and no plus: C2SP signed-note, key name


_ADVICE = (
    "a passphrase never stands in this file; write `{env: PRIVET_PASSPHRASE}` and set that "
    "variable, or name a file that only you can read"
)


@dataclass(frozen=True, slots=True)
class PassphraseSource:
    """Where the passphrase comes from; never the passphrase itself.

    Attributes:
        kind: an environment variable, a file, or a prompt on the terminal.
        name: the variable's name or the file's path (relative to the project); None for a prompt.
    """

    kind: Literal["env", "file", "prompt"]
    name: str | None = None


DEFAULT_PASSPHRASE = PassphraseSource("env", "PRIVET_PASSPHRASE")


def passphrase_source(value: object) -> PassphraseSource:
    """Read `prompt`, `{env: NAME}` or `{file: PATH}`; anything else could be the secret itself."""
    if value == "prompt":
        return PassphraseSource("prompt")
    if isinstance(value, dict) and len(value) == 1:
        ((kind, name),) = value.items()
        if kind == "env" and isinstance(name, str):
            expected = "an environment variable's name, in capitals"
            return PassphraseSource("env", matching(_ENVIRONMENT, expected, _ADVICE)(name))
        if kind == "file" and isinstance(name, str):
            return PassphraseSource("file", matching(_PATH, "a path")(name))
    raise wrong("`prompt`, `{env: NAME}` or `{file: PATH}`", _ADVICE)


def _threads(value: object) -> int | None:
    if value == "auto":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1024:
        return value
    raise wrong("`auto` or a whole number from 1 to 1024")


def _between(low: int, high: int, words: str) -> AfterValidator:
    def validate(value: int) -> int:
        if not low <= value <= high:
            raise wrong(f"a size {words}")
        return value

    return AfterValidator(validate)


def _one_key(key: str, **shape: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {key: {"type": "string", **shape}},
        "required": [key],
        "additionalProperties": False,
    }


_PASSPHRASE_SCHEMA: dict[str, object] = {
    "description": "where the passphrase comes from; never the passphrase itself",
    "oneOf": [
        {"const": "prompt"},
        _one_key("env", pattern=f"^{_ENVIRONMENT}$"),
        _one_key("file", minLength=1),
    ],
}
_THREADS_SCHEMA: dict[str, object] = {
    "description": "`auto` is one per core",
    "oneOf": [{"const": "auto"}, {"type": "integer", "minimum": 1, "maximum": 1024}],
}

Passphrase: TypeAlias = Annotated[
    PassphraseSource, PlainValidator(passphrase_source), WithJsonSchema(_PASSPHRASE_SCHEMA)
]
Threads: TypeAlias = Annotated[
    int | None, PlainValidator(_threads), WithJsonSchema(_THREADS_SCHEMA)
]


class KeysForm(Form):
    """How the project's root key is unlocked."""

    keyring: Text = Field(".privet/keyring.json", description="file of the unlock slots")
    passphrase: Passphrase = Field(default_factory=lambda: DEFAULT_PASSPHRASE)


class EngineForm(Form):
    """What a run may use of the machine."""

    block: Annotated[Bytes, _between(64 * KIB, GIB, "from 64KiB to 1GiB")] = Field(
        4 * MIB, description="how much of a file is read at a time"
    )
    memory: Annotated[Bytes, _between(64 * MIB, 1 << 50, "of 64MiB or more")] = Field(
        1_000_000_000, description="memory that a run may take"
    )
    threads: Threads = Field(default_factory=lambda: None)


class LogForm(Form):
    """The tamper-evident log."""

    origin: Annotated[
        str,
        AfterValidator(matching(_ORIGIN, "a name such as example.org/privet")),
        WithJsonSchema({"type": "string", "pattern": f"^{_ORIGIN}$"}),
    ] = Field(description="the log's name in its checkpoints")


class ProjectForm(Form):
    """Where a Privet project keeps what it holds, and how it is unlocked (`privet.yaml`)."""

    version: Literal[1] = Field(description="version of this form")
    project: Name = Field(description="the project's name")
    store: StoreUrl = Field(".privet/vault", description="folder or object-store URL of the vault")
    catalog: DatabaseUrl = Field("sqlite:///.privet/catalog.db", description="database URL")
    keys: KeysForm = Field(default_factory=lambda: KeysForm.model_validate({}))
    engine: EngineForm = Field(default_factory=lambda: EngineForm.model_validate({}))
    log: LogForm | None = None
    kinds: Text | None = Field(
        default=None, description="file of your own kinds of personal data, such as kinds.yaml"
    )
