"""The base of every protocol object in `oxmcp.types`: a few fields by declaration, both spellings, nothing lost.

A subclass declares its fields as class annotations in snake_case; a class attribute is the default, and a field without
one is required. The name on the wire is the camelCase form (`meta` is `_meta`). Annotations that name another protocol
object (`Icon | None`, `list[Tool]`) turn plain dicts into such objects. Kept free of `typing`: importing it is cheap.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, ClassVar

    from typing_extensions import Self

_MISSING: Any = object()
_URIS = frozenset({"uri", "uri_template", "website_url", "src", "url"})
_readers_by_name: dict[str, Callable[[Any], Any]] = {}


def camel_case(name: str) -> str:
    """The wire name of a snake_case field."""
    if name == "meta":
        return "_meta"
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def union(name: str, read: Callable[[Any], Any]) -> None:
    """Makes `name`, used in annotations of fields, stand for whatever `read` makes of a plain value."""
    _readers_by_name[name] = read


def _reader(annotation: str) -> Callable[[Any], Any] | None:
    """What turns plain data into the objects that `annotation` names; None when it names none."""
    name = annotation.removesuffix(" | None")
    if name.startswith("list[") and name.endswith("]"):
        item = _reader(name[5:-1])
        if item is None:
            return None
        return lambda value: [item(one) for one in value] if isinstance(value, (list, tuple)) else value
    return _readers_by_name.get(name)


def waiting_for_typing(namespace: dict[str, Any], aliases: dict[str, str]) -> Callable[[str], Any]:
    """A module's `__getattr__` for what needs `typing`, which is made to wait until somebody asks: `Any` and `Literal`, which
    stand in the annotations of fields, and `aliases` of types, each with its text."""

    def get(name: str) -> Any:
        if name not in aliases and name not in ("Any", "Literal"):
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
        import typing

        value = eval(aliases.get(name, name), {**namespace, **vars(typing)})
        namespace[name] = value
        return value

    return get


def to_plain(value: Any) -> Any:
    """`value` as JSON data: protocol objects, ours or a peer's, become dicts in the wire's spelling."""
    if isinstance(value, WireObject):
        return value.to_dict()
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if hasattr(type(value), "model_dump"):
        return value.model_dump(by_alias=True, exclude_none=True, mode="json")
    return value


class WireObject:
    """A protocol object. Keywords and attributes go by snake_case and by camelCase; unknown ones are kept."""

    _names: ClassVar[dict[str, str]] = {}  # field → wire name
    _by_wire: ClassVar[dict[str, str]] = {}  # wire name → field
    _annotations: ClassVar[dict[str, str]] = {}
    _readers: ClassVar[dict[str, Callable[[Any], Any] | None]] = {}
    _unknown: dict[str, Any] | None = None

    def __init_subclass__(cls) -> None:
        own = {name: str(text) for name, text in cls.__annotations__.items() if not name.startswith("_")}
        cls._annotations = {**cls._annotations, **own}
        cls._names = {name: camel_case(name) for name in cls._annotations}
        cls._by_wire = {wire: name for name, wire in cls._names.items()}
        cls._readers = {}
        _readers_by_name[cls.__name__] = cls._read

    def __init__(self, /, **data: Any) -> None:
        """Takes every field by either of its names.

        Raises TypeError when a required one is missing, or when `type` is not what this class stands for.
        """
        for name, value in data.items():
            setattr(self, name, value)
        cls = type(self)
        state = self.__dict__
        for name in cls._names:
            if name not in state:
                default = getattr(cls, name, _MISSING)
                if default is _MISSING:
                    raise TypeError(f"{cls.__name__}: missing {name}")
                if isinstance(default, list):
                    state[name] = []
        if "type" in state and state["type"] != getattr(cls, "type", state["type"]):
            raise TypeError(f"{cls.__name__}: type must be {cls.type!r}")  # type: ignore[attr-defined]

    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, cls):
            return value
        if isinstance(value, dict):
            return cls(**value)
        if hasattr(type(value), "model_dump"):  # a peer's object of the same meaning
            return cls(**value.model_dump(by_alias=True, exclude_none=True, mode="json"))
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        field = name if name in cls._names else cls._by_wire.get(name)
        if field is None:
            if name.startswith("__") or name == "_unknown":
                object.__setattr__(self, name, value)
            else:
                if self._unknown is None:
                    self.__dict__["_unknown"] = {}
                self.__dict__["_unknown"][name] = value
            return
        if field in _URIS and value is not None and not isinstance(value, str):
            value = str(value)  # URL classes of validation libraries
        elif isinstance(value, (dict, list, tuple)) or hasattr(type(value), "model_dump"):
            if field not in cls._readers:
                cls._readers[field] = _reader(cls._annotations[field])
            read = cls._readers[field]
            if read is not None:
                value = read(value)
        self.__dict__[field] = value

    def __getattr__(self, name: str) -> Any:
        # Reached only when there is no such attribute: the other spelling, or an unknown field.
        field = type(self)._by_wire.get(name)
        if field is not None:
            return getattr(self, field)
        unknown = self.__dict__.get("_unknown")
        if unknown is not None and name in unknown:
            return unknown[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields this class does not know, as they came."""
        return self._unknown or {}

    def to_dict(self) -> dict[str, Any]:
        """The object as it goes on the wire: camelCase names, absent fields left out."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")

    def model_dump(
        self,
        *,
        mode: str = "python",
        by_alias: bool = False,
        exclude_none: bool = False,
        exclude_unset: bool = False,
        **_ignored: Any,
    ) -> dict[str, Any]:
        """The object as a dict. `mode` is accepted for familiarity: the values are JSON data either way."""
        result: dict[str, Any] = {}
        for name, wire in type(self)._names.items():
            if exclude_unset and name not in self.__dict__ and name != "type":
                continue
            value = getattr(self, name)
            if value is None and exclude_none:
                continue
            result[wire if by_alias else name] = _dump(value, mode, by_alias, exclude_none, exclude_unset)
        for name, value in self.model_extra.items():
            if value is not None or not exclude_none:
                result[name] = _dump(value, mode, by_alias, exclude_none, exclude_unset)
        return result

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """The JSON text of `model_dump` with the same options."""
        import json

        separators = (",", ":") if indent is None else None
        tree = self.model_dump(mode="json", **options)
        return json.dumps(tree, indent=indent, separators=separators, ensure_ascii=False, allow_nan=False)

    @classmethod
    def model_validate(cls, value: Any, **_ignored: Any) -> Self:
        """An object of this class from one, from a dict in either spelling, or from a peer's object.

        Raises TypeError for anything else and when a required field is missing.
        """
        result = cls._read(value)
        if not isinstance(result, cls):
            raise TypeError(f"{cls.__name__}: cannot be made of {type(value).__name__}")
        return result

    @classmethod
    def model_validate_json(cls, text: str | bytes, **_ignored: Any) -> Self:
        """The same from JSON text. Raises ValueError when it is not JSON."""
        import json

        return cls.model_validate(json.loads(text))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with the fields in `update` replaced."""
        import copy

        result = copy.deepcopy(self) if deep else copy.copy(self)
        if result._unknown is not None:
            result.__dict__["_unknown"] = dict(result._unknown)
        for name, value in (update or {}).items():
            setattr(result, name, value)
        return result

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        assert isinstance(other, WireObject)
        return self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = ((name, getattr(self, name)) for name in type(self)._names)
        shown = [f"{name}={value!r}" for name, value in known if value is not None]
        shown += [f"{name}={value!r}" for name, value in self.model_extra.items()]
        return f"{type(self).__name__}({', '.join(shown)})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        def validate(value: Any) -> WireObject:
            try:
                return cls.model_validate(value)
            except TypeError as error:
                raise ValueError(str(error)) from None

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.to_dict())
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "object", "title": cls.__name__}


def _dump(value: Any, mode: str, by_alias: bool, exclude_none: bool, exclude_unset: bool) -> Any:
    if isinstance(value, WireObject):
        return value.model_dump(mode=mode, by_alias=by_alias, exclude_none=exclude_none, exclude_unset=exclude_unset)
    if isinstance(value, dict):
        return {key: _dump(item, mode, by_alias, exclude_none, exclude_unset) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dump(item, mode, by_alias, exclude_none, exclude_unset) for item in value]
    return to_plain(value)
