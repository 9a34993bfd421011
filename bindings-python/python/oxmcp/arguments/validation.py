"""Types that are not plain, through pydantic: arguments in, results out. The only module that imports it.

Imported when the first signature that needs it is registered, never before.
"""

from __future__ import annotations

import copy
import enum
import functools
import json
import sys
import types
import typing
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple

import typing_extensions
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticSerializationError

from .. import _native
from ..answers import refusals
from ..answers.encoding import OnUnknown, encode, known, nonfinite_path
from ..errors import InvalidArguments, InvalidDescriptorError, InvalidResult
from . import acceptance, defaults, plain_classes, signatures
from .spelled import Spelled

NOTHING: Any = object()

_typed_dict: Any = typing_extensions.TypedDict
_annotated_with: Any = Annotated


# Kinds of core schema under which there can be no float: what is built of these alone needs no search for NaN.
_WITHOUT_NAN = frozenset(
    {
        "bool",
        "bytes",
        "date",
        "datetime",
        "decimal",
        "enum",
        "int",
        "literal",
        "none",
        "str",
        "time",
        "timedelta",
        "uuid",
    }
    | {"uuid", "dict", "frozenset", "list", "set", "tuple", "tagged-union", "union", "nullable", "default"}
    | {"dataclass", "dataclass-args", "dataclass-field", "model", "model-field", "model-fields"}
    | {"typed-dict", "typed-dict-field", "definition-ref", "definitions"}
)


class Entry(NamedTuple):
    """One parameter to be validated."""

    name: str
    annotation: Any
    default: Any
    """NOTHING when there is none."""


class _Schemas(GenerateJsonSchema):
    """Silent about defaults that have no JSON form: they are left out, as they should be."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012  (pydantic's own style)


class Arguments:
    """Validates the arguments of one function, all at once and with the meaning they have in JSON."""

    def __init__(self, function: str, entries: Sequence[Entry]) -> None:
        """Raises InvalidDescriptorError naming the parameter whose type has no JSON Schema."""
        self._adapter, self.schema = _build(function, entries)
        core = self._adapter.core_schema
        self.accepted = acceptance.schema(core, _is_ours)
        self._spelled = Spelled(self.schema, self.accepted, acceptance.strict_fields(core))
        self._exact = "decimal" in _kinds(core, set())
        self.titled = frozenset(
            entry.name for entry in entries if any(field.title is not None for field in _fields(entry))
        )

    def accepted_from_text(self) -> dict[str, Any]:
        """What is accepted of arguments that are all text: where the author said strict, too, it is read as the type."""
        return acceptance.schema(self._adapter.core_schema, _is_ours, strict=False)

    def bind(self, text: str, *, convert: bool = True) -> dict[str, Any]:
        """Keyword arguments from the JSON text of an object; with `convert`, text gets its second chance.

        Raises InvalidArguments naming each field that does not fit.
        """
        if convert:
            text = self._spelled.read_containers(text)
        try:
            return self._validate(text)
        except ValidationError as error:
            refused = error
        named = (complaint["loc"][0] for complaint in refused.errors(include_url=False) if complaint["loc"])
        read = self._spelled.read_refused(text, named) if convert else None
        if read is not None:
            text = read
            try:
                return self._validate(text)
            except ValidationError as error:
                refused = error
        raise InvalidArguments(refusals.problems(refused, json.loads(text))) from refused

    def _validate(self, text: str) -> dict[str, Any]:
        bound: dict[str, Any] = self._adapter.validator.validate_json(_exact_numbers(text) if self._exact else text)
        return bound


class Returned:
    """Validates and serialises what one function returns, by its declared type."""

    def __init__(self, function: str, annotation: Any) -> None:
        """Raises InvalidDescriptorError when the type has no JSON Schema."""
        try:
            adapter, schema = _written(annotation)
        except Exception as error:
            described = plain_classes.described(annotation)
            try:
                if described is annotation:
                    raise
                adapter, schema = _written(described)
            except Exception:
                why = _first_line(error)
                raise InvalidDescriptorError(f"{function}: its result has no JSON Schema ({why})") from error
        self.schema = inline_root(schema)
        self._never_nan = _kinds(adapter.core_schema, set()) <= _WITHOUT_NAN
        self._validate = adapter.validator.validate_python
        self._serializer = adapter.serializer

    def text(self, value: Any, on_unknown: OnUnknown = "error") -> str:
        """The JSON text of `value`. Raises InvalidResult naming the place of what does not fit."""
        value = self._validated(value)
        try:
            text: str = self._serializer.to_json(value, by_alias=True).decode()
        except Exception as error:
            cause = error
        else:
            return text if self._never_nan else self._without_nan(text, value)
        # Slower, and able to say where.
        tree = self._serializer.to_python(value, by_alias=True, warnings=False)
        return encode(tree, cause=cause, on_unknown=on_unknown)

    def _validated(self, value: Any) -> Any:
        try:
            return self._validate(value)
        except ValidationError as error:
            try:
                # The library does not know rows, tables and arrays of others.
                return self._validate(known(value))
            except Exception:
                words = _in_words(refusals.problems(error, value, "result"))
            raise InvalidResult(words) from error

    def _without_nan(self, text: str, value: Any) -> str:
        """The same text, unless NaN or Infinity were written in it or lost from it."""
        # pydantic writes NaN and Infinity as null, which would be a silent loss.
        if "null" in text and (place := self._nonfinite(value)):
            raise InvalidResult(f"{place}: NaN and Infinity are not JSON")
        if ("NaN" in text or "Infinity" in text) and not _is_json(text):
            raise InvalidResult(f"{self._nonfinite(value) or 'result'}: NaN and Infinity are not JSON")
        return text

    def _nonfinite(self, value: Any) -> str | None:
        return nonfinite_path(self._serializer.to_python(value, by_alias=True, warnings=False))


def _written(annotation: Any) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    adapter = adapter_of(portable(annotation))
    return adapter, adapter.json_schema(mode="serialization", by_alias=True, schema_generator=_Schemas)


def extra_schema(
    function: str, annotation: Any
) -> tuple[dict[str, Any], dict[str, Any], Callable[[str], dict[str, Any]]]:
    """For `**names: T` with a T that is not plain: its schema, what is accepted, and what makes the values of T from an
    object's text."""
    arguments = Arguments(function, [Entry("extra", dict[str, annotation], NOTHING)])
    accepted = acceptance.schema(arguments._adapter.core_schema, _is_ours, prefix="extra")

    def bind(text: str) -> dict[str, Any]:
        try:
            bound: dict[str, Any] = arguments.bind(f'{{"extra":{text}}}')["extra"]
        except InvalidArguments as error:
            raise InvalidArguments([(where.removeprefix("extra."), what) for where, what in error.problems]) from error
        return bound

    return arguments.schema, accepted, bind


