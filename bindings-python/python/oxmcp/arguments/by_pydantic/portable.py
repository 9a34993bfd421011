"""Types in the form pydantic takes, and what it makes of them."""

from __future__ import annotations

import enum
import functools
import sys
import types
import typing
from typing import Annotated, Any

import typing_extensions
from pydantic import BeforeValidator, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from .. import signatures

_typed_dict: Any = typing_extensions.TypedDict
_annotated_with: Any = Annotated


class Schemas(GenerateJsonSchema):
    """Silent about defaults that have no JSON form: they are left out, as they should be."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012  (pydantic's own style)


def adapter_of(annotation: Any) -> TypeAdapter[Any]:
    """What validates and writes values of a type."""
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    if not getattr(adapter, "pydantic_complete", True):
        # A class that names another of the same running function, under `from __future__ import annotations`.
        adapter.rebuild(_types_namespace=signatures.running_locals())
    return adapter


def portable(annotation: Any) -> Any:
    """The same type in the form pydantic takes.

    Before Python 3.12 it refuses the TypedDicts of `typing`; and for members of an enum in a Literal it wants members,
    which JSON cannot give.
    """
    if sys.version_info < (3, 12) and typing.is_typeddict(annotation) and type(annotation).__module__ == "typing":
        return _portable_typed_dict(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        members = {member.value: member for member in arguments if isinstance(member, enum.Enum)}
        return Annotated[annotation, BeforeValidator(functools.partial(_member, members))] if members else annotation
    if origin is Annotated:
        parts = (portable(arguments[0]), *annotation.__metadata__)
        return _annotated_with[parts]
    replaced = tuple(
        [portable(one) for one in argument] if isinstance(argument, list) else portable(argument)
        for argument in arguments
    )
    if replaced == arguments:
        return annotation
    if hasattr(annotation, "copy_with"):
        return annotation.copy_with(replaced)
    return typing.Union[replaced] if origin is types.UnionType else origin[replaced]


def is_ours(function: Any) -> bool:
    """Whether a validator in a core schema is one that `portable` put there."""
    return isinstance(function, functools.partial) and function.func is _member


def _member(members: dict[Any, Any], value: Any) -> Any:
    return members.get(value, value) if isinstance(value, (str, int, float)) else value


def _portable_typed_dict(shape: Any) -> Any:
    try:
        hints = typing.get_type_hints(shape, include_extras=True)
    except NameError:
        hints = typing.get_type_hints(shape, localns=signatures.running_locals(), include_extras=True)
    required, optional = typing_extensions.Required, typing_extensions.NotRequired
    fields = {}
    for name, hint in hints.items():
        if typing.get_origin(hint) in (required, optional):
            hint = typing.get_args(hint)[0]
        fields[name] = (optional if name in shape.__optional_keys__ else required)[portable(hint)]
    made = _typed_dict(shape.__name__, fields)
    made.__doc__, made.__module__ = shape.__doc__, shape.__module__
    return made


def kinds_in(schema: Any, found: set[str]) -> set[str]:
    """The kinds of types that a core schema is built of, however deep."""
    if isinstance(schema, dict):
        kind = schema.get("type")
        if isinstance(kind, str):
            found.add(kind)
        if "allow" in (schema.get("extra_behavior"), schema.get("extra_fields_behavior")):
            found.add("any")  # fields nobody declared
        for item in schema.values():
            kinds_in(item, found)
    elif isinstance(schema, (list, tuple)):
        for item in schema:
            kinds_in(item, found)
    return found


def inline_root(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose root is not a bare reference: old versions look for `type: object` there (DOWN-4)."""
    parts = schema.get("allOf")
    reference = parts[0].get("$ref", "") if parts and len(parts) == 1 else schema.get("$ref", "")
    if not reference.startswith("#/$defs/"):
        return schema
    return {**schema["$defs"][reference.removeprefix("#/$defs/")], "$defs": schema["$defs"]}
