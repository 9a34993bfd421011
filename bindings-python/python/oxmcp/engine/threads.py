"""The threads that plain functions run on, as far as Python has a hand in them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from .. import _native

T = TypeVar("T")

_servings: weakref.WeakValueDictionary[int, _native.Serving] = weakref.WeakValueDictionary()
_loops: weakref.WeakKeyDictionary[_native.Serving, asyncio.AbstractEventLoop] = weakref.WeakKeyDictionary()


def start_thread(name: str, run: Callable[[], None]) -> None:
    """Starts a worker. What follows Python's threads (debuggers, coverage, profilers) hears of it because `threading` does."""
    threading.Thread(target=run, name=name, daemon=True).start()


def remember(serving: _native.Serving, loop: asyncio.AbstractEventLoop) -> None:
    """Calls of this serving find its worker threads and its event loop from now on."""
    _servings[serving.id] = serving
    _loops[serving] = loop


def serving_of(call: _native.Call) -> _native.Serving | None:
    """The serving that a call belongs to; None when it is over."""
    return _servings.get(call.serving)


def loop_of(call: _native.Call) -> asyncio.AbstractEventLoop:
    """The event loop that a call's coroutine functions run on. Raises RuntimeError when its serving is over."""
    serving = serving_of(call)
    if serving is None:
        raise RuntimeError("the server is not served any more")
    return _loops[serving]


async def in_worker(function: Callable[..., T], /, **arguments: Any) -> T:
    """Runs a plain function on a worker thread, with the context variables of here; outside a call on any thread."""
    call = _native.current_call.get(None)
    serving = None if call is None else serving_of(call)
    if serving is None:
        return await asyncio.to_thread(function, **arguments)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def settle(value: Any, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(value)
        else:
            done.set_exception(RuntimeError("StopIteration was raised") if isinstance(error, StopIteration) else error)

    def work() -> Callable[[], None]:
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = context.run(function, **arguments), None
        except BaseException as error:
            outcome = None, error

        def tell() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, *outcome)

        return tell

    serving.run_in_worker(work)
    return await done
