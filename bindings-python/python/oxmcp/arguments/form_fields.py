"""The fields of a form as the protocol knows them: text, numbers, yes or no, and choices; nothing below (ELI-5).

Whatever a library writes into a JSON Schema is brought into one of these shapes or refused by the field's name. What a shape
has no word for (a pattern, a bound that is not included) is left out of it and checked when the answer is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .. import _native
from . import schemas

Schema = dict[str, Any]
Read = Mapping[str, Any]

_TITLES = ("title", "description")
_FORMATS = frozenset({"email", "uri", "date", "date-time"})
_KEPT = {
    "string": (*_TITLES, "minLength", "maxLength", "format"),
    "integer": (*_TITLES, "minimum", "maximum"),
    "number": (*_TITLES, "minimum", "maximum"),
    "boolean": _TITLES,
}
_PYTHON: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}


class Field(NamedTuple):
    """One field of a form."""

    schema: Schema
    chosen: Read | None = None
    """What a choice stands for that is no text itself, by the text it is offered as."""


def field(name: str, schema: Schema, definitions: Mapping[str, Schema]) -> Field:
    """A field in the protocol's shape.

    Raises:
        TypeError: it has none; the text names the field and says what to do.
    """
    schema = _resolved(schema, definitions)
    if schema.get("writeOnly") or schema.get("format") == "password":
        raise refusal(name, "secrets must not be asked for in a form: use elicit_url()")
    if choices := _choices(schema, definitions):
        return _select(name, schema, *choices)
    kind = schema.get("type")
    if kind == "array":
        return _multi_select(name, schema, definitions)
    if kind not in _KEPT:
        raise refusal(name, f"{_in_words(schema)} cannot be asked for: {WHAT_CAN}")
    kept: Schema = {"type": kind, **_named(schema, _KEPT[kind])}
    if kept.get("format") not in (None, *_FORMATS):
        del kept["format"]
    if kind in ("integer", "number"):
        _include_bounds(kept, schema)
    default = _number(kind, schema.get("default"))
    if isinstance(default, _PYTHON[kind]) and (kind == "boolean" or not isinstance(default, bool)):
        kept["default"] = default
    return Field(kept)


WHAT_CAN = "a form has text, numbers, booleans, choices (Literal, Enum) and lists of choices"


def refusal(name: str, why: str) -> TypeError:
    """The error for a field that no form can have."""
    return TypeError(f"Elicitation field {name!r}: {why}")


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """A schema without references, and without null: a field that may be left out is one that is not required."""
    for _ in range(10):
        if "$ref" in schema:
            target = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
        elif len(schema.get("allOf", ())) == 1:
            target = schema["allOf"][0]
        else:
            kind = schema.get("type")
            if isinstance(kind, list) and len(rest := [one for one in kind if one != "null"]) == 1:
                return {**schema, "type": rest[0]}
            branches = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
            if len(branches) != 1:
                return schema
            target = branches[0]
        schema = {**target, **{key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf")}}
    return schema


def _choices(schema: Schema, definitions: Mapping[str, Schema]) -> tuple[list[Any], list[str] | None] | None:
    """The values to choose from and their titles; None when the schema is no choice."""
    for word in ("oneOf", "anyOf"):
        branches = [_resolved(branch, definitions) for branch in schema.get(word, ())]
        branches = [branch for branch in branches if branch.get("type") != "null"]
        if branches and all("const" in branch for branch in branches):
            values = [branch["const"] for branch in branches]
            titles = [str(branch.get("title", branch["const"])) for branch in branches]
            return values, titles if any("title" in branch for branch in branches) else None
        if branches and all("const" in branch or "enum" in branch for branch in branches):
            return [value for branch in branches for value in branch.get("enum", (branch.get("const"),))], None
    if "enum" in schema:
        return [value for value in schema["enum"] if value is not None], None
    return ([schema["const"]], None) if "const" in schema else None


def _select(name: str, schema: Schema, values: list[Any], titles: list[str] | None) -> Field:
    offered, chosen = _as_text(name, values)
    kept: Schema = {"type": "string", **_named(schema, _TITLES)}
    if titles is not None:
        kept["oneOf"] = [{"const": value, "title": title} for value, title in zip(offered, titles)]
    else:
        kept["enum"] = offered
        names = schema.get("enumNames")
        if isinstance(names, list) and len(names) == len(offered):
            kept["enumNames"] = [str(one) for one in names]
    if (default := schema.get("default")) in values and default is not None:
        kept["default"] = offered[values.index(default)]
    return Field(kept, chosen)


def _multi_select(name: str, schema: Schema, definitions: Mapping[str, Schema]) -> Field:
    items = _resolved(schema.get("items") or {}, definitions)
    choices = _choices(items, definitions)
    if choices is None:
        raise refusal(name, "such a list cannot be asked for: a list is of choices (Literal, Enum)")
    values, titles = choices
    offered, chosen = _as_text(name, values)
    kept: Schema = {"type": "array", **_named(schema, (*_TITLES, "minItems", "maxItems"))}
    if titles is None:
        kept["items"] = {"type": "string", "enum": offered}
    else:
        kept["items"] = {"anyOf": [{"const": value, "title": title} for value, title in zip(offered, titles)]}
    default = schema.get("default")
    if isinstance(default, list) and all(one in values for one in default):
        kept["default"] = [offered[values.index(one)] for one in default]
    return Field(kept, chosen)


def _as_text(name: str, values: list[Any]) -> tuple[list[str], Read | None]:
    """Choices as the text they are offered as; and what each stands for, where one is no text itself."""
    if any(isinstance(value, (dict, list)) for value in values):
        raise refusal(name, f"objects and lists are no choices: {WHAT_CAN}")
    if all(isinstance(value, str) for value in values):
        return list(values), None
    offered = [value if isinstance(value, str) else _native.dumps(value) for value in values]
    return offered, dict(zip(offered, values))


def _include_bounds(kept: Schema, schema: Schema) -> None:
    step = 1 if kept["type"] == "integer" else 0
    if isinstance(over := schema.get("exclusiveMinimum"), (int, float)) and "minimum" not in kept:
        kept["minimum"] = over + step
    if isinstance(under := schema.get("exclusiveMaximum"), (int, float)) and "maximum" not in kept:
        kept["maximum"] = under - step


def _number(kind: str, default: Any) -> Any:
    """A default that a library wrote as text, so that it is exact."""
    if kind != "number" or not isinstance(default, str):
        return default
    try:
        return float(default)
    except ValueError:
        return None


def _named(schema: Schema, names: Sequence[str]) -> Schema:
    return {name: schema[name] for name in names if schema.get(name) is not None and schemas.is_json(schema[name])}


def _in_words(schema: Schema) -> str:
    if "anyOf" in schema or "oneOf" in schema:
        return "one of several types"
    return {"object": "an object", "array": "a list", "null": "nothing at all"}.get(schema.get("type", ""), "any value")
