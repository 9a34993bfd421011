"""Which parameters somebody else supplies: the Context, and dependencies. No caller sees or sets them."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from ..errors import InvalidDescriptorError
from . import defaults, schemas, signatures
from .signatures import Parameter, UnresolvedContext


class ContextMark:
    """What makes a class a Context: a parameter annotated with it is given the call's own."""

    __slots__ = ()


class Dependency:
    """The mark on a parameter that says which function fills it."""

    __slots__ = ("asynchronous", "context_names", "defaults", "function", "injected", "is_context", "key")

    def __init__(self, function: Callable[..., Any], use_cache: bool = True, is_context: bool = False) -> None:
        self.function = _managed(function)
        self.key: object = function if use_cache else object()
        self.context_names = context_names(function) if _parameters(function) else ()
        self.injected: dict[str, Dependency] = find(function)
        self.is_context = is_context
        self.defaults: dict[str, Any] = defaults.changeable(
            (one for one in _parameters(function) if one.kind is not signatures.POSITIONAL_ONLY),
            signatures.name_of(function),
        )
        inner = inspect.unwrap(self.function)
        self.asynchronous: bool = (
            inspect.iscoroutinefunction(inner)
            or inspect.isasyncgenfunction(inner)
            or any(dependency.asynchronous for dependency in self.injected.values())
        )


class Resolve:
    """The mark in `Annotated[T, Resolve(function)]`: the parameter is filled by running `function`, which may ask the client."""

    __slots__ = ("fn",)

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn


def resolver(annotation: Any) -> Resolve | None:
    """The resolver that fills a parameter of this annotation."""
    marks = getattr(annotation, "__metadata__", ())
    return next((mark for mark in marks if isinstance(mark, Resolve)), None)


def reach_context(dependencies: Iterable[Dependency]) -> bool:
    """Whether any of them, or of those below, is or is given the Context."""
    return any(one.is_context or one.context_names or reach_context(one.injected.values()) for one in dependencies)


def context_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters of a function that are annotated as Context, in any of the ways people write that."""
    return tuple(
        parameter.name for parameter in signatures.read(function).parameters if is_context(parameter.annotation)
    )


def is_context(annotation: Any) -> bool:
    """Whether an annotation says Context, in any of the ways people write that."""
    if annotation is UnresolvedContext:
        return True
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return is_context(annotation.__origin__)
    if origin in schemas.UNIONS:
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        return len(members) == 1 and is_context(members[0])
    found = origin or annotation
    return isinstance(found, type) and issubclass(found, ContextMark)


def dependency(parameter: Parameter) -> Dependency | None:
    """The dependency that fills a parameter, by its default value or in `Annotated`."""
    marks = (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
    return next((mark for mark in marks if isinstance(mark, Dependency)), None)


def find(function: Callable[..., Any]) -> dict[str, Dependency]:
    """The parameters of `function` that are filled from dependencies: by default value or in `Annotated`."""
    return {parameter.name: mark for parameter in _parameters(function) if (mark := dependency(parameter)) is not None}


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    try:
        return signatures.read(function).parameters
    except InvalidDescriptorError:  # a built-in, which has no dependencies
        return ()


def _managed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A generator function as the context manager it stands for; anything else as it is."""
    if inspect.isasyncgenfunction(function):
        return asynccontextmanager(function)
    if inspect.isgeneratorfunction(function):
        return contextmanager(function)
    return function
