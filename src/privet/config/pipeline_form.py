"""The form of `pipelines/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from privet.config.field import DataName, Name, StoreUrl, matching, store_url
from privet.config.form import Form, unfit, wrong
from privet.model.pipeline import FormatName

_OF_CSV = ("delimiter", "quote", "encoding", "header")


def _urls(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value:
        return tuple(store_url(each) for each in value)
    if isinstance(value, str):
        return (store_url(value),)
    raise wrong("a path, a URL, or a list of them")


def _encoding(value: str) -> str:
    try:
        "a".encode(value)  # refuses codecs that are not text encodings, which `lookup` does not
    except (LookupError, ValueError):
        problem = wrong("a text encoding such as `utf-8` or `cp1252`")
    else:
        return value
    raise problem


Urls: TypeAlias = Annotated[
    tuple[str, ...],
    PlainValidator(_urls),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]
        }
    ),
]
Delimiter: TypeAlias = Annotated[
    str, AfterValidator(matching(r"[^\r\n\"]", 'one character, such as "," or ";" or "\\t"'))
]
Quote: TypeAlias = Annotated[
    str, AfterValidator(matching(r"[^\r\n]?", 'one character, or "" for none'))
]
Encoding: TypeAlias = Annotated[str, AfterValidator(_encoding)]


class SourceForm(Form):
    """Where a data set comes from, and how it is read."""

    from_: Urls = Field(alias="from", description="path, glob, folder or URL; or a list of them")
    format: FormatName
    compression: Literal["gzip", "zstd"] | None = None
    delimiter: Delimiter | None = Field(default=None, description="csv only")
    quote: Quote | None = Field(default=None, description="csv only")
    encoding: Encoding | None = Field(default=None, description="csv only")
    header: bool | None = Field(default=None, description="csv only: the first row names columns")

    @model_validator(mode="after")
    def _fits_format(self) -> SourceForm:
        stray = [key for key in _OF_CSV if getattr(self, key) is not None]
        if self.format != "csv" and stray:
            raise unfit(f"a {self.format} source has no `{stray[0]}`", "only csv has it")
        if self.format == "parquet" and self.compression is not None:
            raise unfit("a parquet source has no `compression`", "the file says it itself")
        return self


class ReleasedForm(Form):
    """A data set to release, and the format of its file."""

    data: DataName = Field(description="a data set among the sources")
    format: FormatName = "parquet"


def _released(value: object) -> object:
    return {"data": value} if isinstance(value, str) else value


Released: TypeAlias = Annotated[
    ReleasedForm, BeforeValidator(_released, json_schema_input_type=ReleasedForm | str)
]


class PipelineForm(Form):
    """Sources in, one release out (`pipelines/*.yaml`)."""

    version: Literal[1] = Field(description="version of this form")
    name: Name = Field(description="what `privet run` is called with")
    purpose: Name = Field(description="a purpose of the policy")
    role: Name = Field(description="a role of the policy that you hold")
    to: Name | None = Field(default=None, description="a recipient of the policy")
    sources: dict[DataName, SourceForm] = Field(min_length=1, description="by data set")
    release: list[Released] = Field(min_length=1, description="data sets that leave")
    into: StoreUrl = Field("releases", description="folder or URL that the release goes to")
