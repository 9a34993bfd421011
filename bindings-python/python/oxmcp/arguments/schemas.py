"""JSON Schemas of plain types, written without any library, and how their JSON values become Python values.

A type is *plain* when the Python value that JSON gives is already the right one: text, numbers, booleans, None, lists,
dicts with text keys, literals, unions of these, Any. Everything else is left to `validation`.
"""

from __future__ import annotations

import collections.abc as abc
import functools
import math
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Union

Convert = Callable[[Any], Any]

_LISTS = {list, abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection}
_DICTS = {dict, abc.Mapping, abc.MutableMapping}
_SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
UNIONS = {Union, getattr(types, "UnionType", Union)}


class Plain(NamedTuple):
    """A plain type."""

    schema: dict[str, Any]
    convert: Convert | None
    """Makes the value JSON gave into the one the type promises (`1` → `1.0`); None when it is that already."""
    constrained: bool = False
    """Whether metadata narrows the type, so that the whole schema is a library's to write. The values stay plain."""
    description: str | None = None


def to_float(value: Any) -> Any:
    """An integer as a float; anything else as it is."""
    return float(value) if type(value) is int else value


def to_int(value: Any) -> Any:
    """A float without fraction as an int (JSON Schema calls `2.0` an integer); anything else as it is."""
    return int(value) if type(value) is float and value.is_integer() else value


def plain(annotation: Any) -> Plain | None:
    """What is known of a plain type; None when the type is not plain."""
    if annotation is Any or annotation is object or annotation is sys.modules["inspect"].Parameter.empty:
        return Plain({}, None)
    name = _SCALARS.get(annotation) if isinstance(annotation, type) else None
    if name is not None:
        return Plain({"type": name}, _convert_of(annotation))
    if annotation is None:
        return Plain({"type": "null"}, None)
    if annotation in _LISTS if isinstance(annotation, abc.Hashable) else False:
        return Plain({"type": "array", "items": {}}, None)
    if annotation in _DICTS if isinstance(annotation, abc.Hashable) else False:
        return Plain({"type": "object", "additionalProperties": True}, None)
    return _plain_special(annotation, typing.get_origin(annotation), typing.get_args(annotation))


def _convert_of(annotation: Any) -> Convert | None:
    return to_float if annotation is float else to_int if annotation is int else None


def _plain_special(annotation: Any, origin: Any, arguments: tuple[Any, ...]) -> Plain | None:
    if origin is typing.Annotated:
        return _plain_annotated(arguments[0], arguments[1:])
    if origin is typing.Literal:
        return _plain_literal(arguments)
    if origin in UNIONS:
        return _plain_union(arguments)
    if origin in _LISTS and len(arguments) == 1:
        return _plain_list(arguments[0])
    if origin in _DICTS and len(arguments) == 2 and arguments[0] in (str, Any):
        return _plain_dict(arguments[1])
    if isinstance(annotation, typing.TypeVar):
        return _plain_variable(annotation)
    if hasattr(annotation, "__supertype__"):  # typing.NewType
        return plain(annotation.__supertype__)
    if type(annotation).__name__ == "TypeAliasType" and not getattr(annotation, "__type_params__", ()):
        try:
            return plain(annotation.__value__)
        except RecursionError:  # type Json = dict[str, Json]
            return None
    return None


def _plain_variable(variable: typing.TypeVar) -> Plain | None:
    """A type variable stands for its bound; without one, for anything."""
    if variable.__constraints__:
        return _plain_union(variable.__constraints__)
    return Plain({}, None) if variable.__bound__ is None else plain(variable.__bound__)


def _plain_annotated(inner: Any, metadata: Iterable[Any]) -> Plain | None:
    found = plain(inner)
    if found is None:
        return None
    description, constrained = found.description, found.constrained
    for item in metadata:
        text = item if isinstance(item, str) else getattr(item, "documentation", None)
        if isinstance(text, str):
            description = text
        elif _only_narrows(item):
            constrained = True
        elif _concerns_validation(item):
            return None
    schema = found.schema if description is None else {**found.schema, "description": description}
    return Plain(schema, found.convert, constrained, description)


