"""The form of `pipelines/*.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from privet.config.cleaning_form import CleanField, ColumnText
from privet.config.field import DataName, Name, Sql, StoreUrl, database_url, matching, store_url
from privet.config.form import Form, nearest, unfit, wrong
from privet.model.pipeline import FormatName, SourceFormatName

_DATABASES = ("sqlite:///", "postgresql://")
_DATABASE_EXAMPLES = "such as `sqlite:///shop.db` or `postgresql://host/database`"
_A = {name: f"{'an' if name[0] in 'as' else 'a'} {name}" for name in get_args(SourceFormatName)}
_PACKED = ("csv", "jsonl")
_NO_COMPRESSION = "it packs its columns itself, or has nothing to unpack"
_OF_CSV = ("delimiter", "quote", "encoding", "header")


def _urls(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value:
        return tuple(_url(each) for each in value)
    if isinstance(value, str):
        return (_url(value),)
    raise wrong("a path, a URL, or a list of them")


def _url(value: object) -> str:
    """A database may be entered under a name, a store not; neither with a password in the URL."""
    return database_url(value) if is_database(value) else store_url(value)


def is_database(value: object) -> bool:
    """Whether a source lies in a database, by its URL."""
    return isinstance(value, str) and value.startswith(_DATABASES)


def _incremental(value: object) -> object:
    if value == "files":
        return {}
    if isinstance(value, dict) and value:
        return value
    hint = nearest(value, ["files"]) if isinstance(value, str) else None
    raise wrong("`files` or `{after: COLUMN}`", hint)


def _lost(value: object) -> object:
    """`null` in YAML is nothing, and means the word here."""
    return "null" if value is None else value


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


class IncrementalForm(Form):
    """What a later run reads: files that no earlier run has read, or rows after a watermark."""

    after: ColumnText | None = Field(default=None, description="the column of the watermark")


class DriftForm(Form):
    """What happens where the source is no longer what its contract says."""

    added: Literal["refuse", "ignore"] = "refuse"
    lost: Annotated[
        Literal["refuse", "null"],
        BeforeValidator(_lost, json_schema_input_type=Literal["refuse", "null"] | None),
    ] = "refuse"
    categories: Literal["stop", "quarantine", "report"] = Field(
        "stop", description="where values show personal data that the contract does not know"
    )


Incremental: TypeAlias = Annotated[
    IncrementalForm,
    BeforeValidator(_incremental, json_schema_input_type=IncrementalForm | Literal["files"]),
]


class SourceForm(Form):
    """Where a data set comes from, how it is read and how it is cleaned."""

    from_: Urls = Field(alias="from", description="path, glob, folder or URL; or a list of them")
    format: SourceFormatName
    compression: Literal["gzip", "zstd"] | None = None
    delimiter: Delimiter | None = Field(default=None, description="csv only")
    quote: Quote | None = Field(default=None, description="csv only")
    encoding: Encoding | None = Field(default=None, description="csv only")
    header: bool | None = Field(default=None, description="csv only: the first row names columns")
    query: Sql | None = Field(default=None, description="sql only: one SELECT")
    partitions: list[ColumnText] = Field(
        default_factory=list, description="columns that stand in the path, as year=2024/"
    )
    clean: list[CleanField] = Field(default_factory=list, description="cleaning steps, in order")
    incremental: Incremental | None = Field(default=None, description="how later runs go on")
    drift: DriftForm = Field(default_factory=lambda: DriftForm.model_validate({}))
    keep: Literal["rows", "quarantine"] = Field(
        "rows", description="rows: a snapshot in the vault; quarantine: only what was held back"
    )

    @model_validator(mode="after")
    def _fits_format(self) -> SourceForm:
        stray = [key for key in _OF_CSV if getattr(self, key) is not None]
        if self.format != "csv" and stray:
            raise unfit(f"{_A[self.format]} source has no `{stray[0]}`", "only csv has it")
        if self.format not in _PACKED and self.compression is not None:
            raise unfit(f"{_A[self.format]} source has no `compression`", _NO_COMPRESSION)
        return self

    @model_validator(mode="after")
    def _fits_database(self) -> SourceForm:
        databases = sum(map(is_database, self.from_))
        if self.format != "sql":
            if databases:
                raise unfit("a database is not read as a file", "write `format: sql` and `query:`")
            if self.query is not None:
                raise unfit(f"{_A[self.format]} source has no `query`", "only sql has it")
            return self
        if len(self.from_) != 1 or not databases:
            raise unfit("an sql source comes from one database", _DATABASE_EXAMPLES)
        if self.query is None:
            raise unfit("an sql source needs `query:`", "write one SELECT")
        if self.partitions:
            raise unfit("an sql source has no `partitions`", "the query gives every column")
        if self.incremental is not None and self.incremental.after is None:
            hint = "write `incremental: {after: COLUMN}`"
            raise unfit("an sql source has no files to go on from", hint)
        return self

    @model_validator(mode="after")
    def _keeps_what_it_adds_to(self) -> SourceForm:
        if self.incremental is not None and self.keep == "quarantine":
            hint = "keep the rows; or remove `incremental`, and every run reads everything"
            raise unfit("`incremental` adds to rows that `keep: quarantine` does not keep", hint)
        if len(set(self.partitions)) < len(self.partitions):
            raise unfit("a column stands twice in `partitions`", "keep one of the two")
        return self


class ReleasedForm(Form):
    """A data set to release, and the format of its file."""

    data: DataName = Field(description="a data set among the sources")
    format: FormatName = "parquet"
    query: Sql | None = Field(
        default=None, description="one SELECT: its answer leaves, under differential privacy"
    )


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
