"""The form of a contract: the Open Data Contract Standard, v3.1.0.

Every field that the standard names is known; what Privet does not read is `Unread` and may hold
anything. Source: `odcs-json-schema-v3.1.0.json` of bitol-io/open-data-contract-standard.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from privet.config.field import DataName, Name, Text
from privet.config.form import Form
from privet.config.odcs_parts import CustomPropertyForm, OdcsForm, Unread
from privet.config.quality_form import LogicalTypeOptionsForm, QualityForm, RelationshipForm

LogicalType: TypeAlias = Literal[
    "string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean"
]


class _ElementForm(OdcsForm):
    """What schema objects and properties share."""

    physical_name: str | None = None
    physical_type: str | None = None
    custom_properties: list[CustomPropertyForm] = Field(default_factory=list)
    id: Unread = None
    description: Unread = None
    business_name: Unread = None
    authoritative_definitions: Unread = None
    tags: Unread = None
    relationships: list[RelationshipForm] = Field(default_factory=list)
    quality: list[QualityForm] = Field(default_factory=list, description="rules")


class _ColumnForm(_ElementForm):
    logical_type: LogicalType | None = None
    required: bool = Field(default=False, description="a row with a null here is held back")
    items: ItemsForm | None = Field(default=None, description="what a list holds")
    properties: list[PropertyForm] | None = Field(default=None, description="fields of an object")
    logical_type_options: LogicalTypeOptionsForm | None = None
    primary_key: bool = Field(default=False, description="required, and no two rows are equal")
    primary_key_position: int = Field(default=-1, description="from 1, if several columns are")
    unique: bool = Field(default=False, description="no two rows have the same value")
    partitioned: Unread = None
    partition_key_position: Unread = None
    classification: Unread = None
    encrypted_name: Unread = None
    transform_source_objects: Annotated[
        object,
        Field(description="data sets that the column was made from, by name"),
    ] = None
    transform_logic: Unread = None
    transform_description: Unread = None
    examples: Unread = None
    critical_data_element: Unread = None


class PropertyForm(_ColumnForm):
    """A column, or a field of one. Its category stands in `customProperties`."""

    name: Annotated[str, Field(min_length=1, description="the column's name, as in the data")]


class ItemsForm(_ColumnForm):
    """What a list holds."""

    name: str | None = None


class SchemaObjectForm(_ElementForm):
    """One data set. Its subjects, purposes and residency stand in `customProperties`."""

    name: DataName = Field(description="the data set's name")
    properties: list[PropertyForm] = Field(min_length=1, description="the columns")
    logical_type: Literal["object"] | None = None
    data_granularity_description: Unread = None


class SlaPropertyForm(OdcsForm):
    """A promise of service. Privet reads `retention` and `freshness`.

    Their value is `P3Y`, or a number and a unit; for freshness `element` names the column.
    """

    property: Text
    value: object
    unit: str | None = None
    element: str | None = None
    id: Unread = None
    value_ext: Unread = None
    driver: Unread = None
    description: Unread = None
    scheduler: Unread = None
    schedule: Unread = None


class ContractForm(OdcsForm):
    """A data contract (ODCS v3.1.0) as Privet reads it: `contracts/*.yaml`."""

    api_version: Literal["v3.1.0"] = Field(description="version of the standard")
    kind: Literal["DataContract"]
    id: Text = Field(description="an identifier that no other contract has")
    version: Text = Field(description="version that its owner gives this contract")
    status: Text = Field(description="proposed, draft, active, deprecated, retired")
    name: Text | None = None
    schema_: list[SchemaObjectForm] = Field(
        alias="schema", min_length=1, description="the data sets"
    )
    sla_properties: list[SlaPropertyForm] = Field(default_factory=list)
    custom_properties: list[CustomPropertyForm] = Field(default_factory=list)
    tenant: Unread = None
    tags: Unread = None
    servers: Unread = None
    data_product: Unread = None
    description: Unread = None
    domain: Unread = None
    support: Unread = None
    price: Unread = None
    team: Unread = None
    roles: Unread = None
    sla_default_element: Unread = None
    authoritative_definitions: Unread = None
    contract_created_ts: Unread = None


class SubjectForm(Form):
    """Whom a row is about: a subject type, the column of its key, and its part in the row."""

    type: Name
    key: Annotated[str, Field(min_length=1, description="path of a column")]
    role: Name | None = None
