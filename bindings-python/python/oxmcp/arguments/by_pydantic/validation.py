"""Arguments of types that are not plain, through pydantic.

Imported when the first signature that needs it is registered, never before.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple

import typing_extensions
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticSerializationError

from ... import _native
from ...answers import refusals
from ...errors import InvalidArguments, InvalidDescriptorError
from .. import defaults
from ..spelled import Spelled
from . import acceptance
from .portable import Schemas, adapter_of, is_ours, kinds_in, portable

NOTHING: Any = object()

_typed_dict: Any = typing_extensions.TypedDict
_annotated_with: Any = Annotated


class Entry(NamedTuple):
    """One parameter to be validated."""

    name: str
    annotation: Any
    default: Any
    """NOTHING when there is none."""


class Arguments:
    """Validates the arguments of one function, all at once and with the meaning they have in JSON."""

    def __init__(self, function: str, entries: Sequence[Entry]) -> None:
        """Raises InvalidDescriptorError naming the parameter whose type has no JSON Schema."""
        self._adapter, self.schema = _build(function, entries)
        core = self._adapter.core_schema
        self.accepted = acceptance.schema(core, is_ours)
        self._spelled = Spelled(self.schema, self.accepted, acceptance.strict_fields(core))
        self._exact = "decimal" in kinds_in(core, set())
        self.titled = frozenset(
            entry.name for entry in entries if any(field.title is not None for field in _fields(entry))
        )

    def accepted_from_text(self) -> dict[str, Any]:
        """What is accepted of arguments that are all text: where the author said strict, too, it is read as the type."""
        return acceptance.schema(self._adapter.core_schema, is_ours, strict=False)

    def bind(self, text: str, *, convert: bool = True) -> dict[str, Any]:
        """Keyword arguments from the JSON text of an object; with `convert`, text gets its second chance.

        Raises InvalidArguments naming each field that does not fit.
        """
        if convert:
            text = self._spelled.read_containers(text)
        try:
            return self._validate(text)
        except ValidationError as error:
            return self._again(text, error, convert)

    @property
    def at_once(self) -> Callable[[bytes], dict[str, Any]] | None:
        """What makes keyword arguments of JSON; what it raises goes to `refused`. None where `bind` reads the text first."""
        return None if self._exact or self._spelled.reads_first else self._adapter.validator.validate_json

    def refused(self, text: str, error: BaseException, *, convert: bool = True) -> dict[str, Any]:
        """What `bind` makes of a text that `at_once` refused with this."""
        if isinstance(error, ValidationError):
            return self._again(text, error, convert)
        raise error

    def _again(self, text: str, refused: ValidationError, convert: bool) -> dict[str, Any]:
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


def extra_schema(
    function: str, annotation: Any
) -> tuple[dict[str, Any], dict[str, Any], Callable[[str], dict[str, Any]]]:
    """For `**names: T` with a T that is not plain: its schema, what is accepted, and what makes the values of T from an
    object's text."""
    arguments = Arguments(function, [Entry("extra", dict[str, annotation], NOTHING)])
    accepted = acceptance.schema(arguments._adapter.core_schema, is_ours, prefix="extra")

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
        return adapter, adapter.json_schema(mode="validation", by_alias=True, schema_generator=Schemas)
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
