"""`privet redact`: files or standard input in, the same text out with personal data replaced."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from privet.adapters.world import SystemEntropy
from privet.config.project_file import PROJECT_FILE, ProjectConfig, load_own_kinds, load_project
from privet.model.errors import SourceError, UsageError
from privet.model.paths import ColumnPath
from privet.project.memory import Memory
from privet.project.project import Project
from privet.project.text_maps import free_name, seal_map
from privet.project.text_protection import (
    KEYED,
    Entries,
    TextProtector,
    personal_text,
)
from privet.project.text_streams import Passed, protect_json_lines, protect_text
from privet.project.unlocking import Ask
from privet.transforms.free_text import HOWS, text_plan
from privet.transforms.linkage import SECRET_BYTES, LinkageKey
from privet.transforms.text.plan import How

STANDARD_INPUT = "-"
DOMAIN = "text/redact/local"
"""The linkage domain of tokens and surrogates that `privet redact` makes in a project."""

FORMS = ("text", "jsonl")
_MAPPED = ("tag", "token", "surrogate")
_JSON_LINES = (".jsonl", ".ndjson")
_NO_TEXT = {
    ".csv": "bring it in by a pipeline, with the treatment `text`; or write `--format text`",
    ".tsv": "bring it in by a pipeline, with the treatment `text`; or write `--format text`",
    ".parquet": "bring it in by a pipeline, with the treatment `text`",
    ".arrow": "bring it in by a pipeline, with the treatment `text`",
    ".json": "write `--format jsonl` if each line is a record, else `--format text`",
    ".gz": "unpack it on the way: `zcat FILE | privet redact -`",
    ".zst": "unpack it on the way: `zstdcat FILE | privet redact -`",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `privet redact` is asked for.

    Attributes:
        sources: files, or `-` for standard input.
        how: one of `HOWS`.
        kinds: names of kinds or families; none: all.
        form: one of `FORMS`; None: by the file's name, and text for standard input.
        fields: of JSON Lines: only values at or below these paths.
        map: the name under which what stood where is sealed.
        keep_days: how long it can be restored; None: for as long as the project lasts.
    """

    sources: tuple[str, ...]
    how: str = "tag"
    kinds: tuple[str, ...] = ()
    form: str | None = None
    fields: tuple[str, ...] = ()
    map: str | None = None
    keep_days: int | None = None


@dataclass(slots=True)
class Redacted:
    """What was done.

    Attributes:
        counts: spans that were replaced, by kind.
        entries: of the map, if one was made.
        fresh_key: whether tokens agree within this call alone.
        foreign: bytes that are no UTF-8, and went through.
    """

    counts: Mapping[str, int] = field(default_factory=Counter)
    lines: int = 0
    foreign: int = 0
    entries: int | None = None
    fresh_key: bool = False


def redact(
    wanted: Wanted,
    given: BinaryIO,
    sink: BinaryIO,
    folder: Path,
    ask: Ask | None = None,
) -> Redacted:
    """Copy texts to `sink`, protected.

    Args:
        wanted: what, and how.
        given: standard input.
        sink: gets the texts, one after the other.
        folder: where the call was made: a project's key and vault are used in a project.
        ask: asks for the passphrase.

    Raises:
        UsageError: the call asks for what cannot be.
        SourceError: a file is not there or not of its form.
        Refused: there is a map of that name.
    """
    _require_possible(wanted)
    forms = [form_of(wanted.form, source) for source in wanted.sources]
    _require_fields(wanted, forms)
    config = project_at(folder)
    if wanted.map is not None and config is None:
        raise UsageError(
            "a map is sealed in a project's vault, and there is no project here",
            hint="go to the project's folder, or make one: `privet init FILES`",
        )
    finder = personal_text(wanted.kinds, load_own_kinds(config) if config else ())
    key, fresh = _key(wanted, config, ask)
    protector = TextProtector(
        finder,
        text_plan(cast("How", wanted.how), finder, key),
        Entries(numbered=wanted.how == "tag") if wanted.map else None,
    )
    passed = _copied(wanted, forms, given, sink, protector)
    done = Redacted(protector.counts, passed.lines, passed.foreign, fresh_key=fresh)
    if wanted.map is not None and config is not None and protector.entries is not None:
        with Project(config, ask).held() as memory:
            found = tuple(protector.entries.found.values())
            kinds_met = {each.kind: finder.category(each.kind) for each in found}
            seal_map(
                memory, wanted.map, wanted.how, found, kinds=kinds_met, keep_days=wanted.keep_days
            )
        done.entries = len(protector.entries.found)
    return done


