"""`kinds.yaml` to the kinds that it declares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from privet.config.form import check
from privet.config.kinds_form import KindForm, KindsForm
from privet.config.yaml_document import Document, KeyPath
from privet.model.errors import ConfigError, Location
from privet.model.own_kind import OwnKind

_KEYS = ("pattern", "validator", "context", "category", "label", "score")


def load_kinds(path: Path, name: str) -> tuple[OwnKind, ...]:
    """Read the kinds of the file at `path`, called `name` in messages, in its order.

    Raises:
        ConfigError: missing, or not of its form.
    """
    if not path.is_file():
        hint = "write it, or name another file in `kinds:` of privet.yaml"
        raise ConfigError("the file of own kinds is missing", hint=hint, where=Location(name))
    return read_kinds(Document.read(path, name))


def read_kinds(document: Document) -> tuple[OwnKind, ...]:
    """Read the kinds of a document, in its order.

    Whether a pattern can be compiled, a category is known and the examples hold is for
    `privet.detect.text.own_examples` to say.

    Raises:
        ConfigError: not of its form.
    """
    form = check(KindsForm, document)
    return tuple(_kind(name, each, document) for name, each in form.kinds.items())


def _kind(name: str, form: KindForm, document: Document) -> OwnKind:
    context = form.context
    return OwnKind(
        name=name,
        pattern=form.pattern,
        category=form.category,
        label=form.label or name.replace("_", " "),
        validator=form.validator,
        context=() if context is None else tuple(context.words),
        needs_context=context is not None and context.required,
        score=int(form.score * 100),
        must_match=tuple(form.examples.must_match),
        must_not_match=tuple(form.examples.must_not_match),
        places=dict(_places(form, document, ("kinds", name))),
    )


def _places(form: KindForm, document: Document, path: KeyPath) -> Iterator[tuple[str, Location]]:
    yield "", document.locate(path)
    for key in _KEYS:
        if document.value((*path, key)) is not None:
            yield key, document.locate((*path, key))
    for key in ("must_match", "must_not_match"):
        for number in range(len(getattr(form.examples, key))):
            yield f"{key}[{number}]", document.locate((*path, "examples", key, number))
