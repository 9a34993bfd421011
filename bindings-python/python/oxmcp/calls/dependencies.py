"""Values a handler needs that no caller may give: connections, settings, the current user."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from .. import _native
from ..arguments import defaults
from ..arguments.injection import Dependency
from ..engine.threads import in_worker
from .context import get_context
from .http_request import request_with

__all__ = [
    "CurrentContext",
    "CurrentFastMCP",
    "CurrentHeaders",
    "CurrentRequest",
    "Dependency",
    "Depends",
    "get_context",
    "get_http_headers",
    "get_http_request",
    "get_server",
]


def Depends(dependency: Callable[..., Any], *, use_cache: bool = True) -> Any:
    """Fills a parameter with what `dependency` returns: `def tool(db: Db = Depends(get_db))`.

    Args:
        dependency: A plain or async function, a generator function or a context manager factory, whose exit then runs
            when the call is over. Its own parameters may have dependencies.
        use_cache: Whether parameters with the same dependency share one value per call.
    """
    return Dependency(dependency, use_cache)


def CurrentContext() -> Any:
    """Fills a parameter with the call's Context: `def tool(ctx: Context = CurrentContext())`."""
    return Dependency(get_context, is_context=True)


def CurrentFastMCP() -> Any:
    """Fills a parameter with the server: `def tool(server: FastMCP = CurrentFastMCP())`."""
    return Dependency(get_server)


def CurrentHeaders() -> Any:
    """Fills a parameter with the HTTP headers of the call, by lower-case name."""
    return Dependency(get_http_headers)


def CurrentRequest() -> Any:
    """Fills a parameter with the HTTP request of the call."""
    return Dependency(get_http_request)


def get_server() -> Any:
    """The server of the call in flight.

    Raises:
        RuntimeError: no call is in flight here.
    """
    return get_context().server


def get_http_request() -> Any:
    """The HTTP request of the call in flight: Starlette's own where an ASGI application received it, with what its middleware
    put there; otherwise an object with its `headers`.

    Raises:
        RuntimeError: there is none: no call is in flight here, or it came another way.
    """
    call = _native.current_call.get(None)
    headers = None if call is None else call.headers
    if headers is None:
        raise RuntimeError("No HTTP request is in flight here")
    return request_with(headers)


def get_http_headers(include_all: bool = True, include: set[str] | None = None) -> dict[str, str]:
    """The HTTP headers of the call in flight, by lower-case name; empty on other transports and outside a call. They are all
    there, credentials included, whatever `include_all` and `include` say, which are accepted for code that gives them: choose
    what to hand on to other services."""
    call = _native.current_call.get(None)
    return {} if call is None else dict(call.headers or {})


def supplied(
    function: Callable[..., Any], asynchronous: bool, injected: Mapping[str, Dependency], may_be_awaited: bool = False
) -> Callable[..., Any]:
    """`function` with its dependencies filled in on every call, and released after it.

    The result is a coroutine function when `function` or any dependency is; a plain `function` then runs on a worker thread.
    Where what a plain one returns `may_be_awaited`, they are released after that.
    """
    if asynchronous or any(dependency.asynchronous for dependency in injected.values()):

        @functools.wraps(function)
        async def call_async(**arguments: Any) -> Any:
            async with AsyncExitStack() as stack:
                arguments.update(await _resolve_async(injected, stack, {}))
                value = await (function(**arguments) if asynchronous else in_worker(function, **arguments))
                return await value if inspect.isawaitable(value) else value

        return call_async

    @functools.wraps(function)
    def call(**arguments: Any) -> Any:
        with ExitStack() as stack:
            arguments.update(_resolve(injected, stack, {}))
            value = function(**arguments)
            if may_be_awaited and inspect.isawaitable(value):
                return _released_after(value, stack.pop_all())
            return value

    return call


async def _released_after(value: Awaitable[Any], stack: ExitStack) -> Any:
    with stack:
        return await value


def _resolve(injected: Mapping[str, Dependency], stack: ExitStack, known: dict[Any, Any]) -> dict[str, Any]:
    values = {}
    for name, dependency in injected.items():
        if dependency.key in known:
            values[name] = known[dependency.key]
            continue
        value = dependency.function(**_own(dependency), **_resolve(dependency.injected, stack, known))
        if _made_here(value):
            value = stack.enter_context(value)
        values[name] = known[dependency.key] = value
    return values


async def _resolve_async(
    injected: Mapping[str, Dependency], stack: AsyncExitStack, known: dict[Any, Any]
) -> dict[str, Any]:
    values = {}
    for name, dependency in injected.items():
        if dependency.key in known:
            values[name] = known[dependency.key]
            continue
        below = await _resolve_async(dependency.injected, stack, known)
        value = dependency.function(**_own(dependency), **below)
        if inspect.isawaitable(value):
            value = await value
        if _made_here(value):
            value = (
                await stack.enter_async_context(value) if hasattr(value, "__aenter__") else stack.enter_context(value)
            )
        values[name] = known[dependency.key] = value
    return values


def _own(dependency: Dependency) -> dict[str, Any]:
    """What a dependency's function gets besides what is injected into it."""
    own = defaults.copied(dependency.defaults) if dependency.defaults else {}
    own.update((name, get_context()) for name in dependency.context_names)
    return own


def _made_here(value: Any) -> bool:
    """Whether a value is a context manager to enter, not an object that merely can be one (a file, a lock, a session)."""
    return type(value).__module__ == "contextlib" and (hasattr(value, "__enter__") or hasattr(value, "__aenter__"))
