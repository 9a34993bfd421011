"""What a return annotation promises: structured content of some type, or nothing, so that the value decides."""

from __future__ import annotations

import typing
from collections import abc
from typing import Any

from . import content, schemas
from .signatures import EMPTY

_GENERATORS = {abc.Iterator, abc.Generator, abc.AsyncIterator, abc.AsyncGenerator, abc.AsyncIterable}
_BARE = {list, tuple, abc.Sequence, abc.Iterable, abc.Collection}


def promised(annotation: Any) -> Any:
    """The type that structured content is promised to have; EMPTY when nothing is promised and the value decides."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in (EMPTY, Any, object, None, type(None)):
        return EMPTY
    if origin is typing.Annotated:
        if _is_whole_result(arguments[0]):  # Annotated[CallToolResult, Model] promises Model
            models = [item for item in arguments[1:] if isinstance(item, type) or typing.get_origin(item)]
            return promised(models[0]) if models else EMPTY
        return EMPTY if promised(arguments[0]) is EMPTY else annotation
    if origin in (abc.Awaitable, abc.Coroutine):
        return promised(arguments[-1])
    if origin in _GENERATORS:
        item = arguments[0]
        return EMPTY if _holds_anything(item) else list[item]  # type: ignore[valid-type]
    if annotation in _GENERATORS or annotation in _BARE:
        return EMPTY
    if origin in _BARE and all(argument in (Any, object, Ellipsis) for argument in arguments):
        return EMPTY  # may hold content
    return EMPTY if _mentions_content(annotation) else annotation


def _holds_anything(item: Any) -> bool:
    return item in (Any, object) or _mentions_content(item)


def _mentions_content(annotation: Any) -> bool:
    if _is_whole_result(annotation) or content.is_content_class(annotation):
        return True
    if typing.get_origin(annotation) is typing.Literal:
        return False
    if type(annotation).__name__ == "TypeAliasType":
        try:
            return _mentions_content(annotation.__value__)
        except RecursionError:
            return False
    return any(_mentions_content(argument) for argument in typing.get_args(annotation) if argument is not Ellipsis)


def _is_whole_result(annotation: Any) -> bool:
    return isinstance(annotation, type) and any(
        base.__name__ in ("CallToolResult", "ToolResult") for base in annotation.__mro__
    )


def is_text(annotation: Any) -> bool:
    """Whether every value is text, bytes or None: what content says as well by itself."""
    if typing.get_origin(annotation) is typing.Annotated:
        return is_text(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in schemas.UNIONS:
        return all(is_text(member) for member in typing.get_args(annotation))
    return annotation in (str, bytes, bytearray, memoryview, type(None), typing.AnyStr)
