"""What the forms of the Open Data Contract Standard share: see `privet.config.odcs`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from privet.config.field import Text
from privet.config.form import Form

Unread: TypeAlias = Annotated[object, Field(description="part of the standard; Privet skips it")]


class OdcsForm(Form):
    """A form whose keys are spelled as the standard does: `physicalType`."""

    model_config = ConfigDict(alias_generator=to_camel)


class CustomPropertyForm(OdcsForm):
    """A key and a value that the standard leaves to its users."""

    property: Text
    value: object
    id: Unread = None
    description: Unread = None
