"""The cleaning steps of a source: forms to steps, and steps to text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from privet.config.cleaning_form import (
    CleanForm,
    ClipForm,
    DateStepForm,
    DeduplicateForm,
    ImputeForm,
    MissingForm,
    NormaliseForm,
    NumberStepForm,
    ReplaceForm,
    StepForm,
    TrimForm,
)
from privet.config.field import number_text
from privet.config.yaml_document import Document, KeyPath
from privet.config.yaml_text import flow_entry, scalar
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep, CleanValue

_LATEST = "latest"


def clean_steps(
    forms: Sequence[CleanForm], document: Document, path: KeyPath
) -> tuple[CleanStep, ...]:
    """The steps of the list that stands at `path`."""
    steps = []
    for number, form in enumerate(forms):
        name, told = form.step
        columns, params = _told(told)
        steps.append(
            CleanStep(
                name,
                tuple(ColumnPath.parse(text) for text in columns),
                tuple(sorted((key, value) for key, value in params.items() if value is not None)),
                where=document.locate((*path, number)),
            )
        )
    return tuple(steps)


def _told(form: StepForm) -> tuple[Sequence[str], dict[str, CleanValue | None]]:
    """The columns of a step and its parameters; those that are None were not given."""
    if isinstance(form, DeduplicateForm):
        return _rows(form)
    params: dict[str, CleanValue | None] = {}
    match form:
        case MissingForm():
            params = {"markers": tuple(form.markers)}
        case NormaliseForm():
            params = {"unicode": form.unicode, "case": form.case, "spaces": form.spaces}
        case ReplaceForm():
            params = {"values": tuple(sorted(form.values.items()))}
        case DateStepForm():
            params = {"formats": tuple(form.formats), "two_digit": form.two_digit}
        case NumberStepForm():
            params = {"decimal": form.decimal, "thousands": form.thousands}
            params["units"] = tuple(sorted(form.units.items())) or None
        case ImputeForm():
            params = {"with": form.with_, "flag": form.flag}
        case ClipForm():
            params = {"low": form.low, "high": form.high}
        case TrimForm():
            pass
    return getattr(form, "columns", None) or (), params


def _rows(form: DeduplicateForm) -> tuple[Sequence[str], dict[str, CleanValue | None]]:
    keep, _, latest = form.keep.partition(":")
    kind = "exact" if form.by is form.near is None else "near" if form.by is None else "key"
    return form.by or form.near or (), {"kind": kind, "keep": keep, _LATEST: latest or None}


# Text


def steps_text(steps: Iterable[CleanStep]) -> str:
    """Return the entries of a `clean:` list, one line each."""
    return "".join(f"- {_entry(step)}\n" for step in steps)


def _entry(step: CleanStep) -> str:
    if step.name == "deduplicate":
        inside = _rows_text(step)
    else:
        inside = [f"columns: {_list(map(str, step.columns))}"] if step.columns else []
        inside += [f"{key}: {_value(key, value)}" for key, value in step.params]
    return f"{step.name}: {{{', '.join(inside)}}}" if inside else step.name


def _rows_text(step: CleanStep) -> list[str]:
    kind, keep = step.param("kind"), str(step.param("keep", "first"))
    inside = []
    if kind != "exact":
        inside.append(f"{'by' if kind == 'key' else 'near'}: {_list(map(str, step.columns))}")
    if keep == _LATEST:
        inside.append(f"keep: {{latest: {scalar(str(step.param(_LATEST)))}}}")
    elif keep != "first":
        inside.append(f"keep: {keep}")
    return inside


def _value(key: str, value: CleanValue) -> str:
    if isinstance(value, float):
        return number_text(Decimal(repr(value)))
    if not isinstance(value, tuple):
        return scalar(value)
    if key not in {"values", "units"}:
        return _list(str(each) for each in value)
    pairs = (each for each in value if isinstance(each, tuple))
    number = key == "units"
    return f"{{{', '.join(flow_entry(old, new if number else scalar(new)) for old, new in pairs)}}}"


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(scalar(value) for value in values)}]"
