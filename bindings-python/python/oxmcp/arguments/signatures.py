"""What a callable takes and gives back, annotations resolved: functions, methods, partials, callable objects."""

from __future__ import annotations

import builtins
import contextlib
import functools
import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import InvalidDescriptorError

EMPTY: Any = inspect.Parameter.empty
POSITIONAL_ONLY = inspect.Parameter.POSITIONAL_ONLY
VAR_POSITIONAL = inspect.Parameter.VAR_POSITIONAL
VAR_KEYWORD = inspect.Parameter.VAR_KEYWORD

_CONTEXT_TEXT = re.compile(
    r"""^["']?(?:(?:typing\.)?Optional\[)?(?:\w+\.)*Context(?:\[[^|]*\])?\]?(?:\s*\|\s*None)?["']?$"""
)


class UnresolvedContext:
    """Stands for an annotation that says Context but whose name exists only while types are checked."""


class Unresolved:
    """Stands for an annotation that names what does not exist at run time. A problem only where the type is needed."""

    def __init__(self, problem: str) -> None:
        """Takes the sentence to refuse it with."""
        self.problem = problem


class Parameter(NamedTuple):
    """One parameter with its annotation resolved."""

    name: str
    kind: Any
    annotation: Any
    """EMPTY when there is none, Unresolved when it cannot be; otherwise a type, the extras of `Annotated` kept."""
    default: Any
    """EMPTY when there is none."""


