"""Results of types that are not plain, through pydantic.

Imported when the first signature that needs it is registered, never before.
"""

from __future__ import annotations

import copy
import functools
import json
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from ... import _native
from ...answers import refusals
from ...answers.encoding import OnUnknown, encode, known, nonfinite_path
from ...errors import InvalidArguments, InvalidDescriptorError, InvalidResult
from . import plain_classes
from .portable import Schemas, adapter_of, inline_root, kinds_in, portable

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
                why = str(error).partition("\n")[0]
                raise InvalidDescriptorError(f"{function}: its result has no JSON Schema ({why})") from error
        self.schema = inline_root(schema)
        kinds = kinds_in(adapter.core_schema, set())
        self._never_nan = kinds <= _WITHOUT_NAN
        self._has_no_end = "definition-ref" in kinds
        self._validate = adapter.validator.validate_python
        self._serializer = adapter.serializer

    def json(self, value: Any, on_unknown: OnUnknown = "error") -> str | bytes:
        """The JSON of `value`. Raises InvalidResult naming the place of what does not fit."""
        value = self._validated(value)
        try:
            text: bytes = self._serializer.to_json(value, by_alias=True)
        except Exception as error:
            cause = error
        else:
            if not (self._has_no_end and _is_too_deep(text)):
                suspicious = not self._never_nan and _native.may_lack_numbers(text)
                return self._without_nan(text, value) if suspicious else text
            cause = RecursionError("nested too deeply")
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

    def _without_nan(self, text: bytes, value: Any) -> bytes:
        """The same, unless NaN or Infinity were written in it or lost from it."""
        # pydantic writes NaN and Infinity as null, which would be a silent loss.
        if b"null" in text and (place := self._nonfinite(value)):
            raise InvalidResult(f"{place}: NaN and Infinity are not JSON")
        if (b"NaN" in text or b"Infinity" in text) and not _is_json(text):
            raise InvalidResult(f"{self._nonfinite(value) or 'result'}: NaN and Infinity are not JSON")
        return text

    def _nonfinite(self, value: Any) -> str | None:
        tree = self._serializer.to_python(value, by_alias=True, warnings=False)
        return nonfinite_path(tree) if _native.may_be_nonfinite(tree) else None


def _written(annotation: Any) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    # Of classes only: other types are equal that are not the same, such as unions of the same members in another order.
    if type(annotation) is not type(BaseModel):
        return _written_anew(annotation)
    adapter, schema = _written_of_model(annotation)
    return adapter, copy.deepcopy(schema)


@functools.lru_cache(maxsize=256)
def _written_of_model(model: Any) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    """What several tools return is written once."""
    return _written_anew(model)


def _written_anew(annotation: Any) -> tuple[TypeAdapter[Any], dict[str, Any]]:
    adapter = adapter_of(portable(annotation))
    return adapter, adapter.json_schema(mode="serialization", by_alias=True, schema_generator=Schemas)


def _in_words(problems: list[tuple[str, str]]) -> str:
    return str(InvalidArguments(problems))


def _is_too_deep(text: bytes) -> bool:
    """Whether a text is nested so deep that, two levels down in a message, readers refuse it."""
    try:
        _anything().check(f"[[{text.decode()}]]")
    except _native.NativeError:
        return True
    return False


@functools.lru_cache(maxsize=1)
def _anything() -> _native.Schema:
    return _native.Schema("true")


def _is_json(text: bytes) -> bool:
    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True
