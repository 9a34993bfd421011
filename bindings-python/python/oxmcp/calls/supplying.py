"""How the dependencies of a function are filled in on every call, and released after it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from ..arguments import defaults
from ..arguments.injection import Provided
from ..engine.threads import in_worker
from .context import get_context


def supplied(
    function: Callable[..., Any], asynchronous: bool, injected: Mapping[str, Provided], may_be_awaited: bool = False
) -> Callable[..., Any]:
    """`function` with its dependencies filled in on every call, and released after it.

    The result is a coroutine function when `function` or any dependency is; a plain `function` then runs on a worker thread.
    Where what a plain one returns `may_be_awaited`, they are released after that.
    """
    if asynchronous or any(dependency.asynchronous for dependency in injected.values()):

        @functools.wraps(function)
        async def call_async(**arguments: Any) -> Any:
            async with AsyncExitStack() as stack:
                arguments.update(await _Resolving(stack, in_threads=not asynchronous).values(injected))
                value = await (function(**arguments) if asynchronous else in_worker(function, **arguments))
                return await value if inspect.isawaitable(value) else value
            raise _swallowed()

        return call_async

    @functools.wraps(function)
    def call(**arguments: Any) -> Any:
        with ExitStack() as stack:
            arguments.update(_resolve(injected, stack, {}))
            value = function(**arguments)
            if may_be_awaited and inspect.isawaitable(value):
                return _released_after(value, stack.pop_all())
            return value
        raise _swallowed()

    return call


def overridden(
    injected: Mapping[str, Provided], instead: Mapping[Callable[..., Any], Callable[..., Any]]
) -> dict[str, Provided]:
    """Dependencies with others in the place of some, by the function that is depended on, however deep."""
    found = {}
    for name, dependency in injected.items():
        if dependency.provider in instead:
            found[name] = Provided(instead[dependency.provider], run_in_thread=dependency.run_in_thread)
            found[name].key = dependency.key
        else:
            found[name] = dependency.with_injected(overridden(dependency.injected, instead))
    return found


def _swallowed() -> RuntimeError:
    return RuntimeError("A dependency caught what the function raised: it has to raise it again, or something else")


async def _released_after(value: Awaitable[Any], stack: ExitStack) -> Any:
    with stack:
        return await value
    raise _swallowed()


def _resolve(injected: Mapping[str, Provided], stack: ExitStack, known: dict[Any, Any]) -> dict[str, Any]:
    values = {}
    for name, dependency in injected.items():
        if dependency.key not in known:
            value = dependency.function(**_own(dependency), **_resolve(dependency.injected, stack, known))
            if _has(value, "__enter__", "__exit__"):
                value = stack.enter_context(value)
            elif _has(value, "__aenter__", "__aexit__"):
                raise TypeError(
                    f"The dependency of {name!r} gives a context manager for coroutine functions: make it one itself"
                )
            known[dependency.key] = value
        values[name] = known[dependency.key]
    return values


class _Resolving:
    """The dependencies of one call that awaits some of them."""

    def __init__(self, stack: AsyncExitStack, in_threads: bool) -> None:
        """`in_threads` says whether plain ones run on worker threads that do not say themselves."""
        self._stack = stack
        self._in_threads = in_threads
        self._known: dict[Any, Any] = {}

    async def values(self, injected: Mapping[str, Provided]) -> dict[str, Any]:
        """What fills the parameters."""
        known, found = self._known, {}
        for name, dependency in injected.items():
            if dependency.key not in known:
                known[dependency.key] = await self._value(dependency)
            found[name] = known[dependency.key]
        return found

    async def _value(self, dependency: Provided) -> Any:
        arguments = {**_own(dependency), **await self.values(dependency.injected)}
        chosen = self._in_threads if dependency.run_in_thread is None else dependency.run_in_thread
        aside = chosen and not dependency.awaited
        value = await in_worker(dependency.function, **arguments) if aside else dependency.function(**arguments)
        if inspect.isawaitable(value) and not _has(value, "__aenter__", "__aexit__"):
            return await value
        if _has(value, "__aenter__", "__aexit__"):
            return await self._stack.enter_async_context(value)
        if not _has(value, "__enter__", "__exit__"):
            return value
        if not aside:
            return self._stack.enter_context(value)
        entered = await in_worker(value.__enter__)
        self._stack.push_async_exit(functools.partial(_leave, value))
        return entered


async def _leave(manager: Any, kind: Any, error: Any, traceback: Any) -> Any:
    return await in_worker(functools.partial(manager.__exit__, kind, error, traceback))


def _own(dependency: Provided) -> dict[str, Any]:
    """What a dependency's function gets besides what is injected into it."""
    own = defaults.copied(dependency.defaults) if dependency.defaults else {}
    own.update(dependency.given)
    own.update((name, get_context()) for name in dependency.context_names)
    return own


def _has(value: Any, *members: str) -> bool:
    kind = type(value)
    return all(hasattr(kind, member) for member in members)
