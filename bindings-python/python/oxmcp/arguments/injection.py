"""Which parameters somebody else supplies: the Context, and dependencies. No caller sees or sets them."""

from __future__ import annotations

import copy
import functools
import inspect
import typing
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import InvalidDescriptorError
from . import defaults, schemas, signatures
from .signatures import Parameter, UnresolvedContext

if TYPE_CHECKING:
    from types import TracebackType


class ContextMark:
    """What makes a class a Context: a parameter annotated with it is given the call's own."""

    __slots__ = ()


class Dependency:
    """A value for a parameter that no caller gives: `def tool(db: Db = Connected("main"))`, where `Connected` derives from this
    class. Each call enters it (`__aenter__` gives the value) and leaves it (`__aexit__`) when it is over."""

    async def __aenter__(self) -> Any:
        """The value."""
        raise NotImplementedError(f"{type(self).__name__} has no __aenter__")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Releases it."""
        return None


class Provided(Dependency):
    """The mark on a parameter that says which function fills it."""

    __slots__ = (
        "asynchronous",
        "awaited",
        "context_names",
        "defaults",
        "function",
        "given",
        "injected",
        "is_context",
        "key",
        "provider",
        "run_in_thread",
    )

    def __init__(
        self,
        function: Callable[..., Any],
        use_cache: bool = True,
        is_context: bool = False,
        run_in_thread: bool | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.provider = function
        self.function = _managed(function)
        self.given: dict[str, Any] = {}
        self.injected: dict[str, Provided] = find(function)
        for name, value in (given or {}).items():
            self.injected.pop(name, None)
            if isinstance(value, Dependency):
                self.injected[name] = provided(value)
            else:
                self.given[name] = value
        self.key: object = object() if given or not use_cache else function
        self.context_names = context_names(function) if _parameters(function) else ()
        self.is_context = is_context
        self.run_in_thread = run_in_thread
        self.defaults: dict[str, Any] = defaults.changeable(
            (one for one in _parameters(function) if one.kind is not signatures.POSITIONAL_ONLY),
            signatures.name_of(function),
        )
        self.awaited = _is_awaited(self.function)
        self.asynchronous: bool = self.awaited or any(one.asynchronous for one in self.injected.values())

    def with_injected(self, injected: dict[str, Provided]) -> Provided:
        """The same, filled from other dependencies."""
        other = copy.copy(self)
        other.injected = injected
        other.asynchronous = self.awaited or any(one.asynchronous for one in injected.values())
        return other


def provided(mark: Dependency) -> Provided:
    """The mark for a dependency, which may be an object that is entered itself."""
    if isinstance(mark, Provided):
        return mark

    async def enter() -> AsyncIterator[Any]:
        async with mark as value:
            yield value

    found = Provided(enter)
    found.key = mark
    return found


class Resolve:
    """The mark in `Annotated[T, Resolve(function)]`: the parameter is filled by running `function`, which may ask the client."""

    __slots__ = ("fn",)

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn


def resolver(annotation: Any) -> Resolve | None:
    """The resolver that fills a parameter of this annotation."""
    marks = getattr(annotation, "__metadata__", ())
    return next((mark for mark in marks if isinstance(mark, Resolve)), None)


def reach_context(dependencies: Iterable[Provided]) -> bool:
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


def dependency(parameter: Parameter) -> Provided | None:
    """The dependency that fills a parameter, by its default value or in `Annotated`."""
    marks = (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
    return next((provided(mark) for mark in marks if isinstance(mark, Dependency)), None)


def find(function: Callable[..., Any]) -> dict[str, Provided]:
    """The parameters of `function` that are filled from dependencies: by default value or in `Annotated`."""
    return {parameter.name: mark for parameter in _parameters(function) if (mark := dependency(parameter)) is not None}


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    try:
        return signatures.read(function).parameters
    except InvalidDescriptorError:  # a built-in, which has no dependencies
        return ()


def _managed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A generator function as the context manager it stands for; anything else as it is."""
    inner = _called(function)
    if inspect.isasyncgenfunction(inner):
        return asynccontextmanager(function)
    if inspect.isgeneratorfunction(inner):
        return contextmanager(function)
    return function


def _is_awaited(function: Callable[..., Any]) -> bool:
    """Whether what it gives has to be awaited, or entered on an event loop."""
    inner = _called(inspect.unwrap(function))
    if inspect.isclass(inner):
        return hasattr(inner, "__aenter__") and not hasattr(inner, "__enter__")
    return inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner)


def _called(function: Callable[..., Any]) -> Any:
    """What runs when it is called: the function of a partial, the `__call__` of an object."""
    while isinstance(function, functools.partial):
        function = function.func
    return function if inspect.isroutine(function) or inspect.isclass(function) else type(function).__call__
