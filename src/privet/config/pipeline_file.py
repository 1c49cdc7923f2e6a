"""A file of `pipelines/` to a declared pipeline."""

from __future__ import annotations

from privet.config.cleaning_file import clean_steps
from privet.config.form import check, combined, nearest
from privet.config.pipeline_form import PipelineForm, SourceForm
from privet.config.yaml_document import Document, KeyPath
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.model.pipeline import (
    Drift,
    Incremental,
    PipelineSpec,
    ReleaseSpec,
    SourceFormat,
    SourceSpec,
)


def read_pipeline(document: Document) -> PipelineSpec:
    """Read a pipeline.

    Raises:
        ConfigError: not of the form, or it releases a data set twice or without a source.
    """
    form = check(PipelineForm, document)
    _require_sources(form, document)
    return PipelineSpec(
        name=form.name,
        purpose=form.purpose,
        role=form.role,
        sources={data: _source(data, source, document) for data, source in form.sources.items()},
        releases=tuple(
            ReleaseSpec(each.data, each.format, each.query, document.locate(("release", number)))
            for number, each in enumerate(form.release)
        ),
        to=form.to,
        into=form.into,
        source=document.file,
    )


def _source(data: str, form: SourceForm, document: Document) -> SourceSpec:
    path: KeyPath = ("sources", data)
    after = None if form.incremental is None else form.incremental.after
    return SourceSpec(
        data=data,
        urls=form.from_,
        format=_format(form),
        query=form.query,
        partitions=tuple(ColumnPath.parse(text) for text in form.partitions),
        clean=clean_steps(form.clean, document, (*path, "clean")),
        incremental=None
        if form.incremental is None
        else Incremental(None if after is None else ColumnPath.parse(after)),
        drift=Drift(form.drift.added, form.drift.lost, form.drift.categories),
        keep=form.keep,
        where=document.locate(path),
    )


def _format(form: SourceForm) -> SourceFormat:
    default = SourceFormat(form.format)
    return SourceFormat(
        name=form.format,
        compression=form.compression,
        delimiter=default.delimiter if form.delimiter is None else form.delimiter,
        quote=default.quote if form.quote is None else form.quote,
        encoding=default.encoding if form.encoding is None else form.encoding,
        header=default.header if form.header is None else form.header,
    )


def _require_sources(form: PipelineForm, document: Document) -> None:
    errors: list[ConfigError] = []
    seen: set[str] = set()
    for number, each in enumerate(form.release):
        where = document.locate(("release", number))
        if each.data not in form.sources:
            hint = nearest(each.data, sorted(form.sources))
            errors.append(ConfigError("not among the sources", hint=hint, where=where))
        if each.data in seen:
            problem = "this data set is released twice"
            errors.append(ConfigError(problem, hint="keep one of the two", where=where))
        seen.add(each.data)
    if errors:
        raise combined(errors)
