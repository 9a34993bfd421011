"""Return annotations that say, or do not rule out, that a function returns something to await."""

from __future__ import annotations

import typing
from collections import abc
from typing import Any, Literal

from .schemas import UNIONS
from .signatures import EMPTY, Unresolved


def awaits(annotation: Any) -> Literal["always", "maybe", "never"]:
    """Whether what a function with this return annotation returns has to be awaited."""
    if annotation in (EMPTY, Any, object) or isinstance(annotation, (Unresolved, typing.TypeVar)):
        return "maybe"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return awaits(arguments[0])
    if origin in UNIONS:
        members = {awaits(member) for member in arguments}
        return members.pop() if len(members) == 1 else "maybe"
    return "always" if _is_awaitable(origin or annotation) else "never"


def settled(annotation: Any) -> Any:
    """The type of what is there after awaiting what has to be."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in UNIONS:
        union: Any = typing.Union
        return union[tuple(settled(member) for member in arguments)]
    if _is_awaitable(origin or annotation):
        return settled(arguments[-1]) if arguments else Any
    return annotation


def _is_awaitable(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, abc.Awaitable)