def _copied(
    wanted: Wanted,
    forms: Sequence[str],
    given: BinaryIO,
    sink: BinaryIO,
    protector: TextProtector,
) -> Passed:
    whole = Passed()
    for source, form in zip(wanted.sources, forms, strict=True):
        with open_text(source, given) as stream:
            if form == "text":
                passed = protect_text(stream, sink, protector)
            else:
                passed = protect_json_lines(
                    stream, sink, protector, name=_name(source), fields=wanted.fields
                )
        whole.lines += passed.lines
        whole.foreign += passed.foreign
        whole.met |= passed.met
    if missed := [each for each in wanted.fields if each not in whole.met]:
        raise SourceError(
            f"no line has text at {', '.join(f'`{each}`' for each in missed)}: nothing of it was "
            "protected",
            hint="name the path as in `messages[].content`, or leave `--fields` out to protect all",
        )
    return whole


def _require_possible(wanted: Wanted) -> None:
    if wanted.how not in HOWS:
        raise UsageError(f"`--how` is one of {', '.join(HOWS)}", hint="without it, `tag` is taken")
    if wanted.form is not None and wanted.form not in FORMS:
        raise UsageError("`--format` is text or jsonl", hint=_NO_TEXT[".csv"])
    if wanted.map is not None and wanted.how not in _MAPPED:
        raise UsageError(
            f"what `{wanted.how}` leaves cannot be told apart, so no map leads back from it",
            hint=f"write `--how` {', '.join(_MAPPED[:-1])} or {_MAPPED[-1]}",
        )
    if wanted.keep_days is not None and wanted.map is None:
        raise UsageError("`--keep` says how long a map can be restored", hint="name it: `--map`")
    if wanted.sources.count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be read once", hint="write `-` once")
    if not wanted.sources:
        raise UsageError("nothing to redact", hint="name a file, or `-` for standard input")


def _require_fields(wanted: Wanted, forms: Sequence[str]) -> None:
    if wanted.fields and "text" in forms:
        raise UsageError(
            "only JSON Lines have fields", hint="write `--format jsonl`, or leave `--fields` out"
        )
    for each in wanted.fields:
        problem = None
        try:
            ColumnPath.parse(each)
        except ValueError as error:
            problem = str(error)
        if problem is not None:
            raise UsageError(f"`--fields`: {problem}", hint="such as `messages[].content`")


def form_of(form: str | None, source: str) -> str:
    """The form of a file: what is said, else by its name.

    Raises:
        UsageError: by its name it is neither text nor JSON Lines.
    """
    if form is not None or source == STANDARD_INPUT:
        return form or "text"
    suffix = Path(source).suffix.lower()
    if suffix in _NO_TEXT:
        raise UsageError(f"{source} is no plain text by its name", hint=_NO_TEXT[suffix])
    return "jsonl" if suffix in _JSON_LINES else "text"


def project_at(folder: Path) -> ProjectConfig | None:
    """The project that the folder lies in, if it does."""
    places = (folder.absolute(), *folder.absolute().parents)
    root = next((place for place in places if (place / PROJECT_FILE).is_file()), None)
    return None if root is None else load_project(root)


def _key(
    wanted: Wanted, config: ProjectConfig | None, ask: Ask | None
) -> tuple[LinkageKey | None, bool]:
    """The key of tokens and surrogates, and whether it is of this call alone."""
    keyed = wanted.how in KEYED
    if config is not None and (keyed or wanted.map is not None):
        with Project(config, ask).held() as memory:
            if wanted.map is not None:
                free_name(memory, wanted.map)
            return (_linkage(memory) if keyed else None), False
    if keyed:
        return LinkageKey("this call", DOMAIN, SystemEntropy().token_bytes(SECRET_BYTES)), True
    return None, False


def _linkage(memory: Memory) -> LinkageKey:
    means = memory.gate.means
    with means.catalog.write() as connection:
        key = means.keys.ensure(connection, "linkage", DOMAIN, means.log)
    means.log.publish()
    return LinkageKey(key.id, DOMAIN, key.secret)


@contextmanager
def open_text(source: str, given: BinaryIO) -> Iterator[BinaryIO]:
    """A file to read, or standard input.

    Raises:
        SourceError: the file cannot be read.
    """
    if source == STANDARD_INPUT:
        yield given
        return
    reason = None
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(source).open("rb"))
            os.fstat(stream.fileno())
        except OSError as error:
            reason = error.strerror
        else:
            yield stream
    if reason is not None:
        raise SourceError(f"cannot read {source}: {reason}", hint="name a file that is there")


def _name(source: str) -> str:
    return "standard input" if source == STANDARD_INPUT else source
