"""A type as a form that a client's user fills in, and the filled-in form as a value of that type (ELI-5, ELI-8).

What people write for the type:

- a pydantic model, a dataclass, a TypedDict: a form of its fields;
- `str`, `int`, `float`, `bool`, `Literal[…]`, an Enum, `list` of the last two: a form of one field called `value`;
- `["a", "b"]`, or `{"a": {"title": "The first"}}`: one choice; the same inside of a list: any number of them;
- None: a form without fields, for a plain yes or no;
- a JSON Schema of an object, as a dict: that form, and its content as it comes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from .. import _native
from ..errors import InvalidAnswer
from . import form_fields
from .form_fields import Field, Schema

VALUE = "value"
"""The name of the field of a form that asks for one thing."""


class Form:
    """What is asked for, and how the answer is read."""

    __slots__ = ("_fields", "_read", "is_single", "schema", "text")

    def __init__(
        self, fields: Mapping[str, Field], required: list[str], read: Callable[[Any], Any], *, is_single: bool
    ) -> None:
        self._fields = fields
        self._read = read
        self.is_single = is_single
        """Whether it asks for one thing that is no form itself."""
        self.schema: Schema = {"type": "object", "properties": {name: one.schema for name, one in fields.items()}}
        if required:
            self.schema["required"] = required
        self.text = _native.dumps(self.schema)
        """The schema as JSON text."""

    def read(self, content: Any) -> Any:
        """The value that the content of an accepted answer is.

        Raises:
            InvalidAnswer: it does not fit what was asked for; the text names each field.
        """
        if content is None and not self.schema.get("required"):
            content = {}
        if not isinstance(content, dict):
            raise InvalidAnswer([("", "was accepted without any content")])
        meant = {name: _meant(self._fields.get(name), value) for name, value in content.items()}
        return self._read(meant)

    def labelled(self, title: str | None, description: str | None) -> Form:
        """The same form with another title and description of its one field.

        Raises:
            TypeError: its fields have titles and descriptions of their own.
        """
        if title is None and description is None:
            return self
        if not self.is_single:
            raise TypeError(
                "response_title and response_description are for a response type that is one thing: say them of the"
                " fields, with Field(title=…, description=…)"
            )
        only = self._fields[VALUE]
        told = {"title": title, "description": description}
        schema = {**only.schema, **{name: text for name, text in told.items() if text is not None}}
        return Form({VALUE: only._replace(schema=schema)}, [VALUE], self._read, is_single=True)


def form(wanted: Any) -> Form:
    """The form for what people write; see the module.

    Raises:
        TypeError: it is no form; the text names the field at fault.
        ValueError: there is nothing to choose from.
    """
    if wanted is None:
        return Form({}, [], lambda content: content, is_single=False)
    if isinstance(wanted, Mapping):
        return _of_schema(dict(wanted)) if wanted.get("type") == "object" else _of_choices(wanted, many=False)
    if isinstance(wanted, (list, tuple)):
        if len(wanted) == 1 and isinstance(wanted[0], (list, tuple, Mapping)):
            return _of_choices(wanted[0], many=True)
        return _of_choices(wanted, many=False)
    return _of_type(wanted) if isinstance(wanted, Hashable) else _of_type.__wrapped__(wanted)


@functools.lru_cache(maxsize=512, typed=True)
def _of_type(wanted: Any) -> Form:
    from . import form_types  # with it a library comes that forms of choices do without

    schema, is_single, validate = form_types.described(wanted, VALUE)
    if not is_single and "properties" not in schema and schema.get("additionalProperties", True):
        raise TypeError(f"{wanted} cannot be asked for: a form has fields with names; {form_fields.WHAT_CAN}")
    fields, required = _fields(schema)
    return Form(fields, required, validate, is_single=is_single)


class Value(NamedTuple):
    """A type that somebody else gives a value of as JSON, however it is built."""

    schema: Schema
    """The JSON Schema of an object: that of the type, or of one with the member `value`."""
    is_single: bool
    """Whether it is the latter."""
    read: Callable[[Any], Any]
    """Makes a value of the content. Raises InvalidAnswer."""


def value_of(wanted: Any) -> Value:
    """What somebody must send to give a value of this type, which need be no form.

    Raises:
        TypeError: the type has no JSON Schema.
    """
    from . import form_types

    return Value(*form_types.described(wanted, VALUE))


def _of_schema(schema: Schema) -> Form:
    fields, required = _fields(schema)
    checker = _native.Schema(_native.dumps(schema))

    def read(content: Any) -> Any:
        problems = checker.check(_native.dumps(content))
        if problems:
            raise InvalidAnswer(problems)
        return content

    return Form(fields, required, read, is_single=False)


def _fields(schema: Schema) -> tuple[dict[str, Field], list[str]]:
    definitions = schema.get("$defs") or schema.get("definitions") or {}
    properties = schema.get("properties", {})
    fields = {name: form_fields.field(name, dict(one), definitions) for name, one in properties.items()}
    return fields, [str(name) for name in schema.get("required", ())]


def _of_choices(given: Any, *, many: bool) -> Form:
    if not given:
        raise ValueError("An elicitation needs something to choose from: the response type is empty")
    if isinstance(given, Mapping):
        titles = {str(value): _title(value, about) for value, about in given.items()}
        options: Schema = {"oneOf": [{"const": value, "title": title} for value, title in titles.items()]}
        values = list(titles)
    else:
        if not all(isinstance(value, str) for value in given):
            raise TypeError(f"A list to choose from holds text, not {_first_other(given)}")
        values = list(given)
        options = {"enum": values}
    schema = {"type": "array", "items": options} if many else options
    field = form_fields.field(VALUE, schema, {})

    def read(content: Any) -> Any:
        chosen = content.get(VALUE)
        wrong = [one for one in chosen if one not in values] if many and isinstance(chosen, list) else None
        if (wrong if many and wrong is not None else many or chosen not in values) or wrong:
            raise InvalidAnswer([(VALUE, "is required" if chosen is None else f"must be {_listed(values, many)}")])
        return chosen

    return Form({VALUE: field}, [VALUE], read, is_single=True)


def _title(value: Any, about: Any) -> str:
    if isinstance(about, str):
        return about
    return str(about.get("title", value)) if isinstance(about, Mapping) else str(value)


def _first_other(given: Any) -> str:
    return next(type(value).__name__ for value in given if not isinstance(value, str))


def _listed(values: list[str], many: bool) -> str:
    return ("some of " if many else "one of ") + ", ".join(map(repr, values))


def _meant(field: Field | None, value: Any) -> Any:
    """What a choice stands for that was offered as text."""
    if field is None or field.chosen is None:
        return value
    if isinstance(value, list):
        return [field.chosen.get(one, one) if isinstance(one, str) else one for one in value]
    return field.chosen.get(value, value) if isinstance(value, str) else value
