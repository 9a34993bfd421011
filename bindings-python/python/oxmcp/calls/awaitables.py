"""What a plain function returns to be awaited: a lambda around a coroutine function, a class for a decorator."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
from collections.abc import Callable
from typing import Any

from .. import _native
from ..engine.threads import loop_of

Result = Callable[[Any, Any], None]
Error = Callable[[Any, BaseException], None]

_NEVER = frozenset({dict, list, str, int, float, bool, type(None)})

_running: set[asyncio.Task[None]] = set()
"""The loop keeps no task alive by itself."""


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function as a coroutine function, which also awaits what it returns."""

    @functools.wraps(function)
    async def call(**arguments: Any) -> Any:
        value = function(**arguments)
        return await value if inspect.isawaitable(value) else value

    return call


def awaiting(result: Result, error: Error) -> Result:
    """What completes the call of a function that may return something to await: it is awaited on the event loop."""

    def complete(call: _native.Call, value: Any) -> None:
        if type(value) in _NEVER or not inspect.isawaitable(value):
            result(call, value)
            return

        async def finish() -> None:
            try:
                result(call, await value)
            except BaseException as raised:
                error(call, raised)

        loop = loop_of(call)
        context = contextvars.copy_context()

        def start() -> None:
            task = context.run(loop.create_task, finish())
            _running.add(task)
            task.add_done_callback(_running.discard)

        loop.call_soon_threadsafe(start)

    return complete
