"""Classes that no validation library knows, as the objects their annotations say they are.

    class User:
        name: str
        age: int = 0

        def __init__(self, name: str) -> None: ...

A function that returns one promises an object with `name` and `age`, and sends the attributes of what it returns.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import typing_extensions
from pydantic import BeforeValidator, Field

from ..answers.encoders import is_known
from . import signatures

_typed_dict: Any = typing_extensions.TypedDict
_annotated_with: Any = Annotated


def described(annotation: Any, above: tuple[Any, ...] = ()) -> Any:
    """The same type, with classes of annotated attributes replaced by what describes their objects."""
    if isinstance(annotation, type) and not typing.get_origin(annotation):
        fields = {} if annotation in above else attributes(annotation)
        return _object(annotation, fields, (*above, annotation)) if fields else annotation
    arguments = typing.get_args(annotation)
    if not arguments or typing.get_origin(annotation) is typing.Literal:
        return annotation
    made = tuple(
        [described(one, above) for one in argument] if isinstance(argument, list) else described(argument, above)
        for argument in arguments
    )
    if made == arguments:
        return annotation
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        parts = (made[0], *annotation.__metadata__)
        return _annotated_with[parts]
    if hasattr(annotation, "copy_with"):
        return annotation.copy_with(made)
    return typing.Union[made] if origin is types.UnionType else origin[made]


def attributes(kind: type) -> dict[str, Any]:
    """The annotated public attributes of a class and their types; none when something else knows its values."""
    if is_known(kind) or kind.__module__ in ("builtins", "typing"):
        return {}
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except NameError:
        try:
            hints = typing.get_type_hints(kind, localns=signatures.running_locals(), include_extras=True)
        except Exception:
            return {}
    except Exception:
        return {}
    return {
        name: hint
        for name, hint in hints.items()
        if not name.startswith("_") and typing.ClassVar not in (hint, typing.get_origin(hint))
    }


def _object(kind: type, fields: dict[str, Any], above: tuple[Any, ...]) -> Any:
    members = {}
    for name, hint in fields.items():
        default = inspect.getattr_static(kind, name, inspect.Parameter.empty)
        hint = described(hint, above)
        given = default is not inspect.Parameter.empty and not inspect.isdatadescriptor(default)
        members[name] = Annotated[hint, Field(default=default)] if given else hint
    shape = _typed_dict(kind.__name__, members)
    shape.__doc__ = kind.__doc__
    return Annotated[shape, BeforeValidator(_reader(kind, tuple(fields)))]


_DATA = (Mapping, Iterable, str, bytes, int, float, type(None))


def _reader(kind: type, names: tuple[str, ...]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, _DATA) and not isinstance(value, kind):
            return value
        return {name: getattr(value, name) for name in names if hasattr(value, name)} or value

    return read
