"""What pydantic accepts, as JSON Schema: the engine refuses by it, and leaves to pydantic what JSON Schema cannot say.

The schema that is advertised says what a caller should send. pydantic takes more: what a validator of the author's makes of
another type, other names of a field, numbers for a time. Refusing that before pydantic sees it would refuse what the author
wrote code for. So this schema is written from pydantic's own description of the types, its core schema, and is empty (`{}`)
wherever that has more to say.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..schemas import is_json

Node = Mapping[str, Any]
Config = Mapping[str, Any]

_NO_CONFIG: Config = {}
_NOT_NODES = frozenset({"metadata", "serialization", "default", "cls", "expected", "members"})
_LIMITS = (("ge", "minimum"), ("gt", "exclusiveMinimum"), ("le", "maximum"), ("lt", "exclusiveMaximum"))
_ANY_TEXT = frozenset(
    {"str", "bytes", "date", "time", "datetime", "timedelta", "decimal", "uuid", "url", "multi-host-url"}
)


def schema(core: Node, ours: Callable[[Any], bool], *, strict: bool = True, prefix: str = "d") -> dict[str, Any]:
    """The JSON Schema of what a pydantic core schema accepts, or of a little more.

    Args:
        core: The core schema.
        ours: Whether a validator function is our own, so that it accepts nothing but what is described.
        strict: Whether places where the author said strict are left to pydantic, so that nobody reads their text as a value.
        prefix: What the names of definitions begin with.
    """
    writer = _Writer(ours, strict, prefix)
    written = writer.write(core, _NO_CONFIG)
    return {**written, "$defs": writer.definitions} if writer.definitions else written


def strict_fields(core: Node) -> list[str]:
    """The fields of a TypedDict, by their first name, in which the author said strict, however deep."""
    definitions = {one["ref"]: one for one in core.get("definitions", ())}
    shape = core["schema"] if core["type"] == "definitions" else core
    return [
        names[0]
        for name, field in shape["fields"].items()
        if _says_strict(field["schema"], definitions, set()) and (names := _names(name, field, _NO_CONFIG))
    ]


def _says_strict(node: Any, definitions: Mapping[str, Node], seen: set[str]) -> bool:
    if isinstance(node, (list, tuple)):
        return any(_says_strict(item, definitions, seen) for item in node)
    if not isinstance(node, dict):
        return False
    if node.get("strict") is True:
        return True
    reference = node.get("schema_ref")
    if isinstance(reference, str) and reference not in seen:
        seen.add(reference)
        return _says_strict(definitions.get(reference), definitions, seen)
    return any(_says_strict(item, definitions, seen) for key, item in node.items() if key not in _NOT_NODES)


class _Writer:
    def __init__(self, ours: Callable[[Any], bool], strict: bool, prefix: str) -> None:
        self.definitions: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._ours = ours
        self._strict = strict
        self._prefix = prefix

    def write(self, node: Node, config: Config) -> dict[str, Any]:
        kind = node["type"]
        if self._strict and kind not in _ANY_TEXT and node.get("strict", config.get("strict")):
            return {}
        write = _KINDS.get(kind)
        return {} if write is None else write(self, node, config)

    # Scalars

    def _number(self, node: Node, config: Config) -> dict[str, Any]:
        limits = {
            word: node[key] for key, word in _LIMITS if type(node.get(key)) in (int, float) and is_json(node[key])
        }
        if node["type"] == "int":
            if "multiple_of" in node:
                limits["multipleOf"] = node["multiple_of"]
            return {"type": "integer", **limits}
        return {"type": "number", **limits}

    def _text(self, node: Node, config: Config) -> dict[str, Any]:
        def says(key: str) -> Any:
            return node.get(key, config.get(f"str_{key}"))

        if node.get("coerce_numbers_to_str", config.get("coerce_numbers_to_str")):
            return {}
        written: dict[str, Any] = {"type": "string"}
        if says("strip_whitespace") or says("to_lower") or says("to_upper"):
            return written  # the rest counts for what becomes of it
        _bounds(node, written, "minLength", "maxLength")
        pattern = node.get("pattern")
        if isinstance(pattern, str) and node.get("regex_engine", config.get("regex_engine")) != "python-re":
            written["pattern"] = pattern
        return written

    def _time(self, node: Node, config: Config) -> dict[str, Any]:
        return {"type": ["string", "number"]}

    def _literal(self, node: Node, config: Config) -> dict[str, Any]:
        return _one_of(node["expected"])

    def _enum(self, node: Node, config: Config) -> dict[str, Any]:
        if _function(node["cls"]._missing_) is not _function(enum.Enum._missing_):
            return {}
        return _one_of(member.value for member in node["members"])

    # Containers

    def _items(self, node: Node, config: Config) -> dict[str, Any]:
        written: dict[str, Any] = {"type": "array"}
        items = self._inner(node.get("items_schema"), config)
        if items:
            written["items"] = items
        if node["type"] in ("list", "generator"):
            return _bounds(node, written, "minItems", "maxItems")
        if "min_length" in node:
            written["minItems"] = node["min_length"]  # a set may be sent more than it keeps
        return written

    def _tuple(self, node: Node, config: Config) -> dict[str, Any]:
        items = [self.write(item, config) for item in node["items_schema"]]
        written: dict[str, Any] = {"type": "array"}
        variadic = node.get("variadic_item_index")
        if variadic is None:
            written.update(minItems=len(items), maxItems=len(items))
            before, rest = items, None
        else:
            written["minItems"] = len(items) - 1
            before, rest = items[:variadic], items[variadic] if variadic == len(items) - 1 else None
        if before:
            written["prefixItems"] = before
        if rest:
            written["items"] = rest
        return _bounds(node, written, "minItems", "maxItems")

    def _dict(self, node: Node, config: Config) -> dict[str, Any]:
        values = self._inner(node.get("values_schema"), config)
        written: dict[str, Any] = {"type": "object", **({"additionalProperties": values} if values else {})}
        return _bounds(node, written, "minProperties", "maxProperties")

    def _named_tuple(self, node: Node, config: Config) -> dict[str, Any]:
        return {"type": ["array", "object"]}

    # Objects

    def _model(self, node: Node, config: Config) -> dict[str, Any]:
        own = node.get("config", _NO_CONFIG)
        if node.get("custom_init"):
            return {"type": "object"}  # its own `__init__` says what it takes
        if self._strict and own.get("strict"):
            return {}
        return self.write(node["schema"], own)

    def _model_fields(self, node: Node, config: Config) -> dict[str, Any]:
        fields = ((name, field, field["schema"]["type"] != "default") for name, field in node["fields"].items())
        return self._object(node, fields, config)

    def _dataclass_fields(self, node: Node, config: Config) -> dict[str, Any]:
        fields = (
            (field["name"], field, field["schema"]["type"] != "default")
            for field in node["fields"]
            if field.get("init", True)
        )
        return self._object(node, fields, config)

    def _typed_dict(self, node: Node, config: Config) -> dict[str, Any]:
        config = node.get("config", config)
        if self._strict and config.get("strict"):
            return {}
        total = node.get("total", True)
        fields = (
            (name, field, field.get("required", total) and field["schema"]["type"] != "default")
            for name, field in node["fields"].items()
        )
        return self._object(node, fields, config)

    def _object(self, node: Node, fields: Iterable[tuple[str, Node, bool]], config: Config) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        required = []
        closed = node.get("extra_behavior", config.get("extra_fields_behavior")) == "forbid"
        for name, field, needed in fields:
            names = _names(name, field, config)
            if names is None:
                closed = False  # read from paths, which JSON Schema has no word for
                continue
            value = self.write(field["schema"], config)
            properties.update(dict.fromkeys(names, value))
            if needed and len(names) == 1:
                required.append(names[0])
        written: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            written["required"] = required
        extras = self._inner(node.get("extras_schema"), config)
        if closed or extras:
            written["additionalProperties"] = extras or False
        return written

    # Unions

    def _nullable(self, node: Node, config: Config) -> dict[str, Any]:
        return _any_of([self.write(node["schema"], config), {"type": "null"}])

    def _union(self, node: Node, config: Config) -> dict[str, Any]:
        choices = (choice[0] if isinstance(choice, tuple) else choice for choice in node["choices"])
        return _any_of([self.write(choice, config) for choice in choices])

    def _tagged_union(self, node: Node, config: Config) -> dict[str, Any]:
        choices = node["choices"].values()
        return _any_of([self.write(choice, config) for choice in choices if isinstance(choice, dict)])

    # What stands around other types

    def _around(self, node: Node, config: Config) -> dict[str, Any]:
        return self.write(node["schema"], config)

    def _before(self, node: Node, config: Config) -> dict[str, Any]:
        return self.write(node["schema"], config) if self._ours(node["function"]["function"]) else {}

    def _chain(self, node: Node, config: Config) -> dict[str, Any]:
        return self.write(node["steps"][0], config)

    def _lax_or_strict(self, node: Node, config: Config) -> dict[str, Any]:
        strict = node.get("strict", config.get("strict"))
        return self.write(node["strict_schema" if strict else "lax_schema"], config)

    def _json_or_python(self, node: Node, config: Config) -> dict[str, Any]:
        return self.write(node["json_schema"], config)

    def _definitions(self, node: Node, config: Config) -> dict[str, Any]:
        for definition in node["definitions"]:
            self._names[definition["ref"]] = f"{self._prefix}{len(self._names)}"
        for definition in node["definitions"]:
            self.definitions[self._names[definition["ref"]]] = self.write(definition, _NO_CONFIG)
        return self.write(node["schema"], config)

    def _reference(self, node: Node, config: Config) -> dict[str, Any]:
        name = self._names.get(node["schema_ref"])
        return {} if name is None else {"$ref": f"#/$defs/{name}"}

    def _inner(self, node: Node | None, config: Config) -> dict[str, Any]:
        return {} if node is None else self.write(node, config)


def _function(method: Any) -> Any:
    return getattr(method, "__func__", method)


def _names(name: str, field: Node, config: Config) -> list[str] | None:
    """The names a field is read from; None when they are more than names."""
    alias = field.get("validation_alias", name)
    if not isinstance(alias, str):
        return None
    if alias == name:
        return [name]
    by_name = config.get("validate_by_name", config.get("populate_by_name", False))
    if not config.get("validate_by_alias", True):
        return [name]
    return [alias, name] if by_name else [alias]


def _bounds(node: Node, written: dict[str, Any], least: str, most: str) -> dict[str, Any]:
    for key, word in (("min_length", least), ("max_length", most)):
        if node.get(key) is not None:
            written[word] = node[key]
    return written


def _one_of(values: Iterable[Any]) -> dict[str, Any]:
    listed = list(values)
    scalars = all(is_json(value) and not isinstance(value, (list, tuple, dict)) for value in listed)
    return {"enum": listed} if listed and scalars else {}


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    different: list[dict[str, Any]] = []
    for one in schemas:
        if one not in different:
            different.append(one)
    if {} in different:
        return {}
    return different[0] if len(different) == 1 else {"anyOf": different}


_Write = Callable[[_Writer, Node, Config], dict[str, Any]]


def _as(**written: Any) -> _Write:
    return lambda writer, node, config: dict(written)


_KINDS: dict[str, _Write] = {
    "none": _as(type="null"),
    "bool": _as(type="boolean"),
    "int": _Writer._number,
    "float": _Writer._number,
    "str": _Writer._text,
    **dict.fromkeys(("bytes", "uuid", "url", "multi-host-url", "json"), _as(type="string")),
    **dict.fromkeys(("date", "time", "datetime", "timedelta", "decimal"), _Writer._time),
    "literal": _Writer._literal,
    "enum": _Writer._enum,
    **dict.fromkeys(("list", "generator", "set", "frozenset", "deque"), _Writer._items),
    "tuple": _Writer._tuple,
    **dict.fromkeys(("dict", "frozendict", "ordered-dict"), _Writer._dict),
    **dict.fromkeys(("named-tuple", "call"), _Writer._named_tuple),
    "model": _Writer._model,
    "dataclass": _Writer._model,
    "model-fields": _Writer._model_fields,
    "dataclass-args": _Writer._dataclass_fields,
    "typed-dict": _Writer._typed_dict,
    "nullable": _Writer._nullable,
    "union": _Writer._union,
    "tagged-union": _Writer._tagged_union,
    **dict.fromkeys(("default", "function-after"), _Writer._around),
    "function-before": _Writer._before,
    "chain": _Writer._chain,
    "lax-or-strict": _Writer._lax_or_strict,
    "json-or-python": _Writer._json_or_python,
    "definitions": _Writer._definitions,
    "definition-ref": _Writer._reference,
}
"""How each kind of core schema is written. What is not here is left to pydantic."""
