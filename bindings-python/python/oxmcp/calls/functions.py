"""What stands behind a registration: its name, whether it is asynchronous, and the call that reaches it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import _native
from ..arguments.awaitables import awaits as awaits_what_it_returns
from . import awaitables
from .context import Context, context_of

if TYPE_CHECKING:
    from ..arguments.parameters import ParameterPlan
    from .owner import Owner


def name_of(function: Callable[..., Any]) -> str:
    """The name a function goes by: its own, that of the function a partial wraps, or that of a callable object's class.

    Raises:
        ValueError: it has none (a lambda).
    """
    inner = function
    while isinstance(inner, functools.partial):
        inner = inner.func
    name = getattr(inner, "__name__", None) or type(inner).__name__
    if name == "<lambda>":
        raise ValueError("A lambda has no name: give one with name=…")
    return str(name)


def plain_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function whose kind (plain, coroutine, generator) decides how the callable is run."""
    while isinstance(function, functools.partial):
        function = function.func
    if not (inspect.isroutine(function) or inspect.isclass(function)):
        function = function.__call__  # type: ignore[operator]
    return function


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling it gives something to await."""
    return inspect.iscoroutinefunction(plain_function(function))


def gathered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function in the form the engine calls: a generator's results gathered into a list, and a plain wrapper
    around a coroutine function made one itself."""
    inner = plain_function(function)
    if inspect.isasyncgenfunction(inner):

        @functools.wraps(function)
        async def gather_async(**arguments: Any) -> list[Any]:
            return [item async for item in function(**arguments)]

        return gather_async
    if inspect.isgeneratorfunction(inner):

        @functools.wraps(function)
        def gather(**arguments: Any) -> list[Any]:
            return list(function(**arguments))

        return gather
    behind = (inspect.unwrap(inner), inspect.unwrap(function))
    if not inspect.iscoroutinefunction(inner) and any(map(inspect.iscoroutinefunction, behind)):
        return awaitables.awaited(function)
    return function


def on_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function as a coroutine function, so that it runs on the event loop's thread."""
    if is_async(function):
        return function

    return awaitables.awaited(function)


def target(
    plan: ParameterPlan,
    server: Owner | None,
    *,
    result: Callable[[_native.Call, Any], None],
    error: Callable[[_native.Call, BaseException], None],
    plain_text: bool = False,
    structured_text: bool = False,
    natural: bool = True,
    in_thread: bool = True,
    method: str = "tools/call",
) -> _native.Target:
    """The engine's way to a function.

    Args:
        plan: The function, and how a call's arguments become its parameters.
        server: The server it belongs to, for its Context.
        result: Completes the call with what the function returned.
        error: Answers the call with what was raised.
        plain_text: Whether a returned `str` is the whole answer, as content.
        structured_text: Whether it is the whole answer, as content and as structured content.
        natural: Whether arguments arrive with the JSON types the schema names; False where they are all text.
        in_thread: Whether a plain function runs on a worker thread; False runs it on the event loop's.
        method: The method that reaches it, which says what middleware stands around it.
    """
    called = gathered(plan.function)
    awaits = awaits_what_it_returns(plan.returns)
    if not in_thread or awaits == "always":
        called = on_loop(called)
    if plan.resolved:
        from .asking import resolvers

        called = resolvers.supplied(called, is_async(called), plan)
    if plan.dependencies:
        from . import supplying

        injected = plan.dependencies
        if server is not None and server.dependency_overrides:
            injected = supplying.overridden(injected, server.dependency_overrides)
        called = supplying.supplied(called, is_async(called), injected, awaits == "maybe")
    if server is not None and server.middleware:
        from .middleware import targets

        handling = targets.Handling(called, plan.bind, plan.context_names, is_async(called), result, error)
        server.middleware.behind[method, plan.name] = handling
        if around := server.middleware.around(method):
            return targets.target(around, handling, server)
    if awaits == "maybe" and not is_async(called):
        result = awaitables.awaiting(result, error)
    bind: Callable[[_native.Call], dict[str, Any]] | None
    validate = None
    if plan.context_names:
        bind = binder_with_context(plan, server)
    elif plan.native and natural:
        bind = None
    else:
        bind = plan.bind
        validate = plan.at_once if natural else None
    return _native.Target(
        called,
        is_async=is_async(called),
        bind=bind,
        validate=validate,
        refused=None if validate is None else plan.refused,
        names=plan.names,
        floats=plan.floats,
        ints=plan.ints,
        result=result,
        error=error,
        plain_text=plain_text,
        structured_text=structured_text,
    )


def binder_with_context(plan: ParameterPlan, server: Owner | None) -> Callable[[_native.Call], dict[str, Any]]:
    """A binder which also fills the parameters that ask for the Context."""
    names = plan.context_names

    def bind(call: _native.Call) -> dict[str, Any]:
        context: Context[Any, Any, Any] = context_of(call, server)
        return plan.bind(call, **dict.fromkeys(names, context))

    return bind


def takes_argument(function: Callable[..., Any]) -> bool:
    """Whether a function must be given something by position."""
    return any(
        parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        for parameter in inspect.signature(function).parameters.values()
    )
