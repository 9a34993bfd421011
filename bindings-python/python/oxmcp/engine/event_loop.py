"""Serving on an asyncio event loop: who waits, who drives the engine's I/O, how it starts and ends.

`run` makes a loop of its own whose selector is the engine: while the loop waits, the engine polls its sockets on the same
thread, and a call of a coroutine function costs no thread switch. `run_async` and `connections.connect` serve on a loop that
is running already; there the I/O lives on worker threads and wakes the loop through a descriptor.
"""

from __future__ import annotations

import asyncio
import contextvars
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, Protocol

from .. import _native
from .attachment import UNWIND_SECONDS, Io, Serving
from .connections import borrow, release, served_on, share, share_no_more
from .selector import engine_selector
from .signals import Ending, run_until_done
from .transport_options import ConnectionOptions, HttpOptions


class Lifespan(Protocol):
    """What is entered before the first request and left after the last, and what it sets."""

    def __call__(self) -> AbstractAsyncContextManager[Any]: ...

    def surroundings(self) -> contextvars.Context:
        """The present context with what the lifespan set."""
        ...


Options = HttpOptions | ConnectionOptions


def _check(transport: str) -> None:
    if transport not in ("stdio", "http", "streamable-http"):
        raise ValueError(f"no transport {transport!r}; use 'stdio' or 'http'")


def _open(serving: Serving, options: Options, aside: _native.Aside | None, *, owns_process: bool = False) -> int:
    """Opens a transport; returns its token."""
    if aside is not None:
        return serving.native.serve_stdio(options.as_json(), aside, owns_process=owns_process)
    assert isinstance(options, HttpOptions)
    token, (host, port), encrypted = serving.native.serve_http(
        options.as_json(),
        owns_process=owns_process,
        event_store=options.own_event_store,
        begin_route=options.begin_route,
    )
    if options.on_listening is not None:
        options.on_listening(host, port)
    elif options.say_where is not None:
        options.say_where(host, port, encrypted)
    return token


def _options(transport: str, given: Options | None) -> tuple[Options, _native.Aside | None]:
    """The options of a transport. Standard input and output are set aside: what a lifespan or a log handler prints before
    they are served stays off the wire."""
    if transport == "stdio":
        return given or ConnectionOptions(), _native.Aside()
    return given or HttpOptions(), None


async def run_async(
    native: _native.Server,
    transport: str,
    options: Options | None = None,
    lifespan: Lifespan | None = None,
    *,
    io: Io = "thread",
) -> None:
    """Serves on the running loop until the transport ends or this is cancelled."""
    if io == "loop":
        raise ValueError("io='loop' needs a loop of our own: use run() instead of run_async()")
    _check(transport)
    options, aside = _options(transport, options)
    try:
        async with AsyncExitStack() as stack:
            if lifespan is not None:
                await stack.enter_async_context(lifespan())
            serving = borrow(native, io)
            serving.root.give(contextvars.copy_context() if lifespan is None else lifespan.surroundings())
            try:
                await serving.until_ended(_open(serving, options, aside))
            finally:
                await release(serving)
    finally:
        if aside is not None:
            aside.restore()


def run(
    native: _native.Server,
    transport: str,
    options: Options | None = None,
    lifespan: Lifespan | None = None,
    *,
    io: Io = "auto",
) -> None:
    """Serves on a loop of its own until the transport ends or the process is told to stop (Ctrl-C, SIGTERM)."""
    if io not in ("auto", "loop", "thread"):
        raise ValueError(f"no io {io!r}; use 'auto', 'loop' or 'thread'")
    _check(transport)
    if asyncio._get_running_loop() is not None:
        raise RuntimeError(
            "run() makes an event loop of its own, and this thread is running one already (a notebook, or async code): "
            "use `await server.run_async(...)` here"
        )
    options, aside = _options(transport, options)
    try:
        _run(native, options, aside, lifespan, io)
    finally:
        if aside is not None:
            aside.restore()


def _run(
    native: _native.Server, options: Options, aside: _native.Aside | None, lifespan: Lifespan | None, io: Io
) -> None:
    selector = engine_selector() if io != "thread" else None
    loop: asyncio.AbstractEventLoop
    loop = asyncio.SelectorEventLoop(selector) if selector is not None else asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        main = loop.create_task(_main(native, options, aside, lifespan, io, loop, selector))
        run_until_done(loop, main, Ending(loop, main, lambda: _shut_down(loop), lambda: _give_up(loop)))
    finally:
        if selector is not None:
            selector.disengage()
        try:
            _finish(loop)
        finally:
            asyncio.set_event_loop(None)
            loop.close()


async def _main(
    native: _native.Server,
    options: Options,
    aside: _native.Aside | None,
    lifespan: Lifespan | None,
    io: Io,
    loop: asyncio.AbstractEventLoop,
    selector: Any,
) -> None:
    async with AsyncExitStack() as stack:
        if lifespan is not None:
            await stack.enter_async_context(lifespan())
        serving = Serving(native, loop, drives=selector is not None, io=io)
        serving.root.give(contextvars.copy_context())
        share(serving)
        if selector is not None:
            selector.engage(serving.native, serving.native.drain, loop)
        try:
            await serving.until_ended(_open(serving, options, aside, owns_process=True))
        finally:
            share_no_more(native)
            await serving.close()


def _shut_down(loop: asyncio.AbstractEventLoop) -> bool:
    """Has everything that is served on a loop finish; returns whether something is."""
    found = served_on(loop)
    for serving in found:
        serving.native.shut_down()
    return bool(found)


def _give_up(loop: asyncio.AbstractEventLoop) -> None:
    for serving in served_on(loop):
        serving.native.give_up("the server was told twice to stop")


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Cancels what is left on a loop of ours."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=UNWIND_SECONDS))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(asyncio.wait_for(loop.shutdown_default_executor(), UNWIND_SECONDS))
