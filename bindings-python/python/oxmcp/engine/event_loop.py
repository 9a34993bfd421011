"""Serving on an asyncio event loop: who waits, who drives the engine's I/O, how it starts and ends.

`run` makes a loop of its own whose selector is the engine: while the loop waits, the engine polls its sockets on the same
thread, and a call of a coroutine function costs no thread switch. `run_async` and `connect` serve on a loop that is running
already; there the I/O lives on worker threads and wakes the loop through a descriptor.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import logging
import os
import selectors
import sys
import weakref
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, Literal, Protocol, TypeVar

from .. import _native
from . import claims, threads
from .forks import end_child
from .signals import Ending, run_until_done
from .transport_options import ConnectionOptions, HttpOptions

log = logging.getLogger("oxmcp")

T = TypeVar("T")
Io = Literal["auto", "loop", "thread"]


class Lifespan(Protocol):
    """What is entered before the first request and left after the last, and what it sets."""

    def __call__(self) -> AbstractAsyncContextManager[Any]: ...

    def surroundings(self) -> contextvars.Context:
        """The present context with what the lifespan set."""
        ...


#: How long running handlers may take to unwind once they are cancelled at the end, in seconds.
UNWIND_SECONDS = 5.0


class HandlerExit(RuntimeError):
    """A handler called `sys.exit()`, was interrupted or cancelled itself. The call fails; the server goes on."""


#: Where servers are served; a child process that is forked inside of a handler is another.
_process = os.getpid()


async def _guard(awaitable: Awaitable[T]) -> T:
    # asyncio lets the first two out of a task and through the loop; one call must not end the server. When it was a signal that
    # interrupted the handler, the server is ending already.
    try:
        return await awaitable
    except SystemExit as exit:
        if os.getpid() != _process:
            end_child(exit)
        raise HandlerExit(f"the handler tried to exit the process (code {exit.code!r})") from exit
    except KeyboardInterrupt as interrupt:
        raise HandlerExit("the handler was interrupted") from interrupt
    except asyncio.CancelledError as cancelled:
        if _is_being_cancelled():
            raise
        raise HandlerExit("the handler was cancelled by something inside it") from cancelled


def _is_being_cancelled() -> bool:
    """Whether it is the running task that somebody cancelled, and not something it waited for."""
    task: Any = asyncio.current_task()
    if hasattr(task, "cancelling"):
        return bool(task.cancelling())
    call = _native.current_call.get(None)  # before Python 3.11 nobody counts
    return call is None or call.is_cancelled


#: The token of news that are about no transport: lines for the log, as `warning` or `error`, a line break, and the line.
NO_TOKEN = 0


class _Root:
    """The context that calls start from which the engine received by itself: whoever first serves a transport gives theirs."""

    __slots__ = ("copy", "is_given")

    def __init__(self) -> None:
        self.copy = contextvars.copy_context().copy
        self.is_given = False

    def give(self, context: contextvars.Context) -> None:
        if not self.is_given:
            self.is_given = True
            self.copy = context.copy


class _Serving:
    """A native serving with its notices sorted by transport and connection."""

    def __init__(self, native: _native.Server, loop: asyncio.AbstractEventLoop, *, drives: bool, io: Io) -> None:
        global _process
        _process = os.getpid()
        self.server = native
        self.loop = loop
        self.users = 0
        self._ends: dict[int, asyncio.Future[None]] = {}
        self._inboxes: dict[int, Inbox] = {}
        self.root = _Root()
        self.native = _native.attach(
            native,
            loop,
            context=self.root,
            guard=_guard,
            on_notice=self._on_notice,
            start_thread=threads.start_thread,
            drives=drives,
            io=io,
        )
        claims.hand_over(native, loop)
        threads.remember(self.native, loop)
        loop.add_reader(self.native.fileno(), self.native.drain)

    def _on_notice(self, token: int, message: str | None, error: BaseException | None) -> None:
        if token == NO_TOKEN:
            severity, _, line = (message or "").partition("\n")
            log.log(logging.ERROR if severity == "error" else logging.WARNING, "%s", line)
            return
        inbox = self._inboxes.get(token)
        if message is not None:
            if inbox is not None:
                inbox.put(message)
            return
        if inbox is not None:
            del self._inboxes[token]
            inbox.end()
        end = self._ends.pop(token, None)
        if end is not None and not end.done():
            if error is None:
                end.set_result(None)
            else:
                end.set_exception(error)

    def ended(self, token: int) -> asyncio.Future[None]:
        """Done when the transport of this token has ended."""
        return self._ends.setdefault(token, self.loop.create_future())

    def connect(self, options: ConnectionOptions) -> MemoryConnection:
        connection = self.native.connect(options.as_json())
        inbox = Inbox(self.loop)
        self._inboxes[connection.token] = inbox
        return MemoryConnection(self, connection, inbox)

    async def until_ended(self, token: int) -> None:
        """Waits for the end of a transport. When that is cancelled the transport is told to end, and what runs on it may
        finish in its time; cancelled again, it is left none."""
        end = self.ended(token)
        try:
            await asyncio.shield(end)
        except asyncio.CancelledError:
            self.native.shut_down(token)
            try:
                await asyncio.wait([end])
            except asyncio.CancelledError:
                self.native.give_up("the server is shutting down", token)
                raise
            finally:
                if end.done():
                    end.exception()  # nobody else asks
            raise

    async def close(self) -> None:
        """Ends transports, unwinds what runs, stops the engine."""
        self.native.shut_down()
        try:
            if self._ends:
                await asyncio.wait(list(self._ends.values()))
            self.native.give_up("the server is shutting down")
            tasks = self.native.cancel_tasks()
            if tasks:
                await asyncio.wait(tasks, timeout=UNWIND_SECONDS)
        finally:
            self.stop()

    def stop(self) -> None:
        self.loop.remove_reader(self.native.fileno())
        stuck = self.native.stop()
        claims.give_back(self.server, self.loop)
        claims.give_back(self.server, self)
        if stuck:
            _stuck.append(self.native)
            log.warning("%d call(s) of plain functions are still running; the process will not wait for them", stuck)


#: Servings whose plain functions outlived them. No thread can be ended from outside, and one that wakes up while the
#: interpreter goes down would crash it; so a process that has some when it ends does not go through that.
_stuck: list[_native.Serving] = []


def _leave_the_stuck() -> None:
    if not any(serving.workers for serving in _stuck):
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(0)


# Registered before anything a user registers, and so called after it.
atexit.register(_leave_the_stuck)


class Inbox:
    """Messages for one reader."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._messages: deque[str] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._ended = False

    def put(self, message: str) -> None:
        self._messages.append(message)
        self._wake()

    def end(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> str | None:
        while not self._messages:
            if self._ended:
                return None
            self._reader = self._loop.create_future()
            await self._reader
        return self._messages.popleft()


class MemoryConnection:
    """The client's end of a connection within the process. One frame per `send`, one message per `receive`."""

    def __init__(self, serving: _Serving, native: _native.MemoryConnection, inbox: Inbox) -> None:
        self._serving = serving
        self._native = native
        self._inbox = inbox
        self._closed = False

    def send(self, frame: str, context: contextvars.Context | None = None) -> None:
        """Sends one JSON-RPC frame, whose calls start from `context`, the present one when absent.

        Raises:
            ConnectionError: the connection is closed.
        """
        if not self._native.send(frame, contextvars.copy_context() if context is None else context):
            raise ConnectionError("the connection is closed")

    async def receive(self) -> str | None:
        """The next message from the server; `None` at the end."""
        return await self._inbox.get()

    async def close(self) -> None:
        """Ends the connection; its calls are cancelled. The last one to close ends the server's serving on this loop."""
        if self._closed:
            return
        self._closed = True
        ended = self._serving.ended(self._native.token)
        self._native.close()
        await ended
        await _release(self._serving)


#: What is being served, so that clients of a server within its process share its serving.
_shared: weakref.WeakKeyDictionary[_native.Server, _Serving] = weakref.WeakKeyDictionary()


def _borrow(native: _native.Server, io: Io) -> _Serving:
    loop = asyncio.get_running_loop()
    serving = _shared.get(native)
    if serving is not None and serving.loop is loop:
        serving.users += 1
        return serving
    if serving is not None and serving.loop.is_closed():
        # The loop ended without unwinding, so its serving can only be dropped.
        del _shared[native]
        serving.native.stop()
    serving = _Serving(native, loop, drives=False, io=io)
    serving.users = 1
    _shared[native] = serving
    return serving


async def _release(serving: _Serving) -> None:
    serving.users -= 1
    if serving.users > 0:
        return
    if _shared.get(serving.server) is serving:
        del _shared[serving.server]
        claims.hand_over(serving.server, serving)  # who comes now needs another
        await serving.close()


async def connect(native: _native.Server, options: ConnectionOptions) -> MemoryConnection:
    """Connects to a server within this process, on the running loop. Its lifespan is the caller's affair."""
    return _borrow(native, "thread").connect(options)


Options = HttpOptions | ConnectionOptions


def _check(transport: str) -> None:
    if transport not in ("stdio", "http", "streamable-http"):
        raise ValueError(f"no transport {transport!r}; use 'stdio' or 'http'")


def _open(serving: _Serving, options: Options, aside: _native.Aside | None, *, owns_process: bool = False) -> int:
    """Opens a transport; returns its token."""
    if aside is not None:
        return serving.native.serve_stdio(options.as_json(), aside, owns_process=owns_process)
    assert isinstance(options, HttpOptions)
    token, (host, port) = serving.native.serve_http(options.as_json(), owns_process=owns_process)
    if options.on_listening is not None:
        options.on_listening(host, port)
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
            serving = _borrow(native, io)
            serving.root.give(contextvars.copy_context() if lifespan is None else lifespan.surroundings())
            try:
                await serving.until_ended(_open(serving, options, aside))
            finally:
                await _release(serving)
    finally:
        if aside is not None:
            aside.restore()


if hasattr(selectors, "EpollSelector"):
    import select

    class EngineSelector(selectors.EpollSelector):
        """A selector that lets the engine do its I/O while it waits."""

        _serving: _native.Serving | None = None
        _door: Any = None
        _maybe_more = False

        def engage(self, serving: _native.Serving, drain: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
            """Waits through the engine from now on; `drain` is called in the loop when it has something."""
            queue = select.epoll.fromfd(serving.make_queue())
            mine: Any = self
            for key in self.get_map().values():
                queue.register(key.fd, _interest(key.events))
            mine._selector.close()
            mine._selector = queue
            handle = asyncio.Handle(drain, (), loop)
            self._door = selectors.SelectorKey(-1, -1, selectors.EVENT_READ, (handle, None))
            self._serving = serving

        def disengage(self) -> None:
            """Waits by itself again."""
            self._serving = None

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            """What is ready: the loop's own descriptors, and the engine's door."""
            serving = self._serving
            if serving is None:
                return super().select(timeout)
            if self._maybe_more:
                # The queue tells of a change, not of a state: ask it until it has nothing left.
                ready = super().select(0)
                if ready:
                    if serving.wait(0) & 1:
                        ready.append((self._door, selectors.EVENT_READ))
                    return ready
                self._maybe_more = False
            flags = serving.wait(timeout)
            if flags == 1:
                return [(self._door, selectors.EVENT_READ)]
            if flags == 4:
                return super().select(timeout)
            if flags == 2:
                self._maybe_more = True
                return super().select(0)
            return []

    def _interest(events: int) -> int:
        mask = 0
        if events & selectors.EVENT_READ:
            mask |= select.EPOLLIN
        if events & selectors.EVENT_WRITE:
            mask |= select.EPOLLOUT
        return mask


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
    selector = EngineSelector() if io != "thread" and hasattr(selectors, "EpollSelector") else None
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
        serving = _Serving(native, loop, drives=selector is not None, io=io)
        serving.users = 1
        serving.root.give(contextvars.copy_context())
        _shared[native] = serving  # connections within the process share it
        if selector is not None:
            selector.engage(serving.native, serving.native.drain, loop)
        try:
            await serving.until_ended(_open(serving, options, aside, owns_process=True))
        finally:
            _shared.pop(native, None)
            await serving.close()


def _served_on(loop: asyncio.AbstractEventLoop) -> list[_Serving]:
    return [serving for serving in list(_shared.values()) if serving.loop is loop]


def _shut_down(loop: asyncio.AbstractEventLoop) -> bool:
    """Has everything that is served on a loop finish; returns whether something is."""
    found = _served_on(loop)
    for serving in found:
        serving.native.shut_down()
    return bool(found)


def _give_up(loop: asyncio.AbstractEventLoop) -> None:
    for serving in _served_on(loop):
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
