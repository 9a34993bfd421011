"""What a return type promises, and how a returned value is made to keep it: the JSON text of the structured content.

A value whose JSON form fits already is sent as it is. One that does not is read as a validation library reads arguments:
`Decimal` for a float, `1` for a bool, `"42"` for an int. What cannot be read so is refused with its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .. import _native
from .encoding import OnUnknown, encode

Schema = dict[str, Any]
Json = str | bytes
"""JSON, as text or as bytes of UTF-8: whichever its writer makes."""


class Returned(Protocol):
    """What reads and writes the values of a declared type."""

    schema: Schema

    def json(self, value: Any, on_unknown: OnUnknown) -> Json:
        """The value as JSON. Raises InvalidResult when it is not of the type."""
        ...


class Given:
    """A schema the author wrote: the value goes as it is, and the engine holds it against the schema."""

    fits: frozenset[type] = frozenset()

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def json(self, value: Any, on_unknown: OnUnknown) -> tuple[Json, bool]:
        """The JSON of a value, and whether it is known to fit. Raises InvalidResult for what cannot be sent."""
        return encode(value, on_unknown=on_unknown), False


class Plain:
    """A type of plain values. `returned` makes what converts them, when it is needed first."""

    def __init__(self, schema: Schema, returned: Callable[[], Returned]) -> None:
        self.schema = schema
        self.fits = fitting(schema)
        """Classes every value of which fits: nothing has to be checked."""
        self._make_returned = returned
        self._returned: Returned | None = None
        self._checker: _native.Schema | None = None

    def json(self, value: Any, on_unknown: OnUnknown) -> tuple[Json, bool]:
        """See `Given`."""
        text = encode(value, on_unknown=on_unknown)
        kind = type(value)
        # `2.0` is an integer to a schema, and to a reader of Python a float.
        if kind not in self.fits and (kind is float or self._check(text)):
            if self._returned is None:
                self._returned = self._make_returned()
            return self._returned.json(value, on_unknown), False
        return text, True

    def _check(self, text: str) -> list[tuple[str, str]]:
        if self._checker is None:
            self._checker = _native.Schema(_native.dumps(self.schema))
        return self._checker.check(text)


class Typed:
    """Any other type: validated and serialised by itself."""

    fits: frozenset[type] = frozenset()

    def __init__(self, returned: Returned) -> None:
        self.schema = returned.schema
        self._returned = returned

    def json(self, value: Any, on_unknown: OnUnknown) -> tuple[Json, bool]:
        """See `Given`."""
        return self._returned.json(value, on_unknown), False


Declared = Given | Plain | Typed


def fitting(schema: Schema) -> frozenset[type]:
    """The classes of Python all of whose values fit the schema of a plain type."""
    if "anyOf" in schema:
        return frozenset().union(*map(fitting, schema["anyOf"]))
    rest = {name: value for name, value in schema.items() if name not in ("type", "description")}
    kind = schema.get("type", "")
    if not rest:
        return _SCALARS.get(kind, frozenset())
    if kind == "array" and rest == {"items": {}}:
        return frozenset({list, tuple})
    return frozenset({dict}) if kind == "object" and rest == {"additionalProperties": True} else frozenset()


_SCALARS: dict[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({float, int}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
}
