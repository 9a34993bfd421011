"""Classes that no validation library knows, as the objects their annotations say they are.

    class User:
        name: str
        age: int = 0

        def __init__(self, name: str) -> None: ...

A function that returns one promises an object with `name` and `age`, and sends the attributes of what it returns. A class
whose objects hold others of it (`parent: "Node | None"`) is described by a reference to itself; an object that holds itself is
refused.
"""

from __future__ import annotations

import inspect
import threading
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Any

import typing_extensions
from pydantic import BeforeValidator, Field, WrapValidator
from pydantic_core import PydanticCustomError

from ...answers.encoders import is_known
from .. import signatures

_typed_dict: Any = typing_extensions.TypedDict
_annotated_with: Any = Annotated


def described(annotation: Any, made: dict[type, Any] | None = None) -> Any:
    """The same type, with classes of annotated attributes replaced by what describes their objects.

    `made` has those that are described already, or are about to be.
    """
    made = {} if made is None else made
    if isinstance(annotation, type) and not typing.get_origin(annotation):
        if annotation not in made:
            fields = attributes(annotation)
            made[annotation] = _object(annotation, fields, made) if fields else annotation
        return made[annotation]
    arguments = typing.get_args(annotation)
    if not arguments or typing.get_origin(annotation) is typing.Literal:
        return annotation
    replaced = tuple(
        [described(one, made) for one in argument] if isinstance(argument, list) else described(argument, made)
        for argument in arguments
    )
    if replaced == arguments:
        return annotation
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        parts = (replaced[0], *annotation.__metadata__)
        return _annotated_with[parts]
    if hasattr(annotation, "copy_with"):
        return annotation.copy_with(replaced)
    return typing.Union[replaced] if origin is types.UnionType else origin[replaced]


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


def _object(kind: type, fields: dict[str, Any], made: dict[type, Any]) -> Any:
    # Its keys come first, what they hold after: that may be the class itself.
    shape = _typed_dict(kind.__name__, dict.fromkeys(fields, Any))
    shape.__doc__ = kind.__doc__
    read = _reader(kind, tuple(fields))
    whole = made[kind] = Annotated[
        shape, WrapValidator(_guarded(read)) if _holds_itself(kind) else BeforeValidator(read)
    ]
    members = {}
    for name, hint in fields.items():
        default = inspect.getattr_static(kind, name, inspect.Parameter.empty)
        hint = described(hint, made)
        given = default is not inspect.Parameter.empty and not inspect.isdatadescriptor(default)
        members[name] = Annotated[hint, Field(default=default)] if given else hint
    shape.__annotations__ = members
    return whole


def _holds_itself(kind: type) -> bool:
    """Whether objects of a class may hold others of it, directly or inside of others."""
    seen: set[type] = set()
    waiting = [kind]
    while waiting:
        for held in _classes(attributes(waiting.pop()).values()):
            if held is kind:
                return True
            if held not in seen:
                seen.add(held)
                waiting.append(held)
    return False


def _classes(annotations: Iterable[Any]) -> Iterator[type]:
    for annotation in annotations:
        if isinstance(annotation, type) and not typing.get_origin(annotation):
            yield annotation
        elif isinstance(annotation, (list, tuple)):
            yield from _classes(annotation)
        else:
            yield from _classes(typing.get_args(annotation))


_DATA = (Mapping, Iterable, str, bytes, int, float, type(None))

Read = Callable[[Any], Any]


def _reader(kind: type, names: tuple[str, ...]) -> Read:
    def read(value: Any) -> Any:
        if isinstance(value, _DATA) and not isinstance(value, kind):
            return value
        return {name: getattr(value, name) for name in names if hasattr(value, name)} or value

    return read


DEEPEST = 100
"""How many objects may be inside one another, as in `answers.encoding`."""


class _Above(threading.local):
    """The objects being read that hold the one that comes next."""

    def __init__(self) -> None:
        self.objects: list[int] = []


_above = _Above()


def _guarded(read: Read) -> Callable[[Any, Read], Any]:
    """Reads objects that may hold others of their class; refuses those that have no end."""

    def enter(value: Any, validate: Read) -> Any:
        above = _above.objects
        if id(value) in above:
            raise PydanticCustomError("contains_itself", "the value contains itself")
        if len(above) >= DEEPEST:
            raise PydanticCustomError("too_deep", "nested too deeply")
        above.append(id(value))
        try:
            return validate(read(value))
        finally:
            above.pop()

    return enter
