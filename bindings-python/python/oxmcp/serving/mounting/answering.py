"""One HTTP request of an application, and its answer by the engine. The bytes are handed on as they are."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import Context
from typing import Protocol

from ... import _native
from .asgi import Receive, Scope, Send
from .principal import principal_of

LISTEN_AFTER_SECONDS = 0.02
"""After which time it is worth a task to hear whether the client is still there."""

OfSse = tuple[str | None, str | None]
"""The session of HTTP+SSE that a request belongs to, and where its messages are posted if the request opens it."""

CLIENT_GONE = 499
"""A status for the log: the client closed the request."""


class Watcher(Protocol):
    """Who wants to know of answers that have to wait."""

    def watch(self, waiting: Waiting) -> None:
        """One begins to wait."""
        ...

    def forget(self, waiting: Waiting) -> None:
        """One waits no more."""
        ...


async def answer(
    endpoint: _native.Endpoint,
    scope: Scope,
    receive: Receive,
    send: Send,
    context: Context,
    watcher: Watcher,
    sse: OfSse | None = None,
    path: str | None = None,
) -> None:
    """Answers a request, whose calls start from `context`. They are cancelled where the protocol wants it when the client goes
    away, or when this is cancelled. `watcher` knows of it as long as it has to wait.
    `sse` says that it belongs to HTTP+SSE, `path` that it is for something below the endpoint."""
    message = await receive()
    if message["type"] != "http.request":
        return
    more = message.get("more_body", False)
    body, client, principal = message.get("body", b""), scope.get("client"), principal_of(scope)
    exchange = endpoint.begin(scope["method"], scope["headers"], body, more, client, context, sse, path, principal)
    head = exchange.head()
    if head is not None and not head[3]:
        status, headers, body, _ = head
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    its = Waiting(exchange, receive, more)
    watcher.watch(its)
    try:
        while head is None:
            await its.wait()
            if its.is_gone:
                # For whoever waits for some answer: a log, middleware.
                with suppress(OSError):
                    await send({"type": "http.response.start", "status": CLIENT_GONE, "headers": []})
                    await send({"type": "http.response.body", "body": b""})
                return
            head = exchange.head()
        status, headers, body, is_stream = head
        await send({"type": "http.response.start", "status": status, "headers": headers})
        while is_stream:
            piece = exchange.piece()
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            elif piece is None and not its.is_gone:
                await its.wait()
            else:
                is_stream = False
        with suppress(OSError):  # nobody there any more
            await send({"type": "http.response.body", "body": body})
    finally:
        watcher.forget(its)
        its.stop()
        exchange.cancel()


class Waiting:
    """Waits for the engine, and hears what comes from the client meanwhile: the rest of the body, or that it is gone."""

    __slots__ = ("_exchange", "_loop", "_receive", "_task", "_timer", "_waiter", "is_gone")

    def __init__(self, exchange: _native.HttpExchange, receive: Receive, more: bool) -> None:
        self.is_gone = False
        self._exchange = exchange
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer = None if more else self._loop.call_later(LISTEN_AFTER_SECONDS, self._start)
        if more:
            self._start()

    async def wait(self) -> None:
        """Waits until the answer goes on, or the client is gone."""
        if self._task is None or not self._task.done():
            self._waiter = self._loop.create_future()
            self._exchange.wait(self._waiter)
            await self._waiter
        if self._task is not None and self._task.done():
            self._task.result()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        self._task = self._loop.create_task(self._listen())
        self._task.add_done_callback(self.wake)

    async def _listen(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_gone = True
                self._exchange.cancel()
                return
            self._exchange.feed(message.get("body", b""), message.get("more_body", False))

    def wake(self, _task: object = None) -> None:
        """Has the engine asked again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