def _build(function: str, entries: Sequence[Entry]) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    try:
        # A TypedDict, because its keys may be called anything: `self`, `schema`, `model_config`, `_x`.
        shape = _typed_dict("Arguments", {entry.name: _annotated(entry) for entry in entries})
        adapter = adapter_of(shape)
        return adapter, adapter.json_schema(mode="validation", by_alias=True, schema_generator=_Schemas)
    except Exception as error:
        if len(entries) > 1:
            for entry in entries:
                _build(function, [entry])  # raises for the one at fault
        if not isinstance(error, (PydanticUserError, PydanticSerializationError, TypeError, NameError)) or not entries:
            raise
        message = f"{function}: parameter {entries[0].name!r} has a type without a JSON Schema ({_first_line(error)})"
        raise InvalidDescriptorError(message) from error


def _annotated(entry: Entry) -> Any:
    annotation = portable(entry.annotation)
    if entry.default is NOTHING:
        return annotation
    if isinstance(entry.default, FieldInfo):
        return Annotated[annotation, entry.default]
    if defaults.is_changeable(entry.default) and getattr(entry.default, "__hash__", None) is not None:
        # pydantic copies what has no hash; a record that has one can be changed all the same.
        return Annotated[annotation, Field(default_factory=functools.partial(copy.deepcopy, entry.default))]
    return Annotated[annotation, Field(default=entry.default)]


def _fields(entry: Entry) -> list[FieldInfo]:
    metadata = getattr(entry.annotation, "__metadata__", ())
    return [item for item in (*metadata, entry.default) if isinstance(item, FieldInfo)]


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _in_words(problems: list[tuple[str, str]]) -> str:
    return str(InvalidArguments(problems))


def inline_root(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose root is not a bare reference: old versions look for `type: object` there (DOWN-4)."""
    parts = schema.get("allOf")
    reference = parts[0].get("$ref", "") if parts and len(parts) == 1 else schema.get("$ref", "")
    if not reference.startswith("#/$defs/"):
        return schema
    return {**schema["$defs"][reference.removeprefix("#/$defs/")], "$defs": schema["$defs"]}


def adapter_of(annotation: Any) -> TypeAdapter[Any]:
    """What validates and describes a type; see `portable`."""
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
    made = tuple(
        [portable(one) for one in argument] if isinstance(argument, list) else portable(argument)
        for argument in arguments
    )
    if made == arguments:
        return annotation
    if hasattr(annotation, "copy_with"):
        return annotation.copy_with(made)
    return typing.Union[made] if origin is types.UnionType else origin[made]


def _is_ours(function: Any) -> bool:
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


def _kinds(schema: Any, found: set[str]) -> set[str]:
    """The kinds of types that a core schema is built of, however deep."""
    if isinstance(schema, dict):
        kind = schema.get("type")
        if isinstance(kind, str):
            found.add(kind)
        if "allow" in (schema.get("extra_behavior"), schema.get("extra_fields_behavior")):
            found.add("any")  # fields nobody declared
        for item in schema.values():
            _kinds(item, found)
    elif isinstance(schema, (list, tuple)):
        for item in schema:
            _kinds(item, found)
    return found


def _exact_numbers(text: str) -> str:
    """The same JSON with numbers that a float would not keep to the digit as text, of which a Decimal is exact."""
    changed = False

    def read(number: str) -> Any:
        nonlocal changed
        value = float(number)
        if repr(value) == number:
            return value
        changed = True
        return number

    tree = json.loads(text, parse_float=read)
    return _native.dumps(tree) if changed else text


def _is_json(text: str) -> bool:
    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True