def _plain_literal(values: tuple[Any, ...]) -> Plain | None:
    kinds = {type(value) for value in values}
    if not kinds <= {str, int, bool, type(None)}:
        return None  # members of an Enum, bytes
    schema: dict[str, Any] = {"const": values[0]} if len(values) == 1 else {"enum": list(values)}
    if len(kinds) == 1:
        schema["type"] = _SCALARS[kinds.pop()]
    return Plain(schema, to_int if int in {type(value) for value in values} else None)


def _plain_union(members: tuple[Any, ...]) -> Plain | None:
    found = [plain(member) for member in members]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return None
    schemas: list[dict[str, Any]] = []
    for one in known:
        if one.schema not in schemas:
            schemas.append(one.schema)
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    convert: Convert | None = None
    converting = [one for one in known if one.convert is not None]
    if converting:
        others = [one for one in known if one.schema.get("type") != "null"]
        if len(converting) > 1 or len(others) > 1:
            # Which member a value belongs to matters only where containers of numbers meet: those are not plain.
            if not all(one.convert in (to_int, to_float) for one in converting):
                return None
            whole = any(one.convert is to_int for one in converting)
            fractional = any(one.convert is to_float for one in converting)
            convert = None if whole and fractional else to_int if whole else to_float
        else:
            convert = _unless_none(converting[0].convert)
    return Plain(schema, convert, any(one.constrained for one in known))


def _unless_none(convert: Convert | None) -> Convert | None:
    if convert is None or convert in (to_int, to_float):
        return convert  # these leave None alone
    return lambda value: None if value is None else convert(value)


def _plain_list(item: Any) -> Plain | None:
    found = plain(item)
    if found is None:
        return None
    convert = found.convert
    return Plain(
        {"type": "array", "items": found.schema},
        None if convert is None else lambda value: [convert(one) for one in value],
        found.constrained,
    )


def _plain_dict(item: Any) -> Plain | None:
    found = plain(item)
    if found is None:
        return None
    convert = found.convert
    return Plain(
        {"type": "object", "additionalProperties": found.schema or True},
        None if convert is None else lambda value: {key: convert(one) for key, one in value.items()},
        found.constrained,
    )


_NARROWING = {"Ge", "Gt", "Le", "Lt", "MultipleOf", "MinLen", "MaxLen"}
_IGNORED_MODULES = ("typing", "typing_extensions", "builtins", "oxmcp")


def _concerns_validation(item: Any) -> bool:
    """Whether a piece of metadata may mean something to a validation library."""
    return type(item).__module__.partition(".")[0] not in _IGNORED_MODULES


def _only_narrows(item: Any) -> bool:
    """Whether a `Field(...)` or a constraint says nothing but what the JSON Schema will say, and is checked with it."""
    kind = type(item)
    if kind.__module__ == "annotated_types":
        return kind.__name__ in _NARROWING
    if kind.__name__.endswith("PydanticGeneralMetadata"):
        return set(vars(item)) <= {"pattern"} and isinstance(vars(item).get("pattern", ""), str)
    if kind.__name__ != "FieldInfo":
        return False
    unset = type(getattr(item, "default", None)).__name__ == "PydanticUndefinedType" or item.default is Ellipsis
    quiet = all(
        getattr(item, name, None) is None
        for name in ("alias", "validation_alias", "default_factory", "discriminator", "init", "frozen", "exclude")
    )
    return unset and quiet and all(_only_narrows(constraint) for constraint in item.metadata)


def is_json(value: Any) -> bool:
    """Whether a value is JSON data as it stands, so that a schema can give it as a default."""
    if value is None or isinstance(value, (bool, int)) or type(value) is str:
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if type(value) in (list, tuple):
        return all(is_json(item) for item in value)
    return type(value) is dict and all(type(key) is str and is_json(item) for key, item in value.items())


def admits_text(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int = 0) -> bool:
    """Whether some text fits a schema, whose references lead into `definitions`. In doubt it does."""
    if depth > 20:
        return True
    within = functools.partial(admits_text, definitions=definitions, depth=depth + 1)
    if "$ref" in schema:
        target = definitions.get(str(schema["$ref"]).removeprefix("#/$defs/"))
        return target is None or within(target)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return any(within(branch) for branch in schema[word])
    if "allOf" in schema:
        return all(within(part) for part in schema["allOf"])
    if "const" in schema:
        return isinstance(schema["const"], str)
    if "enum" in schema:
        return any(isinstance(value, str) for value in schema["enum"])
    kind = schema.get("type", "string")
    return kind == "string" or (isinstance(kind, list) and "string" in kind)
