"""Type hints → JSON Schema, and the JSON arguments of a call → the keyword arguments of a function.

The engine checks arguments against the schema before anything here runs; what is left is conversion. Plain signatures
(see `schemas`) need hardly any and no library; a signature with any other type goes through pydantic as a whole.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..answers.encoding import encode
from ..errors import InvalidDescriptorError
from . import defaults, docstrings, injection, schemas, signatures
from .injection import context_names
from .plan import Argument, ParameterPlan, object_of, with_extra
from .signatures import EMPTY, VAR_KEYWORD, VAR_POSITIONAL, Parameter, Unresolved

if TYPE_CHECKING:
    from .by_pydantic.validation import Arguments

__all__ = ["Argument", "ParameterPlan", "context_names", "plan"]


def plan(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    exclude: Iterable[str] = (),
    strict: bool = False,
) -> ParameterPlan:
    """Reads a callable and plans how its calls are bound.

    `exclude` names parameters that somebody else supplies: they are in no schema, and no caller can set them. `strict`
    has unknown arguments refused, and says so in the schema. `name` is used in error texts.

    Raises InvalidDescriptorError when an annotation cannot be resolved or has no JSON Schema.
    """
    signature = signatures.read(function)
    told = docstrings.parse(signature.doc, {parameter.name for parameter in signature.parameters})
    made = ParameterPlan()
    made.name = name or signature.name
    made.function = signatures.by_keyword(function, signature.raw)
    made.returns = signature.returns
    made.context_names = tuple(
        parameter.name for parameter in signature.parameters if injection.is_context(parameter.annotation)
    )
    made.dependencies = {
        parameter.name: mark
        for parameter in signature.parameters
        if (mark := injection.dependency(parameter)) is not None and parameter.name not in made.context_names
    }
    made.resolved = {
        parameter.name: parameter.annotation
        for parameter in signature.parameters
        if injection.resolver(parameter.annotation) is not None
    }
    hidden = {*exclude, *made.context_names, *made.dependencies, *made.resolved}
    visible = [parameter for parameter in signature.parameters if parameter.name not in hidden]
    for parameter in visible:
        if isinstance(parameter.annotation, Unresolved):
            raise InvalidDescriptorError(parameter.annotation.problem)
    named = [_widened(parameter) for parameter in visible if parameter.kind is not VAR_KEYWORD]
    extra = next((parameter for parameter in visible if parameter.kind is VAR_KEYWORD), None)
    made.accepts_extra = extra is not None
    made._reserved = frozenset({*hidden, *(parameter.name for parameter in named)})
    made._checker = None
    made._convert = not strict
    made.accepted_schema = None
    made.description = told.without(_plan_arguments(made, named, told.parameters), hidden)
    made.whole_description = told.without((), hidden)
    _plan_extra(made, extra, strict)
    changeable = defaults.changeable(named, made.name)
    made._defaults = changeable if made._validator is None else {}
    made.native = (
        made._validator is None
        and not made._defaults
        and not hidden.intersection(parameter.name for parameter in signature.parameters)
        and not made.accepts_extra
        and made.function is function
        and len(made._converters) == len(made.floats) + len(made.ints)
    )
    return made


def _plan_arguments(made: ParameterPlan, named: list[Parameter], told: dict[str, str]) -> set[str]:
    """Plans what callers give; answers which parameters are described by what was `told` of them."""
    described: set[str] = set()
    plains = {parameter.name: schemas.plain(parameter.annotation) for parameter in named}
    every = all(one is not None for one in plains.values())
    defaults_are_plain = not any(_is_field(parameter.default) for parameter in named)
    if every and defaults_are_plain and not any(one is not None and one.constrained for one in plains.values()):
        made._validator = None
        properties = {
            parameter.name: _with_default(dict(plains[parameter.name].schema), parameter)  # type: ignore[union-attr]
            for parameter in named
        }
        required = [parameter.name for parameter in named if parameter.default is EMPTY]
        made.input_schema = {"type": "object", "properties": properties}
        if required:
            made.input_schema["required"] = required
        wire = {parameter.name: parameter.name for parameter in named}
    else:
        validator, wire = _validator(made, named)
        made._validator = None if every and defaults_are_plain else validator
        if made._validator is not None:
            made.accepted_schema = object_of(validator.accepted)
        properties = made.input_schema["properties"]
        required = made.input_schema.get("required", [])
    for parameter in named:
        one = plains[parameter.name]
        schema = properties[wire[parameter.name]]
        own = one.description if one else _plain_text(parameter.annotation)
        text = own or told.get(parameter.name)
        if text and "description" not in schema:
            schema["description"] = text
            if not own:
                described.add(parameter.name)
    made.arguments = tuple(
        Argument(key, key in required, properties[key].get("description"), properties[key]) for key in wire.values()
    )
    made.names = tuple(wire.values())
    made._converters = (
        tuple((key, one.convert) for key, one in plains.items() if one is not None and one.convert is not None)
        if made._validator is None
        else ()
    )
    made.floats = tuple(key for key, convert in made._converters if convert is schemas.to_float)
    made.ints = tuple(key for key, convert in made._converters if convert is schemas.to_int)
    return described


def _validator(made: ParameterPlan, named: list[Parameter]) -> tuple[Arguments, dict[str, str]]:
    """The validator of all arguments, and each parameter's name on the wire. Sets the plan's schema."""
    from .by_pydantic import validation

    entries = [
        validation.Entry(
            parameter.name,
            Any if parameter.annotation is EMPTY else parameter.annotation,
            validation.NOTHING if parameter.default is EMPTY else parameter.default,
        )
        for parameter in named
    ]
    validator = validation.Arguments(made.name, entries)
    schema = validator.schema
    schema.pop("title", None)
    schema.setdefault("properties", {})
    _drop_defaults(schema)
    wire = dict(zip((parameter.name for parameter in named), schema["properties"]))
    for name, key in wire.items():
        if name not in validator.titled:
            schema["properties"][key].pop("title", None)
    made.input_schema = object_of(schema)
    return validator, wire


def _plan_extra(made: ParameterPlan, extra: Parameter | None, strict: bool) -> None:
    made._extra = None
    if extra is None:
        # Unknown arguments are ignored, and a schema that says nothing says so.
        if strict:
            made.input_schema["additionalProperties"] = False
        return
    found = schemas.plain(extra.annotation)
    if found is not None and not found.constrained:
        made.input_schema["additionalProperties"] = found.schema or True
        if made.accepted_schema is not None:
            made.accepted_schema["additionalProperties"] = found.schema or True
        convert = found.convert
        if convert is not None:
            made._extra = lambda values: {key: convert(value) for key, value in values.items()}
        return
    from .by_pydantic import validation

    advertised, accepted, bind = validation.extra_schema(made.name, extra.annotation)
    before = made.accepted_schema or made.input_schema
    made.accepted_schema = with_extra(before, _members_of_extra(accepted), accepted)
    made.input_schema = with_extra(made.input_schema, _members_of_extra(advertised), advertised)
    made._extra = lambda values: bind(encode(values, "arguments"))


def _drop_defaults(schema: Any) -> None:
    """Leaves defaults that are not JSON (infinity) out of a schema, as those of plain parameters are."""
    if isinstance(schema, dict):
        if "default" in schema and not schemas.is_json(schema["default"]):
            del schema["default"]
        for item in schema.values():
            _drop_defaults(item)
    elif isinstance(schema, list):
        for item in schema:
            _drop_defaults(item)


def _members_of_extra(schema: dict[str, Any]) -> Any:
    return schema["properties"]["extra"].get("additionalProperties", True)


def _with_default(schema: dict[str, Any], parameter: Parameter) -> dict[str, Any]:
    default = [] if parameter.kind is VAR_POSITIONAL else parameter.default
    if default is not EMPTY and schemas.is_json(default):
        schema["default"] = list(default) if isinstance(default, tuple) else default
    return schema


def _widened(parameter: Parameter) -> Parameter:
    """A parameter as its callers see it: `*names: T` is an optional list, and a default of None admits null."""
    if parameter.kind is VAR_POSITIONAL:
        item = Any if parameter.annotation is EMPTY else parameter.annotation
        return parameter._replace(annotation=list[item], default=())  # type: ignore[valid-type]
    if parameter.default is None and parameter.annotation is not EMPTY and not _admits_none(parameter.annotation):
        annotation = parameter.annotation
        if typing.get_origin(annotation) is typing.Annotated:
            annotated_with: Any = typing.Annotated
            parts = (_or_none(annotation.__origin__), *annotation.__metadata__)
            return parameter._replace(annotation=annotated_with[parts])
        return parameter._replace(annotation=_or_none(annotation))
    return parameter


def _or_none(annotation: Any) -> Any:
    union: Any = typing.Union  # `|` refuses some of what may be in a union
    return union[annotation, None]


def _admits_none(annotation: Any) -> bool:
    if annotation in (None, type(None), Any, object, EMPTY):
        return True
    if isinstance(annotation, typing.TypeVar):
        return True
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Annotated:
        return _admits_none(arguments[0])
    if typing.get_origin(annotation) is typing.Literal:
        return None in arguments
    if type(annotation).__name__ == "TypeAliasType":
        return _admits_none(annotation.__value__)
    if typing.get_origin(annotation) in schemas.UNIONS:
        return any(_admits_none(member) for member in arguments)
    return False


def _plain_text(annotation: Any) -> str | None:
    """The description in `Annotated[T, "text"]` for a T that is not plain."""
    found = None
    for item in getattr(annotation, "__metadata__", ()):
        text = item if isinstance(item, str) else getattr(item, "documentation", None)
        found = text if isinstance(text, str) else found
    return found


def _is_field(value: Any) -> bool:
    return type(value).__name__ == "FieldInfo"
