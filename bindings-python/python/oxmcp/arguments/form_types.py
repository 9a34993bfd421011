"""Types as forms, through pydantic; see `forms`, which imports this when the first such type is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typing_extensions
from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .. import _native
from ..answers import refusals
from ..errors import InvalidAnswer
from .by_pydantic.portable import adapter_of, inline_root, portable
from .form_fields import WHAT_CAN, Schema

_typed_dict: Any = typing_extensions.TypedDict


class _Schemas(GenerateJsonSchema):
    """Exact numbers are numbers: people do not choose between those and text. Silent about defaults without a JSON form."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012  (pydantic's own style)

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """A number with the bounds that it has."""
        found: JsonSchemaValue = {"type": "number"}
        self.update_with_validations(found, schema, self.ValidationsMapping.numeric)
        return {name: float(value) if name != "type" else value for name, value in found.items()}


def described(wanted: Any, value: str) -> tuple[Schema, bool, Callable[[Any], Any]]:
    """The JSON Schema of an object for a type; whether the type is one thing, which is then that object's only member, called
    `value`; and what makes a value of the type of the object's content.

    Raises:
        TypeError: the type has no JSON Schema.
    """
    try:
        adapter: TypeAdapter[Any] = adapter_of(portable(wanted))
        schema = inline_root(adapter.json_schema(mode="validation", by_alias=True, schema_generator=_Schemas))
    except (PydanticUserError, NameError) as error:
        name = getattr(wanted, "__name__", None) or str(wanted)
        raise TypeError(f"{name} cannot be asked for: {WHAT_CAN} ({str(error).partition(chr(10))[0]})") from error
    is_single = schema.get("type") != "object"
    if is_single:
        adapter = adapter_of(_typed_dict("Form", {value: portable(wanted)}))
        schema = adapter.json_schema(mode="validation", by_alias=True, schema_generator=_Schemas)

    def validate(content: Any) -> Any:
        try:
            found = adapter.validator.validate_json(_native.dumps(content))
        except ValidationError as error:
            raise InvalidAnswer(refusals.problems(error, content)) from error
        return found[value] if is_single else found

    return schema, is_single, validate
