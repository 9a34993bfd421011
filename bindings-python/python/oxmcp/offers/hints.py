"""What is told of a prompt's argument that is not simply text: its values arrive as text all the same (PRM-6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _native
from ..arguments.schemas import admits_text

_DEEPEST = 8


def hint(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str | None:
    """One line on the form of an argument; None for mere text."""
    inlined = _inlined(schema, definitions, 0)
    words = _words(inlined)
    if words:
        return f"One of: {', '.join(words)}"
    if admits_text(schema, definitions):
        return None
    shape = {key: value for key, value in inlined.items() if key not in ("description", "default")}
    return f"JSON: {_native.dumps(shape)}"


def _inlined(schema: Any, definitions: Mapping[str, Any], depth: int) -> Any:
    """A schema with its references replaced by what they lead to, and without titles."""
    if isinstance(schema, list):
        return [_inlined(item, definitions, depth) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        target = definitions.get(str(schema["$ref"]).removeprefix("#/$defs/"))
        if target is None or depth == _DEEPEST:
            return {}
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined({**target, **beside}, definitions, depth + 1)
    return {
        # What is called "title" among properties is a property.
        key: {name: _inlined(one, definitions, depth) for name, one in value.items()}
        if key == "properties"
        else value
        if key in ("default", "enum", "const", "examples")
        else _inlined(value, definitions, depth)
        for key, value in schema.items()
        if key != "title"
    }


def _words(schema: Mapping[str, Any]) -> list[str]:
    """The texts that an argument may be, where it can be nothing else but null."""
    branches = schema.get("anyOf", [schema])
    words: list[str] = []
    for branch in branches:
        values = branch.get("enum", [branch["const"]] if "const" in branch else None)
        if values is not None and all(isinstance(value, str) for value in values):
            words += values
        elif branch.get("type") != "null":
            return []
    return words