class Signature(NamedTuple):
    """A callable taken apart."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: Any
    """The resolved return annotation; EMPTY when there is none, Unresolved when it cannot be."""
    doc: str | None
    raw: inspect.Signature
    """With the annotations as they are written, and with what a partial has settled by keyword."""


def read(function: Callable[..., Any]) -> Signature:
    """Takes a callable apart.

    Parameters that a `functools.partial` has settled, by position or by keyword, are not among the parameters: what the
    author bound is not the caller's to see or to change.

    Raises InvalidDescriptorError when it cannot be called, or when its signature is hidden.
    """
    name = name_of(function)
    if isinstance(function, classmethod) or not callable(function):
        hint = ": put the decorator under @classmethod, or register the bound method"
        raise InvalidDescriptorError(f"{name} cannot be called{hint if isinstance(function, classmethod) else ''}")
    try:
        signature = _signature(function)
    except (TypeError, ValueError) as error:
        raise InvalidDescriptorError(f"{name}: its parameters cannot be read ({error})") from error
    scope = _Scope(innermost(function))
    settled = _settled_keywords(function)
    parameters = tuple(
        Parameter(
            parameter.name,
            parameter.kind,
            scope.resolve(parameter.annotation, f"{name}: parameter {parameter.name!r}"),
            parameter.default,
        )
        for parameter in signature.parameters.values()
        if parameter.name not in settled
    )
    returns = EMPTY if inspect.isclass(function) else scope.resolve(signature.return_annotation, f"{name}: the result")
    return Signature(name, parameters, returns, _doc(function), signature)


def name_of(function: Any) -> str:
    """The name people know a callable by."""
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__name__", None) or type(function).__name__)


def innermost(function: Any) -> Any:
    """The plain function behind partials, methods, callable objects and decorators that keep `__wrapped__`."""
    for _ in range(100):  # a chain of wrappers is short, unless it is a ring
        if isinstance(function, (functools.partial, functools.partialmethod)):
            function = function.func
        elif isinstance(function, (types.MethodType, staticmethod, classmethod)):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif inspect.isclass(function):
            return function.__init__
        elif not inspect.isroutine(function) and callable(function):
            function = type(function).__call__
        else:
            break
    return function


def by_keyword(function: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    """The same function, which has this signature, callable with keywords only: what it takes by position is put in place.

    A function that keywords already reach is returned as it is. `*names` is filled from a list under `names`.
    """
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    if POSITIONAL_ONLY not in kinds and VAR_POSITIONAL not in kinds:
        return function
    spread = VAR_POSITIONAL in kinds
    ordered = [
        parameter
        for parameter in signature.parameters.values()
        if parameter.kind is POSITIONAL_ONLY or (spread and parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    rest = next((name for name, parameter in signature.parameters.items() if parameter.kind is VAR_POSITIONAL), None)

    def call(**keywords: Any) -> Any:
        positional = []
        for parameter in ordered:
            value = keywords.pop(parameter.name, parameter.default)
            if value is EMPTY:
                raise TypeError(f"missing argument: {parameter.name}")
            positional.append(value)
        if rest is not None:
            positional += keywords.pop(rest, ())
        return function(*positional, **keywords)

    inner = innermost(function)
    if inspect.iscoroutinefunction(inner):

        async def call_async(**keywords: Any) -> Any:
            return await call(**keywords)

        return _named(call_async, function)
    if inspect.isasyncgenfunction(inner):

        async def iterate_async(**keywords: Any) -> Any:
            async for item in call(**keywords):
                yield item

        return _named(iterate_async, function)
    return _named(call, function)


def _named(call: Callable[..., Any], function: Any) -> Callable[..., Any]:
    call.__name__ = name_of(function)
    call.__doc__ = _doc(function)
    return call


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    if sys.version_info >= (3, 14):
        import annotationlib

        return inspect.signature(function, annotation_format=annotationlib.Format.FORWARDREF)
    return inspect.signature(function)


def _settled_keywords(function: Any) -> frozenset[str]:
    names: set[str] = set()
    while isinstance(function, functools.partial):
        names.update(function.keywords)
        function = function.func
    return frozenset(names)


def _doc(function: Any) -> str | None:
    while isinstance(function, functools.partial):
        function = function.func
    if not inspect.isroutine(function) and not inspect.isclass(function):
        own = getattr(type(function).__call__, "__doc__", None)
        return own or inspect.getdoc(type(function))
    return inspect.getdoc(function)


class _Scope:
    """Where the names in a function's annotations are looked up."""

    def __init__(self, function: Any) -> None:
        self.globals: dict[str, Any] = getattr(function, "__globals__", {})
        self.locals: dict[str, Any] = {}
        for parameter in getattr(function, "__type_params__", ()):
            self.locals[parameter.__name__] = parameter
        code, closure = (getattr(function, "__code__", None), getattr(function, "__closure__", None))
        for name, cell in zip(getattr(code, "co_freevars", ()), closure or ()):
            with contextlib.suppress(ValueError):  # not yet assigned
                self.locals[name] = cell.cell_contents

    def resolve(self, annotation: Any, place: str) -> Any:
        if annotation is EMPTY or _is_class(annotation):
            return annotation
        if isinstance(annotation, str) and _is_class(found := self._named(annotation)):
            return found  # most are; what follows takes thirty times as long
        try:
            return self._evaluate(annotation, self.locals)
        except NameError as error:
            missing = error
        except Exception as error:
            return Unresolved(f"{place}: {annotation!r} is not a type ({error})")
        # The name may belong to a function that is still running: a type declared beside a nested tool.
        for names in _callers(self.globals):
            try:
                return self._evaluate(annotation, {**names, **self.locals})
            except NameError:
                continue
        text = getattr(annotation, "__forward_arg__", annotation)
        if isinstance(text, str) and _CONTEXT_TEXT.match(text.strip()):
            return UnresolvedContext  # imported under TYPE_CHECKING only
        return Unresolved(f"{place}: {annotation!r} cannot be resolved ({missing})")

    def _named(self, name: str) -> Any:
        """What a name alone stands for, if it is one that is known."""
        for names in (self.locals, self.globals, vars(builtins)):
            if name in names:
                return names[name]
        return None

    def _evaluate(self, annotation: Any, names: Mapping[str, Any]) -> Any:
        holder = types.SimpleNamespace(__annotations__={"it": annotation})
        return typing.get_type_hints(holder, self.globals, dict(names), include_extras=True)["it"]


def _is_class(annotation: Any) -> bool:
    """Whether it is a class, and not one of what."""
    return isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias)


def running_locals() -> dict[str, Any]:
    """The local names of all running functions that are not ours; the nearest wins."""
    names: dict[str, Any] = {}
    frames = []
    caller: types.FrameType | None = sys._getframe(1)
    while caller is not None:
        if caller.f_globals.get("__name__", "").partition(".")[0] != __name__.partition(".")[0]:
            frames.append(caller)
        caller = caller.f_back
    for frame in reversed(frames):
        if frame.f_locals is not frame.f_globals:
            names.update(frame.f_locals)
    return names


def _callers(module: dict[str, Any]) -> list[Mapping[str, Any]]:
    """The local names of the running functions of a module, nearest first."""
    found: list[Mapping[str, Any]] = []
    frame = sys._getframe(1)
    caller: types.FrameType | None = frame
    while caller is not None:
        if caller.f_globals is module and caller.f_locals is not module:
            found.append(caller.f_locals)
        caller = caller.f_back
    return found
